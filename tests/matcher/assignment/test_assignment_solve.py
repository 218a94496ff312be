"""Small problems with answers known by hand, and the odd ends that must be answered rather than raised."""

from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from matcher.assignment import Bottleneck, Problem, bottleneck, solve
from matcher.errors import InvalidInput

NOTHING = -np.inf


@pytest.mark.parametrize("shape", [(0, 0), (0, 3), (3, 0)])
def test_an_empty_side_leaves_everyone_unassigned(shape):
    """At night nobody is there; that is an answer, not an error."""
    dense, sparse = solve(Problem(np.zeros(shape))), solve(Problem.sparse([], [], [], shape))

    for answer in (dense, sparse):
        assert answer.employee_of.tolist() == [-1] * shape[0]
        assert (answer.value, answer.bound, answer.gap) == (0.0, 0.0, 0.0)
        assert answer.prices.tolist() == [0.0] * shape[1]


@pytest.mark.parametrize(
    "problem",
    [
        Problem(np.full((2, 2), NOTHING)),
        Problem(np.ones((2, 2)), np.zeros((2, 2), bool)),
        Problem(np.ones((2, 2)), capacity=[0, 0]),
        Problem(-np.ones((2, 2))),
        Problem(np.zeros((2, 2))),
        Problem(np.ones((2, 2)), load=np.full((2, 2), 3), capacity=[2, 2]),
    ],
)
def test_no_useful_pair_leaves_everyone_unassigned_without_a_gap(problem):
    """Forbidden, without slots, or worth no more than waiting: nobody is served, and that is proved."""
    answer = solve(problem)

    assert answer.employee_of.tolist() == [-1, -1]
    assert answer.bound == 0.0


def test_giving_up_the_best_pair_serves_both():
    """Greedy gives 10 and leaves one alone; by hand: 9 + 8."""
    answer = solve(Problem([[10.0, 9.0], [8.0, NOTHING]]))

    assert answer.employee_of.tolist() == [1, 0]
    assert answer.value == 17.0
    assert answer.bound == pytest.approx(17.0, abs=1e-12)


def test_a_pair_that_costs_more_than_it_brings_is_not_made():
    """Serving both would be worth 10 - 3."""
    answer = solve(Problem([[10.0, NOTHING], [NOTHING, -3.0]]))

    assert answer.employee_of.tolist() == [0, -1]


def test_all_tied_serves_as_many_as_there_are_slots():
    """Equal values are the rule where no profiles are known yet."""
    answer = solve(Problem(np.ones((5, 2)), capacity=[2, 1]))

    assert sorted(answer.employee_of.tolist()) == [-1, -1, 0, 0, 1]
    assert answer.gap == pytest.approx(0.0, abs=1e-12)


def test_one_contact_gets_its_best_employee_with_a_slot():
    """The commonest question of all needs no solver."""
    answer = solve(Problem([[5.0, 9.0, 7.0]], capacity=[1, 0, 1]))

    assert answer.employee_of.tolist() == [2]
    assert answer.solver == "argmax"


def test_a_call_takes_all_slots_where_two_chats_are_worth_more():
    """Employee with 2 slots: call 5 for 2 slots, or chats 3 + 3 for 1 each."""
    answer = solve(Problem([[5.0], [3.0], [3.0]], capacity=[2], load=[[2], [1], [1]]))

    assert answer.employee_of.tolist() == [-1, 0, 0]
    assert answer.status == "optimal"


def test_slots_that_no_load_can_fill_do_not_loosen_the_bound():
    """Three slots and loads of 2: one contact fits, and the proof knows that."""
    answer = solve(Problem([[1.0], [1.0]], capacity=[3], load=[[2], [2]]))

    assert answer.value == 1.0
    assert answer.bound == pytest.approx(1.0, abs=1e-12)


def test_the_same_problem_gets_the_same_answer_from_many_threads():
    """A decision that cannot be replayed cannot be explained."""
    value = np.random.default_rng(7).integers(0, 4, (40, 40)).astype(float)
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: solve(Problem(value)).employee_of.tolist(), range(8)))

    assert all(answer == answers[0] for answer in answers)


def test_the_problem_is_left_as_it_was():
    """Callers explain the decision from the same matrix."""
    value = np.random.default_rng(3).random((20, 20))
    kept = value.copy()
    solve(Problem(value))

    assert (value == kept).all()


def test_a_long_job_stops_at_its_deadline():
    """A clock that runs an hour at each look is past every deadline, so only what is at hand may be answered."""
    rng = np.random.default_rng(11)
    hours = iter(range(0, 10**6, 3600))
    problem = Problem(rng.random((30, 4)), load=rng.integers(1, 9, (30, 4)), capacity=[20] * 4)
    answer = solve(problem, deadline_s=1.0, clock=lambda: float(next(hours)))

    assert answer.status == "deadline"
    assert 0 < answer.gap < 1


def test_two_contacts_and_one_slot_are_each_others_bottleneck():
    """The third can go elsewhere and is not to blame."""
    problem = Problem([[1.0, NOTHING], [1.0, NOTHING], [1.0, 1.0]])

    assert bottleneck(problem, 0) == Bottleneck(contacts=(0, 1), employees=(0,), short=1)
    assert bottleneck(problem, 2) is None


def test_a_contact_nobody_may_serve_is_its_own_bottleneck():
    """No eligible employee is the plainest reason of all."""
    found = bottleneck(Problem([[NOTHING, NOTHING]]), 0)

    assert found == Bottleneck(contacts=(0,), employees=(), short=1)


def test_a_contact_left_out_for_its_value_has_no_bottleneck():
    """Slots are free; it is simply worth more to wait."""
    assert bottleneck(Problem([[-1.0]]), 0) is None


def test_a_contact_that_is_not_there_is_refused():
    """-1 would read the last contact's reasons to another customer."""
    with pytest.raises(InvalidInput):
        bottleneck(Problem([[1.0]]), -1)
