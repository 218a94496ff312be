"""Laws of each solver of the portfolio by itself: the optimum, proved by prices that know nothing of how they came."""

from types import SimpleNamespace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from matcher.assignment import Problem, solve, warm_up
from matcher.assignment.auction import auction_turned, paths_from_zero, scaled_auction
from matcher.assignment.collapse import classes_of, solve_classes
from matcher.assignment.one_slot import paths_one_slot
from matcher.assignment.pair_auction import solve_many_pairs, solve_pairs_exactly
from matcher.assignment.portfolio import WAYS, way_for
from matcher.assignment.small import solve_small_matrix
from tests.laws.assignment_proof import check_proof
from tests.laws.test_assignment_optimum import KINDS, instance

pytest.importorskip("numba")

seeds = st.integers(0, 2**32 - 1)
sizes = st.integers(1, 16)
kinds = st.sampled_from(KINDS)


def useful(value, eligible):
    """The matrix that solvers get: what is of no use is 0."""
    return np.where(eligible, np.maximum(value, 0.0), 0.0)


def best_worth(benefit, capacity):
    """The optimum by scipy, each slot a column."""
    by_slot = benefit[:, np.repeat(np.arange(len(capacity)), np.minimum(capacity, len(benefit)))]
    contact, slot = linear_sum_assignment(by_slot, maximize=True)
    return by_slot[contact, slot].sum()


def slots(employees, seed, most):
    return np.random.default_rng(seed).integers(0, most + 1, employees)


@settings(deadline=None, max_examples=300)
@given(kind=kinds, contacts=sizes, employees=sizes, seed=seeds, most=st.sampled_from([1, 2, 5, 40]))
def test_every_solver_for_many_slots_finds_and_proves_the_optimum(kind, contacts, employees, seed, most):
    """Which one runs depends on size and values, so each must be exact everywhere."""
    value, eligible = instance(kind, contacts, employees, seed)
    benefit, capacity = useful(value, eligible), slots(employees, seed, most)
    pairs = Problem(benefit, capacity=capacity).useful_pairs
    optimum = best_worth(benefit, capacity)

    for found in (
        paths_from_zero(benefit, capacity, has_time=None),
        scaled_auction(benefit, capacity, has_time=None),
        solve_pairs_exactly(pairs, contacts, capacity, has_time=None),
    ):
        worth = check_proof(found, benefit, capacity)

        assert worth == pytest.approx(optimum, rel=1e-9, abs=1e-12)
        assert found.status == "optimal"


@settings(deadline=None, max_examples=200)
@given(kind=kinds, contacts=sizes, employees=sizes, seed=seeds, all_work=st.booleans())
def test_employees_may_choose_contacts_instead(kind, contacts, employees, seed, all_work):
    """With sides exchanged the prices are the other side's: they must come back as prices of employees."""
    value, eligible = instance(kind, contacts, employees, seed)
    benefit = useful(value, eligible)
    capacity = np.ones(employees, int) if all_work else slots(employees, seed, 1)

    for found in (
        paths_one_slot(benefit, capacity, has_time=None),
        auction_turned(benefit, capacity, has_time=None),
    ):
        worth = check_proof(found, benefit, capacity)

        assert worth == pytest.approx(best_worth(benefit, capacity), rel=1e-9, abs=1e-12)


@settings(deadline=None, max_examples=300)
@given(kind=kinds, contacts=st.integers(2, 16), employees=sizes, seed=seeds, most=st.sampled_from([1, 3]))
def test_a_small_problem_is_solved_and_proved_in_one_call(kind, contacts, employees, seed, most):
    """Most questions are small: the whole answer comes from compiled code, its bound included."""
    value, eligible = instance(kind, contacts, employees, seed)
    value, capacity = np.where(eligible, value, -np.inf), slots(employees, seed, most)

    quick = solve_small_matrix(value, capacity)

    if quick is None:
        assert contacts > 2 * employees
        return
    employee_of, prices, worth, bound = quick
    found = SimpleNamespace(employee_of=employee_of, prices=prices)
    assert worth == pytest.approx(check_proof(found, value, capacity), rel=1e-12)
    assert worth == pytest.approx(best_worth(useful(value, eligible), capacity), rel=1e-9, abs=1e-12)
    assert bound == pytest.approx(worth, rel=1e-9)


@settings(deadline=None, max_examples=30)
@given(seed=seeds, size=st.sampled_from([300, 500]))
def test_an_auction_is_held_where_many_want_the_same_people(seed, size):
    """Paths get long there, whatever the rank: forbidden pairs raise it, and change nobody's favourite much."""
    warm_up()
    rng = np.random.default_rng(seed)
    one_each = np.ones(size, np.int64)
    alone = rng.random((size, size))
    shared = rng.random((size, 8)) @ rng.random((8, size))
    masked = np.where((rng.random((30, size)) < 0.3)[rng.integers(30, size=size)], shared, 0.0)

    assert way_for(alone, one_each).name == "one_slot"
    assert way_for(shared, one_each).name == "auction"
    assert way_for(masked, one_each).name == "auction"


@settings(deadline=None, max_examples=60)
@given(seed=seeds, kinds_of=st.tuples(st.integers(1, 6), st.integers(1, 6)), most=st.sampled_from([1, 3]))
def test_people_alike_may_be_solved_as_one(seed, kinds_of, most):
    """Where profiles are few, most contacts are alike; whoever gets whom, the sum must be the same."""
    rng = np.random.default_rng(seed)
    contacts, employees = 210, 200
    small = rng.random(kinds_of)
    benefit = small[rng.integers(0, kinds_of[0], contacts)][:, rng.integers(0, kinds_of[1], employees)]
    capacity = slots(employees, seed, most)

    found = solve_classes(benefit, capacity, classes_of(benefit, one_slot_each=False))

    worth = check_proof(found, benefit, capacity)
    assert worth == pytest.approx(best_worth(benefit, capacity), rel=1e-9)


@pytest.mark.parametrize("most", [1, 3])
@pytest.mark.parametrize(("contacts", "employees"), [(240, 240), (180, 260), (260, 180)])
@pytest.mark.parametrize("kind", [*KINDS, "shifted"])
def test_problems_of_hundreds_are_exact_whatever_way_the_table_takes(kind, contacts, employees, most):
    """The sizes of a contact centre's rounds, through the one entrance; shifted is how rounds put serving first."""
    value, eligible = instance("low rank" if kind == "shifted" else kind, contacts, employees, seed=77)
    if kind == "shifted":
        value, eligible = value + 300.0, np.random.default_rng(78).random(value.shape) < 0.4
    capacity = slots(employees, 79, most) if most > 1 else np.ones(employees, int)

    answer = solve(Problem(value, eligible, capacity=capacity))

    worth = check_proof(answer, np.where(eligible, value, -np.inf), capacity)
    assert worth == pytest.approx(best_worth(useful(value, eligible), capacity), rel=1e-9)
    assert (answer.gap, answer.status) == (pytest.approx(0.0, abs=1e-9), "optimal")


def test_the_answer_says_why_its_solver_was_taken():
    """Who wonders why a round was slow starts here."""
    rng = np.random.default_rng(4)
    profiles = [rng.random((n, 3)) @ rng.random((3, m)) for n, m in [(300, 300), (240, 300)]]
    problems = [Problem(value) for value in (rng.random((5, 5)), rng.random((300, 240)), *profiles)]
    problems.append(Problem(rng.random((300, 240)), capacity=np.full(240, 2)))

    reasons = {solve(problem).reason for problem in problems}

    assert reasons <= {way.reason for way in WAYS} | {"small"}
    assert len(reasons) == 5


def price_war(size):
    """Bertsekas' example: contacts fight over too few employees worth much, the rest is worth next to nothing."""
    value = np.full((size, size), 1.0)
    value[:, : size // 2] = 1e9
    return value + np.random.default_rng(8).random((size, size)) * 1e-3


HARD = {
    "price war": price_war(240),
    "all equal": np.ones((240, 240)),
    "two values": np.where(np.random.default_rng(1).random((240, 240)) < 0.5, 1.0, 2.0),
    "a range of 1e12": 10.0 ** np.random.default_rng(2).uniform(0, 12, (240, 240)),
    "as large as is allowed": np.random.default_rng(3).random((240, 240)) * 1e300,
    "near the smallest float": np.random.default_rng(4).random((240, 240)) * 1e-300,
    "products": np.outer(np.arange(1.0, 241), np.arange(1.0, 241)),
    "one employee wanted by all": np.pad(np.ones((240, 1)) * 5, ((0, 0), (0, 239)), constant_values=1.0),
    "a single useful pair": np.pad([[1.0]], ((0, 239), (0, 239))),
}


@pytest.mark.parametrize("name", HARD)
def test_instances_made_to_hurt_are_answered_exactly(name):
    """An auction that raises prices by pennies never ends; sums near the float limits turn into infinity."""
    value = HARD[name]
    scale = 2.0 ** -np.frexp(value.max())[1]

    answer = solve(Problem(value))

    in_reach = SimpleNamespace(employee_of=answer.employee_of, prices=answer.prices * scale)
    worth = check_proof(in_reach, value * scale, np.ones(240, int))
    assert worth == pytest.approx(best_worth(value * scale, np.ones(240, int)), rel=1e-9)


@settings(deadline=None, max_examples=40)
@given(kind=kinds, seed=seeds, looks=st.integers(0, 5), most=st.sampled_from([1, 3]))
def test_stopped_at_any_moment_a_solver_answers_with_a_bound_that_holds(kind, seed, looks, most):
    """A deadline falls where it falls; half an auction is still an assignment."""
    value, eligible = instance(kind, 60, 60, seed)
    benefit, capacity = useful(value, eligible), slots(60, seed, most)
    pairs = Problem(benefit, capacity=capacity).useful_pairs

    for solver in (
        lambda clock: paths_from_zero(benefit, capacity, has_time=clock),
        lambda clock: scaled_auction(benefit, capacity, has_time=clock),
        lambda clock: solve_pairs_exactly(pairs, 60, capacity, has_time=clock),
        lambda clock: paths_one_slot(benefit, np.minimum(capacity, 1), has_time=clock),
    ):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("matcher.assignment.auction.CELLS_PER_LOOK", 600)
            patch.setattr("matcher.assignment.one_slot.CELLS_PER_LOOK", 600)
            patch.setattr("matcher.assignment.pair_auction.LOOKS", 20)
            ticks = iter([True] * looks)
            found = solver(lambda ticks=ticks: next(ticks, False))

        worth = check_proof(found, benefit, capacity, gap=1.0)
        assert worth <= best_worth(benefit, capacity) * (1 + 1e-9)
        assert found.status in {"optimal", "deadline"}


def test_millions_of_pairs_would_be_answered_within_a_small_gap():
    """Beyond some size the last contacts are not worth the wait, but the answer says what it may have missed."""
    rng = np.random.default_rng(5)
    value = np.where(rng.random((400, 40)) < 0.4, rng.random((400, 40)), 0.0)
    capacity = np.full(40, 9)
    pairs = Problem(value, capacity=capacity).useful_pairs

    found = solve_many_pairs(pairs, 400, capacity, has_time=None)

    worth = check_proof(found, value, capacity, gap=1e-3)
    assert worth == pytest.approx(best_worth(value, capacity), rel=1e-3)
    assert found.status == "within_gap"
