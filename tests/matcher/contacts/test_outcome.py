"""Net value and success: by numbers worked out by hand, and by what must hold whatever the weights."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.contacts.outcome import (
    ContactOutcome,
    OutcomeTerms,
    OutcomeWeights,
    blamed,
    judged,
    net_value,
    received_cents,
    success_of,
)

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
TEN_EURO = OutcomeWeights(resolved_cents=1_000, effort_cents=100, minute_cents=10)


def told(**said: Any) -> ContactOutcome:
    """An outcome of which only this was told."""
    return ContactOutcome(event_id="o", occurred_at=NOON, **said)


anything = st.builds(
    told,
    resolved=st.none() | st.booleans(),
    satisfaction=st.none() | st.integers(1, 5),
    effort=st.none() | st.integers(1, 5),
    minutes=st.none() | st.floats(0, 1e6),
    money_cents=st.none() | st.integers(-(10**9), 10**9),
    complaint=st.none() | st.booleans(),
    broken_promise=st.none() | st.booleans(),
    told_success=st.none() | st.floats(0, 1),
)
any_weights = st.builds(OutcomeWeights, *[st.floats(0, 1e5)] * 3)


@pytest.mark.parametrize(
    ("said", "cents"),
    [
        ({"resolved": True}, 1_000),
        ({"resolved": False}, 0),
        ({"satisfaction": 5}, 1_000),
        ({"satisfaction": 4}, 500),
        ({"satisfaction": 3}, 0),
        ({"satisfaction": 1}, -1_000),
        ({"resolved": True, "satisfaction": 2}, -500),  # the customer's own word goes before the box that was ticked
        ({"minutes": 12.0}, None),
    ],
)
def test_what_the_customer_received(said: dict[str, Any], cents: float | None) -> None:
    """The first question is what it brought them, and the customer is the one who knows."""
    assert received_cents(told(**said), TEN_EURO) == cents


@pytest.mark.parametrize(
    ("said", "cents"),
    [
        ({"resolved": True, "effort": 3, "minutes": 12.5, "money_cents": 250}, 1_000 - 250 - 300 - 125),
        ({"satisfaction": 4, "effort": 5, "minutes": 30.0}, 500 - 500 - 300),
        ({"satisfaction": 3, "money_cents": -700}, 700),
        ({"effort": 1, "minutes": 1.0, "money_cents": 10}, None),
    ],
)
def test_net_value_is_what_was_received_less_what_was_given(said: dict[str, Any], cents: float | None) -> None:
    """Worked out by hand; a refund is money given back."""
    assert net_value(told(**said), TEN_EURO) == cents


def test_the_weights_that_ship_are_told_in_the_documentation() -> None:
    """An answer 20 euro, a minute 20 cents, a point of effort 2 euro: five minutes and some effort leave 15 euro."""
    assert net_value(told(resolved=True, effort=2, minutes=5.0)) == 2_000 - 400 - 100


@pytest.mark.parametrize(
    ("said", "success"),
    [
        ({"resolved": True}, 1.0),
        ({"resolved": True, "effort": 5, "minutes": 60.0}, 0.0),  # answered, at the price of more than it was worth
        ({"satisfaction": 4}, 1.0),
        ({"satisfaction": 2}, 0.0),
        ({"resolved": False}, 0.0),
        ({"resolved": True, "complaint": True}, 0.0),
        ({"resolved": True, "broken_promise": True}, 0.0),
        ({"resolved": True, "complaint": False, "broken_promise": False}, 1.0),
        ({"minutes": 3.0}, None),
        ({"told_success": 0.7}, 0.7),
        ({"told_success": 0.7, "complaint": True}, 0.0),
    ],
)
def test_good_is_resolved_worth_it_and_without_complaint(said: dict[str, Any], success: float | None) -> None:
    """What nobody said is not known: a guess here would teach a classifier to believe silence."""
    outcome = judged(told(**said), TEN_EURO)

    assert outcome.success == success


@given(outcome=anything, weights=any_weights, more=st.integers(1, 5))
def test_more_effort_never_raises_net_value(outcome: ContactOutcome, weights: OutcomeWeights, more: int) -> None:
    """However an operator weighs, customers' trouble is a cost."""
    before = net_value(told_again(outcome, effort=1), weights)
    after = net_value(told_again(outcome, effort=more), weights)

    assert (before is None) == (after is None)
    assert before is None or after is None or after <= before


@given(outcome=anything, weights=any_weights, mark=st.sampled_from(["complaint", "broken_promise"]))
def test_a_complaint_never_makes_good(outcome: ContactOutcome, weights: OutcomeWeights, mark: str) -> None:
    """Nothing that was told before or beside it counts for more."""
    assert success_of(told_again(outcome, **{mark: True}), weights) == 0.0


@given(outcome=anything, weights=any_weights)
def test_more_satisfaction_never_lowers_success(outcome: ContactOutcome, weights: OutcomeWeights) -> None:
    """Five kinds of answer, in the order in which customers mean them."""
    successes = [success_of(told_again(outcome, satisfaction=points), weights) for points in range(1, 6)]
    known = [each for each in successes if each is not None]

    assert len(known) == 5
    assert known == sorted(known)


def told_again(outcome: ContactOutcome, **changes: Any) -> ContactOutcome:
    """The outcome, told otherwise in these fields."""
    return replace(outcome, **changes)


def test_segments_may_weigh_otherwise() -> None:
    """An hour of a surgeon's day is worth another sum than an hour of a student's."""
    busy = OutcomeWeights(minute_cents=500)
    terms = OutcomeTerms(by_segment={"care": busy})
    quick = told(resolved=True, minutes=4.5)

    assert net_value(quick, terms.of("care")) == 2_000 - 2_250
    assert net_value(quick, terms.of("students")) == net_value(quick, terms.of(None)) == 2_000 - 90


def test_a_complaint_blames_the_pairing_it_is_about() -> None:
    """Who took over a contact that went wrong is not blamed for it, unless nobody says who was meant."""
    first = told(contact_id="k", employee_id="e-1")
    second = told(contact_id="k", employee_id="e-2")
    nameless = told(contact_id="k")
    elsewhere = told(contact_id="other", employee_id="e-1")
    everything = [first, second, nameless, elsewhere]

    assert blamed(told(contact_id="k", employee_id="e-1", complaint=True), everything) == [first, nameless]
    assert blamed(told(contact_id="k", complaint=True), everything) == [first, second, nameless]
