"""Branching on fills: cuts first, then numbers that must be whole, then who takes which fill.

Each node's shares are rounded to an answer of their own, so that few nodes are opened. HiGHS takes over where they do
not suffice. Source: Land and Doig 1960, doi 10.2307/1910129; cuts as in Padberg and Rinaldi 1991, doi 10.1137/1033004.
"""

from dataclasses import dataclass, replace
from heapq import heapify, heappop, heappush

import numpy as np

from matcher.assignment.fill_cuts import Cut, broken_cuts
from matcher.assignment.fill_programme import branched, relaxed
from matcher.assignment.fill_search import Search
from matcher.assignment.loaded import WHOLE
from matcher.assignment.problem import BoolArray, FloatArray

FEWEST_S = 0.01  # with less time left HiGHS finds nothing
BRANCHED_FIRST = 600  # pairs, most promising first: their best answer rules out most of the others
WIDER = 4  # times as many pairs the next time
FIRST_NODES, MOST_NODES = 100, 150  # while pairs are left out, and when none are
FIRST_ROUNDS, NODE_ROUNDS = 12, 2  # of cuts, in the first node and in any other
LEAST_OFF = 0.02  # a total this near to a whole number is none to branch on


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A part of all answers: fills that may be taken, and limits (which total, 1 at most or -1 at least, how many)."""

    allowed: BoolArray
    limits: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """The pairs branched on, the totals that must be whole, and the cuts found so far."""

    search: Search
    chosen: BoolArray
    lost: FloatArray  # by each pair
    totals: FloatArray
    cuts: list[Cut]

    def is_settled(self, value: float) -> bool:
        """Whether nothing worth this much is better than what is known."""
        return value <= self.search.worth + self.search.tolerance

    def near(self) -> BoolArray:
        """Those of the pairs that can still be in a better answer."""
        return self.chosen & (self.lost <= self.search.bound - self.search.worth + self.search.tolerance)


def branch(search: Search) -> bool:
    """Branch on the pairs that can be in a better answer, the most promising of them first; whether that is proved."""
    lost, most, cuts, totals = search.lost(), BRANCHED_FIRST, list[Cut](), _totals(search)
    while search.problem.lasts(FEWEST_S):
        near = np.flatnonzero(lost <= search.bound - search.worth + search.tolerance)
        are_all = near.size <= most
        if not are_all:
            near = near[np.argsort(lost[near], kind="stable")[:most]]
        chosen = np.zeros(lost.size, dtype=np.bool_)
        chosen[near] = True
        part = _Part(search, chosen, lost, totals, cuts)
        is_best = _by_few_nodes(part, MOST_NODES if are_all else FIRST_NODES)
        if is_best is None and are_all:
            share, is_best = branched(search.programme(part.near()), search.problem.left_s())
            if share is not None:
                search.round(share)
        if is_best is False:
            return search.is_proved
        if is_best and not ((lost <= search.bound - search.worth - search.tolerance) & ~chosen).any():
            return True
        most *= WIDER
    return search.is_proved


def _by_few_nodes(part: _Part, most: int) -> bool | None:
    """Whether the best of these pairs is known; `None` where more nodes are needed, False where time ran out."""
    search = part.search
    within = search.lost_by_fill() <= search.bound - search.worth + search.tolerance
    waiting: list[tuple[float, int, Node]] = [(-search.bound, 0, Node(within))]
    for number in range(1, most + 1):
        if not waiting or part.is_settled(-waiting[0][0]):
            return True
        node = _next(part, waiting)
        found = _with_cuts(part, node, FIRST_ROUNDS if number == 1 else NODE_ROUNDS)
        if found is None:
            return False
        value, share = found
        for side, child in enumerate(() if part.is_settled(value) else _children(part, node, share)):
            heappush(waiting, (-value, 2 * number + side, child))
    return None


def _next(part: _Part, waiting: list[tuple[float, int, Node]]) -> Node:
    """The node worth most; the newest one while no answer serves enough, for that leads to whole fills soonest."""
    if part.search.bound - part.search.worth <= part.search.spread:
        return heappop(waiting)[2]
    newest = max(waiting, key=lambda one: (one[1] // 2, -(one[1] % 2)))
    waiting.remove(newest)
    heapify(waiting)
    return newest[2]


def _with_cuts(part: _Part, node: Node, rounds: int) -> tuple[float, FloatArray] | None:
    """The node's worth and shares after some rounds of cuts; `None` where time ran out."""
    found, search, pairs = None, part.search, part.chosen.size
    for _ in range(rounds):
        found = _relaxed(part, node)
        if found is None or part.is_settled(found[0]):
            return found
        share = found[1]
        search.round(share[pairs:])
        new = broken_cuts(search.problem.pairs, search.fills, share[:pairs], share[pairs:])
        part.cuts.extend(new)
        if not new:
            break
    return found


def _relaxed(part: _Part, node: Node) -> tuple[float, FloatArray] | None:
    """What the node is worth with fractions, and the shares of pairs and fills; `None` where time ran out."""
    chosen = part.near()
    columns = np.concatenate((chosen, node.allowed))
    rows = [sign * part.totals[total, columns] for total, sign, _ in node.limits]
    limits = [float(sign * limit) for _, sign, limit in node.limits]
    for cut in part.cuts:
        row = np.zeros(columns.size)
        row[cut.pairs] = 1.0
        row[chosen.size + cut.fills] = -cut.weights
        rows.append(row[columns])
        limits.append(cut.limit)
    made = part.search.programme(chosen, node.allowed)
    found = relaxed(made.limited(np.array(rows), limits) if rows else made, part.search.problem.left_s())
    if found is None:
        return None
    share = np.zeros(columns.size)
    if found.share.size:
        share[columns] = np.concatenate((found.pair_share, found.share))
    return found.value, share


def _totals(search: Search) -> FloatArray:
    """Numbers that are whole in every answer, over pairs and then fills: contacts of a kind or with a load that are
    served, and fills that look the same."""
    fills, pairs = search.fills, search.problem.pairs
    heaviest = np.zeros(search.problem.contacts, dtype=np.int64)
    np.maximum.at(heaviest, pairs.contact, search.problem.load)
    no_fill, no_pair = np.zeros(fills.employee.size), np.zeros(pairs.value.size)
    rows = [np.concatenate((heaviest[pairs.contact] == kind, no_fill)) for kind in np.unique(heaviest)]
    rows += [np.concatenate((search.problem.load == load, no_fill)) for load in np.unique(search.problem.load)]
    rows += [np.concatenate((no_pair, fills.look == one)) for one in np.unique(fills.look)]
    return np.array(rows)


def _children(part: _Part, node: Node, share: FloatArray) -> tuple[Node, ...]:
    """The two halves of a node: by the total that is least whole, else by the fill that is."""
    fills, counts = part.search.fills, part.totals @ share
    off = np.abs(counts - np.rint(counts))
    if off[total := int(off.argmax())] > LEAST_OFF:
        low = int(np.floor(counts[total]))
        halves = ((total, 1, low), (total, -1, low + 1))
        return tuple(replace(node, limits=(*node.limits, half)) for half in halves)
    of_fills = share[-fills.employee.size :]
    open_to = np.minimum(of_fills, 1 - of_fills)
    if open_to.max() <= WHOLE:
        return ()
    fill = int(open_to.argmax())
    others = fills.employee == fills.employee[fill]
    others[fill] = False
    without = node.allowed.copy()
    without[fill] = False
    return replace(node, allowed=node.allowed & ~others), replace(node, allowed=without)
