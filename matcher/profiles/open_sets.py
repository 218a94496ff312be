"""Closed categories: what was chosen says little about what could not be chosen.

A customer who writes at night does not show a liking for e-mail if telephone and desk were closed. Evidence keeps the
open set O, sums are kept per open set, and the mean is corrected: from p = uncorrected mean, 8 times
`b_c = A0·π_c + Σ_O [S_{O,c} + 1(c∉O)·(Σ_j S_{O,j})·p_c / max(.05, Σ_{j∈O} p_j)]`, `p ← b/Σb`; then α = (A0 + ΣS)·p.
The imputed counts shift the share and add no certainty. The iteration is EM for a multinomial with censored cells.
Source: profiling.md section 8. No name of a category is known here: they are the framework's.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

OpenSet = tuple[str, ...]  # the categories that were open, in the facet's order; never all of them

OPEN = "open"  # the key in an evidence's `detail` of the categories that could be chosen
STEPS = 8
LEAST_OPEN = 0.05  # of the mean: a choice among hardly anything imputes at most twenty times itself


@dataclass(frozen=True, slots=True, eq=False)
class Restricted:
    """Observations made while not everything was open: whose (row), what was open (· × K), how many pseudo-counts."""

    rows: NDArray[np.intp]
    is_open: Bools
    mass: Floats


def open_set(dims: Sequence[str], share: Sequence[float], names: object) -> OpenSet | None:
    """The categories that could be chosen, in the facet's order; `None` where nothing was closed, or nothing is told.

    What was chosen was open, whatever was noted; names the facet does not have are left out.
    """
    if not isinstance(names, Collection) or isinstance(names, str):
        return None
    opened = tuple(dim for dim, part in zip(dims, share, strict=True) if part > 0 or dim in names)
    return None if len(opened) in (0, len(dims)) else opened


@lru_cache(maxsize=4096)
def open_mask(dims: tuple[str, ...], opened: OpenSet) -> tuple[bool, ...]:
    """For each category whether it was open."""
    return tuple(dim in opened for dim in dims)


def corrected(base: Floats, least: Floats, restricted: Restricted) -> Floats:
    """The Dirichlet parameters of n people with closed categories made good (n × K); each row's sum stays what it was.

    `base` is α without correction, `least` the floor of each category.
    """
    touched, at = np.unique(restricted.rows, return_inverse=True)
    alpha, floor = base[touched], least[touched]
    total = alpha.sum(axis=1, keepdims=True)
    mean = _mean(alpha, floor)
    for _ in range(STEPS):
        open_mean = np.where(restricted.is_open, mean[at], 0.0).sum(axis=1)
        rate = restricted.mass / np.maximum(LEAST_OPEN, open_mean)
        imputed = np.zeros_like(alpha)
        np.add.at(imputed, at, np.where(restricted.is_open, 0.0, rate[:, None]))
        mean = _mean(alpha + imputed * mean, floor)
    result = base.copy()
    result[touched] = total * mean
    return result


def _mean(alpha: Floats, floor: Floats) -> Floats:
    floored = np.maximum(alpha, floor)
    mean: Floats = floored / floored.sum(axis=1, keepdims=True)
    return mean
