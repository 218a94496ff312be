"""A contact is in exactly one state, and only moves that make sense are allowed."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.contacts.life import ContactLife, ContactState, arrive
from matcher.errors import Conflict

VERBS = ("offer", "accept", "take_back", "transfer", "complete", "abandon")
# Written down from the states of routing, by hand: (state, verb) -> the state after it. Everything else is refused.
ALLOWED = {
    ("waiting", "offer"): "offered",
    ("waiting", "abandon"): "abandoned",
    ("offered", "accept"): "in_service",
    ("offered", "take_back"): "waiting",
    ("offered", "abandon"): "abandoned",
    ("in_service", "complete"): "completed",
    ("in_service", "transfer"): "waiting",
}


def moved(life: ContactLife[float], verb: str, now: float) -> ContactLife[float]:
    """The life after that verb; an offer goes to Emma."""
    return life.offer("emma", now) if verb == "offer" else getattr(life, verb)(now)


def in_state(state: str) -> ContactLife[float]:
    """A life in that state, at second 10."""
    way = {
        "waiting": (),
        "offered": ("offer",),
        "in_service": ("offer", "accept"),
        "completed": ("offer", "accept", "complete"),
        "abandoned": ("abandon",),
    }[state]
    life = arrive("c1", 0.0)
    for verb in way:
        life = moved(life, verb, 10.0)
    return life


@pytest.mark.parametrize("state", [str(state) for state in ContactState])
@pytest.mark.parametrize("verb", VERBS)
def test_every_move_is_either_allowed_by_the_table_or_refused(state: str, verb: str) -> None:
    """A contact that is completed cannot be given up, and nobody accepts what was not offered."""
    life = in_state(state)
    expected = ALLOWED.get((state, verb))

    if expected is None:
        with pytest.raises(Conflict, match=f"c1 is {state}"):
            moved(life, verb, 11.0)
    else:
        assert str(moved(life, verb, 11.0).state) == expected


def test_a_transferred_contact_keeps_its_age_and_its_first_answer() -> None:
    """Whoever is passed on must not start again at the end of the queue."""
    life = arrive("c1", 0.0).offer("emma", 5.0).accept(7.0).transfer(60.0)

    assert (life.arrived_at, life.answered_at, life.leg, life.employee_id) == (0.0, 7.0, 2, None)

    assert life.offer("noor", 61.0).accept(62.0).answered_at == 7.0


def test_nothing_happens_before_what_happened_already() -> None:
    """A clock that runs backwards would give waits below zero."""
    with pytest.raises(Conflict, match="nothing can happen"):
        arrive("c1", 10.0).offer("emma", 9.0)


def test_a_life_runs_on_real_moments_as_well_as_on_seconds() -> None:
    """The service lives by the clock, a simulation by seconds; both are the same life."""
    noon = datetime(2026, 11, 23, 12, tzinfo=UTC)
    life = arrive("c1", noon).offer("emma", noon + timedelta(seconds=3)).accept(noon + timedelta(seconds=5))

    assert life.answered_at == noon + timedelta(seconds=5)


@settings(deadline=None)
@given(st.lists(st.tuples(st.sampled_from(VERBS), st.floats(0, 100)), max_size=30))
def test_whatever_is_tried_a_contact_is_in_exactly_one_state_and_a_refusal_changes_nothing(
    tries: list[tuple[str, float]],
) -> None:
    """Two states at once would mean two employees for one customer."""
    life = arrive("c1", 0.0)
    for verb, later in tries:
        before = life
        try:
            life = moved(life, verb, life.since + later)
        except Conflict:
            assert (str(before.state), verb) not in ALLOWED
            continue

        assert [state for state in ContactState if state is life.state] == [ALLOWED[str(before.state), verb]]
        assert life.is_open == (life.state not in {ContactState.COMPLETED, ContactState.ABANDONED})
        assert (life.employee_id is not None) == (
            life.state in {ContactState.OFFERED, ContactState.IN_SERVICE, ContactState.COMPLETED}
        )
        assert life.arrived_at == 0.0
