"""Reads files of outcomes for an installation to remember: the file of outcomes, with what else may be known."""

import hashlib
from collections.abc import Callable, Iterator
from typing import BinaryIO

from api.files.cells import Cells, shown
from api.files.outcomes import LIMITS, LONGEST_HANDLE_S, OUTCOME_COLUMNS, SMALLEST_PROPENSITY
from api.files.table import ByteLines, Limits, Line, Table
from api.schemas.text import MAX_NOTE, BadText, clean_note
from matcher.contacts.outcome import MOST_CENTS, MOST_MINUTES, ContactOutcome
from matcher.profiles.channels import CHANNELS
from matcher.use_cases.import_outcomes import OutcomeRow

MORE_COLUMNS = (
    "event_id", "contact_id", "decision_at", "resolved", "satisfaction", "effort", "minutes", "money_cents",
    "complaint", "broken_promise", "note",
)  # fmt: skip
COLUMNS = (*OUTCOME_COLUMNS, *MORE_COLUMNS)
REQUIRED = ("at",)
SECONDS_A_MINUTE = 60.0
POINTS = (1, 5)

Name = Callable[[str], str]


def outcome_event_rows(
    stream: ByteLines | BinaryIO, *, key: bytes, limits: Limits | None = None
) -> Iterator[OutcomeRow]:
    """The outcomes of a CSV file, line by line; `handle_s` is told in seconds where `minutes` is not.

    A line without `event_id` is named by what stands in it, under `key`: the same line again is the same event.
    Raises InvalidInput for a broken file or header, TooLarge past the limits; both also while lines are read.
    """
    table = Table(stream, limits=limits or LIMITS)
    table.check_columns(COLUMNS, required=REQUIRED)
    name = naming(key)
    return (_row(line, name, uses_comma_decimals=table.uses_comma_decimals) for line in table.lines())


def naming(key: bytes) -> Name:
    """How a line that names no event is called: by a hash that nobody can make without the key."""

    def name(text: str) -> str:
        return f"line:{hashlib.blake2b(text.encode(), key=key[:64], digest_size=16).hexdigest()}"

    return name


def _row(line: Line, name: Name, *, uses_comma_decimals: bool) -> OutcomeRow:
    cells = Cells(line, uses_comma_decimals=uses_comma_decimals)
    outcome = None if cells.faults else _outcome(cells, line, name)
    if cells.faults:
        return OutcomeRow(cells.number, None, " ".join(fault.detail for fault in cells.faults))
    return OutcomeRow(cells.number, outcome)


def _outcome(cells: Cells, line: Line, name: Name) -> ContactOutcome | None:
    at = cells.moment("at")
    if at is None:
        if not cells.faults:
            cells.note("at", "missing", "is empty; say when it was, as 2026-03-02T09:00:00+01:00.")
        return None
    minutes, handle_s = (
        cells.number_of("minutes", 0.0, MOST_MINUTES),
        cells.number_of("handle_s", 0.0, LONGEST_HANDLE_S),
    )
    if minutes is None and handle_s is not None:
        minutes = handle_s / SECONDS_A_MINUTE
    return ContactOutcome(
        event_id=cells.identity("event_id") or name(_said(line)),
        occurred_at=at,
        contact_id=cells.identity("contact_id"),
        customer_id=cells.identity("customer_id"),
        employee_id=cells.identity("employee_id"),
        intent=cells.text("intent"),
        channel=cells.read("channel", _channel),
        group=cells.text("group"),
        decision_at=cells.moment("decision_at"),
        resolved=_truth(cells, "resolved"),
        satisfaction=_whole(cells, "satisfaction", *POINTS),
        effort=_whole(cells, "effort", *POINTS),
        minutes=minutes,
        money_cents=_whole(cells, "money_cents", -MOST_CENTS, MOST_CENTS),
        complaint=_truth(cells, "complaint"),
        broken_promise=_truth(cells, "broken_promise"),
        told_success=cells.number_of("success", 0.0, 1.0),
        propensity=cells.number_of("propensity", SMALLEST_PROPENSITY, 1.0),
        note=cells.read("note", _note),
    )


def _said(line: Line) -> str:
    """Everything that stands in the line, by column, whatever the order of the columns."""
    return "\n".join(f"{column}={cell}" for column, cell in sorted(line.cells.items()) if cell)


def _truth(cells: Cells, column: str) -> bool | None:
    return cells.truth(column, absent=False) if cells.raw(column) else None


def _whole(cells: Cells, column: str, low: int, high: int) -> int | None:
    return cells.whole(column, low, high, absent=low) if cells.raw(column) else None


def _channel(text: str) -> str:
    if text not in CHANNELS:
        raise ValueError(f"{shown(text)} must be one of {', '.join(CHANNELS)}.")
    return text


def _note(text: str) -> str:
    try:
        return clean_note(text, longest=MAX_NOTE)
    except BadText as error:
        raise ValueError(error.sentence) from None  # without the words: reports of files outlive an erasure
