"""How files of tags, batches, contests and visibility look on the wire."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.strict import Flag, Key, Line, MapOf, Note, Number, QueryFlag, StrictSchema
from matcher.profiles.tags import Tag
from matcher.use_cases.tag_employees import TAG_ACTIONS, TagOrder


class TagOrderSchema(StrictSchema):
    """How a file of tags is to be taken; `reason` stands for the lines that give none."""

    dry_run = QueryFlag(load_default=False)
    skip_faulty = QueryFlag(load_default=False)
    reason = Line()

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> TagOrder:
        """The order."""
        return TagOrder(**read)


class TaggedRowSchema(ma.Schema):
    """What happens with a line of the file."""

    line = fields.Integer(required=True)
    employee_id = fields.String(required=True, allow_none=True)
    action = fields.String(required=True, metadata={"enum": list(TAG_ACTIONS)})
    detail = fields.String(required=True)


class TagReportSchema(ma.Schema):
    """What a file of tags did, or would do; at most 1,000 rows are told, errors first. `batch_id` takes it back."""

    applied = fields.Boolean(required=True)
    batch_id = fields.String(required=True, allow_none=True)
    counts = fields.Dict(keys=fields.String(), values=fields.Integer(), required=True)
    rows = fields.List(fields.Nested(TaggedRowSchema), required=True)
    rows_left_out = fields.Integer(required=True)


class UndoQuerySchema(StrictSchema):
    """Why a batch is taken back."""

    reason = Line(required=True)


class UndoneSchema(ma.Schema):
    """A batch taken back: how many of its tags counted until now, and how many profiles were made anew."""

    batch_id = fields.String(required=True)
    revoked = fields.Integer(required=True)
    employees = fields.Integer(required=True)


class ContestSchema(StrictSchema):
    """Why a tag is contested, and perhaps one's own word: a dominant value system, or shares that sum to 1."""

    reason = Note(required=True)
    dominant = Key()
    secondary = Key()
    share = MapOf(Number())

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> tuple[str, Tag | None]:
        """The reason, and the statement where there is one."""
        reason = read.pop("reason")
        return reason, Tag(**read) if read else None


class VisibilitySchema(StrictSchema):
    """Whether the profile is hidden: it then counts for nothing, and nothing else changes."""

    hidden = Flag(required=True)
