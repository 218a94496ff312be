"""Loads: contacts that take several slots, as a phone call that takes the whole employee (generalised assignment).

NP-hard, and yet three things settle most of it. Contacts come whole, so that the largest number that can be served,
found with pieces allowed, is rounded down and bounds the rest (a cut that closes most of the gap). The relaxation tells
how many contacts of each kind an employee takes; rounded to whole ones, each kind is a transport with unit loads and
solved exactly. What time is left goes to HiGHS's branch and bound, which proves optima of some hundred contacts.
Source: Martello and Toth 1990, Knapsack Problems, chapter 7; Floyd and Steinberg 1976 for the rounding.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.assignment.greedy import prices_by_ascent, serve_greedily
from matcher.assignment.linear_program import chosen, constraints, relaxation, slot_prices, worth_of
from matcher.assignment.problem import FloatArray, IntArray, Pairs
from matcher.assignment.result import DEADLINE, OPTIMAL, Found, Turnout

WHOLE = 1e-6  # a number of contacts this near to a whole one is whole
RELAXED_A_SECOND = 30_000  # pairs of which HiGHS solves both relaxations in a third of that time (measured)
MOST_RELAXED = 15_000  # pairs in the relaxations, where there is time
FEWEST_KEPT, MOST_KEPT = 4, 12  # employees a contact keeps of the best, and as many of the others
MOST_BRANCHED = 200  # contacts for whom branching is tried against a deadline: beyond them it hardly ever ends in time
LEAST_BRANCHING_S = 0.05  # with less time left branching finds nothing

UnitSolver = Callable[[Pairs, int, IntArray], Found]


@dataclass(frozen=True, slots=True, eq=False)
class _Loaded:
    """A problem with loads, and the time there is."""

    pairs: Pairs
    contacts: int
    capacity: IntArray
    seconds: float | None
    began: float
    kind_of: IntArray  # of each contact: contacts of one kind take the same slots, the lightest are of kind 0
    load_by_kind: IntArray  # kinds × employees: the most a contact of that kind takes there, 0 where none can go

    @classmethod
    def of(cls, pairs: Pairs, contacts: int, capacity: IntArray, seconds: float | None) -> "_Loaded":
        """The problem, its time running from now."""
        assert pairs.load is not None
        began, kind_of = perf_counter(), _kinds(pairs, contacts)
        load_by_kind = np.zeros((int(kind_of.max(initial=-1)) + 1, capacity.size), dtype=np.int64)
        np.maximum.at(load_by_kind, (kind_of[pairs.contact], pairs.employee), pairs.load)
        return cls(pairs, contacts, capacity, seconds, began, kind_of, load_by_kind)

    def left_s(self, share: float = 1.0) -> float | None:
        """That share of the time left."""
        return None if self.seconds is None else max(self.seconds - (perf_counter() - self.began), 0.0) * share


def solve_loads(
    pairs: Pairs, contacts: int, capacity: IntArray, *, seconds: float | None, unit_solver: UnitSolver
) -> Found:
    """The optimum, or the best found in time, with prices and a turnout that bound what is missed.

    `unit_solver` solves problems whose pairs all take one slot.
    """
    problem = _Loaded.of(pairs, contacts, capacity, seconds)
    best = _greedily(problem)
    if seconds is not None and seconds <= 0:
        return best
    best = _better(problem, best, _by_kind(problem, _guessed(problem), unit_solver))
    best = _proved_at_once(problem, best)
    relaxed = _promising(problem, best.prices)
    turnout = _turnout(problem, relaxed)
    most = None if turnout is None else turnout.most
    answer = relaxation(relaxed, contacts, capacity, problem.left_s(0.5), most=most)
    if answer is not None:
        toll = max(0.0, -float(answer.ineqlin.marginals[-1]))
        proof = replace(
            best,
            prices=slot_prices(answer, contacts, capacity.size),
            turnout=None if turnout is None else replace(turnout, toll=toll),
        )
        best = min(best, proof, key=lambda one: _bound(problem, one))
        best = _better(problem, best, _by_kind(problem, _wanted(problem, relaxed, answer.x), unit_solver))
    return _branched(problem, best)


def _better(problem: _Loaded, best: Found, employee_of: IntArray) -> Found:
    if worth_of(problem.pairs, employee_of) <= worth_of(problem.pairs, best.employee_of):
        return best
    return replace(best, employee_of=employee_of, solver="kinds_apart")


def _greedily(problem: _Loaded) -> Found:
    employee_of = serve_greedily(problem.pairs, problem.contacts, problem.capacity)
    worth = worth_of(problem.pairs, employee_of)
    prices = prices_by_ascent(problem.pairs, problem.capacity, value=worth)
    return Found(employee_of, prices, "greedy", DEADLINE)


def _proved_at_once(problem: _Loaded, best: Found) -> Found:
    """The same answer with a turnout from one price for all slots, which needs no relaxation.

    The toll is what every pair is worth at least, as where serving a contact outweighs everything else.
    """
    pairs, capacity = problem.pairs, problem.capacity
    toll = float(pairs.value.min(initial=np.inf, where=pairs.value > 0)) if pairs.value.size else 0.0
    least = problem.load_by_kind[problem.load_by_kind > 0]
    every = replace(pairs, value=np.ones(pairs.value.size))
    proofs = []
    for price in (0.0, *(1.0 / np.unique(least))):
        prices = np.full(capacity.size, price)
        served = float(prices @ capacity + np.maximum(_best_net(every, prices), 0.0).sum())
        proofs.append(Turnout(int(np.floor(served + WHOLE)), prices, toll))
    turnout = min(proofs, key=lambda one: one.most)
    above = replace(pairs, value=pairs.value - toll)
    worth = worth_of(pairs, best.employee_of) - toll * turnout.most
    proof = replace(best, prices=prices_by_ascent(above, capacity, value=worth), turnout=turnout)
    return min(best, proof, key=lambda one: _bound(problem, one))


def _bound(problem: _Loaded, proof: Found) -> float:
    """What the prices and the turnout prove: as `certificate.bound_of`, less careful about slots nobody can fill."""
    net = np.maximum(_best_net(problem.pairs, proof.prices), 0.0)
    sold = float(proof.prices @ problem.capacity)
    if proof.turnout is None:
        return sold + float(net.sum())
    paid = np.maximum(net - proof.turnout.toll, 0.0)
    return sold + float(paid.sum()) + proof.turnout.most * proof.turnout.toll


def _promising(problem: _Loaded, prices: FloatArray) -> Pairs:
    """All pairs; of very many, for each contact those worth most after paying for the slots, and as many others.

    The others, taken from everywhere, keep room for all where everybody's favourites are the same few.
    """
    pairs = problem.pairs
    most = MOST_RELAXED if problem.seconds is None else int(min(problem.seconds * RELAXED_A_SECOND, MOST_RELAXED))
    if pairs.value.size <= most or pairs.load is None:
        return pairs
    keep = min(max(most // (2 * problem.contacts), FEWEST_KEPT), MOST_KEPT)
    net = pairs.value - pairs.load * prices[pairs.employee]
    kept = np.zeros(net.size, dtype=np.bool_)
    scattered = np.random.default_rng(0).random(net.size)
    for order in (np.lexsort((-net, pairs.contact)), np.lexsort((scattered, pairs.contact))):
        starts = np.flatnonzero(np.diff(pairs.contact[order], prepend=-1))
        rank = np.arange(order.size) - np.repeat(starts, np.diff(starts, append=order.size))
        kept[order[rank < keep]] = True
    return pairs.only(kept)


def _turnout(problem: _Loaded, relaxed: Pairs) -> Turnout | None:
    """How many contacts can be served at most, proved over all pairs. `None` where time ran out."""
    alike = replace(relaxed, value=np.ones(relaxed.value.size))
    answer = relaxation(alike, problem.contacts, problem.capacity, problem.left_s(0.3))
    if answer is None:
        return None
    prices = slot_prices(answer, problem.contacts, problem.capacity.size)
    every = replace(problem.pairs, value=np.ones(problem.pairs.value.size))
    served = prices @ problem.capacity + np.maximum(_best_net(every, prices), 0.0).sum()
    return Turnout(int(np.floor(served + WHOLE)), prices, 0.0)


def _best_net(pairs: Pairs, prices: FloatArray) -> FloatArray:
    """What the best employee of each contact that has any is worth after paying for the slots."""
    assert pairs.load is not None
    net = pairs.value - pairs.load * prices[pairs.employee]
    starts = np.flatnonzero(np.diff(pairs.contact, prepend=-1))
    best: FloatArray = np.maximum.reduceat(net, starts) if starts.size else np.zeros(0)
    return best


def _wanted(problem: _Loaded, relaxed: Pairs, share: FloatArray) -> FloatArray:
    """How many contacts of each kind each employee takes in the relaxation: kinds × employees."""
    wanted = np.zeros((problem.load_by_kind.shape[0], problem.capacity.size))
    np.add.at(wanted, (problem.kind_of[relaxed.contact], relaxed.employee), share)
    return wanted


def _guessed(problem: _Loaded) -> FloatArray:
    """The same without a relaxation: light contacts count as much as heavy ones and are served first, and employees
    share the heavy ones by how many of them they could take."""
    wanted = np.zeros((problem.load_by_kind.shape[0], problem.capacity.size))
    left = float(problem.capacity.sum())
    for kind, load in enumerate(problem.load_by_kind):
        contacts = np.unique(problem.pairs.contact[problem.kind_of[problem.pairs.contact] == kind]).size
        usual = float(load[load > 0].mean()) if load.any() else 1.0
        served = min(contacts, left / usual)
        left -= served * usual
        mine = problem.kind_of[problem.pairs.contact] == kind
        could = np.bincount(problem.pairs.employee[mine], minlength=problem.capacity.size).astype(np.float64)
        wanted[kind] = np.minimum(served * could / max(could.sum(), 1.0), problem.capacity / np.maximum(load, 1))
    return wanted


def _by_kind(problem: _Loaded, wanted: FloatArray, unit_solver: UnitSolver) -> IntArray:
    """Each kind gets whole numbers of each employee's places, near those wanted, and is then solved exactly.

    The heavier kinds choose first, the lightest fills what is left; slots that stay over are given out greedily.
    """
    pairs, left = problem.pairs, problem.capacity.copy()
    assert pairs.load is not None
    employee_of = np.full(problem.contacts, -1, dtype=np.int64)
    for kind in range(len(wanted) - 1, -1, -1):  # numbered from the lightest
        load = problem.load_by_kind[kind]
        places = _places(wanted[kind], load, left, takes_all=kind == 0)
        mine = problem.kind_of[pairs.contact] == kind
        unit = unit_solver(replace(pairs.only(mine), load=None), problem.contacts, places)
        served = np.flatnonzero(unit.employee_of >= 0)
        employee_of[served] = unit.employee_of[served]
        np.subtract.at(left, employee_of[served], load[employee_of[served]])
    over = pairs.only((employee_of[pairs.contact] < 0) & (pairs.load <= left[pairs.employee]))
    late = serve_greedily(over, problem.contacts, left)
    return np.where(employee_of >= 0, employee_of, late)


def _kinds(pairs: Pairs, contacts: int) -> IntArray:
    """Contacts of one kind take the same slots, as far as their least and most tell; the lightest kind is 0."""
    assert pairs.load is not None
    least = np.full(contacts, np.iinfo(np.int64).max)
    most = np.zeros(contacts, dtype=np.int64)
    np.minimum.at(least, pairs.contact, pairs.load)
    np.maximum.at(most, pairs.contact, pairs.load)
    _, kind_of = np.unique(np.stack((most, least), axis=1), axis=0, return_inverse=True)
    return np.asarray(kind_of, dtype=np.int64).reshape(contacts)


def _places(wanted: NDArray[Any], load: IntArray, left: IntArray, *, takes_all: bool) -> IntArray:
    """How many contacts of a kind each employee takes: whole numbers near those wanted, with their sum."""
    room = np.where(load > 0, left // np.maximum(load, 1), 0)
    if takes_all:
        return room
    whole = np.minimum(np.floor(wanted + WHOLE).astype(np.int64), room)
    over = np.where(whole < room, wanted - whole, 0.0)
    more = np.argsort(-over, kind="stable")[: max(int(np.rint(wanted.sum())) - int(whole.sum()), 0)]
    more = more[over[more] > 0]
    whole[more] += 1
    return whole


def _branched(problem: _Loaded, best: Found) -> Found:
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
