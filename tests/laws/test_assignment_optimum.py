"""Laws of the assignment: the same optimum as a second solver, and a proof that needs no solver to be checked."""

import itertools

import numpy as np
import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from matcher.assignment import Problem, solve
from matcher.assignment.augment import solve_by_augmenting
from matcher.assignment.linear_program import solve_transport
from matcher.assignment.sparse import solve_sparse

TOLERANCE = 1e-9
KINDS = ("uniform", "low rank", "tied", "clustered", "plane", "product", "negative", "sparse", "blocked")

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 14)
kinds = st.sampled_from(KINDS)


def instance(kind, contacts, employees, seed):
    """A matrix of values of the kind named, and a mask of eligible pairs."""
    rng = np.random.default_rng(seed)
    shape = (contacts, employees)
    eligible = np.ones(shape, bool)
    if kind == "low rank":
        value = (
            rng.dirichlet(np.full(4, 0.6), contacts) @ rng.random((4, 4)) @ rng.dirichlet(np.full(4, 0.6), employees).T
        )
    elif kind == "tied":
        value = rng.integers(0, 3, shape).astype(float)
    elif kind == "clustered":
        value = (
            rng.integers(1, 4, (3, 3))[rng.integers(0, 3, contacts)][:, rng.integers(0, 3, employees)]
            + rng.random(shape) * 1e-3
        )
    elif kind == "plane":
        value = 2 - np.linalg.norm(rng.random((contacts, 1, 2)) - rng.random((1, employees, 2)), axis=2)
    elif kind == "product":
        value = rng.random((contacts, 1)) * rng.random((1, employees))
    else:
        value = rng.random(shape) - (0.5 if kind == "negative" else 0.0)
    if kind == "sparse":
        eligible = rng.random(shape) < 0.25
    if kind == "blocked":  # nobody serves the first half, and one employee the rest
        eligible[: contacts // 2] = False
        eligible[:, 1:] = False
    return value, eligible


def optimum_by_highs(value, eligible, capacity, load=None):
    """The best value of the transport problem by linear programming; loads as 1 each unless given (then a bound)."""
    contacts, employees = value.shape
    load = np.ones(value.shape) if load is None else load
    each_contact = np.kron(np.eye(contacts), np.ones(employees))
    each_employee = np.tile(np.eye(employees), contacts) * load.ravel()
    upper = np.where(eligible.ravel(), 1.0, 0.0)
    answer = linprog(
        -value.ravel(),
        A_ub=np.vstack((each_contact, each_employee)),
        b_ub=np.concatenate((np.ones(contacts), capacity)),
        bounds=np.column_stack((np.zeros(upper.size), upper)),
        method="highs",
    )
    assert answer.status == 0
    return -answer.fun


def optimum_by_trying_all(value, eligible, capacity, load):
    """The best value, by going through every assignment there is."""
    contacts, employees = value.shape
    best = 0.0
    for choice in itertools.product(range(-1, employees), repeat=contacts):
        used, worth = np.zeros(employees), 0.0
        for i, j in enumerate(choice):
            if j >= 0:
                used[j] += load[i, j]
                worth += value[i, j] if eligible[i, j] else -np.inf
        if (used <= capacity).all():
            best = max(best, worth)
    return best


def benefit_of(value, eligible):
    """What a pair adds to leaving the contact unassigned."""
    return np.where(eligible, np.maximum(value, 0.0), 0.0)


def check_answer(answer, value, eligible, capacity, load=None):
    """Feasible, worth what it says, and bounded by its own prices. Knows the definitions and no solver."""
    load = np.ones(value.shape, int) if load is None else load
    used, worth = np.zeros(value.shape[1], int), 0.0
    for i, j in enumerate(answer.employee_of):
        assert -1 <= j < value.shape[1]
        if j >= 0:
            assert eligible[i, j]
            used[j] += load[i, j]
            worth += value[i, j]
    assert (used <= capacity).all()
    assert answer.value == pytest.approx(worth, abs=TOLERANCE)
    assert (answer.prices >= 0).all()
    bound = 0.0
    for i in range(value.shape[0]):
        bound += max(
            [0.0, *(value[i, j] - load[i, j] * answer.prices[j] for j in range(value.shape[1]) if eligible[i, j])]
        )
    for j in range(value.shape[1]):
        bound += answer.prices[j] * capacity[j]
    assert answer.value <= answer.bound + TOLERANCE
    assert answer.bound <= bound + TOLERANCE  # never better than the prices prove, slots nobody can fill apart
    assert answer.gap == pytest.approx(
        (answer.bound - answer.value) / answer.bound if answer.bound else 0.0, abs=TOLERANCE
    )


def capacities(employees, seed, *, most):
    return np.random.default_rng(seed).integers(0, most + 1, employees)


@settings(deadline=None, max_examples=150)
@given(kind=kinds, contacts=sizes, employees=sizes, seed=seeds)
@example(kind="product", contacts=14, employees=14, seed=1)
def test_one_slot_each_gets_the_optimum_and_proves_it(kind, contacts, employees, seed):
    """A pair missed here is a customer with the wrong employee; a loose bound would hide it."""
    value, eligible = instance(kind, contacts, employees, seed)
    capacity = np.ones(employees, int)

    answer = solve(Problem(value, eligible))

    check_answer(answer, value, eligible, capacity)
    assert answer.value == pytest.approx(optimum_by_highs(value, eligible, capacity), rel=1e-6, abs=1e-9)
    assert answer.gap <= TOLERANCE
    assert answer.status == "optimal"


@settings(deadline=None, max_examples=150)
@given(kind=kinds, contacts=sizes, employees=sizes, seed=seeds, most=st.sampled_from([1, 2, 4, 30]))
def test_many_slots_get_the_optimum_and_prove_it(kind, contacts, employees, seed, most):
    """Employees take several chats at once, and some take none."""
    value, eligible = instance(kind, contacts, employees, seed)
    capacity = capacities(employees, seed, most=most)

    answer = solve(Problem(value, eligible, capacity=capacity))

    check_answer(answer, value, eligible, capacity)
    assert answer.value == pytest.approx(optimum_by_highs(value, eligible, capacity), rel=1e-6, abs=1e-9)
    assert answer.gap <= TOLERANCE


@settings(deadline=None, max_examples=100)
@given(kind=kinds, contacts=sizes, employees=sizes, seed=seeds, most=st.sampled_from([1, 3]))
def test_pairs_given_one_by_one_are_worth_the_same_as_the_matrix(kind, contacts, employees, seed, most):
    """How a problem is written down must not matter."""
    value, eligible = instance(kind, contacts, employees, seed)
    capacity = capacities(employees, seed, most=most)
    rows, cols = np.nonzero(eligible)
    shuffled = np.random.default_rng(seed).permutation(rows.size)
    rows, cols = rows[shuffled], cols[shuffled]

    answer = solve(Problem.sparse(rows, cols, value[rows, cols], value.shape, capacity=capacity))

    check_answer(answer, value, eligible, capacity)
    assert answer.value == pytest.approx(solve(Problem(value, eligible, capacity=capacity)).value, abs=TOLERANCE)
    assert answer.gap <= TOLERANCE


@settings(deadline=None, max_examples=60)
@given(kind=kinds, contacts=sizes, employees=sizes, seed=seeds, most=st.sampled_from([1, 3]))
def test_solvers_kept_for_large_problems_agree_on_small_ones(kind, contacts, employees, seed, most):
    """Which solver runs depends on size alone, so each must be exact by itself, prices included."""
    value, eligible = instance(kind, contacts, employees, seed)
    capacity = capacities(employees, seed, most=most)
    problem = Problem(value, eligible, capacity=capacity)
    pairs = problem.useful_pairs
    assume(pairs.value.size > 0)  # no useful pair is answered before any solver is asked
    copies = np.minimum(capacity, contacts)
    reference = solve(problem)

    by_graph = solve_sparse(pairs, contacts, copies, capacity)
    by_programme = solve_transport(pairs, contacts, capacity, seconds=None)
    by_chains = solve_by_augmenting(benefit_of(value, eligible), capacity, has_time=lambda: True)

    for found in (by_graph, by_programme, by_chains):
        served = np.flatnonzero(found.employee_of >= 0)
        worth = value[served, found.employee_of[served]].sum()
        net = np.where(eligible & (capacity > 0), value - found.prices, 0.0)
        bound = np.maximum(net.max(axis=1), 0.0).sum() + found.prices @ capacity
        assert (np.bincount(found.employee_of[served], minlength=employees) <= capacity).all()
        assert worth == pytest.approx(reference.value, abs=1e-7)
        assert bound == pytest.approx(reference.value, abs=1e-7)


@pytest.mark.parametrize("power", [-900, -40, -20, 30, 100, 990])
def test_the_linear_programme_minds_no_unit(power):
    """It stands in where nothing is compiled, and its solver takes differences of 1e-7 for none."""
    value = np.random.default_rng(0).random((60, 20))
    capacity = np.full(20, 3)
    plainly, scaled = (
        solve_transport(Problem(one, capacity=capacity).useful_pairs, 60, capacity, seconds=None)
        for one in (value, np.ldexp(value, power))
    )

    assert (scaled.employee_of == plainly.employee_of).all()
    assert np.ldexp(scaled.prices, -power) == pytest.approx(plainly.prices)
    assert value[np.arange(60), plainly.employee_of].sum() == pytest.approx(
        solve(Problem(value, capacity=capacity)).value
    )


@settings(deadline=None, max_examples=40)
@given(kind=kinds, contacts=st.integers(1, 5), employees=st.integers(1, 3), seed=seeds)
def test_loads_get_the_optimum_of_trying_everything(kind, contacts, employees, seed):
    """A phone call may take all of an employee's slots and a chat one: such problems are hard, but not when small."""
    value, eligible = instance(kind, contacts, employees, seed)
    load = np.random.default_rng(seed).integers(1, 5, value.shape)
    capacity = capacities(employees, seed, most=6)

    answer = solve(Problem(value, eligible, capacity=capacity, load=load))

    check_answer(answer, value, eligible, capacity, load)
    assert answer.value == pytest.approx(optimum_by_trying_all(value, eligible, capacity, load), abs=1e-6)
    assert answer.status == "optimal"


@settings(deadline=None, max_examples=80)
@given(kind=kinds, contacts=sizes, employees=sizes, seed=seeds)
def test_one_load_for_all_contacts_of_an_employee_is_proved_exact(kind, contacts, employees, seed):
    """Two slots a chat out of five is two chats: no branching is needed, and no gap may remain."""
    value, eligible = instance(kind, contacts, employees, seed)
    load_of = np.random.default_rng(seed).integers(1, 4, employees)
    capacity = capacities(employees, seed, most=7)

    answer = solve(Problem(value, eligible, capacity=capacity, load=np.tile(load_of, (contacts, 1))))

    check_answer(answer, value, eligible, capacity, np.tile(load_of, (contacts, 1)))
    assert answer.value == pytest.approx(optimum_by_highs(value, eligible, capacity // load_of), rel=1e-6, abs=1e-9)
    assert answer.gap <= TOLERANCE


@settings(deadline=None, max_examples=40)
@given(kind=kinds, contacts=sizes, employees=sizes, seed=seeds, loads=st.booleans())
def test_without_time_an_answer_is_feasible_and_its_bound_holds(kind, contacts, employees, seed, loads):
    """At the deadline a contact centre needs an answer, and an honest word on what it may have missed."""
    value, eligible = instance(kind, contacts, employees, seed)
    capacity = capacities(employees, seed, most=3)
    load = np.random.default_rng(seed).integers(1, 4, value.shape) if loads else None

    answer = solve(Problem(value, eligible, capacity=capacity, load=load), deadline_s=0.0)

    check_answer(answer, value, eligible, capacity, load)
    if not loads:
        assert optimum_by_highs(value, eligible, capacity) <= answer.bound + 1e-9
    assert answer.status == "deadline" or answer.gap <= TOLERANCE


@settings(deadline=None, max_examples=60)
@given(kind=kinds, contacts=sizes, employees=sizes, seed=seeds, steps=st.integers(0, 6))
def test_stopped_halfway_an_answer_is_feasible_and_its_bound_holds(kind, contacts, employees, seed, steps):
    """Contacts let in before the deadline are served best; the others get what is free."""
    value, eligible = instance(kind, contacts, employees, seed)
    capacity = capacities(employees, seed, most=3)
    ticks = iter([True] * steps)
    found = solve_by_augmenting(benefit_of(value, eligible), capacity, has_time=lambda: next(ticks, False))

    served = np.flatnonzero(found.employee_of >= 0)
    best = np.where(eligible & (capacity > 0), value - found.prices, 0.0).max(axis=1)
    assert (np.bincount(found.employee_of[served], minlength=employees) <= capacity).all()
    assert eligible[served, found.employee_of[served]].all()
    assert optimum_by_highs(value, eligible, capacity) <= np.maximum(best, 0).sum() + found.prices @ capacity + 1e-9
    assert found.status == ("optimal" if steps >= contacts else "deadline")


@pytest.mark.parametrize(("slots", "employees"), [(1, 80), (14, 6)])
@pytest.mark.parametrize("kind", ["low rank", "plane", "product"])
def test_a_hundred_contacts_are_exact_where_price_chains_are_long(kind, slots, employees):
    """Value profiles give matrices of low rank, on which rounding and long chains of prices are at their worst."""
    value, eligible = instance(kind, 90, employees, seed=20)
    capacity = np.full(employees, slots)

    answer = solve(Problem(value, capacity=capacity))

    assert answer.value == pytest.approx(optimum_by_highs(value, eligible, capacity), rel=1e-9)
    assert answer.gap <= TOLERANCE
