"""Outcomes told at once: each event counts once, and nothing outlives a person who is erased beside it."""

import threading

import pytest

from matcher.use_cases.erase_person import erase_person
from matcher.use_cases.ports import Records
from matcher.use_cases.record_outcomes import OutcomeReport, record_outcomes
from models.store import SqlStore
from tests.contracts.stored_things import (
    NOW,
    a_customer,
    a_decision,
    all_at_once,
    an_employee,
    an_outcome,
    everything_in,
    introduce,
    later,
)

PERSON = "person-3e8c"
CHANCE_S = 0.15  # given to the second of the two, to go wrong by not waiting for the first


def _write(records: Records, who: str) -> None:
    """An outcome and a decision that name the person."""
    name = {f"{who}_id": PERSON}
    records.outcomes.add_many([an_outcome("o-1", note=None, **name)])
    records.decisions.add_many([a_decision("d-1", **name)])


@pytest.mark.parametrize("who", ["customer", "employee"])
def test_what_is_told_while_a_person_is_erased_names_nobody(sql_store: SqlStore, who: str) -> None:
    """The erasure is not committed yet; the outcome waits for it, and finds the person gone."""
    with sql_store.writing() as records:
        introduce(records, who, PERSON)
    erased, told = threading.Event(), threading.Event()

    def follow() -> None:
        erased.wait(timeout=30)
        with sql_store.writing() as records:
            _write(records, who)
        told.set()

    follower = threading.Thread(target=follow)
    follower.start()
    with sql_store.writing() as records:
        erase_person(records, who, PERSON, now=NOW)
        erased.set()
        told.wait(timeout=CHANCE_S)
    follower.join()

    assert told.is_set()
    assert PERSON not in everything_in(sql_store)


@pytest.mark.parametrize("who", ["customer", "employee"])
def test_an_erasure_waits_for_what_is_being_told(sql_store: SqlStore, who: str) -> None:
    """It finds that too, though it was asked for before the outcome was committed."""
    with sql_store.writing() as records:
        introduce(records, who, PERSON)
    written, ended = threading.Event(), threading.Event()

    def follow() -> None:
        written.wait(timeout=30)
        with sql_store.writing() as records:
            erase_person(records, who, PERSON, now=NOW)
        ended.set()

    follower = threading.Thread(target=follow)
    follower.start()
    with sql_store.writing() as records:
        _write(records, who)
        written.set()
        ended.wait(timeout=CHANCE_S)
    follower.join()

    assert ended.is_set()
    assert PERSON not in everything_in(sql_store)


def test_racing_senders_of_one_event_are_told_the_same(sql_store: SqlStore) -> None:
    """Two routers that share a queue both tell of its contacts; neither is refused, and the event counts once."""
    with sql_store.writing() as records:
        records.customers.put(a_customer("c-1"), now=NOW)
        records.employees.put(an_employee("e-1"), now=NOW)
    told = [an_outcome(f"o-{number}", success=None, net_value=None, recorded_at=None) for number in range(20)]

    def send(number: int) -> OutcomeReport:
        mine = told if number % 2 else told[::-1]
        with sql_store.writing() as records:
            return record_outcomes(records, mine, now=later(600))

    reports = all_at_once(6, send)

    assert [type(report) for report in reports] == [OutcomeReport] * 6
    assert sum(report.recorded for report in reports if isinstance(report, OutcomeReport)) == 20
    assert sum(report.duplicates for report in reports if isinstance(report, OutcomeReport)) == 100
    with sql_store.reading() as records:
        assert records.outcomes.count() == 20


def test_outcomes_do_not_wait_for_a_change_of_staff(postgresql_store: SqlStore) -> None:
    """A roster of fifty thousand takes its minute; what customers say meanwhile is kept at once."""
    with postgresql_store.writing() as records:
        records.employees.put(an_employee("e-1"), now=NOW)
    with postgresql_store.writing() as changing:
        changing.employees.put(an_employee("e-1", team="south"), now=later(1))
        with postgresql_store.writing() as records:
            kept = records.outcomes.add_many([an_outcome("o-1", customer_id=None, note=None)])

    assert [one.employee_id for one in kept] == ["e-1"]
