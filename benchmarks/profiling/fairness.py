"""Raters who mark one group of employees half a point down: is it named, and is nobody named without cause? (T18)"""

import numpy as np

from benchmarks.profiling.threshold import Threshold
from matcher.compatibility.fairness import RatingGap, rating_gaps

SEEDS = range(20)
CONTACTS, CUSTOMERS, EMPLOYEES, GROUPS = 2_000, 700, 80, 4
BIAS = -0.5  # points of five


def thresholds() -> list[Threshold]:
    """Named where it is, and silent where it is not."""
    biased = [report(seed, BIAS) for seed in SEEDS]
    fair = [report(seed, 0.0) for seed in SEEDS]
    named = np.mean([any(one.group == "g0" and one.is_named and one.gap < 0 for one in gaps) for gaps in biased])
    gap = np.mean([one.gap for gaps in biased for one in gaps if one.group == "g0"])
    silent = np.mean([not any(one.is_named for one in gaps) for gaps in fair])
    return [
        Threshold("fairness", "a bias of half a point is named, of 20 worlds", float(named), at_least=0.95),
        Threshold("fairness", "its size, true −.5", float(gap), at_least=-0.6, at_most=-0.4),
        Threshold("fairness", "nobody is named where raters are fair, of 20 worlds", float(silent), at_least=0.9),
    ]


def report(seed: int, bias: float) -> list[RatingGap]:
    """A world: employees of four groups do the same work equally well, but one group gets the harder contacts."""
    rng = np.random.default_rng(seed)
    employee = rng.integers(0, EMPLOYEES, CONTACTS)
    group = employee % GROUPS
    intent = np.where(rng.random(CONTACTS) < np.where(group == 1, 0.7, 0.3), "complaint", "question")
    resolved = rng.random(CONTACTS) < np.where(intent == "complaint", 0.6, 0.9)
    customer = rng.integers(0, CUSTOMERS, CONTACTS)
    mood = rng.normal(0.0, 0.5, CUSTOMERS)
    felt = 3.0 + 0.9 * resolved + mood[customer] + rng.normal(0.0, 0.8, CONTACTS) + bias * (group == 0)
    rating = np.clip(np.rint(felt), 1, 5)
    names = [f"g{one}" for one in group]
    alike = list(zip(intent.tolist(), resolved.tolist(), strict=True))
    return rating_gaps(rating, names, alike=alike, raters=[f"c{one}" for one in customer], rng=rng)
