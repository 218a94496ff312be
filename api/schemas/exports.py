"""Everything held about a person, as they get it."""

from dataclasses import asdict
from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.outcomes import OutcomeOutSchema, shown_outcome
from api.schemas.people import CustomerOutSchema, EmployeeOutSchema, PresenceSchema
from api.schemas.profiles import EvidenceSchema, ProfileSchema, shown_evidence, shown_profile
from api.schemas.strict import shown_moment
from matcher.contacts.outcome import ContactOutcome, without
from matcher.profiles.framework import Framework
from matcher.profiles.overlay import Overlay
from matcher.profiles.people import CUSTOMER, Who
from matcher.use_cases.export_person import PersonExport
from matcher.use_cases.learning_ports import Asked
from matcher.use_cases.ports import FormAnswer, LoggedDecision

OF_A_CUSTOMER = ("customer_id", "segment", "note")


class ExportedEvidenceSchema(EvidenceSchema):
    """A piece of evidence with all that was noted beside it."""

    detail = fields.Dict(keys=fields.String(), required=True)


class ExportedAnswerSchema(ma.Schema):
    """One answer to one item of a form; options go by their keys."""

    id = fields.String(required=True)
    framework = fields.String(required=True)
    facet = fields.String(required=True)
    form = fields.String(required=True)
    wave = fields.String(required=True)
    language = fields.String(required=True)
    mode = fields.String(required=True)
    item = fields.String(required=True)
    best = fields.String()
    worst = fields.String()
    points = fields.Dict(keys=fields.String(), values=fields.Integer())
    rating = fields.Float()
    latency_ms = fields.Integer()
    answered_at = fields.AwareDateTime(required=True)
    evidence_id = fields.String()


class ExportedOverlaySchema(ma.Schema):
    """An acute state: for what it was set, how far it shifts the profile, until when. Shares go by their places."""

    facet = fields.String(required=True)
    cause = fields.String(required=True)
    share = fields.List(fields.Float(), required=True)
    rho = fields.Float(required=True)
    expires_at = fields.AwareDateTime(required=True)


class ExportedAskSchema(ma.Schema):
    """What the contact asked, as it was kept for rehearsals; the segment is the customer's at that moment."""

    language = fields.String(allow_none=True)
    skills = fields.Dict(keys=fields.String(), values=fields.Integer())
    wanted_skills = fields.Dict(keys=fields.String(), values=fields.Integer())
    mandate = fields.Integer()
    priority = fields.Integer()
    waiting_s = fields.Float()
    due_from = fields.AwareDateTime(allow_none=True)
    due_to = fields.AwareDateTime(allow_none=True)
    transfers = fields.Integer()
    difficult = fields.Boolean()
    segment = fields.String(allow_none=True)


class ExportedJudgementSchema(ma.Schema):
    """The probability of a good outcome that a classifier gave the two who met."""

    version = fields.String(required=True)
    probability = fields.Float(required=True)


class ExportedDecisionSchema(ma.Schema):
    """A decision on the person's contact: when, by what, whom it chose, and with which chance."""

    id = fields.String(required=True)
    contact_id = fields.String(required=True)
    at = fields.AwareDateTime(required=True)
    basis = fields.String(required=True)
    strategy = fields.String(required=True)
    channel = fields.String(required=True)
    versions = fields.Dict(keys=fields.String(), required=True)
    employee_id = fields.String()
    propensity = fields.Float()
    queue = fields.String()
    intent = fields.String()
    asked = fields.Nested(ExportedAskSchema)
    judged = fields.List(fields.Nested(ExportedJudgementSchema))


class PersonExportSchema(ma.Schema):
    """Master data, presence, every piece of evidence (revoked ones too) and the profiles made of it.

    Also every answer to a form, every acute state that is kept, and whether the person hides their profile; and what
    came of their contacts, with the decisions on them, each without what it tells of others.
    """

    who = fields.String(required=True, metadata={"enum": ["customer", "employee"]})
    customer = fields.Nested(CustomerOutSchema)
    employee = fields.Nested(EmployeeOutSchema)
    presence = fields.Nested(PresenceSchema)
    evidence = fields.List(fields.Nested(ExportedEvidenceSchema), required=True)
    profiles = fields.List(fields.Nested(ProfileSchema), required=True)
    answers = fields.List(fields.Nested(ExportedAnswerSchema), required=True)
    overlays = fields.List(fields.Nested(ExportedOverlaySchema), required=True)
    profile_hidden = fields.Boolean(required=True)
    outcomes = fields.List(fields.Nested(OutcomeOutSchema), required=True)
    decisions = fields.List(fields.Nested(ExportedDecisionSchema), required=True)
    exported_at = fields.AwareDateTime(required=True)


def shown_export(export: PersonExport, framework: Framework) -> dict[str, Any]:
    """An export as `PersonExportSchema` documents it."""
    schema = CustomerOutSchema() if export.who == CUSTOMER else EmployeeOutSchema()
    document: dict[str, Any] = {
        "who": export.who,
        export.who: schema.dump(export.person),
        "evidence": [{**shown_evidence(one, framework), "detail": dict(one.detail)} for one in export.evidence],
        "profiles": [shown_profile(view) for view in export.profiles],
        "answers": [_shown_answer(one) for one in export.answers],
        "overlays": [_shown_overlay(one) for one in export.overlays],
        "profile_hidden": export.profile_hidden,
        "outcomes": [_shown_outcome(one, export.who) for one in export.outcomes],
        "decisions": [_shown_decision(one, export.who) for one in export.decisions],
        "exported_at": shown_moment(export.exported_at),
    }
    if export.presence is not None:
        document["presence"] = PresenceSchema().dump(export.presence)
    return document


def _shown_outcome(one: ContactOutcome, who: Who) -> dict[str, Any]:
    """A customer's own outcome in full; an employee's without who the customer was and what they wrote."""
    return shown_outcome(one if who == CUSTOMER else without(one, OF_A_CUSTOMER))


def _shown_decision(one: LoggedDecision, who: Who) -> dict[str, Any]:
    """The decision without its customer and without those who were not chosen; to employees no customer's segment."""
    always = {name: getattr(one, name) for name in ("id", "contact_id", "basis", "strategy", "channel")}
    told = {name: getattr(one, name) for name in ("employee_id", "propensity", "queue", "intent")}
    judged = [{"version": each.version, "probability": each.probability} for each in one.said]
    return {
        **always,
        "at": shown_moment(one.at),
        "versions": dict(one.versions),
        **{name: value for name, value in told.items() if value is not None},
        **({} if one.asked is None else {"asked": _shown_ask(one.asked, who)}),
        **({"judged": judged} if judged else {}),
    }


def _shown_ask(asked: Asked, who: Who) -> dict[str, Any]:
    told = asdict(asked)
    if who != CUSTOMER:
        del told["segment"]
    moments = {name: told[name] and shown_moment(told[name]) for name in ("due_from", "due_to")}
    return {**told, **moments}


def _shown_answer(one: FormAnswer) -> dict[str, Any]:
    said = one.answer
    always = {name: getattr(one, name) for name in ("id", "framework", "facet", "form", "wave", "language")}
    told = {
        "best": said.best,
        "worst": said.worst,
        "points": None if said.points is None else dict(said.points),
        "rating": said.rating,
        "latency_ms": said.latency_ms,
        "evidence_id": one.evidence_id,
    }
    return {
        **always,
        "mode": str(one.mode),
        "item": said.item,
        "answered_at": shown_moment(one.answered_at),
        **{name: value for name, value in told.items() if value is not None},
    }


def _shown_overlay(one: Overlay) -> dict[str, Any]:
    return {
        "facet": one.facet,
        "cause": one.cause,
        "share": list(one.share),
        "rho": one.rho,
        "expires_at": shown_moment(one.expires_at),
    }
