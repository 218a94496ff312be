"""Who was on duty when, and with which skills, as far as the services in a log show it."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from matcher.simulation.history import Fate, Logged
from matcher.simulation.scenario import Spell

Stretch = tuple[float, float]


@dataclass(frozen=True, slots=True)
class StaffingTerms:
    """How shifts are read from services. Our choices; every report states them.

    `break_s`: a gap this long between two services of an employee ends a spell on duty. `after_work_s`: time away right
    after a service up to this length is work that belongs to the contact; longer it is a break by the clock.
    `overlap_s`: services of one name that overlap by more than this were at two desks. `least_contacts`: so many
    contacts of a kind show a skill. A wait up to `connecting_s` is the time it takes to connect, no sign that nobody
    was free.
    """

    break_s: float = 1800.0
    after_work_s: float = 600.0
    overlap_s: float = 10.0
    least_contacts: int = 3
    connecting_s: float = 5.0


@dataclass(frozen=True, slots=True)
class Staffing:
    """Spells on duty; the desk and the after-work of each served line; kinds by desk; and hours idle and away."""

    spells: tuple[Spell, ...]
    desk_of: Mapping[int, str]
    after_work_s: Mapping[int, float]
    kinds_of: Mapping[str, frozenset[str]]
    idle_h: float
    away_h: float


def infer_staffing(contacts: Sequence[Logged], terms: StaffingTerms) -> Staffing:
    """The staffing that the log's services show.

    An employee is on duty from the start of a service to the end of the last one, gaps shorter than `break_s` included.
    Whoever is free gets the waiting contact; so when, in a gap, someone the employee could serve was waiting, the
    employee was away, from the end of the service until the last such wait in the gap was over.
    """
    desk_of = assign_desks(contacts, terms.overlap_s)
    kinds_of = infer_kinds(contacts, desk_of, terms.least_contacts)
    served = _by_desk(contacts, desk_of)
    waits = {kinds: joined(_waits(contacts, kinds, terms.connecting_s)) for kinds in set(kinds_of.values())}
    spells: list[Spell] = []
    after_work: dict[int, float] = {}
    idle = away = 0.0
    for desk in sorted(served):
        day = _Desk(desk, served[desk], waits[kinds_of[desk]], terms)
        spells += day.spells
        after_work |= day.after_work
        idle, away = idle + day.idle_s, away + day.away_s
    return Staffing(tuple(spells), desk_of, after_work, kinds_of, idle / 3600, away / 3600)


class _Desk:
    """One desk's services, read as spells."""

    def __init__(self, desk: str, served: Sequence[Logged], waits: Sequence[Stretch], terms: StaffingTerms) -> None:
        self.spells: list[Spell] = []
        self.after_work: dict[int, float] = {}
        self.idle_s = self.away_s = 0.0
        self.desk, self.waits, self.terms = desk, waits, terms
        self.start, self.end = _stretch(served[0])
        for before, row in pairwise(served):
            self.pass_gap(before, row)
        self.close(self.end)

    def pass_gap(self, before: Logged, row: Logged) -> None:
        begin, end = _stretch(row)
        gap = begin - self.end
        if gap >= self.terms.break_s:
            self.close(self.end)
            self.start = begin
        elif gap > 0:
            self.spend_gap(before, self.end, begin)
        self.end = max(self.end, end)

    def spend_gap(self, before: Logged, left: float, back: float) -> None:
        returned = last_wait_until(self.waits, left, back)
        away = returned - left
        self.away_s += away
        self.idle_s += back - returned
        if 0 < away <= self.terms.after_work_s:
            self.after_work[before.line] = away
        elif away > 0:
            self.close(left)
            self.start = returned

    def close(self, at_s: float) -> None:
        if at_s > self.start:
            self.spells.append(Spell(self.desk, self.start, at_s))


def assign_desks(contacts: Iterable[Logged], overlap_s: float) -> dict[int, str]:
    """The desk of each served line: the name, or `NAME#2`, … where services of one name overlap by over `overlap_s`."""
    ends: dict[str, list[float]] = defaultdict(list)
    desks: dict[int, str] = {}
    served = (row for row in contacts if row.fate is Fate.SERVED)
    for row in sorted(served, key=lambda row: (row.begun_s or 0.0, row.line)):
        begin, end = _stretch(row)
        name = row.employee or ""
        taken = ends[name]
        place = next((place for place, until in enumerate(taken) if until <= begin + overlap_s), len(taken))
        if place == len(taken):
            taken.append(end)
        taken[place] = max(taken[place], end)
        desks[row.line] = name if place == 0 else f"{name}#{place + 1}"
    return desks


def infer_kinds(contacts: Iterable[Logged], desk_of: Mapping[int, str], least: int) -> dict[str, frozenset[str]]:
    """The kinds of contact each desk can serve: those its name served at least `least` times in the log.

    A kind that nobody served so often belongs to everyone who ever served it; a name without any keeps what it served.
    """
    counted: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for row in contacts:
        if row.line in desk_of:
            counted[row.employee or ""][row.kind] += 1
    common = {kind for kinds in counted.values() for kind, times in kinds.items() if times >= least}
    by_name = {
        name: frozenset(k for k, times in kinds.items() if times >= least or k not in common) or frozenset(kinds)
        for name, kinds in counted.items()
    }
    return {desk: by_name[desk.split("#")[0]] for desk in set(desk_of.values())}


def joined(stretches: Iterable[Stretch]) -> list[Stretch]:
    """The same time covered by stretches that neither overlap nor touch, in order."""
    out: list[Stretch] = []
    for begin, end in sorted(stretches):
        if out and begin <= out[-1][1]:
            out[-1] = (out[-1][0], max(end, out[-1][1]))
        elif end > begin:
            out.append((begin, end))
    return out


def last_wait_until(waits: Sequence[Stretch], left: float, back: float) -> float:
    """When, between `left` and `back`, the last of the (joined) waits was over; `left` when nobody waited."""
    place = bisect_left(waits, (back, back)) - 1
    if place < 0 or waits[place][1] <= left:
        return left
    return min(waits[place][1], back)


def _waits(contacts: Iterable[Logged], kinds: frozenset[str], longer_than_s: float) -> list[Stretch]:
    return [
        (row.at_s, row.at_s + row.waited_s) for row in contacts if row.kind in kinds and row.waited_s > longer_than_s
    ]


def _by_desk(contacts: Iterable[Logged], desk_of: Mapping[int, str]) -> dict[str, list[Logged]]:
    served: dict[str, list[Logged]] = defaultdict(list)
    for row in contacts:
        if row.line in desk_of:
            served[desk_of[row.line]].append(row)
    for rows in served.values():
        rows.sort(key=lambda row: (row.begun_s or 0.0, row.line))
    return served


def _stretch(row: Logged) -> Stretch:
    begin = row.begun_s or 0.0
    return begin, begin + (row.service_s or 0.0)
