"""May a candidate take the place of what serves? Five questions, each answered with its figures on later outcomes.

It must beat main effects only, and the classifier in service where there is one; a single chance told to everyone must
not be better (where main effects are, beating them proves little); no segment may be served worse by more
than a margin; and its probabilities must mean what they say. A question that cannot be answered is not passed.
Source: learning.md section 5.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.evaluate import CONSTANT, CURRENT, LEARNED, MAIN, Data, Evaluation, clusters_of
from matcher.compatibility.measures import Figure, Judged, calibration_slope, figure, gain
from matcher.compatibility.splits import groups_of

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

# Our choices, stated in every card. A bound is broken where the whole 95 % interval lies beyond it.
SEGMENT_MARGIN = 0.01  # nats an outcome: so much worse may a segment be served by chance
LEAST_OF_SEGMENT = 50  # later outcomes; fewer say nothing of a segment
MOST_BIAS = 0.03  # of the mean probability told, above or below what came
SLOPES = (0.7, 1.4)  # of the logits; 1 is right


@dataclass(frozen=True, slots=True)
class Line:
    """One question, whether it is passed, the answer in words, and the figures behind it."""

    name: str
    passed: bool
    told: str
    figures: Mapping[str, Figure] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Every line of the gate."""

    lines: tuple[Line, ...]

    @property
    def passed(self) -> bool:
        """Whether every line is."""
        return all(line.passed for line in self.lines)

    @property
    def failed(self) -> tuple[Line, ...]:
        """The lines that are not."""
        return tuple(line for line in self.lines if not line.passed)


def gate(found: Evaluation, data: Data, *, has_current: bool, seed: int = 0) -> Verdict:
    """The verdict on what was evaluated; `has_current`: a classifier serves, and it must be beaten."""
    rng = np.random.default_rng(seed)
    later = data.outcomes.take(found.rows)
    clusters = clusters_of(data.outcomes, found.rows)
    judged = Judged(
        found.predictions[LEARNED], later.success, later.weight, groups_of(data.outcomes)[found.rows], clusters
    )
    return Verdict(
        (
            _beats(found, MAIN, "beats_main_effects"),
            _not_worse(found, CONSTANT, "not_worse_than_nothing"),
            _beats_current(found, has_current=has_current),
            _segments(found, data, judged, rng=rng),
            *_calibration(judged, rng=rng),
        )
    )


def gate_document(verdict: Verdict) -> dict[str, object]:
    """The verdict as JSON speaks it."""
    from matcher.compatibility.story import figure_document

    return {
        "passed": verdict.passed,
        "lines": [
            {
                "name": line.name,
                "passed": line.passed,
                "told": line.told,
                "figures": {name: figure_document(one) for name, one in line.figures.items()},
            }
            for line in verdict.lines
        ],
    }


def unjudged(reason: str) -> Verdict:
    """The verdict where nothing could be evaluated: not passed, with the reason."""
    return Verdict((Line("is_evaluated", False, reason),))


def _beats(found: Evaluation, other: str, name: str) -> Line:
    if other not in found.gains:
        return Line(name, False, f"It was not compared with {other}.")
    gained = found.gains[other]
    return Line(name, gained.low > 0, f"It is {found.verdicts[other]}.", {"gain": gained})


def _not_worse(found: Evaluation, other: str, name: str) -> Line:
    """Whoever tells everyone the same chance knows nothing, and may not be likelier right."""
    if other not in found.gains:
        return Line(name, False, f"It was not compared with {other}.")
    gained = found.gains[other]
    return Line(name, gained.high > 0, f"It is {found.verdicts[other]}.", {"gain": gained})


def _beats_current(found: Evaluation, *, has_current: bool) -> Line:
    if not has_current:
        return Line("beats_current", True, "No classifier is in service: there is none to beat.")
    if CURRENT not in found.gains:
        told = "Too few outcomes came after those that the classifier in service was learnt from."
        return Line("beats_current", False, told)
    return _beats(found, CURRENT, "beats_current")


def _segments(found: Evaluation, data: Data, judged: Judged, *, rng: np.random.Generator) -> Line:
    """Whether any segment is served worse than by what serves now, beyond the margin and beyond chance."""
    theirs = found.predictions.get(CURRENT, found.predictions.get(MAIN))
    if theirs is None:
        return Line("no_segment_worse", False, "There is nothing to compare segments with.")
    figures = {}
    for name, rows in _by_segment(data, found.rows):
        some = Judged(
            judged.probability[rows], judged.success[rows], judged.weight[rows], judged.groups[rows],
            judged.clusters[rows],
        )  # fmt: skip
        figures[name] = gain(some.probability, theirs[rows], some, rng=rng)
    worse = [name for name, one in figures.items() if one.value < -SEGMENT_MARGIN and one.high < 0]
    if worse:
        told = f"Served worse by more than {SEGMENT_MARGIN} nats an outcome: {', '.join(worse)}."
    else:
        told = f"None of {len(figures)} segments with {LEAST_OF_SEGMENT} outcomes is served worse beyond the margin."
    return Line("no_segment_worse", not worse, told, figures)


def _by_segment(data: Data, rows: Ints) -> Iterator[tuple[str, Ints]]:
    """Segments with enough later outcomes, and the places of these."""
    customers = data.outcomes.customer[rows].tolist()
    names = np.array([data.customers.groups[place] or "" for place in customers], dtype=object)
    for name in sorted(set(names.tolist()) - {""}):
        places = np.flatnonzero(names == name)
        if len(places) >= LEAST_OF_SEGMENT:
            yield name, places


def _calibration(judged: Judged, *, rng: np.random.Generator) -> Iterator[Line]:
    """Whether probabilities are right on the whole, and neither too bold nor too timid."""
    bias, slope = figure(judged, mean_bias, rng=rng), figure(judged, calibration_slope, rng=rng)
    told = f"On the whole {bias.value:+.3f} is told too much ({bias.low:+.3f} to {bias.high:+.3f})"
    allowed = f"up to {MOST_BIAS} either way is allowed"
    yield _within(bias, (-MOST_BIAS, MOST_BIAS), "calibrated_on_the_whole", f"{told}; {allowed}", {"bias": bias})
    told = f"Their slope is {slope.value:.2f} ({slope.low:.2f} to {slope.high:.2f})"
    allowed = f"{SLOPES[0]} to {SLOPES[1]} is allowed"
    yield _within(slope, SLOPES, "calibrated_in_boldness", f"{told}; {allowed}", {"slope": slope})


def _within(found: Figure, bounds: tuple[float, float], name: str, told: str, figures: Mapping[str, Figure]) -> Line:
    """Whether the figure keeps its bounds, or may by chance alone be beyond them; not where it cannot be told."""
    low, high = bounds
    passed = bool(found.low <= high and found.high >= low)
    by_chance = passed and not low <= found.value <= high
    return Line(name, passed, f"{told}, and chance can explain the rest." if by_chance else f"{told}.", figures)


def mean_bias(probability: Floats, success: Floats, weight: Floats) -> float:
    """How much more was told than came: the mean probability less the mean success."""
    return float(np.average(probability - success, weights=weight))
