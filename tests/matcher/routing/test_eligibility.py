"""Who may take which contact, and the sentence that says why nobody may."""

from datetime import timedelta

import pytest

from matcher.profiles.people import ChannelLoad, Interval, Presence, PresenceState
from matcher.routing.decision import Why
from tests.matcher.routing.rounds import AVAILABLE, NOON, contact, decided, employee, pairs

MONDAY_MORNING = (Interval(9 * 60, 12 * 60),)


@pytest.mark.parametrize(
    ("asked", "has", "told"),
    [
        ({"language": "tr"}, {}, "speaks tr"),
        ({"skills": {"billing": 3}}, {"skills": {"billing": 2}}, "skill billing 3"),
        ({"skills": {"solar": 1}}, {}, "skill solar 1"),
        ({"mandate": 2}, {"mandate": 1}, "mandate 2"),
        ({}, {"active": False}, "No employee is active"),
        ({}, {"hours": MONDAY_MORNING}, "works at this hour"),
        ({"exclude_employees": ("e1",)}, {}, "excluded"),
    ],
)
def test_an_employee_who_lacks_what_is_asked_is_not_given(asked: dict, has: dict, told: str) -> None:
    """A customer sent to the wrong desk is one of the ways to chase customers away."""
    round_ = decided([contact(**asked)], [employee(**has)])

    (decision,) = round_.decisions
    assert decision.unassigned is not None
    assert decision.unassigned.reason is Why.NO_ELIGIBLE_EMPLOYEE
    assert told in decision.unassigned.detail


@pytest.mark.parametrize(
    ("asked", "has"),
    [
        ({"language": "nl"}, {}),
        ({"skills": {"billing": 2}}, {"skills": {"billing": 2}}),
        ({"mandate": 1}, {"mandate": 3}),
        ({}, {"hours": (Interval(12 * 60, 13 * 60),)}),
        ({"exclude_employees": ("e2",)}, {}),
    ],
)
def test_an_employee_who_has_what_is_asked_is_given(asked: dict, has: dict) -> None:
    """The least level that serves is enough, and the first minute of a shift counts."""
    assert pairs(decided([contact(**asked)], [employee(**has)])) == {"c1": "e1"}


@pytest.mark.parametrize(
    ("presence", "named", "served"),
    [
        (AVAILABLE, False, True),
        (Presence(PresenceState.AWAY), True, False),
        (Presence(PresenceState.AVAILABLE, until=NOON - timedelta(seconds=1)), False, False),
        (Presence(PresenceState.AVAILABLE, until=NOON + timedelta(seconds=1)), False, True),
        (Presence(PresenceState.AVAILABLE, channels=("chat",)), False, False),
        (None, False, False),
        (None, True, True),
    ],
)
def test_presence_decides_unless_the_caller_vouches_for_someone(
    presence: Presence | None, named: bool, served: bool
) -> None:
    """A router that names an employee knows its own floor, but never overrules a stated absence."""
    round_ = decided([contact()], [employee()], presence=presence, are_named=named)

    assert (round_.decisions[0].employee_id is not None) is served


def test_a_full_employee_is_no_capacity_and_not_unfit() -> None:
    """Operations add people for the one and train people for the other."""
    (decision,) = decided([contact()], [employee(free_slots=0)]).decisions

    assert decision.unassigned is not None
    assert decision.unassigned.reason is Why.NO_CAPACITY


def test_another_channel_is_suggested_where_someone_could_help_there() -> None:
    """Transfer instead of a dead end."""
    chatter = employee(channels={"chat": ChannelLoad(1)})

    (decision,) = decided([contact(channel="phone")], [chatter]).decisions

    assert decision.unassigned is not None
    assert decision.unassigned.reason is Why.SUGGEST_CHANNEL
    assert decision.unassigned.suggested_channel == "chat"


def test_a_contact_before_its_time_is_held_until_then() -> None:
    """A call-back that comes too early breaks the promise as well as one too late."""
    (decision,) = decided([contact(due_from=NOON + timedelta(minutes=5))], [employee()]).decisions

    assert decision.unassigned is not None
    assert (decision.unassigned.reason, decision.unassigned.next_look_s) == (Why.HELD, 300.0)


def test_a_contact_nobody_can_serve_blocks_no_other() -> None:
    """One impossible demand must not hold up the queue behind it."""
    round_ = decided([contact("c1", language="tr", priority=9), contact("c2")], [employee()])

    assert pairs(round_) == {"c1": None, "c2": "e1"}
