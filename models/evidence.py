"""The statements about evidence: a log that is added to and never changed, but to note that a piece was revoked."""

from collections.abc import Collection, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, bindparam, func, insert, select, update

from matcher.errors import NotFound
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.people import CUSTOMER, EMPLOYEE, Who
from models import subjects
from models.expressions import one_of
from models.tables import evidence

BATCH_ROWS = 1_000

_COUNTS = evidence.c.revoked_at.is_(None)
_OF_FACET = select(evidence).where(
    evidence.c.who == bindparam("who"),
    evidence.c.framework == bindparam("framework"),
    evidence.c.facet == bindparam("facet"),
)
_OF_MANY = _OF_FACET.where(one_of(evidence.c.subject_id, "ids")).order_by(evidence.c.occurred_at, evidence.c.id)
_CONTESTED = _OF_FACET.where(
    evidence.c.source == Source.HR_TAG.value,
    evidence.c.revoked_by == evidence.c.who + ":" + evidence.c.subject_id,  # see `as_themselves`
)
_CONTESTED_OF = _CONTESTED.where(one_of(evidence.c.subject_id, "ids")).order_by(evidence.c.revoked_at, evidence.c.id)
_TAGGED_LAST = (
    select(evidence.c.subject_id, func.max(evidence.c.recorded_at))
    .where(
        evidence.c.who == bindparam("who"),
        evidence.c.framework == bindparam("framework"),
        evidence.c.facet == bindparam("facet"),
        evidence.c.source == Source.HR_TAG.value,
        one_of(evidence.c.subject_id, "ids"),
        _COUNTS,
    )
    .group_by(evidence.c.subject_id)
)


class SqlEvidenceLog:
    """Evidence in SQL (port `EvidenceLog`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def append(self, piece: Evidence) -> None:
        """Add a piece. Raises NotFound for nobody; Conflict, at the latest at the commit, when its id is taken."""
        subjects.hold(self._connection, piece.who, piece.subject_id)
        self._connection.execute(insert(evidence).values(**_values(piece)))

    def append_many(self, pieces: Sequence[Evidence]) -> None:
        """Add all, in a statement a thousand, or none. Raises NotFound for nobody, Conflict when an id is taken."""
        for who in (CUSTOMER, EMPLOYEE):
            subjects.hold_all(self._connection, who, {piece.subject_id for piece in pieces if piece.who == who})
        unwritten = iter(pieces)
        while batch := [_values(piece) for piece in islice(unwritten, BATCH_ROWS)]:
            self._connection.execute(insert(evidence), batch)

    def evidence_of(self, who: Who, subject_id: str, *, facet: str | None = None) -> list[Evidence]:
        """Every piece about the person, revoked ones too, oldest first by (occurred_at, id)."""
        query = (
            select(evidence)
            .where(evidence.c.who == who, evidence.c.subject_id == subject_id)
            .order_by(evidence.c.occurred_at, evidence.c.id)
        )
        if facet is not None:
            query = query.where(evidence.c.facet == facet)
        return [_evidence(row) for row in self._connection.execute(query)]

    def evidence_of_many(
        self, who: Who, subject_ids: Collection[str], framework: str, facet: str
    ) -> dict[str, list[Evidence]]:
        """As `evidence_of`, for many people at once; who has none is left out."""
        place = {"who": who, "ids": list(subject_ids), "framework": framework, "facet": facet}
        found: dict[str, list[Evidence]] = {}
        for row in self._connection.execute(_OF_MANY, place) if subject_ids else ():
            found.setdefault(row.subject_id, []).append(_evidence(row))
        return found

    def evidence_of_batch(self, batch: str) -> list[Evidence]:
        """Every piece of the batch, whomever it is about, revoked ones too, by (who, subject_id, id)."""
        order = (evidence.c.who, evidence.c.subject_id, evidence.c.id)
        query = select(evidence).where(evidence.c.batch == batch).order_by(*order)
        return [_evidence(row) for row in self._connection.execute(query)]

    def tags_of(
        self, who: Who, subject_ids: Collection[str], framework: str, facet: str
    ) -> dict[str, tuple[float, ...]]:
        """The share of each person's newest hr_tag that still counts; who has none is left out."""
        query = (
            select(evidence.c.subject_id, evidence.c.share)
            .where(
                evidence.c.who == who,
                evidence.c.subject_id.in_(subject_ids),
                evidence.c.framework == framework,
                evidence.c.facet == facet,
                evidence.c.source == Source.HR_TAG.value,
                _COUNTS,
            )
            .order_by(evidence.c.occurred_at, evidence.c.id)
        )
        return {subject_id: tuple(share) for subject_id, share in self._connection.execute(query)}

    def contested_tags(
        self, who: Who, framework: str, facet: str, *, before: str | None = None, limit: int
    ) -> list[Evidence]:
        """The first `limit` contested tags with ids below `before`, by id, the last one first."""
        query = _CONTESTED.order_by(evidence.c.id.desc()).limit(limit)
        if before is not None:
            query = query.where(evidence.c.id < before)
        place = {"who": who, "framework": framework, "facet": facet}
        return [_evidence(row) for row in self._connection.execute(query, place)]

    def contested_of(self, who: Who, subject_ids: Collection[str], framework: str, facet: str) -> dict[str, Evidence]:
        """The contested tag of each person whom HR has not tagged anew since; of several the one contested last."""
        place = {"who": who, "ids": list(subject_ids), "framework": framework, "facet": facet}
        rows = self._connection.execute(_CONTESTED_OF, place) if subject_ids else ()
        contested = {row.subject_id: _evidence(row) for row in rows}
        if not contested:
            return {}
        place["ids"] = list(contested)
        tagged_at = dict(iter(self._connection.execute(_TAGGED_LAST, place)))
        return {
            person: tag
            for person, tag in contested.items()
            if tag.revoked_at is not None and not (person in tagged_at and tagged_at[person] > tag.revoked_at)
        }

    def revoke(self, evidence_id: str, *, now: datetime, actor: str, reason: str | None = None) -> None:
        """Note that the piece no longer counts; the first revocation stands. Raises NotFound for an unknown piece."""
        marked = {"revoked_at": now, "revoked_by": actor, "revoked_reason": reason}
        this = evidence.c.id == evidence_id
        self._hold_those_in(this)
        if self._connection.execute(update(evidence).where(this, _COUNTS).values(**marked)).rowcount:
            return
        if self._connection.execute(select(evidence.c.id).where(this)).first() is None:
            raise NotFound(f"There is no evidence {evidence_id}.")

    def revoke_batch(self, batch: str, *, now: datetime, actor: str, reason: str | None = None) -> int:
        """Note that no piece of the batch counts any longer; how many counted until now."""
        marked = {"revoked_at": now, "revoked_by": actor, "revoked_reason": reason}
        self._hold_those_in(and_(evidence.c.batch == batch, _COUNTS))
        change = update(evidence).where(evidence.c.batch == batch, _COUNTS).values(**marked)
        return self._connection.execute(change).rowcount

    def _hold_those_in(self, these: ColumnElement[bool]) -> None:
        """Let nobody erase whom these pieces are about, before a row is taken: an erasure takes the person first."""
        about = select(evidence.c.who, evidence.c.subject_id).where(these).distinct()
        people = [tuple(row) for row in self._connection.execute(about)]
        for who in (CUSTOMER, EMPLOYEE):
            subjects.hold_those_there(self._connection, who, [person for kind, person in people if kind == who])


def _values(piece: Evidence) -> dict[str, Any]:
    values = {name: getattr(piece, name) for name in evidence.c.keys()}  # noqa: SIM118  # columns, not a dict
    return {**values, "source": str(piece.source), "share": list(piece.share), "detail": dict(piece.detail)}


def _evidence(row: Row[*tuple[Any, ...]]) -> Evidence:
    values = dict(row._mapping)
    return Evidence(**{**values, "source": Source(values["source"]), "share": tuple(values["share"])})
