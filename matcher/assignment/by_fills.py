"""Loads solved by fills: a bound that is all but tight, most pairs ruled out by it, and branching on what is left.

Contacts' prices come from the relaxed programme of fills over a few pairs; pairs that would do better at these prices
join until none does. A pair whose employee would lose more by it than the bound lies above the best answer known can be
in no better answer: usually one pair in fifty is left. Source: Dantzig and Wolfe 1960 for the prices and the joining;
Dantzig, Fulkerson and Johnson 1954, doi 10.1287/opre.2.4.393, for ruling out by what is lost.
"""

from dataclasses import dataclass, replace

import numpy as np

from matcher.assignment.fill_programme import Programme, branched, programme, relaxed
from matcher.assignment.fills import Fills, Valued, losses, valued
from matcher.assignment.greedy import serve_greedily
from matcher.assignment.linear_program import worth_of
from matcher.assignment.loaded import WHOLE, Loaded
from matcher.assignment.problem import BoolArray, FloatArray, IntArray, Pairs
from matcher.assignment.result import DEADLINE, OPTIMAL, FillProof, Found, Turnout

SAME = 1e-9  # relative: a bound this near to the worth proves it
FEWEST_S = 0.01  # with less time left HiGHS finds nothing
A_SECOND = 12_000  # pairs whose relaxation takes a third of a second (measured, one core)
FEWEST_KEPT, MOST_KEPT = 4, 8  # employees a contact keeps of the best at first; half as many of the others
JOINING = 3  # pairs of a contact that join at once
MOST_ROUNDS = 30
FEW_LEFT = 1_000  # pairs: with so few to branch on another round of prices saves nothing
BRANCHED_FIRST = 3_000  # pairs, most promising first: their best answer rules out most of the others
WIDER = 4  # times as many pairs the next time


@dataclass(slots=True)
class Search:
    """What is known: the best answer, the lowest bound, and the prices that prove it."""

    problem: Loaded
    fills: Fills
    most: int
    employee_of: IntArray
    worth: float
    bound: float
    contact_prices: FloatArray
    toll: float

    @property
    def tolerance(self) -> float:
        """A gap of no more is none."""
        return SAME * max(abs(self.worth), 1e-300)

    @property
    def is_proved(self) -> bool:
        """Whether the bound shows that nothing better exists."""
        return self.bound - self.worth <= self.tolerance

    def net(self) -> FloatArray:
        """What each pair is worth at the prices of the lowest bound."""
        return self.problem.pairs.value - self.toll - self.contact_prices[self.problem.pairs.contact]

    def lost(self) -> FloatArray:
        """What each pair would lose at those prices."""
        net = self.net()
        return losses(self.fills, valued(self.fills, net, self.problem.capacity.size), net)

    def offer(self, employee_of: IntArray) -> None:
        """Keep this answer if it is better."""
        worth = worth_of(self.problem.pairs, employee_of)
        if worth > self.worth:
            self.employee_of, self.worth = employee_of, worth

    def price(self, contact_prices: FloatArray, toll: float) -> tuple[FloatArray, Valued]:
        """Keep these prices if they prove more; the net of the pairs, and what fills are worth then."""
        net = self.problem.pairs.value - toll - contact_prices[self.problem.pairs.contact]
        worth = valued(self.fills, net, self.problem.capacity.size)
        bound = float(contact_prices.sum()) + self.most * toll + float(worth.of_employee.sum())
        if bound < self.bound:
            self.bound, self.contact_prices, self.toll = bound, contact_prices, toll
        return net, worth


def solve_by_fills(problem: Loaded, fills: Fills, best: Found) -> Found:
    """The optimum, or the best found in time; `best` brings an answer, prices of slots and a turnout."""
    turnout = best.turnout
    assert turnout is not None
    turnout, most_prices = _turnout(problem, fills, turnout, int((best.employee_of >= 0).sum()))
    search = _begun(problem, fills, turnout, best)
    kept = _relax(search, best.prices)
    is_optimal = search.is_proved or (kept is not None and _branch(search))
    proof = FillProof(search.contact_prices, search.toll, most_prices)
    solver = best.solver if np.array_equal(search.employee_of, best.employee_of) else "fills"
    return replace(
        best,
        employee_of=search.employee_of,
        solver="fills" if is_optimal else solver,
        status=OPTIMAL if is_optimal else DEADLINE,
        turnout=replace(turnout, by_fills=proof),
    )


def _begun(problem: Loaded, fills: Fills, turnout: Turnout, best: Found) -> Search:
    """The search at the contact prices that the prices of slots come to."""
    worth, contacts = worth_of(problem.pairs, best.employee_of), problem.contacts
    search = Search(problem, fills, turnout.most, best.employee_of, worth, np.inf, np.zeros(contacts), 0.0)
    for toll in (0.0, turnout.toll):
        net = problem.pairs.value - problem.load * best.prices[problem.pairs.employee] - toll
        prices = np.zeros(contacts)
        np.maximum.at(prices, problem.pairs.contact, net)
        search.price(prices, toll)
    return search


def _relax(search: Search, slot_prices: FloatArray) -> BoolArray | None:
    """Lower the bound as far as prices can, answers on the way; the pairs looked at, `None` where time ran out."""
    problem, pairs = search.problem, search.problem.pairs
    kept = _promising(problem, slot_prices)
    for _ in range(MOST_ROUNDS):
        found = relaxed(_programme(search, kept), problem.left_s(0.8))
        if found is None:
            return None
        net, worth = search.price(found.contact_prices, found.toll)
        search.offer(_rounded(search, found.share))
        if search.is_proved or search.bound - found.value <= search.tolerance:
            return kept
        lost = losses(search.fills, worth, net)
        if (search.lost() <= search.bound - search.worth).sum() <= FEW_LEFT:
            return kept
        joins = _joining(search, kept, net, worth.of_employee[pairs.employee] - lost)
        if not joins.any():
            return kept
        kept |= joins
    return kept


def _programme(search: Search, kept: BoolArray) -> Programme:
    problem = search.problem
    fills = replace(search.fills, group=search.fills.group[kept])
    return programme(problem.pairs.only(kept), fills, problem.contacts, problem.capacity, most=search.most)


def _promising(problem: Loaded, prices: FloatArray) -> BoolArray:
    """For each contact the pairs worth most after paying for the slots, and some others.

    The others, taken from everywhere, keep room for all where everybody's favourites are the same few.
    """
    pairs = problem.pairs
    most = MOST_KEPT * problem.contacts
    if problem.seconds is not None:
        most = min(most, int(problem.seconds * A_SECOND))
    keep = min(max(most // problem.contacts, FEWEST_KEPT), MOST_KEPT)
    scattered = np.random.default_rng(0).random(pairs.value.size)
    net = pairs.value - problem.load * prices[pairs.employee]
    return _first_of_each(pairs.contact, net, keep) | _first_of_each(pairs.contact, scattered, keep // 2)


def _first_of_each(contact: IntArray, worth: FloatArray, count: int) -> BoolArray:
    """The pairs among the `count` worth most of their contact."""
    order = np.lexsort((-worth, contact))
    starts = np.flatnonzero(np.diff(contact[order], prepend=-1))
    rank = np.arange(order.size) - np.repeat(starts, np.diff(starts, append=order.size))
    kept = np.zeros(contact.size, dtype=np.bool_)
    kept[order[rank < count]] = True
    return kept


def _joining(search: Search, kept: BoolArray, net: FloatArray, with_it: FloatArray) -> BoolArray:
    """Pairs left out so far with which an employee does better than with all that are in: of each contact a few."""
    fills, problem = search.fills, search.problem
    inner = valued(replace(fills, group=fills.group[kept]), net[kept], problem.capacity.size)
    better = with_it - inner.of_employee[problem.pairs.employee]
    is_better = ~kept & (better > search.tolerance / problem.capacity.size)
    joins = np.zeros(kept.size, dtype=np.bool_)
    at = np.flatnonzero(is_better)
    joins[at[_first_of_each(problem.pairs.contact[at], better[at], JOINING)]] = True
    return joins


def _rounded(search: Search, share: FloatArray) -> IntArray:
    """Each employee takes the fill with the largest share; then all is a transport, and free slots go greedily."""
    problem, fills = search.problem, search.fills
    order = np.lexsort((-share, fills.employee))
    chosen = np.zeros(share.size, dtype=np.bool_)
    chosen[order[np.diff(fills.employee[order], prepend=-1) > 0]] = True
    places = np.zeros(fills.group_employee.size, dtype=np.int64)
    entry = chosen[fills.entry_fill]
    places[fills.entry_group[entry]] = fills.entry_count[entry]
    pairs = problem.pairs
    open_to = places[fills.group] > 0
    by_group = Pairs(pairs.contact[open_to], fills.group[open_to], pairs.value[open_to])
    group_of = problem.unit_solver(by_group, problem.contacts, places).employee_of
    served = group_of >= 0
    employee_of = np.where(served, fills.group_employee[group_of], -1)
    left = problem.capacity.copy()
    np.subtract.at(left, employee_of[served], fills.group_load[group_of[served]])
    over = pairs.only(~served[pairs.contact] & (problem.load <= left[pairs.employee]))
    return np.where(served, employee_of, serve_greedily(over, problem.contacts, left))


def _branch(search: Search) -> bool:
    """Branch on the pairs that can be in a better answer, the most promising of them first; whether that is proved."""
    problem, lost, most = search.problem, search.lost(), BRANCHED_FIRST
    while problem.lasts(FEWEST_S):
        near = np.flatnonzero(lost <= search.bound - search.worth + search.tolerance)
        if near.size > most:
            near = near[np.argsort(lost[near], kind="stable")[:most]]
        chosen = np.zeros(lost.size, dtype=np.bool_)
        chosen[near] = True
        share, is_best = branched(_programme(search, chosen), problem.left_s())
        if share is not None:
            search.offer(_rounded(search, share))
        if not is_best:
            return search.is_proved
        if not ((lost <= search.bound - search.worth - search.tolerance) & ~chosen).any():
            return True
        most *= WIDER
    return search.is_proved


def _turnout(problem: Loaded, fills: Fills, turnout: Turnout, served: int) -> tuple[Turnout, FloatArray | None]:
    """How many can be served, as well as fills can tell, and the contacts' prices that prove it (`None`: the old)."""
    if turnout.most <= served:
        return turnout, None
    kind_of, merged, group = _alike(problem, fills)
    size = np.bincount(kind_of).astype(np.float64)
    made = programme(merged, replace(fills, group=group), size.size, problem.capacity, most=problem.contacts, size=size)
    found = relaxed(made, problem.left_s(0.3))
    if found is None:
        return turnout, None
    prices = found.contact_prices[kind_of]
    every = 1.0 - prices[problem.pairs.contact]
    bound = float(prices.sum()) + float(valued(fills, every, problem.capacity.size).of_employee.sum())
    most = int(np.floor(bound + WHOLE))
    return (turnout, None) if most >= turnout.most else (replace(turnout, most=most), prices)


def _alike(problem: Loaded, fills: Fills) -> tuple[IntArray, Pairs, IntArray]:
    """Contacts that can go to the same places are one: of each contact which, their pairs, and the groups of these."""
    pairs = problem.pairs
    mark = np.random.default_rng(0).random(fills.group_employee.size)
    sums = np.bincount(pairs.contact, weights=mark[fills.group], minlength=problem.contacts)
    _, first, kind_of = np.unique(sums, return_index=True, return_inverse=True)
    is_first = np.zeros(problem.contacts, dtype=np.bool_)
    is_first[first] = True
    chosen = is_first[pairs.contact]
    merged = pairs.only(chosen)
    kind = np.asarray(kind_of, dtype=np.int64).reshape(-1)
    order = np.lexsort((merged.employee, kind[merged.contact]))
    ones = np.ones(order.size)
    made = Pairs(kind[merged.contact][order], merged.employee[order], ones, None)
    return kind, made, fills.group[chosen][order]
