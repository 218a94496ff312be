"""Builders of small rounds with valid defaults: say only what the test is about."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime

import numpy as np

from matcher.contacts.contact import Contact
from matcher.profiles.framework import Framework
from matcher.profiles.inline import InlineFacet, InlineProfile
from matcher.profiles.people import ChannelLoad, Customer, Employee, Presence, PresenceState
from matcher.profiles.staff import EmployeeRecord
from matcher.routing import CustomerTable, KnownCustomer, Roster, Round, Snapshot, decide
from matcher.rules import DEFAULT_RULE_SET, RuleSet, compile_rules
from models.frameworks import load_framework

NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)  # a Monday
AVAILABLE = Presence(PresenceState.AVAILABLE)
FRAMEWORK: Framework = load_framework()


def employee(employee_id: str = "e1", **changes: object) -> Employee:
    """An employee who speaks Dutch and serves phone and chat, one slot each."""
    given: dict[str, object] = {
        "id": employee_id,
        "languages": ("nl",),
        "channels": {"phone": ChannelLoad(1), "chat": ChannelLoad(1)},
        "capacity": 1,
    }
    return Employee(**(given | changes))  # type: ignore[arg-type]  # keyword arguments of a test


def contact(contact_id: str = "c1", **changes: object) -> Contact:
    """A contact by phone that asks nothing in particular."""
    return Contact(**({"id": contact_id, "channel": "phone"} | changes))  # type: ignore[arg-type]  # as above


def valued(shares: Mapping[str, float], n_eff: float = 20.0) -> InlineProfile:
    """A profile with these value shares, well known unless said otherwise."""
    return InlineProfile(values=InlineFacet(shares, n_eff))


def customer(shares: Mapping[str, float] | None = None, **changes: object) -> Customer:
    """A customer sent along with a contact, with value shares if given."""
    profile = valued(shares) if shares else None
    return Customer(**({"id": "someone", "profile": profile} | changes))  # type: ignore[arg-type]  # as above


def snapshot(
    contacts: Sequence[Contact],
    employees: Sequence[Employee],
    *,
    presence: Presence | None = AVAILABLE,
    rule_set: RuleSet = DEFAULT_RULE_SET,
    **changes: object,
) -> Snapshot:
    """One round of these contacts and employees, all present unless said otherwise."""
    records = [EmployeeRecord(one, presence) for one in employees]
    return Snapshot(
        contacts=tuple(contacts),
        roster=Roster.of(records, FRAMEWORK, at=NOON),
        customers=CustomerTable.of([KnownCustomer(one.customer) for one in contacts], FRAMEWORK, at=NOON),
        framework=FRAMEWORK,
        rules=compile_rules(rule_set),
        **changes,  # type: ignore[arg-type]  # as above
    )


def decided(contacts: Sequence[Contact], employees: Sequence[Employee], **changes: object) -> Round:
    """The round that `decide` makes of them, with a fixed seed."""
    return decide(snapshot(contacts, employees, **changes), NOON, np.random.default_rng(1))  # type: ignore[arg-type]  # as above


def pairs(round_: Round) -> dict[str, str | None]:
    """Who got whom."""
    return {decision.contact_id: decision.employee_id for decision in round_.decisions}
