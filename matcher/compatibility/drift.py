"""Does a classifier still mean what it says, and does it still see the people it was learnt from?

Calibration in the large: how much more good outcomes were told than came, with an interval. Shift: the population
stability index of each feature between what was learnt from and what came since, Σ (a − e)·ln(a/e) over its categories.
Source: N. Siddiqi (2006), Credit Risk Scorecards, ISBN 978-0-471-75451-0: below .1 little changed, above .25 much did.
"""

import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from matcher.compatibility.evaluate import Data, clusters_of, scored_rows
from matcher.compatibility.gate import MOST_BIAS, mean_bias
from matcher.compatibility.measures import Figure, Judged, figure, log_loss
from matcher.compatibility.scorer import Scorer
from matcher.compatibility.splits import groups_of

MOST_SHIFT = 0.25
LEAST_OUTCOMES = 100  # fewer say nothing of either
LEAST_SHARE = 1e-3  # of a category that nobody is in, so that its logarithm is finite
BINS = 10
UNKNOWN, RARE = "unknown", "rare"
LEAST_TOLD = 5  # of fewer outcomes a category is not named (trust.md, bad input 118)

Mix = Mapping[str, Mapping[str, float]]  # feature → category → share


@dataclass(frozen=True, slots=True)
class Watch:
    """What was found of a classifier on outcomes that came after those learnt from. `alarms` are sentences; with fewer
    than `LEAST_OUTCOMES` outcomes nothing is concluded."""

    outcomes: int
    bias: Figure | None = None
    loss: float | None = None
    shift: Mapping[str, float] = field(default_factory=dict)
    alarms: tuple[str, ...] = ()


def mix_of(data: Data, scorer: Scorer) -> dict[str, dict[str, float]]:
    """The share of outcomes in each category of each feature, the probabilities told in ten bins among them."""
    outcomes, every = data.outcomes, np.arange(len(data.outcomes))
    customers, employees = outcomes.customer.tolist(), outcomes.employee.tolist()
    told = np.minimum((scored_rows(scorer, data, every) * BINS).astype(int), BINS - 1)
    columns: dict[str, Iterable[object]] = {
        "intent": (_known(intent, scorer.features.intents) for intent in outcomes.intents),
        "channel": outcomes.channels,
        "segment": (data.customers.groups[place] for place in customers),
        "team": (data.employees.groups[place] for place in employees),
        "values of customers": (bool(data.customers.values_known[place]) for place in customers),
        "values of employees": (bool(data.employees.values_known[place]) for place in employees),
        "probability": (f"{bin_ / BINS:.1f}" for bin_ in told.tolist()),
    }
    return {name: _shares(column) for name, column in columns.items()}


def told_mix(mix: Mix, outcomes: int) -> dict[str, dict[str, float]]:
    """The mix as a card tells it: categories of fewer than five outcomes stand together, so that none is told of."""
    return {
        name: _folded(shares, {each for each, share in shares.items() if share * outcomes >= LEAST_TOLD - 0.5})
        for name, shares in mix.items()
    }


def shift_of(before: Mix, now: Mix) -> dict[str, float]:
    """The population stability index of each feature told of in both; what was not named before counts as rare."""
    return {name: stability(before[name], _folded(now[name], set(before[name]))) for name in before if name in now}


def stability(before: Mapping[str, float], now: Mapping[str, float]) -> float:
    """The population stability index of two distributions over categories, 0 or more."""
    total = 0.0
    for name in {*before, *now}:
        expected, actual = max(before.get(name, 0.0), LEAST_SHARE), max(now.get(name, 0.0), LEAST_SHARE)
        total += (actual - expected) * math.log(actual / expected)
    return total


def watch(data: Data, scorer: Scorer, reference: Mix, *, seed: int = 0) -> Watch:
    """What these outcomes, none of them learnt from, say of the classifier."""
    count = len(data.outcomes)
    if count < LEAST_OUTCOMES:
        return Watch(count)
    rows, told = np.arange(count), data.outcomes
    probability = scored_rows(scorer, data, rows)
    judged = Judged(probability, told.success, told.weight, groups_of(told), clusters_of(told, rows))
    bias = figure(judged, mean_bias, rng=np.random.default_rng(seed))
    shift = shift_of(reference, mix_of(data, scorer))
    loss = log_loss(probability, told.success, told.weight)
    return Watch(count, bias, loss, shift, tuple(_alarms(bias, shift)))


def sums_by_day(data: Data, scorer: Scorer, days: Sequence[str]) -> dict[str, tuple[int, float, float, float]]:
    """For each day named for an outcome: how many there were, the sums of what was told, of what came, of log-loss."""
    probability = scored_rows(scorer, data, np.arange(len(days)))
    found: dict[str, tuple[int, float, float, float]] = {}
    for day in sorted(set(days)):
        rows = np.flatnonzero(np.array(days) == day)
        said, came = probability[rows], data.outcomes.success[rows]
        loss = log_loss(said, came, np.ones(len(rows))) * len(rows)
        found[day] = len(rows), float(said.sum()), float(came.sum()), loss
    return found


def _alarms(bias: Figure, shift: Mapping[str, float]) -> Iterable[str]:
    if bias.low > MOST_BIAS or bias.high < -MOST_BIAS:
        more = "more" if bias.value > 0 else "fewer"
        yield f"{abs(bias.value):.1%} {more} good outcomes are told than come ({bias.low:+.1%} to {bias.high:+.1%})."
    for name, index in shift.items():
        if index > MOST_SHIFT:
            yield f"The mix of {name} is another than it was learnt from (stability index {index:.2f})."


def _folded(shares: Mapping[str, float], named: Collection[str]) -> dict[str, float]:
    folded: dict[str, float] = {}
    for word, share in shares.items():
        place = word if word in named else RARE
        folded[place] = folded.get(place, 0.0) + share
    return folded


def _known(word: str | None, known: Sequence[str]) -> str | None:
    return word if word in known else None


def _shares(words: Iterable[object]) -> dict[str, float]:
    counts = Counter(UNKNOWN if word is None else str(word) for word in words)
    total = sum(counts.values())
    return {word: round(count / total, 6) for word, count in sorted(counts.items())} if total else {}
