"""The worker: takes jobs one after another, never one that another worker holds, and outlives neither stop nor parent.

Job rows are the truth. The bell only shortens the wait; every second the worker looks for itself.
"""

import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from api import events
from api.classifier_job import work_on_classifier
from api.import_job import clear_import, work_on_import
from api.nightly_job import night_due, work_on_night
from api.outcome_job import clear_outcomes, work_on_outcomes
from api.price_job import work_on_prices
from api.rehearsal_job import work_on_rehearsal
from api.retention_job import work_on_retention
from api.settings import NIGHTLY
from api.tag_job import clear_tags, work_on_tags
from api.watch_job import work_on_watch
from matcher.errors import Conflict, MatcherError, Unavailable
from matcher.use_cases.forget_old import FORGET_OLD, plan_forgetting
from matcher.use_cases.ports import JobState
from matcher.use_cases.refit_profiles import PROFILES_NIGHTLY, plan_night
from matcher.use_cases.run_job import JobKind, JobRun, JobStopped, begin_job, run_job
from matcher.use_cases.start_import import IMPORT_EMPLOYEES
from matcher.use_cases.start_outcome_import import IMPORT_OUTCOMES
from matcher.use_cases.start_rehearsal import REHEARSE_RULES
from matcher.use_cases.start_tagging import TAG_EMPLOYEES
from matcher.use_cases.start_training import TRAIN_CLASSIFIER, plan_training
from matcher.use_cases.start_watch import WATCH_CLASSIFIERS, plan_watch

if TYPE_CHECKING:
    from api.wiring import Klik

LEASE = timedelta(seconds=30)  # longer than a store under load keeps a heartbeat waiting (10 s)
LOOK_S = 0.1  # how often the worker listens for the bell
SWEEP_S = 1.0  # how often it looks for jobs nobody rang for, and for its parent
TIDY_S = 600.0
PRICE_S = 30.0  # how often it looks whether prices are due: they are made every five minutes
ANSWERS_KEPT = timedelta(hours=24)  # api.md section 1
PULSE_FILE = "worker.pulse"


def run_worker(
    klik: "Klik", *, stop: threading.Event | None = None, parent_pid: int | None = None, lease: timedelta = LEASE
) -> None:
    """Work until `stop` is set; with `parent_pid`, also until that process is no longer the parent."""
    worker = Worker(klik, stop or threading.Event(), lease=lease, parent_pid=parent_pid)
    worker.run()


def job_kinds(klik: "Klik") -> Mapping[str, JobKind]:
    """Every kind of job this installation does."""
    return {
        IMPORT_EMPLOYEES: JobKind(lambda run: work_on_import(klik, run), clear=clear_import),
        IMPORT_OUTCOMES: JobKind(lambda run: work_on_outcomes(klik, run), clear=clear_outcomes),
        TAG_EMPLOYEES: JobKind(lambda run: work_on_tags(klik, run), clear=clear_tags),
        PROFILES_NIGHTLY: JobKind(lambda run: work_on_night(klik, run)),
        TRAIN_CLASSIFIER: JobKind(lambda run: work_on_classifier(klik, run)),
        FORGET_OLD: JobKind(lambda run: work_on_retention(klik, run)),
        WATCH_CLASSIFIERS: JobKind(lambda run: work_on_watch(klik, run)),
        REHEARSE_RULES: JobKind(lambda run: work_on_rehearsal(klik, run)),
    }


class Worker:
    """One worker of an installation; `stop` ends it between two steps of its work."""

    def __init__(
        self, klik: "Klik", stop: threading.Event, *, lease: timedelta = LEASE, parent_pid: int | None = None
    ) -> None:
        self._klik = klik
        self._stop = stop
        self._lease = lease
        self._parent_pid = parent_pid
        self._holder = f"{os.getpid()}.{klik.new_id()}"
        self._kinds = job_kinds(klik)
        self._swept_at = self._tidied_at = self._priced_at = -TIDY_S
        self._planned: date | None = None

    def run(self) -> None:
        """Work until told to stop."""
        watch = threading.Thread(target=self._watch, name="worker-watch", daemon=True)
        watch.start()
        events.worker_started(pid=os.getpid())
        while not self._stop.is_set():
            try:
                self.look()
            except Unavailable as error:
                events.store_away(error)
                self._stop.wait(error.retry_after_s)
            self._stop.wait(LOOK_S)
        watch.join()
        events.worker_stopped(pid=os.getpid())

    def look(self) -> None:
        """Do the job that was rung for; once a second also every other runnable one."""
        rung = self._klik.bell.heard()
        if rung is not None:
            self.work(rung)
        if time.monotonic() - self._swept_at >= SWEEP_S:
            self._klik.learnt.refresh(self._klik.now())
            self._plan()
            for job_id in self._runnable():
                self.work(job_id)
            self._price()
            self._tidy()
            self._swept_at = time.monotonic()

    def work(self, job_id: str) -> None:
        """Do one job, if it is to be had."""
        if self._stop.is_set():
            return
        klik = self._klik
        run = begin_job(
            klik.store, job_id, holder=self._holder, now=klik.now, lease=self._lease, must_stop=self._stop.is_set
        )
        if run is None:
            return
        events.job_begun(run.job)
        with kept_alive(run):
            self._do(run)
        events.job_left(run.job)

    def _do(self, run: JobRun) -> None:
        def broke(error: Exception) -> None:
            events.job_broke(run.job, error)
            reason = f"An unexpected fault ({type(error).__name__}); the worker's log has its place."
            run.fail(JobState.FAILED, reason)

        _guarded(lambda: run_job(run, self._kinds), broke)

    def _plan(self) -> None:
        """Plan the day's night once its hour has come; who was the second to think of it finds it planned."""
        klik = self._klik
        day = night_due(klik.now(), klik.settings)
        if day is None or day == self._planned:
            return
        with suppress(Conflict), klik.store.writing() as records:
            plan_night(records, day, now=klik.now())
            if klik.settings.retrain == NIGHTLY:
                plan_training(records, day, now=klik.now())
            plan_watch(records, day, now=klik.now())
            plan_forgetting(records, day, now=klik.now())
        self._planned = day

    def _price(self) -> None:
        """Price employees' time anew every five minutes, where the rules in force hold contacts for a better fit."""
        now = time.monotonic()
        if now - self._priced_at < PRICE_S:
            return
        self._priced_at = now
        _guarded(lambda: work_on_prices(self._klik), events.prices_broke)

    def _runnable(self) -> list[str]:
        with self._klik.store.reading() as records:
            return records.jobs.runnable(now=self._klik.now())

    def _tidy(self) -> None:
        """Forget answers to old idempotent requests."""
        if time.monotonic() - self._tidied_at < TIDY_S:
            return
        with self._klik.store.writing() as records:
            records.answers.forget_before(self._klik.now() - ANSWERS_KEPT)
        self._tidied_at = time.monotonic()

    def _watch(self) -> None:
        """Show that the worker lives, and stop it when its parent is gone."""
        pulse = pulse_file(self._klik.settings.home)
        while not self._stop.is_set():
            if self._parent_pid is not None and os.getppid() != self._parent_pid:
                events.parent_gone(parent_pid=self._parent_pid)
                self._stop.set()
                break
            pulse.touch()
            self._stop.wait(SWEEP_S)
        pulse.unlink(missing_ok=True)


def _guarded(work: Callable[[], None], broke: Callable[[Exception], None]) -> None:
    """Do a piece of work; a fault nobody foresaw is told, and the next piece goes on. Raises Unavailable."""
    try:
        work()
    except Unavailable:
        raise  # the worker waits and looks again
    except Exception as error:  # noqa: BLE001  # the outermost handler: one job's fault must not stop others
        broke(error)


@contextmanager
def kept_alive(run: JobRun) -> Iterator[None]:
    """Keeps the lease of a run alive while a single step of its work takes long."""
    is_done = threading.Event()
    beat = threading.Thread(target=_beat, args=(run, is_done), name="job-heartbeat", daemon=True)
    beat.start()
    try:
        yield
    finally:
        is_done.set()
        beat.join()


def _beat(run: JobRun, is_done: threading.Event) -> None:
    while not is_done.wait(run.lease.total_seconds() / 5):
        try:
            run.renew()
        except JobStopped:
            return  # the work sees it at its next step
        except MatcherError as error:
            events.heartbeat_missed(run.job, error)


def pulse_file(home: Path) -> Path:
    """The file that a living worker touches each second."""
    return home / PULSE_FILE
