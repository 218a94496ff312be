"""Read the answers of a person to a form that count together."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from matcher.profiles.framework import VALUES, Facet, Framework
from matcher.profiles.people import CUSTOMER, Who
from matcher.profiles.questionnaire import Answer, Form, Item
from matcher.use_cases.ports import FormAnswer, Records

LASTS = timedelta(days=90)  # from a wave's first answer (profiling.md section 4)


@dataclass(frozen=True, slots=True)
class Wave:
    """Answers to one form that are scored together: the newest to each item, in the order in which those came.

    Without an `id` none was begun, the last one is over, or its evidence was taken back: an answer begins a new one.
    `preferences` are the ids of the questions about other facets that were answered in the same time and still count.
    """

    id: str | None = None
    evidence_id: str | None = None
    answers: tuple[Answer, ...] = ()
    preferences: frozenset[str] = frozenset()


def read_wave(records: Records, framework: Framework, who: Who, subject_id: str, form: Form, *, now: datetime) -> Wave:
    """The wave that an answer of this person to the form would now join."""
    given = records.form_answers.of_person(who, subject_id, framework=framework.name, form=form.id)
    counting = _counting(records, who, subject_id, given)
    preferences = {one.answer.item for one in counting if one.facet != VALUES and now - one.answered_at < LASTS}
    on_values = [one for one in counting if one.facet == VALUES]
    newest = on_values[-1] if on_values else None
    members = [one for one in on_values if newest is not None and one.wave == newest.wave]
    if newest is None or now - members[0].answered_at >= LASTS:
        return Wave(preferences=frozenset(preferences))
    answers = newest_answers(one.answer for one in members)
    return Wave(newest.wave, newest.evidence_id, answers, frozenset(preferences))


def newest_answers(answers: Iterable[Answer]) -> tuple[Answer, ...]:
    """Of several answers to an item the last one, so that nobody counts twice who says a thing twice."""
    by_item: dict[str, Answer] = {}
    for answer in answers:
        by_item.pop(answer.item, None)
        by_item[answer.item] = answer
    return tuple(by_item.values())


def asked_along(framework: Framework, form: Form) -> Mapping[str, tuple[Facet, Item]]:
    """The questions about other facets that are asked after a form, by the item's id: after the customer's only."""
    return framework.preference_items if form.id == CUSTOMER else {}


def _counting(records: Records, who: Who, subject_id: str, given: Iterable[FormAnswer]) -> list[FormAnswer]:
    """Those of the answers whose evidence nobody took back."""
    answers = list(given)
    gone: set[str] = set()
    for facet in {one.facet for one in answers}:
        pieces = records.profiles.evidence_of(who, subject_id, facet=facet)
        gone.update(piece.id for piece in pieces if piece.revoked_at is not None)
    return [one for one in answers if one.evidence_id not in gone]
