"""What a customer got from a contact and what it cost them; from these the net value, and whether it was good."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

MOST_MINUTES = 1_000_000.0
MOST_CENTS = 1_000_000_000
LONGEST_NOTE = 4_000

MIDDLE_SATISFACTION = 3  # of 1–5: neither for nor against
SATISFACTION_STEPS = 2  # from the middle to either end


@dataclass(frozen=True, slots=True)
class OutcomeWeights:
    """What a customer's trouble is worth, in euro cents, so that it can be set against what the contact brought.

    `resolved_cents`: what it brings to have one's question answered to full satisfaction (0 or more). `effort_cents`:
    a point of effort (1–5). `minute_cents`: a minute of the customer's time.

    The defaults are judgements, not measurements: an answer is worth 20 euro, an hour 12 euro, the highest effort half
    an answer. An operator sets their own, for each segment.
    """

    resolved_cents: float = 2_000.0
    effort_cents: float = 200.0
    minute_cents: float = 20.0


DEFAULT_WEIGHTS = OutcomeWeights()


@dataclass(frozen=True, slots=True)
class OutcomeTerms:
    """What outcomes are judged by: the weights of some segments, and of everyone else."""

    default: OutcomeWeights = DEFAULT_WEIGHTS
    by_segment: Mapping[str, OutcomeWeights] = field(default_factory=dict)

    def of(self, segment: str | None) -> OutcomeWeights:
        """The weights for a customer of that segment (`None`: of none, or not known)."""
        return self.default if segment is None else self.by_segment.get(segment, self.default)


DEFAULT_TERMS = OutcomeTerms()


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactOutcome:
    """What was told of a contact by one event, and what follows from it.

    `satisfaction` and `effort` are 1–5, `minutes` the customer's, `money_cents` what the contact cost them.
    `told_success` (0–1) is a verdict of the sender's own. `propensity` in (0, 1] is the chance with which the employee
    was chosen, at `decision_at`; `group` is what the contact belongs to (a queue, an evening). `success` (0–1) and
    `net_value` (cents) are Klik's conclusions, `None` where too little is known. What is kept are those of the moment
    it was told; who reads outcomes judges them anew, by the weights in force (decision 0022).
    """

    event_id: str
    occurred_at: datetime
    contact_id: str | None = None
    customer_id: str | None = None
    employee_id: str | None = None
    intent: str | None = None
    channel: str | None = None
    segment: str | None = None
    group: str | None = None
    decision_at: datetime | None = None
    resolved: bool | None = None
    satisfaction: int | None = None
    effort: int | None = None
    minutes: float | None = None
    money_cents: int | None = None
    complaint: bool | None = None
    broken_promise: bool | None = None
    told_success: float | None = None
    propensity: float | None = None
    note: str | None = None
    success: float | None = None
    net_value: float | None = None
    recorded_at: datetime | None = None


def net_value(outcome: ContactOutcome, weights: OutcomeWeights = DEFAULT_WEIGHTS) -> float | None:
    """What the customer got less what they gave, in cents; `None` where nobody said what they got.

    received − (money + effort_cents·effort + minute_cents·minutes); what is unknown of the costs counts as none.
    """
    received = received_cents(outcome, weights)
    if received is None:
        return None
    effort = weights.effort_cents * (outcome.effort or 0)
    time = weights.minute_cents * (outcome.minutes or 0.0)
    return received - ((outcome.money_cents or 0) + effort + time)


def received_cents(outcome: ContactOutcome, weights: OutcomeWeights = DEFAULT_WEIGHTS) -> float | None:
    """What the contact brought the customer: their own word on it, else whether it was resolved; `None` unknown.

    Satisfaction 5 is worth a whole answer, 3 nothing, 1 an answer lost.
    """
    if outcome.satisfaction is not None:
        return weights.resolved_cents * (outcome.satisfaction - MIDDLE_SATISFACTION) / SATISFACTION_STEPS
    if outcome.resolved is None:
        return None
    return weights.resolved_cents if outcome.resolved else 0.0


def success_of(outcome: ContactOutcome, weights: OutcomeWeights = DEFAULT_WEIGHTS) -> float | None:
    """1 for a good outcome, 0 for a bad one, `None` where nobody said; a verdict told counts as told.

    Good: resolved, net value 0 or more, no complaint, no broken promise. A complaint or a broken promise never makes
    good, whatever else was told.
    """
    if outcome.complaint or outcome.broken_promise or outcome.resolved is False:
        return 0.0
    if outcome.told_success is not None:
        return outcome.told_success
    value = net_value(outcome, weights)
    return None if value is None else float(value >= 0)


def judged(outcome: ContactOutcome, weights: OutcomeWeights = DEFAULT_WEIGHTS) -> ContactOutcome:
    """The outcome with its net value and its success."""
    return replace(outcome, net_value=net_value(outcome, weights), success=success_of(outcome, weights))


def blamed(complaint: ContactOutcome, others: Iterable[ContactOutcome]) -> list[ContactOutcome]:
    """Those of the same contact's outcomes that a complaint turns into failures: those of the pairing it is about.

    A complaint that names no employee is about everyone who served the contact.
    """
    return [
        other
        for other in others
        if other.contact_id == complaint.contact_id
        and (complaint.employee_id is None or other.employee_id in (None, complaint.employee_id))
    ]


def judged_together(events: Sequence[ContactOutcome], terms: OutcomeTerms = DEFAULT_TERMS) -> list[ContactOutcome]:
    """Every event of one contact, in their order, judged by its segment's weights; what a complaint is about failed."""
    failed = {other.event_id for one in events if one.complaint for other in blamed(one, events)}
    verdicts = (judged(one, terms.of(one.segment)) for one in events)
    return [replace(one, success=0.0) if one.event_id in failed else one for one in verdicts]


def is_answer(outcome: ContactOutcome) -> bool:
    """Whether the customer's own answer told of it: nobody else knows how content they are, or what it took of them."""
    return outcome.satisfaction is not None or outcome.effort is not None


def without(outcome: ContactOutcome, fields: Collection[str]) -> ContactOutcome:
    """The outcome with nothing in these fields."""
    nothing: dict[str, Any] = dict.fromkeys(fields)
    return replace(outcome, **nothing)
