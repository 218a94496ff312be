"""The store in SQL: one implementation for SQLite and PostgreSQL."""

import os
import threading
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NoReturn

from sqlalchemy import Connection, Engine, inspect

from matcher.errors import Unavailable
from matcher.use_cases.ports import Marks
from models import secrets, staff_mark
from models.answers import SqlAnswers
from models.calibrations import SqlCalibrations, SqlSegmentPriors
from models.classifiers import SqlClassifiers
from models.customers import SqlCustomers
from models.decisions import SqlDecisionLog
from models.dialects import BUSY_TIMEOUT_MS, Dialect, SqliteDialect, dialect_of, driver_errors, empty_write_ahead_log
from models.employees import SqlEmployees
from models.form_answers import SqlFormAnswers
from models.imports import SqlImports
from models.jobs import SqlJobs
from models.keys import SqlApiKeys
from models.known_frameworks import SqlFrameworks
from models.outcomes import SqlOutcomes
from models.overlays import SqlOverlays
from models.price_lists import SqlPriceLists
from models.profiles import SqlProfiles
from models.rule_sets import SqlApprovals, SqlPublications, SqlRuleSets
from models.tables import SCHEMA_VERSION


def open_store(url: str) -> "SqlStore":
    """A store on the database at `url` (sqlite:///file or postgresql://…); it connects when first used.

    Raises InvalidInput for any other kind of database.
    """
    return SqlStore(dialect_of(url))


class SqlRecords:
    """One open transaction (port `Records`)."""

    __slots__ = ("_connection",)

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @property
    def customers(self) -> SqlCustomers:
        """Customers' master data."""
        return SqlCustomers(self._connection)

    @property
    def employees(self) -> SqlEmployees:
        """Employees' master data and presence."""
        return SqlEmployees(self._connection)

    @property
    def profiles(self) -> SqlProfiles:
        """Evidence and the profiles folded from it."""
        return SqlProfiles(self._connection)

    @property
    def form_answers(self) -> SqlFormAnswers:
        """What people answered to forms."""
        return SqlFormAnswers(self._connection)

    @property
    def overlays(self) -> SqlOverlays:
        """Acute states."""
        return SqlOverlays(self._connection)

    @property
    def segment_priors(self) -> SqlSegmentPriors:
        """What to expect of a segment's members."""
        return SqlSegmentPriors(self._connection)

    @property
    def calibrations(self) -> SqlCalibrations:
        """How far each source is to be believed."""
        return SqlCalibrations(self._connection)

    @property
    def frameworks(self) -> SqlFrameworks:
        """Every framework that was ever in force."""
        return SqlFrameworks(self._connection)

    @property
    def keys(self) -> SqlApiKeys:
        """Keys and roles."""
        return SqlApiKeys(self._connection)

    @property
    def answers(self) -> SqlAnswers:
        """Answers kept for requests that may come twice."""
        return SqlAnswers(self._connection)

    @property
    def jobs(self) -> SqlJobs:
        """Long work."""
        return SqlJobs(self._connection)

    @property
    def imports(self) -> SqlImports:
        """Employee files."""
        return SqlImports(self._connection)

    @property
    def outcomes(self) -> SqlOutcomes:
        """What came of contacts."""
        return SqlOutcomes(self._connection)

    @property
    def decisions(self) -> SqlDecisionLog:
        """Decisions that were acted on."""
        return SqlDecisionLog(self._connection)

    @property
    def rule_sets(self) -> SqlRuleSets:
        """Drafts and published rule sets."""
        return SqlRuleSets(self._connection)

    @property
    def publications(self) -> SqlPublications:
        """Which rule set is in force, and what was."""
        return SqlPublications(self._connection)

    @property
    def approvals(self) -> SqlApprovals:
        """What waits for a second person."""
        return SqlApprovals(self._connection)

    @property
    def classifiers(self) -> SqlClassifiers:
        """The registry of classifiers."""
        return SqlClassifiers(self._connection)

    @property
    def price_lists(self) -> SqlPriceLists:
        """What employees' time is worth."""
        return SqlPriceLists(self._connection)


@dataclass(frozen=True, slots=True)
class _Connections:
    """What one process holds; a forked child must not touch its parent's."""

    pid: int
    writer: Engine
    reader: Engine
    writers_turn: AbstractContextManager[object]


class SqlStore:
    """Everything lasting, in one database (port `Store`). Threads may share it; a forked process connects anew."""

    def __init__(self, dialect: Dialect) -> None:
        self._dialect = dialect
        self._opening = threading.Lock()
        self._held: _Connections | None = None
        self._parents: list[_Connections] = []
        self._seen_marks: tuple[list[tuple[Any, ...]], Marks] = [], Marks((0, 0), 0)

    @contextmanager
    def reading(self) -> Iterator[SqlRecords]:
        """A consistent read: one snapshot, which never waits for a writer."""
        with self._explaining(), self._connections().reader.connect() as connection:
            connection.begin()
            yield SqlRecords(connection)

    @contextmanager
    def writing(self) -> Iterator[SqlRecords]:
        """One transaction: commits at the end of the block, rolls back when it raises.

        Raises Unavailable when the database is busy or away, Conflict when it forbids what the block wrote.
        """
        here = self._connections()
        with self._explaining(), here.writers_turn, here.writer.connect() as connection:
            with connection.begin():
                yield SqlRecords(connection)
            if connection.info.pop("erased", False):
                empty_write_ahead_log(connection)

    def staff_mark(self) -> tuple[int, int]:
        """(last change, last removal) as last committed."""
        return self.marks().staff

    def marks(self) -> Marks:
        """What last changed, as last committed. It stands before every match: no transaction is opened."""
        try:
            rows = self._dialect.look_up(self._connections().writer, staff_mark.READ)
        except driver_errors() as error:  # as `_explaining`, whose block costs as much as the look-up itself
            self._explain(error)
        seen, marks = self._seen_marks
        if rows is not seen:
            marks = staff_mark.marks_of(rows)
            self._seen_marks = rows, marks
        return marks

    def kept_secret(self, name: str, fresh: bytes, *, now: datetime) -> bytes:
        """The installation's secret of that name: `fresh` where there was none yet, else the one kept since."""
        here = self._connections()
        with self._explaining(), here.writers_turn, here.writer.begin() as connection:
            return secrets.kept(connection, name, fresh, now=now)

    def migrate(self) -> None:
        """Bring the schema to this version. Safe to call at once from several processes: one does it, the others wait.

        Raises Unavailable when the stored data are damaged.
        """
        from models.migrations import upgrade  # Alembic takes a third of a second to import

        here = self._connections()
        with self._explaining(), here.writers_turn, self._dialect.migrating(here.writer) as connection:
            self._dialect.check(connection)
            upgrade(connection)

    def schema_version(self) -> str | None:
        """The version of the stored schema; `None` when there is none yet."""
        with self._explaining(), self._connections().reader.connect() as connection:
            if not inspect(connection).has_table("alembic_version"):
                return None
            version = connection.exec_driver_sql("SELECT version_num FROM alembic_version").scalar()
            return None if version is None else str(version)

    def is_current(self) -> bool:
        """Whether the stored schema is the one this version of Klik was written for."""
        return self.schema_version() == SCHEMA_VERSION

    def close(self) -> None:
        """Close this process's connections; the next use opens new ones."""
        with self._opening:
            held, self._held = self._held, None
        if held is not None and held.pid == os.getpid():
            held.writer.dispose()

    def _connections(self) -> _Connections:
        held = self._held
        if held is not None and held.pid == os.getpid():
            return held
        with self._opening:
            if self._held is None or self._held.pid != os.getpid():
                self._open()
            assert self._held is not None
            return self._held

    def _open(self) -> None:
        if self._held is not None:
            self._parents.append(self._held)  # kept for ever: closing them here would disturb the parent
        writer = self._dialect.engine()
        turn: AbstractContextManager[object] = nullcontext()
        if isinstance(self._dialect, SqliteDialect):
            turn = _Turn(BUSY_TIMEOUT_MS / 1000)
        self._held = _Connections(os.getpid(), writer, self._dialect.reader(writer), turn)

    @contextmanager
    def _explaining(self) -> Iterator[None]:
        """Turn the database's errors into ours; what remains is a fault of this code and stays as it is."""
        try:
            yield
        except driver_errors() as error:
            self._explain(error)

    def _explain(self, error: Exception) -> NoReturn:
        explained = self._dialect.explained(error)
        if explained is None:
            raise error
        raise explained from error


class _Turn:
    """One writer at a time within the process: threads queue here fairly instead of polling the file's lock."""

    def __init__(self, patience_s: float) -> None:
        self._lock = threading.Lock()
        self._patience_s = patience_s

    def __enter__(self) -> None:
        if not self._lock.acquire(timeout=self._patience_s):
            raise Unavailable("Another change is taking long; try again shortly.")

    def __exit__(self, *_: object) -> None:
        self._lock.release()
