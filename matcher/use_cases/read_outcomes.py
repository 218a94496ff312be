"""Read what came of contacts as a classifier learns from it: one outcome for each meeting of two people."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import TypeVar

from matcher.compatibility.outcomes import Outcome
from matcher.contacts.outcome import ContactOutcome
from matcher.use_cases.ports import Records

T = TypeVar("T")

PAGE = 1_000


def read_outcomes(
    records: Records, since: datetime | None, until: datetime | None, *, page: int = PAGE
) -> Iterator[Outcome]:
    """The meetings with since ≤ first event < until, in the order of these; memory holds a page of them.

    Several events of a contact are one meeting for each employee who served it; a meeting is left out where the
    customer, the employee or the success is not known. A meeting is in exactly one of windows that touch.
    """
    after = None
    while True:
        events = records.outcomes.window(since, until, after=after, limit=page)
        of_contact = records.outcomes.of_contacts({one.contact_id for one in events if one.contact_id is not None})
        for one in events:
            meeting = meeting_begun_by(one, [one] if one.contact_id is None else of_contact[one.contact_id])
            if meeting is not None:
                yield meeting
        if len(events) < page:
            return
        after = (events[-1].occurred_at, events[-1].event_id)


def meeting_begun_by(one: ContactOutcome, events: Sequence[ContactOutcome]) -> Outcome | None:
    """The meeting whose first event this is, given every event of its contact, oldest first; `None` if there is none.

    An event that names no employee is about whoever served the contact last; a complaint that names none, about all.
    """
    served = [each for each in events if each.employee_id is not None]
    first = next((each for each in served if each.employee_id == one.employee_id), None)
    customer_id = next((each.customer_id for each in events if each.customer_id is not None), None)
    if first is None or first.event_id != one.event_id or customer_id is None or one.employee_id is None:
        return None
    is_last = served[-1].employee_id == one.employee_id
    theirs = [each for each in events if each.employee_id == one.employee_id or (is_last and each.employee_id is None)]
    successes = [each.success for each in theirs if each.success is not None]
    successes += [0.0 for each in events if each.complaint and each.employee_id is None]
    if not successes:
        return None
    minutes = _known([each.minutes for each in theirs])
    return Outcome(
        customer_id=customer_id,
        employee_id=one.employee_id,
        at=one.occurred_at,
        success=min(successes),
        propensity=_known([each.propensity for each in theirs]),
        group=_known([each.group for each in theirs]),
        intent=_known([each.intent for each in theirs]),
        channel=_known([each.channel for each in theirs]),
        handle_s=None if minutes is None else minutes * 60.0,
    )


def _known(values: Sequence[T | None]) -> T | None:
    """The first that is known."""
    return next((each for each in values if each is not None), None)
