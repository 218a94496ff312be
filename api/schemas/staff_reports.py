"""How reports about the staff's profiles look on the wire: never a value share of a person, never a rank."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.queries import PageQuerySchema
from api.schemas.strict import Line, shown_moment
from matcher.profiles.coverage import LEAST_GROUP, Tally
from matcher.use_cases.read_contested_tags import ContestedTag
from matcher.use_cases.read_staff_coverage import StaffCoverage, Unprofiled, Why


class UnprofiledQuerySchema(PageQuerySchema):
    """Whose team, and which part of the list."""

    team = Line()


class UnprofiledSchema(ma.Schema):
    """An employee without a profile that counts, and why.

    `hidden`: their own wish, so do not ask; `nothing`: nobody said anything; `tagged_only`, `answered`: a tag, or their
    own answers, too long ago to count.
    """

    employee_id = fields.String(required=True)
    name = fields.String(required=True, allow_none=True)
    team = fields.String(required=True, allow_none=True)
    why = fields.String(required=True, metadata={"enum": [str(why) for why in Why]})


class UnprofiledPageSchema(ma.Schema):
    """Active employees without a profile that counts, in the order of their ids."""

    items = fields.List(fields.Nested(UnprofiledSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class FiguresSchema(ma.Schema):
    """Counts over a group, and the mean confidence of those in it who do not hide their profile (`null`: withheld)."""

    employees = fields.Integer(required=True)
    profiled = fields.Integer(required=True)
    tagged_only = fields.Integer(required=True)
    answered = fields.Integer(required=True)
    hidden = fields.Integer(required=True)
    mean_confidence = fields.Float(required=True, allow_none=True)


class TeamFiguresSchema(FiguresSchema):
    """A team; `team` null: people of no team and of `teams` small ones together."""

    team = fields.String(required=True, allow_none=True)
    teams = fields.Integer(required=True)


class StaffCoverageSchema(ma.Schema):
    """How far the staff is profiled, by team. Groups under `least_group` people are never told apart."""

    items = fields.List(fields.Nested(TeamFiguresSchema), required=True)
    total = fields.Nested(FiguresSchema, required=True)
    least_group = fields.Integer(required=True)
    suppressed = fields.Boolean(required=True)


class ContestedTagSchema(ma.Schema):
    """A tag that the employee took back: set by whom and why, contested when and why, and whether HR tagged anew."""

    evidence_id = fields.String(required=True)
    employee_id = fields.String(required=True)
    tagged_at = fields.AwareDateTime(required=True)
    tagged_by = fields.String(required=True)
    tag_reason = fields.String(required=True, allow_none=True)
    contested_at = fields.AwareDateTime(required=True)
    contest_reason = fields.String(required=True, allow_none=True)
    tagged_anew = fields.Boolean(required=True)


class ContestedPageSchema(ma.Schema):
    """Contested tags, the last one first."""

    items = fields.List(fields.Nested(ContestedTagSchema), required=True)
    next = fields.String(required=True, allow_none=True)


def shown_unprofiled(one: Unprofiled) -> dict[str, Any]:
    """As `UnprofiledSchema` documents it."""
    return {"employee_id": one.employee_id, "name": one.name, "team": one.team, "why": str(one.why)}


def shown_coverage(coverage: StaffCoverage) -> dict[str, Any]:
    """As `StaffCoverageSchema` documents it."""
    rows = [
        {"team": row.team, "teams": row.teams, **_figures(row.tally, row.tally.mean_confidence)}
        for row in coverage.rows
    ]
    return {
        "items": rows,
        "total": _figures(coverage.total, coverage.mean_confidence),
        "least_group": LEAST_GROUP,
        "suppressed": coverage.is_suppressed,
    }


def shown_contested(one: ContestedTag) -> dict[str, Any]:
    """As `ContestedTagSchema` documents it."""
    return {
        "evidence_id": one.evidence_id,
        "employee_id": one.employee_id,
        "tagged_at": shown_moment(one.tagged_at),
        "tagged_by": one.tagged_by,
        "tag_reason": one.tag_reason,
        "contested_at": shown_moment(one.contested_at),
        "contest_reason": one.contest_reason,
        "tagged_anew": one.is_tagged_anew,
    }


def _figures(tally: Tally, mean_confidence: float | None) -> dict[str, Any]:
    return {
        "employees": tally.employees,
        "profiled": tally.profiled,
        "tagged_only": tally.tagged_only,
        "answered": tally.answered,
        "hidden": tally.hidden,
        "mean_confidence": mean_confidence,
    }
