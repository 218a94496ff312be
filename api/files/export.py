"""Writes employees as a CSV file that the import reads back to the same employees."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from api.files.cells import joined
from api.files.columns import QUALITIES, write_attribute
from api.files.people import EMPLOYEE_COLUMNS
from api.files.week import write_hours
from matcher.profiles.people import Attribute, ChannelLoad, Employee

VALUE = "value:"
FORMULA = re.compile(r"'*[=+\-@\t\r]")  # what a spreadsheet may compute, and what would be mistaken for a sign of ours
ROWS_A_CHUNK = 500


Tagged = tuple[Employee, tuple[float, ...] | None]  # an employee, and the shares of the tag that HR assigned


def employees_csv(everyone: Callable[[], Iterable[Tagged]], dims: Sequence[str]) -> Iterator[bytes]:
    """The file in pieces, as UTF-8; `everyone()` is gone through twice: for the attributes' names, then for the rows.

    A cell that a spreadsheet might compute (it begins with = + - @, tab or CR) gets a `'`, which the import takes off.
    The `value:` columns, one for each of `dims`, give back the tag that HR assigned, never the measured profile.
    """
    columns = _attribute_columns(employee for employee, _ in everyone())
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer)
    writer.writerow([*EMPLOYEE_COLUMNS, *(f"{VALUE}{dim}" for dim in dims), *(column for column, _ in columns)])
    for count, (employee, share) in enumerate(everyone(), start=1):
        tag = ("",) * len(dims) if share is None else tuple(map(repr, share))
        cells = (*_cells(employee), *tag, *_attribute_cells(employee, columns))
        writer.writerow([safe_cell(cell) for cell in cells])
        if count % ROWS_A_CHUNK == 0:
            yield _taken(buffer)
    yield _taken(buffer)


def _attribute_columns(employees: Iterable[Employee]) -> list[tuple[str, str]]:
    """(column, attribute) in the order of names; a quality that is not a number everywhere is written as a trait."""
    is_number: dict[str, bool] = {}
    for employee in employees:
        for name, value in employee.attributes.items():
            is_number[name] = is_number.get(name, True) and isinstance(value, float)
    return [(_column(name, is_quality=is_number[name]), name) for name in sorted(is_number)]


def _column(name: str, *, is_quality: bool) -> str:
    prefix, colon, rest = name.partition(":")
    return name if is_quality and colon and rest and prefix in QUALITIES else f"trait:{name}"


def _cells(employee: Employee) -> tuple[str, ...]:
    return (
        employee.id,
        employee.name or "",
        employee.team or "",
        joined(employee.languages),
        joined(f"{name}={level}" for name, level in employee.skills.items()),
        str(employee.mandate),
        str(employee.capacity),
        joined(f"{name}={_load(load)}" for name, load in employee.channels.items()),
        "" if employee.hours is None else write_hours(employee.hours),
        "true" if employee.active else "false",
    )


def _attribute_cells(employee: Employee, columns: Sequence[tuple[str, str]]) -> Iterator[str]:
    for _, name in columns:
        value: Attribute | None = employee.attributes.get(name)
        yield "" if value is None else write_attribute(value)


def _load(load: ChannelLoad) -> str:
    return str(load.cost) if load.max is None else f"{load.cost}:{load.max}"


def safe_cell(cell: str) -> str:
    """The text with a `'` in front where a spreadsheet might compute it."""
    return f"'{cell}" if FORMULA.match(cell) else cell


def _taken(buffer: io.StringIO) -> bytes:
    content = buffer.getvalue().encode()
    buffer.seek(0)
    buffer.truncate()
    return content
