"""How the report on calibration looks on the wire."""

from collections.abc import Sequence
from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.classifiers import FigureSchema
from api.schemas.strict import Moment, StrictSchema, shown_moment
from matcher.use_cases.ports import ClassifierDay, Job

LEAST_TOLD = 5  # of fewer outcomes nothing is told: they might be one person's (trust.md, bad input 118)


class CalibrationQuerySchema(StrictSchema):
    """From which day to which; the last itself is left out."""

    since = Moment(data_key="from")
    until = Moment(data_key="to")


class ClassifierDaySchema(ma.Schema):
    """A classifier's day. `told` and `came` are the mean probability and the mean success of `outcomes`, `log_loss` is
    in nats; `null` with fewer than five. `agreed`: of `decisions`, how many it would have made alike."""

    version = fields.String(required=True)
    day = fields.Date(required=True)
    decisions = fields.Integer(required=True)
    agreed = fields.Integer(required=True)
    outcomes = fields.Integer(required=True, allow_none=True)
    told = fields.Float(required=True, allow_none=True)
    came = fields.Float(required=True, allow_none=True)
    log_loss = fields.Float(required=True, allow_none=True)


class WatchedSchema(ma.Schema):
    """What the last weekly look found of a classifier: how much too much is told, how far features have shifted."""

    version = fields.String(required=True)
    outcomes = fields.Integer(required=True)
    bias = fields.Nested(FigureSchema, required=True, allow_none=True)
    log_loss = fields.Float(required=True, allow_none=True)
    shift = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)
    alarms = fields.List(fields.String(), required=True)


class CalibrationReportSchema(ma.Schema):
    """Days, and the last weekly look (`null` before the first)."""

    days = fields.List(fields.Nested(ClassifierDaySchema), required=True)
    looked_at = fields.AwareDateTime(required=True, allow_none=True)
    classifiers = fields.List(fields.Nested(WatchedSchema), required=True)


def shown_report(days: Sequence[ClassifierDay], last: Job | None) -> dict[str, Any]:
    """The report as `CalibrationReportSchema` documents it."""
    looked = None if last is None or last.finished_at is None else shown_moment(last.finished_at)
    found = [] if last is None else last.result.get("classifiers", [])
    return {"days": [_day(one) for one in days], "looked_at": looked, "classifiers": found}


def _day(one: ClassifierDay) -> dict[str, Any]:
    is_told, count = one.outcomes >= LEAST_TOLD, max(one.outcomes, 1)
    return {
        "version": one.version,
        "day": one.day.isoformat(),
        "decisions": one.decisions,
        "agreed": one.agreed,
        "outcomes": one.outcomes if is_told else None,
        "told": one.told / count if is_told else None,
        "came": one.came / count if is_told else None,
        "log_loss": one.loss / count if is_told else None,
    }
