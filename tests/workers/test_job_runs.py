"""A job is done once, by whoever holds its lease, and not for ever."""

import threading
from datetime import UTC, datetime, timedelta

import pytest

from matcher.errors import Conflict, Unavailable
from matcher.use_cases.ports import JobState, Store
from matcher.use_cases.run_job import MOST_ATTEMPTS, JobKind, JobRun, JobStopped, begin_job, run_job
from matcher.use_cases.start_job import start_job
from tests.workers.builders import job_in

LEASE = timedelta(seconds=30)


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.moment = datetime(2026, 11, 22, 12, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.moment

    def advance(self, seconds: float) -> None:
        self.moment += timedelta(seconds=seconds)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def job_id(store: Store, clock: Clock) -> str:
    with store.writing() as records:
        return start_job(records, "test", {}, actor="key-1", now=clock(), new_id=lambda: "j1").id


def begun(store: Store, clock: Clock, holder: str = "a") -> JobRun | None:
    return begin_job(store, "j1", holder=holder, now=clock, lease=LEASE)


def ends(run: JobRun) -> None:
    with run.ending() as ending:
        ending.result = {"by": run.holder}


def breaks(run: JobRun) -> None:
    raise Conflict("The moon is full.")


def test_only_one_of_two_workers_gets_a_job(store: Store, clock: Clock, job_id: str) -> None:
    """Both heard the bell."""
    first, second = begun(store, clock, "a"), begun(store, clock, "b")

    assert first is not None
    assert second is None


def test_of_eight_threads_that_reach_for_a_job_one_gets_it(store: Store, clock: Clock, job_id: str) -> None:
    """The store decides, not luck."""
    gate = threading.Barrier(8)
    got: list[str] = []

    def reach(holder: str) -> None:
        gate.wait()
        if begun(store, clock, holder) is not None:
            got.append(holder)

    threads = [threading.Thread(target=reach, args=(f"h{number}",)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(got) == 1


def test_a_holder_whose_lease_ran_out_cannot_end_the_job(store: Store, clock: Clock, job_id: str) -> None:
    """F3: a worker that slept and woke must not write over the one that took its place."""
    slept = begun(store, clock, "slept")
    clock.advance(31)
    awake = begun(store, clock, "awake")
    assert slept is not None
    assert awake is not None

    with pytest.raises(JobStopped):
        ends(slept)
    run_job(awake, {"test": JobKind(ends)})

    assert job_in(store, job_id).result == {"by": "awake"}


def test_an_effect_is_rolled_back_with_an_end_that_came_too_late(store: Store, clock: Clock, job_id: str) -> None:
    """Effect and end commit together, or neither."""
    slept = begun(store, clock, "slept")
    assert slept is not None
    clock.advance(31)
    begun(store, clock, "awake")

    with pytest.raises(JobStopped), slept.ending() as ending:
        start_job(ending.records, "side effect", {}, actor="a", now=clock(), new_id=lambda: "j2")

    with store.reading() as records:
        assert records.jobs.get("j2") is None


def test_progress_renews_the_lease(store: Store, clock: Clock, job_id: str) -> None:
    """Long work that goes on is nobody else's."""
    run = begun(store, clock)
    assert run is not None
    for step in range(5):
        clock.advance(20)
        run.go_on(step, 5)

    assert begun(store, clock, "b") is None
    assert (job_in(store, job_id).done, job_in(store, job_id).total) == (4, 5)


def test_work_that_is_refused_fails_with_its_reason(store: Store, clock: Clock, job_id: str) -> None:
    """The reason is all that whoever asked will see."""
    run = begun(store, clock)
    assert run is not None
    run_job(run, {"test": JobKind(breaks)})

    job = job_in(store, job_id)
    assert (job.state, job.error) == (JobState.FAILED, "The moon is full.")


def test_work_whose_store_was_away_is_left_for_another_attempt(store: Store, clock: Clock, job_id: str) -> None:
    """A database restart is no reason to fail a job; its lease runs out and it is begun again."""

    def away(run: JobRun) -> None:
        raise Unavailable

    run = begun(store, clock)
    assert run is not None
    run_job(run, {"test": JobKind(away)})

    assert begun(store, clock, "b") is None
    clock.advance(31)
    assert begun(store, clock, "b") is not None


@pytest.mark.parametrize(("is_repeatable", "attempts"), [(True, MOST_ATTEMPTS), (False, 1)])
def test_a_job_that_kills_its_workers_is_given_up(
    store: Store, clock: Clock, job_id: str, is_repeatable: bool, attempts: int
) -> None:
    """A file that takes all memory must not bring down the worker each minute for ever."""
    for number in range(attempts):
        assert begun(store, clock, f"h{number}") is not None  # and then its process is killed
        clock.advance(31)

    run = begun(store, clock, "last")
    assert run is not None
    run_job(run, {"test": JobKind(ends, is_repeatable=is_repeatable)})

    job = job_in(store, job_id)
    assert job.state is JobState.FAILED
    assert job.error is not None
    assert f"begun {attempts} times" in job.error
