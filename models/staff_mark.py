"""The staff mark: two counters by which a cache sees that employees, presences or their profiles changed.

The number of the last publication of rules is read along with them: both stand before every match.

Whoever changes staff takes the lock first and the rows after, so that marks are given in the order of the commits
and two writers cannot wait for each other in a circle.
"""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, bindparam, update

from matcher.use_cases.ports import Marks
from models.dialects import driver
from models.expressions import one_of
from models.tables import counter, employee

CHANGE = "staff_change"
REMOVAL = "staff_removal"
PUBLICATION = "rule_publication"

_NAMES = f"'{CHANGE}', '{REMOVAL}', '{PUBLICATION}'"
READ = f"SELECT name, value FROM counter WHERE name IN ({_NAMES})"  # noqa: S608  # constants only
_LOCK = f"SELECT value FROM counter WHERE name = '{CHANGE}' FOR UPDATE"  # noqa: S608  # constants only
_STAMP = update(employee).where(one_of(employee.c.id, "ids")).values(change_no=bindparam("number"))
_ADVANCE = update(counter).values(value=counter.c.value + 1).returning(counter.c.value)
_ADVANCE_CHANGE = _ADVANCE.where(counter.c.name == CHANGE)
_ADVANCE_REMOVAL = _ADVANCE.where(counter.c.name == REMOVAL)


def read(connection: Connection) -> tuple[int, int]:
    """(last change, last removal) as the transaction sees them; past SQLAlchemy, at a tenth of the cost."""
    return marks_of(driver(connection).execute(READ).fetchall()).staff


def marks_of(rows: Iterable[tuple[Any, ...]]) -> Marks:
    """The marks from the rows of READ."""
    values = dict(tuple(row) for row in rows)
    return Marks((values[CHANGE], values[REMOVAL]), values[PUBLICATION])


def lock(connection: Connection) -> None:
    """Let no one else change staff until this transaction ends; SQLite's writer is alone already."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(_LOCK)


def advance(connection: Connection) -> int:
    """The number of a new change."""
    return int(connection.execute(_ADVANCE_CHANGE).scalar_one())


def stamp(connection: Connection, *employee_ids: str) -> None:
    """Mark the employees as changed now, all by one change."""
    connection.execute(_STAMP, {"ids": list(employee_ids), "number": advance(connection)})


def note_removal(connection: Connection) -> None:
    """Mark that employees were removed: caches must read everyone anew."""
    connection.execute(_ADVANCE_REMOVAL)
