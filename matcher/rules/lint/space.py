"""Whether conditions can hold together, and whether one implies another: exact, by a witness for each field.

A condition is turned into alternatives, each a set of questions answered with yes or no. Fields are independent, so an
alternative is possible iff every field has a value that answers its questions so; and of each field a few values
stand for all: those named, one between and beyond numbers, a text nobody wrote, everything allowed at once in a list.
"""

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import TypeAlias

from matcher.profiles.people import Attribute
from matcher.rules.fields import Field, Kind, Value, field_at, holds
from matcher.rules.reading import is_number
from matcher.rules.rule_set import All, Condition, Not, Test

Literal: TypeAlias = tuple[Test, bool]
Alternative: TypeAlias = tuple[Literal, ...]

MOST_ALTERNATIVES = 256  # beyond it nothing is claimed of a condition
UNSAID = "\x00"  # a text that no operand holds: control characters are refused
SOME_NUMBER = 0.0


class _TooMany(Exception):
    """The condition has more alternatives than are looked at."""


def can_hold(*conditions: Condition | None) -> bool:
    """Whether all can hold at once; `True` where that would take too long to tell."""
    try:
        return bool(_together([(one, True) for one in conditions]))
    except _TooMany:
        return True


def implies(first: Condition | None, second: Condition | None) -> bool:
    """Whether the second certainly holds wherever the first does; `False` where that would take too long to tell."""
    if second is None or first == second:
        return True
    try:
        return not _together([(first, True), (second, False)])
    except _TooMany:
        return False


def without(condition: Condition | None, path: str) -> Condition | None:
    """What the condition says of all other fields: it holds for some value of that field iff this does."""
    try:
        alternatives = _alternatives(condition, positive=True)
    except _TooMany:
        return None
    from matcher.rules.rule_set import AnyOf

    kept = [[_as_condition(one) for one in each if one[0].field != path] for each in alternatives]
    if not kept or any(not each for each in kept):
        return None
    return AnyOf(tuple(All(tuple(each)) for each in kept))


def _as_condition(literal: Literal) -> Condition:
    test, positive = literal
    return test if positive else Not(test)


def _together(signed: Iterable[tuple[Condition | None, bool]]) -> list[Alternative]:
    found: list[Alternative] = [()]
    for condition, positive in signed:
        found = _product(found, _alternatives(condition, positive=positive))
    return found


def _alternatives(condition: Condition | None, *, positive: bool) -> list[Alternative]:
    """The ways in which the condition holds (or fails), the impossible ones left out."""
    if condition is None:
        return [()] if positive else []
    if isinstance(condition, Test):
        return _product([()], [((condition, positive),)])
    if isinstance(condition, Not):
        return _alternatives(condition.part, positive=not positive)
    parts = [_alternatives(part, positive=positive) for part in condition.parts]
    if isinstance(condition, All) is positive:
        found: list[Alternative] = [()]
        for part in parts:
            found = _product(found, part)
        return found
    return _checked([one for part in parts for one in part])


def _product(some: Sequence[Alternative], others: Sequence[Alternative]) -> list[Alternative]:
    if len(some) * len(others) > MOST_ALTERNATIVES**2:
        raise _TooMany
    joined = (tuple(dict.fromkeys((*one, *other))) for one in some for other in others)
    return _checked([one for one in joined if _is_possible(one)])


def _checked(found: list[Alternative]) -> list[Alternative]:
    unique = list(dict.fromkeys(found))
    if len(unique) > MOST_ALTERNATIVES:
        raise _TooMany
    return unique


def _is_possible(alternative: Alternative) -> bool:
    by_field: dict[str, list[Literal]] = {}
    for test, positive in alternative:
        by_field.setdefault(test.field, []).append((test, positive))
    return all(_has_value(path, asked) for path, asked in by_field.items())


def _has_value(path: str, asked: Sequence[Literal]) -> bool:
    field = field_at(path)
    assert field is not None  # conditions only name fields that exist
    return any(
        all(holds(test.operator, test.operand, value) is positive for test, positive in asked)
        for value in _witnesses(field, asked)
    )


def _witnesses(field: Field, asked: Sequence[Literal]) -> list[Value]:
    """Values that stand for all that the field can hold."""
    named = [one for test, _ in asked for one in _operands(test)]
    if field.kind is Kind.TEXTS:
        return [*_lists(field, asked, named)]
    unknown: list[Value] = [] if field.is_always_known else [None]
    if field.values:
        return [*unknown, *field.values]
    found: list[Value] = unknown
    if field.kind in {Kind.NUMBER, Kind.ATTRIBUTE}:
        found += _numbers([float(one) for one in named if is_number(one)], at_least=_least_of(field))
    if field.kind in {Kind.TEXT, Kind.ATTRIBUTE}:
        found += _texts(asked, [one for one in named if isinstance(one, str)])
    if field.kind is Kind.ATTRIBUTE:
        found += [True, False]
    return found


def _operands(test: Test) -> tuple[Attribute, ...]:
    if test.operator == "exists":
        return ()
    return test.operand if isinstance(test.operand, tuple) else (test.operand,)


def _least_of(field: Field) -> float | None:
    return 0.0 if field.path == "contact.waiting_s" else None


def _numbers(named: list[float], *, at_least: float | None) -> list[Value]:
    points = sorted({*named, *([] if at_least is None else [at_least])}) or [SOME_NUMBER]
    between = [(one + other) / 2 for one, other in pairwise(points)]
    every = [points[0] - 1.0, *points, *between, points[-1] + 1.0]
    return [one for one in every if at_least is None or one >= at_least]


def _texts(asked: Sequence[Literal], named: list[str]) -> list[Value]:
    """The texts named, one that nobody named, and one that holds every part asked for and nothing beside."""
    parts = [str(test.operand) for test, positive in asked if test.operator == "contains" and positive]
    return [*named, UNSAID, UNSAID.join(parts) + UNSAID]


def _lists(field: Field, asked: Sequence[Literal], named: Sequence[Attribute]) -> list[Value]:
    """Nothing, and all that is not forbidden: whatever asks for more is content with it, whatever forbids too."""
    forbidden = {
        one
        for test, positive in asked
        for one in _operands(test)
        if (test.operator == "not_in") is positive and test.operator in {"not_in", "in", "contains"}
    }
    allowed = field.values or (*(str(one) for one in named), UNSAID)
    return [(), tuple(dict.fromkeys(str(one) for one in allowed if one not in forbidden))]
