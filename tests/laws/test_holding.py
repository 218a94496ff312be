"""Holding a contact for a better fit costs nobody else their turn, least of all who keeps their values to themself."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from matcher.contacts.contact import Contact
from matcher.profiles.inline import InlineFacet, InlineProfile
from matcher.profiles.people import ChannelLoad, Consent, Customer, Employee, Presence, PresenceState
from matcher.profiles.staff import EmployeeRecord
from matcher.routing import CustomerTable, KnownCustomer, Roster, Snapshot, decide
from matcher.routing.prices import Prices
from matcher.rules import DEFAULT_RULE_SET, compile_rules
from matcher.rules.terms import Hold
from models.frameworks import load_framework

FRAMEWORK = load_framework()
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
SKILLS = ("billing", "moving", "outage")
RULES = compile_rules(replace(DEFAULT_RULE_SET, hold=Hold(0.01, 0.05, 18.0)))
UNHELD = compile_rules(DEFAULT_RULE_SET)
SEEDS = range(24)


def a_profile(rng: np.random.Generator) -> InlineProfile:
    """Somebody who leans clearly to one system or two."""
    shares = rng.dirichlet(np.full(len(FRAMEWORK.values.dims), 0.3))
    return InlineProfile(values=InlineFacet(dict(zip(FRAMEWORK.values.dims, shares.tolist(), strict=True)), 20.0))


def a_floor(rng: np.random.Generator) -> tuple[list[Contact], list[Employee], Prices]:
    """Contacts of customers who all agreed, employees of whom a third is free, and prices that come of values."""
    staff = [
        Employee(
            f"e{number}",
            skills=dict.fromkeys(rng.choice(SKILLS, rng.integers(1, 3), replace=False).tolist(), 3),
            channels={"phone": ChannelLoad()},
            free_slots=int(rng.random() < 0.35),
            profile=a_profile(rng),
        )
        for number in range(14)
    ]
    contacts = [
        Contact(
            f"k{number}",
            "phone",
            customer=Customer(f"c{number}", profile=a_profile(rng)),
            skills={str(rng.choice(SKILLS)): 2},
            waiting_s=float(rng.uniform(0, 25)),
        )
        for number in range(8)
    ]
    second = rng.exponential(0.0005, len(staff))
    nothing = np.zeros(len(staff))
    ids = tuple(one.id for one in staff)
    return contacts, staff, Prices("p", NOON, ids, second, nothing, np.full((1, len(staff)), 240.0))


def refusing(contacts: Sequence[Contact], who: set[str]) -> list[Contact]:
    """The contacts, these of customers who keep their values to themselves."""
    no = Consent(value_profiling=False)
    return [
        replace(one, customer=replace(one.customer, consent=no)) if one.id in who and one.customer else one
        for one in contacts
    ]


def served(contacts: Sequence[Contact], staff: Sequence[Employee], prices: Prices, *, hold: bool = True) -> set[str]:
    """Who is served in the round."""
    there = Presence(PresenceState.AVAILABLE)
    snapshot = Snapshot(
        contacts=tuple(contacts),
        roster=Roster.of([EmployeeRecord(one, there) for one in staff], FRAMEWORK, at=NOON),
        customers=CustomerTable.of([KnownCustomer(one.customer) for one in contacts], FRAMEWORK, at=NOON),
        framework=FRAMEWORK,
        rules=RULES if hold else UNHELD,
        prices=prices,
    )
    made = decide(snapshot, NOON, np.random.default_rng(1))
    return {one.contact_id for one in made.decisions if one.employee_id is not None}


@pytest.mark.parametrize("seed", SEEDS)
def test_whoever_keeps_their_values_to_themself_loses_no_turn_to_holding(seed: int) -> None:
    """Those served when nobody's values are known are served as well when others agreed and wait for a better fit."""
    contacts, staff, prices = a_floor(np.random.default_rng(seed))
    who = {one.id for one in contacts[::2]}
    nobody_known = served(refusing(contacts, {one.id for one in contacts}), staff, prices)
    half_known = served(refusing(contacts, who), staff, prices)

    assert nobody_known & who <= half_known


@pytest.mark.parametrize("seed", SEEDS)
def test_holding_keeps_nobody_waiting_past_the_cap(seed: int) -> None:
    """From the cap on a contact that would be served without holding is served with it."""
    contacts, staff, prices = a_floor(np.random.default_rng(seed))
    without = served(contacts, staff, prices, hold=False)
    past = {one.id for one in contacts if one.waiting_s >= 18.0}

    assert without & past <= served(contacts, staff, prices)


def test_some_of_these_contacts_are_held() -> None:
    """Else the two laws above would hold of nothing."""
    floors = [a_floor(np.random.default_rng(seed)) for seed in SEEDS]
    held = sum(len(served(*floor, hold=False) - served(*floor)) for floor in floors)

    assert held > len(floors)
