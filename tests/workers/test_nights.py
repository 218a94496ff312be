"""Nights: one a day, whoever plans it, whatever kills it, and a report in the morning."""

import threading
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from api.nightly_job import night_due
from api.settings import load_settings
from api.workers import Worker
from matcher.use_cases.ports import Job, JobState, Store
from matcher.use_cases.refit_profiles import PROFILES_NIGHTLY
from models.store import SqlStore
from tests.matcher.use_cases.surveyed import put_surveyed
from tests.matcher.use_cases.world import FRAMEWORK
from tests.workers.builders import ENDED, NOW, job_in, klik_on
from tests.workers.test_worker_processes import await_that, opened, worker

PLACE = (FRAMEWORK.name, "values")
AMSTERDAM = {"KLIK_TIMEZONE": "Europe/Amsterdam", "KLIK_NIGHTLY_AT": "03:00"}


def a_worker(store: Store, home: Path, at: datetime = NOW, **settings: str) -> Worker:
    klik = replace(klik_on(store, home, **{**AMSTERDAM, **settings}), now=lambda: at)
    return Worker(klik, threading.Event())


def nights_in(store: Store) -> list[Job]:
    """The jobs of the days about NOW, in the order of the days."""
    days = [(NOW + timedelta(days=ahead)).date() for ahead in range(-2, 3)]
    with store.reading() as records:
        found = [records.jobs.get(f"{PROFILES_NIGHTLY}.{day}") for day in days]
    return [job for job in found if job is not None]


@pytest.mark.parametrize(
    ("at", "moment", "day"),
    [
        ("03:00", "2026-11-22T01:59:59+00:00", None),
        ("03:00", "2026-11-22T02:00:00+00:00", "2026-11-22"),
        ("03:00", "2026-11-22T22:59:00+00:00", "2026-11-22"),
        ("00:30", "2026-11-22T23:29:00+00:00", None),
        ("00:30", "2026-11-22T23:31:00+00:00", "2026-11-23"),
        ("02:30", "2026-03-29T01:00:00+00:00", "2026-03-29"),
        ("off", "2026-11-22T12:00:00+00:00", None),
    ],
)
def test_a_night_comes_at_its_hour_by_the_operators_clock(at: str, moment: str, day: str | None) -> None:
    """Also on the night when the clock jumps over that hour; a machine that slept makes up for it the same day."""
    settings = load_settings({"KLIK_TIMEZONE": "Europe/Amsterdam", "KLIK_NIGHTLY_AT": at})

    due = night_due(datetime.fromisoformat(moment), settings)

    assert (None if due is None else due.isoformat()) == day


@pytest.mark.parametrize("bad", ["3:00", "24:00", "03:60", "3", "", "nightly"])
def test_an_hour_that_is_none_is_refused(bad: str) -> None:
    """Better at the start than at three in the morning."""
    from matcher.errors import InvalidInput

    with pytest.raises(InvalidInput):
        load_settings({"KLIK_NIGHTLY_AT": bad})


def test_a_night_is_planned_done_and_told(store: Store, tmp_path: Path) -> None:
    """Nobody asked for it; in the morning the report is there."""
    with store.writing() as records:
        put_surveyed(records, 60, at=NOW - timedelta(days=1))

    a_worker(store, tmp_path).look()

    (job,) = nights_in(store)
    assert (job.state, job.created_by, job.error) == (JobState.DONE, "schedule", None)
    assert job.result["surveyed"] == 60
    assert [(one["segment"], one["members"]) for one in job.result["segments"]] == [("retail", 60)]
    told = {one["source"]: one["told"] for one in job.result["sources"]}
    assert told["hr_tag"] == "too few people to say; what was assumed stands"
    with store.reading() as records:
        assert records.segment_priors.of_facet(*PLACE)["retail"].members == 60
        assert set(records.calibrations.current(*PLACE)) == {"self_tag", "hr_tag", "behaviour", "text"}
        assert records.jobs.last_done(PROFILES_NIGHTLY) == job


def test_a_day_has_one_night_however_many_workers_look_however_often(store: Store, tmp_path: Path) -> None:
    """Two machines, and one of them restarted at noon."""
    first, second = a_worker(store, tmp_path), a_worker(store, tmp_path)
    for one in (first, second):
        one.look()
    a_worker(store, tmp_path, NOW + timedelta(hours=2)).look()
    (job,) = nights_in(store)
    a_worker(store, tmp_path, NOW + timedelta(days=1)).look()

    assert (job.attempts, len(nights_in(store))) == (1, 2)
    with store.reading() as records:
        assert records.calibrations.current(*PLACE)["hr_tag"].fitted_at == NOW + timedelta(days=1)


def test_no_night_where_nights_are_off(store: Store, tmp_path: Path) -> None:
    """Off means off."""
    a_worker(store, tmp_path, KLIK_NIGHTLY_AT="off").look()

    assert nights_in(store) == []


def test_a_night_cancelled_half_way_changes_nothing(store: Store, tmp_path: Path) -> None:
    """Everything it found goes in with its last step or not at all."""
    with store.writing() as records:
        put_surveyed(records, 60, at=NOW - timedelta(days=1))
        records.segment_priors.replace(*PLACE, [])

    class Cancels(threading.Event):
        looks = 0

        def is_set(self) -> bool:
            self.looks += 1
            if self.looks == 4:
                (job,) = nights_in(store)
                with store.writing() as records:
                    records.jobs.cancel(job.id, now=NOW)
            return False

    klik = replace(klik_on(store, tmp_path, **AMSTERDAM), now=lambda: NOW)
    Worker(klik, Cancels()).look()

    (job,) = nights_in(store)
    assert job.state is JobState.CANCELLED
    with store.reading() as records:
        assert records.segment_priors.of_facet(*PLACE) == {}
        assert records.calibrations.current(*PLACE) == {}


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A fresh database of each kind in turn."""
    return request.getfixturevalue(f"{request.param}_url")


def test_a_night_whose_worker_is_killed_is_done_once(url: str, tmp_path: Path) -> None:
    """kill -9 in the middle of the night: the next worker does it again from the start, and writes one set of caps."""
    with opened(url) as store:
        with store.writing() as records:
            put_surveyed(records, 1_500, at=datetime.now(UTC) - timedelta(days=1))
        job_id = _queued_night(store)
        with worker(tmp_path, url):
            await_that(lambda: job_in(store, job_id).done > 0)
            time.sleep(0.05)
        with worker(tmp_path, url), worker(tmp_path, url):
            await_that(lambda: job_in(store, job_id).state in ENDED)

        job = job_in(store, job_id)
        assert (job.state, job.result["surveyed"]) == (JobState.DONE, 1_500)
        with store.reading() as records:
            assert records.segment_priors.of_facet(*PLACE)["retail"].members == 1_500
        assert _caps_written(store) == 4


def _queued_night(store: SqlStore) -> str:
    from matcher.use_cases.refit_profiles import plan_night

    now = datetime.now(UTC)
    with store.writing() as records:
        job = plan_night(records, now.date(), now=now)
    assert job is not None
    return job.id


def _caps_written(store: SqlStore) -> int:
    from sqlalchemy import func, select

    from models.tables import source_calibration

    with store._connections().reader.connect() as connection:
        return int(connection.execute(select(func.count()).select_from(source_calibration)).scalar_one())
