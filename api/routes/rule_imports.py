"""Rule sets of other routers as drafts."""

from collections.abc import Mapping
from typing import Any

from flask import Response

from api.adapters.twilio_workflow import draft_of_workflow
from api.answers import json_answer
from api.blueprint import Blueprint
from api.idempotency import writes
from api.reach import actor, klik
from api.revisions import etag
from api.schemas.rule_imports import ImportedSchema, WorkflowSchema, WorkflowTitleSchema, shown_import
from matcher.use_cases.draft_rule_set import current_version, draft_rule_set
from matcher.use_cases.ports import Records

ETAG = {"ETag": {"description": "The revision of the draft, for If-Match.", "schema": {"type": "string"}}}

routes = Blueprint("rule_imports", __name__, url_prefix="/v1/rule-sets/imports", description="Rules of other routers.")


@routes.on(
    "POST",
    "/twilio",
    body=WorkflowSchema,
    query=WorkflowTitleSchema,
    gives={201: ImportedSchema},
    doc={"responses": {201: {"headers": ETAG}}},
)
@writes
def import_twilio(workflow: Mapping[str, Any], said: dict[str, str], *, records: Records) -> Response:
    """Begin a draft from a TaskRouter workflow, and tell all of it that a rule set cannot say."""
    here = klik()
    made = draft_of_workflow(workflow, title=said["title"], framework=here.framework)
    now, new_id, note = here.now(), here.new_id, "imported from TaskRouter"
    draft = draft_rule_set(
        records, made.document, framework=here.framework, actor=actor(), now=now, new_id=new_id, note=note
    )
    shown = shown_import(draft, made, current=current_version(records))
    return json_answer(shown, 201, {"ETag": etag("rule_set", draft.revision)})
