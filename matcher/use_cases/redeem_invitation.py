"""Take a person at their link: what to ask them, and their answers. They are never shown what was made of those."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from matcher.profiles.framework import VALUES, Framework
from matcher.profiles.invitation import BadInvitation, Invitation, InvitationExpired, InvitationUsed, unseal
from matcher.profiles.questionnaire import Answer, Mode
from matcher.use_cases.answer_form import Submission, answer_form
from matcher.use_cases.ask_next import Question, question_after
from matcher.use_cases.find_person import find_person
from matcher.use_cases.ports import FormAnswer, Records
from matcher.use_cases.read_profile import ConsentState, consent_for
from matcher.use_cases.read_wave import Wave, newest_answers, read_wave


@dataclass(frozen=True, slots=True)
class Respondent:
    """Whom a link speaks for, and the question to ask them next; `None`: the form is answered, say thanks."""

    invitation: Invitation
    question: Question | None


def redeem_invitation(
    records: Records, framework: Framework, token: str, *, secret: bytes, now: datetime
) -> Respondent:
    """What the link asks now.

    Raises BadInvitation, also where another framework is in force by now; InvitationExpired; InvitationUsed once the
    form was answered after the link was made; NotFound where the person was erased.
    """
    invitation = _good(unseal(token, secret), framework, now)
    question, has_answered = _standing(records, framework, invitation, now=now)
    if question is None and has_answered:
        raise InvitationUsed
    return Respondent(invitation, question)


def answer_by_invitation(
    records: Records,
    framework: Framework,
    token: str,
    answers: tuple[Answer, ...],
    *,
    secret: bytes,
    now: datetime,
    new_id: Callable[[], str],
    mode: Mode | None = None,
) -> Respondent:
    """Keep the answers, as the person's own, and tell what is left to ask.

    The evidence names the link and who sent it. Raises as `redeem_invitation` and as `answer_form` do.
    """
    invitation = redeem_invitation(records, framework, token, secret=secret, now=now).invitation
    answer_form(
        records,
        framework,
        invitation.who,
        invitation.subject_id,
        Submission(invitation.form, invitation.language, answers, mode),
        actor=f"invitation:{invitation.id}",
        reason=f"answered by a link that {invitation.issued_by} sent",
        now=now,
        new_id=new_id,
    )
    question, _ = _standing(records, framework, invitation, now=now)
    return Respondent(invitation, question)


def _good(invitation: Invitation, framework: Framework, now: datetime) -> Invitation:
    if invitation.framework != framework.name or invitation.form not in framework.forms:
        raise BadInvitation("This link is to a form that is no longer asked here: ask for a new one.")
    if now >= invitation.expires_at:
        raise InvitationExpired
    return invitation


def _standing(
    records: Records, framework: Framework, invitation: Invitation, *, now: datetime
) -> tuple[Question | None, bool]:
    """What is left to ask, and whether anything was answered since the link was made.

    Answers that were taken back since are not asked for again: for that the person needs a new link, or this one would
    serve twice.
    """
    who, subject_id, form = invitation.who, invitation.subject_id, framework.forms[invitation.form]
    person = find_person(records, who, subject_id)
    wave = read_wave(records, framework, who, subject_id, form, now=now)
    given = records.form_answers.of_person(who, subject_id, framework=framework.name, form=form.id)
    since = [one for one in given if one.answered_at >= invitation.issued_at]
    question = question_after(
        framework, who, form, _with(wave, since), values=consent_for(person, VALUES) is not ConsentState.NONE
    )
    return question, bool(since)


def _with(wave: Wave, since: list[FormAnswer]) -> Wave:
    """The wave as if everything answered since then counted."""
    answers = newest_answers([*wave.answers, *(one.answer for one in since if one.facet == VALUES)])
    preferences = wave.preferences | {one.answer.item for one in since if one.facet != VALUES}
    return replace(wave, answers=answers, preferences=preferences)
