"""List what came of contacts: complaints for whoever owns them, or everything."""

from dataclasses import dataclass
from datetime import datetime

from matcher.contacts.outcome import ContactOutcome
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
) -> OutcomePage:
    """The next `limit` outcomes with since ≤ occurred_at < until. Raises InvalidInput where the window ends first."""
    if since is not None and until is not None and until <= since:
        raise invalid("/until", "due_order", "until lies before since: turn them round.")
    found = records.outcomes.window(since, until, after=after, limit=limit + 1, complaint=complaint)
    items = tuple(found[:limit])
    goes_on = (items[-1].occurred_at, items[-1].event_id) if len(found) > limit else None
    return OutcomePage(items, goes_on)
