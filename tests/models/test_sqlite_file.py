"""The SQLite file: safe settings, private, and a clear sentence for each way in which a file can fail."""

import os
import sqlite3
import stat
import threading
from pathlib import Path

import pytest

from matcher.errors import InvalidInput, Unavailable
from models import dialects
from models.store import SqlStore, open_store
from tests.contracts.stored_things import NOW, a_customer


def _path(url: str) -> Path:
    return Path(url.removeprefix("sqlite:///"))


def test_every_connection_has_the_safe_settings(sqlite_store: SqlStore) -> None:
    """An answer is given after the commit, so the commit must have reached the disk."""
    wanted = {
        "journal_mode": "wal",
        "synchronous": 2,
        "foreign_keys": 1,
        "secure_delete": 1,
        "busy_timeout": dialects.BUSY_TIMEOUT_MS,
    }
    for block in (sqlite_store.reading, sqlite_store.writing):
        with block() as records:
            found = {name: records._connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in wanted}

        assert found == wanted


def test_only_the_owner_can_read_file_and_folder(tmp_path: Path) -> None:
    """Value profiles lie in it."""
    path = tmp_path / "home" / "klik.db"
    store = open_store(f"sqlite:///{path}")
    store.migrate()
    store.close()

    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_opening_a_store_touches_nothing(tmp_path: Path) -> None:
    """A wrong setting is found by looking, not by leaving empty files about."""
    open_store(f"sqlite:///{tmp_path / 'klik.db'}")

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url", ["sqlite://", "sqlite:///:memory:", "sqlite:///file:x?mode=memory", "mysql://host/db", "nonsense", ""]
)
def test_other_databases_are_refused(url: str) -> None:
    """Every thread would have a memory database of its own, and lose what the others wrote."""
    with pytest.raises(InvalidInput) as refused:
        open_store(url)

    assert refused.value.faults[0].pointer == "/database_url"


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    """Whoever installs Klik reads which folder it is and what to do."""
    (tmp_path / "file").write_text("no folder")
    store = open_store(f"sqlite:///{tmp_path / 'file' / 'klik.db'}")

    with pytest.raises(Unavailable, match="cannot be made or written") as told:
        store.migrate()
    assert str(tmp_path / "file") in told.value.detail


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    """And is left as it was."""
    path = tmp_path / "klik.db"
    path.write_bytes(b"something quite different" * 100)
    store = open_store(f"sqlite:///{path}")

    with pytest.raises(Unavailable, match="not a Klik database"):
        store.migrate()
    assert path.read_bytes() == b"something quite different" * 100


def test_a_torn_file_is_refused_at_the_start(sqlite_url: str) -> None:
    """Better no service for an hour than wrong data for a week."""
    store = open_store(sqlite_url)
    with store.writing() as records:
        for number in range(300):
            records.customers.put(a_customer(f"c-{number}", segment="x" * 500), now=NOW)
    store.close()
    path = _path(sqlite_url)
    content = bytearray(path.read_bytes())
    for page in range(len(content) // 8192, len(content) // 4096):
        content[page * 4096 : page * 4096 + 64] = os.urandom(64)
    path.write_bytes(bytes(content))

    store = open_store(sqlite_url)
    with pytest.raises(Unavailable, match="damaged"):
        store.migrate()
    store.close()


def test_a_file_locked_by_someone_else_is_told_as_busy(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A backup tool that holds the lock must not turn into errors 500."""
    monkeypatch.setattr(dialects, "BUSY_TIMEOUT_MS", 50)
    store = open_store(sqlite_url)
    foreign = sqlite3.connect(_path(sqlite_url), isolation_level=None)
    foreign.execute("BEGIN EXCLUSIVE")
    try:
        with pytest.raises(Unavailable, match="Another process is writing"), store.writing():
            pass
    finally:
        foreign.execute("ROLLBACK")
        foreign.close()
    with store.writing() as records:
        records.customers.put(a_customer(), now=NOW)
    store.close()


def test_a_full_disk_is_told_and_nothing_is_half_written(sqlite_store: SqlStore) -> None:
    """The operator reads that room is needed; after that work goes on."""

    def write_too_much() -> None:
        with sqlite_store.writing() as records:
            pages = records._connection.exec_driver_sql("PRAGMA page_count").scalar()
            records._connection.exec_driver_sql(f"PRAGMA max_page_count={pages + 2}")
            for number in range(500):
                records.customers.put(a_customer(f"c-{number}", segment="x" * 500), now=NOW)

    with pytest.raises(Unavailable, match="full"):
        write_too_much()
    with sqlite_store.reading() as records:
        assert records.customers.get("c-0") is None


def test_threads_of_one_process_queue_for_the_writers_turn(sqlite_store: SqlStore) -> None:
    """A reader is never held up by them, nor by a writer that takes its time."""
    inside, finish = threading.Event(), threading.Event()

    def write_slowly() -> None:
        with sqlite_store.writing() as records:
            records.customers.put(a_customer("c-slow"), now=NOW)
            inside.set()
            finish.wait(timeout=30)

    slow = threading.Thread(target=write_slowly)
    slow.start()
    inside.wait(timeout=30)
    with sqlite_store.reading() as records:
        seen = records.customers.get("c-slow")
    finish.set()
    slow.join()
    with sqlite_store.writing() as records:
        after = records.customers.get("c-slow")

    assert seen is None
    assert after == a_customer("c-slow")
