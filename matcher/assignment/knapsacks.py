"""Loads of many sizes, as machines and jobs have them: the knapsack relaxation, and HiGHS's branch and bound.

Contacts come whole, so that the largest number that can be served, found with pieces allowed, is rounded down and
bounds the rest (a cut that closes most of the gap). The relaxation tells how many contacts of each kind an employee
takes. Source: Martello and Toth 1990, Knapsack Problems, chapter 7.
"""

from dataclasses import replace

import numpy as np

from matcher.assignment.linear_program import chosen, constraints, relaxation, slot_prices, worth_of
from matcher.assignment.load_kinds import LoadKinds, by_kind, wanted_by
from matcher.assignment.loaded import WHOLE, Loaded, best_net
from matcher.assignment.problem import FloatArray, IntArray, Pairs
from matcher.assignment.result import DEADLINE, OPTIMAL, Found, Turnout

RELAXED_A_SECOND = 30_000  # pairs of which HiGHS solves both relaxations in a third of that time (measured)
MOST_RELAXED = 15_000  # pairs in the relaxations, where there is time
FEWEST_KEPT, MOST_KEPT = 4, 12  # employees a contact keeps of the best, and as many of the others
MOST_BRANCHED = 200  # contacts for whom branching is tried against a deadline: beyond them it hardly ever ends in time
LEAST_BRANCHING_S = 0.05  # with less time left branching finds nothing


def solve_by_knapsacks(problem: Loaded, kinds: LoadKinds, best: Found) -> Found:
    """The optimum, or the best found in time; `best` brings an answer, prices of slots and perhaps a turnout."""
    pairs, contacts, capacity = _promising(problem, best.prices), problem.contacts, problem.capacity
    turnout = _turnout(problem, pairs)
    most = None if turnout is None else turnout.most
    answer = relaxation(pairs, contacts, capacity, problem.left_s(0.5), most=most)
    if answer is not None:
        toll = max(0.0, -float(answer.ineqlin.marginals[-1]))
        proof = replace(
            best,
            prices=slot_prices(answer, contacts, capacity.size),
            turnout=None if turnout is None else replace(turnout, toll=toll),
        )
        best = min(best, proof, key=lambda one: bound_by_slots(problem, one))
        best = better(problem, best, by_kind(kinds, wanted_by(kinds, pairs, answer.x)))
    return _branched(problem, best)


def better(problem: Loaded, best: Found, employee_of: IntArray) -> Found:
    """The best answer so far, or this one, made with the kinds apart, where it is worth more."""
    if worth_of(problem.pairs, employee_of) <= worth_of(problem.pairs, best.employee_of):
        return best
    return replace(best, employee_of=employee_of, solver="kinds_apart")


def bound_by_slots(problem: Loaded, proof: Found) -> float:
    """What prices and turnout prove: as `certificate.bound_of`, less careful about slots nobody can fill."""
    net = np.maximum(best_net(problem.pairs, proof.prices), 0.0)
    sold = float(proof.prices @ problem.capacity)
    if proof.turnout is None:
        return sold + float(net.sum())
    paid = np.maximum(net - proof.turnout.toll, 0.0)
    return sold + float(paid.sum()) + proof.turnout.most * proof.turnout.toll


def _promising(problem: Loaded, prices: FloatArray) -> Pairs:
    """All pairs; of very many, for each contact those worth most after paying for the slots, and as many others.

    The others, taken from everywhere, keep room for all where everybody's favourites are the same few.
    """
    pairs = problem.pairs
    most = MOST_RELAXED if problem.seconds is None else int(min(problem.seconds * RELAXED_A_SECOND, MOST_RELAXED))
    if pairs.value.size <= most:
        return pairs
    keep = min(max(most // (2 * problem.contacts), FEWEST_KEPT), MOST_KEPT)
    net = pairs.value - problem.load * prices[pairs.employee]
    kept = np.zeros(net.size, dtype=np.bool_)
    scattered = np.random.default_rng(0).random(net.size)
    for order in (np.lexsort((-net, pairs.contact)), np.lexsort((scattered, pairs.contact))):
        starts = np.flatnonzero(np.diff(pairs.contact[order], prepend=-1))
        rank = np.arange(order.size) - np.repeat(starts, np.diff(starts, append=order.size))
        kept[order[rank < keep]] = True
    return pairs.only(kept)


def _turnout(problem: Loaded, relaxed: Pairs) -> Turnout | None:
    """How many contacts can be served at most, proved over all pairs. `None` where time ran out."""
    alike = replace(relaxed, value=np.ones(relaxed.value.size))
    answer = relaxation(alike, problem.contacts, problem.capacity, problem.left_s(0.3))
    if answer is None:
        return None
    prices = slot_prices(answer, problem.contacts, problem.capacity.size)
    every = replace(problem.pairs, value=np.ones(problem.pairs.value.size))
    served = prices @ problem.capacity + np.maximum(best_net(every, prices), 0.0).sum()
    return Turnout(int(np.floor(served + WHOLE)), prices, 0.0)


def _branched(problem: Loaded, best: Found) -> Found:
    """The optimum by branching, or the best of both."""
    from scipy.optimize import Bounds, LinearConstraint, milp  # 0.3 s to load: only who solves pays

    left_s = problem.left_s()
    if left_s is not None and (left_s < LEAST_BRANCHING_S or problem.contacts > MOST_BRANCHED):
        return best
    pairs, most = problem.pairs, None if best.turnout is None else best.turnout.most
    options: dict[str, float] = {"mip_rel_gap": 0.0}
    if left_s is not None:
        options["time_limit"] = left_s
    matrix, room = constraints(pairs, problem.contacts, problem.capacity, most=most)
    answer = milp(
        -pairs.value,
        integrality=np.ones(pairs.value.size),
        bounds=Bounds(0, 1),
        constraints=LinearConstraint(matrix, ub=room),
        options=options,
    )
    if answer.x is None:
        return best
    employee_of = chosen(pairs, problem.contacts, answer.x)
    if answer.status != 0 and worth_of(pairs, employee_of) < worth_of(pairs, best.employee_of):
        return best
    return replace(
        best, employee_of=employee_of, solver="highs_mip", status=OPTIMAL if answer.status == 0 else DEADLINE
    )
