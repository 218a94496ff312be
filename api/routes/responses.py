"""Answers to forms, the question that comes next, and links by which people answer without a key."""

from flask import Response, request

from api.answers import json_answer, no_content
from api.blueprint import Blueprint
from api.idempotency import writes
from api.languages import spoken_language
from api.reach import actor, klik
from api.respondents import respondent_secret
from api.retries import again_when_overtaken
from api.revisions import etag
from api.routes.profiles import ETAG
from api.schemas.frameworks import language_of
from api.schemas.profiles import ProfileSchema, shown_profile
from api.schemas.responses import (
    InvitationSchema,
    InvitationWishSchema,
    NextItemQuerySchema,
    NextItemSchema,
    ResponsesSchema,
    form_asked,
    shown_invitation,
    shown_question,
)
from matcher.profiles.people import CUSTOMER, EMPLOYEE, Who
from matcher.use_cases.answer_form import Submission, answer_form
from matcher.use_cases.ask_next import ask_next
from matcher.use_cases.invite_respondent import Wish, invite_respondent
from matcher.use_cases.ports import Records


def response_routes(who: Who, person_id: str) -> Blueprint:
    """The routes of one side of the desk; `person_id` is the name its id has in paths."""
    routes = Blueprint(f"{who}_responses", __name__, url_prefix=f"/v1/{who}s/<id:{person_id}>")
    with_etag = {"responses": {status: {"headers": ETAG} for status in (200, 201)}}

    @routes.on(
        "POST", "/responses", body=ResponsesSchema, gives={201: ProfileSchema, 200: ProfileSchema}, doc=with_etag
    )
    @again_when_overtaken
    @writes
    def answer(submission: Submission, *, records: Records, **path: str) -> Response:
        """Hand in answers to a form; the value profile with them. All those of ninety days are scored together.

        201 where they begin such a wave, 200 where they join one. Of several answers to an item the last one counts.
        """
        subject = (klik().framework, who, path[person_id], submission)
        answered = answer_form(records, *subject, actor=actor(), now=klik().now(), new_id=klik().new_id)
        view = answered.view
        headers = {"ETag": etag(view.profile.facet, view.revision)}
        return json_answer(shown_profile(view), 201 if answered.begins_wave else 200, headers)

    @routes.on("GET", "/next-item", query=NextItemQuerySchema, gives={200: NextItemSchema, 204: None})
    def get_next_item(query: dict[str, str], **path: str) -> Response:
        """The question to ask a person now: for customers the one that tells most, for employees the next in order.

        204 when enough is known. The questions about preferences come last; without consent they come alone.
        """
        framework, subject = klik().framework, path[person_id]
        preferred = spoken_language(request.headers.get("Accept-Language"))
        language = language_of(framework, query.get("lang"), preferred=preferred)
        with klik().store.reading() as records:
            question = ask_next(records, framework, who, subject, form_asked(query, who), now=klik().now())
        if question is None:
            return no_content()
        return json_answer(shown_question(framework, question, language=language, subject=subject))

    @routes.on("POST", "/invitations", body=InvitationWishSchema, gives={201: InvitationSchema})
    def invite(wish: Wish, **path: str) -> Response:
        """Make a link by which a person answers a form without a key, once, until it is past its time.

        Nothing is stored: sending this twice makes two links. The evidence that comes of it names the link's id.
        """
        subject = (klik().framework, who, path[person_id], wish)
        secret, now, new_id = respondent_secret(), klik().now(), klik().new_id
        with klik().store.reading() as records:
            invited = invite_respondent(records, *subject, secret=secret, actor=actor(), now=now, new_id=new_id)
        return json_answer(shown_invitation(invited), 201)

    return routes


customer_responses = response_routes(CUSTOMER, "customer_id")
employee_responses = response_routes(EMPLOYEE, "employee_id")
