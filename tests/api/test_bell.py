"""The bell shortens the worker's wait, and its loss costs nothing else."""

from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

from api.bell import BELL_FILE, QueueBell, open_bell
from api.settings import load_settings
from matcher.errors import Conflict


@pytest.fixture(params=["sqlite", "postgresql"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """An installation on each kind of database in turn."""
    url = request.getfixturevalue(f"empty_{request.param}_url")
    return {"KLIK_HOME": str(tmp_path), "KLIK_DATABASE_URL": url}


def bell_of(settings: dict[str, str]) -> QueueBell:
    return open_bell(load_settings(settings))


def test_what_one_process_rings_another_hears_in_order_and_once(settings: dict[str, str]) -> None:
    """Web processes ring, the worker hears."""
    door = bell_of(settings)
    for job_id in ("j1", "j2"):
        door.ring(job_id)
    with closing(bell_of(settings)) as kitchen:
        heard = [kitchen.heard() for _ in range(3)]

    assert heard == ["j1", "j2", None]


def test_a_bell_that_cannot_be_rung_is_no_reason_to_fail(tmp_path: Path) -> None:
    """The job is stored by then; the worker finds it within a second."""
    (tmp_path / BELL_FILE).mkdir()
    bell = bell_of({"KLIK_HOME": str(tmp_path)})

    bell.ring("j1")

    assert bell.heard() is None


def test_a_server_that_is_away_is_no_reason_to_fail(tmp_path: Path) -> None:
    """F6: the database is restarted while a job is made."""
    bell = bell_of({"KLIK_HOME": str(tmp_path), "KLIK_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"})

    bell.ring("j1")

    assert bell.heard() is None


@pytest.mark.skipif(find_spec("redis") is not None, reason="the redis package is here")
def test_redis_without_its_package_is_refused_with_what_to_do(tmp_path: Path) -> None:
    """A bell that nobody ever hears would look like a slow service."""
    with pytest.raises(Conflict, match="install"):
        bell_of({"KLIK_HOME": str(tmp_path), "KLIK_REDIS_URL": "redis://127.0.0.1:1/0"})
