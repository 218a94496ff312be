"""Saving customers and employees, and noting where an employee is."""

from datetime import timedelta

import pytest

from matcher.errors import InvalidInput, NotFound
from matcher.profiles.people import CUSTOMER, EMPLOYEE, ChannelLoad, Consent, Presence, PresenceState
from matcher.use_cases.add_evidence import add_evidence
from matcher.use_cases.read_profile import read_profile
from matcher.use_cases.save_customer import save_customer
from matcher.use_cases.save_employee import save_employee
from matcher.use_cases.set_presence import set_presence
from models.memory import MemoryRecords, MemoryStore
from tests.matcher.use_cases.world import (
    AGREED,
    FRAMEWORK,
    NOW,
    WITHDRAWN,
    claim,
    counting_ids,
    customer,
    employee,
    later,
)

ids = counting_ids()


def know_values_and_channel(records: MemoryRecords) -> None:
    """A customer of whom one statement on each of two facets is held."""
    save_customer(records, customer(), now=NOW)
    for each in (claim(), claim(facet="channel", pick="chat")):
        add_evidence(records, FRAMEWORK, CUSTOMER, "c-1", each, actor="key-1", now=NOW, new_id=ids)


def faults_of(refused: pytest.ExceptionInfo[InvalidInput]) -> list[tuple[str, str]]:
    """Pointer and code of every fault."""
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_saving_says_whether_the_person_is_new() -> None:
    """201 or 200 hangs on it."""
    with MemoryStore().writing() as records:
        first = save_customer(records, customer(), now=NOW), save_employee(records, employee(), now=NOW)
        again = save_customer(records, customer(), now=NOW), save_employee(records, employee(), now=NOW)

    assert (first, again) == ((True, True), (False, False))


@pytest.mark.parametrize("consent", [None, WITHDRAWN])
def test_withdrawing_consent_erases_the_values_at_once_and_nothing_else(consent: Consent | None) -> None:
    """Withdrawing is as easy as giving, and acts now: not at the next night's cleaning."""
    with MemoryStore().writing() as records:
        know_values_and_channel(records)

        save_customer(records, customer(consent=consent), now=later(1))

        assert [piece.facet for piece in records.profiles.evidence_of(CUSTOMER, "c-1")] == ["channel"]
        assert records.profiles.get(CUSTOMER, "c-1", FRAMEWORK.name, "values") is None
        assert records.profiles.get(CUSTOMER, "c-1", FRAMEWORK.name, "channel") is not None


def test_agreeing_again_starts_from_nothing() -> None:
    """What was withdrawn does not come back with a new consent: it was erased, not hidden."""
    with MemoryStore().writing() as records:
        know_values_and_channel(records)
        save_customer(records, customer(consent=WITHDRAWN), now=later(1))
        save_customer(records, customer(consent=AGREED), now=later(2))

        (view,) = read_profile(records, FRAMEWORK, CUSTOMER, "c-1", facets=["values"], now=later(3))

    assert view.consent == "given"
    assert view.profile.n_eff == 0


def test_saving_with_consent_unchanged_keeps_what_is_known() -> None:
    """A nightly feed of master data must not wipe profiles."""
    with MemoryStore().writing() as records:
        know_values_and_channel(records)
        save_customer(records, customer(tier="gold"), now=later(1))

        assert len(records.profiles.evidence_of(CUSTOMER, "c-1")) == 2


def test_protected_attributes_are_refused_on_both_sides_of_the_desk() -> None:
    """A field that exists will be filled and then used; every one is named at once."""
    with MemoryStore().writing() as records:
        with pytest.raises(InvalidInput) as of_customer:
            save_customer(records, customer(attributes={"vip": True, "religie": "x", "a/gender": "f"}), now=NOW)
        with pytest.raises(InvalidInput) as of_employee:
            save_employee(records, employee(attributes={"vakbondslid": True}), now=NOW)

        assert records.customers.get("c-1") is None
        assert records.employees.get("e-1") is None
    assert faults_of(of_customer) == [
        ("/attributes/religie", "protected_attribute"),
        ("/attributes/a~1gender", "protected_attribute"),
    ]
    assert faults_of(of_employee) == [("/attributes/vakbondslid", "protected_attribute")]


def test_a_segment_built_on_a_protected_ground_is_refused() -> None:
    """A segment sets what is expected of a person, so it is held to the same rule."""
    with MemoryStore().writing() as records, pytest.raises(InvalidInput) as refused:
        save_customer(records, customer(segment="leeftijd_65"), now=NOW)

    assert faults_of(refused) == [("/segment", "protected_attribute")]


def test_a_channel_that_could_never_be_given_is_refused() -> None:
    """A contact that costs more than the whole capacity would wait for ever, and nobody would know why."""
    channels = {"phone": ChannelLoad(4), "telex": ChannelLoad(1), "chat": ChannelLoad(1)}
    with MemoryStore().writing() as records, pytest.raises(InvalidInput) as refused:
        save_employee(records, employee(channels=channels, capacity=3), now=NOW)

    assert faults_of(refused) == [
        ("/channels/phone/cost", "capacity_exceeded"),
        ("/channels/telex", "unknown_channel"),
    ]


def test_presence_is_kept_as_said() -> None:
    """Routing reads it back at the next look."""
    said = Presence(PresenceState.AVAILABLE, channels=("chat",), until=NOW + timedelta(hours=2))
    with MemoryStore().writing() as records:
        save_employee(records, employee(), now=NOW)

        assert set_presence(records, "e-1", said, now=NOW) == said
        assert records.employees.presence("e-1") == said


def test_presence_of_someone_unknown_is_not_found() -> None:
    """A misspelt id must not create a ghost who takes no calls."""
    with MemoryStore().writing() as records, pytest.raises(NotFound):
        set_presence(records, "e-404", Presence(PresenceState.AWAY), now=NOW)


@pytest.mark.parametrize(
    ("presence", "faults"),
    [
        (Presence(PresenceState.AVAILABLE, channels=("desk",)), [("/channels/0", "channel_not_held")]),
        (Presence(PresenceState.AVAILABLE, channels=()), [("/channels", "no_channel")]),
        (Presence(PresenceState.AVAILABLE, channels=("chat", "chat")), [("/channels/1", "doubled")]),
        (Presence(PresenceState.AWAY, until=NOW), [("/until", "in_the_past")]),
    ],
)
def test_a_presence_that_makes_no_sense_is_refused(presence: Presence, faults: list[tuple[str, str]]) -> None:
    """Accepted nonsense shows up hours later as an employee who gets nothing."""
    with MemoryStore().writing() as records:
        save_employee(records, employee(), now=NOW)
        with pytest.raises(InvalidInput) as refused:
            set_presence(records, "e-1", presence, now=NOW)

        assert records.employees.presence("e-1") is None
    assert faults_of(refused) == faults


def test_an_employees_values_need_no_consent_field() -> None:
    """For employees consent alone is never the ground; whoever routes by values has settled it elsewhere."""
    with MemoryStore().writing() as records:
        save_employee(records, employee(), now=NOW)
        views = read_profile(records, FRAMEWORK, EMPLOYEE, "e-1", now=NOW)

    assert {view.consent for view in views} == {"not_needed"}
