"""Worlds where there is nothing to find: what an honest method must not report there.

Outcomes permuted within groups keep everything but who fits whom; profiles permuted among employees keep everything but
whose they are. Spreads are held fixed, so that a run is a fit and not a search.
Source: learning.md section 3.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np

from matcher.compatibility.evaluate import COMPETITORS, LEARNED, MAIN, WARM, Data, clusters_of, outer_splits, predicted
from matcher.compatibility.measures import Judged, gain
from matcher.compatibility.splits import groups_of
from matcher.compatibility.training import CHOICES

OUTCOMES, PROFILES = "outcomes permuted within groups", "profiles permuted"
WORLDS = (OUTCOMES, PROFILES)
MOST_REPORTED = 0.07  # of runs that may report an uplift; of few runs, one
HELD = {f"{block}_spread": CHOICES[block][0] for block in CHOICES}


@dataclass(frozen=True, slots=True)
class Placebo:
    """In how many of `runs` an uplift over main effects was reported, where there is none."""

    world: str
    runs: int
    reported: int

    @property
    def verdict(self) -> str:
        """In words."""
        told = f"{self.reported} of {self.runs} runs report an uplift where there is none"
        return (
            f"honest: {told}" if self.reported <= max(1.0, MOST_REPORTED * self.runs) else f"not to be trusted: {told}"
        )


def reports_uplift(data: Data, *, seed: int, split: str = "auto") -> bool:
    """Whether the learnt classifier is told to be better than main effects only: the gain's interval lies above 0."""
    splits = outer_splits(data.outcomes, split=split, start=WARM, seed=seed)
    rows = np.concatenate([each.later for each in splits])
    ours, theirs = (predicted(data, splits, {**COMPETITORS[name], **HELD}, seed=seed) for name in (LEARNED, MAIN))
    some = data.outcomes.take(rows)
    groups = groups_of(data.outcomes)[rows]
    judged = Judged(ours, some.success, some.weight, groups, clusters_of(data.outcomes, rows))
    return gain(ours, theirs, judged, rng=np.random.default_rng(seed)).low > 0


def placebo(
    data: Data, world: str, *, runs: int, seed: int, progress: Callable[[int, int], None] = lambda _done, _of: None
) -> Placebo:
    """How often an uplift is reported over this many permutations."""
    reported = 0
    for run in range(runs):
        progress(run, runs)
        rng = np.random.default_rng([seed, run])
        reported += reports_uplift(_permuted(data, world, rng), seed=seed)
    return Placebo(world, runs, reported)


def _permuted(data: Data, world: str, rng: np.random.Generator) -> Data:
    if world == PROFILES:
        staff, order = data.employees, rng.permutation(len(data.employees))
        shuffled = replace(staff, values=staff.values[order], values_known=staff.values_known[order])
        return replace(data, employees=shuffled)
    success, groups = data.outcomes.success.copy(), groups_of(data.outcomes)
    order = np.argsort(groups, kind="stable")
    for rows in np.split(order, np.flatnonzero(np.diff(groups[order])) + 1):
        success[rows] = rng.permutation(success[rows])
    return replace(data, outcomes=replace(data.outcomes, success=success))
