"""Reads files of outcomes: who met whom, when, and what came of it; writes files of scores."""

import csv
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import BinaryIO

from api.files.cells import Cells, shown
from api.files.export import safe_cell
from api.files.people import Read, Rows
from api.files.table import ByteLines, Limits, Table
from matcher.compatibility.outcomes import Outcome

OUTCOME_COLUMNS = (
    "customer_id", "employee_id", "at", "success", "propensity", "group", "intent", "channel", "handle_s",
)  # fmt: skip
REQUIRED = ("customer_id", "employee_id", "success")
SCORE_COLUMNS = ("customer_id", "employee_id", "probability", "low", "high")
SMALLEST_PROPENSITY = 1e-9
LONGEST_HANDLE_S = 1e6
LIMITS = Limits(file_bytes=2**30, rows=5_000_000)


def outcome_rows(
    stream: ByteLines | BinaryIO,
    *,
    customers: Collection[str],
    employees: Collection[str],
    limits: Limits = LIMITS,
) -> Rows[Outcome]:
    """The outcomes of a CSV file (api.md section 9), with `handle_s` where handle times are known.

    `at` may be left out by whole columns or cells; then groups part earlier from later. People must be among
    `customers` and `employees` (pass sets). Raises InvalidInput for a broken file or header, TooLarge past the limits.
    """
    table = Table(stream, limits=limits)
    table.check_columns(OUTCOME_COLUMNS, required=REQUIRED)
    return Rows(_lines(table, customers, employees), table.columns)


def told_once(outcomes: Iterable[Outcome]) -> Iterator[Outcome]:
    """The outcomes, one event once: of those that say exactly the same of the same moment the first.

    Without a moment nobody can say whether the same people did not meet twice: all of these are there.
    """
    told = set[Outcome]()
    for one in outcomes:
        if one.at is None:
            yield one
        elif one not in told:
            told.add(one)
            yield one


def write_scores(path: Path, rows: Iterable[tuple[str, str, float, float, float]]) -> int:
    """Write customer, employee, probability, low and high, a pair a line; how many there were."""
    count = 0
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(SCORE_COLUMNS)
        for customer, employee, *numbers in rows:
            writer.writerow([safe_cell(customer), safe_cell(employee), *(f"{each:.6f}" for each in numbers)])
            count += 1
    return count


def _lines(table: Table, customers: Collection[str], employees: Collection[str]) -> Iterator[Read[Outcome]]:
    for line in table.lines():
        cells = Cells(line, uses_comma_decimals=table.uses_comma_decimals)
        if cells.faults:
            yield Read(cells.number, None, tuple(cells.faults))
            continue
        outcome = _outcome(cells)
        for column, known in (("customer_id", customers), ("employee_id", employees)):
            who = getattr(outcome, column)
            if who and who not in known:
                cells.note(column, "unknown_person", f"{shown(who)} is not in the file of {column[:-3]}s; add them.")
        yield Read(cells.number, None if cells.faults else outcome, tuple(cells.faults))


def _outcome(cells: Cells) -> Outcome:
    success = cells.number_of("success", 0.0, 1.0)
    if success is None and not cells.faults:
        cells.note("success", "missing", "is empty; give 0 to 1.")
    return Outcome(
        customer_id=cells.identity("customer_id", is_required=True) or "",
        employee_id=cells.identity("employee_id", is_required=True) or "",
        at=cells.moment("at"),
        success=success or 0.0,
        propensity=cells.number_of("propensity", SMALLEST_PROPENSITY, 1.0),
        group=cells.text("group"),
        intent=cells.text("intent"),
        channel=cells.text("channel"),
        handle_s=cells.number_of("handle_s", 0.0, LONGEST_HANDLE_S),
    )
