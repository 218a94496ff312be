"""The statements about decisions that were acted on."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, astuple, replace
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, Text, delete, func, insert, literal, select, type_coerce, update

from matcher.profiles.people import CUSTOMER, EMPLOYEE, Who
from matcher.use_cases.learning_ports import MOST_CANDIDATES, Asked, Candidate, LoggedDecision, Place, Said
from models import subjects
from models.columns import json_text
from models.dialects import allow_statement_s
from models.expressions import one_of, position
from models.learning_tables import decision_log
from models.outcomes import BATCH_ROWS, ahead_of, beyond, within

LONG_STATEMENT_S = 120
ORDER = (decision_log.c.at, decision_log.c.decision_id)

_OF_CONTACTS = select(decision_log).where(one_of(decision_log.c.contact_id, "ids")).order_by(*ORDER)
_PERSON = {CUSTOMER: decision_log.c.customer_id, EMPLOYEE: decision_log.c.employee_id}


class SqlDecisionLog:
    """Decisions in SQL (port `DecisionLog`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def add_many(self, decisions: Sequence[LoggedDecision]) -> None:
        """Keep the decisions, without people who are not there. Raises Conflict when an id is taken."""
        known = {who: subjects.those_who_stay(self._connection, who, named(decisions, who)) for who in _PERSON}
        unwritten = iter(decisions)
        while batch := [_values(of_those_there(each, known)) for each in islice(unwritten, BATCH_ROWS)]:
            self._connection.execute(insert(decision_log), batch)

    def of_contacts(self, contact_ids: Collection[str]) -> dict[str, list[LoggedDecision]]:
        """Every decision on each contact, oldest first; a contact without any is left out."""
        found: dict[str, list[LoggedDecision]] = {}
        for row in self._connection.execute(_OF_CONTACTS, {"ids": list(contact_ids)}) if contact_ids else ():
            found.setdefault(row.contact_id, []).append(_decision(row))
        return found

    def window(
        self, since: datetime | None, until: datetime | None, *, after: Place | None = None, limit: int
    ) -> list[LoggedDecision]:
        """The next `limit` decisions with since ≤ at < until, by (at, id) beyond `after`."""
        query = select(decision_log).where(*within(decision_log.c.at, since, until))
        return [_decision(row) for row in self._connection.execute(beyond(query, ORDER, after).limit(limit))]

    def latest(
        self, since: datetime | None, until: datetime | None, *, before: Place | None = None, limit: int
    ) -> list[LoggedDecision]:
        """The last `limit` decisions with since ≤ at < until, newest first by (at, id), before `before`."""
        query = select(decision_log).where(*within(decision_log.c.at, since, until))
        return [_decision(row) for row in self._connection.execute(ahead_of(query, ORDER, before).limit(limit))]

    def of_person(self, who: Who, person_id: str) -> list[LoggedDecision]:
        """Every decision that was about the person, oldest first: a customer's, or those that chose the employee."""
        query = select(decision_log).where(_PERSON[who] == person_id).order_by(*ORDER)
        return [_decision(row) for row in self._connection.execute(query)]

    def count(self, since: datetime | None = None, until: datetime | None = None) -> int:
        """How many decisions there are with since ≤ at < until."""
        query = select(func.count()).select_from(decision_log).where(*within(decision_log.c.at, since, until))
        return int(self._connection.execute(query).scalar_one())

    def forget_before(self, moment: datetime, *, limit: int) -> int:
        """Remove the oldest with at < moment, at most `limit`; how many."""
        oldest = select(decision_log.c.decision_id).where(decision_log.c.at < moment).order_by(*ORDER).limit(limit)
        return self._connection.execute(delete(decision_log).where(decision_log.c.decision_id.in_(oldest))).rowcount

    def erase_person(self, who: Who, person_id: str) -> int:
        """Remove a customer's decisions; take an employee out of all, among candidates too. How many it touched."""
        subjects.hold_alone(self._connection, who, person_id)
        self._connection.info["erased"] = True
        theirs = _PERSON[who] == person_id
        if who == CUSTOMER:
            return self._connection.execute(delete(decision_log).where(theirs)).rowcount
        unnamed = update(decision_log).where(theirs).values(employee_id=None, propensity=None, said=None)
        chosen = set(self._connection.execute(unnamed.returning(decision_log.c.decision_id)).scalars())
        return len(chosen | self._without_candidate(person_id))

    def _without_candidate(self, employee_id: str) -> set[str]:
        """The decisions among whose candidates the employee was, a batch at a time.

        Every row is searched for the text of the id: an index of candidates would be fifty times as long as the log.
        """
        allow_statement_s(self._connection, LONG_STATEMENT_S)
        columns = decision_log.c
        text = type_coerce(columns.candidates, Text)
        query = select(columns.decision_id, columns.candidates, columns.said).order_by(columns.decision_id)
        query = query.limit(BATCH_ROWS)
        query = query.where(position(text, literal(f"[{json_text(employee_id)},", Text)) > 0)
        touched, last = set[str](), ""
        while rows := self._connection.execute(query.where(columns.decision_id > last)).all():
            for decision_id, candidates, said in rows:
                left = [each for each in candidates if each[0] != employee_id]
                forgot = said and [[*each[:2], None, None] if each[2] == employee_id else each for each in said]
                change = update(decision_log).where(columns.decision_id == decision_id)
                self._connection.execute(change.values(candidates=left, said=forgot))
                touched.add(decision_id)
            last = rows[-1].decision_id
        return touched


def named(decisions: Sequence[LoggedDecision], who: Who) -> set[str]:
    """Everyone of that kind whom the decisions name."""
    if who == CUSTOMER:
        return {one.customer_id for one in decisions if one.customer_id is not None}
    chosen = {one.employee_id for one in decisions if one.employee_id is not None}
    return chosen | {each.employee_id for one in decisions for each in one.candidates}


def of_those_there(one: LoggedDecision, known: Mapping[Who, Collection[str]]) -> LoggedDecision:
    """The decision without people who are not there; of the candidates the best ones."""
    is_served = one.employee_id in known[EMPLOYEE]
    there = [each for each in one.candidates if each.employee_id in known[EMPLOYEE]]
    best = sorted(there, key=lambda each: (-each.score, each.employee_id))[:MOST_CANDIDATES]
    is_customer = one.customer_id in known[CUSTOMER]
    return replace(
        one,
        customer_id=one.customer_id if is_customer else None,
        employee_id=one.employee_id if is_served else None,
        propensity=one.propensity if is_served else None,
        candidates=tuple(best),
        candidates_left_out=one.candidates_left_out + len(one.candidates) - len(best),
        asked=one.asked if is_customer or one.asked is None else replace(one.asked, segment=None),
        said=of_favourites_there(one.said, {each.employee_id for each in best}) if is_served else (),
    )


def of_favourites_there(said: Sequence[Said], candidates: Collection[str]) -> tuple[Said, ...]:
    """The same, naming nobody who is not among these candidates."""
    return tuple(each if each.favourite in candidates else Said(each.version, each.probability) for each in said)


def _values(one: LoggedDecision) -> dict[str, Any]:
    values = {name: getattr(one, name) for name in decision_log.c.keys() if name != "decision_id"}  # noqa: SIM118
    listed = [[each.employee_id, each.score, each.probability] for each in one.candidates]
    return {
        **values,
        "decision_id": one.id,
        "versions": dict(one.versions),
        "candidates": listed,
        "asked": None if one.asked is None else asdict(one.asked),
        "said": [list(astuple(each)) for each in one.said] or None,
    }


def _decision(row: Row[*tuple[Any, ...]]) -> LoggedDecision:
    values = dict(row._mapping)
    candidates = tuple(Candidate(*each) for each in values.pop("candidates"))
    said = tuple(Said(*each) for each in values.pop("said") or ())
    asked = _asked(values.pop("asked"))
    return LoggedDecision(id=values.pop("decision_id"), candidates=candidates, asked=asked, said=said, **values)


def _asked(told: Mapping[str, Any] | None) -> Asked | None:
    if told is None:
        return None
    moments = {name: told[name] and datetime.fromisoformat(told[name]) for name in ("due_from", "due_to")}
    return Asked(**{**told, **moments})
