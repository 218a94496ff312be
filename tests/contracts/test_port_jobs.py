"""What whoever remembers jobs promises: one holder at a time, and work that outlives its worker."""

from dataclasses import replace

import pytest

from matcher.errors import Conflict
from matcher.use_cases.ports import Job, JobState, Store
from tests.contracts.stored_things import NOW, a_job, all_at_once, later


def _add(store: Store, *jobs: Job) -> None:
    with store.writing() as records:
        for job in jobs:
            records.jobs.add(job)


def _take(store: Store, holder: str, at: float = 0, job_id: str = "j-1") -> Job | None:
    with store.writing() as records:
        return records.jobs.take(job_id, holder=holder, now=later(at), lease_until=later(at + 30))


def test_a_job_comes_back_as_added(store: Store) -> None:
    """Its arguments are all the worker gets."""
    job = a_job(arguments={"file": "Zoë.csv", "dry_run": True, "rows": [1, 2.5, None]}, total=7)
    _add(store, job)

    with store.reading() as records:
        assert records.jobs.get("j-1") == job
        assert records.jobs.get("j-2") is None


def test_a_job_id_is_taken_once(store: Store) -> None:
    """Another job under the id would answer for the first one."""
    _add(store, a_job())

    with pytest.raises(Conflict):
        _add(store, a_job(kind="other"))


def test_runnable_jobs_come_oldest_first(store: Store) -> None:
    """First come, first served; equal times go by id."""
    _add(store, a_job("j-3", created_at=later(1)), a_job("j-2"), a_job("j-1"), a_job("j-0", created_at=later(9)))
    _take(store, "w1", job_id="j-2")

    with store.reading() as records:
        assert records.jobs.runnable(now=later(10)) == ["j-1", "j-3", "j-0"]
        assert records.jobs.runnable(now=later(30)) == ["j-1", "j-2", "j-3", "j-0"]


def test_a_taken_job_shows_who_runs_it(store: Store) -> None:
    """People who ask why it takes so long see holder, start and attempt."""
    _add(store, a_job())

    taken = _take(store, "w1", at=5)

    assert taken == replace(
        a_job(), state=JobState.RUNNING, holder="w1", lease_until=later(35), attempts=1, started_at=later(5)
    )
    with store.reading() as records:
        assert records.jobs.get("j-1") == taken


def test_of_many_takers_one_gets_the_job(store: Store) -> None:
    """Two workers on one import would write every row twice."""
    _add(store, a_job())

    results = all_at_once(8, lambda index: _take(store, f"w{index}"))

    winners = [result for result in results if result is not None]
    assert len(winners) == 1
    assert isinstance(winners[0], Job)
    assert winners[0].attempts == 1


def test_a_job_whose_worker_died_is_taken_over_and_the_old_worker_is_refused(store: Store) -> None:
    """A process that wakes from a pause must not write into what another has begun anew."""
    _add(store, a_job())
    _take(store, "w1")
    too_soon = _take(store, "w2", at=29.9)
    taken = _take(store, "w2", at=30)
    with store.writing() as records:
        goes_on = records.jobs.report("j-1", holder="w1", done=5, total=9, lease_until=later(99))
        ended = records.jobs.finish(
            "j-1", holder="w1", state=JobState.DONE, result={"from": "w1"}, error=None, now=later(31)
        )

    assert too_soon is None
    assert taken is not None
    assert (taken.holder, taken.attempts, taken.started_at) == ("w2", 2, NOW)
    assert (goes_on, ended) == (False, False)
    with store.reading() as records:
        assert records.jobs.get("j-1") == taken


def test_a_report_shows_progress_and_renews_the_lease(store: Store) -> None:
    """Long work lives by its reports."""
    _add(store, a_job())
    _take(store, "w1")
    with store.writing() as records:
        goes_on = records.jobs.report("j-1", holder="w1", done=5, total=9, lease_until=later(60))

    assert goes_on
    assert _take(store, "w2", at=45) is None
    with store.reading() as records:
        job = records.jobs.get("j-1")
        assert job is not None
        assert (job.done, job.total, job.lease_until) == (5, 9, later(60))


@pytest.mark.parametrize("state", [JobState.DONE, JobState.FAILED, JobState.CANCELLED])
def test_a_finished_job_stays_finished(store: Store, state: JobState) -> None:
    """Its result is what the caller polls for."""
    _add(store, a_job())
    _take(store, "w1")
    end = {"result": {"rows": 3}, "error": "because" if state is JobState.FAILED else None}
    with store.writing() as records:
        ended = records.jobs.finish("j-1", holder="w1", state=state, now=later(9), **end)
        twice = records.jobs.finish("j-1", holder="w1", state=JobState.DONE, result={}, error=None, now=later(10))
        cancelled = records.jobs.cancel("j-1", now=later(11))

    assert (ended, twice) == (True, False)
    assert _take(store, "w2", at=999) is None
    with store.reading() as records:
        job = records.jobs.get("j-1")
        assert job is not None
        assert (job.state, job.result, job.error, job.finished_at) == (state, end["result"], end["error"], later(9))
        assert cancelled == job
        assert records.jobs.runnable(now=later(999)) == []


def test_a_queued_job_is_cancelled_at_once(store: Store) -> None:
    """Nobody needs to be asked."""
    _add(store, a_job())
    with store.writing() as records:
        job = records.jobs.cancel("j-1", now=later(3))
        strange = records.jobs.cancel("j-404", now=later(3))

    assert strange is None
    assert job is not None
    assert (job.state, job.finished_at) == (JobState.CANCELLED, later(3))
    assert _take(store, "w1") is None


def test_a_running_job_is_asked_to_stop(store: Store) -> None:
    """Its worker hears it with the next report and ends in order."""
    _add(store, a_job())
    _take(store, "w1")
    with store.writing() as records:
        asked = records.jobs.cancel("j-1", now=later(3))
        goes_on = records.jobs.report("j-1", holder="w1", done=1, total=None, lease_until=later(60))
        ended = records.jobs.finish("j-1", holder="w1", state=JobState.CANCELLED, result={}, error=None, now=later(4))

    assert asked is not None
    assert (asked.state, asked.cancel_requested) == (JobState.RUNNING, True)
    assert (goes_on, ended) == (False, True)


def test_jobs_that_have_not_ended_are_listed(store: Store) -> None:
    """What they were asked to read may not be let go of meanwhile."""
    _add(store, a_job(), a_job("j-2", created_at=later(-5)), a_job("j-3"))
    _take(store, "w")
    with store.writing() as records:
        records.jobs.cancel("j-3", now=NOW)
        found = records.jobs.unfinished()

    assert [(one.id, one.state) for one in found] == [("j-2", JobState.QUEUED), ("j-1", JobState.RUNNING)]
