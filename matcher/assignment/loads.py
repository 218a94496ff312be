"""Loads: contacts that take several slots, as a phone call that takes the whole employee (generalised assignment).

NP-hard, and yet rounds are not: a few slots can be filled in a few ways only, and over these ways the relaxation is all
but whole (`by_fills`). Where loads are of many sizes, slots are knapsacks (`knapsacks`).
"""

from dataclasses import replace

import numpy as np

from matcher.assignment.by_fills import solve_by_fills
from matcher.assignment.fills import fills_of
from matcher.assignment.greedy import prices_by_ascent, serve_greedily
from matcher.assignment.knapsacks import better, bound_by_slots, solve_by_knapsacks
from matcher.assignment.linear_program import worth_of
from matcher.assignment.load_kinds import LoadKinds, by_kind, guessed
from matcher.assignment.loaded import WHOLE, Loaded, UnitSolver, best_net
from matcher.assignment.problem import IntArray, Pairs
from matcher.assignment.result import DEADLINE, Found, Turnout
from matcher.assignment.scale import at_size


def solve_loads(
    pairs: Pairs, contacts: int, capacity: IntArray, *, seconds: float | None, unit_solver: UnitSolver
) -> Found:
    """The optimum, or the best found in time, with prices and a turnout that bound what is missed.

    `unit_solver` solves problems whose pairs all take one slot.
    """

    def solver(scaled: Pairs) -> Found:
        return _solved(Loaded.of(scaled, contacts, capacity, seconds=seconds, unit_solver=unit_solver))

    return at_size(pairs, solver)


def _solved(problem: Loaded) -> Found:
    best = _greedily(problem)
    if problem.seconds is not None and problem.seconds <= 0:
        return best
    kinds = LoadKinds.of(problem)
    best = better(problem, best, by_kind(kinds, guessed(kinds)))
    best = _proved_at_once(problem, best)
    fills = fills_of(problem.pairs, problem.capacity)
    return solve_by_knapsacks(problem, kinds, best) if fills is None else solve_by_fills(problem, fills, best)


def _greedily(problem: Loaded) -> Found:
    employee_of = serve_greedily(problem.pairs, problem.contacts, problem.capacity)
    worth = worth_of(problem.pairs, employee_of)
    prices = prices_by_ascent(problem.pairs, problem.capacity, value=worth)
    return Found(employee_of, prices, "greedy", DEADLINE)


def _proved_at_once(problem: Loaded, best: Found) -> Found:
    """The same answer with a turnout from one price for all slots, which needs no relaxation.

    The toll is what every pair is worth at least, as where serving a contact outweighs everything else.
    """
    pairs, capacity = problem.pairs, problem.capacity
    toll = float(pairs.value.min(initial=np.inf, where=pairs.value > 0)) if pairs.value.size else 0.0
    every = replace(pairs, value=np.ones(pairs.value.size))
    proofs = []
    for price in (0.0, *(1.0 / np.unique(problem.load))):
        prices = np.full(capacity.size, price)
        served = float(prices @ capacity + np.maximum(best_net(every, prices), 0.0).sum())
        proofs.append(Turnout(int(np.floor(served + WHOLE)), prices, toll))
    turnout = min(proofs, key=lambda one: one.most)
    above = replace(pairs, value=pairs.value - toll)
    worth = worth_of(pairs, best.employee_of) - toll * turnout.most
    proof = replace(best, prices=prices_by_ascent(above, capacity, value=worth), turnout=turnout)
    free = replace(best, turnout=replace(turnout, toll=0.0))
    return min(free, proof, key=lambda one: bound_by_slots(problem, one))
