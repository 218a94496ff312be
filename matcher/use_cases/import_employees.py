"""Take over a file of employees: all of its lines, or none when one of them is wrong."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from matcher.profiles.evidence import Source
from matcher.profiles.framework import VALUES, Framework
from matcher.profiles.people import EMPLOYEE, Employee
from matcher.use_cases.ports import ImportedRow, ImportRow, Records

MOST_ROWS_TOLD = 1_000
BATCH_ROWS = 2_000
FIELDS = ("name", "team", "languages", "skills", "mandate", "capacity", "channels", "hours", "active")
ATTRIBUTES = "attributes"
ATTRIBUTE_COLUMNS = ("trait:", "wants:", "has:")
NO_CHANNEL = "line {}, column channels: the employee serves no channel; give at least one, as phone=1."
TOO_COSTLY = "line {}, column channels: one {} contact takes {} slots of {}; it could never be given."
ACTIONS = ("create", "update", "skip", "error")


@dataclass(frozen=True, slots=True)
class ImportReport:
    """What an import did, or would do: `counts` by action, the rows errors first, and how many rows were left out."""

    applied: bool
    counts: dict[str, int]
    rows: tuple[ImportedRow, ...]
    rows_left_out: int
    warnings: tuple[str, ...] = ()


def import_employees(
    records: Records,
    import_id: str,
    rows: Iterable[ImportRow],
    *,
    columns: Collection[str],
    framework: Framework,
    dry_run: bool,
    actor: str,
    now: datetime,
) -> ImportReport:
    """The import in the one transaction `records`: for a file small enough to be answered at once.

    Nothing is applied when a line has an error, or on a `dry_run`; nothing staged is left behind.
    """
    remaining = iter(rows)
    while batch := list(islice(remaining, BATCH_ROWS)):
        records.imports.stage(import_id, completed(records, batch, columns=columns, framework=framework))
    return settle_import(
        records, import_id, columns=columns, framework=framework, dry_run=dry_run, actor=actor, now=now
    )


def completed(
    records: Records, rows: Sequence[ImportRow], *, columns: Collection[str], framework: Framework
) -> list[ImportRow]:
    """The lines with what their file has no column for taken from the stored employee, to be judged as a whole.

    An employee who is new needs a channel: a line that gives none becomes an error. The value shares of an employee
    who contested the last tag are left out: a tag that was taken back with a reason is not restored without one.
    """
    given = _fields_given(columns)
    absent = [name for name in (*FIELDS, ATTRIBUTES) if name not in given]
    tagged = [row.employee.id for row in rows if row.employee is not None and row.value_share is not None]
    contested = records.profiles.contested_of(EMPLOYEE, tagged, framework.name, VALUES) if tagged else {}
    return [_completed(records, _without_contested(row, contested), absent) for row in rows]


def settle_import(
    records: Records,
    import_id: str,
    *,
    columns: Collection[str],
    framework: Framework,
    dry_run: bool,
    actor: str,
    now: datetime,
) -> ImportReport:
    """Decide over every staged line, apply all or nothing, tell what happened and clear away what was staged.

    What the file has no `columns` for stays as it is now, also where it changed since the lines were staged.
    """
    given = _fields_given(columns)
    counted = records.imports.classify(import_id, framework=framework.name, columns=given)
    counts = {action: counted.get(action, 0) for action in ACTIONS}
    rows = tuple(records.imports.rows(import_id, limit=MOST_ROWS_TOLD))
    applied = not dry_run and counts["error"] == 0
    if applied:
        records.imports.apply(
            import_id,
            actor=actor,
            framework=framework.name,
            facet=VALUES,
            tag_weight=framework.values.terms(Source.HR_TAG).cap,
            now=now,
            columns=given,
        )
    records.imports.discard(import_id)
    return ImportReport(applied, counts, rows, sum(counts.values()) - len(rows))


def _fields_given(columns: Collection[str]) -> frozenset[str]:
    """The fields of an employee that a file with these columns changes; all attributes, or none of them."""
    has_attributes = any(column.startswith(ATTRIBUTE_COLUMNS) for column in columns)
    return frozenset([name for name in FIELDS if name in columns] + [ATTRIBUTES] * has_attributes)


def _without_contested(row: ImportRow, contested: Collection[str]) -> ImportRow:
    is_contested = row.employee is not None and row.employee.id in contested
    return replace(row, value_share=None) if is_contested else row


def _completed(records: Records, row: ImportRow, absent: Sequence[str]) -> ImportRow:
    employee = row.employee
    if employee is None:
        return row
    stored = records.employees.get(employee.id) if absent else None
    if stored is not None:
        employee = replace(employee, **{name: getattr(stored, name) for name in absent})
    return replace(row, employee=employee, fault=row.fault or _fault(row.line, employee))


def _fault(line: int, employee: Employee) -> str | None:
    if not employee.channels:
        return NO_CHANNEL.format(line)
    for channel, load in employee.channels.items():
        if load.cost > employee.capacity:
            return TOO_COSTLY.format(line, channel, load.cost, employee.capacity)
    return None
