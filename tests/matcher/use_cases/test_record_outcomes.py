"""Outcomes come in late, twice, out of order and about people who are gone; what is learnt from must stay true."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from matcher.contacts.outcome import ContactOutcome, OutcomeTerms, OutcomeWeights
from matcher.errors import InvalidInput
from matcher.use_cases.read_meetings import read_meetings
from matcher.use_cases.record_outcomes import OutcomeReport, record_outcomes
from models.memory import MemoryStore
from tests.contracts.stored_things import NOW, a_customer, a_decision, an_employee, later

AFTER = NOW + timedelta(days=2)


def told(event_id: str, **said: Any) -> ContactOutcome:
    """An outcome of contact k-1, of which besides only this was told."""
    return ContactOutcome(**{"event_id": event_id, "occurred_at": NOW, "contact_id": "k-1", **said})


@pytest.fixture
def store() -> MemoryStore:
    """A store with two customers, two employees, and the decision to give k-1 to employee e-1."""
    made = MemoryStore()
    with made.writing() as records:
        for number in (1, 2):
            records.customers.put(a_customer(f"c-{number}"), now=NOW)
            records.employees.put(an_employee(f"e-{number}"), now=NOW)
        records.decisions.add_many([a_decision(at=later(-600))])
    return made


def record(store: MemoryStore, *outcomes: ContactOutcome, **terms: Any) -> OutcomeReport:
    """What became of the outcomes."""
    with store.writing() as records:
        return record_outcomes(records, outcomes, now=AFTER, **terms)


def stored(store: MemoryStore) -> dict[str, ContactOutcome]:
    """Everything that is kept, by event."""
    with store.reading() as records:
        return {one.event_id: one for one in records.outcomes.window(None, None, limit=99)}


def refused(store: MemoryStore, *outcomes: ContactOutcome) -> list[tuple[str, str]]:
    """Where and why the outcomes are refused; nothing of them is kept."""
    before = stored(store)
    with pytest.raises(InvalidInput) as refusal:
        record(store, *outcomes)
    assert stored(store) == before
    return [(fault.pointer, fault.code) for fault in refusal.value.faults]


def test_an_outcome_is_joined_to_the_decision_it_is_about(store: MemoryStore) -> None:
    """A router tells of its contact; who met whom, and with which chance, Klik knows itself."""
    report = record(store, told("o-1", resolved=True))

    assert report == OutcomeReport(recorded=1, joined=1)
    kept = stored(store)["o-1"]
    assert (kept.customer_id, kept.employee_id, kept.segment) == ("c-1", "e-1", "retail")
    assert (kept.intent, kept.channel, kept.group) == ("invoice", "phone", "billing")
    assert (kept.propensity, kept.decision_at) == (0.75, later(-600))
    assert (kept.success, kept.recorded_at) == (1.0, AFTER)


def test_what_the_sender_says_goes_before_what_was_decided(store: MemoryStore) -> None:
    """The router may have done otherwise; then the chance of what Klik decided says nothing of what was done."""
    record(store, told("o-1", resolved=True, employee_id="e-2"), told("o-2", intent="move", propensity=0.5))

    kept = stored(store)
    assert (kept["o-1"].employee_id, kept["o-1"].propensity, kept["o-1"].customer_id) == ("e-2", None, None)
    assert (kept["o-2"].employee_id, kept["o-2"].propensity, kept["o-2"].intent) == ("e-1", 0.5, "move")


def test_an_outcome_is_not_joined_to_a_later_decision(store: MemoryStore) -> None:
    """A contact that comes back is decided anew; what came of the first time is not the second one's doing."""
    with store.writing() as records:
        records.decisions.add_many([a_decision("d-2", at=later(3600), employee_id="e-2")])
    record(store, told("o-1"), told("o-2", occurred_at=later(7200)), told("o-0", occurred_at=later(-9000)))

    kept = stored(store)
    assert [kept[each].employee_id for each in ("o-0", "o-1", "o-2")] == [None, "e-1", "e-2"]


def test_the_same_event_again_changes_nothing(store: MemoryStore) -> None:
    """Routers send again when an answer is lost, alone or with new ones, within a request or later."""
    record(store, told("o-1", resolved=True))
    before = stored(store)
    again = record(store, told("o-1", resolved=True), told("o-1", resolved=True))
    beside = record(store, told("o-1", resolved=True), told("o-2"), told("o-2"))

    assert again == OutcomeReport(duplicates=2)
    assert beside == OutcomeReport(recorded=1, duplicates=2, joined=1)
    assert stored(store)["o-1"] == before["o-1"]


def test_another_content_under_a_known_event_is_refused(store: MemoryStore) -> None:
    """Which of the two is true Klik cannot know; taking either in silence would falsify what is learnt."""
    record(store, told("o-1", resolved=True))

    assert refused(store, told("o-2"), told("o-1", resolved=False)) == [("/items/1/event_id", "event_exists")]
    assert refused(store, told("o-2"), told("o-2", effort=3)) == [("/items/1/event_id", "event_twice")]
    assert refused(store, told("o-1", resolved=True, customer_id="c-2")) == [("/items/0/event_id", "event_exists")]


@pytest.mark.parametrize(
    ("said", "place", "code"),
    [
        ({"occurred_at": AFTER + timedelta(hours=1)}, "/occurred_at", "out_of_range"),
        ({"occurred_at": NOW.replace(year=1970)}, "/occurred_at", "out_of_range"),
        ({"decision_at": later(3600)}, "/decision_at", "due_order"),
        ({"contact_id": None, "customer_id": "c-1"}, "", "of_nothing"),
    ],
)
def test_what_cannot_be_is_refused_with_its_place(
    store: MemoryStore, said: dict[str, Any], place: str, code: str
) -> None:
    """A clock that is unset would put a year of outcomes into one wrong window."""
    assert refused(store, told("o-1"), told("o-2", **said)) == [(f"/items/1{place}", code)]


def test_people_who_are_not_here_are_left_out_and_counted(store: MemoryStore) -> None:
    """They may have been erased an hour ago; the rest of the batch is none the worse for it."""
    strangers = {"contact_id": None, "customer_id": "c-9", "employee_id": "e-9", "note": "Piet"}
    report = record(store, told("o-1", **strangers), told("o-2"))

    assert report == OutcomeReport(recorded=2, joined=1, unknown_customers=1, unknown_employees=1)
    kept = stored(store)["o-1"]
    assert (kept.customer_id, kept.employee_id, kept.note) == (None, None, None)
    assert record(store, told("o-1", **strangers)) == OutcomeReport(duplicates=1)


@pytest.mark.parametrize("complaint_is_first", [True, False])
def test_a_complaint_relabels_the_pairing_whenever_it_comes(store: MemoryStore, *, complaint_is_first: bool) -> None:
    """Complaints come weeks late, and files are read in any order: what is learnt is the same."""
    good, complaint = told("o-1", resolved=True), told("o-2", complaint=True, occurred_at=later(86_400))
    reports = [record(store, each) for each in ([complaint, good] if complaint_is_first else [good, complaint])]

    assert sum(report.relabelled for report in reports) == (0 if complaint_is_first else 1)
    assert [one.success for one in stored(store).values()] == [0.0, 0.0]
    assert record(store, good) == OutcomeReport(duplicates=1)


def test_a_complaint_in_the_same_request_relabels_too(store: MemoryStore) -> None:
    """One batch a night is how most systems send."""
    record(
        store, told("o-1", told_success=0.9), told("o-2", complaint=True), told("o-3", contact_id="k-2", resolved=True)
    )

    assert {each: one.success for each, one in stored(store).items()} == {"o-1": 0.0, "o-2": 0.0, "o-3": 1.0}


def test_the_customers_segment_weighs(store: MemoryStore) -> None:
    """Rules hand in what a minute is worth; the segment is the one the customer has now."""
    terms = OutcomeTerms(by_segment={"retail": OutcomeWeights(minute_cents=1_000)})
    record(store, told("o-1", resolved=True, minutes=3.0), terms=terms)
    record(store, told("o-2", resolved=True, minutes=3.0))

    kept = stored(store)
    assert (kept["o-1"].net_value, kept["o-1"].success) == (-1_000, 0.0)
    assert (kept["o-2"].net_value, kept["o-2"].success) == (1_940, 1.0)


def test_training_reads_one_meeting_for_each_who_served(store: MemoryStore) -> None:
    """A survey and a log entry of one call are one call; a transferred contact met two people."""
    record(
        store,
        told("log", minutes=4.0, occurred_at=later(0)),
        told("survey", satisfaction=5, occurred_at=later(60)),
        told("passed on", employee_id="e-2", resolved=True, occurred_at=later(90)),
        told("afterwards", satisfaction=1, contact_id="k-1", customer_id="c-1", occurred_at=later(-5)),
        told("nobody", contact_id="k-3", resolved=True),
        told("silent", contact_id=None, customer_id="c-2", employee_id="e-2", minutes=1.0),
        told("direct", contact_id=None, customer_id="c-2", employee_id="e-2", told_success=0.25, occurred_at=later(99)),
    )
    with store.reading() as records:
        read = list(read_meetings(records, None, None, page=2))
        parts = [list(read_meetings(records, *each)) for each in ((None, later(90)), (later(90), None))]

    assert [(one.customer_id, one.employee_id, one.success) for one in read] == [
        ("c-1", "e-1", 0.0),
        ("c-2", "e-2", None),
        ("c-1", "e-2", 1.0),
        ("c-2", "e-2", 0.25),
    ]
    assert (read[0].handle_s, read[0].propensity, read[0].group, read[0].at) == (240.0, 0.75, "billing", later(-5))
    assert read == [*parts[0], *parts[1]]


def test_training_heeds_a_complaint_that_names_nobody(store: MemoryStore) -> None:
    """Also where it was told in the same moment as the outcome it is about, and neither saw the other."""
    record(store, told("o-1", resolved=True))
    with store.writing() as records:
        records.outcomes.add_many([replace(told("o-2", complaint=True, success=0.0), recorded_at=NOW)])
    with store.reading() as records:
        (one,) = read_meetings(records, None, None)

    assert one.success == 0.0
