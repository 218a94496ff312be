"""List what came of contacts: complaints for whoever owns them, or everything."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from matcher.contacts.outcome import DEFAULT_TERMS, ContactOutcome, OutcomeTerms, judged, judged_together
from matcher.errors import invalid
from matcher.use_cases.learning_ports import Place
from matcher.use_cases.ports import Records


@dataclass(frozen=True, slots=True)
class OutcomePage:
    """Some outcomes, oldest first, and after which of them the list goes on (`None`: that was all)."""

    items: tuple[ContactOutcome, ...]
    next_after: Place | None


def list_outcomes(
    records: Records,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    complaint: bool | None = None,
    after: Place | None = None,
    limit: int,
    terms: OutcomeTerms = DEFAULT_TERMS,
) -> OutcomePage:
    """The next `limit` outcomes with since ≤ occurred_at < until, judged by `terms`, complaints heeded.

    Raises InvalidInput where the window ends first.
    """
    if since is not None and until is not None and until <= since:
        raise invalid("/until", "due_order", "until lies before since: turn them round.")
    found = records.outcomes.window(since, until, after=after, limit=limit + 1, complaint=complaint)
    items = tuple(judged_anew(records, found[:limit], terms))
    goes_on = (items[-1].occurred_at, items[-1].event_id) if len(found) > limit else None
    return OutcomePage(items, goes_on)


def judged_anew(records: Records, some: Sequence[ContactOutcome], terms: OutcomeTerms) -> list[ContactOutcome]:
    """These outcomes, each judged together with everything that was told of its contact."""
    told = records.outcomes.of_contacts({one.contact_id for one in some if one.contact_id is not None})
    of_event = {each.event_id: each for events in told.values() for each in judged_together(events, terms)}
    return [of_event[one.event_id] if one.contact_id in told else judged(one, terms.of(one.segment)) for one in some]
