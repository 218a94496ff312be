"""Loads solved by fills: a bound that is all but tight, most pairs ruled out by it, and branching on what is left.

Contacts' prices come from the relaxed programme of fills over a few pairs; pairs that would do better at these prices
join until none does. A pair whose employee would lose more by it than the bound lies above the best answer known can be
in no better answer: usually one pair in fifty is left. Source: Dantzig and Wolfe 1960 for the prices and the joining;
Dantzig, Fulkerson and Johnson 1954, doi 10.1287/opre.2.4.393, for ruling out by what is lost.
"""

from dataclasses import replace

import numpy as np

from matcher.assignment.fill_branching import branch
from matcher.assignment.fill_programme import programme, relaxed
from matcher.assignment.fill_search import Search
from matcher.assignment.fills import Fills, losses, valued
from matcher.assignment.linear_program import worth_of
from matcher.assignment.loaded import WHOLE, Loaded
from matcher.assignment.problem import BoolArray, FloatArray, IntArray, Pairs
from matcher.assignment.result import DEADLINE, OPTIMAL, FillProof, Found, Turnout

A_SECOND = 12_000  # pairs whose relaxation takes a third of a second (measured, one core)
FEWEST_KEPT, MOST_KEPT = 4, 8  # employees a contact keeps of the best at first; half as many of the others
JOINING = 8  # pairs of a contact that join at once
MOST_ROUNDS = 30
FEW_LEFT = 1_000  # pairs: with so few to branch on another round of prices saves nothing
SETTLED = 0.03  # of the gap, or of what pairs differ: prices can lower the bound by no more, answers have to rise


def solve_by_fills(problem: Loaded, fills: Fills, best: Found) -> Found:
    """The optimum, or the best found in time; `best` brings an answer, prices of slots and a turnout."""
    turnout = best.turnout
    assert turnout is not None
    turnout, most_prices = _turnout(problem, fills, turnout, int((best.employee_of >= 0).sum()))
    search = _begun(problem, fills, turnout, best)
    kept = _relax(search, best.prices)
    is_optimal = search.is_proved or (kept is not None and branch(search))
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
        found = relaxed(search.programme(kept), problem.left_s(0.8))
        if found is None:
            return None
        net, worth = search.price(found.contact_prices, found.toll)
        search.round(found.share)
        if search.is_proved or search.bound - found.value <= search.tolerance:
            return kept
        lost = losses(search.fills, worth, net)
        gap = search.bound - search.worth
        if search.bound - found.value <= SETTLED * min(gap, search.spread) or (search.lost() <= gap).sum() <= FEW_LEFT:
            return kept
        joins = _joining(search, kept, net, worth.of_employee[pairs.employee] - lost)
        if not joins.any():
            return kept
        kept |= joins
    return kept


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
