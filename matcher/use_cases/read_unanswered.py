"""Read which contacts were served and nobody ever said how they went: those who were asked and kept silent."""

from collections.abc import Callable
from datetime import datetime
from itertools import islice

from matcher.use_cases.learning_ports import LoggedDecision
from matcher.use_cases.ports import Records
from matcher.use_cases.read_meetings import Meeting

PAGE = 1_000


def read_unanswered(
    records: Records, since: datetime | None, until: datetime | None, *, most: int, note: Callable[[int], None]
) -> list[Meeting]:
    """The meetings that logged decisions with since ≤ at < until led to, where no event tells anything of the contact.

    The latest `most` of them; of a contact that was decided several times the last decision was acted on. `note` hears
    how many decisions were read, page by page.
    """
    found: dict[str, Meeting] = {}
    after, read = None, 0
    while True:
        page = records.decisions.window(since, until, after=after, limit=PAGE)
        told = records.outcomes.of_contacts({one.contact_id for one in page})
        for one in page:
            meeting = None if one.contact_id in told else _meeting(one)
            if meeting is not None:
                found.pop(one.contact_id, None)  # so that the dictionary is in the order of decisions
                found[one.contact_id] = meeting
        for contact_id in list(islice(found, max(len(found) - most, 0))):
            del found[contact_id]
        read += len(page)
        note(read)
        if len(page) < PAGE:
            return list(found.values())
        after = (page[-1].at, page[-1].id)


def _meeting(one: LoggedDecision) -> Meeting | None:
    if one.customer_id is None or one.employee_id is None:
        return None
    return Meeting(
        customer_id=one.customer_id,
        employee_id=one.employee_id,
        at=one.at,
        asked_at=one.at,
        group=one.queue,
        intent=one.intent,
        channel=one.channel,
    )
