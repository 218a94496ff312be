"""How outcomes are told, listed and taken from files."""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields as kinds

from api.schemas.bulk import Refused
from api.schemas.matching import Many
from api.schemas.outcome_twins import LEAST_PROPENSITY, MOST_OUTCOMES, outcome_of, read_outcome, read_outcomes
from api.schemas.queries import PageQuerySchema
from api.schemas.strict import (
    Choice,
    Flag,
    Identifier,
    Line,
    Moment,
    Note,
    Number,
    Part,
    QueryFlag,
    StrictSchema,
    Whole,
    shown_moment,
)
from matcher.contacts.outcome import MOST_CENTS, MOST_MINUTES, ContactOutcome
from matcher.profiles.channels import CHANNELS
from matcher.use_cases.import_outcomes import OUTCOME_ACTIONS, OutcomeImport
from matcher.use_cases.record_outcomes import OutcomeReport

OF_PEOPLE = ("contact_id", "customer_id", "employee_id")
RENAMED = {"told_success": "success", "net_value": "net_value_cents", "success": "judged_success"}


class OutcomeSchema(StrictSchema):
    """What came of a contact. Name the contact, or the customer and the employee who met.

    `minutes` and `money_cents` are what it took of the customer, `effort` 1 (none) to 5; `success` a verdict of your
    own in place of `resolved` and `satisfaction`. `propensity` is the chance with which the employee was chosen.
    """

    event_id = Identifier(required=True)
    occurred_at = Moment(required=True)
    contact_id = Identifier()
    customer_id = Identifier()
    employee_id = Identifier()
    intent = Line()
    channel = Choice(CHANNELS, code="unknown_channel")
    group = Line()
    decision_at = Moment()
    propensity = Number(LEAST_PROPENSITY, 1)
    resolved = Flag()
    satisfaction = Whole(1, 5)
    effort = Whole(1, 5)
    minutes = Number(0, MOST_MINUTES)
    money_cents = Whole(-MOST_CENTS, MOST_CENTS)
    complaint = Flag()
    broken_promise = Flag()
    success = Number(0, 1)
    note = Note()

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> ContactOutcome:
        """The outcome."""
        return outcome_of(read)


class OutcomesInSchema(StrictSchema):
    """Outcomes, at most 10,000 at once: all are kept, or none where one is faulty."""

    items = Many(Part(OutcomeSchema), fast=read_outcome, most=MOST_OUTCOMES, required=True)

    def load(self, data: Any, **options: Any) -> Any:
        """What was told, read the fast way where that takes the whole body."""
        try:
            return {"items": read_outcomes(data)}
        except Refused:
            return super().load(data, **options)


class OutcomeReportSchema(ma.Schema):
    """What became of the outcomes: how many are new, how many were known already.

    Of the new ones: how many were joined to a decision kept here, how many name a customer or an employee who is not
    here and were kept without. `relabelled`: earlier outcomes that a complaint turned into failures.
    """

    recorded = kinds.Integer(required=True)
    duplicates = kinds.Integer(required=True)
    joined = kinds.Integer(required=True)
    relabelled = kinds.Integer(required=True)
    unknown_customers = kinds.Integer(required=True)
    unknown_employees = kinds.Integer(required=True)


class OutcomeQuerySchema(PageQuerySchema):
    """Which outcomes: since ≤ occurred_at < until; complaints only, or all but them."""

    complaint = QueryFlag()
    since = Moment()
    until = Moment()


class OutcomeOutSchema(ma.Schema):
    """An outcome as it is kept; what is not known is left out.

    `judged_success` is 1 for a good outcome and 0 for a bad one by the rules in force now, `success` the verdict told.
    """

    event_id = kinds.String(required=True)
    occurred_at = kinds.AwareDateTime(required=True)
    recorded_at = kinds.AwareDateTime(required=True)
    contact_id = kinds.String()
    customer_id = kinds.String()
    employee_id = kinds.String()
    intent = kinds.String()
    channel = kinds.String()
    segment = kinds.String()
    group = kinds.String()
    decision_at = kinds.AwareDateTime()
    propensity = kinds.Float()
    resolved = kinds.Boolean()
    satisfaction = kinds.Integer()
    effort = kinds.Integer()
    minutes = kinds.Float()
    money_cents = kinds.Integer()
    complaint = kinds.Boolean()
    broken_promise = kinds.Boolean()
    success = kinds.Float()
    judged_success = kinds.Float()
    net_value_cents = kinds.Float()
    note = kinds.String()


class OutcomePageSchema(ma.Schema):
    """A part of the list, oldest first."""

    items = kinds.List(kinds.Nested(OutcomeOutSchema), required=True)
    next = kinds.String(required=True, allow_none=True)


class OutcomeLineSchema(ma.Schema):
    """What happens with a line of the file."""

    line = kinds.Integer(required=True)
    action = kinds.String(required=True, metadata={"enum": list(OUTCOME_ACTIONS)})
    detail = kinds.String(required=True)


class OutcomeImportSchema(ma.Schema):
    """What a file did, or would do; at most 1,000 lines are told, errors first."""

    applied = kinds.Boolean(required=True)
    counts = kinds.Dict(keys=kinds.String(), values=kinds.Integer(), required=True)
    rows = kinds.List(kinds.Nested(OutcomeLineSchema), required=True)
    rows_left_out = kinds.Integer(required=True)
    outcomes = kinds.Nested(OutcomeReportSchema, required=True)


def shown_outcome_report(report: OutcomeReport) -> dict[str, Any]:
    """A report as `OutcomeReportSchema` documents it."""
    return asdict(report)


def shown_outcome(one: ContactOutcome, pseudonym: Callable[[str, str], str] | None = None) -> dict[str, Any]:
    """An outcome as `OutcomeOutSchema` documents it; with `pseudonym` that of people, and no note."""
    known = {each.name: getattr(one, each.name) for each in fields(one) if getattr(one, each.name) is not None}
    if pseudonym is not None:
        known.pop("note", None)
        known |= {name: pseudonym(name, known[name]) for name in OF_PEOPLE if name in known}
    shown = {RENAMED.get(name, name): value for name, value in known.items()}
    return {name: shown_moment(value) if isinstance(value, datetime) else value for name, value in shown.items()}


def pseudonyms(secret: bytes) -> Callable[[str, str], str]:
    """How people are called before those who study and do not serve them: always the same, never traced back."""

    def pseudonym(kind: str, name: str) -> str:
        return f"p-{hmac.new(secret, f'{kind} {name}'.encode(), hashlib.sha256).hexdigest()[:20]}"

    return pseudonym


def shown_outcome_import(report: OutcomeImport) -> Mapping[str, Any]:
    """A report as `OutcomeImportSchema` documents it."""
    return {
        "applied": report.applied,
        "counts": dict(report.counts),
        "rows": [asdict(row) for row in report.rows],
        "rows_left_out": report.rows_left_out,
        "outcomes": shown_outcome_report(report.outcomes),
    }
