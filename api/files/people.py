"""Reads files of customers and employees, line by line."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import BinaryIO, Generic, TypeVar

from api.files.cells import Cells, language_tag, shown, whole_number
from api.files.columns import Families, attributes_of, families_of, profile_of
from api.files.table import ByteLines, Limits, Table
from api.files.week import read_hours
from matcher.errors import Fault, InvalidInput
from matcher.profiles.channels import CHANNELS
from matcher.profiles.framework import Framework
from matcher.profiles.people import ChannelLoad, Consent, Customer, Employee
from matcher.use_cases.ports import ImportRow

EMPLOYEE_COLUMNS = (
    "id", "name", "team", "languages", "skills", "mandate", "capacity", "channels", "hours", "active",
)  # fmt: skip
CUSTOMER_COLUMNS = ("id", "language", "segment", "tier")
EMPLOYEE_FAMILIES = ("value", "trait", "wants", "has")
CUSTOMER_FAMILIES = ("value", "channel", "trait", "wants", "has")

SKILL_LEVELS = (1, 5)
MANDATES = (0, 3)
CAPACITIES = (1, 50)
FAULTS_TOLD = 100

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Read(Generic[T]):
    """One line as read: its value, or the faults that stop it."""

    line: int
    value: T | None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Rows(Generic[T]):
    """A file being read: its columns, what its header warns of, and its lines, to be gone through once."""

    lines: Iterator[Read[T]]
    columns: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()

    def __iter__(self) -> Iterator[Read[T]]:
        return self.lines

    def values(self) -> list[T]:
        """Every value. Raises InvalidInput with the first faults of all lines."""
        faults: list[Fault] = []
        values: list[T] = []
        for each in self.lines:
            faults.extend(each.faults)
            if each.value is not None:
                values.append(each.value)
        if faults:
            raise InvalidInput(faults[:FAULTS_TOLD])
        return values


def employee_rows(
    stream: ByteLines | BinaryIO,
    framework: Framework,
    *,
    limits: Limits | None = None,
    required: Sequence[str] = ("id",),
    beside: Sequence[str] = (),
) -> Rows[Employee]:
    """The employees of a CSV file (api.md section 9); value shares travel as the employee's inline profile.

    `beside` names columns that are there for another reader.

    Raises InvalidInput for a broken file or header, TooLarge past the limits; both also while lines are read.
    """
    table = Table(stream, limits=limits)
    table.check_columns((*EMPLOYEE_COLUMNS, *beside), prefixes=EMPLOYEE_FAMILIES, required=required)
    families = families_of(table, framework)
    return Rows((_employee(cells, families, framework) for cells in _each(table)), table.columns, families.warnings)


def customer_rows(
    stream: ByteLines | BinaryIO, framework: Framework, *, limits: Limits | None = None
) -> Rows[Customer]:
    """The customers of a CSV file; whoever states value shares there vouches for the customer's consent.

    Raises as `employee_rows`.
    """
    table = Table(stream, limits=limits)
    table.check_columns(CUSTOMER_COLUMNS, prefixes=CUSTOMER_FAMILIES, required=("id",))
    families = families_of(table, framework)
    return Rows((_customer(cells, families, framework) for cells in _each(table)), table.columns, families.warnings)


def import_rows(rows: Iterable[Read[Employee]], framework: Framework) -> Iterator[ImportRow]:
    """Employees as an import stages them: value shares in the facet's order, a fault as one sentence a line."""
    for each in rows:
        fault = " ".join(fault.detail for fault in each.faults) or None
        yield ImportRow(each.line, _master(each.value), _share(each.value, framework), fault)


def _each(table: Table) -> Iterator[Cells]:
    return (Cells(line, uses_comma_decimals=table.uses_comma_decimals) for line in table.lines())


def _employee(cells: Cells, families: Families, framework: Framework) -> Read[Employee]:
    if cells.faults:
        return Read(cells.number, None, tuple(cells.faults))
    hours = cells.raw("hours")
    employee = Employee(
        id=cells.identity("id", is_required=True) or "",
        name=cells.text("name"),
        team=cells.text("team"),
        languages=cells.languages("languages"),
        skills=cells.pairs("skills", skill_level),
        mandate=cells.whole("mandate", *MANDATES, absent=0),
        capacity=cells.whole("capacity", *CAPACITIES, absent=1),
        channels=cells.pairs("channels", _load),
        hours=cells.read("hours", read_hours) if hours else None,
        active=cells.truth("active", absent=True),
        attributes=attributes_of(cells, families),
        profile=profile_of(cells, families, framework),
    )
    return _read(cells, employee)


def _customer(cells: Cells, families: Families, framework: Framework) -> Read[Customer]:
    if cells.faults:
        return Read(cells.number, None, tuple(cells.faults))
    profile = profile_of(cells, families, framework)
    customer = Customer(
        id=cells.identity("id", is_required=True) or "",
        language=cells.read("language", language_tag),
        segment=cells.text("segment"),
        tier=cells.text("tier"),
        attributes=attributes_of(cells, families),
        consent=None if profile is None or profile.values is None else Consent(value_profiling=True),
        profile=profile,
    )
    return _read(cells, customer)


def _read(cells: Cells, value: T) -> Read[T]:
    return Read(cells.number, None if cells.faults else value, tuple(cells.faults))


def skill_level(name: str, text: str) -> int:
    """A level 1–5. Raises ValueError that names the skill."""
    try:
        return whole_number(text, *SKILL_LEVELS)
    except ValueError as error:
        raise ValueError(f"skill {shown(name)}: {error}") from None


def _load(channel: str, text: str) -> ChannelLoad:
    """`cost` or `cost:max`: the slots a contact takes, and how many at once."""
    if channel not in CHANNELS:
        raise ValueError(f"{shown(channel)} is no channel; use {', '.join(CHANNELS)}.")
    cost, colon, most = text.partition(":")
    try:
        return ChannelLoad(whole_number(cost, *CAPACITIES), whole_number(most, *CAPACITIES) if colon else None)
    except ValueError as error:
        raise ValueError(f"channel {channel}: {error}") from None


def _master(employee: Employee | None) -> Employee | None:
    if employee is None or employee.profile is None:
        return employee
    return replace(employee, profile=None)


def _share(employee: Employee | None, framework: Framework) -> tuple[float, ...] | None:
    if employee is None or employee.profile is None or employee.profile.values is None:
        return None
    return tuple(employee.profile.values.share[dim] for dim in framework.values.dims)
