"""Where nobody can be reached now, a customer may buy a precise time: within somebody's hours, at a price set."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from matcher.profiles.people import Customer, Employee, Interval
from matcher.routing.attendance import working_hours
from matcher.routing.decide import decide
from matcher.routing.decision import PaidTime, Unassigned
from matcher.routing.paid_slots import first_slot
from matcher.rules.terms import PaidSlot
from tests.matcher.routing.rounds import NOON, contact, employee, snapshot
from tests.matcher.routing.test_rules_obeyed import ruled

BUSY = Customer("k", segment="busy")
SOLD = {"segment": "busy", "channels": ["phone"], "paid_slot": {"price_cents": 1250, "width_s": 1800}}
HOUR = 60


def monday(start: int, end: int) -> tuple[Interval, ...]:
    """Hours on a Monday, in whole hours."""
    return (Interval(start * HOUR, end * HOUR),)


def told(customer: Customer | None, staff: list[Employee], *, now: datetime = NOON, **more: object) -> Unassigned:
    """Why nobody helps this customer, by phone."""
    rule_set = ruled(service=[SOLD])
    round_ = snapshot([contact(customer=customer)], staff, rule_set=rule_set, **more)  # type: ignore[arg-type]  # a test's
    (decision,) = decide(round_, now, np.random.default_rng(1)).decisions
    assert decision.unassigned is not None
    return decision.unassigned


def test_a_precise_time_is_offered_within_the_hours_of_who_can_help() -> None:
    """By hand: someone who serves the phone comes at two."""
    staff = [employee(hours=monday(14, 18)), employee("chats", hours=monday(13, 18), channels={})]
    answer = told(BUSY, staff)

    two = NOON + timedelta(hours=2)
    assert answer.paid_slot == PaidTime(two, two + timedelta(minutes=30), 1250)
    assert answer.detail.endswith("A precise time is for sale at € 12.50: on Monday from 14:00 to 14:30.")
    assert answer.suggested_window == (two, NOON + timedelta(hours=6))


def test_the_offer_speaks_dutch_too() -> None:
    """With the comma that prices have there."""
    answer = told(BUSY, [employee(hours=monday(14, 18))], language="nl")

    assert answer.detail.endswith("Een precies tijdvak is te koop voor € 12,50: maandag van 14:00 tot 14:30.")


@pytest.mark.parametrize("customer", [None, Customer("k"), Customer("k", segment="other")])
def test_only_the_segment_that_may_buy_is_offered_a_time(customer: Customer | None) -> None:
    """What a service costs is told to those it is meant for."""
    assert told(customer, [employee(hours=monday(14, 18))]).paid_slot is None


def test_who_can_be_helped_now_is_sold_nothing() -> None:
    """Nor who only waits for someone to get free."""
    answer = told(BUSY, [employee(hours=monday(8, 18), free_slots=0)])

    assert answer.paid_slot is None


def test_without_stated_hours_no_time_is_sold() -> None:
    """A time nobody vouches for would be a promise to break."""
    assert told(BUSY, [employee(active=False)]).paid_slot is None


HOURS = working_hours([employee("a", hours=(*monday(9, 12), *monday(13, 14))), employee("b", hours=monday(15, 17))])
ALL, ONLY_A = np.array([True, True]), np.array([True, False])


@pytest.mark.parametrize(
    ("clock", "width_min", "who", "expected"),
    [
        ("09:00", 60, ALL, "Mon 09:00"),  # on the quarter: at once
        ("09:01", 60, ALL, "Mon 09:15"),
        ("11:16", 30, ALL, "Mon 11:30"),
        ("11:31", 30, ALL, "Mon 13:00"),  # half an hour no longer fits before the break
        ("13:31", 30, ALL, "Mon 15:00"),
        ("13:31", 30, ONLY_A, "Mon 09:00"),  # of the week after
        ("09:00", 120, ALL, "Mon 09:00"),
        ("11:00", 120, ALL, "Mon 15:00"),
    ],
)
def test_the_first_slot_that_fits_is_offered(clock: str, width_min: int, who: np.ndarray, expected: str) -> None:
    """By hand: a from nine to twelve and from one to two, b from three to five."""
    hour, minute = map(int, clock.split(":"))
    now = NOON.replace(hour=hour, minute=minute)
    found = first_slot(PaidSlot(500, width_min * 60.0), HOURS, who, now, UTC)

    assert found is not None
    assert f"{found.due_from:%a %H:%M}" == expected
    assert found.due_from >= now
    assert found.due_to - found.due_from == timedelta(minutes=width_min)


def test_no_slot_is_wider_than_the_longest_stretch() -> None:
    """Four hours on end nobody works."""
    assert first_slot(PaidSlot(500, 4 * 3600.0), HOURS, ALL, NOON, UTC) is None


def test_a_slot_is_as_wide_as_sold_when_clocks_change() -> None:
    """In the night that summer time ends an hour comes twice; half an hour stays half an hour."""
    amsterdam = ZoneInfo("Europe/Amsterdam")
    night = working_hours([employee(hours=(Interval(6 * 1440, 6 * 1440 + 6 * HOUR),))])
    now = datetime(2026, 10, 25, 2, 50, tzinfo=amsterdam)
    found = first_slot(PaidSlot(500, 1800.0), night, np.array([True]), now, amsterdam)

    assert found is not None
    assert found.due_to.astimezone(UTC) - found.due_from.astimezone(UTC) == timedelta(minutes=30)
