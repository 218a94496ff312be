"""Choose what to ask a person next."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from matcher.profiles.adaptive import next_item
from matcher.profiles.framework import VALUES, Facet, Framework
from matcher.profiles.people import CUSTOMER, Who
from matcher.profiles.questionnaire import Answer, Form, Item, Mode
from matcher.use_cases.find_person import find_person
from matcher.use_cases.ports import Records
from matcher.use_cases.read_profile import ConsentState, consent_for
from matcher.use_cases.read_wave import Wave, asked_along, read_wave


@dataclass(frozen=True, slots=True)
class Question:
    """One item to ask, how it is to be answered, and how many of the form's were answered in this wave so far."""

    form: Form
    item: Item
    mode: Mode
    answered: int


def ask_next(
    records: Records, framework: Framework, who: Who, subject_id: str, form_id: str, *, now: datetime
) -> Question | None:
    """The question that comes next on this form; `None` when enough is known or nothing is left to ask.

    Customers are asked what tells most (profiling.md section 9), staff in the form's order; then come the questions
    about other facets. Customers who have not agreed to a value profile are asked only those. Raises NotFound;
    InvalidInput `unknown_form`.
    """
    person = find_person(records, who, subject_id)
    form = framework.form(form_id)
    wave = read_wave(records, framework, who, subject_id, form, now=now)
    may_ask = consent_for(person, VALUES) is not ConsentState.NONE
    return question_after(framework, who, form, wave, values=may_ask)


def question_after(framework: Framework, who: Who, form: Form, wave: Wave, *, values: bool) -> Question | None:
    """What comes after the answers of that wave; without `values` only questions about other facets."""
    answered = len(wave.answers)
    item_id = _next_of_form(form, framework.values, wave.answers, who) if values else None
    if item_id is not None:
        return Question(form, form.items[item_id], form.modes[0], answered)
    along = asked_along(framework, form)
    left = next((item for name, (_, item) in along.items() if name not in wave.preferences), None)
    return None if left is None else Question(form, left, Mode.BEST_ONLY, answered)


def _next_of_form(form: Form, facet: Facet, answers: Sequence[Answer], who: Who) -> str | None:
    if who == CUSTOMER:
        return next_item(form, facet, answers)
    answered = {answer.item for answer in answers}
    return next((name for name in form.order if name not in answered), None)
