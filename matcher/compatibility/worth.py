"""What an assignment by the scores would have been worth, where every pair of a group has met.

In such groups the success of any matching is known, not estimated. The proposed matching gives everybody up to k
partners and maximises the sum of probabilities; the null matchings are the same pattern with both sides shuffled.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.outcomes import Outcomes

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Bools = NDArray[np.bool_]

DRAWS = 1000
TOLD_APART = 0.975  # of random matchings: one-sided 2.5 %


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """A group where every pair has met: probability and success, customers × employees."""

    probability: Floats
    success: Floats


@dataclass(frozen=True, slots=True)
class Worth:
    """Success (0–1) of the pairs matched: proposed, random (mean and middle 95 %), and the best in hindsight.

    `percentile` is the share of random matchings that do worse, ties counting half.
    """

    groups: int
    partners: int
    pairs: int
    proposed: float
    random: float
    random_low: float
    random_high: float
    hindsight: float
    percentile: float
    verdict: str


def blocks_of(outcomes: Outcomes, probability: Floats, groups: Ints) -> list[Block]:
    """The groups where every customer has met every employee exactly once."""
    blocks = []
    for group in np.unique(groups):
        rows = np.flatnonzero(groups == group)
        customers, u = np.unique(outcomes.customer[rows], return_inverse=True)
        employees, v = np.unique(outcomes.employee[rows], return_inverse=True)
        shape = (len(customers), len(employees))
        if min(shape) < 2 or len(rows) != shape[0] * shape[1] or len(np.unique(u * shape[1] + v)) != len(rows):
            continue
        block = Block(np.empty(shape), np.empty(shape))
        block.probability[u, v], block.success[u, v] = probability[rows], outcomes.success[rows]
        blocks.append(block)
    return blocks


def worth_of(blocks: Sequence[Block], *, partners: int, rng: np.random.Generator, draws: int = DRAWS) -> Worth | None:
    """What matching everybody with up to `partners` is worth; `None` without a group where all pairs are known."""
    if not blocks:
        return None
    chosen = [best_matching(block.probability, partners) for block in blocks]
    pairs = sum(int(each.sum()) for each in chosen)
    proposed = _success(blocks, chosen) / pairs
    drawn = np.array([_success(blocks, [_shuffled(each, rng) for each in chosen]) / pairs for _ in range(draws)])
    hindsight = _success(blocks, [best_matching(block.success, partners) for block in blocks]) / pairs
    percentile = float(np.mean(drawn < proposed - 1e-12) + 0.5 * np.mean(np.abs(drawn - proposed) <= 1e-12))
    low, high = np.quantile(drawn, [0.025, 0.975]).tolist()
    told = _verdict(proposed, float(drawn.mean()), percentile)
    return Worth(len(blocks), partners, pairs, proposed, float(drawn.mean()), low, high, hindsight, percentile, told)


def best_matching(value: Floats, partners: int) -> Bools:
    """The pairs (n × m) of highest value in all, everybody having at most `partners`, nobody met twice.

    A linear program whose optimum is whole (the matrix of a bipartite graph is totally unimodular).
    """
    from scipy.optimize import linprog  # here: only evaluation needs it
    from scipy.sparse import csr_array, kron, vstack

    n, m = value.shape
    once = np.ones((1, m)), np.ones((1, n))
    limits = vstack([kron(csr_array(np.eye(n)), csr_array(once[0])), kron(csr_array(once[1]), csr_array(np.eye(m)))])
    most = np.full(n + m, float(partners))
    dear = value - value.min() + 1.0  # serving beats not serving, so that as many are matched as can be
    found = linprog(-(dear + 1e-9).ravel(), A_ub=limits, b_ub=most, bounds=(0.0, 1.0), method="highs-ds")
    chosen: Bools = found.x.reshape(n, m) > 0.5
    return chosen


def _success(blocks: Sequence[Block], chosen: Sequence[Bools]) -> float:
    return float(sum(block.success[pairs].sum() for block, pairs in zip(blocks, chosen, strict=True)))


def _shuffled(chosen: Bools, rng: np.random.Generator) -> Bools:
    """The same pattern of who has how many, everybody's place drawn anew."""
    return chosen[np.ix_(rng.permutation(chosen.shape[0]), rng.permutation(chosen.shape[1]))]


def _verdict(proposed: float, random: float, percentile: float) -> str:
    points = f"{100 * (proposed - random):+.1f} points against random matching"
    if percentile >= TOLD_APART:
        return f"better than chance: {points}"
    if percentile <= 1.0 - TOLD_APART:
        return f"worse than chance: {points}"
    return f"not distinguishable from chance: {points}"
