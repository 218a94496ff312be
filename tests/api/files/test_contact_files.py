"""Files of contacts: what waits now, or a log of a day."""

from datetime import UTC, datetime

import pytest

from api.files.contacts import LoggedContact, contact_rows
from matcher.contacts.contact import Contact
from matcher.errors import InvalidInput
from tests.api.files.builders import stream

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)


def read(content: str, at: datetime | None = None) -> list[LoggedContact]:
    return contact_rows(stream(content), at=at).values()


def test_every_column_of_a_contact_file_is_read() -> None:
    """The columns are the contract (api.md section 9)."""
    (logged,) = read(
        "id,customer_id,channel,intent,language,skills,mandate,priority,waiting_s,due_to,service_s,patience_s,"
        "transfers,difficult\n"
        "k1,c1,phone,move house,nl,billing=3,2,7,41.5,2026-11-22T14:00:00+01:00,300,90,2,true\n"
    )

    assert logged == LoggedContact(
        contact=Contact(
            id="k1",
            channel="phone",
            customer_id="c1",
            intent="move house",
            language="nl",
            skills={"billing": 3},
            mandate=2,
            priority=7,
            waiting_s=41.5,
            due_to=datetime(2026, 11, 22, 13, tzinfo=UTC),
            transfers=2,
            difficult=True,
        ),
        service_s=300.0,
        patience_s=90.0,
    )


def test_waiting_is_counted_from_the_arrival_to_the_moment_asked_about() -> None:
    """A log says when; routing asks how long."""
    (logged,) = read("id,channel,arrived_at\nk1,chat,2026-11-22T12:58:30+01:00\n", at=NOON)

    assert logged.contact.waiting_s == 90.0


BAD = {
    "no offset": ("id,channel,arrived_at\nk1,chat,2026-11-22T12:00:00\n", "/2/arrived_at"),
    "no such day": ("id,channel,due_to\nk1,chat,2026-02-30T12:00:00Z\n", "/2/due_to"),
    "24:00": ("id,channel,due_to\nk1,chat,2026-02-20T24:00:00Z\n", "/2/due_to"),
    "a leap second": ("id,channel,due_to\nk1,chat,2016-12-31T23:59:60Z\n", "/2/due_to"),
    "an offset of a day": ("id,channel,due_to\nk1,chat,2026-02-20T12:00:00+25:00\n", "/2/due_to"),
    "year zero": ("id,channel,due_to\nk1,chat,0000-02-20T12:00:00Z\n", "/2/due_to"),
    "a wait below zero": ("id,channel,waiting_s\nk1,chat,-1\n", "/2/waiting_s"),
    "a wait over a day": ("id,channel,waiting_s\nk1,chat,86401\n", "/2/waiting_s"),
    "a channel nobody knows": ("id,channel\nk1,fax\n", "/2/channel"),
    "no channel": ("id,channel,intent\nk1,,x\n", "/2/channel"),
    "priority ten": ("id,channel,priority\nk1,chat,10\n", "/2/priority"),
    "an id twice": ("id,channel\nk1,chat\nk1,chat\n", "/3/id"),
    "both ways to say how long": ("id,channel,arrived_at,waiting_s\n", "/1/waiting_s"),
    "no channel column": ("id,customer_id\n", "/1/channel"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_cannot_be_read_is_told_with_line_and_column(name: str) -> None:
    """Bad input 37-40, as a file brings it."""
    content, pointer = BAD[name]

    with pytest.raises(InvalidInput) as refused:
        read(content)

    assert [fault.pointer for fault in refused.value.faults] == [pointer]
    assert refused.value.faults[0].detail.startswith(f"line {pointer.split('/')[1]}")
