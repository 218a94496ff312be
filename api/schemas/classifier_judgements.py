"""How the judgement of a classifier by logged decisions looks on the wire."""

import math
from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.classifiers import FigureSchema, WindowInSchema
from api.schemas.strict import shown_moment
from matcher.compatibility.measures import Figure
from matcher.use_cases.judge_classifier import MOST_DECISIONS, REASONS, JudgedClassifier


class JudgementQuerySchema(WindowInSchema):
    """From when to when decisions judge it; `to` itself is left out. Never from before its last outcome on."""


class JudgementSchema(ma.Schema):
    """What its choice would have brought, by each estimator, as success a decision with 95 % intervals.

    `estimates` has `logged` (what was done brought this), `agreed`, `IPS`, `SNIPS`, `DR` and `Switch-DR`; `gain` is DR
    less logged. `effective` is how many decisions the weights leave. `refused` says why there is no verdict.
    """

    version = fields.String(required=True)
    window = fields.List(fields.AwareDateTime(), required=True)
    decisions = fields.Integer(required=True)
    used = fields.Integer(
        required=True, metadata={"description": f"At most the latest {MOST_DECISIONS:,} decisions are looked at."}
    )
    left_out = fields.Dict(keys=fields.String(metadata={"enum": list(REASONS)}), values=fields.Integer(), required=True)
    floor = fields.Float(required=True)
    effective = fields.Float(required=True, allow_none=True)
    largest_weight = fields.Float(required=True, allow_none=True)
    estimates = fields.Dict(keys=fields.String(), values=fields.Nested(FigureSchema), required=True)
    gain = fields.Nested(FigureSchema, required=True, allow_none=True)
    refused = fields.String(required=True, allow_none=True)
    verdict = fields.String(required=True)


def shown_judgement(one: JudgedClassifier) -> dict[str, Any]:
    """A judgement as `JudgementSchema` documents it."""
    found = one.found
    return {
        "version": one.version,
        "window": [shown_moment(one.since), shown_moment(one.until)],
        "decisions": one.decisions,
        "used": one.used,
        "left_out": dict(one.left_out),
        "floor": one.floor,
        "effective": None if found is None else _number(found.effective),
        "largest_weight": None if found is None else _number(found.largest_weight),
        "estimates": {} if found is None else {name: _figure(each) for name, each in found.estimates.items()},
        "gain": None if found is None else _figure(found.gain),
        "refused": one.refused,
        "verdict": one.verdict,
    }


def _figure(one: Figure) -> dict[str, float | None]:
    return {"value": _number(one.value), "low": _number(one.low), "high": _number(one.high)}


def _number(value: float) -> float | None:
    return value if math.isfinite(value) else None
