"""Reports about the staff's profiles: who has none yet, figures by team, contested tags. Never a share of a person."""

from typing import Any

from flask import Response

from api.answers import json_answer
from api.blueprint import Blueprint
from api.pages import Cursors
from api.reach import key, klik
from api.schemas.queries import PageQuerySchema
from api.schemas.staff_reports import (
    ContestedPageSchema,
    StaffCoverageSchema,
    UnprofiledPageSchema,
    UnprofiledQuerySchema,
    shown_contested,
    shown_coverage,
    shown_unprofiled,
)
from matcher.use_cases.read_contested_tags import read_contested_tags
from matcher.use_cases.read_staff_coverage import read_staff_coverage, read_unprofiled

routes = Blueprint("reports", __name__, url_prefix="/v1/reports", description="Reports about the staff's profiles.")


@routes.on("GET", "/profiling", query=UnprofiledQuerySchema, gives={200: UnprofiledPageSchema})
def list_unprofiled(query: dict[str, Any]) -> Response:
    """Active employees without a profile that counts, and why, in the order of their ids."""
    limit, cursor = query.pop("limit"), query.pop("cursor", None)
    cursors = Cursors("unprofiled", query, key().id, klik().cursor_key)
    place = {"after": cursors.read(cursor), "limit": limit, "now": klik().now(), **query}
    with klik().store.reading() as records:
        page = read_unprofiled(records, klik().framework, **place)
    items = [shown_unprofiled(one) for one in page.items]
    return json_answer({"items": items, "next": cursors.after(page.next_after)})


@routes.on("GET", "/profiling/teams", gives={200: StaffCoverageSchema})
def get_coverage() -> Response:
    """How far the staff is profiled, by team; groups under five people are told of together."""
    with klik().store.reading() as records:
        coverage = read_staff_coverage(records, klik().framework, now=klik().now())
    return json_answer(shown_coverage(coverage))


@routes.on("GET", "/contested", query=PageQuerySchema, gives={200: ContestedPageSchema})
def list_contested(query: dict[str, Any]) -> Response:
    """Tags that employees contested, the last one first."""
    cursors = Cursors("contested", {}, key().id, klik().cursor_key)
    before = cursors.read(query.get("cursor"))
    with klik().store.reading() as records:
        page = read_contested_tags(records, klik().framework, before=before, limit=query["limit"])
    items = [shown_contested(one) for one in page.items]
    return json_answer({"items": items, "next": cursors.after(page.next_after)})
