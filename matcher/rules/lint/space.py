"""Whether conditions can hold together, and whether one implies another: exact, by a witness for each field.

A condition is turned into alternatives, each a set of questions answered with yes or no. Fields are independent, so an
alternative is possible iff every field has a value that answers its questions so; and of each field a few values
stand for all: those named, one between and beyond numbers, a text nobody wrote, everything allowed at once in a list.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from typing import TypeAlias

from matcher.profiles.people import Attribute
from matcher.rules.fields import Field, Kind, Value, field_at, holds
from matcher.rules.reading import is_number
from matcher.rules.rule_set import All, AnyOf, Condition, Not, Test

MOST_ALTERNATIVES = 256  # beyond it nothing is claimed of a condition
MOST_JOINED = 4096  # pairs of alternatives in one step, for the same reason
UNSAID = "\x00"  # a text that no operand holds: control characters are refused
SOME_NUMBER = 0.0


@dataclass(frozen=True, slots=True)
class Literal:
    """A question and the answer it must get. `key` tells literals apart: in Python true equals 1, in a rule not."""

    key: str
    test: Test = field(compare=False)
    positive: bool = field(compare=False)


Alternative: TypeAlias = Mapping[str, frozenset[Literal]]  # by field


class _TooMany(Exception):
    """The condition has more alternatives than are looked at."""


class _Same:
    """A condition by identity, so that its alternatives are worked out once."""

    __slots__ = ("condition",)

    def __init__(self, condition: Condition) -> None:
        self.condition = condition

    def __hash__(self) -> int:
        return id(self.condition)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and other.condition is self.condition


def can_hold(*conditions: Condition | None) -> bool:
    """Whether all can hold at once; `True` where that would take too long to tell."""
    return _is_possible([(one, True) for one in conditions if one is not None], otherwise=True)


def implies(first: Condition | None, second: Condition | None) -> bool:
    """Whether the second certainly holds wherever the first does; `False` where that would take too long to tell."""
    if second is None or first is second:
        return True
    signed = [(second, False)] if first is None else [(first, True), (second, False)]
    return not _is_possible(signed, otherwise=True)


def size_of(condition: Condition | None) -> int:
    """About how much work it is to compare the condition: in how many ways it can hold."""
    if condition is None:
        return 1
    try:
        return max(len(_alternatives(_Same(condition), positive=True)), 1)
    except _TooMany:
        return MOST_ALTERNATIVES


def without(condition: Condition | None, path: str) -> Condition | None:
    """What the condition says of all other fields: it holds for some value of that field iff this does."""
    try:
        alternatives = [{}] if condition is None else _alternatives(_Same(condition), positive=True)
    except _TooMany:
        return None
    kept = [
        tuple(_as_condition(one) for name, asked in each.items() if name != path for one in asked)
        for each in alternatives
    ]
    return AnyOf(tuple(All(each) for each in kept)) if kept and all(kept) else None


def _as_condition(literal: Literal) -> Condition:
    return literal.test if literal.positive else Not(literal.test)


def _is_possible(signed: Sequence[tuple[Condition, bool]], *, otherwise: bool) -> bool:
    """Whether there is a case in which each condition is answered so."""
    try:
        parts = [_alternatives(_Same(condition), positive=positive) for condition, positive in signed]
        found: Sequence[Alternative] = [{}]
        for part in parts[:-1]:
            found = _checked(_product(found, part))
        return not parts or any(True for _ in _product(found, parts[-1]))
    except _TooMany:
        return otherwise


def _alternatives(same: _Same, *, positive: bool) -> tuple[Alternative, ...]:
    """The ways in which the condition holds (or fails), the impossible ones left out."""
    found = _alternatives_if_few(same, positive=positive)
    if found is None:
        raise _TooMany
    return found


@lru_cache(maxsize=8192)
def _alternatives_if_few(same: _Same, *, positive: bool) -> tuple[Alternative, ...] | None:
    try:
        return _worked_out(same, positive=positive)
    except _TooMany:
        return None


def _worked_out(same: _Same, *, positive: bool) -> tuple[Alternative, ...]:
    condition = same.condition
    if isinstance(condition, Test):
        key = f"{condition.field} {condition.operator} {condition.operand!r} {positive}"
        asked = frozenset((Literal(key, condition, positive),))
        return ({condition.field: asked},) if _has_value(asked) else ()
    if isinstance(condition, Not):
        return _alternatives(_Same(condition.part), positive=not positive)
    parts = [_alternatives(_Same(part), positive=positive) for part in condition.parts]
    if isinstance(condition, All) is positive:
        found: Sequence[Alternative] = [{}]
        for part in parts:
            found = _checked(_product(found, part))
        return tuple(found)
    return _checked(one for part in parts for one in part)


def _product(some: Sequence[Alternative], others: Sequence[Alternative]) -> Iterator[Alternative]:
    """Every one of some together with every one of others, where the two are possible together."""
    if len(some) * len(others) > MOST_JOINED:
        raise _TooMany
    for one in some:
        for other in others:
            joined = _joined(one, other)
            if joined is not None:
                yield joined


def _joined(one: Alternative, other: Alternative) -> Alternative | None:
    both = dict(one)
    for path, asked in other.items():
        known = both.get(path)
        if known is None:
            both[path] = asked
        elif known != asked:
            both[path] = known | asked
            if not _has_value(both[path]):
                return None
    return both


def _checked(found: Iterable[Alternative]) -> tuple[Alternative, ...]:
    """Each once, and not more than are looked at."""
    unique: dict[frozenset[tuple[str, frozenset[Literal]]], Alternative] = {}
    for one in found:
        unique.setdefault(frozenset(one.items()), one)
        if len(unique) > MOST_ALTERNATIVES:
            raise _TooMany
    return tuple(unique.values())


@lru_cache(maxsize=65536)
def _has_value(asked: frozenset[Literal]) -> bool:
    """Whether the field that all of these ask about has a value that answers them so."""
    literals = list(asked)
    found = field_at(literals[0].test.field)
    assert found is not None  # conditions only name fields that exist
    return any(
        all(holds(one.test.operator, one.test.operand, value) is one.positive for one in literals)
        for value in _witnesses(found, literals)
    )


def _witnesses(field_: Field, asked: Sequence[Literal]) -> list[Value]:
    """Values that stand for all that the field can hold."""
    named = [one for literal in asked for one in _operands(literal.test)]
    if field_.kind is Kind.TEXTS:
        return [*_lists(field_, asked, named)]
    found: list[Value] = [] if field_.is_always_known else [None]
    if field_.values:
        return [*found, *field_.values]
    if field_.kind in {Kind.NUMBER, Kind.ATTRIBUTE}:
        found += _numbers([float(one) for one in named if is_number(one)], at_least=_least_of(field_))
    if field_.kind in {Kind.TEXT, Kind.ATTRIBUTE}:
        found += _texts(asked, [one for one in named if isinstance(one, str)])
    if field_.kind is Kind.ATTRIBUTE:
        found += [True, False]
    return found


def _operands(test: Test) -> tuple[Attribute, ...]:
    if test.operator == "exists":
        return ()
    return test.operand if isinstance(test.operand, tuple) else (test.operand,)


def _least_of(field_: Field) -> float | None:
    return 0.0 if field_.path == "contact.waiting_s" else None


def _pairs(asked: Sequence[Literal]) -> list[tuple[Test, bool]]:
    return [(one.test, one.positive) for one in asked]


def _numbers(named: list[float], *, at_least: float | None) -> list[Value]:
    points = sorted({*named, *([] if at_least is None else [at_least])}) or [SOME_NUMBER]
    between = [(one + other) / 2 for one, other in pairwise(points)]
    every = [points[0] - 1.0, *points, *between, points[-1] + 1.0]
    return [one for one in every if at_least is None or one >= at_least]


def _texts(asked: Sequence[Literal], named: list[str]) -> list[Value]:
    """The texts named, one that nobody named, and one that holds every part asked for and nothing beside."""
    parts = [str(test.operand) for test, positive in _pairs(asked) if test.operator == "contains" and positive]
    return [*named, UNSAID, UNSAID.join(parts) + UNSAID]


def _lists(field_: Field, asked: Sequence[Literal], named: Sequence[Attribute]) -> list[Value]:
    """Nothing, and all that is not forbidden: whatever asks for more is content with it, whatever forbids too."""
    forbidden = {
        one
        for test, positive in _pairs(asked)
        for one in _operands(test)
        if (test.operator == "not_in") is positive and test.operator in {"not_in", "in", "contains"}
    }
    allowed = field_.values or (*(str(one) for one in named), UNSAID)
    return [(), tuple(dict.fromkeys(str(one) for one in allowed if one not in forbidden))]
