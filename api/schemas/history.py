"""How a profile's history looks on the wire: never a share without its interval."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.pages import DEFAULT_LIMIT
from api.schemas.people import WireSchema
from api.schemas.profiles import FACETS
from api.schemas.strict import Choice, QueryWhole, StrictSchema, shown_moment
from matcher.profiles.history import Action, Step

MOST_STEPS = 100  # each is a profile computed anew


class HistoryQuerySchema(StrictSchema):
    """Which side of a person, and which part of the history."""

    facet = Choice(FACETS, code="unknown_facet")
    limit = QueryWhole(1, MOST_STEPS, load_default=DEFAULT_LIMIT)
    cursor = fields.String(metadata={"description": "`next` of the page before.", "maxLength": 1024})


class StepProfileSchema(ma.Schema):
    """What the profile was right after a step."""

    share = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)
    ci90 = fields.Dict(keys=fields.String(), values=fields.List(fields.Float()), required=True)
    n_eff = fields.Float(required=True)
    confidence = fields.Float(required=True)


class StepSchema(WireSchema):
    """One thing that happened: what, to which evidence, by whom, when and why, and the profile after it."""

    number = fields.Integer(required=True)
    at = fields.AwareDateTime(required=True)
    action = fields.String(required=True, metadata={"enum": [str(action) for action in Action]})
    evidence_id = fields.String(required=True)
    source = fields.String(required=True)
    actor = fields.String(required=True)
    reason = fields.String()
    batch = fields.String()
    profile = fields.Nested(StepProfileSchema, required=True)


class HistorySchema(ma.Schema):
    """A profile's history, oldest first."""

    subject = fields.String(required=True)
    framework = fields.String(required=True)
    facet = fields.String(required=True)
    items = fields.List(fields.Nested(StepSchema), required=True)
    next = fields.String(required=True, allow_none=True)


def shown_step(step: Step) -> dict[str, Any]:
    """As `StepSchema` documents it."""
    event, profile = step.event, step.profile
    told = {"reason": event.reason, "batch": event.evidence.batch}
    return {
        "number": step.number,
        "at": shown_moment(event.at),
        "action": str(event.action),
        "evidence_id": event.evidence.id,
        "source": str(event.evidence.source),
        "actor": event.actor,
        **{name: text for name, text in told.items() if text is not None},
        "profile": {
            "share": dict(zip(profile.dims, profile.share, strict=True)),
            "ci90": {dim: list(interval) for dim, interval in zip(profile.dims, profile.ci90, strict=True)},
            "n_eff": profile.n_eff,
            "confidence": profile.confidence,
        },
    }
