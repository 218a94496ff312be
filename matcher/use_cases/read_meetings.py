"""Read what came of contacts as a classifier learns from it: one meeting for each two people over a contact."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from matcher.compatibility.outcomes import Outcome
from matcher.contacts.outcome import DEFAULT_TERMS, ContactOutcome, OutcomeTerms, is_answer, judged_together
from matcher.use_cases.ports import LoggedDecision, Records

T = TypeVar("T")

PAGE = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Meeting:
    """A customer and an employee who met over a contact, and what is known of it.

    `success` is 0 to 1, `None` where nobody said; `by_answer`: the customer's answer alone told it. `asked_at` is when
    the employee was chosen, where that is known, else `at`, the moment of the first event.
    """

    customer_id: str
    employee_id: str
    at: datetime
    asked_at: datetime
    success: float | None = None
    by_answer: bool = False
    propensity: float | None = None
    group: str | None = None
    intent: str | None = None
    channel: str | None = None
    handle_s: float | None = None

    def outcome(self, answer_chance: float | None = None) -> Outcome:
        """What is learnt from a meeting whose success is known; `answer_chance` where an answer told it."""
        assert self.success is not None
        return Outcome(
            customer_id=self.customer_id,
            employee_id=self.employee_id,
            at=self.at,
            success=self.success,
            propensity=self.propensity,
            group=self.group,
            intent=self.intent,
            channel=self.channel,
            handle_s=self.handle_s,
            answer_chance=answer_chance,
        )


def read_meetings(
    records: Records,
    since: datetime | None,
    until: datetime | None,
    *,
    terms: OutcomeTerms = DEFAULT_TERMS,
    page: int = PAGE,
) -> Iterator[Meeting]:
    """The meetings with since ≤ first event < until, in the order of these, judged by `terms`; memory holds a page.

    Several events of a contact are one meeting for each employee who served it; a meeting is left out where the
    customer or the employee is not known. A meeting is in exactly one of windows that touch.
    """
    after = None
    while True:
        events = records.outcomes.window(since, until, after=after, limit=page)
        of_contact = records.outcomes.of_contacts({one.contact_id for one in events if one.contact_id is not None})
        for one in events:
            of_one = [one] if one.contact_id is None else of_contact[one.contact_id]
            meeting = meeting_begun_by(one, of_one, terms=terms)
            if meeting is not None:
                yield meeting
        if len(events) < page:
            return
        after = (events[-1].occurred_at, events[-1].event_id)


def meeting_begun_by(
    one: ContactOutcome, events: Sequence[ContactOutcome], *, terms: OutcomeTerms = DEFAULT_TERMS
) -> Meeting | None:
    """The meeting whose first event this is, given every event of its contact, oldest first; `None` if there is none.

    An event that names no employee is about whoever served the contact last; a complaint that names none, about all.
    """
    served = [each for each in events if each.employee_id is not None]
    first = next((each for each in served if each.employee_id == one.employee_id), None)
    customer_id = next((each.customer_id for each in events if each.customer_id is not None), None)
    if first is None or first.event_id != one.event_id or customer_id is None or one.employee_id is None:
        return None
    is_last = served[-1].employee_id == one.employee_id
    about = {one.employee_id, None} if is_last else {one.employee_id}
    theirs = [each for each in judged_together(events, terms) if each.employee_id in about]
    verdicts = [(each.success, is_answer(each)) for each in theirs if each.success is not None]
    verdicts += [(0.0, False) for each in events if each.complaint and each.employee_id is None]
    minutes = _known([each.minutes for each in theirs])
    return Meeting(
        customer_id=customer_id,
        employee_id=one.employee_id,
        at=one.occurred_at,
        asked_at=_known([each.decision_at for each in theirs]) or one.occurred_at,
        success=min((success for success, _ in verdicts), default=None),
        by_answer=bool(verdicts) and all(answered for _, answered in verdicts),
        propensity=_known([each.propensity for each in theirs]),
        group=_known([each.group for each in theirs]),
        intent=_known([each.intent for each in theirs]),
        channel=_known([each.channel for each in theirs]),
        handle_s=None if minutes is None else minutes * 60.0,
    )


def successes_of(
    records: Records, decisions: Sequence[LoggedDecision], terms: OutcomeTerms
) -> dict[tuple[str, str | None], float]:
    """The success of each meeting that the decisions led to and of which it is known, by contact and employee."""
    told = records.outcomes.of_contacts({one.contact_id for one in decisions})
    found: dict[tuple[str, str | None], float] = {}
    for contact_id, events in told.items():
        for one in (meeting_begun_by(each, events, terms=terms) for each in events):
            if one is not None and one.success is not None:
                found[contact_id, one.employee_id] = one.success
    return found


def _known(values: Sequence[T | None]) -> T | None:
    """The first that is known."""
    return next((each for each in values if each is not None), None)
