"""What differs between SQLite and PostgreSQL, each difference with its name."""

import math
import os
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import URL, Connection, Engine, Table, create_engine, event, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, IntegrityError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from matcher.errors import Conflict, InvalidInput, MatcherError, Unavailable, invalid
from models.disks import network_disk
from models.sentences import NO_TABLES, SQLITE_SENTENCES, postgres_sentence

BUSY_TIMEOUT_MS = 10_000
BUSY_PAUSE_S = 0.01
CHECKPOINT_TIMEOUT_MS = 500
CONNECTIONS = 16  # more threads than that in one process wait for each other anyway
CONNECTION_WAIT_S = 5.0

# SQLite: a read that upgrades to a write fails at once and ignores the time-out, so writes take the lock at the start.
READ = "BEGIN"
WRITE = "BEGIN IMMEDIATE"

# PostgreSQL: nothing waits for ever (milliseconds).
LOCK_TIMEOUT_MS = 2_000
STATEMENT_TIMEOUT_MS = 10_000
IDLE_TIMEOUT_MS = 10_000
CONNECT_TIMEOUT_S = 3
GRACE_S = 2.0  # a living server keeps its own limits; so much later nobody waits for its word any more
PATIENCE_S = STATEMENT_TIMEOUT_MS / 1000 + GRACE_S
# A machine that went without a word is missed by the system below us. Over a socket file these do not count.
TCP_LIMITS = {"keepalives_idle": 10, "keepalives_interval": 3, "keepalives_count": 3, "tcp_user_timeout": 10_000}
MIGRATION_WAIT_MS = 60_000
MIGRATION_LOCK = 0x6B6C696B  # "klik": the advisory lock that one migration holds


class Dialect(Protocol):
    """A kind of database."""

    name: str

    def engine(self) -> Engine:
        """A new engine; it connects when first used."""
        ...

    def reader(self, engine: Engine) -> Engine:
        """The same connections, for consistent reads."""
        ...

    def look_up(self, engine: Engine, statement: str) -> list[tuple[Any, ...]]:
        """The rows of one small statement, outside any transaction and as cheaply as the database allows."""
        ...

    def explained(self, error: Exception) -> MatcherError | None:
        """What the database's error means for whoever asked; `None` when it is a fault of ours."""
        ...

    def migrating(self, engine: Engine) -> Any:
        """A context with the one connection that may change the schema now."""
        ...

    def check(self, connection: Connection) -> None:
        """Raise Unavailable when what is stored is damaged."""
        ...


def dialect_of(url: str) -> Dialect:
    """The dialect a database URL asks for. Raises InvalidInput for any other kind of database."""
    try:
        parsed = make_url(url)
    except (SQLAlchemyError, ValueError) as error:
        raise _bad_url("The database URL cannot be read.") from error
    backend = parsed.get_backend_name()
    if backend == "sqlite":
        return SqliteDialect(parsed)
    if backend in ("postgresql", "postgres"):
        return PostgresDialect(parsed)
    raise _bad_url("The database is SQLite (sqlite:///file) or PostgreSQL (postgresql://host/name).")


def _bad_url(detail: str) -> InvalidInput:
    return invalid("/database_url", "bad_setting", detail)


def insert_into(connection: Connection, table: Table) -> "sqlite.Insert | postgresql.Insert":
    """An INSERT that may say what to do on a conflict."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """Whether the row was written; a row with its key that is there already stays as it is."""
    statement = insert_into(connection, table).values(**values).on_conflict_do_nothing()
    return connection.execute(statement, execution_options={"preserve_rowcount": True}).rowcount == 1


def driver_errors() -> tuple[type[Exception], ...]:
    """What a database can raise: SQLAlchemy's errors, and the driver's own where a statement goes past SQLAlchemy."""
    from_psycopg = sys.modules.get("psycopg")  # in use only if someone opened PostgreSQL
    known: tuple[type[Exception], ...] = (SQLAlchemyError, sqlite3.Error)
    return known if from_psycopg is None else (*known, from_psycopg.Error)


def driver(connection: Connection) -> Any:
    """The driver's own connection, for the few statements whose cost counts; both drivers have `.execute`."""
    return connection.connection.driver_connection


def allow_statement_s(connection: Connection, seconds: int) -> None:
    """Let the statements of this transaction run that long, where the database has a limit."""
    if connection.dialect.name == "postgresql":
        driver(connection).patience_s = seconds + GRACE_S
        connection.exec_driver_sql(f"SET LOCAL statement_timeout = {seconds * 1000}")


@contextmanager
def lock_wait_ms(connection: Connection, milliseconds: int) -> Iterator[None]:
    """Wait for locks no longer than that inside the block, where the database waits for rows at all."""
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {milliseconds}")
    yield
    connection.exec_driver_sql(f"SET LOCAL lock_timeout = {LOCK_TIMEOUT_MS}")


def is_lock_timeout(error: DBAPIError) -> bool:
    """Whether the database gave up waiting for another transaction."""
    return getattr(error.orig, "sqlstate", None) == "55P03"


class _Looker:
    """A read-only connection of one thread that reads a statement again only after someone has committed."""

    def __init__(self, path: Path) -> None:
        handle = sqlite3.connect(path, timeout=BUSY_TIMEOUT_MS / 1000, isolation_level=None)
        handle.execute("PRAGMA query_only=1")
        self.pid = os.getpid()
        self._cursor = handle.cursor()
        self._seen: dict[str, tuple[int, list[tuple[Any, ...]]]] = {}

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        """The statement's rows as last committed. The version is read first: rows newer than it are read once more."""
        version: int = self._cursor.execute("PRAGMA data_version").fetchone()[0]
        seen = self._seen.get(statement)
        if seen is None or seen[0] != version:
            seen = self._seen[statement] = version, self._cursor.execute(statement).fetchall()
        return seen[1]


class SqliteDialect:
    """One local file, written by one transaction at a time."""

    name = "sqlite"

    def __init__(self, url: URL) -> None:
        if not url.database or url.database == ":memory:" or url.database.startswith("file:"):
            raise _bad_url("SQLite needs a file: sqlite:///relative/path or sqlite:////absolute/path.")
        self.path = Path(url.database)
        self._url = url.set(drivername="sqlite+pysqlite")
        self._lookers = threading.local()

    def engine(self) -> Engine:
        """An engine on the file; the file and its folder are made, readable by their owner only."""
        self._make_file()
        engine = create_engine(
            self._url,
            connect_args={"timeout": BUSY_TIMEOUT_MS / 1000, "check_same_thread": False},
            pool_size=CONNECTIONS,
            max_overflow=CONNECTIONS,
            pool_timeout=CONNECTION_WAIT_S,
            pool_use_lifo=True,
        )
        event.listen(engine, "connect", _set_up_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine.execution_options(klik_begin=WRITE)

    def reader(self, engine: Engine) -> Engine:
        """Reads start a deferred transaction: one snapshot, and no lock that a writer would wait for."""
        return engine.execution_options(klik_begin=READ)

    def look_up(self, engine: Engine, statement: str) -> list[tuple[Any, ...]]:  # noqa: ARG002  # the other's signature
        """Each thread keeps a read-only connection for this: a tenth of what a transaction from the pool costs.

        While SQLite says that nobody committed anything, the rows last read still stand.
        """
        looker: _Looker | None = getattr(self._lookers, "held", None)
        if looker is None or looker.pid != os.getpid():
            looker = self._lookers.held = _Looker(self.path)
        return looker.rows(statement)

    def explained(self, error: Exception) -> MatcherError | None:
        """The sentence for SQLite's result code."""
        if isinstance(error, IntegrityError):
            return Conflict("What is stored does not allow this; it may have changed at the same moment.")
        cause = error.orig if isinstance(error, DBAPIError) else error
        if isinstance(cause, PoolTimeout):
            return Unavailable("Every connection to the database is busy; try again shortly.")
        if not isinstance(cause, sqlite3.DatabaseError):
            return None
        if str(cause).startswith("no such table"):
            return Unavailable(NO_TABLES)
        code = getattr(cause, "sqlite_errorcode", None)
        sentence = SQLITE_SENTENCES.get(-1 if code is None else code & 0xFF)
        return None if sentence is None else Unavailable(sentence.format(path=self.path))

    @contextmanager
    def migrating(self, engine: Engine) -> Iterator[Connection]:
        """The writer's connection, foreign keys off (tables are rebuilt) and checked before the commit."""
        with engine.connect() as connection:
            handle = driver(connection)
            handle.execute("PRAGMA foreign_keys=OFF")
            try:
                with connection.begin():
                    yield connection
                    if connection.exec_driver_sql("PRAGMA foreign_key_check").first() is not None:
                        raise Conflict("The migration would leave rows that point nowhere; nothing was changed.")
            finally:
                handle.execute("PRAGMA foreign_keys=ON")

    def check(self, connection: Connection) -> None:
        """Raise Unavailable when the file's pages are damaged."""
        verdict = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if verdict != "ok":
            raise Unavailable(SQLITE_SENTENCES[sqlite3.SQLITE_CORRUPT].format(path=self.path))

    def _make_file(self) -> None:
        kind = network_disk(self.path)
        if kind is not None:
            raise Unavailable(
                f"The database file {self.path} lies on a network disk ({kind}), where SQLite's locks do not hold: "
                "name a file on a local disk in KLIK_DATABASE_URL, or a PostgreSQL server."
            )
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            os.close(os.open(self.path, os.O_RDWR | os.O_CREAT, 0o600))
        except OSError as error:
            raise Unavailable(
                f"The database file {self.path} cannot be made or written ({error.strerror}): "
                "give this user the right to write in its folder, or name another file in KLIK_DATABASE_URL."
            ) from error


def _set_up_sqlite(handle: sqlite3.Connection, _record: object) -> None:
    handle.isolation_level = None  # the driver starts no transaction: _begin_sqlite does
    handle.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
    _switch_to_log(handle)
    handle.execute("PRAGMA synchronous=FULL")
    handle.execute("PRAGMA foreign_keys=ON")
    handle.execute("PRAGMA secure_delete=ON")


def _switch_to_log(handle: sqlite3.Connection) -> None:
    """Turn the write-ahead log on. SQLite does not wait for other connections here, so this does."""
    give_up_at = time.monotonic() + BUSY_TIMEOUT_MS / 1000
    while True:
        try:
            handle.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > give_up_at:
                raise
            time.sleep(BUSY_PAUSE_S)
        else:
            return


def _begin_sqlite(connection: Connection) -> None:
    handle, begin = driver(connection), connection.get_execution_options()["klik_begin"]
    handle.execute(f"PRAGMA query_only={int(begin == READ)}")
    handle.execute(begin)


def empty_write_ahead_log(connection: Connection) -> None:
    """Move SQLite's log into the file and cut it, so that erased rows are in neither.

    It comes after the commit and is no part of it: while a reader still needs the log, the next erasure cuts it.
    """
    if connection.dialect.name != "sqlite":
        return
    handle = driver(connection)
    handle.execute(f"PRAGMA busy_timeout={CHECKPOINT_TIMEOUT_MS}")
    with suppress(sqlite3.OperationalError):
        handle.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
    handle.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


class PostgresDialect:
    """A database server, reached by psycopg 3."""

    name = "postgresql"

    def __init__(self, url: URL) -> None:
        self._url = url.set(drivername="postgresql+psycopg")

    def engine(self) -> Engine:
        """An engine whose statements and locks have time limits, on the server and here."""
        from models.bounded_connection import BoundedConnection  # psycopg is there only where it is used

        limits = {
            "lock_timeout": LOCK_TIMEOUT_MS,
            "statement_timeout": STATEMENT_TIMEOUT_MS,
            "idle_in_transaction_session_timeout": IDLE_TIMEOUT_MS,
        }
        options = " ".join(f"-c {name}={value}" for name, value in limits.items())
        engine = create_engine(
            self._url,
            connect_args={
                **TCP_LIMITS,
                "options": f"{options} -c timezone=UTC",
                "connect_timeout": CONNECT_TIMEOUT_S,
                "application_name": "klik",
            },
            isolation_level="READ COMMITTED",
            pool_size=CONNECTIONS,
            max_overflow=0,
            pool_timeout=CONNECTION_WAIT_S,
            pool_use_lifo=True,
            pool_recycle=1800,
        )

        @event.listens_for(engine, "do_connect")
        def connect(_dialect: object, _record: object, args: list[Any], options: dict[str, Any]) -> BoundedConnection:
            return BoundedConnection.connect(*args, **options)

        event.listen(engine, "checkout", _wait_as_usual)
        return engine

    def reader(self, engine: Engine) -> Engine:
        """Reads see one snapshot and cannot write."""
        return engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    def look_up(self, engine: Engine, statement: str) -> list[tuple[Any, ...]]:
        """One round trip: the statement is its own transaction."""
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    def explained(self, error: Exception) -> MatcherError | None:
        """The sentence for PostgreSQL's SQLSTATE; none at all means that the server is away."""
        if isinstance(error, PoolTimeout):
            return Unavailable("Every connection to the database is busy; try again shortly.")
        if isinstance(error, IntegrityError):
            return Conflict("What is stored does not allow this; it may have changed at the same moment.")
        cause = error.orig if isinstance(error, DBAPIError) else error
        state = getattr(cause, "sqlstate", None)
        if state is not None:
            sentence = postgres_sentence(state)
            return None if sentence is None else Unavailable(sentence)
        kinds = {kind.__name__ for kind in type(cause).__mro__}
        lost = not kinds.isdisjoint(("OperationalError", "InterfaceError"))
        return Unavailable("The database server does not answer; try again shortly.") if lost else None

    @contextmanager
    def migrating(self, engine: Engine) -> Iterator[Connection]:
        """A connection that holds the migration's advisory lock until the commit."""
        with engine.begin() as connection:
            connection.exec_driver_sql(f"SET LOCAL lock_timeout = {MIGRATION_WAIT_MS}")
            driver(connection).patience_s = math.inf
            connection.exec_driver_sql("SET LOCAL statement_timeout = 0")
            connection.exec_driver_sql(f"SELECT pg_advisory_xact_lock({MIGRATION_LOCK})")
            yield connection

    def check(self, connection: Connection) -> None:
        """Nothing to do: the server watches its own pages."""


def _wait_as_usual(handle: Any, _record: object, _lent: object) -> None:
    handle.patience_s = PATIENCE_S  # whoever had the connection before may have allowed more
