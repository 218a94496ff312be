"""What people do, told as events and kept as evidence."""

from datetime import UTC, datetime
from typing import Any

import pytest

from matcher.errors import InvalidInput
from matcher.profiles.people import CUSTOMER
from matcher.use_cases.add_evidence import Claim, add_evidence
from matcher.use_cases.read_evidence import read_evidence
from matcher.use_cases.read_profile import ProfileView
from matcher.use_cases.save_customer import save_customer
from models.memory import MemoryRecords, MemoryStore
from tests.matcher.use_cases.world import FRAMEWORK, NOW, claim, counting_ids, customer

ids = counting_ids()


def observed(records: MemoryRecords, said: Claim) -> ProfileView:
    """A customer of whom this was observed."""
    save_customer(records, customer(), now=NOW)
    return add_evidence(records, FRAMEWORK, CUSTOMER, "c-1", said, actor="key-1", now=NOW, new_id=ids)


def test_behaviour_is_told_by_its_event_and_keeps_what_was_open() -> None:
    """A customer who changes to chat twice prefers chat, and closed channels are made good later."""
    with MemoryStore().writing() as records:
        said = claim("behaviour", facet="channel", event="asked_to_switch", pick="chat", open=("chat", "phone"))
        view = observed(records, said)
        (piece,) = read_evidence(records, CUSTOMER, "c-1", facet="channel")

    assert view.profile.n_eff == pytest.approx(2.0)
    assert view.profile.top[0] == "chat"
    assert piece.detail == {"event": "asked_to_switch", "open": ["chat", "phone"]}


def test_behaviour_keeps_the_situation_it_was_told_in() -> None:
    """Nights count by it; what was not told is not made up."""
    with MemoryStore().writing() as records:
        told = {"facet": "channel", "event": "contact_started", "pick": "phone"}
        observed(records, claim("behaviour", **told, intent="outage", urgent=False))
        observed(records, claim("behaviour", **told, intent="bill"))
        first, second = read_evidence(records, CUSTOMER, "c-1", facet="channel")

    assert first.detail == {"event": "contact_started", "intent": "outage", "urgent": False}
    assert second.detail == {"event": "contact_started", "intent": "bill"}


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"source": "self_tag", "facet": "channel", "event": "contact_started", "pick": "chat"}, "/event"),
        ({"facet": "channel", "event": "contact_started", "pick": None, "share": {"chat": 1.0}}, "/event"),
        ({"facet": "channel", "event": "rang", "pick": "chat"}, "/event"),
        ({"facet": "channel", "event": "contact_started", "pick": "chat", "open": ("fax",)}, "/open/0"),
        ({"source": "self_tag", "facet": "channel", "pick": "chat", "open": ("chat",)}, "/open"),
        ({"source": "self_tag", "facet": "channel", "pick": "chat", "intent": "outage"}, "/intent"),
        ({"source": "self_tag", "facet": "channel", "pick": "chat", "urgent": False}, "/urgent"),
        ({"facet": "channel", "event": "contact_started", "pick": "chat", "urgent": True}, "/intent"),
    ],
)
def test_an_event_that_cannot_be_meant_is_refused_at_its_place(changes: dict[str, Any], pointer: str) -> None:
    """The sender reads where to mend it."""
    with MemoryStore().writing() as records, pytest.raises(InvalidInput) as refused:
        observed(records, claim(**({"source": "behaviour"} | changes)))

    assert pointer in [fault.pointer for fault in refused.value.faults]


@pytest.mark.parametrize("year", [1, 1970, 1999])
def test_evidence_from_before_there_were_such_records_is_refused(year: int) -> None:
    """A clock that was never set would bury what is told in the far past, where it weighs nothing."""
    said = claim("behaviour", facet="channel", pick="chat", occurred_at=datetime(year, 6, 1, tzinfo=UTC))
    with MemoryStore().writing() as records, pytest.raises(InvalidInput) as refused:
        observed(records, said)

    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/occurred_at", "too_long_ago")]
