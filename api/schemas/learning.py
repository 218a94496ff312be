"""How the findings of a night look on the wire."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.strict import shown_moment
from matcher.profiles.calibration import Verdict
from matcher.use_cases.ports import Job


class MeasuredSchema(ma.Schema):
    """A correlation with the truth as far as the forms tell it, with its 95 % interval."""

    value = fields.Float(required=True)
    interval = fields.List(fields.Float(), required=True)


class SourceFindingSchema(ma.Schema):
    """How far a source is to be believed; `cap` is in pseudo-counts.

    `people` had both the source and a form; fewer than five are `null`.
    """

    source = fields.String(required=True)
    people = fields.Integer(required=True, allow_none=True)
    assumed = fields.Float(required=True)
    measured = fields.Nested(MeasuredSchema, required=True, allow_none=True)
    validity = fields.Float(required=True)
    cap = fields.Float(required=True)
    cap_in_file = fields.Float(required=True)
    verdict = fields.String(required=True, metadata={"enum": [str(one) for one in Verdict]})
    told = fields.String(required=True)


class SegmentFindingSchema(ma.Schema):
    """What is expected of a segment's members: mean shares, worth `strength` pseudo-counts."""

    segment = fields.String(required=True)
    members = fields.Integer(required=True)
    mean = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)
    strength = fields.Float(required=True)


class SmallSegmentSchema(ma.Schema):
    """A segment with too few surveyed members; fewer than five are `null`."""

    segment = fields.String(required=True)
    members = fields.Integer(required=True, allow_none=True)


class SituationFindingSchema(ma.Schema):
    """How much oftener each channel is chosen in a situation than in general, by all its contacts; 1: just as often."""

    intent = fields.String(required=True)
    urgent = fields.Boolean(required=True)
    contacts = fields.Integer(required=True)
    lift = fields.Dict(keys=fields.String(), values=fields.Float(), required=True)


class NightReportSchema(ma.Schema):
    """What the last night found. `refused` segments bear the name of a protected trait.

    `contacts` are those that told what they were about; of `situations` with fewer than `least_contacts` nothing is
    concluded.
    """

    job_id = fields.String(required=True)
    finished_at = fields.AwareDateTime(required=True, allow_none=True)
    framework = fields.String(required=True)
    facet = fields.String(required=True)
    surveyed = fields.Integer(required=True)
    sources = fields.List(fields.Nested(SourceFindingSchema), required=True)
    segments = fields.List(fields.Nested(SegmentFindingSchema), required=True)
    segments_left_out = fields.Integer(required=True)
    too_few = fields.List(fields.Nested(SmallSegmentSchema), required=True)
    least_members = fields.Integer(required=True)
    refused = fields.List(fields.String(), required=True)
    states_forgotten = fields.Integer(required=True)
    contacts = fields.Integer()
    situations = fields.List(fields.Nested(SituationFindingSchema))
    situations_left_out = fields.Integer()
    least_contacts = fields.Integer()


def shown_night(job: Job) -> dict[str, Any]:
    """A night's job as `NightReportSchema` documents it."""
    finished = None if job.finished_at is None else shown_moment(job.finished_at)
    return {"job_id": job.id, "finished_at": finished, **job.result}
