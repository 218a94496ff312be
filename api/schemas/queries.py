"""Query parameters."""

from marshmallow import fields

from api.pages import DEFAULT_LIMIT, MAX_LIMIT
from api.schemas.strict import Key, Line, QueryFlag, QueryWhole, StrictSchema


class PageQuerySchema(StrictSchema):
    """Which part of a list."""

    limit = QueryWhole(1, MAX_LIMIT, load_default=DEFAULT_LIMIT)
    cursor = fields.String(metadata={"description": "`next` of the page before.", "maxLength": 1024})


class EmployeeQuerySchema(PageQuerySchema):
    """Which employees."""

    team = Line()
    skill = Key()


class WhySchema(StrictSchema):
    """Why this is done, for whoever reads later who changed what."""

    note = Line()


class ImportQuerySchema(StrictSchema):
    """Whether to look only."""

    dry_run = QueryFlag(load_default=False)
