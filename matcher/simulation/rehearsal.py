"""Two rule sets on the same contacts: who would have got whom, and for whom it would have been better or worse."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from matcher.simulation.engine import Run, Stay
from matcher.simulation.measures import Verdict
from matcher.simulation.scenario import Arrival, Scenario

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

RESAMPLES = 2000
MISTAKES = 0.05  # the chance that any interval of a table misses, however many rows the table has
LEAST_DAYS = 5  # from so many days on days are drawn; below it stretches of arrivals
BATCHES = 20
LEAST_CONTACTS = 30  # a group with fewer shows no figures: they would be noise
MOST_FLOWS = 10
NOBODY = ""


class Aspect(StrEnum):
    """What is compared."""

    WAIT = "mean_wait_s"
    IN_TIME = "answered_in_time"
    ABANDONMENT = "abandonment_rate"
    PROMISES = "promises_kept"
    FIT = "mean_compatibility"
    WORK = "share_of_work"


HIGHER_IS_BETTER = {
    Aspect.WAIT: False, Aspect.IN_TIME: True, Aspect.ABANDONMENT: False, Aspect.PROMISES: True, Aspect.FIT: True,
}  # fmt: skip


class Fortune(StrEnum):
    """Whether a group is better or worse off, as far as it can be told."""

    BETTER = "better"
    WORSE = "worse"
    MIXED = "mixed"
    ALIKE = "not distinguishable"


@dataclass(frozen=True, slots=True)
class Change:
    """An aspect under both rule sets, and the difference (draft − current) with its interval."""

    aspect: Aspect
    current: float
    draft: float
    low: float
    high: float

    @property
    def difference(self) -> float:
        """How much higher it is under the draft."""
        return self.draft - self.current

    @property
    def verdict(self) -> Verdict:
        """Told apart only when the interval leaves out 0."""
        if self.low > 0:
            return Verdict.HIGHER
        return Verdict.LOWER if self.high < 0 else Verdict.NOT_DISTINGUISHABLE

    @property
    def is_better(self) -> bool | None:
        """Whether the draft is better in it; `None` where that cannot be told or there is no better."""
        if self.verdict is Verdict.NOT_DISTINGUISHABLE or self.aspect not in HIGHER_IS_BETTER:
            return None
        return (self.verdict is Verdict.HIGHER) is HIGHER_IS_BETTER[self.aspect]


@dataclass(frozen=True, slots=True)
class GroupChange:
    """A segment of customers, or a group of employees: how many contacts it has, and what changes for it."""

    name: str
    contacts: int
    changes: tuple[Change, ...]

    @property
    def fortune(self) -> Fortune:
        """Better when something is better and nothing worse, and so on."""
        found = {change.is_better for change in self.changes} - {None}
        if found == {True, False}:
            return Fortune.MIXED
        return Fortune.BETTER if found == {True} else Fortune.WORSE if found else Fortune.ALIKE


@dataclass(frozen=True, slots=True)
class Flow:
    """So many contacts that went to one group of employees and would go to another; "" stands for nobody."""

    source: str
    target: str
    contacts: int


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one contact under both: whom it got (`None`: nobody) and how long it waited."""

    contact_id: str
    segment: str
    current: str | None
    draft: str | None
    current_waited_s: float
    draft_waited_s: float


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What the draft would have changed. `unit` is what the bootstrap draws: days, or stretches of arrivals.

    Of those `moved` only `regrouped` went to another group of employees: the rest were exchanges between equals.
    """

    contacts: int
    moved: tuple[Moved, ...]
    overall: tuple[Change, ...]
    segments: tuple[GroupChange, ...]
    groups: tuple[GroupChange, ...]
    flows: tuple[Flow, ...]
    regrouped: int
    unit: str
    units: int

    @property
    def moved_share(self) -> float:
        """The share of the contacts that would have gone to another employee, or to one at all, or to none."""
        return len(self.moved) / self.contacts if self.contacts else 0.0


@dataclass(frozen=True, slots=True)
class Terms:
    """How a rehearsal is judged: the wait that is still in time (seconds), and what people are grouped by."""

    within_s: float
    segment_of: Callable[[Arrival], str]
    group_of: Mapping[str, str]


def compare_rules(
    current: Run,
    draft: Run,
    scenario: Scenario,
    terms: Terms,
    *,
    rng: np.random.Generator,
    compatibility: Mapping[tuple[str, str], float] | None = None,
) -> Rehearsal:
    """The two runs of one scenario, contact by contact and group by group.

    Whole days are drawn with replacement (stretches of arrivals, where there are fewer than five days), the same for
    both runs. Intervals hold together: the chance that any of a table misses is 5 % (Bonferroni).

    Source: Efron & Tibshirani 1993, An Introduction to the Bootstrap, chapter 13 (percentile intervals).
    """
    unit, period = _units(scenario)
    sides = tuple(_Side(run, scenario, terms, compatibility) for run in (current, draft))
    judge = _Judge(sides, period, rng)
    flows = _flows(current, draft, terms.group_of)
    segment_names = [terms.segment_of(arrival) for arrival in scenario.arrivals]
    return Rehearsal(
        contacts=len(scenario.arrivals),
        moved=_moved(current, draft, segment_names),
        overall=judge.changes(np.zeros(len(period), dtype=np.int64), rows=1)[0],
        segments=_segments(judge, segment_names),
        groups=_groups(judge, sorted(set(terms.group_of.values()))),
        flows=flows[:MOST_FLOWS],
        regrouped=sum(flow.contacts for flow in flows),
        unit=unit,
        units=int(period.max()) + 1 if len(period) else 0,
    )


class _Side:
    """One run in columns, in order of arrival."""

    def __init__(
        self, run: Run, scenario: Scenario, terms: Terms, fits: Mapping[tuple[str, str], float] | None
    ) -> None:
        stays = run.stays
        dues = [_due_s(stay.arrival, scenario) for stay in stays]
        self.waited = np.array([stay.waited_s for stay in stays], dtype=float)
        self.answered = np.array([stay.is_answered for stay in stays], dtype=bool)
        self.abandoned = np.array([stay.is_abandoned for stay in stays], dtype=bool)
        self.in_time = self.answered & (self.waited <= terms.within_s)
        self.promised = np.array([due is not None for due in dues], dtype=bool)
        self.kept = np.array([_is_kept(stay, due) for stay, due in zip(stays, dues, strict=True)], dtype=bool)
        self.work = np.array([stay.arrival.service_s + stay.arrival.after_work_s for stay in stays]) * self.answered
        self.group = [terms.group_of.get(stay.life.employee_id or "", NOBODY) if stay.is_answered else NOBODY
                      for stay in stays]  # fmt: skip
        self.fit = None if fits is None else np.array([_fit(stay, fits) for stay in stays], dtype=float)

    def parts(self) -> dict[Aspect, tuple[Floats, Floats]]:
        """For each aspect what is summed, and what it is divided by."""
        whole = np.ones(len(self.waited))
        parts = {
            Aspect.WAIT: (self.waited, whole),
            Aspect.IN_TIME: (self.in_time.astype(float), whole),
            Aspect.ABANDONMENT: (self.abandoned.astype(float), whole),
        }
        if self.promised.any():
            parts[Aspect.PROMISES] = ((self.kept & self.promised).astype(float), self.promised.astype(float))
        if self.fit is not None:
            parts[Aspect.FIT] = (self.fit, self.answered.astype(float))
        return parts


class _Judge:
    """Draws the units once, and judges every figure by the same draws."""

    def __init__(self, sides: Sequence[_Side], period: Ints, rng: np.random.Generator) -> None:
        self.current, self.draft = sides
        self.period = period
        self.units = int(period.max()) + 1 if len(period) else 1
        drawn = rng.multinomial(self.units, np.full(self.units, 1 / self.units), size=RESAMPLES)
        self.weights = np.vstack([np.ones(self.units), drawn]).astype(float)

    def changes(self, row: Ints, *, rows: int) -> list[tuple[Change, ...]]:
        """Every aspect's change for each row, `row` telling in which each contact is."""
        current, draft = self.current.parts(), self.draft.parts()
        by_aspect = [
            [self._change(aspect, *pair, rows) for pair in self._pairs(current[aspect], draft[aspect], row, rows)]
            for aspect in current
        ]
        return [tuple(changes[place] for changes in by_aspect) for place in range(rows)]

    def work(self, names: Sequence[str]) -> list[Change]:
        """Each group's share of all work under both."""
        place = {name: column for column, name in enumerate(names)}
        both = []
        for side in (self.current, self.draft):
            row = np.array([place.get(name, -1) for name in side.group], dtype=np.int64)
            by_group = self._summed(np.where(row >= 0, side.work, 0.0), np.maximum(row, 0), len(names))
            both.append(_ratio(self.weights @ by_group, (self.weights @ by_group).sum(axis=1, keepdims=True)))
        columns = zip(both[0].T, both[1].T, strict=True)
        return [self._change(Aspect.WORK, current, draft, len(names)) for current, draft in columns]

    def _pairs(
        self, current: tuple[Floats, Floats], draft: tuple[Floats, Floats], row: Ints, rows: int
    ) -> list[tuple[Floats, Floats]]:
        figures = [
            _ratio(self.weights @ self._summed(above, row, rows), self.weights @ self._summed(below, row, rows))
            for above, below in (current, draft)
        ]
        return list(zip(figures[0].T, figures[1].T, strict=True))

    def _summed(self, values: Floats, row: Ints, rows: int) -> Floats:
        """Units × rows."""
        flat = np.bincount(self.period * rows + row, weights=values, minlength=self.units * rows)
        return np.asarray(flat, dtype=float).reshape(self.units, rows)

    @staticmethod
    def _change(aspect: Aspect, current: Floats, draft: Floats, rows: int) -> Change:
        spread = draft[1:] - current[1:]
        known = spread[np.isfinite(spread)]
        share = MISTAKES / max(rows, 1) / 2
        low, high = np.quantile(known, [share, 1 - share]) if known.size else (np.nan, np.nan)
        return Change(aspect, float(current[0]), float(draft[0]), float(low), float(high))


def _units(scenario: Scenario) -> tuple[str, Ints]:
    """What the bootstrap draws, and to which of them each arrival belongs."""
    days = np.array([arrival.period for arrival in scenario.arrivals], dtype=np.int64)
    distinct, place = np.unique(days, return_inverse=True)
    if len(distinct) >= LEAST_DAYS:
        return "days", np.asarray(place, dtype=np.int64)
    number = max(min(BATCHES, len(days)), 1)
    return "stretches", np.arange(len(days), dtype=np.int64) * number // max(len(days), 1)


def _segments(judge: _Judge, names: Sequence[str]) -> tuple[GroupChange, ...]:
    counted = Counter(names)
    shown = sorted(name for name, contacts in counted.items() if contacts >= LEAST_CONTACTS)
    if not shown:
        return ()
    place = {name: row for row, name in enumerate(shown)}
    row = np.array([place.get(name, len(shown)) for name in names], dtype=np.int64)
    changes = judge.changes(row, rows=len(shown) + 1)
    return tuple(GroupChange(name, counted[name], changes[place[name]]) for name in shown)


def _groups(judge: _Judge, names: Sequence[str]) -> tuple[GroupChange, ...]:
    served = Counter(judge.draft.group)
    return tuple(
        GroupChange(name, served[name], (change,)) for name, change in zip(names, judge.work(names), strict=True)
    )


def _moved(current: Run, draft: Run, segments: Sequence[str]) -> tuple[Moved, ...]:
    pairs = zip(current.stays, draft.stays, segments, strict=True)
    return tuple(
        Moved(before.arrival.contact.id, segment, _taker(before), _taker(after), before.waited_s, after.waited_s)
        for before, after, segment in pairs
        if _taker(before) != _taker(after)
    )


def _flows(current: Run, draft: Run, group_of: Mapping[str, str]) -> tuple[Flow, ...]:
    counted: Counter[tuple[str, str]] = Counter()
    for before, after in zip(current.stays, draft.stays, strict=True):
        pair = group_of.get(_taker(before) or "", NOBODY), group_of.get(_taker(after) or "", NOBODY)
        counted[pair] += pair[0] != pair[1]
    return tuple(Flow(*pair, number) for pair, number in counted.most_common() if number)


def _taker(stay: Stay) -> str | None:
    return stay.life.employee_id if stay.is_answered else None


def _due_s(arrival: Arrival, scenario: Scenario) -> float | None:
    due = arrival.contact.due_to
    return None if due is None else (due - scenario.starts_at).total_seconds()


def _is_kept(stay: Stay, due: float | None) -> bool:
    return stay.is_answered and due is not None and stay.arrival.at_s + stay.waited_s <= due


def _fit(stay: Stay, fits: Mapping[tuple[str, str], float]) -> float:
    return fits.get((stay.arrival.contact.id, _taker(stay) or ""), 0.0)


def _ratio(above: Floats, below: Floats) -> Floats:
    below = np.broadcast_to(below, above.shape)
    return np.asarray(np.divide(above, below, out=np.full(above.shape, np.nan), where=below > 0), dtype=float)
