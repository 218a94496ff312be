"""How workflows of other routers come in, and what is told of the drafts they become."""

from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.adapters.twilio_workflow import Imported
from api.schemas.rule_sets import RuleSetDocumentSchema, RuleSetSchema, shown_rule_set
from api.schemas.strict import Line, StrictSchema
from matcher.use_cases.rule_ports import StoredRuleSet


class WorkflowSchema(RuleSetDocumentSchema):
    """A TaskRouter workflow as its API gives it (`task_routing` with `filters`), and beside it, if you have them, the
    `task_queues` that it names, each with `sid`, `friendly_name` and `target_workers`."""


class WorkflowTitleSchema(StrictSchema):
    """What the draft is to be called."""

    title = Line(longest=150, load_default="Imported from TaskRouter")


class NotCarriedSchema(ma.Schema):
    """A part of the workflow that a rule set cannot say, with its place and what to do instead."""

    pointer = fields.String(required=True)
    what = fields.String(required=True)


class ImportedSchema(ma.Schema):
    """The draft, what could not be carried over, and what each name of theirs is called here."""

    draft = fields.Nested(RuleSetSchema, required=True)
    not_carried_over = fields.List(fields.Nested(NotCarriedSchema), required=True)
    named = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


def shown_import(draft: StoredRuleSet, made: Imported, *, current: str | None) -> dict[str, Any]:
    """An import as `ImportedSchema` documents it."""
    return {
        "draft": shown_rule_set(draft, current=current),
        "not_carried_over": [{"pointer": one.pointer, "what": one.what} for one in made.lost],
        "named": dict(made.named),
    }
