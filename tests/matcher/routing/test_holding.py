"""Holding a contact for somebody who fits better: by hand, and what it may never cost anyone."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from matcher.contacts.contact import Contact
from matcher.profiles.people import Employee
from matcher.routing import Decision, Round, decide
from matcher.routing.decision import Why
from matcher.routing.prices import Prices
from matcher.rules import DEFAULT_RULE_SET, RuleSet
from matcher.rules.terms import Explore, Hold
from tests.matcher.routing.rounds import NOON, contact, customer, employee, pairs, snapshot, valued

HOLD = Hold(0.02, 0.1, 18.0)
RED, BLUE = {"red": 1.0}, {"blue": 1.0}


def holding(hold: Hold | None = HOLD, **changes: object) -> RuleSet:
    return replace(DEFAULT_RULE_SET, hold=hold, **changes)  # type: ignore[arg-type]  # as above


def prices(staff: Sequence[Employee], seconds: Mapping[str, float] | None = None, **changes: object) -> Prices:
    """Nobody's time is worth anything elsewhere, but for the employees named."""
    second = np.array([(seconds or {}).get(one.id, 0.0) for one in staff])
    given: dict[str, object] = {
        "version": "p-1",
        "at": NOON,
        "employees": tuple(one.id for one in staff),
        "second": second,
        "blind_second": np.zeros(len(staff)),
        "seconds": np.full((1, len(staff)), 200.0),
    }
    return Prices(**(given | changes))  # type: ignore[arg-type]  # as above


def two(*, poor: bool = True) -> list[Employee]:
    """Somebody free whose values are the other's opposite (or the same), and somebody busy who fits well."""
    free = employee("free", profile=valued(BLUE if poor else RED))
    return [free, employee("busy", profile=valued(RED), free_slots=0)]


def asking(waiting_s: float = 0.0, **changes: object) -> Contact:
    return contact("k", customer=customer(RED), waiting_s=waiting_s, **changes)


def made(contacts: Sequence[Contact], staff: Sequence[Employee], **changes: object) -> Round:
    given = {"rule_set": holding(), "prices": prices(staff)} | changes
    return decide(snapshot(contacts, staff, **given), NOON, np.random.default_rng(1))  # type: ignore[arg-type]  # as above


def only(round_: Round) -> Decision:
    (decision,) = round_.decisions
    return decision


def test_a_contact_waits_for_somebody_at_work_who_fits_better() -> None:
    """The reason, how long at most, and when Klik looks again are told."""
    held = only(made([asking()], two())).unassigned

    assert held is not None
    assert held.reason is Why.HELD
    assert held.detail.startswith("Waits up to 18 s for somebody who fits better")
    assert held.next_look_s is not None
    assert 0 < held.next_look_s <= 18.1


def test_it_is_served_by_whoever_is_free_once_the_cap_is_reached() -> None:
    """Nobody waits longer than operations allowed."""
    assert pairs(made([asking(18.0)], two())) == {"k": "free"}


def test_the_next_look_finds_the_allowance_grown() -> None:
    """A look too early is one for nothing, and one that never finds it would hold for ever."""
    held = only(made([asking()], two(), rule_set=holding(Hold(0.02, 5.0, 18.0)))).unassigned
    assert held is not None
    assert held.next_look_s is not None
    later = made([asking(held.next_look_s)], two(), rule_set=holding(Hold(0.02, 5.0, 18.0)))

    assert held.next_look_s < 17.0
    assert pairs(later) == {"k": "free"}


@pytest.mark.parametrize(
    ("contacts", "changes"),
    [
        ([asking()], {"rule_set": holding(None)}),
        ([asking()], {"prices": None}),
        ([asking()], {"prices": prices(two(), at=NOON - timedelta(minutes=16))}),
        ([asking(priority=7)], {}),
        ([asking(9.5, due_to=NOON + timedelta(seconds=1))], {}),
        ([asking(preferred_employee="free")], {}),
        ([asking()], {"rule_set": holding(Hold(2.0, 0.0, 18.0))}),
    ],
    ids=["no hold", "no prices", "prices of 16 minutes ago", "urgent", "nearly due", "asked for", "allowed"],
)
def test_nobody_is_held(contacts: list[Contact], changes: Mapping[str, object]) -> None:
    """Where there is no reason to, or a reason not to."""
    assert pairs(made(contacts, two(), **changes)) == {"k": "free"}


def test_nobody_waits_for_an_employee_who_is_not_at_work() -> None:
    """A better employee at home helps nobody today."""
    staff = [two()[0], replace(two()[1], active=False)]

    assert pairs(made([asking()], staff)) == {"k": "free"}


def test_time_that_is_worth_more_elsewhere_is_left_to_others() -> None:
    """Two who fit alike: the one whose time is wanted less is given, though both are free; the reasons say so."""
    staff = [employee("a", profile=valued(RED)), employee("b", profile=valued(RED))]
    given = prices(staff, {"a": 0.001})
    decision = only(made([asking()], staff, prices=given, explain="full"))
    told = only(made([asking(19.0)], staff[:1], prices=given, explain="full"))

    assert decision.employee_id == "b"
    assert [one.effect for one in told.reasons if one.code == "price"] == [pytest.approx(-0.2)]
    assert sum(one.effect for one in told.reasons) == pytest.approx(told.score, abs=1e-6)


def test_the_version_of_the_prices_is_told_where_they_counted() -> None:
    """A decision can be judged only with what it was made by."""
    assert made([asking()], two()).versions["prices"] == "p-1"
    assert made([asking()], two(), rule_set=holding(None)).versions["prices"] is None


def test_a_held_contact_is_never_given_by_chance() -> None:
    """What is left to chance is left among those that may be made now."""
    rules = holding(explore=Explore(0.2))

    assert pairs(made([asking()], two(), rule_set=rules)) == {"k": None}


def test_who_waits_for_a_better_fit_leaves_the_place_to_the_next() -> None:
    """The employee who is left free takes a contact that fits them, though it came later."""
    later = contact("later", customer=customer(BLUE))

    assert pairs(made([asking(5.0), later], two())) == {"k": None, "later": "free"}


def test_nobody_waits_because_another_is_choosy() -> None:
    """The older one would go to whoever fits less; now it may not take the only employee of the other instead."""
    fits = employee("fits", profile=valued(RED), skills={"solar": 3})
    less = employee("less", profile=valued(BLUE))
    other = contact("other", skills={"solar": 2})

    assert pairs(made([asking(12.0), other], [fits, less])) == {"k": None, "other": "fits"}
