"""How answers to forms look on the wire, and the question that comes next."""

from collections.abc import Mapping
from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.frameworks import ShownItemSchema, shown_item
from api.schemas.strict import Choice, Key, ListOf, MapOf, Number, Part, StrictSchema, Whole, shown_moment
from matcher.profiles.choice_model import POINTS
from matcher.profiles.framework import Framework
from matcher.profiles.people import CUSTOMER, Who
from matcher.profiles.questionnaire import Answer, Mode
from matcher.use_cases.answer_form import Submission
from matcher.use_cases.ask_next import Question
from matcher.use_cases.invite_respondent import LONGEST_DAYS, Invited, Wish

MOST_ANSWERS = 400  # the longest published questionnaires have 300 items
LONGEST_LATENCY_MS = 86_400_000  # a day over one question
DEFAULT_DAYS = 14  # of a link
FORM_OF = {CUSTOMER: "customer"}  # the form of everyone else is the staff's

ITEM_META = {"description": "One that takes several picks comes as often, each time with another `best`."}
LATENCY_META = {"description": "From the question's appearing to the answer."}
FORM_META = {"description": "Left out: the customers' form for customers, the staff's for employees."}
LANG_META = {"description": "A language of the framework; left out: by Accept-Language, else the framework's first."}


class AnswerSchema(StrictSchema):
    """One answer: `best` and perhaps `worst` by their keys, ten `points` shared out by key, or a `rating`."""

    item = Key(required=True, metadata=ITEM_META)
    best = Key()
    worst = Key()
    points = MapOf(Whole(0, POINTS), least=1)
    rating = Number()
    latency_ms = Whole(0, LONGEST_LATENCY_MS, metadata=LATENCY_META)

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> Answer:
        """The answer."""
        return Answer(**read)


class ResponsesSchema(StrictSchema):
    """Answers to one form. With a `mode` of the form only that way to answer is accepted."""

    form = Key(required=True)
    lang = Key(required=True)
    answers = ListOf(Part(AnswerSchema), least=1, most=MOST_ANSWERS, required=True)
    mode = Choice(tuple(Mode), code="unknown_mode")

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> Submission:
        """What is handed in."""
        mode = Mode(read["mode"]) if "mode" in read else None
        return Submission(read["form"], read["lang"], tuple(read["answers"]), mode)


class NextItemQuerySchema(StrictSchema):
    """Of which form, and in which language."""

    form = Key(metadata=FORM_META)
    lang = Key(metadata=LANG_META)


class NextItemSchema(ShownItemSchema):
    """The question to ask now, its options in this person's own lasting shuffle; answers name them by key.

    `answered` counts the form's items answered so far; ratings lie on `scale`. Show the `notice` with the form.
    """

    framework = fields.String(required=True)
    form = fields.String(required=True)
    lang = fields.String(required=True)
    notice = fields.String(required=True)
    answered = fields.Integer(required=True)
    scale = fields.List(fields.Float())


class InvitationWishSchema(StrictSchema):
    """What to ask, in which language, and for how many days the link is to serve."""

    form = Key(required=True)
    lang = Key(required=True)
    valid_days = Whole(1, LONGEST_DAYS, load_default=DEFAULT_DAYS)

    @ma.post_load
    def make(self, read: dict[str, Any], **_: Any) -> Wish:
        """What is wished for."""
        return Wish(read["form"], read["lang"], read["valid_days"])


class InvitationSchema(ma.Schema):
    """A link's token, shown once and not kept: who has it may answer this form for this person, and nothing else."""

    id = fields.String(required=True)
    subject = fields.String(required=True)
    form = fields.String(required=True)
    lang = fields.String(required=True)
    token = fields.String(required=True)
    expires_at = fields.AwareDateTime(required=True)


def shown_invitation(invited: Invited) -> dict[str, Any]:
    """An invitation as `InvitationSchema` documents it."""
    invitation = invited.invitation
    return {
        "id": invitation.id,
        "subject": invitation.subject_id,
        "form": invitation.form,
        "lang": invitation.language,
        "token": invited.token,
        "expires_at": shown_moment(invitation.expires_at),
    }


def form_asked(query: Mapping[str, str], who: Who) -> str:
    """The form a query names, else the one that is meant for this side of the desk."""
    return query.get("form", FORM_OF.get(who, "staff"))


def shown_question(framework: Framework, question: Question, *, language: str, subject: str) -> dict[str, Any]:
    """A question as `NextItemSchema` documents it."""
    document: dict[str, Any] = {
        **shown_item(question.item, question.mode, language, subject),
        "framework": framework.name,
        "form": question.form.id,
        "lang": language,
        "notice": framework.notices[language],
        "answered": question.answered,
    }
    if question.mode is Mode.RATE and question.form.rating is not None:
        document["scale"] = list(question.form.rating)
    return document
