"""The fast way to read outcomes: fields, types and limits checked by msgspec, the twin of the declared schema.

What passes is exactly what the schema would have made of it; what does not is left to it, which names every fault.
"""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from api.schemas.bulk import Refused
from api.schemas.strict import plain_number, read_moment
from api.schemas.text import IDENTIFIER, BadText, clean_line, clean_note
from api.schemas.twins import UNKNOWN, Channel
from matcher.contacts.outcome import MOST_CENTS, MOST_MINUTES, ContactOutcome

MOST_OUTCOMES = 10_000  # in one request: they are kept in one transaction
LEAST_PROPENSITY = 1e-9  # 0 was never chosen, and of a rarer choice nothing is learnt

IDS = ("event_id", "contact_id", "customer_id", "employee_id")
TIMES = ("occurred_at", "decision_at")
LINES = ("intent", "group")
NUMBERS = ("minutes", "success", "propensity")

T = TypeVar("T")
Points = Annotated[int, Meta(ge=1, le=5)]


class OutcomeIn(Struct, forbid_unknown_fields=True, gc=False):
    """What came of a contact."""

    event_id: str
    occurred_at: str
    contact_id: str = UNKNOWN
    customer_id: str = UNKNOWN
    employee_id: str = UNKNOWN
    intent: str = UNKNOWN
    channel: Channel = UNKNOWN
    group: str = UNKNOWN
    decision_at: str = UNKNOWN
    propensity: Annotated[float, Meta(ge=LEAST_PROPENSITY, le=1)] = UNKNOWN
    resolved: bool = UNKNOWN
    satisfaction: Points = UNKNOWN
    effort: Points = UNKNOWN
    minutes: Annotated[float, Meta(ge=0, le=MOST_MINUTES)] = UNKNOWN
    money_cents: Annotated[int, Meta(ge=-MOST_CENTS, le=MOST_CENTS)] = UNKNOWN
    complaint: bool = UNKNOWN
    broken_promise: bool = UNKNOWN
    success: Annotated[float, Meta(ge=0, le=1)] = UNKNOWN
    note: str = UNKNOWN


class OutcomesIn(Struct, forbid_unknown_fields=True, gc=False):
    """A whole body of outcomes."""

    items: Annotated[list[OutcomeIn], Meta(max_length=MOST_OUTCOMES)]


def read_outcome(written: Any) -> ContactOutcome:
    """One outcome read from JSON, where the fast way takes it. Raises Refused when the schema must look at it."""
    return _fast(written, OutcomeIn, lambda read: _read(read, set(written)))


def read_outcomes(body: Any) -> list[ContactOutcome]:
    """Every outcome of a body read from JSON. Raises Refused as `read_outcome` does."""
    return _fast(
        body,
        OutcomesIn,
        lambda read: [_read(one, set(said)) for one, said in zip(read.items, body["items"], strict=True)],
    )


def _fast(written: Any, shape: type, make: Callable[[Any], T]) -> T:
    try:
        return make(msgspec.convert(written, shape, strict=True))
    except (msgspec.ValidationError, BadText) as refusal:
        raise Refused from refusal


def _read(one: OutcomeIn, said: set[str]) -> ContactOutcome:
    """What was said, in the form that is kept; names that were left out stay unknown."""
    read = {name: getattr(one, name) for name in said}
    for name in said.intersection(IDS):
        if IDENTIFIER.fullmatch(read[name]) is None:
            raise Refused
    for name in said.intersection(TIMES):
        read[name] = _moment(read[name])
    for name in said.intersection(LINES):
        read[name] = clean_line(read[name])
    for name in said.intersection(NUMBERS):
        read[name] = plain_number(read[name])
    if "note" in said:
        read["note"] = clean_note(read["note"])
    return outcome_of(read)


def _moment(text: str) -> datetime:
    moment = read_moment(text)
    if moment is None:
        raise Refused
    return moment


def outcome_of(read: dict[str, Any]) -> ContactOutcome:
    """The outcome, given what was said of it; a verdict of the sender's own is kept apart from Klik's."""
    if "success" in read:
        read["told_success"] = read.pop("success")
    return ContactOutcome(**read)
