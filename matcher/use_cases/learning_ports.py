"""What the use cases need of whoever remembers what Klik learns from: outcomes, and the decisions acted on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Protocol

from matcher.contacts.outcome import ContactOutcome
from matcher.profiles.people import Who

if TYPE_CHECKING:
    from matcher.routing.prices import Prices  # the type alone: it would bring all of routing along

Place = tuple[datetime, str]  # a moment and an id: where a list ordered by both was left off

MOST_CANDIDATES = 50  # kept of a decision, the best ones; how many more there were is kept as a number


class OutcomeLog(Protocol):
    """What came of contacts, event by event: added to, and marked as failed when a complaint comes.

    Whoever an outcome names is erased by nobody else until the transaction ends; so nothing outlives them.
    """

    def add_many(self, outcomes: Sequence[ContactOutcome]) -> list[ContactOutcome]:
        """Keep those whose event is new; these, as kept. One of another's event id is left out, and changes nothing.

        People who are not there are left out of what is kept, with the note and segment of a customer who is not.
        """
        ...

    def get_many(self, event_ids: Collection[str]) -> dict[str, ContactOutcome]:
        """Those of the outcomes that there are, by event id."""
        ...

    def of_contacts(self, contact_ids: Collection[str]) -> dict[str, list[ContactOutcome]]:
        """Every outcome of each contact, by (occurred_at, event_id); a contact without any is left out."""
        ...

    def mark_failed(self, event_ids: Collection[str]) -> int:
        """Set the success of these to 0; of how many it was something else."""
        ...


class OutcomeLists(Protocol):
    """Outcomes, read in long runs."""

    def window(
        self,
        since: datetime | None,
        until: datetime | None,
        *,
        after: Place | None = None,
        limit: int,
        complaint: bool | None = None,
    ) -> list[ContactOutcome]:
        """The next `limit` outcomes with since ≤ occurred_at < until, by (occurred_at, event_id) beyond `after`.

        With `complaint` only those that are one, or are none (`None` is not told, and none).
        """
        ...

    def of_person(self, who: Who, person_id: str) -> list[ContactOutcome]:
        """Every outcome that names the person, by (occurred_at, event_id)."""
        ...

    def count(self, since: datetime | None = None, until: datetime | None = None) -> int:
        """How many outcomes there are with since ≤ occurred_at < until."""
        ...


class Outcomes(OutcomeLog, OutcomeLists, Protocol):
    """What came of contacts."""

    def forget_before(self, moment: datetime, *, limit: int) -> int:
        """Remove the oldest with occurred_at < moment, at most `limit`; how many."""
        ...

    def erase_person(self, who: Who, person_id: str) -> int:
        """Remove a customer's outcomes; take an employee out of theirs, with the notes. How many rows that touched."""
        ...


@dataclass(frozen=True, slots=True)
class Candidate:
    """Someone who might have been chosen: the score, and the chance with which they would have been, if known."""

    employee_id: str
    score: float
    probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a contact asked of whoever would serve it, so that it can be replayed under other rules.

    As in `Contact`, beside its channel and intent; `segment` is its customer's at that moment. Attributes, wishes for
    an employee and who was excluded are not kept: they tell of people more than a rehearsal needs.
    """

    language: str | None = None
    skills: Mapping[str, int] = field(default_factory=dict)
    wanted_skills: Mapping[str, int] = field(default_factory=dict)
    mandate: int = 0
    priority: int = 0
    waiting_s: float = 0.0
    due_from: datetime | None = None
    due_to: datetime | None = None
    transfers: int = 0
    difficult: bool = False
    segment: str | None = None


@dataclass(frozen=True, slots=True)
class Said:
    """What a classifier said at the moment of a decision: P(good outcome) of whoever was chosen.

    `favourite` is whom of the candidates kept it likes best, with that one's probability; `None`: erased since.
    """

    version: str
    probability: float
    favourite: str | None = None
    favourite_probability: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoggedDecision:
    """A decision that a router acted on, kept so that its outcome can be joined to it.

    `propensity` in (0, 1] is the chance with which `employee_id` was chosen, `None` where it is not known. The best
    `MOST_CANDIDATES` candidates are kept, and how many there were besides. `asked` is `None` of decisions older than
    its keeping. `said` is what the classifiers in service said, the current one first.
    """

    id: str
    contact_id: str
    at: datetime
    basis: str
    strategy: str
    channel: str
    versions: Mapping[str, str | None] = field(default_factory=dict)
    seed: int | None = None
    customer_id: str | None = None
    employee_id: str | None = None
    propensity: float | None = None
    candidates: tuple[Candidate, ...] = ()
    candidates_left_out: int = 0
    queue: str | None = None
    intent: str | None = None
    asked: Asked | None = None
    said: tuple[Said, ...] = ()


class PriceLists(Protocol):
    """What employees' time was worth, list by list; whoever goes away is in none of them any more."""

    def made_at(self) -> datetime | None:
        """The moment of the newest, if there is any."""
        ...

    def newest(self) -> "Prices | None": ...
    def put(self, prices: "Prices") -> None:
        """Keep the list, without employees who are not there; one of the same version takes its place."""
        ...

    def forget_before(self, moment: datetime) -> None: ...
    def erase_employee(self, employee_id: str) -> int:
        """Take an employee out of all lists; how many it touched."""
        ...


class DecisionLog(Protocol):
    """Decisions that were acted on: added to, never changed, but to forget people.

    Whoever a decision names is erased by nobody else until the transaction ends.
    """

    def add_many(self, decisions: Sequence[LoggedDecision]) -> None:
        """Keep the decisions, without people who are not there. Raises Conflict when an id is taken."""
        ...

    def of_contacts(self, contact_ids: Collection[str]) -> dict[str, list[LoggedDecision]]:
        """Every decision on each contact, by (at, id); a contact without any is left out."""
        ...

    def window(
        self, since: datetime | None, until: datetime | None, *, after: Place | None = None, limit: int
    ) -> list[LoggedDecision]:
        """The next `limit` decisions with since ≤ at < until, by (at, id) beyond `after`."""
        ...

    def latest(
        self, since: datetime | None, until: datetime | None, *, before: Place | None = None, limit: int
    ) -> list[LoggedDecision]:
        """The last `limit` decisions with since ≤ at < until, newest first by (at, id), before `before`."""
        ...

    def of_person(self, who: Who, person_id: str) -> list[LoggedDecision]:
        """Every decision that was about the person, by (at, id): a customer's, or those that chose the employee."""
        ...

    def count(self, since: datetime | None = None, until: datetime | None = None) -> int:
        """How many decisions there are with since ≤ at < until."""
        ...

    def forget_before(self, moment: datetime, *, limit: int) -> int:
        """Remove the oldest with at < moment, at most `limit`; how many."""
        ...

    def erase_person(self, who: Who, person_id: str) -> int:
        """Remove a customer's decisions; take an employee out of all, among candidates too. How many it touched."""
        ...
