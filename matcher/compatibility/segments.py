"""Whether what is learnt holds for every segment of customers and every team, and whether all are served as well.

The four-fifths rule asks that no group's rate of good outcomes is below .8 of the best group's. A ratio of what was
seen is not yet a ratio of what is: the interval decides, made for all groups of a side at once. Small groups are not
told of: fewer than 50 outcomes have no figures, fewer than 5 not even a count.
Source: Uniform Guidelines on Employee Selection Procedures, 29 CFR 1607.4(D) (1978); Bonferroni's correction; the
cluster bootstrap as in `measures`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.measures import MEASURES, Figure, Judged, figure, resampled

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

LEAST_TOLD = 50  # outcomes; fewer have no figures
LEAST_COUNTED = 5  # outcomes; of fewer not even their number is told
FOUR_FIFTHS = 0.8
DRAWS = 400
ERROR = 0.05
TOLD = ("auc", "log_loss", "slope")


@dataclass(frozen=True, slots=True, eq=False)
class Segment:
    """A segment of customers or a team of employees, and what later outcomes say of it.

    `outcomes` is `None` below 5. `figures` are auc, log_loss and slope (calibration, 1 is right), `said` and `came`
    (mean probability and share of good outcomes), `ratio` and `difference` of `came` to that of the best group of its
    side; empty below 50 outcomes.
    """

    side: str
    name: str
    outcomes: int | None
    figures: Mapping[str, Figure]


@dataclass(frozen=True, slots=True)
class Parity:
    """How the groups of a side compare in good outcomes: the lowest with the highest, and a verdict in words."""

    side: str
    lowest: str
    highest: str
    ratio: Figure
    difference: Figure
    verdict: str


def segments_of(judged: Judged, names: Sequence[str | None], *, side: str, rng: np.random.Generator) -> list[Segment]:
    """Every named group, by name; `names` are those of the outcomes judged."""
    named = np.array([name or "" for name in names], dtype=object)
    rows_of = {name: np.flatnonzero(named == name) for name in sorted(set(named.tolist()) - {""})}
    told = {name: rows for name, rows in rows_of.items() if len(rows) >= LEAST_TOLD}
    rates = dict(zip(told, _rates(judged, list(told.values()), rng=rng), strict=True))
    found = []
    for name, rows in rows_of.items():
        if name not in told:
            found.append(Segment(side, name, len(rows) if len(rows) >= LEAST_COUNTED else None, {}))
            continue
        some = _some(judged, rows)
        figures = {each: figure(some, MEASURES[each], rng=rng) for each in TOLD}
        figures |= {"said": figure(some, _said, rng=rng), "came": figure(some, _came, rng=rng)}
        found.append(Segment(side, name, len(rows), {**figures, **rates[name]}))
    return found


def parity_of(segments: Sequence[Segment]) -> Parity | None:
    """The comparison of one side's groups; `None` where fewer than two are told of."""
    told = [one for one in segments if one.figures]
    if len(told) < 2:
        return None
    lowest, highest = (pick(told, key=lambda one: one.figures["came"].value) for pick in (min, max))
    ratio, difference = lowest.figures["ratio"], lowest.figures["difference"]
    return Parity(lowest.side, lowest.name, highest.name, ratio, difference, _verdict(lowest.name, highest.name, ratio))


def _rates(judged: Judged, groups: Sequence[Ints], *, rng: np.random.Generator) -> list[dict[str, Figure]]:
    """Each group's ratio and difference to the best one, their intervals for all groups at once."""
    if not groups:
        return []
    whole = np.ones(len(judged.success))
    values = _came_of(judged, groups, whole)
    drawn = np.array([_came_of(judged, groups, counts) for counts in resampled(judged.clusters, rng=rng, draws=DRAWS)])
    best = int(values.argmax())
    tail = ERROR / (2 * max(len(groups) - 1, 1))
    found = []
    for place in range(len(groups)):
        with np.errstate(divide="ignore", invalid="ignore"):  # a group without any good outcome has no ratio to give
            ratio = _figure(values[place] / values[best], drawn[:, place] / drawn[:, best], tail)
        found.append({
            "ratio": ratio,
            "difference": _figure(values[place] - values[best], drawn[:, place] - drawn[:, best], tail),
        })  # fmt: skip
    return found


def _figure(value: float, drawn: Floats, tail: float) -> Figure:
    usable = drawn[np.isfinite(drawn)]
    if not len(usable) or not np.isfinite(value):
        return Figure(np.nan, np.nan, np.nan)
    low, high = np.quantile(usable, [tail, 1 - tail]).tolist()
    return Figure(float(value), low, high)


def _came_of(judged: Judged, groups: Sequence[Ints], counts: Floats) -> Floats:
    weight = judged.weight * counts
    return np.array([_ratio(float(weight[rows] @ judged.success[rows]), float(weight[rows].sum())) for rows in groups])


def _ratio(above: float, below: float) -> float:
    return above / below if below > 0 else float("nan")


def _said(probability: Floats, _success: Floats, weight: Floats) -> float:
    return _ratio(float(weight @ probability), float(weight.sum()))


def _came(_probability: Floats, success: Floats, weight: Floats) -> float:
    return _ratio(float(weight @ success), float(weight.sum()))


def _some(judged: Judged, rows: Ints) -> Judged:
    return Judged(
        judged.probability[rows], judged.success[rows], judged.weight[rows], judged.groups[rows], judged.clusters[rows]
    )


def _verdict(lowest: str, highest: str, ratio: Figure) -> str:
    if np.isnan(ratio.value):
        return "cannot be told: nobody had a good outcome"
    told = f"{lowest} has {ratio.value:.2f} of the good outcomes of {highest} ({ratio.low:.2f} to {ratio.high:.2f})"
    if ratio.low >= FOUR_FIFTHS:
        return f"four fifths are kept: {told}"
    if ratio.high < FOUR_FIFTHS:
        return f"four fifths are not kept: {told}"
    return f"whether four fifths are kept cannot be told: {told}"
