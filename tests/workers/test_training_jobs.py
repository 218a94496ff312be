"""A training whose worker is killed is done once: one classifier in the registry, whose folder is whole."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from api.wiring import fresh_id
from matcher.use_cases.ports import JobState
from matcher.use_cases.start_training import start_training
from models.classifier_shelf import ClassifierShelf
from models.frameworks import load_framework
from tests.api.past_outcomes import past, put_people
from tests.workers.builders import ENDED, job_in
from tests.workers.test_worker_processes import await_that, opened, worker


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest) -> str:
    """A fresh database of each kind in turn."""
    return request.getfixturevalue(f"{request.param}_url")


def test_a_training_whose_worker_is_killed_is_done_once(url: str, tmp_path: Path) -> None:
    """kill -9 in the middle: the next worker begins anew, and two of them do not both finish."""
    now = datetime.now(UTC)
    with opened(url) as store:
        with store.writing() as records:
            put_people(records, now=now)
            records.outcomes.add_many(past(until=now))
            job_id = start_training(records, actor="key-1", now=now, new_id=fresh_id).id
        with worker(tmp_path, url):
            await_that(lambda: job_in(store, job_id).done > 0)
        with worker(tmp_path, url), worker(tmp_path, url):
            await_that(lambda: job_in(store, job_id).state in ENDED)

        job = job_in(store, job_id)
        assert (job.state, job.error) == (JobState.DONE, None)
        with store.reading() as records:
            (known,) = records.classifiers.newest(limit=9)
        assert known.version == job.result["version"]
        shelf = ClassifierShelf(tmp_path / "classifiers")
        opened_one = shelf.read(known.version, digest=known.digest, framework=load_framework().name)
        assert opened_one.card["outcomes"] == known.outcomes
