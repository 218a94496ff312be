"""Remember what came of contacts: each event once, joined to the decision it is about, judged, complaints heeded."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from matcher.contacts.outcome import DEFAULT_TERMS, ContactOutcome, OutcomeTerms, blamed, judged
from matcher.errors import Fault, InvalidInput
from matcher.use_cases.learning_ports import LoggedDecision
from matcher.use_cases.ports import Records

OLDEST = datetime(2000, 1, 1, tzinfo=UTC)  # older than any record of contacts kept by computer here: a clock unset
MOST_AHEAD = timedelta(seconds=300)  # how far clocks may differ (profiling.md section 2)
CLOCKS_DIFFER = timedelta(seconds=60)  # an outcome may seem to come so much before the decision it is about

# What is compared with what is kept when an event comes again. What only Klik adds is not; nor is, of these, what the
# sender left out and Klik may have filled in from a decision, or left out because nobody of that name is there.
TOLD = (
    "contact_id", "occurred_at", "resolved", "satisfaction", "effort", "minutes", "money_cents", "complaint",
    "broken_promise", "told_success",
)  # fmt: skip
FILLED_IN = ("customer_id", "employee_id", "intent", "channel", "group", "decision_at", "propensity", "note")

# None of these quotes an id: sentences are kept in reports of files, and erasure would not look for it there.
EXISTS = "This event was told before, with another content; what was told first stands. Give it an id of its own."
TWICE = "This event is told more than once, with different contents; give each its own id."
TOO_EARLY = "An outcome is of the year 2000 or later; is a clock unset?"
TOO_LATE = "An outcome cannot lie ahead; is a clock fast?"
DECIDED_LATER = "The decision lies after the outcome it is about: turn the times round."
OF_NOTHING = "Name the contact, or the customer and the employee who met; else nothing can be learnt from it."


@dataclass(slots=True)
class OutcomeReport:
    """What became of outcomes: how many are new, and how many were known already.

    Of the new ones: how many `joined` a decision kept here, and how many name a customer or an employee who is not
    here and were kept without. `relabelled` counts earlier outcomes that a complaint turned into failures.
    """

    recorded: int = 0
    duplicates: int = 0
    joined: int = 0
    relabelled: int = 0
    unknown_customers: int = 0
    unknown_employees: int = 0

    def add(self, other: "OutcomeReport") -> None:
        """Count in what became of others."""
        for name in ("recorded", "duplicates", "joined", "relabelled", "unknown_customers", "unknown_employees"):
            setattr(self, name, getattr(self, name) + getattr(other, name))


@dataclass(frozen=True, slots=True)
class Sorted:
    """Outcomes told, looked at: those that are new, those known already, and what is wrong, each by its place."""

    new: Mapping[int, ContactOutcome]
    known: frozenset[int]
    faults: Mapping[int, Fault] = field(default_factory=dict)


def record_outcomes(
    records: Records, told: Sequence[ContactOutcome], *, now: datetime, terms: OutcomeTerms = DEFAULT_TERMS
) -> OutcomeReport:
    """What became of the outcomes: all of them are kept, or none where one is faulty.

    Raises InvalidInput with a pointer to each faulty one: `event_exists`, `event_twice`, `out_of_range` (a time that
    cannot be), `due_order`, `of_nothing`.
    """
    found = sort_outcomes(records, told, now=now)
    if found.faults:
        raise InvalidInput(fault for _, fault in sorted(found.faults.items()))
    report = keep_outcomes(records, list(found.new.values()), now=now, terms=terms)
    report.duplicates += len(found.known)
    return report


def sort_outcomes(records: Records, told: Sequence[ContactOutcome], *, now: datetime) -> Sorted:
    """Which of the outcomes are new, which are known and which cannot be; an event that comes twice counts once."""
    stored = records.outcomes.get_many({one.event_id for one in told})
    new: dict[int, ContactOutcome] = {}
    known, faults = set[int](), dict[int, Fault]()
    first: dict[str, ContactOutcome] = {}
    for place, one in enumerate(told):
        fault = _fault(one, now)
        before = stored.get(one.event_id) or first.get(one.event_id)
        if fault is not None:
            faults[place] = replace(fault, pointer=f"/items/{place}{fault.pointer}")
        elif before is None:
            new[place] = first[one.event_id] = one
        elif is_same(one, before):
            known.add(place)
        else:
            faults[place] = _taken(place, is_stored=one.event_id in stored)
    return Sorted(new, frozenset(known), faults)


def keep_outcomes(
    records: Records, new: Sequence[ContactOutcome], *, now: datetime, terms: OutcomeTerms = DEFAULT_TERMS
) -> OutcomeReport:
    """What became of outcomes that were new a moment ago.

    Raises InvalidInput `event_exists` where another process was quicker to tell of such an event, and otherwise.
    """
    joined = _joined(records, new)
    complete = _judged(records, joined, now=now, terms=terms)
    earlier = records.outcomes.of_contacts({one.contact_id for one in complete if one.contact_id is not None})
    failed, relabelled = _failures(complete, earlier)
    ready = [replace(one, success=0.0) if one.event_id in failed else one for one in complete]
    kept = {one.event_id: one for one in records.outcomes.add_many(ready)}
    _check_the_quicker(records, [one for one in ready if one.event_id not in kept])
    named = {one.event_id: one for one in ready if one.event_id in kept}
    return OutcomeReport(
        recorded=len(kept),
        duplicates=len(new) - len(kept),
        joined=sum(one is not before for one, before in zip(joined, new, strict=True)),
        relabelled=records.outcomes.mark_failed(relabelled),
        unknown_customers=sum(one.customer_id != named[one.event_id].customer_id for one in kept.values()),
        unknown_employees=sum(one.employee_id != named[one.event_id].employee_id for one in kept.values()),
    )


def is_same(told: ContactOutcome, kept: ContactOutcome) -> bool:
    """Whether an outcome says what was kept of its event."""
    return all(getattr(told, name) == getattr(kept, name) for name in TOLD) and all(
        None in (getattr(told, name), getattr(kept, name)) or getattr(told, name) == getattr(kept, name)
        for name in FILLED_IN
    )


def _fault(one: ContactOutcome, now: datetime) -> Fault | None:
    if one.occurred_at < OLDEST:
        return Fault("/occurred_at", "out_of_range", TOO_EARLY)
    if one.occurred_at > now + MOST_AHEAD:
        return Fault("/occurred_at", "out_of_range", TOO_LATE)
    if one.decision_at is not None and one.decision_at > one.occurred_at + CLOCKS_DIFFER:
        return Fault("/decision_at", "due_order", DECIDED_LATER)
    if one.contact_id is None and None in (one.customer_id, one.employee_id):
        return Fault("", "of_nothing", OF_NOTHING)
    return None


def _taken(place: int, *, is_stored: bool) -> Fault:
    pointer = f"/items/{place}/event_id"
    if is_stored:
        return Fault(pointer, "event_exists", EXISTS)
    return Fault(pointer, "event_twice", TWICE)


def _check_the_quicker(records: Records, left: Sequence[ContactOutcome]) -> None:
    """Raise InvalidInput where an event that was new a moment ago has meanwhile been told otherwise."""
    stored = records.outcomes.get_many([one.event_id for one in left])
    others = [one for one in left if one.event_id in stored and not is_same(one, stored[one.event_id])]
    if others:
        raise InvalidInput(Fault("/items", "event_exists", EXISTS) for _ in others)


def _joined(records: Records, told: Sequence[ContactOutcome]) -> list[ContactOutcome]:
    """The outcomes with what the decision they are about knows more than they; the others as they are."""
    decided = records.decisions.of_contacts({one.contact_id for one in told if one.contact_id is not None})
    return [_with_decision(one, decided.get(one.contact_id or "", ())) for one in told]


def _with_decision(one: ContactOutcome, decisions: Sequence[LoggedDecision]) -> ContactOutcome:
    """The outcome, filled in from the last decision before it. One of another's employee is not what was acted on."""
    upto = one.occurred_at + CLOCKS_DIFFER
    before = [each for each in decisions if each.employee_id is not None and each.at <= upto]
    if one.employee_id is not None:
        before = [each for each in before if each.employee_id == one.employee_id]
    if not before:
        return one
    decision = before[-1]
    known: dict[str, Any] = {
        "customer_id": decision.customer_id,
        "employee_id": decision.employee_id,
        "intent": decision.intent,
        "channel": decision.channel,
        "group": decision.queue,
        "decision_at": decision.at,
        "propensity": decision.propensity,
    }
    return replace(one, **{name: value for name, value in known.items() if getattr(one, name) is None})


def _judged(
    records: Records, told: Iterable[ContactOutcome], *, now: datetime, terms: OutcomeTerms
) -> list[ContactOutcome]:
    """The outcomes with the customer's segment, and judged by its weights."""
    told = list(told)
    customers = records.customers.get_many({one.customer_id for one in told if one.customer_id is not None})
    segments = {customer_id: customer.segment for customer_id, customer in customers.items()}
    return [
        judged(replace(one, segment=segment, recorded_at=now), terms.of(segment))
        for one, segment in ((one, segments.get(one.customer_id or "")) for one in told)
    ]


def _failures(
    new: Sequence[ContactOutcome], earlier: Mapping[str, Sequence[ContactOutcome]]
) -> tuple[set[str], set[str]]:
    """The events, new ones and stored ones, that complaints of the same contacts turn into failures."""
    by_contact: dict[str, list[ContactOutcome]] = {}
    for one in new:
        if one.contact_id is not None:
            by_contact.setdefault(one.contact_id, []).append(one)
    failed, relabelled = set[str](), set[str]()
    for contact_id, here in by_contact.items():
        stored = earlier.get(contact_id, ())
        for complaint in (one for one in (*here, *stored) if one.complaint):
            failed |= {one.event_id for one in blamed(complaint, here)}
            relabelled |= {one.event_id for one in blamed(complaint, stored)}
    return failed, relabelled
