"""Loads solved by fills: a bound that is all but tight, most pairs ruled out by it, and branching on what is left.

The parts: what fills are (`fills`), their programme for HiGHS (`fill_programme`), its relaxation over all pairs
(`fill_relaxation`), rows that make that tighter (`fill_rows`, `fill_cuts`), and the last step (`fill_branching`).
"""

from dataclasses import replace

import numpy as np

from matcher.assignment.fill_branching import branch
from matcher.assignment.fill_programme import programme, relaxed
from matcher.assignment.fill_relaxation import Relaxation, first_of_each
from matcher.assignment.fill_search import Search
from matcher.assignment.fills import Fills, valued
from matcher.assignment.linear_program import worth_of
from matcher.assignment.loaded import WHOLE, Loaded
from matcher.assignment.problem import BoolArray, FloatArray, IntArray, Pairs
from matcher.assignment.result import DEADLINE, OPTIMAL, FillProof, Found, Turnout

OF_A_CONTACT, OF_A_GROUP, OTHERS = 4, 6, 2  # pairs in the first relaxation: half a second proves most with so few


def solve_by_fills(problem: Loaded, fills: Fills, best: Found) -> Found:
    """The optimum, or the best found in time; `best` brings an answer, prices of slots and a turnout."""
    turnout = best.turnout
    assert turnout is not None
    turnout, most_prices = _turnout(problem, fills, turnout, int((best.employee_of >= 0).sum()))
    search = _begun(problem, fills, turnout, best)
    relaxation = Relaxation.of(search, _promising(problem, fills, best.prices))
    is_optimal = relaxation.lower() and (relaxation.is_proved or branch(relaxation))
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


def _promising(problem: Loaded, fills: Fills, prices: FloatArray) -> BoolArray:
    """The pairs worth most, after paying for the slots, to each contact and to each employee, and some others.

    The others, taken from everywhere, keep room for all where everybody's favourites are the same few.
    """
    pairs = problem.pairs
    net = pairs.value - problem.load * prices[pairs.employee]
    best = np.full(problem.contacts, -np.inf)
    np.maximum.at(best, pairs.contact, net)
    scattered = np.random.default_rng(0).random(net.size)
    of_contacts = first_of_each(pairs.contact, net, OF_A_CONTACT) | first_of_each(pairs.contact, scattered, OTHERS)
    return of_contacts | first_of_each(fills.group, net - best[pairs.contact], OF_A_GROUP)


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
