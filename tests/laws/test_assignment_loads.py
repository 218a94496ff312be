"""Contacts that take several slots: exact where that can be had, and honest about the rest."""

from dataclasses import replace
from itertools import product
from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import Bounds, LinearConstraint, milp

from matcher.assignment import Problem, fill_branching, solve
from tests.laws.assignment_proof import check_proof_of_loads


def mixed(seed, contacts, employees, *, base=0.0):
    """Calls that take an employee whole, and chats that take one of three slots; some pairs cannot be."""
    rng = np.random.default_rng(seed)
    value = base + rng.random((contacts, employees))
    value[rng.random(value.shape) < 0.3] = -np.inf
    load = np.where(rng.random(contacts) < 0.5, 3, 1)[:, None] * np.ones((1, employees), dtype=np.int64)
    return value, np.full(employees, 3), load.astype(np.int64)


def best_by_trying_all(value, capacity, load):
    """The optimum, by looking at every assignment there is."""
    best = 0.0
    for chosen in product(range(-1, value.shape[1]), repeat=value.shape[0]):
        taken, worth = np.zeros(value.shape[1]), 0.0
        for i, j in enumerate(chosen):
            if j >= 0:
                taken[j] += load[i, j]
                worth += value[i, j]
        if (taken <= capacity).all():
            best = max(best, worth)
    return best


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 3), st.sampled_from([0.0, 5.0]))
def test_small_problems_with_loads_are_solved_exactly(seed, contacts, employees, base) -> None:
    """Judged by trying all assignments."""
    value, capacity, load = mixed(seed, contacts, employees, base=base)
    answer = solve(Problem(value, capacity=capacity, load=load))
    worth, limit = check_proof_of_loads(answer, value, capacity, load)

    assert worth == pytest.approx(best_by_trying_all(value, capacity, load))
    assert limit >= worth - 1e-9


@pytest.mark.parametrize("power", [-900, -40, -20, 30, 100, 990])
@pytest.mark.parametrize("slots", [3, 40])
def test_what_values_are_measured_in_changes_nothing(slots, power) -> None:
    """Euros, cents or chances: a solver that takes differences of 1e-7 for none calls the first answer the best."""
    rng = np.random.default_rng(slots)
    value, capacity = rng.random((30, 12)), np.full(12, slots)
    load = rng.integers(1, 3 if slots == 3 else 20, value.shape)
    plainly = solve(Problem(value, capacity=capacity, load=load))
    scaled = solve(Problem(np.ldexp(value, power), capacity=capacity, load=load))

    back = SimpleNamespace(
        employee_of=scaled.employee_of,
        value=np.ldexp(scaled.value, -power),
        bound=np.ldexp(scaled.bound, -power),
        prices=np.ldexp(scaled.prices, -power),
        turnout=scaled.turnout and measured(scaled.turnout, -power),
    )
    check_proof_of_loads(back, value, capacity, load)
    assert (scaled.status, back.value) == (plainly.status, pytest.approx(plainly.value, rel=1e-9))
    assert plainly.status == "optimal"


def measured(turnout, power):
    """The turnout with its values, but not its counts, so many doublings larger."""
    by_fills = turnout.by_fills
    if by_fills is not None:
        prices, toll = np.ldexp(by_fills.contact_prices, power), np.ldexp(by_fills.toll, power)
        by_fills = replace(by_fills, contact_prices=prices, toll=toll)
    return replace(turnout, toll=np.ldexp(turnout.toll, power), by_fills=by_fills)


def channels(seed, contacts, employees, *, call=0, steps=0, allowed=1.0, serving_first=True):
    """A round: values of low rank, one to four slots, calls of `call` or all slots, mails of two, chats of one."""
    rng = np.random.default_rng(seed)
    value = rng.dirichlet(np.full(8, 0.6), contacts) @ rng.random((8, 8)) @ rng.dirichlet(np.full(8, 0.6), employees).T
    value = np.round(value * steps) / steps if steps else value
    capacity = rng.integers(1, 5, employees)
    calls = np.full(employees, call) if call else capacity
    load = np.stack((np.ones_like(capacity), calls, np.full_like(capacity, 2)))[rng.integers(0, 3, contacts)]
    value = value + (contacts if serving_first else 0.0)
    return np.where(rng.random(value.shape) < allowed, value, -np.inf), capacity, load


def best_by_highs(value, capacity, load):
    """The optimum of the plain programme, pairs by pairs, that HiGHS branches on."""
    contact, employee = np.nonzero((value > 0) & (load <= capacity))
    rows = np.arange(value.shape[0])[:, None] == contact
    slots = (np.arange(value.shape[1])[:, None] == employee) * load[contact, employee]
    answer = milp(
        -value[contact, employee],
        constraints=LinearConstraint(np.vstack((rows, slots)), ub=np.concatenate((np.ones(len(rows)), capacity))),
        bounds=Bounds(0, 1),
        integrality=np.ones(contact.size),
        options={"mip_rel_gap": 0.0},
    )
    return -answer.fun


ROUNDS = {
    "calls take all": {},
    "calls take three": {"call": 3},
    "tied": {"steps": 10},
    "few may": {"allowed": 0.3},
    "worth alone": {"serving_first": False},
}


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("round_of", ROUNDS)
def test_rounds_of_mixed_channels_get_what_a_second_solver_finds(round_of, seed) -> None:
    """A phone call for one or chats for three: the round says which, and must be right about it."""
    value, capacity, load = channels(seed, 30, 12, **ROUNDS[round_of])
    answer = solve(Problem(value, capacity=capacity, load=load))
    worth, _ = check_proof_of_loads(answer, value, capacity, load)

    assert answer.status == "optimal"
    assert worth == pytest.approx(best_by_highs(value, capacity, load), abs=1e-6)


@pytest.mark.parametrize("pairs_at_first", [5, 40])
def test_looking_at_few_pairs_first_costs_no_worth(pairs_at_first, monkeypatch) -> None:
    """Most pairs are left out until something proves that they matter; what proves it must not be missed."""
    monkeypatch.setattr(fill_branching, "BRANCHED_FIRST", pairs_at_first)
    for seed in range(4):
        value, capacity, load = channels(seed, 24, 8, call=3, serving_first=seed % 2 == 0)
        answer = solve(Problem(value, capacity=capacity, load=load))

        assert answer.status == "optimal"
        assert answer.value == pytest.approx(best_by_highs(value, capacity, load), abs=1e-6)


@pytest.mark.parametrize("seed", range(6))
def test_two_slots_over_are_no_third_of_an_employee(seed) -> None:
    """Thirteen chats take five employees of three slots, with two over: the hardest rounds are as tight as that."""
    rng = np.random.default_rng(seed)
    value, load = rng.random((30, 13)), np.where(np.arange(30) < 13, 1, 3)[:, None] * np.ones((1, 13), dtype=np.int64)
    capacity = np.full(13, 3)
    answer = solve(Problem(value, capacity=capacity, load=load))
    worth, _ = check_proof_of_loads(answer, value, capacity, load)

    assert answer.status == "optimal"
    assert worth == pytest.approx(best_by_highs(value, capacity, load), abs=1e-6)


def test_a_full_round_is_proved_within_a_hair() -> None:
    """Two hundred contacts and a hundred employees: prices alone must come within a thousandth of the scores."""
    value, capacity, load = channels(1, 200, 100)
    answer = solve(Problem(value, capacity=capacity, load=load))
    worth, limit = check_proof_of_loads(answer, value, capacity, load)
    score = worth - 200 * (answer.employee_of >= 0).sum()

    assert answer.status == "optimal"
    assert limit - worth < 1e-3 * score


@pytest.mark.parametrize(
    ("value", "capacity", "load", "worth"),
    [
        ([[1.0, 1.0], [1.0, 1.0]], [0, 0], [[1, 1], [3, 3]], 0.0),
        ([[1.0, 2.0], [1.0, 1.0]], [2, 2], [[1, 3], [3, 3]], 1.0),
        ([[-1.0, -np.inf], [-np.inf, -np.inf]], [3, 3], [[1, 1], [3, 3]], 0.0),
        ([[1.0], [1.0], [1.0], [1.0]], [3], [[3], [1], [1], [1]], 3.0),
        ([[5.0], [1.0], [1.0], [1.0]], [3], [[3], [1], [1], [1]], 5.0),
        ([[5.0], [1.0], [2.0]], [2_000_000_000], [[3], [1], [1_000_000_000]], 8.0),
    ],
)
def test_bare_rounds_are_answered(value, capacity, load, worth) -> None:
    """By hand: nobody has slots, loads exceed them, nobody may, all are alike, one outweighs three, slots for ever."""
    answer = solve(Problem(value, capacity=capacity, load=load))

    assert answer.value == pytest.approx(worth)
    assert answer.bound == pytest.approx(worth)
    assert answer.status == "optimal"


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000), st.sampled_from([0.0, 20.0]), st.sampled_from([0.0, 0.05, 0.3]))
def test_at_any_deadline_the_answer_is_feasible_and_its_bound_holds(seed, base, deadline_s) -> None:
    """Half a second is what a decision has; what it lacks must be told, not hidden."""
    value, capacity, load = mixed(seed, 40, 15, base=base)
    answer = solve(Problem(value, capacity=capacity, load=load), deadline_s=deadline_s)

    check_proof_of_loads(answer, value, capacity, load)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000))
def test_different_loads_of_the_same_contact_are_kept_apart(seed) -> None:
    """Employees differ in what a call costs them; a kind is only a guess at who is alike."""
    rng = np.random.default_rng(seed)
    value = 1.0 + rng.random((12, 6))
    load = rng.integers(1, 4, value.shape)
    capacity = rng.integers(0, 6, 6)
    answer = solve(Problem(value, capacity=capacity, load=load), deadline_s=2.0)

    check_proof_of_loads(answer, value, capacity, load)


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_where_serving_counts_most_the_turnout_closes_the_gap(seed) -> None:
    """A third of a contact that cannot be served once read as a quarter of the round's worth."""
    value, capacity, load = mixed(seed, 60, 20, base=50.0)
    answer = solve(Problem(value, capacity=capacity, load=load), deadline_s=5.0)
    worth, limit = check_proof_of_loads(answer, value, capacity, load)

    assert answer.turnout is not None
    assert (limit - worth) / limit < 2e-3
