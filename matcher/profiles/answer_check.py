"""Answers checked against the form they belong to: every fault at once, each with its place."""

from collections.abc import Iterable, Mapping, Sequence

from matcher.errors import Fault, InvalidInput, invalid, pointer_to
from matcher.profiles.choice_model import POINTS
from matcher.profiles.questionnaire import Answer, Form, Item, Mode

ITEMS_NAMED = 30  # in a fault about an unknown item; a longer list would drown it
LONGEST_LATENCY_MS = 10**12  # thirty years; more is no time but a broken clock

# What an answer may hold in each mode, what it must hold first.
FIELDS = {
    Mode.BEST_ONLY: ("best",),
    Mode.BEST_WORST: ("best", "worst"),
    Mode.ALLOCATE: ("points",),
    Mode.RATE: ("rating",),
}


def check_answers(
    form: Form,
    answers: Sequence[Answer],
    *,
    mode: Mode | None = None,
    pointer: str = "/answers",
    preferences: Mapping[str, Item] | None = None,
) -> None:
    """Refuse answers that do not fit the form; `preferences` are items of other facets asked along with it, by id.

    Without a `mode` whatever the form allows is accepted; a worst pick is never obligatory. Raises InvalidInput with
    every fault: `no_answers`, `unknown_mode`, `unknown_item`, `doubled_item`, `missing_field`, `unexpected_field`,
    `unknown_option`, `best_equals_worst`, `points_not_ten` and `out_of_range`.
    """
    if mode is not None and mode not in form.modes:
        allowed = ", ".join(form.modes)
        raise invalid("/mode", "unknown_mode", f"form {form.id} is not answered as {mode}; use one of: {allowed}")
    modes = form.modes if mode is None else (mode,)
    others = preferences or {}
    faults = [] if answers else [Fault(pointer, "no_answers", "give at least one answer")]
    given: dict[str, list[Answer]] = {}
    for place, answer in enumerate(answers):
        where = pointer_to(pointer, place)
        if answer.item in form.items:
            faults += _faults(form, form.items[answer.item], answer, modes, where)
        elif answer.item in others:
            faults += _faults(form, others[answer.item], answer, (Mode.BEST_ONLY,), where)
        else:
            names = ", ".join([*form.order, *others][:ITEMS_NAMED])
            detail = f"form {form.id} has no item {answer.item[:64]!r}; its items are: {names}"
            faults.append(Fault(f"{where}/item", "unknown_item", detail))
            continue
        item = form.items.get(answer.item) or others[answer.item]
        faults += _repeats(item, answer, given.setdefault(item.id, []), where)
    if faults:
        raise InvalidInput(faults)


def _repeats(item: Item, answer: Answer, earlier: list[Answer], where: str) -> Iterable[Fault]:
    """An item comes once; one that allows several picks comes as often, each time with another option."""
    earlier.append(answer)
    if len(earlier) > item.select_max:
        times = "once" if item.select_max == 1 else f"at most {item.select_max} times"
        yield Fault(f"{where}/item", "doubled_item", f"item {item.id} may be answered {times}")
    elif answer.best is not None and answer.best in [each.best for each in earlier[:-1]]:
        yield Fault(f"{where}/best", "doubled_item", f"option {answer.best[:8]!r} of item {item.id} is chosen twice")


def _faults(form: Form, item: Item, answer: Answer, modes: Sequence[Mode], where: str) -> Iterable[Fault]:
    yield from _wrong_fields(item, answer, modes, where)
    yield from _wrong_picks(item, answer, where)
    if answer.points is not None:
        yield from _wrong_points(item, answer, where)
    if answer.rating is not None and form.rating is not None:
        lowest, highest = form.rating
        if not lowest <= answer.rating <= highest:
            yield Fault(f"{where}/rating", "out_of_range", f"a rating is a number from {lowest:g} to {highest:g}")
    if answer.latency_ms is not None and not 0 <= answer.latency_ms <= LONGEST_LATENCY_MS:
        yield Fault(f"{where}/latency_ms", "out_of_range", "a latency is a number of milliseconds, 0 or more")


def _wrong_fields(item: Item, answer: Answer, modes: Sequence[Mode], where: str) -> Iterable[Fault]:
    """An answer is given in one way only, and whole."""
    ways = list(dict.fromkeys(FIELDS[mode][0] for mode in modes))
    way = next((name for name in ways if getattr(answer, name) is not None), None)
    if way is None:
        yield Fault(f"{where}/{ways[0]}", "missing_field", f"item {item.id} needs {' or '.join(ways)}")
    allowed = {name for mode in modes for name in FIELDS[mode] if way in (None, FIELDS[mode][0])}
    for name in ("best", "worst", "points", "rating"):
        if getattr(answer, name) is not None and name not in allowed:
            yield Fault(f"{where}/{name}", "unexpected_field", f"item {item.id} is not answered with {name} here")


def _wrong_picks(item: Item, answer: Answer, where: str) -> Iterable[Fault]:
    for name, key in (("best", answer.best), ("worst", answer.worst)):
        if key is not None and not _is_key(item, key):
            yield _unknown_option(item, key, f"{where}/{name}")
    if answer.best is not None and answer.best == answer.worst:
        yield Fault(f"{where}/worst", "best_equals_worst", f"item {item.id}: best and worst must differ")


def _wrong_points(item: Item, answer: Answer, where: str) -> Iterable[Fault]:
    points = answer.points or {}
    for key, number in points.items():
        if not _is_key(item, key):
            yield _unknown_option(item, key, pointer_to(f"{where}/points", key))
        if isinstance(number, bool) or not isinstance(number, int) or not 0 <= number <= POINTS:
            detail = f"points are whole numbers from 0 to {POINTS}"
            yield Fault(pointer_to(f"{where}/points", key), "out_of_range", detail)
            return
    if sum(points.values()) != POINTS:
        detail = f"item {item.id}: share out exactly {POINTS} points, not {sum(points.values())}"
        yield Fault(f"{where}/points", "points_not_ten", detail)


def _is_key(item: Item, key: str) -> bool:
    return len(key) == 1 and key in item.keys


def _unknown_option(item: Item, key: str, where: str) -> Fault:
    options = ", ".join(item.keys)
    return Fault(where, "unknown_option", f"item {item.id} has no option {key[:8]!r}; use one of: {options}")
