"""What employees may do about their own profile: see how it came to be, contest a tag, hide it."""

from typing import Any

from flask import Response

from api.answers import json_answer
from api.blueprint import Blueprint
from api.idempotency import writes
from api.pages import Cursors
from api.reach import actor, key, klik
from api.revisions import etag
from api.schemas.history import HistoryQuerySchema, HistorySchema, shown_step
from api.schemas.profiles import ProfileSchema, shown_profile
from api.schemas.tags import ContestSchema, VisibilitySchema
from matcher.profiles.framework import VALUES
from matcher.profiles.tags import Tag
from matcher.use_cases.contest_tag import contest_tag
from matcher.use_cases.hide_profile import hide_profile, profile_is_hidden
from matcher.use_cases.ports import Records
from matcher.use_cases.read_profile_history import read_profile_history

routes = Blueprint("profile_rights", __name__, url_prefix="/v1/employees/<id:employee_id>/profile")


@routes.on("GET", "/history", query=HistoryQuerySchema, gives={200: HistorySchema})
def get_history(query: dict[str, Any], employee_id: str) -> Response:
    """What was recorded, revoked and contested on a facet (values, where none is named), and the profile after each."""
    limit, cursor, facet = query["limit"], query.get("cursor"), query.get("facet", VALUES)
    cursors = Cursors("history", {"employee": employee_id, "facet": facet}, key().id, klik().cursor_key)
    after = int(cursors.read(cursor) or 0)
    framework = klik().framework
    with klik().store.reading() as records:
        page = read_profile_history(records, framework, employee_id, facet=facet, after=after, limit=limit)
    following = None if page.next_after is None else str(page.next_after)
    return json_answer(
        {
            "subject": employee_id,
            "framework": framework.name,
            "facet": facet,
            "items": [shown_step(step) for step in page.steps],
            "next": cursors.after(following),
        }
    )


@routes.on("POST", "/evidence/<id:evidence_id>/contest", body=ContestSchema, gives={200: ProfileSchema})
@writes
def contest(said: tuple[str, Tag | None], employee_id: str, evidence_id: str, *, records: Records) -> Response:
    """Contest a tag about oneself: it no longer counts, and one's own word may stand in its place, as a self_tag."""
    reason, statement = said
    subject = (records, klik().framework, employee_id, evidence_id)
    now, new_id = klik().now(), klik().new_id
    view = contest_tag(*subject, reason=reason, statement=statement, actor=actor(), now=now, new_id=new_id)
    return json_answer(shown_profile(view), 200, {"ETag": etag(view.profile.facet, view.revision)})


@routes.on("GET", "/visibility", gives={200: VisibilitySchema})
def get_visibility(employee_id: str) -> Response:
    """Whether an employee hides their profile from the matching."""
    with klik().store.reading() as records:
        return json_answer({"hidden": profile_is_hidden(records, employee_id)})


@routes.on("PUT", "/visibility", body=VisibilitySchema, gives={200: VisibilitySchema})
@writes
def put_visibility(said: dict[str, bool], employee_id: str, *, records: Records) -> Response:
    """Hide one's profile from the matching, or show it again; nothing else changes."""
    hidden = hide_profile(records, employee_id, hidden=said["hidden"], actor=actor(), now=klik().now())
    return json_answer({"hidden": hidden})
