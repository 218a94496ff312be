"""The statements about evidence, and about the profiles folded from it."""

from collections.abc import Collection, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, Row, bindparam, delete, func, insert, literal, select, update

from matcher.errors import NotFound, StaleRevision
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import SourceSum, Sums
from matcher.profiles.people import EMPLOYEE, Who
from matcher.use_cases.ports import StoredProfile
from models import answers, staff_mark
from models.columns import UtcTime
from models.dialects import insert_new
from models.expressions import one_of
from models.tables import evidence, profile

SUMS = (profile.c.sums, profile.c.rejection, profile.c.prior)

_OF_FACET = select(profile.c.subject_id, *SUMS, profile.c.revision).where(
    profile.c.who == bindparam("who"),
    profile.c.framework == bindparam("framework"),
    profile.c.facet == bindparam("facet"),
)
_GET = _OF_FACET.where(profile.c.subject_id == bindparam("subject_id"))
_GET_MANY = _OF_FACET.where(one_of(profile.c.subject_id, "ids"))


class SqlProfiles:
    """Evidence and profiles in SQL (port `Profiles`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, who: Who, subject_id: str, framework: str, facet: str) -> StoredProfile | None:
        """The person's profile on that facet, if any evidence was folded yet."""
        place = {"who": who, "subject_id": subject_id, "framework": framework, "facet": facet}
        row = self._connection.execute(_GET, place).first()
        return None if row is None else _stored(row)

    def get_many(self, who: Who, subject_ids: Collection[str], framework: str, facet: str) -> dict[str, StoredProfile]:
        """Those of the profiles that there are, by the person's id."""
        if not subject_ids:
            return {}
        place = {"who": who, "ids": list(subject_ids), "framework": framework, "facet": facet}
        return {row[0]: _stored(row) for row in self._connection.execute(_GET_MANY, place)}

    def put(
        self,
        who: Who,
        subject_id: str,
        framework: str,
        facet: str,
        sums: Sums,
        *,
        expected_revision: int,
        now: datetime,
    ) -> int:
        """Write the sums where the revision is still the expected one; the new revision. Raises StaleRevision."""
        if who == EMPLOYEE:
            staff_mark.lock(self._connection)
        place = {"who": who, "subject_id": subject_id, "framework": framework, "facet": facet}
        values = {**sums_values(sums), "revision": expected_revision + 1, "updated_at": now}
        if expected_revision == 0:
            written = insert_new(self._connection, profile, {**place, **values})
        else:
            here = [profile.c[name] == value for name, value in place.items()]
            change = update(profile).where(*here, profile.c.revision == expected_revision).values(**values)
            written = self._connection.execute(change).rowcount == 1
        if not written:
            raise StaleRevision(subject_id=subject_id, facet=facet)
        if who == EMPLOYEE:
            staff_mark.stamp(self._connection, subject_id)
        return expected_revision + 1

    def append(self, piece: Evidence) -> None:
        """Add a piece of evidence to the log. Raises Conflict, at the latest at the commit, when its id is taken."""
        self._connection.execute(insert(evidence).values(**_evidence_values(piece)))

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
                evidence.c.revoked_at.is_(None),
            )
            .order_by(evidence.c.occurred_at, evidence.c.id)
        )
        return {subject_id: tuple(share) for subject_id, share in self._connection.execute(query)}

    def revoke(self, evidence_id: str, *, now: datetime, actor: str) -> None:
        """Note that the piece no longer counts; the first revocation stands. Raises NotFound for an unknown piece."""
        change = (
            update(evidence)
            .where(evidence.c.id == evidence_id)
            .values(
                revoked_at=func.coalesce(evidence.c.revoked_at, literal(now, UtcTime)),
                revoked_by=func.coalesce(evidence.c.revoked_by, actor),
            )
        )
        if self._connection.execute(change).rowcount == 0:
            raise NotFound(f"There is no evidence {evidence_id}.")

    def erase(self, who: Who, subject_id: str, *, facet: str | None = None) -> None:
        """Remove the person's evidence and profiles, of one facet or all, and every stored answer that names them."""
        if who == EMPLOYEE:
            staff_mark.lock(self._connection)
        self._connection.info["erased"] = True
        removed = 0
        for table in (evidence, profile):
            rows = delete(table).where(table.c.who == who, table.c.subject_id == subject_id)
            if facet is not None:
                rows = rows.where(table.c.facet == facet)
            removed += self._connection.execute(rows).rowcount
        answers.forget_person(self._connection, subject_id)
        if removed and who == EMPLOYEE:
            staff_mark.stamp(self._connection, subject_id)


def sums_values(sums: Sums) -> dict[str, Any]:
    """The sums' columns by name."""
    by_source = {str(source): _source_values(one) for source, one in sums.by_source.items()}
    rejection = None if sums.rejection is None else list(sums.rejection)
    prior = None if sums.prior is None else {"vec": list(sums.prior), "t": _moment_text(sums.prior_at)}
    return {"sums": by_source, "rejection": rejection, "prior": prior}


def sums_of(by_source: Mapping[str, Any], rejection: list[float] | None, prior: Mapping[str, Any] | None) -> Sums:
    """The sums as stored. An import leaves weight `w` and share `vec` apart, for one SQL statement to write."""
    return Sums(
        by_source={source: _source_sum(one) for source, one in by_source.items()},
        rejection=None if rejection is None else tuple(rejection),
        prior=None if prior is None else tuple(prior["vec"]),
        prior_at=None if prior is None or prior["t"] is None else datetime.fromisoformat(prior["t"]),
    )


def _source_sum(one: Mapping[str, Any]) -> SourceSum:
    weight = one.get("w")
    vector = tuple(one["vec"]) if weight is None else tuple(weight * part for part in one["vec"])
    by_open_set = {tuple(part["dims"]): tuple(part["vec"]) for part in one.get("open", ())}
    return SourceSum(vector, datetime.fromisoformat(one["t"]), by_open_set)


def _source_values(one: SourceSum) -> dict[str, Any]:
    """As JSON; parts observed while categories were closed stand under `open`, each with those that were open."""
    values = {"vec": list(one.vector), "t": _moment_text(one.at)}
    if not one.by_open_set:
        return values
    parts = [{"dims": list(opened), "vec": list(vector)} for opened, vector in one.by_open_set.items()]
    return {**values, "open": parts}


def _moment_text(moment: datetime | None) -> str | None:
    return None if moment is None else moment.astimezone(UTC).isoformat()


def _stored(row: Row[*tuple[Any, ...]]) -> StoredProfile:
    _, sums, rejection, prior, revision = row
    return StoredProfile(sums_of(sums, rejection, prior), revision)


def _evidence_values(piece: Evidence) -> dict[str, Any]:
    values = {name: getattr(piece, name) for name in evidence.c.keys()}  # noqa: SIM118  # columns, not a dict
    return {**values, "source": str(piece.source), "share": list(piece.share), "detail": dict(piece.detail)}


def _evidence(row: Row[*tuple[Any, ...]]) -> Evidence:
    values = dict(row._mapping)
    return Evidence(**{**values, "source": Source(values["source"]), "share": tuple(values["share"])})
