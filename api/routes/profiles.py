"""Profiles of customers and employees: what they are, what they are made of, and HR's tag."""

from typing import Any

from flask import Response, request

from api.answers import json_answer, no_content
from api.blueprint import Blueprint
from api.errors import Forbidden
from api.idempotency import writes
from api.reach import actor, has_own_reach, klik
from api.retries import again_when_overtaken
from api.revisions import etag, read_revision
from api.schemas.profiles import (
    EvidenceInSchema,
    EvidenceListSchema,
    FacetQuerySchema,
    ProfileQuerySchema,
    ProfileSchema,
    TagSchema,
    shown_evidence,
    shown_profile,
)
from matcher.profiles.evidence import Source
from matcher.profiles.framework import VALUES
from matcher.profiles.people import CUSTOMER, EMPLOYEE, Who
from matcher.profiles.situations import Situation
from matcher.profiles.tags import Tag
from matcher.use_cases.add_evidence import Claim, add_evidence
from matcher.use_cases.ports import Records
from matcher.use_cases.read_evidence import read_evidence
from matcher.use_cases.read_profile import ProfileView, read_profile
from matcher.use_cases.revoke_evidence import revoke_evidence
from matcher.use_cases.tag_employee import tag_employee

ETAG = {"ETag": {"description": "The revision to send back in If-Match.", "schema": {"type": "string"}}}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag read with the profile; without it the answer is 428.",
    "schema": {"type": "string"},
}


def _with_etag(*statuses: int) -> dict[str, Any]:
    return {"responses": {status: {"headers": ETAG} for status in statuses}}


def profile_routes(who: Who, person_id: str) -> Blueprint:
    """The routes of one side of the desk; `person_id` is the name its id has in paths."""
    routes = Blueprint(f"{who}_profiles", __name__, url_prefix=f"/v1/{who}s/<id:{person_id}>/profile")

    @routes.on("GET", "", query=ProfileQuerySchema, gives={200: ProfileSchema}, doc=_with_etag(200))
    def get_profile(query: tuple[str, Situation | None], **path: str) -> Response:
        """A person's profile on one facet (values, where none is named), with its uncertainty.

        With an `intent` the share of channels is that of contacts about it.
        """
        facet, situation = query
        subject, now = (klik().framework, who, path[person_id]), klik().now()
        with klik().store.reading() as records:
            (view,) = read_profile(records, *subject, facets=[facet], situation=situation, now=now)
        return _answer(view)

    @routes.on("GET", "/evidence", query=FacetQuerySchema, gives={200: EvidenceListSchema})
    def list_evidence(query: dict[str, str], **path: str) -> Response:
        """What a profile is made of, oldest first, pieces taken back included."""
        with klik().store.reading() as records:
            pieces = read_evidence(records, who, path[person_id], facet=query.get("facet"))
        return json_answer({"items": [shown_evidence(one, klik().framework) for one in pieces]})

    @routes.on("DELETE", "/evidence/<id:evidence_id>", gives={204: None})
    @again_when_overtaken
    @writes
    def revoke(evidence_id: str, *, records: Records, **path: str) -> Response:
        """Take a piece of evidence back, as if it had never been recorded."""
        subject = (who, path[person_id], evidence_id)
        revoke_evidence(records, klik().framework, *subject, actor=actor(), now=klik().now())
        return no_content()

    return routes


def evidence_routes(who: Who, person_id: str) -> Blueprint:
    """The route that adds evidence; its address stands beside the profile's."""
    routes = Blueprint(f"{who}_evidence", __name__, url_prefix=f"/v1/{who}s/<id:{person_id}>")

    @routes.on(
        "POST",
        "/evidence",
        body=EvidenceInSchema,
        gives={200: ProfileSchema, 201: ProfileSchema},
        doc=_with_etag(200, 201),
    )
    @again_when_overtaken
    @writes
    def add(claim: Claim, *, records: Records, **path: str) -> Response:
        """Add a piece of evidence; the profile with it. Employees may speak of themselves, as a self_tag.

        A text of which nothing can be made changes nothing: 200, and `told` says why.
        """
        if has_own_reach() and claim.source is not Source.SELF_TAG:
            raise Forbidden("An employee's key may add a self_tag and nothing else.")
        subject = (klik().framework, who, path[person_id], claim)
        scorer = klik().text_scorer if claim.source is Source.TEXT else None
        view = add_evidence(records, *subject, actor=actor(), now=klik().now(), new_id=klik().new_id, scorer=scorer)
        return _answer(view, 201 if view.told is None else 200)

    return routes


customer_profiles = profile_routes(CUSTOMER, "customer_id")
employee_profiles = profile_routes(EMPLOYEE, "employee_id")
customer_evidence = evidence_routes(CUSTOMER, "customer_id")
employee_evidence = evidence_routes(EMPLOYEE, "employee_id")


@employee_profiles.on(
    "PUT", "", body=TagSchema, gives={200: ProfileSchema}, doc={"parameters": [IF_MATCH], **_with_etag(200)}
)
@writes
def put_tag(said: tuple[Tag, str], employee_id: str, *, records: Records) -> Response:
    """HR's tag on an employee: the dominant value system (and a secondary one) or shares, with a reason."""
    tag, reason = said
    revision = read_revision(request.environ.get("HTTP_IF_MATCH"), of=VALUES)
    subject = (klik().framework, employee_id, tag)
    now, new_id = klik().now(), klik().new_id
    view = tag_employee(records, *subject, revision=revision, actor=actor(), reason=reason, now=now, new_id=new_id)
    return _answer(view)


def _answer(view: ProfileView, status: int = 200) -> Response:
    return json_answer(shown_profile(view), status, {"ETag": etag(view.profile.facet, view.revision)})
