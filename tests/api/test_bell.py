"""The bell shortens the worker's wait, and its loss costs nothing else."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from fakeredis import TcpFakeServer

from api import bell as bell_module
from api.bell import BELL_FILE, QueueBell, open_bell
from api.settings import load_settings
from matcher.errors import Conflict


@pytest.fixture
def redis_url() -> Iterator[str]:
    """A Redis to talk to over its own protocol; fakeredis keeps it within this process."""
    server = TcpFakeServer(("127.0.0.1", 0))
    serving = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    serving.start()
    try:
        yield f"redis://127.0.0.1:{server.server_address[1]}/0"
    finally:
        server.shutdown()
        serving.join()
        server.server_close()


@pytest.fixture(params=["sqlite", "postgresql", "redis"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> dict[str, str]:
    """An installation with each kind of bell in turn."""
    if request.param == "redis":
        return {"KLIK_HOME": str(tmp_path), "KLIK_REDIS_URL": request.getfixturevalue("redis_url")}
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


@pytest.mark.parametrize(
    "away",
    [{"KLIK_DATABASE_URL": "postgresql://x@127.0.0.1:1/x"}, {"KLIK_REDIS_URL": "redis://127.0.0.1:1/0"}],
    ids=["postgresql", "redis"],
)
def test_a_server_that_is_away_is_no_reason_to_fail(tmp_path: Path, away: dict[str, str]) -> None:
    """F6, F8: the database or Redis is restarted while a job is made."""
    bell = bell_of({"KLIK_HOME": str(tmp_path), **away})

    bell.ring("j1")

    assert bell.heard() is None


def test_redis_that_stands_still_keeps_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """F8: it takes connections and says nothing; a request that made a job must not hang with it."""
    monkeypatch.setattr(bell_module, "REDIS_ANSWERS_WITHIN_S", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        bell = bell_of({"KLIK_HOME": str(tmp_path), "KLIK_REDIS_URL": url})
        bell.ring("j1")

        assert bell.heard() is None


def test_redis_without_its_package_is_refused_with_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A bell that nobody ever hears would look like a slow service."""
    monkeypatch.setattr(bell_module, "find_spec", lambda name: None)
    with pytest.raises(Conflict, match="extra redis"):
        bell_of({"KLIK_HOME": str(tmp_path), "KLIK_REDIS_URL": "redis://127.0.0.1:1/0"})


def test_a_redis_url_that_cannot_be_read_stops_the_start(tmp_path: Path) -> None:
    """Found at the first import instead, it would cost somebody else an hour; and a URL holds a password."""
    with pytest.raises(Conflict, match="KLIK_REDIS_URL") as told:
        bell_of({"KLIK_HOME": str(tmp_path), "KLIK_REDIS_URL": "redis://:hunter2@127.0.0.1:port/0"})

    assert "hunter2" not in str(told.value)
