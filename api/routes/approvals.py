"""Approvals: what waits for a second person."""

from flask import Response

from api import events
from api.answers import json_answer
from api.blueprint import Blueprint
from api.idempotency import writes
from api.reach import actor, klik, person
from api.schemas.rule_sets import ApprovalListSchema, ApprovalSchema, DecisionSchema, shown_approval
from matcher.use_cases.decide_approval import decide_approval
from matcher.use_cases.ports import Records

routes = Blueprint("approvals", __name__, url_prefix="/v1/approvals", description="What waits for a second person.")


@routes.on("GET", "", gives={200: ApprovalListSchema})
def list_approvals() -> Response:
    """What is neither decided nor expired, oldest first."""
    with klik().store.reading() as records:
        found = records.approvals.waiting(now=klik().now())
    return json_answer({"items": [shown_approval(one) for one in found], "next": None})


@routes.on("POST", "/<id:approval_id>/acceptance", body=DecisionSchema, gives={200: ApprovalSchema})
@writes
def accept(said: dict[str, str], approval_id: str, *, records: Records) -> Response:
    """Agree: what was asked for happens now. Nobody agrees to their own change."""
    return _decided(records, approval_id, accepts=True, reason=said.get("reason"))


@routes.on("POST", "/<id:approval_id>/rejection", body=DecisionSchema, gives={200: ApprovalSchema})
@writes
def reject(said: dict[str, str], approval_id: str, *, records: Records) -> Response:
    """Refuse; who asked withdraws it this way."""
    return _decided(records, approval_id, accepts=False, reason=said.get("reason"))


def _decided(records: Records, approval_id: str, *, accepts: bool, reason: str | None) -> Response:
    now, who, behind = klik().now(), actor(), person()
    decided, publication = decide_approval(
        records, approval_id, accepts=accepts, actor=who, person=behind, now=now, reason=reason
    )
    if publication is not None:
        events.rule_set_in_force(publication)
    return json_answer(shown_approval(decided))
