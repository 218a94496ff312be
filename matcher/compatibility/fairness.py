"""Whether a group is rated lower than its work explains: the question to ask before ratings teach anything.

Ratings are compared among contacts that asked for the same and ended the same, so that a group with harder work or
worse ends is not called badly rated. People are the units of chance: whoever rates often counts once in the interval.
Source: the cluster bootstrap, Davison and Hinkley 1997, section 3.8; Bonferroni's correction for the number of groups.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DRAWS = 1_000
ERROR = 0.05  # the chance that any group is named where no group is rated differently
FEWEST_RATERS = 20  # below this an interval means nothing


@dataclass(frozen=True, slots=True)
class RatingGap:
    """How much lower (below 0) or higher a group is rated than others after like contacts, in points.

    `interval` holds the gap of every group at once with 95 % confidence, and is `None` with too few raters.
    """

    group: str
    gap: float
    interval: tuple[float, float] | None
    ratings: int

    @property
    def is_named(self) -> bool:
        """Whether the gap can be told from chance."""
        return self.interval is not None and not self.interval[0] <= 0.0 <= self.interval[1]


def rating_gaps(
    ratings: Floats, groups: Sequence[str], *, alike: Sequence[object], raters: Sequence[str], rng: np.random.Generator
) -> list[RatingGap]:
    """The gap of each group, largest disadvantage first; all arguments name the same n ratings.

    `alike` says which contacts are compared with each other, as by intent and by how they ended.
    """
    names, group_of = np.unique(np.asarray(groups, dtype=object).astype(str), return_inverse=True)
    _, stratum_of = np.unique(np.array([repr(one) for one in alike]), return_inverse=True)
    _, rater_of = np.unique(np.asarray(raters, dtype=object).astype(str), return_inverse=True)
    people = int(rater_of.max(initial=-1)) + 1
    once = np.ones(people)
    gaps = _gaps(ratings, group_of, stratum_of, once[rater_of], len(names))
    drawn = np.array([
        _gaps(ratings, group_of, stratum_of, rng.multinomial(people, once / people)[rater_of].astype(float), len(names))
        for _ in range(DRAWS if people >= FEWEST_RATERS else 0)
    ]).reshape(-1, len(names))  # fmt: skip
    tail = ERROR / (2 * max(len(names), 1))
    bounds = np.quantile(drawn, [tail, 1 - tail], axis=0).T.tolist() if len(drawn) else [None] * len(names)
    counts = np.bincount(group_of, minlength=len(names)).tolist()
    found = [
        RatingGap(str(name), float(gap), None if bound is None else (bound[0], bound[1]), count)
        for name, gap, bound, count in zip(names, gaps, bounds, counts, strict=True)
    ]
    return sorted(found, key=lambda one: one.gap)


def _gaps(ratings: Floats, group_of: Ints, stratum_of: Ints, weight: Floats, groups: int) -> Floats:
    """Each group's mean less that of the others, within strata; strata weigh by the group's ratings in them."""
    strata = int(stratum_of.max(initial=-1)) + 1
    cell = stratum_of * groups + group_of
    count = np.bincount(cell, weight, strata * groups).reshape(strata, groups)
    total = np.bincount(cell, weight * ratings, strata * groups).reshape(strata, groups)
    others = count.sum(axis=1, keepdims=True) - count
    compared = np.where((count > 0) & (others > 0), count, 0.0)
    own = np.divide(total, count, out=np.zeros_like(total), where=count > 0)
    rest = np.divide(total.sum(axis=1, keepdims=True) - total, others, out=np.zeros_like(total), where=others > 0)
    weighed = (compared * (own - rest)).sum(axis=0)
    gaps: Floats = np.divide(weighed, compared.sum(axis=0), out=np.zeros(groups), where=compared.sum(axis=0) > 0)
    return gaps
