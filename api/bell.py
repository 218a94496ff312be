"""Rings the worker when a job was made, so that it need not wait for its next look. Never the truth: jobs are rows.

huey's storage gives one queue over a SQLite file, PostgreSQL and Redis; nothing else of huey is used, and a lost ring
costs the worker's tick of a second.
"""

from contextlib import contextmanager, suppress
from importlib.util import find_spec
from typing import TYPE_CHECKING, Protocol

from matcher.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterator

    from huey.storage import BaseStorage

    from api.settings import Settings

QUEUE = "klik"
BELL_FILE = "bell.db"
CONNECT_TIMEOUT_S = 3
REDIS_ANSWERS_WITHIN_S = 1.0


class Bell(Protocol):
    """A ring from whoever makes a job to whoever runs it."""

    def ring(self, job_id: str) -> None:
        """Tell the worker that the job is there."""
        ...

    def heard(self) -> str | None:
        """The id of a job that was rung for since the last look, if any; never waits long."""
        ...


class SilentBell:
    """A bell that nobody hears: the worker's sweep finds the job. For tests and one-off commands."""

    def ring(self, job_id: str) -> None:
        """Nothing happens."""

    def heard(self) -> str | None:
        """Always `None`."""
        return None


class QueueBell:
    """A bell over one of huey's storages.

    Ringing is rare and opens the storage for the moment; listening keeps it open from the first time on, so that no
    connection crosses a fork.
    """

    def __init__(self, settings: "Settings") -> None:
        self._settings = settings
        self._storage: BaseStorage | None = None

    def ring(self, job_id: str) -> None:
        """Put the id in the queue; a queue that is away is no reason to refuse a job that is stored."""
        with suppress(*_faults()), _opened(self._settings) as storage:
            storage.enqueue(job_id.encode())

    def heard(self) -> str | None:
        """The oldest id in the queue, taken out."""
        try:
            if self._storage is None:
                self._storage = _open(self._settings)
            rung = self._storage.dequeue()
        except _faults():
            self.close()
            return None
        return None if rung is None else bytes(rung).decode(errors="replace")

    def close(self) -> None:
        """Stop listening."""
        storage, self._storage = self._storage, None
        if storage is not None:
            with suppress(*_faults()):
                _shut(storage)


def open_bell(settings: "Settings") -> QueueBell:
    """The bell the settings ask for: Redis if there is one, else where the records are.

    Raises Conflict when Redis is asked for and its library is not installed, or its URL cannot be read.
    """
    if settings.redis_url is not None:
        _check_redis(settings)
    return QueueBell(settings)


def _check_redis(settings: "Settings") -> None:
    if find_spec("redis") is None:
        raise Conflict(
            "KLIK_REDIS_URL is set, but Python's redis package is not there: install Klik with its extra redis, "
            "or unset the name."
        )
    try:
        _open(settings)  # it connects when first used
    except ValueError as error:
        raise Conflict("KLIK_REDIS_URL cannot be read: write redis://host:port/number.") from error


@contextmanager
def _opened(settings: "Settings") -> "Iterator[BaseStorage]":
    storage = _open(settings)
    try:
        yield storage
    finally:
        _shut(storage)


def _shut(storage: "BaseStorage") -> None:
    storage.close()
    pool = getattr(storage, "pool", None)
    if pool is not None:  # huey leaves Redis's connections to the garbage
        pool.disconnect()


def _open(settings: "Settings") -> "BaseStorage":
    from huey import storage

    if settings.redis_url is not None:
        limits = dict.fromkeys(("socket_timeout", "socket_connect_timeout"), REDIS_ANSWERS_WITHIN_S)
        pool = storage.ConnectionPool.from_url(settings.redis_url, **limits)
        return storage.RedisStorage(QUEUE, connection_pool=pool, blocking=False)
    if settings.uses_sqlite:
        return storage.SqliteStorage(QUEUE, filename=str(settings.home / BELL_FILE), fsync=False, timeout=1)
    dsn = settings.database_url.replace("+psycopg", "", 1)
    return storage.PostgresStorage(QUEUE, dsn=dsn, blocking=False, connect_timeout=CONNECT_TIMEOUT_S)


def _faults() -> tuple[type[Exception], ...]:
    import sqlite3

    from huey.exceptions import HueyException

    found: list[type[Exception]] = [sqlite3.Error, OSError, HueyException]
    for module, name in (("psycopg", "Error"), ("redis.exceptions", "RedisError")):
        try:
            found.append(getattr(__import__(module, fromlist=[name]), name))
        except ImportError:
            continue
    return tuple(found)
