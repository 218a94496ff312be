"""The best employees for one contact: in order, no more than asked, and none who may not."""

import numpy as np
import pytest

from matcher.routing import rank
from matcher.routing.decision import Why
from matcher.routing.eligibility import eligibility_of
from matcher.routing.scores import scores_of
from tests.matcher.routing.rounds import NOON, contact, decided, employee, snapshot


@pytest.mark.parametrize(("employees", "limit"), [(3, 10), (40, 5), (700, 10), (1_000, 1), (1_000, 500)])
def test_the_ranking_is_the_head_of_the_whole_list_in_order(employees: int, limit: int) -> None:
    """Looking at blocks first must never lose someone who belongs in the list."""
    rng = np.random.default_rng(employees)
    staff = [
        employee(f"e{i}", idle_s=float(rng.integers(0, 900)), mandate=int(rng.integers(0, 4)), active=i % 3 > 0)
        for i in range(employees)
    ]
    round_ = snapshot([contact()], staff)
    answer = rank(round_, NOON, limit=limit, turn=7)
    round_, eligibility = eligibility_of(round_, NOON)
    scores = scores_of(round_, eligibility, NOON, turn=7)
    all_scores = sorted((scores.total[0, j] for j in np.flatnonzero(eligibility.pairs[0])), reverse=True)

    assert [decision.score for decision in answer.decisions] == all_scores[:limit]
    assert len({decision.employee_id for decision in answer.decisions}) == len(answer.decisions)


def test_the_first_of_the_ranking_is_whom_a_round_would_choose() -> None:
    """Two doors to one decision must not disagree."""
    staff = [employee(f"e{i}", idle_s=10.0 * i) for i in range(5)]

    (chosen,) = decided([contact()], staff).decisions
    first = rank(snapshot([contact()], staff), NOON, limit=1, turn=0).decisions[0]

    assert first.employee_id == chosen.employee_id


def test_equals_take_turns() -> None:
    """Otherwise the first in the alphabet is always called first."""
    round_ = snapshot([contact()], [employee("e1"), employee("e2"), employee("e3")])

    firsts = {rank(round_, NOON, limit=1, turn=turn).decisions[0].employee_id for turn in range(30)}

    assert firsts == {"e1", "e2", "e3"}


def test_nobody_to_rank_says_why() -> None:
    """An empty list alone leaves the router guessing."""
    answer = rank(snapshot([contact(language="tr")], [employee()]), NOON, limit=3, turn=0)

    assert answer.decisions == ()
    assert answer.unassigned is not None
    assert answer.unassigned.reason is Why.NO_ELIGIBLE_EMPLOYEE
