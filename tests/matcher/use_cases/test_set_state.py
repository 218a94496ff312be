"""Acute states: set by what happened, used while they last, gone with the person."""

from datetime import timedelta

import pytest

from matcher.errors import ConsentMissing, InvalidInput, NotFound
from matcher.profiles.people import CUSTOMER
from matcher.use_cases.erase_person import erase_person
from matcher.use_cases.read_profile import read_profile
from matcher.use_cases.set_state import Happening, set_state
from models.memory import MemoryStore
from tests.matcher.use_cases.world import FRAMEWORK, NOW, WITHDRAWN, customer, later

BROKEN_PROMISE = Happening(event="broken_promise")


@pytest.fixture
def store(memory_store: MemoryStore) -> MemoryStore:
    with memory_store.writing() as records:
        records.customers.put(customer(), now=NOW)
    return memory_store


def test_a_broken_promise_is_a_state_for_as_long_as_the_file_says(store: MemoryStore) -> None:
    """The profile itself stays: a bad day is not a trait."""
    with store.writing() as records:
        (before,) = read_profile(records, FRAMEWORK, CUSTOMER, "c-1", facets=["values"], now=NOW)
        states = set_state(records, FRAMEWORK, "c-1", BROKEN_PROMISE, now=NOW)
        (after,) = read_profile(records, FRAMEWORK, CUSTOMER, "c-1", facets=["values"], now=later(60))
        (over,) = read_profile(records, FRAMEWORK, CUSTOMER, "c-1", facets=["values"], now=NOW + timedelta(hours=24))

    assert [(one.cause, one.rho, one.expires_at) for one in states] == [("let_down", 0.4, NOW + timedelta(hours=24))]
    assert after.states == tuple(states)
    assert after.profile.share == before.profile.share
    assert over.states == ()


def test_the_same_again_lasts_from_now(store: MemoryStore) -> None:
    """Two broken promises are one state, and it begins anew."""
    with store.writing() as records:
        set_state(records, FRAMEWORK, "c-1", BROKEN_PROMISE, now=NOW)
        set_state(records, FRAMEWORK, "c-1", Happening(trigger="outage"), now=NOW)
        states = set_state(records, FRAMEWORK, "c-1", Happening(trigger="let_down"), now=later(3_600))

    assert {one.cause: one.expires_at for one in states} == {
        "let_down": later(3_600) + timedelta(hours=24),
        "outage": NOW + timedelta(hours=12),
    }


@pytest.mark.parametrize(
    ("happening", "pointer", "code"),
    [
        (Happening(), "", "one_of"),
        (Happening("broken_promise", "outage"), "", "one_of"),
        (Happening(event="rain"), "/event", "unknown_event"),
        (Happening(trigger="rain"), "/trigger", "unknown_trigger"),
    ],
)
def test_what_the_file_does_not_know_is_refused(
    store: MemoryStore, happening: Happening, pointer: str, code: str
) -> None:
    """A router's misspelling must not pass for a customer's calm."""
    with store.writing() as records, pytest.raises(InvalidInput) as refusal:
        set_state(records, FRAMEWORK, "c-1", happening, now=NOW)

    assert [(fault.pointer, fault.code) for fault in refusal.value.faults] == [(pointer, code)]


def test_a_state_needs_consent_and_a_person(store: MemoryStore) -> None:
    """It speaks of the values; and what was set before the withdrawal is not read after it."""
    with store.writing() as records:
        set_state(records, FRAMEWORK, "c-1", BROKEN_PROMISE, now=NOW)
        records.customers.put(customer(consent=WITHDRAWN), now=NOW)
        (view,) = read_profile(records, FRAMEWORK, CUSTOMER, "c-1", facets=["values"], now=NOW)
        with pytest.raises(ConsentMissing):
            set_state(records, FRAMEWORK, "c-1", BROKEN_PROMISE, now=NOW)
        with pytest.raises(NotFound):
            set_state(records, FRAMEWORK, "nobody", BROKEN_PROMISE, now=NOW)

    assert view.states == ()


def test_states_are_erased_with_the_person(store: MemoryStore) -> None:
    """That someone was bereaved is nobody's business after they are forgotten."""
    with store.writing() as records:
        set_state(records, FRAMEWORK, "c-1", Happening(trigger="bereavement"), now=NOW)
        erase_person(records, CUSTOMER, "c-1", now=NOW)
        kept = records.overlays.of_person(CUSTOMER, "c-1")

    assert kept == []
