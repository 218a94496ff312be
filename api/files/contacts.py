"""Reads files of contacts: a log of what customers asked, or what waits now."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

from api.files.cells import Cells, language_tag, shown
from api.files.people import MANDATES, Read, Rows, skill_level
from api.files.table import ByteLines, Limits, Table
from matcher.contacts.contact import Contact
from matcher.errors import invalid
from matcher.profiles.channels import CHANNELS

CONTACT_COLUMNS = (
    "id", "customer_id", "channel", "intent", "language", "skills", "mandate", "priority",
    "arrived_at", "waiting_s", "due_to", "service_s", "patience_s", "transfers", "difficult",
)  # fmt: skip
PRIORITIES = (0, 9)
TRANSFERS = (0, 100)
LONGEST_WAIT_S = 86_400.0


@dataclass(frozen=True, slots=True)
class LoggedContact:
    """A contact with what a log adds: when it came, how long serving took and how long the customer would wait."""

    contact: Contact
    arrived_at: datetime | None = None
    service_s: float | None = None
    patience_s: float | None = None


def contact_rows(
    stream: ByteLines | BinaryIO, *, at: datetime | None = None, limits: Limits | None = None
) -> Rows[LoggedContact]:
    """The contacts of a CSV file (api.md section 9), which gives `arrived_at` or `waiting_s`.

    With `at`, waiting time is counted from `arrived_at` until then (0 for a later arrival). Raises InvalidInput for a
    broken file or header, TooLarge past the limits; both also while lines are read.
    """
    table = Table(stream, limits=limits)
    table.check_columns(CONTACT_COLUMNS, required=("id", "channel"))
    if {"arrived_at", "waiting_s"} <= set(table.columns):
        raise invalid("/1/waiting_s", "double_column", "line 1: give arrived_at or waiting_s, not both.")
    return Rows(_lines(table, at), table.columns)


def _lines(table: Table, at: datetime | None) -> Iterator[Read[LoggedContact]]:
    line_of: dict[str, int] = {}
    for line in table.lines():
        cells = Cells(line, uses_comma_decimals=table.uses_comma_decimals)
        if cells.faults:
            yield Read(cells.number, None, tuple(cells.faults))
            continue
        logged = _logged(cells, at)
        first = line_of.setdefault(logged.contact.id, cells.number)
        if first != cells.number and logged.contact.id:
            cells.note("id", "double_id", f"{shown(logged.contact.id)} stands on line {first} already.")
        yield Read(cells.number, None if cells.faults else logged, tuple(cells.faults))


def _logged(cells: Cells, at: datetime | None) -> LoggedContact:
    arrived_at = cells.moment("arrived_at")
    waiting_s = cells.number_of("waiting_s", 0.0, LONGEST_WAIT_S) or 0.0
    if at is not None and arrived_at is not None:
        waiting_s = max(0.0, (at - arrived_at).total_seconds())
    contact = Contact(
        id=cells.identity("id", is_required=True) or "",
        channel=cells.read("channel", _channel) or _missing_channel(cells),
        customer_id=cells.identity("customer_id"),
        intent=cells.text("intent"),
        language=cells.read("language", language_tag),
        skills=cells.pairs("skills", skill_level),
        mandate=cells.whole("mandate", *MANDATES, absent=0),
        priority=cells.whole("priority", *PRIORITIES, absent=0),
        waiting_s=waiting_s,
        due_to=cells.moment("due_to"),
        transfers=cells.whole("transfers", *TRANSFERS, absent=0),
        difficult=cells.truth("difficult", absent=False),
    )
    return LoggedContact(
        contact=contact,
        arrived_at=arrived_at,
        service_s=cells.number_of("service_s", 0.0, LONGEST_WAIT_S),
        patience_s=cells.number_of("patience_s", 0.0, LONGEST_WAIT_S),
    )


def _channel(text: str) -> str:
    if text not in CHANNELS:
        raise ValueError(f"{shown(text)} is no channel; use {', '.join(CHANNELS)}.")
    return text


def _missing_channel(cells: Cells) -> str:
    if not cells.raw("channel"):
        cells.note("channel", "missing", f"is empty; use {', '.join(CHANNELS)}.")
    return ""
