"""A long file of tags: done by the worker, all of it or nothing, once."""

from pathlib import Path

import pytest

from api.workers import LEASE, job_kinds
from matcher.errors import NotFound
from matcher.profiles.people import EMPLOYEE, ChannelLoad, Employee
from matcher.use_cases.ports import Job, JobState, Store
from matcher.use_cases.run_job import begin_job, run_job
from matcher.use_cases.start_tagging import TAG_EMPLOYEES, start_tagging
from matcher.use_cases.tag_employees import TagOrder
from tests.workers.builders import klik_on

FILE = b"id,dominant,reason\ne1,blue,seen\ne2,red,seen\n"


def done(store: Store, home: Path, content: bytes, order: TagOrder | None = None) -> Job:
    """The job of that file as it ended."""
    klik = klik_on(store, home)
    with store.writing() as records:
        for each in ("e1", "e2"):
            records.employees.put(Employee(each, channels={"phone": ChannelLoad()}), now=klik.now())
        job = start_tagging(records, content, order or TagOrder(), actor="key:hr", now=klik.now(), new_id=klik.new_id)
    run = begin_job(store, job.id, holder="w", now=klik.now, lease=LEASE)
    assert run is not None
    seen: list[tuple[int, int | None]] = []
    run.on_progress = lambda count, total: seen.append((count, total))
    run_job(run, job_kinds(klik))
    with store.reading() as records:
        found = records.jobs.get(job.id)
        with pytest.raises(NotFound):
            records.imports.upload(job.id)
    assert found is not None
    assert seen[0] == (0, content.count(b"\n") - 1)
    return found


def test_a_file_is_applied_under_the_jobs_id(store: Store, tmp_path: Path) -> None:
    """Whoever asked for the job can take back what it did."""
    job = done(store, tmp_path, FILE)

    assert job.state is JobState.DONE
    assert (job.result["applied"], job.result["batch_id"]) == (True, job.id)
    with store.reading() as records:
        pieces = records.profiles.evidence_of_batch(job.id)
    assert [(piece.who, piece.subject_id, piece.actor) for piece in pieces] == [
        (EMPLOYEE, "e1", "key:hr"),
        (EMPLOYEE, "e2", "key:hr"),
    ]


def test_the_order_reaches_the_job(store: Store, tmp_path: Path) -> None:
    """What was asked for is what is done: sound lines only, for one reason."""
    job = done(store, tmp_path, b"id,dominant\ne1,blue\ne9,red\n", TagOrder("Yearly talk", skip_faulty=True))

    with store.reading() as records:
        (piece,) = records.profiles.evidence_of_batch(job.id)
    assert (job.result["counts"], piece.reason) == ({"tag": 1, "skip": 0, "error": 1}, "Yearly talk")


def test_a_faulty_file_changes_nothing(store: Store, tmp_path: Path) -> None:
    """And its report names the line; a line of a person erased later forgets them."""
    job = done(store, tmp_path, FILE + b"e1,red,x\n")

    rows = job.result["rows"]
    assert isinstance(rows, list)
    assert [(row["line"], row["action"]) for row in rows] == [(2, "error"), (4, "error"), (3, "tag")]
    with store.reading() as records:
        assert records.profiles.evidence_of_batch(job.id) == []


def test_the_kind_is_known_to_workers(store: Store, tmp_path: Path) -> None:
    """A job that no worker does would wait for ever."""
    assert TAG_EMPLOYEES in job_kinds(klik_on(store, tmp_path))
