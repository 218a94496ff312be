"""Cuts: what fractions of fills claim to serve, and whole ones cannot.

Four chats, and employees who take three or none: one and a third of them would serve all four, but the second employee,
once taken, serves one. For contacts C, k = q·d + r of them (0 < r < d), and employees S who take n ≤ d of them,
Σ x ≤ q·(d - r) + Σ min(n, r)·y. Proof: of those with n > r at most q add more than r each; with q + 1 of them the right
side is k already. It is mixed-integer rounding (Nemhauser and Wolsey 1990, doi 10.1007/BF01585752).
"""

from dataclasses import dataclass

import numpy as np

from matcher.assignment.fills import Fills
from matcher.assignment.problem import BoolArray, FloatArray, IntArray, Pairs

FRACTION = 1e-6  # a share this near to a whole number is whole
LEAST_OVER = 1e-3  # contacts by which a cut is broken, or it is not worth a row
MOST_TOGETHER = 10  # employees in a cut
MOST_AT_ONCE = 30  # cuts, the most broken first


@dataclass(frozen=True, slots=True, eq=False)
class Cut:
    """These pairs, less these fills times their weights, are no more than `limit`."""

    pairs: IntArray
    fills: IntArray
    weights: FloatArray
    limit: float


@dataclass(frozen=True, slots=True, eq=False)
class _InUse:
    """The groups of one load in use, and which contacts go where."""

    groups: IntArray
    contacts: IntArray
    flow: FloatArray  # contacts × groups
    taken: FloatArray  # r × groups: Σ min(n, r)·y, for r from 0 to d
    is_near: BoolArray  # groups × groups: they share a contact
    seeds: IntArray  # groups some of whose fills are taken in part, by their place among all


def broken_cuts(pairs: Pairs, fills: Fills, pair_share: FloatArray, share: FloatArray) -> list[Cut]:
    """Cuts that these shares break."""
    found: dict[tuple[tuple[int, ...], int], tuple[float, Cut]] = {}
    for load in np.unique(fills.group_load):
        shared = _in_use(pairs, fills, int(load), pair_share, share)
        if shared is None:
            continue
        for seed in shared.seeds.tolist():
            over, together, count = _grown(shared, seed)
            if over > LEAST_OVER and (key := (tuple(sorted(together)), count)) not in found:
                found[key] = over, _cut(pairs, fills, shared, together, count)
    worst = sorted(found.values(), key=lambda one: -one[0])[:MOST_AT_ONCE]
    return [cut for _, cut in worst]


def _in_use(pairs: Pairs, fills: Fills, load: int, pair_share: FloatArray, share: FloatArray) -> _InUse | None:
    of_load = fills.group_load[fills.entry_group] == load
    entry = np.flatnonzero(of_load & (share > FRACTION)[fills.entry_fill])
    groups = np.unique(fills.entry_group[entry])
    seeds = np.unique(fills.entry_group[entry[share[fills.entry_fill[entry]] < 1 - FRACTION]])
    if not seeds.size:
        return None
    entry = np.flatnonzero(np.isin(fills.entry_group, groups))
    most = int(fills.entry_count[entry].max())
    number = np.searchsorted(groups, fills.entry_group[entry])
    taken = np.zeros((most + 1, groups.size))
    for r in range(1, most + 1):
        np.add.at(taken[r], number, np.minimum(fills.entry_count[entry], r) * share[fills.entry_fill[entry]])
    pair = np.flatnonzero((pair_share > FRACTION) & np.isin(fills.group, groups))
    contacts, row = np.unique(pairs.contact[pair], return_inverse=True)
    flow = np.zeros((contacts.size, groups.size))
    flow[row, np.searchsorted(groups, fills.group[pair])] = pair_share[pair]
    touches = (flow > 0).astype(np.float64)
    return _InUse(groups, contacts, flow, taken, touches.T @ touches > 0, np.searchsorted(groups, seeds))


def _grown(shared: _InUse, seed: int) -> tuple[float, list[int], int]:
    """By how much the most broken cut found from one group on is broken, its groups, and its number of contacts."""
    together, best = [seed], (0.0, [seed], 0)
    while len(together) < MOST_TOGETHER:
        near = np.flatnonzero(shared.is_near[together].any(axis=0))
        steps = [(*_over(shared, [*together, other]), other) for other in near.tolist() if other not in together]
        if not steps:
            break
        over, count, other = max(steps)
        together = [*together, other]
        if over > best[0]:
            best = over, together, count
    return best


def _over(shared: _InUse, together: list[int]) -> tuple[float, int]:
    """By how much the best cut of these groups is broken, and its number of contacts."""
    flow = -np.sort(-shared.flow[:, together].sum(axis=1))
    most = shared.taken.shape[0] - 1
    count = np.arange(1, flow.size + 1)
    whole, rest = count // most, count % most
    limit = whole * (most - rest) + shared.taken[:, together].sum(axis=1)[rest]
    over = np.where(rest > 0, np.cumsum(flow) - limit, -np.inf)
    at = int(over.argmax())
    return float(over[at]), at + 1


def _cut(pairs: Pairs, fills: Fills, shared: _InUse, together: list[int], count: int) -> Cut:
    groups = shared.groups[together]
    contacts = shared.contacts[np.argsort(-shared.flow[:, together].sum(axis=1), kind="stable")[:count]]
    pair = np.flatnonzero(np.isin(fills.group, groups) & np.isin(pairs.contact, contacts))
    entry = np.flatnonzero(np.isin(fills.entry_group, groups))
    most = shared.taken.shape[0] - 1
    whole, rest = divmod(count, most)
    weights = np.minimum(fills.entry_count[entry], rest).astype(np.float64)
    return Cut(pair, fills.entry_fill[entry], weights, float(whole * (most - rest)))
