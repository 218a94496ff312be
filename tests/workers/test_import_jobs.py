"""What an import job does with a file: all of it or nothing, and a report either way."""

import threading
from dataclasses import replace
from pathlib import Path

import pytest

from api.workers import Worker
from matcher.errors import NotFound
from matcher.profiles.people import Interval
from matcher.use_cases.cancel_job import cancel_job
from matcher.use_cases.ports import JobState, Store
from tests.workers.builders import NOW, employee_count, employee_file, job_in, klik_on, queued_import


def work(store: Store, home: Path, job_id: str) -> None:
    Worker(klik_on(store, home), threading.Event()).work(job_id)


def test_a_good_file_is_applied_whole_and_told(store: Store, tmp_path: Path) -> None:
    """The report says what happened to each line, at most a thousand of them."""
    job_id = queued_import(store, employee_file(1_200))

    work(store, tmp_path, job_id)

    job = job_in(store, job_id)
    assert (job.state, job.error, job.done, job.total) == (JobState.DONE, None, 1_200, 1_200)
    assert job.result["applied"] is True
    assert job.result["counts"] == {"create": 1_200, "update": 0, "skip": 0, "error": 0}
    assert len(job.result["rows"]) == 1_000
    assert job.result["rows_left_out"] == 200
    assert employee_count(store) == 1_200


def test_one_bad_line_keeps_the_whole_file_out_and_stands_first_in_the_report(store: Store, tmp_path: Path) -> None:
    """Half a staff list is worse than none: nobody would know which half."""
    job_id = queued_import(store, employee_file(1_200, broken_line=1_150))

    work(store, tmp_path, job_id)

    job = job_in(store, job_id)
    assert job.state is JobState.DONE
    assert job.result["applied"] is False
    assert job.result["counts"]["error"] == 1
    assert job.result["rows"][0]["line"] == 1_150
    assert "column capacity" in job.result["rows"][0]["detail"]
    assert employee_count(store) == 0


def test_an_employee_twice_in_a_file_makes_both_lines_errors(store: Store, tmp_path: Path) -> None:
    """Bad input 54: no one can say which of the two was meant."""
    job_id = queued_import(store, b"id,channels,capacity\ne1,chat=1,2\ne2,chat=1,2\ne1,chat=1,3\n")

    work(store, tmp_path, job_id)

    job = job_in(store, job_id)
    told = {row["line"]: row["action"] for row in job.result["rows"]}
    assert told == {2: "error", 3: "create", 4: "error"}
    assert job.result["applied"] is False
    assert employee_count(store) == 0


def test_the_same_file_again_changes_nothing(store: Store, tmp_path: Path) -> None:
    """Importing each night what HR exports must not fill the evidence with copies."""
    content = employee_file(50)
    for _ in range(2):
        job_id = queued_import(store, content)
        work(store, tmp_path, job_id)

    assert job_in(store, job_id).result["counts"] == {"create": 0, "update": 0, "skip": 50, "error": 0}


def test_a_dry_run_tells_and_applies_nothing(store: Store, tmp_path: Path) -> None:
    """HR looks before it leaps."""
    job_id = queued_import(store, employee_file(5), dry_run=True)

    work(store, tmp_path, job_id)

    job = job_in(store, job_id)
    assert job.result["applied"] is False
    assert job.result["counts"]["create"] == 5
    assert employee_count(store) == 0


def test_what_a_file_has_no_column_for_stays_as_it_is(store: Store, tmp_path: Path) -> None:
    """A list of mandates must not take away everyone's skills."""
    whole = b"id,name,skills,capacity,channels,trait:desk\ne1,Jan,billing=3,4,chat=1,A4\n"
    for content in (whole, b"id,mandate\ne1,2\n"):
        work(store, tmp_path, queued_import(store, content))

    with store.reading() as records:
        employee = records.employees.get("e1")
    assert employee is not None
    assert (employee.mandate, employee.name, dict(employee.skills), employee.capacity) == (2, "Jan", {"billing": 3}, 4)
    assert dict(employee.attributes) == {"desk": "A4"}


def test_hours_and_activity_change_as_the_file_says_and_stay_without_their_columns(
    store: Store, tmp_path: Path
) -> None:
    """Who leaves is switched off by the list HR keeps anyway; a list of mandates brings nobody back."""
    content = b"id,channels,hours,active\ne1,chat=1,mon 09:00-17:00,true\n"
    changed = content.replace(b"true", b"false").replace(b"mon", b"tue")
    jobs = [queued_import(store, each) for each in (content, content, changed, b"id,mandate\ne1,2\n")]
    for job_id in jobs:
        work(store, tmp_path, job_id)

    with store.reading() as records:
        employee = records.employees.get("e1")
    assert employee is not None
    assert (employee.hours, employee.active, employee.mandate) == ((Interval(1980, 2460),), False, 2)
    told = [job_in(store, job_id).result["rows"][0]["action"] for job_id in jobs]
    assert told == ["create", "skip", "update", "update"]


def test_what_changes_while_a_file_is_read_is_not_undone_by_it(store: Store, tmp_path: Path) -> None:
    """A long file takes a minute; the sick leave that someone enters meanwhile counts."""
    work(store, tmp_path, queued_import(store, b"id,channels\ne1,chat=1\n"))
    job_id = queued_import(store, b"id,mandate\ne1,2\n")

    class GoesOnLeaveOnceStaged(threading.Event):
        looks = 0

        def is_set(self) -> bool:
            self.looks += 1
            if self.looks == 2:
                with store.writing() as records:
                    employee = records.employees.get("e1")
                    assert employee is not None
                    records.employees.put(replace(employee, active=False, hours=()), now=NOW)
            return False

    Worker(klik_on(store, tmp_path), GoesOnLeaveOnceStaged()).work(job_id)

    with store.reading() as records:
        employee = records.employees.get("e1")
    assert employee is not None
    assert (employee.active, employee.hours, employee.mandate) == (False, (), 2)


def test_a_new_employee_without_a_channel_is_an_error(store: Store, tmp_path: Path) -> None:
    """Such a person could never be given a contact, and nobody would see why."""
    job_id = queued_import(store, b"id,mandate\ne1,2\n")

    work(store, tmp_path, job_id)

    (row,) = job_in(store, job_id).result["rows"]
    assert row["action"] == "error"
    assert "channel" in row["detail"]


def test_an_employee_who_could_never_take_a_contact_is_an_error(store: Store, tmp_path: Path) -> None:
    """The same as over HTTP: a phone call of three slots does not fit in two."""
    job_id = queued_import(store, b"id,capacity,channels\ne1,2,phone=3\n")

    work(store, tmp_path, job_id)

    (row,) = job_in(store, job_id).result["rows"]
    assert row["action"] == "error"
    assert "3 slots of 2" in row["detail"]


def test_a_broken_file_fails_the_job_with_its_line_and_leaves_nothing_behind(store: Store, tmp_path: Path) -> None:
    """Whoever asks for the job learns where to look."""
    job_id = queued_import(store, employee_file(5) + b'e9,"open\n')

    work(store, tmp_path, job_id)

    job = job_in(store, job_id)
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert "line 7" in job.error
    assert employee_count(store) == 0


def test_a_job_cancelled_before_it_begins_never_runs(store: Store, tmp_path: Path) -> None:
    """Cancelled means cancelled, also when its bell rang."""
    job_id = queued_import(store, employee_file(5))
    with store.writing() as records:
        cancel_job(records, job_id, now=NOW)

    work(store, tmp_path, job_id)

    assert job_in(store, job_id).state is JobState.CANCELLED
    assert employee_count(store) == 0


def test_the_file_of_a_job_cancelled_before_it_begins_is_gone(store: Store) -> None:
    """It is full of people, and no worker will ever come by to clear it away."""
    job_id = queued_import(store, employee_file(5))
    with store.writing() as records:
        cancel_job(records, job_id, now=NOW)

    with store.reading() as records, pytest.raises(NotFound):
        records.imports.upload(job_id)


def test_a_running_job_stops_at_its_next_step_when_cancelled(store: Store, tmp_path: Path) -> None:
    """Nothing of it stays."""
    klik = klik_on(store, tmp_path)
    job_id = queued_import(store, employee_file(5_000))

    class CancelsAtSecondLook(threading.Event):
        looks = 0

        def is_set(self) -> bool:
            self.looks += 1
            if self.looks == 3:
                with store.writing() as records:
                    cancel_job(records, job_id, now=NOW)
            return False

    Worker(klik, CancelsAtSecondLook()).work(job_id)

    assert job_in(store, job_id).state is JobState.CANCELLED
    assert employee_count(store) == 0


def test_a_stopped_worker_gives_its_job_back_at_once(store: Store, tmp_path: Path) -> None:
    """A restart for an upgrade must not keep an import waiting for a lease to run out."""
    klik = klik_on(store, tmp_path)
    job_id = queued_import(store, employee_file(5_000))

    class SetAtThirdLook(threading.Event):
        looks = 0

        def is_set(self) -> bool:
            self.looks += 1
            return self.looks >= 3

    Worker(klik, SetAtThirdLook()).work(job_id)
    between = job_in(store, job_id).state
    work(store, tmp_path, job_id)

    assert between is JobState.RUNNING
    assert job_in(store, job_id).state is JobState.DONE
    assert employee_count(store) == 5_000


def test_a_kind_nobody_knows_fails_with_its_name(store: Store, tmp_path: Path) -> None:
    """A job left by a newer version must not be begun for ever."""
    from matcher.use_cases.start_job import start_job

    with store.writing() as records:
        job = start_job(records, "paint", {}, actor="key-1", now=NOW, new_id=lambda: "j1")

    work(store, tmp_path, job.id)

    found = job_in(store, "j1")
    assert found.state is JobState.FAILED
    assert found.error is not None
    assert "paint" in found.error
