"""Real worker processes: killed, orphaned, two at once."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from api.workers import pulse_file
from matcher.use_cases.ports import JobState
from models.store import SqlStore
from tests.workers.builders import ENDED, employee_count, employee_file, job_in, queued_import

ROWS = 8_000
LEASE_S = 1.0
PATIENCE_S = 60.0


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A fresh database of each kind in turn."""
    return request.getfixturevalue(f"{request.param}_url")


@contextmanager
def worker(home: Path, url: str) -> Iterator["subprocess.Popen[bytes]"]:
    command = [sys.executable, "-m", "tests.workers.worker_process", str(home), url, str(LEASE_S)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


@contextmanager
def opened(url: str) -> Iterator[SqlStore]:
    from models.store import open_store

    store = open_store(url)
    try:
        yield store
    finally:
        store.close()


def await_that(is_so: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until, "it did not happen in time"
        time.sleep(0.02)


@pytest.mark.parametrize("seed", [1, 2])
def test_an_import_whose_worker_is_killed_ends_whole(url: str, tmp_path: Path, seed: int) -> None:
    """F4 mid_import: after kill -9 the next worker does it again from the start, and nobody sees half of it."""
    rng = random.Random(seed)
    with opened(url) as store:
        job_id = queued_import(store, employee_file(ROWS))
        with worker(tmp_path, url):
            await_that(lambda: job_in(store, job_id).done > 0)
            time.sleep(rng.uniform(0, 0.3))
        between = employee_count(store)
        with worker(tmp_path, url):
            await_that(lambda: job_in(store, job_id).state in ENDED)

        job = job_in(store, job_id)
        assert between in (0, ROWS)
        assert (job.state, employee_count(store)) == (JobState.DONE, ROWS)
        assert job.result["counts"]["create"] == ROWS


def test_two_workers_do_each_job_once(url: str, tmp_path: Path) -> None:
    """A second machine makes it sooner, never double."""
    with opened(url) as store:
        jobs = [queued_import(store, f"id,channels\ne{number},chat=1\n".encode()) for number in range(20)]
        with worker(tmp_path, url), worker(tmp_path, url):
            await_that(lambda: all(job_in(store, job_id).state in ENDED for job_id in jobs))

        done = [job_in(store, job_id) for job_id in jobs]
        assert [(job.state, job.attempts) for job in done] == [(JobState.DONE, 1)] * 20
        assert employee_count(store) == 20


STARTS_A_WORKER_AND_DIES = """
import os, subprocess, sys
command = [sys.executable, "-m", "api.cli", "worker", "--parent", str(os.getpid())]
process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
print(process.pid, flush=True)
sys.stdin.readline()
os.kill(os.getpid(), 9)
"""


def test_a_worker_whose_parent_is_killed_ends_by_itself(tmp_path: Path, sqlite_url: str) -> None:
    """kill -9 of `klik serve` must not leave a worker of an old version running beside the new one."""
    environ = {**os.environ, "KLIK_HOME": str(tmp_path / "home"), "KLIK_DATABASE_URL": sqlite_url}
    parent = subprocess.Popen(
        [sys.executable, "-c", STARTS_A_WORKER_AND_DIES], env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    await_that(pulse_file(tmp_path / "home").exists)
    parent.communicate(b"die\n")

    await_that(lambda: not _runs(pid))

    assert parent.returncode == -signal.SIGKILL
    assert not pulse_file(tmp_path / "home").exists()


def _runs(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"
