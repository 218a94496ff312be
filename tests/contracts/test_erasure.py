"""Erased means gone: no row of any table names the person."""

import pytest

from matcher.profiles.people import Presence, PresenceState
from matcher.use_cases.learning_ports import Candidate
from matcher.use_cases.ports import ImportRow, JobState, Store, StoredAnswer
from models.store import SqlStore
from tests.contracts.stored_things import (
    FRAMEWORK,
    NOW,
    a_customer,
    a_decision,
    a_job,
    a_key,
    an_employee,
    an_outcome,
    everything_in,
    some_evidence,
    some_prices,
    some_sums,
)

PERSON = "person-7f3a"
NEIGHBOUR = "person-7f3a1"


def told_of(*employee_ids: str) -> dict[str, object]:
    """The result of an import, its lines about these employees, each with a detail that quotes the line."""
    rows = [
        {"line": line, "employee_id": employee_id, "action": "error", "detail": f"{employee_id} is no skill."}
        for line, employee_id in enumerate(employee_ids, start=2)
    ]
    return {"applied": False, "counts": {"error": len(rows)}, "rows": rows, "rows_left_out": 0, "warnings": []}


def _fill(store: Store, person: str) -> None:
    with store.writing() as records:
        records.customers.put(a_customer(person), now=NOW)
        records.employees.put(an_employee(person), now=NOW)
        records.employees.put_presence(person, Presence(PresenceState.AVAILABLE), now=NOW)
        records.keys.add(a_key(f"key-of-{len(person)}", role="employee", person_id=person))
        records.imports.stage("i-1", [ImportRow(len(person), an_employee(person))])
        records.jobs.add(a_job(f"j-{len(person)}", state=JobState.DONE, result=told_of(person, "someone-else")))
        for who in ("customer", "employee"):
            records.profiles.append(some_evidence(f"v-{who}-{len(person)}", who=who, subject_id=person))
            records.profiles.put(who, person, FRAMEWORK, "values", some_sums(), expected_revision=0, now=NOW)
            about = {"customer_id": None, "employee_id": None, "note": None, f"{who}_id": person}
            records.outcomes.add_many([an_outcome(f"o-{who}-{len(person)}", **about)])
        might_have = (Candidate(person, 0.5, 0.25),)
        for employee in (person, None):
            chosen = {"employee_id": employee, "candidates": might_have, "propensity": None}
            decision = a_decision(f"d-{employee is None}-{len(person)}", customer_id=None, **chosen)
            records.decisions.add_many([decision])
        records.price_lists.put(some_prices(person, version=f"prices-{len(person)}"))
        answers = {
            f"k1 POST /v1/customers/{person}/evidence x": StoredAnswer("a" * 64, 201, {}, b"{}"),
            f"k1 PUT /v1/customers/{person} x": StoredAnswer("a" * 64, 200, {}, b"{}"),
            f"k1 POST /v1/matches {len(person)}": StoredAnswer("a" * 64, 200, {}, f'{{"id":"{person}"}}'.encode()),
            f"k1 POST /v1/x {len(person)}": StoredAnswer("a" * 64, 201, {"Location": f"/v1/employees/{person}"}, b""),
        }
        for scope, answer in answers.items():
            records.answers.claim(scope, "a" * 64, now=NOW)
            records.answers.save(scope, answer)


def _erase(store: Store, person: str) -> None:
    with store.writing() as records:
        for who in ("customer", "employee"):
            records.profiles.erase(who, person)
            records.outcomes.erase_person(who, person)
            records.decisions.erase_person(who, person)
        records.price_lists.erase_employee(person)
        records.customers.delete(person)
        records.employees.delete(person)


def test_an_erased_person_is_in_no_table(store: Store) -> None:
    """The law asks for it, and people trust us to mean it."""
    _fill(store, PERSON)
    before = everything_in(store)
    _erase(store, PERSON)

    assert PERSON in before
    assert PERSON not in everything_in(store)


def test_a_job_tells_of_the_line_but_not_of_whom_it_spoke(store: Store) -> None:
    """HR's record of the import stays true: how many lines, what came of each, and the lines of everyone else."""
    with store.writing() as records:
        records.jobs.add(a_job("j-1", state=JobState.DONE, result=told_of(NEIGHBOUR, PERSON)))
        records.jobs.add(a_job("j-2", state=JobState.DONE, result=told_of(NEIGHBOUR)))
    _erase(store, PERSON)
    with store.reading() as records:
        first, second = records.jobs.get("j-1"), records.jobs.get("j-2")

    assert first is not None
    assert second is not None
    assert first.result["rows"] == [
        {"line": 2, "employee_id": NEIGHBOUR, "action": "error", "detail": f"{NEIGHBOUR} is no skill."},
        {"line": 3, "employee_id": None, "action": "error", "detail": "erased"},
    ]
    assert first.result["counts"] == {"error": 2}
    assert second.result == told_of(NEIGHBOUR)


def test_a_customer_with_an_employees_id_is_another_person(store: Store) -> None:
    """Ids are given by two different systems; what is told of the employee is not the customer's to erase."""
    with store.writing() as records:
        records.jobs.add(a_job("j-1", state=JobState.DONE, result=told_of(PERSON)))
        records.customers.put(a_customer(PERSON), now=NOW)
        records.customers.delete(PERSON)
    with store.reading() as records:
        job = records.jobs.get("j-1")

    assert job is not None
    assert job.result == told_of(PERSON)


def test_a_neighbour_with_a_longer_id_loses_nothing(store: Store) -> None:
    """Erasing too much breaks another promise: of the neighbour's answers each stays as it was."""
    _fill(store, NEIGHBOUR)
    before = everything_in(store)
    _fill(store, PERSON)
    _erase(store, PERSON)
    after = everything_in(store)

    assert after.count(NEIGHBOUR) == before.count(NEIGHBOUR)


def test_sqlite_keeps_no_trace_in_its_files(sqlite_store: SqlStore, sqlite_url: str) -> None:
    """Deleted rows may linger in free pages and in the log; both are overwritten and cut."""
    from pathlib import Path

    database = Path(sqlite_url.removeprefix("sqlite:///"))
    _fill(sqlite_store, PERSON)
    _erase(sqlite_store, PERSON)

    files = [path for path in database.parent.iterdir() if path.name.startswith(database.name)]
    assert len(files) >= 1
    for path in files:
        assert PERSON.encode() not in path.read_bytes()


@pytest.mark.parametrize("kind", ["customer", "employee"])
def test_erasing_a_stranger_is_no_error(store: Store, kind: str) -> None:
    """A second request for erasure must not fail because the first one worked."""
    with store.writing() as records:
        records.profiles.erase(kind, PERSON)
        records.outcomes.erase_person(kind, PERSON)
        records.decisions.erase_person(kind, PERSON)

    assert PERSON not in everything_in(store)


def test_an_erasure_does_not_wait_for_a_slow_reader(sqlite_store: SqlStore) -> None:
    """A long report must not turn an erasure that is done into an error."""
    _fill(sqlite_store, PERSON)
    with sqlite_store.reading() as records:
        before = records.customers.get(PERSON)
        _erase(sqlite_store, PERSON)
        still = records.customers.get(PERSON)

    assert before == still
    assert PERSON not in everything_in(sqlite_store)
