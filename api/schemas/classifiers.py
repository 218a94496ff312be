"""How classifiers look on the wire."""

from dataclasses import asdict
from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.strict import Moment, Part, StrictSchema, Whole, shown_moment
from api.schemas.twins import MAX_SEED
from matcher.use_cases.classifier_ports import ClassifierState, KnownClassifier
from matcher.use_cases.read_live_record import LiveRecord

STATES = [str(state) for state in ClassifierState]


class WindowInSchema(StrictSchema):
    """From when to when outcomes are learnt from; `to` itself is left out."""

    since = Moment(data_key="from")
    until = Moment(data_key="to")


class TrainingInSchema(StrictSchema):
    """What to learn from: without a window the last 365 days; the seed decides draws."""

    window = Part(WindowInSchema, load_default=dict)
    seed = Whole(0, MAX_SEED, load_default=0)


class FigureSchema(ma.Schema):
    """A value with its 95 % interval; `null` where outcomes cannot tell."""

    value = fields.Float(required=True, allow_none=True)
    low = fields.Float(required=True, allow_none=True)
    high = fields.Float(required=True, allow_none=True)


class GateLineSchema(ma.Schema):
    """One question of the gate, its answer in words, and the figures behind it."""

    name = fields.String(required=True)
    passed = fields.Boolean(required=True)
    told = fields.String(required=True)
    figures = fields.Dict(keys=fields.String(), values=fields.Nested(FigureSchema), required=True)


class GateSchema(ma.Schema):
    """Whether it may serve; `against` is the classifier that was in service when that was judged."""

    passed = fields.Boolean(required=True)
    lines = fields.List(fields.Nested(GateLineSchema), required=True)
    against = fields.String(required=True, allow_none=True)


class ClassifierSchema(ma.Schema):
    """A classifier in the registry. `asks_for_retraining`: somebody it was learnt from was erased since. `removed_at`:
    its files were let go then, and it can serve no more."""

    version = fields.String(required=True)
    state = fields.String(required=True, metadata={"enum": STATES})
    digest = fields.String(required=True)
    framework = fields.String(required=True)
    made_at = fields.AwareDateTime(required=True)
    made_by = fields.String(required=True)
    seed = fields.Integer(required=True)
    outcomes = fields.Integer(required=True)
    window = fields.List(fields.AwareDateTime(), required=True)
    promoted_by = fields.String(required=True, allow_none=True)
    promoted_at = fields.AwareDateTime(required=True, allow_none=True)
    asks_for_retraining = fields.Boolean(required=True)
    removed_at = fields.AwareDateTime(required=True, allow_none=True)
    alarms = fields.List(fields.String(), required=True)
    gate = fields.Nested(GateSchema, required=True)


class LiveRecordSchema(ma.Schema):
    """On the latest logged decisions since it was made: `looked_at` so many, of `decisions` it said something then.

    `agreed`: of `compared`, which had several candidates, those in which it liked best whom the current one liked best
    (where it is that one itself, or none was: whom the router took). `log_loss` is on `outcomes` that came, `gain` how
    much lower it is than `current_log_loss`; `null` with fewer than thirty.
    """

    since = fields.AwareDateTime(required=True)
    looked_at = fields.Integer(required=True)
    decisions = fields.Integer(required=True)
    compared = fields.Integer(required=True)
    agreed = fields.Integer(required=True)
    agreement = fields.Nested(FigureSchema, required=True, allow_none=True)
    outcomes = fields.Integer(required=True)
    log_loss = fields.Nested(FigureSchema, required=True, allow_none=True)
    current_log_loss = fields.Nested(FigureSchema, required=True, allow_none=True)
    gain = fields.Nested(FigureSchema, required=True, allow_none=True)


class ClassifierCardSchema(ClassifierSchema):
    """A classifier with its card: sizes, features with units, figures with intervals, limits, libraries, choices; and
    how it does on live decisions."""

    card = fields.Dict(keys=fields.String(), required=True)
    live = fields.Nested(LiveRecordSchema, required=True)


class ClassifierPageSchema(ma.Schema):
    """Classifiers, newest first, and where the list goes on."""

    items = fields.List(fields.Nested(ClassifierSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class InServiceSchema(ma.Schema):
    """The classifier that serves now; `null`: none does, and the framework's own hypothesis judges who fits whom."""

    current = fields.Nested(ClassifierSchema, required=True, allow_none=True)


def shown_classifier(one: KnownClassifier) -> dict[str, Any]:
    """A classifier as `ClassifierSchema` documents it."""
    return {
        "version": one.version,
        "state": str(one.state),
        "digest": one.digest,
        "framework": one.framework,
        "made_at": shown_moment(one.made_at),
        "made_by": one.made_by,
        "seed": one.seed,
        "outcomes": one.outcomes,
        "window": [shown_moment(one.first_outcome_at), shown_moment(one.last_outcome_at)],
        "promoted_by": one.promoted_by,
        "promoted_at": None if one.promoted_at is None else shown_moment(one.promoted_at),
        "asks_for_retraining": one.person_erased,
        "removed_at": None if one.removed_at is None else shown_moment(one.removed_at),
        "alarms": list(one.alarms),
        "gate": dict(one.gate),
    }


def shown_card(one: KnownClassifier, live: LiveRecord) -> dict[str, Any]:
    """A classifier as `ClassifierCardSchema` documents it."""
    return {**shown_classifier(one), "card": dict(one.card), "live": shown_live(live)}


def shown_live(live: LiveRecord) -> dict[str, Any]:
    """How it does on live decisions, as `LiveRecordSchema` documents it."""
    return {**asdict(live), "since": shown_moment(live.since)}
