"""Contacts that take several slots: exact where that can be had, and honest about the rest."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.assignment import Problem, solve
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
