"""Cuts: what fractions of fills claim to serve, and whole ones cannot.

Four chats, and employees who take three or none: one and a third of them would serve all four, but the second employee,
once taken, serves one. For contacts C and employees S who take b of them anyway and n ≤ d more, with B all of b and
B + q·d + r contacts (0 < r < d): Σ x ≤ B + q·(d - r) + Σ min(n, r)·y. Proof: of those with n > r at most q add more
than r each; with q + 1 of them the right side is all contacts already. It is mixed-integer rounding (Nemhauser and
Wolsey 1990, doi 10.1007/BF01585752).
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
    anyway: IntArray  # b of each group
    most: IntArray  # d of each group
    taken: FloatArray  # r × groups: Σ min(n, r)·y, for r from 0 to the largest d
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
    number = np.searchsorted(groups, fills.entry_group[entry])
    anyway = _anyway(fills, groups, entry, number)
    more = fills.entry_count[entry] - anyway[number]
    most = np.zeros(groups.size, dtype=np.int64)
    np.maximum.at(most, number, more)
    taken = np.zeros((int(most.max()) + 1, groups.size))
    for r in range(1, taken.shape[0]):
        np.add.at(taken[r], number, np.minimum(more, r) * share[fills.entry_fill[entry]])
    pair = np.flatnonzero((pair_share > FRACTION) & np.isin(fills.group, groups))
    contacts, row = np.unique(pairs.contact[pair], return_inverse=True)
    flow = np.zeros((contacts.size, groups.size))
    flow[row, np.searchsorted(groups, fills.group[pair])] = pair_share[pair]
    touches = (flow > 0).astype(np.float64)
    return _InUse(groups, contacts, flow, anyway, most, taken, touches.T @ touches > 0, np.searchsorted(groups, seeds))


def _anyway(fills: Fills, groups: IntArray, entry: IntArray, number: IntArray) -> IntArray:
    """How many contacts of each group its employee takes with any fill."""
    least = np.full(groups.size, np.iinfo(np.int64).max)
    np.minimum.at(least, number, fills.entry_count[entry])
    choices = np.bincount(fills.employee, minlength=int(fills.group_employee.max()) + 1)
    has_all = np.bincount(number, minlength=groups.size) == choices[fills.group_employee[groups]]
    return np.where(has_all, least, 0)


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
    anyway, most = int(shared.anyway[together].sum()), int(shared.most[together].max())
    count = np.arange(1, flow.size + 1)
    if most < 2 or anyway >= flow.size:
        return -np.inf, 0
    whole, rest = np.divmod(np.maximum(count - anyway, 0), most)
    limit = anyway + whole * (most - rest) + shared.taken[:, together].sum(axis=1)[rest]
    over = np.where(rest > 0, np.cumsum(flow) - limit, -np.inf)
    at = int(over.argmax())
    return float(over[at]), at + 1


def _cut(pairs: Pairs, fills: Fills, shared: _InUse, together: list[int], count: int) -> Cut:
    groups = shared.groups[together]
    contacts = shared.contacts[np.argsort(-shared.flow[:, together].sum(axis=1), kind="stable")[:count]]
    pair = np.flatnonzero(np.isin(fills.group, groups) & np.isin(pairs.contact, contacts))
    entry = np.flatnonzero(np.isin(fills.entry_group, groups))
    anyway, most = int(shared.anyway[together].sum()), int(shared.most[together].max())
    whole, rest = divmod(count - anyway, most)
    place = {int(group): int(b) for group, b in zip(groups, shared.anyway[together], strict=True)}
    more = fills.entry_count[entry] - np.array([place[group] for group in fills.entry_group[entry].tolist()])
    weights = np.minimum(more, rest).astype(np.float64)
    return Cut(pair, fills.entry_fill[entry], weights, float(anyway + whole * (most - rest)))
