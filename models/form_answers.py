"""The statements about answers to forms."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, insert, select, update

from matcher.profiles.people import Who
from matcher.profiles.questionnaire import Answer, Mode
from matcher.use_cases.ports import FormAnswer
from models import answers, subjects
from models.expressions import one_of
from models.tables import form_answer

_TAKEN_OVER = (
    "id",
    "who",
    "subject_id",
    "framework",
    "facet",
    "form",
    "wave",
    "language",
    "answered_at",
    "evidence_id",
)
_OF_MANY = (
    select(form_answer)
    .where(
        form_answer.c.who == bindparam("who"),
        form_answer.c.framework == bindparam("framework"),
        form_answer.c.facet == bindparam("facet"),
        one_of(form_answer.c.subject_id, "ids"),
    )
    .order_by(form_answer.c.answered_at, form_answer.c.id)
)
_ANSWERED = ("item", "best", "worst", "points", "rating", "latency_ms")


class SqlFormAnswers:
    """Answers to forms in SQL (port `FormAnswers`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add(self, given: Sequence[FormAnswer]) -> None:
        """Keep the answers. Raises NotFound for a person who is not there, Conflict when an id is taken."""
        for who, person in sorted({(one.who, one.subject_id) for one in given}):
            subjects.hold(self._connection, who, person)
        if given:
            self._connection.execute(insert(form_answer), [_values(one) for one in given])

    def of_person(
        self, who: Who, subject_id: str, *, framework: str | None, form: str | None = None
    ) -> list[FormAnswer]:
        """What the person answered, to that form or all, oldest first; `framework` `None` means any."""
        query = (
            select(form_answer)
            .where(form_answer.c.who == who, form_answer.c.subject_id == subject_id)
            .order_by(form_answer.c.answered_at, form_answer.c.id)
        )
        if framework is not None:
            query = query.where(form_answer.c.framework == framework)
        if form is not None:
            query = query.where(form_answer.c.form == form)
        return [_form_answer(row) for row in self._connection.execute(query)]

    def of_many(
        self, who: Who, subject_ids: Collection[str], framework: str, facet: str
    ) -> dict[str, list[FormAnswer]]:
        """What each of the people answered on that facet, oldest first; who answered nothing is left out."""
        place = {"who": who, "ids": list(subject_ids), "framework": framework, "facet": facet}
        found: dict[str, list[FormAnswer]] = {}
        for row in self._connection.execute(_OF_MANY, place) if subject_ids else ():
            found.setdefault(row.subject_id, []).append(_form_answer(row))
        return found

    def point_at(self, wave: str, evidence_id: str) -> int:
        """Note of which evidence the wave's answers are now part; how many they are."""
        change = update(form_answer).where(form_answer.c.wave == wave).values(evidence_id=evidence_id)
        return self._connection.execute(change).rowcount

    def erase(self, who: Who, subject_id: str) -> None:
        """Remove every answer of the person, and every stored reply that names them."""
        subjects.hold_alone(self._connection, who, subject_id)
        self._connection.info["erased"] = True
        rows = delete(form_answer).where(form_answer.c.who == who, form_answer.c.subject_id == subject_id)
        self._connection.execute(rows)
        answers.forget_person(self._connection, subject_id)


def _values(one: FormAnswer) -> dict[str, Any]:
    said = one.answer
    values = {name: getattr(one, name) for name in _TAKEN_OVER} | {name: getattr(said, name) for name in _ANSWERED}
    return {**values, "mode": str(one.mode), "points": None if said.points is None else dict(said.points)}


def _form_answer(row: Row[*tuple[Any, ...]]) -> FormAnswer:
    values = row._mapping
    said = Answer(**{name: values[name] for name in _ANSWERED})
    return FormAnswer(**{name: values[name] for name in _TAKEN_OVER}, mode=Mode(row.mode), answer=said)
