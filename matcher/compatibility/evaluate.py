"""Does it help, and by how much? Learnt from earlier outcomes, judged by later ones, beside everything simpler.

Nothing is judged by outcomes it was trained on. Verdicts are words, "not distinguishable" among them.
Source: learning.md section 3.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.answers import Answers
from matcher.compatibility.measures import Figure, Judged, gain, measured
from matcher.compatibility.outcomes import Outcomes
from matcher.compatibility.people_table import PeopleTable
from matcher.compatibility.scorer import Scorer
from matcher.compatibility.segments import Segment, segments_of
from matcher.compatibility.splits import LAST_SHARE, Split, by_group, cut_at, groups_of, parted_people
from matcher.compatibility.training import check_enough
from matcher.compatibility.worth import Worth, blocks_of, worth_of
from matcher.errors import invalid
from matcher.profiles.framework import Framework

if TYPE_CHECKING:
    from matcher.compatibility.classifier import PairClassifier

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Progress = Callable[[int, int], None]

CONSTANT, MAIN, SAME, PRIOR, WITHOUT, LEARNED, CURRENT = (
    "constant", "main effects only", "same system", "prior", "without values", "learned", "current classifier",
)  # fmt: skip
# What each competitor may learn. The main effects of profiles stay where only chemistry is taken away.
COMPETITORS: Mapping[str, Mapping[str, object]] = {
    MAIN: {"values": "main", "pairs": False},
    SAME: {"values": "same", "pairs": False},
    PRIOR: {"values": "prior", "pairs": False},
    WITHOUT: {"values": "off", "pairs": True},
    LEARNED: {"values": "learned", "pairs": True},
}
NEED_VALUES = (SAME, PRIOR, WITHOUT)
LEAST_LATER = 30  # outcomes to judge by
LEAST_CLUSTERS = 10  # resampling fewer gives intervals that are too narrow
SEGMENT, TEAM = "segment", "team"
WARM, COLD = "warm", "cold"  # whether people judged by may have been met in training


@dataclass(frozen=True, slots=True)
class Data:
    """Who met whom, and what came of it; `answers` says how that is known, `None` where only outcomes were given."""

    customers: PeopleTable
    employees: PeopleTable
    outcomes: Outcomes
    framework: Framework
    answers: Answers | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Evaluation:
    """What was found on later outcomes. `split` is time or group, `start` warm or cold.

    `predictions` are by competitor, for outcomes `rows`; `gains` are nats an outcome of `learned` over each other one;
    `verdicts` say them in words. `segments` tell of `learned` by segment of customers and team of employees.
    """

    split: str
    start: str
    trained_on: int
    rows: Ints
    predictions: Mapping[str, Floats]
    measures: Mapping[str, Mapping[str, Figure]]
    gains: Mapping[str, Figure]
    verdicts: Mapping[str, str]
    worth: Worth | None
    segments: tuple[Segment, ...] = ()


def evaluate(
    data: Data, *, split: str = "auto", start: str = WARM, seed: int = 0, only: Sequence[str] = (), partners: int = 1,
    current: Scorer | None = None, current_until: float | None = None, progress: Progress = lambda _done, _of: None,
) -> Evaluation:  # fmt: skip
    """Everything of section 3 on these outcomes. `start` cold leaves out later outcomes of people trained on.

    `only` limits the competitors. The `current` classifier joins where every later outcome is after `current_until`
    (seconds since 1970), its last outcome: so much is left to judge by, where outcomes after it are enough.
    Raises InvalidInput where too little is left to learn from or judge by.
    """
    check_enough(data.outcomes)
    splits = outer_splits(data.outcomes, split=split, start=start, seed=seed)
    if current is not None and current_until is not None:
        splits = _after(splits, data.outcomes, current_until)
    left = sum(len(each.later) for each in splits)
    if left < LEAST_LATER:
        told = "1 outcome is" if left == 1 else f"{left or 'no'} outcomes are"
        detail = f"{told} left to judge by: it takes at least {LEAST_LATER}"
        raise invalid("/outcomes", "too_few_outcomes", f"{detail}. Give more outcomes, or another split.")
    rows = np.concatenate([each.later for each in splits])
    names = [name for name in COMPETITORS if _is_run(name, data, only)]
    predictions = {CONSTANT: _constant(data.outcomes, splits)}
    for done, name in enumerate(names):
        progress(done, len(names))
        predictions[name] = predicted(data, splits, COMPETITORS[name], seed=seed)
    judged_at = data.outcomes.take(rows)
    if current is not None and current_until is not None and judged_at.at.min() > current_until:
        predictions[CURRENT] = scored_rows(current, data, rows)
    return _judged(data, splits, rows, predictions, start=start, seed=seed, partners=partners)


def outer_splits(outcomes: Outcomes, *, split: str, start: str, seed: int) -> list[Split]:
    """One cut in time, the last quarter later; or five times some groups left out. Cold: nobody on both sides."""
    if split == "time" or (split == "auto" and outcomes.has_times):
        if not outcomes.has_times:
            raise invalid("/split", "no_times", "a split by time needs the time of every outcome, and different ones")
        cut = cut_at(outcomes.at, 1.0 - LAST_SHARE)
        splits = [] if cut is None else [cut]
    else:
        splits = by_group(groups_of(outcomes), rng=np.random.default_rng(seed))
    if start == COLD:
        splits = [parted_people(each, outcomes.customer) for each in splits]
    return [each for each in splits if len(each.later)]


def _after(splits: list[Split], outcomes: Outcomes, moment: float) -> list[Split]:
    """The cut in time moved on to that moment, where outcomes after it are enough to judge by; else as it was."""
    later = np.flatnonzero(outcomes.at > moment)
    if (
        not splits
        or splits[0].kind != "time"
        or outcomes.at[splits[0].later].min() > moment
        or len(later) < LEAST_LATER
    ):
        return splits
    return [Split("time", np.flatnonzero(outcomes.at <= moment), later)]


def predicted(data: Data, splits: Sequence[Split], may: Mapping[str, object], *, seed: int) -> Floats:
    """The probabilities of the splits' later rows, one after the other, each learnt from its earlier rows."""
    found = [scored_rows(fitted(data, each.train, may, seed=seed).scorer_, data, each.later) for each in splits]
    return np.concatenate(found)


def fitted(data: Data, rows: Ints, may: Mapping[str, object], *, seed: int) -> "PairClassifier":
    """A classifier learnt from these rows."""
    from matcher.compatibility.classifier import PairClassifier  # here: scikit-learn takes seconds to load

    classifier = PairClassifier(data.framework, seed=seed, **may)  # type: ignore[arg-type]  # COMPETITORS has its words
    return classifier.fit(data.customers, data.employees, data.outcomes.take(rows))


def clusters_of(outcomes: Outcomes, rows: Ints) -> Ints:
    """What intervals resample: groups, or customers where the outcomes judged by are of too few groups to resample."""
    groups = groups_of(outcomes)[rows]
    return groups if len(np.unique(groups)) >= LEAST_CLUSTERS else outcomes.customer[rows]


def scored_rows(scorer: Scorer, data: Data, rows: Ints) -> Floats:
    """The probabilities that a scorer gives some outcomes' pairs."""
    return scorer.calibration.probability(logits_of_rows(scorer, data, rows))


def logits_of_rows(scorer: Scorer, data: Data, rows: Ints) -> Floats:
    """The logits before calibration that a scorer gives some outcomes' pairs: what ranks."""
    some = data.outcomes.take(rows)
    contacts = scorer.contact_half(data.customers.take(some.customer), some.intents, some.channels)
    columns = scorer.employee_half(data.employees).columns[:, some.employee]
    logits: Floats = (contacts.rows * columns.T).sum(axis=1).astype(float)
    return logits


def uplift(found: Evaluation, data: Data, *, bins: int = 10) -> list[tuple[float, float]]:
    """By tenths of what pairing adds (`learned` less main effects, ascending): that, and success beyond main effects.

    Where pairing works the second grows with the first; where it does not it stays about 0.
    """
    ours, mains = found.predictions[LEARNED], found.predictions[MAIN]
    success = data.outcomes.take(found.rows).success
    order = np.argsort(ours - mains, kind="stable")
    return [
        (float((ours - mains)[rows].mean()), float((success - mains)[rows].mean()))
        for rows in np.array_split(order, min(bins, len(order)))
    ]


def verdict_of(found: Figure, *, over: str) -> str:
    """A gain in words: better, worse, or not distinguishable."""
    told = f"{found.value:+.4f} nats an outcome ({found.low:+.4f} to {found.high:+.4f})"
    if found.low > 0:
        return f"better than {over}: {told}"
    if found.high < 0:
        return f"worse than {over}: {told}"
    return f"not distinguishable from {over}: {told}"


def _judged(
    data: Data, splits: Sequence[Split], rows: Ints, predictions: Mapping[str, Floats], *, start: str, seed: int,
    partners: int,
) -> Evaluation:  # fmt: skip
    later, rng = data.outcomes.take(rows), np.random.default_rng(seed)
    groups = groups_of(data.outcomes)[rows]
    clusters = clusters_of(data.outcomes, rows)
    judged = {name: Judged(one, later.success, later.weight, groups, clusters) for name, one in predictions.items()}
    ours = LEARNED if LEARNED in predictions else list(predictions)[-1]
    gains = {
        name: gain(predictions[ours], one, judged[name], rng=rng) for name, one in predictions.items() if name != ours
    }
    return Evaluation(
        split=splits[0].kind,
        start=start,
        trained_on=max(len(each.train) for each in splits),
        rows=rows,
        predictions=predictions,
        measures={name: measured(one, rng=rng) for name, one in judged.items()},
        gains=gains,
        verdicts={name: verdict_of(one, over=name) for name, one in gains.items()},
        worth=worth_of(blocks_of(later, predictions[ours], groups), partners=partners, rng=rng),
        segments=tuple(_segments(data, later, judged[ours], rng=rng)),
    )


def _segments(data: Data, later: Outcomes, judged: Judged, *, rng: np.random.Generator) -> Iterator[Segment]:
    sides = ((SEGMENT, data.customers.groups, later.customer), (TEAM, data.employees.groups, later.employee))
    for side, names, places in sides:
        yield from segments_of(judged, [names[place] for place in places.tolist()], side=side, rng=rng)


def _constant(outcomes: Outcomes, splits: Sequence[Split]) -> Floats:
    return np.concatenate([
        np.full(len(each.later), np.average(outcomes.success[each.train], weights=outcomes.weight[each.train]))
        for each in splits
    ])  # fmt: skip


def _is_run(name: str, data: Data, only: Sequence[str]) -> bool:
    has_values = bool(data.customers.values_known.any() and data.employees.values_known.any())
    return (not only or name in only) and (has_values or name not in NEED_VALUES)
