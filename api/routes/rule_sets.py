"""Rule sets: drafts, what they would change, publication and going back."""

from typing import Any

from flask import Response, request

from api import events
from api.answers import json_answer, no_content
from api.blueprint import Blueprint
from api.csv_body import begun
from api.idempotency import writes
from api.languages import spoken_language
from api.pages import Cursors
from api.reach import actor, key, klik, person
from api.revisions import etag, read_revision
from api.schemas.jobs import JobSchema
from api.schemas.queries import PageQuerySchema, WhySchema
from api.schemas.rule_sets import (
    ApprovalSchema,
    ChangeQuerySchema,
    DifferenceQuerySchema,
    DifferenceSchema,
    FieldListSchema,
    FindingListSchema,
    PublicationInSchema,
    PublicationPageSchema,
    PublicationSchema,
    RehearsalSchema,
    RollbackSchema,
    RuleChangePageSchema,
    RuleSetDocumentSchema,
    RuleSetPageSchema,
    RuleSetQuerySchema,
    RuleSetSchema,
    shown_approval,
    shown_change,
    shown_difference,
    shown_finding,
    shown_line,
    shown_publication,
    shown_rule_set,
)
from matcher.rules import difference, difference_in_words, parse_rule_set
from matcher.rules.fields import listed
from matcher.rules.lint import needs_second_person, refused
from matcher.use_cases.change_draft import change_draft, the_rule_set
from matcher.use_cases.check_rule_set import check_rule_set
from matcher.use_cases.discard_draft import discard_draft
from matcher.use_cases.draft_rule_set import current_version, draft_rule_set
from matcher.use_cases.ports import Records
from matcher.use_cases.publish_rule_set import Order, publish_rule_set
from matcher.use_cases.roll_back_rules import roll_back_rules
from matcher.use_cases.rule_ports import Publication, RuleSetState, StoredRuleSet
from matcher.use_cases.start_rehearsal import RehearsalOrder, start_rehearsal

OF = "rule_set"  # what an ETag here names
ETAG = {"ETag": {"description": "The revision to send back in If-Match.", "schema": {"type": "string"}}}
IF_MATCH = {
    "name": "If-Match",
    "in": "header",
    "description": "The ETag read with the draft; without it the answer is 428.",
    "schema": {"type": "string"},
}

routes = Blueprint("rule_sets", __name__, url_prefix="/v1/rule-sets", description="Rule sets: what operations decide.")


def _tagged(*statuses: int) -> dict[str, Any]:
    return {"responses": {status: {"headers": ETAG} for status in statuses}}


@routes.on("GET", "", query=RuleSetQuerySchema, gives={200: RuleSetPageSchema})
def list_rule_sets(query: dict[str, Any]) -> Response:
    """A page of rule sets, drafts and published ones, in the order of their versions."""
    limit, cursor, state = query.pop("limit"), query.pop("cursor", None), query.get("state")
    cursors = Cursors("rule-sets", query, key().id, klik().cursor_key)
    with klik().store.reading() as records:
        wanted = None if state is None else RuleSetState(state)
        found = records.rule_sets.listed(limit=limit + 1, after=cursors.read(cursor), state=wanted)
        current = current_version(records)
    items = [shown_line(one, current=current) for one in found[:limit]]
    return json_answer({"items": items, "next": cursors.after(items[-1]["version"] if len(found) > limit else None)})


@routes.on("POST", "", body=RuleSetDocumentSchema, query=WhySchema, gives={201: RuleSetSchema}, doc=_tagged(201))
@writes
def begin_draft(document: dict[str, Any], why: dict[str, str], *, records: Records) -> Response:
    """Begin a draft. It decides nothing until it is published, but matches may name it."""
    here = klik()
    draft = draft_rule_set(
        records,
        document,
        framework=here.framework,
        actor=actor(),
        now=here.now(),
        new_id=here.new_id,
        note=why.get("note"),
    )
    return rule_set_answer(records, draft, 201)


@routes.on("GET", "/current", gives={200: RuleSetSchema}, doc=_tagged(200))
def get_current() -> Response:
    """The rule set in force."""
    return get_rule_set("current")


@routes.on("GET", "/fields", gives={200: FieldListSchema})
def list_fields() -> Response:
    """What a rule may look at, on which side, and which operators it takes."""
    return json_answer({"items": listed(spoken_language(request.headers.get("Accept-Language"))), "next": None})


@routes.on("GET", "/<rules:version>", gives={200: RuleSetSchema}, doc=_tagged(200))
def get_rule_set(version: str) -> Response:
    """A rule set by its version, or a draft by its id."""
    with klik().store.reading() as records:
        return rule_set_answer(records, the_rule_set(records, version))


@routes.on(
    "PUT",
    "/<rules:version>",
    body=RuleSetDocumentSchema,
    query=WhySchema,
    gives={200: RuleSetSchema},
    doc={"parameters": [IF_MATCH], **_tagged(200)},
)
@writes
def put_draft(document: dict[str, Any], why: dict[str, str], version: str, *, records: Records) -> Response:
    """Replace a draft; a published version never changes."""
    draft = change_draft(
        records,
        version,
        document,
        revision=_revision(),
        framework=klik().framework,
        actor=actor(),
        now=klik().now(),
        note=why.get("note"),
    )
    return rule_set_answer(records, draft)


@routes.on("DELETE", "/<rules:version>", query=WhySchema, gives={204: None}, doc={"parameters": [IF_MATCH]})
@writes
def delete_draft(why: dict[str, str], version: str, *, records: Records) -> Response:
    """Throw a draft away."""
    now, note = klik().now(), why.get("note")
    discard_draft(records, version, revision=_revision(), actor=actor(), now=now, note=note)
    return no_content()


@routes.on("GET", "/<rules:version>/difference", query=DifferenceQuerySchema, gives={200: DifferenceSchema})
def get_difference(query: dict[str, str], version: str) -> Response:
    """What a version does otherwise than another, or than the one in force."""
    with klik().store.reading() as records:
        later, earlier = the_rule_set(records, version), the_rule_set(records, query["from_version"])
    language = spoken_language(request.headers.get("Accept-Language"))
    pair = parse_rule_set(earlier.document), parse_rule_set(later.document)
    told, sentences = difference(*pair), difference_in_words(*pair, language)
    return json_answer(shown_difference(told, earlier=earlier.version, later=later.version, sentences=sentences))


@routes.on("POST", "/<rules:version>/checks", gives={200: FindingListSchema})
def check(version: str) -> Response:
    """What the rule set would do that nobody can have meant, the gravest first; `refused` ones forbid publication."""
    with klik().store.reading() as records:
        found = check_rule_set(records, the_rule_set(records, version), framework=klik().framework)
    language = spoken_language(request.headers.get("Accept-Language"))
    return json_answer({"items": [shown_finding(one, language) for one in found], "next": None})


@routes.on(
    "POST",
    "/<rules:version>/publication",
    body=PublicationInSchema,
    gives={200: PublicationSchema, 202: ApprovalSchema},
    doc={"parameters": [IF_MATCH]},
)
@writes
def publish(said: dict[str, str], version: str, *, records: Records) -> Response:
    """Put a rule set in force, from the next decision on; 202 where another person must agree first."""
    here, found = klik(), check_rule_set(records, the_rule_set(records, version), framework=klik().framework)
    language = spoken_language(request.headers.get("Accept-Language"))
    order = Order(
        actor=actor(),
        person=person(),
        revision=_revision(),
        replaces=said.get("replaces"),
        note=said.get("note"),
        refusals=[one.fault(language) for one in refused(found)],
        needs_second=here.settings.second_person or needs_second_person(found),
    )
    made = publish_rule_set(records, version, order, now=here.now(), new_id=here.new_id)
    if isinstance(made, Publication):
        events.rule_set_in_force(made)
        return json_answer(shown_publication(made))
    return json_answer(shown_approval(made), 202, {"Location": f"/v1/approvals/{made.id}"})


@routes.on("POST", "/<rules:version>/rehearsal", body=RehearsalSchema, gives={202: JobSchema})
@writes
def rehearse(order: RehearsalOrder, version: str, *, records: Records) -> Response:
    """Replay stored or generated contacts under the rule set in force and under this one: a job."""
    now, new_id = klik().now(), klik().new_id
    return begun(start_rehearsal(records, version, order, actor=actor(), now=now, new_id=new_id))


@routes.on("POST", "/current/rollback", body=RollbackSchema, gives={200: PublicationSchema})
@writes
def roll_back(said: dict[str, str], *, records: Records) -> Response:
    """Put the former rule set in force again, at once; once more goes back one further."""
    made = roll_back_rules(records, actor=actor(), now=klik().now(), note=said.get("note"))
    events.rule_set_in_force(made)
    return json_answer(shown_publication(made))


@routes.on("GET", "/publications", query=PageQuerySchema, gives={200: PublicationPageSchema})
def list_publications(query: dict[str, Any]) -> Response:
    """What was in force, newest first."""
    cursors = Cursors("publications", {}, key().id, klik().cursor_key)
    before = cursors.read(query.get("cursor"))
    with klik().store.reading() as records:
        asked = query["limit"] + 1
        found = records.publications.newest(limit=asked, before=None if before is None else int(before))
    items = [shown_publication(one) for one in found[: query["limit"]]]
    return json_answer({"items": items, "next": cursors.after(str(items[-1]["seq"]) if len(found) == asked else None)})


@routes.on("GET", "/changes", query=ChangeQuerySchema, gives={200: RuleChangePageSchema})
def list_changes(query: dict[str, Any]) -> Response:
    """Who changed what, when and why, newest first; of one version or draft if asked."""
    limit, cursor = query.pop("limit"), query.pop("cursor", None)
    cursors = Cursors("rule-changes", query, key().id, klik().cursor_key)
    before = cursors.read(cursor)
    with klik().store.reading() as records:
        last = None if before is None else int(before)
        found = records.publications.changes(limit=limit + 1, before=last, **query)
    more = str(found[limit - 1].no) if len(found) > limit else None
    return json_answer({"items": [shown_change(one) for one in found[:limit]], "next": cursors.after(more)})


def _revision() -> int | None:
    return read_revision(request.environ.get("HTTP_IF_MATCH"), of=OF)


def rule_set_answer(records: Records, one: StoredRuleSet, status: int = 200) -> Response:
    """The rule set with its ETag."""
    shown = shown_rule_set(one, current=current_version(records))
    return json_answer(shown, status, {"ETag": etag(OF, one.revision)})
