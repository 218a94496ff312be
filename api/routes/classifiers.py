"""Classifiers: have one learnt, read its card, put it in service, take it out again."""

from typing import Any

from flask import Response, after_this_request, request

from api import events
from api.answers import json_answer
from api.blueprint import Blueprint
from api.classifier_page import HTML, card_page, content_policy
from api.csv_body import begun
from api.idempotency import writes
from api.languages import spoken_language
from api.pages import Cursors
from api.reach import actor, key, klik, person
from api.schemas.classifier_judgements import JudgementQuerySchema, JudgementSchema, shown_judgement
from api.schemas.classifiers import (
    ClassifierCardSchema,
    ClassifierPageSchema,
    ClassifierSchema,
    InServiceSchema,
    TrainingInSchema,
    shown_card,
    shown_classifier,
)
from api.schemas.jobs import JobSchema
from api.schemas.queries import PageQuerySchema
from api.schemas.rule_sets import ApprovalSchema, shown_approval
from matcher.use_cases.ask_promotion import ask_promotion
from matcher.use_cases.judge_classifier import judge_classifier
from matcher.use_cases.ports import Records
from matcher.use_cases.promote_classifier import classifier_named
from matcher.use_cases.read_classifiers import list_classifiers
from matcher.use_cases.read_live_record import read_live_record
from matcher.use_cases.roll_back_classifier import roll_back_classifier
from matcher.use_cases.rule_ports import Approval
from matcher.use_cases.start_training import start_training

routes = Blueprint("classifiers", __name__, url_prefix="/v1/classifiers", description="What outcomes taught.")


@routes.on("POST", "", body=TrainingInSchema, gives={202: JobSchema})
@writes
def train(asked: dict[str, Any], *, records: Records) -> Response:
    """Learn from the outcomes of a window, as a job; its result names the classifier and what its gate said."""
    here, window = klik(), asked["window"]
    job = start_training(
        records,
        since=window.get("since"),
        until=window.get("until"),
        seed=asked["seed"],
        actor=actor(),
        now=here.now(),
        new_id=here.new_id,
    )
    return begun(job)


@routes.on("GET", "", query=PageQuerySchema, gives={200: ClassifierPageSchema})
def list_them(query: dict[str, Any]) -> Response:
    """Every classifier that was ever learnt here, newest first, refused ones too."""
    cursors = Cursors("classifiers", {}, key().id, klik().cursor_key)
    with klik().store.reading() as records:
        page = list_classifiers(records, limit=query["limit"], after=cursors.read(query.get("cursor")))
    items = [shown_classifier(one) for one in page.items]
    return json_answer({"items": items, "next": cursors.after(page.next_after)})


@routes.on("GET", "/<id:version>", gives={200: ClassifierCardSchema}, also=HTML)
def read(version: str) -> Response:
    """A classifier with its card; as a page for people where HTML is asked for."""
    terms = klik().rule_set.outcome_terms
    with klik().store.reading() as records:
        one = classifier_named(records, version)
        live = read_live_record(records, one, terms=terms)
    if request.accept_mimetypes.best_match(["application/json", HTML]) != HTML:
        return json_answer(shown_card(one, live))
    language = spoken_language(request.headers.get("Accept-Language"))
    answer = Response(card_page(one, live, language), content_type=f"{HTML}; charset=utf-8")
    answer.headers["Content-Security-Policy"] = content_policy()
    return answer


@routes.on("GET", "/<id:version>/judgement", query=JudgementQuerySchema, gives={200: JudgementSchema})
def judge(query: dict[str, Any], version: str) -> Response:
    """What it would have brought, told from decisions with a logged chance and their outcomes. It changes nothing."""
    here = klik()
    with here.store.reading() as records:
        found = judge_classifier(
            records,
            here.shelf,
            version,
            framework=here.framework,
            rule_set=here.rule_set,
            since=query.get("since"),
            until=query.get("until"),
            now=here.now(),
        )
    return json_answer(shown_judgement(found))


@routes.on("POST", "/<id:version>/promotion", gives={200: ClassifierSchema, 202: ApprovalSchema})
@writes
def promote(version: str, *, records: Records) -> Response:
    """Put it in service; 409 tells which line of its gate failed. Every process follows within a minute.

    Where a second person is needed 202 is answered with the approval that waits for them.
    """
    here = klik()
    one = ask_promotion(
        records,
        version,
        actor=actor(),
        person=person(),
        needs_second=here.settings.second_person,
        now=here.now(),
        new_id=here.new_id,
    )
    if isinstance(one, Approval):
        return json_answer(shown_approval(one), 202)
    events.classifier_promoted(one.version, by=actor())
    return _in_force(json_answer(shown_classifier(one)))


@routes.on("POST", "/current/rollback", gives={200: InServiceSchema})
@writes
def roll_back(*, records: Records) -> Response:
    """Take the one in service out of it: the one before serves again, or none does. It never waits for a second person.

    Every process follows within a minute.
    """
    one = roll_back_classifier(records, actor=actor(), now=klik().now())
    events.classifier_rolled_back(None if one is None else one.version, by=actor())
    return _in_force(json_answer({"current": None if one is None else shown_classifier(one)}))


def _in_force(answer: Response) -> Response:
    """The answer; this process follows once the change is committed."""
    served, now = klik().served, klik().now()

    @after_this_request
    def follow(given: Response) -> Response:
        served.refresh(now, at_once=True)
        return given

    return answer
