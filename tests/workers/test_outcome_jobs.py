"""A long file of outcomes: taken over by the worker, a thousand lines at once, each event once."""

from pathlib import Path

import pytest

from api.workers import LEASE, job_kinds
from matcher.errors import NotFound
from matcher.profiles.people import Customer, Employee
from matcher.use_cases.ports import Job, JobState, Store
from matcher.use_cases.run_job import begin_job, run_job
from matcher.use_cases.start_outcome_import import start_outcome_import
from tests.workers.builders import klik_on

HEADER = b"at,customer_id,employee_id,success,group\n"
LINES = 2_500
FILE = HEADER + b"".join(b"2026-02-01T10:00:00+01:00,c1,e1,1,g%d\n" % number for number in range(LINES))


def done(store: Store, home: Path, content: bytes, *, dry_run: bool = False) -> Job:
    """The job of that file as it ended."""
    klik = klik_on(store, home)
    with store.writing() as records:
        records.customers.put(Customer("c1"), now=klik.now())
        records.employees.put(Employee("e1"), now=klik.now())
        job = start_outcome_import(
            records, content, dry_run=dry_run, actor="key:ops", now=klik.now(), new_id=klik.new_id
        )
    run = begin_job(store, job.id, holder="w", now=klik.now, lease=LEASE)
    assert run is not None
    run_job(run, job_kinds(klik))
    with store.reading() as records:
        found = records.jobs.get(job.id)
        with pytest.raises(NotFound):
            records.imports.upload(job.id)
    assert found is not None
    return found


def test_every_line_of_a_long_file_is_kept_once(store: Store, tmp_path: Path) -> None:
    """A night that was interrupted is simply run again."""
    first, again = done(store, tmp_path, FILE), done(store, tmp_path, FILE)

    assert (first.state, first.result["applied"]) == (JobState.DONE, True)
    assert first.result["counts"] == {"create": LINES, "skip": 0, "error": 0}
    assert first.done == 2 * LINES
    assert again.result["counts"] == {"create": 0, "skip": LINES, "error": 0}
    with store.reading() as records:
        assert records.outcomes.count() == LINES


def test_a_faulty_line_at_the_end_keeps_the_beginning_out(store: Store, tmp_path: Path) -> None:
    """The file is looked through before anything of it is kept."""
    job = done(store, tmp_path, FILE + b"2026-02-01T10:00:00+01:00,c1,e1,7,x\n")

    rows = job.result["rows"]
    assert isinstance(rows, list)
    assert (rows[0]["line"], rows[0]["action"]) == (LINES + 2, "error")
    assert job.result["applied"] is False
    with store.reading() as records:
        assert records.outcomes.count() == 0


def test_a_dry_run_keeps_nothing(store: Store, tmp_path: Path) -> None:
    """It only counts."""
    job = done(store, tmp_path, FILE, dry_run=True)

    assert job.result["counts"] == {"create": LINES, "skip": 0, "error": 0}
    with store.reading() as records:
        assert records.outcomes.count() == 0
