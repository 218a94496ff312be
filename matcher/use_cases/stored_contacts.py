"""Contacts as the log of decisions tells of them, so that they can be replayed."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from matcher.contacts.contact import Contact
from matcher.errors import invalid
from matcher.simulation.from_contacts import Seen
from matcher.use_cases.learning_ports import Asked, LoggedDecision
from matcher.use_cases.log_round import QUEUE
from matcher.use_cases.ports import Records

PAGE = 1_000
LONGEST_WAIT_S = 30 * 86_400.0  # a longer one would stretch the replay, empty days and all
LONGEST_SERVICE_S = 4 * 3600.0  # what took longer was not one stretch of an employee's work


@dataclass(frozen=True, slots=True)
class StoredContacts:
    """The contacts of a period, each as at its first decision there.

    `segments` are customers' as they were then, by id. `not_told`: so many more do not tell what they asked, being
    kept by an earlier version. `read_until` is where reading stopped, `None` where the whole period was read.
    """

    seen: tuple[Seen, ...]
    segments: Mapping[str, str | None]
    not_told: int
    read_until: datetime | None


def read_stored_contacts(
    records: Records, since: datetime | None, until: datetime | None, *, most: int
) -> StoredContacts:
    """At most `most` contacts, those decided first; memory holds them and a page.

    A contact came when its first decision was made, less what it had waited. Serving it took the minutes that its
    outcome tells, if it tells any. Raises InvalidInput `nothing_stored` where none tells what it asked.
    """
    found: dict[str, Seen] = {}
    segments: dict[str, str | None] = {}
    silent: set[str] = set()
    read_until = None
    for page in _pages(records, since, until):
        first = {one.contact_id: one for one in reversed(page) if one.contact_id not in found}
        silent |= {each for each, one in first.items() if one.asked is None}
        told = [one for one in first.values() if one.asked is not None and one.contact_id not in silent]
        minutes = _minutes(records, told)
        for one in sorted(told, key=lambda one: (one.at, one.id)):
            assert one.asked is not None  # as chosen above
            found[one.contact_id] = _seen(one, one.asked, minutes.get(one.contact_id))
            if one.customer_id is not None:
                segments[one.customer_id] = one.asked.segment
        if len(found) > most:
            read_until = page[-1].at
            break
    if not found:
        detail = f"None of the {len(silent):,} contacts then tells what it asked: an earlier version kept them."
        raise invalid("/from", "nothing_stored", detail)
    return StoredContacts(tuple(found.values())[:most], segments, len(silent), read_until)


def _pages(records: Records, since: datetime | None, until: datetime | None) -> Iterator[list[LoggedDecision]]:
    after = None
    while page := records.decisions.window(since, until, after=after, limit=PAGE):
        yield page
        if len(page) < PAGE:
            return
        after = (page[-1].at, page[-1].id)


def _seen(one: LoggedDecision, asked: Asked, minutes: float | None) -> Seen:
    contact = Contact(
        one.contact_id,
        one.channel,
        customer_id=one.customer_id,
        intent=one.intent,
        language=asked.language,
        skills=asked.skills,
        wanted_skills=asked.wanted_skills,
        mandate=asked.mandate,
        priority=asked.priority,
        due_from=asked.due_from,
        due_to=asked.due_to,
        transfers=asked.transfers,
        difficult=asked.difficult,
        attributes={} if one.queue is None else {QUEUE: one.queue},
    )
    came = one.at - timedelta(seconds=min(asked.waiting_s, LONGEST_WAIT_S))
    service_s = None if minutes is None else minutes * 60.0
    return Seen(contact, came, service_s if service_s is not None and 0 < service_s <= LONGEST_SERVICE_S else None)


def _minutes(records: Records, decisions: Collection[LoggedDecision]) -> dict[str, float]:
    """How many minutes outcomes tell of each contact with the employee who got it."""
    chosen = {one.contact_id: one.employee_id for one in decisions}
    events = records.outcomes.of_contacts(chosen)
    return {
        contact_id: one.minutes
        for contact_id, told in events.items()
        for one in reversed(told)
        if one.minutes is not None and one.employee_id in (None, chosen[contact_id])
    }
