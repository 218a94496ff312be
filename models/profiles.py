"""The statements about profiles folded from evidence, about who hides theirs, and about forgetting all of it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import Executable, Row, Text, and_, bindparam, delete, literal, null, select, update

from matcher.errors import StaleRevision
from matcher.profiles.evidence import Source
from matcher.profiles.facets import SourceSum, Sums
from matcher.profiles.people import CUSTOMER, EMPLOYEE, Who
from matcher.use_cases.ports import StoredProfile, SurveyedPerson
from models import answers, staff_mark, subjects
from models.dialects import insert_into, insert_new
from models.evidence import BATCH_ROWS, SqlEvidenceLog
from models.expressions import one_of, position
from models.tables import customer, evidence, form_answer, profile, profile_hidden, state_overlay

SUMS = (profile.c.sums, profile.c.rejection, profile.c.prior)

_OF_FACET = select(profile.c.subject_id, *SUMS, profile.c.revision).where(
    profile.c.who == bindparam("who"),
    profile.c.framework == bindparam("framework"),
    profile.c.facet == bindparam("facet"),
)
_GET = _OF_FACET.where(profile.c.subject_id == bindparam("subject_id"))
_GET_MANY = _OF_FACET.where(one_of(profile.c.subject_id, "ids"))
_GET_TO_CHANGE = _GET_MANY.order_by(profile.c.subject_id).with_for_update()  # in one order: no two wait in a circle
_HIDDEN = select(profile_hidden.c.subject_id).where(
    profile_hidden.c.who == bindparam("who"), one_of(profile_hidden.c.subject_id, "ids")
)
_SURVEYED = (
    _OF_FACET.where(
        profile.c.subject_id > bindparam("after"),
        position(profile.c.sums, literal(f'"{Source.SURVEY.value}":', Text)) > 0,
    )
    .order_by(profile.c.subject_id)
    .limit(bindparam("most"))
)
_SURVEYED_BY_WHO = {
    EMPLOYEE: _SURVEYED.add_columns(null().label("segment")),
    CUSTOMER: _SURVEYED.add_columns(customer.c.segment).join(
        customer, and_(customer.c.id == profile.c.subject_id, customer.c.consent_values.is_(True))
    ),
}
_OBSERVED = (
    select(profile.c.subject_id)
    .where(
        profile.c.who == bindparam("who"),
        profile.c.framework == bindparam("framework"),
        profile.c.facet == bindparam("facet"),
        profile.c.subject_id > bindparam("after"),
        position(profile.c.sums, literal(f'"{Source.BEHAVIOUR.value}":', Text)) > 0,
    )
    .order_by(profile.c.subject_id)
    .limit(bindparam("most"))
)
_CHANGE_ONE_OF_MANY = (
    update(profile)
    .where(
        profile.c.who == bindparam("of_who"),
        profile.c.framework == bindparam("of_framework"),
        profile.c.facet == bindparam("of_facet"),
        profile.c.subject_id == bindparam("of_subject"),
        profile.c.revision == bindparam("expected"),
    )
    .values(revision=profile.c.revision + 1)
)
_BY_FACET = (evidence, profile, form_answer, state_overlay)  # what is known of a person, facet by facet


class SqlProfiles(SqlEvidenceLog):
    """Evidence, profiles and who hides theirs, in SQL (port `Profiles`)."""

    def get(self, who: Who, subject_id: str, framework: str, facet: str) -> StoredProfile | None:
        """The person's profile on that facet, if any evidence was folded yet."""
        place = {"who": who, "subject_id": subject_id, "framework": framework, "facet": facet}
        row = self._connection.execute(_GET, place).first()
        return None if row is None else _stored(row)

    def get_many(
        self, who: Who, subject_ids: Collection[str], framework: str, facet: str, *, to_change: bool = False
    ) -> dict[str, StoredProfile]:
        """Those of the profiles that there are, by the person's id; `to_change` keeps others from changing them."""
        if not subject_ids:
            return {}
        if to_change:
            subjects.hold_those_there(self._connection, who, subject_ids)
        place = {"who": who, "ids": list(subject_ids), "framework": framework, "facet": facet}
        query = _GET_TO_CHANGE if to_change else _GET_MANY
        return {row[0]: _stored(row) for row in self._connection.execute(query, place)}

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
        """Write the sums where the revision is still the expected one; the new one. Raises NotFound, StaleRevision."""
        subjects.hold(self._connection, who, subject_id)
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

    def put_many(
        self, who: Who, framework: str, facet: str, profiles: Mapping[str, StoredProfile], *, now: datetime
    ) -> None:
        """Write many people's sums, each where the revision is still the one that was read.

        Raises NotFound where one of them is not there, StaleRevision where one was changed.
        A row changed meanwhile is not found under its former revision, and a row begun meanwhile is in the way of the
        new one: either is counted as missing, and everything is taken back.
        """
        subjects.hold_all(self._connection, who, profiles)
        place = {"who": who, "framework": framework, "facet": facet}
        rows = [(person, stored, sums_values(stored.sums)) for person, stored in sorted(profiles.items())]
        fresh = [
            {**place, "subject_id": person, **sums, "revision": 1, "updated_at": now}
            for person, stored, sums in rows
            if not stored.revision
        ]
        former = [
            {**{f"of_{name}": each for name, each in place.items()}, "of_subject": person, "expected": stored.revision}
            | {**sums, "updated_at": now}
            for person, stored, sums in rows
            if stored.revision
        ]
        with self._connection.begin_nested():
            written = self._in_batches(insert_into(self._connection, profile).on_conflict_do_nothing(), fresh)
            written += self._in_batches(_CHANGE_ONE_OF_MANY, former)
            if written != len(rows):
                raise StaleRevision(facet=facet, changed=len(rows) - written)
        if rows and who == EMPLOYEE:
            staff_mark.stamp(self._connection, *profiles)

    def _in_batches(self, statement: Executable, rows: Sequence[Mapping[str, Any]]) -> int:
        """How many rows the statement wrote, run for a thousand at a time."""
        unwritten, written = iter(rows), 0
        while batch := list(islice(unwritten, BATCH_ROWS)):
            done = self._connection.execute(statement, batch, execution_options={"preserve_rowcount": True})
            written += done.rowcount
        return written

    def surveyed(self, who: Who, framework: str, facet: str, *, after: str | None, limit: int) -> list[SurveyedPerson]:
        """At most `limit` of those who answered a form, by id beyond `after`; of customers those who agreed."""
        place = {"who": who, "framework": framework, "facet": facet, "after": after or "", "most": limit}
        rows = self._connection.execute(_SURVEYED_BY_WHO[who], place)
        return [SurveyedPerson(row[0], row.segment, sums_of(*row[1:4])) for row in rows]

    def observed(self, who: Who, framework: str, facet: str, *, after: str | None, limit: int) -> list[str]:
        """The ids of at most `limit` of those whose behaviour tells something on that facet, beyond `after`."""
        place = {"who": who, "framework": framework, "facet": facet, "after": after or "", "most": limit}
        return list(self._connection.execute(_OBSERVED, place).scalars())

    def hide(self, who: Who, subject_id: str, hidden: bool, *, now: datetime, actor: str) -> bool:
        """Hide the person's profile, or show it again; whether that changed anything. Raises NotFound."""
        subjects.hold(self._connection, who, subject_id)
        place = {"who": who, "subject_id": subject_id}
        if hidden:
            changed = insert_new(self._connection, profile_hidden, {**place, "hidden_at": now, "hidden_by": actor})
        else:
            changed = self._unhide(who, subject_id)
        if changed and who == EMPLOYEE:
            staff_mark.stamp(self._connection, subject_id)
        return changed

    def _unhide(self, who: Who, subject_id: str) -> bool:
        mark = delete(profile_hidden).where(profile_hidden.c.who == who, profile_hidden.c.subject_id == subject_id)
        return self._connection.execute(mark).rowcount == 1

    def hidden_of(self, who: Who, subject_ids: Collection[str]) -> set[str]:
        """Those of the people whose profile is hidden."""
        if not subject_ids:
            return set()
        return set(self._connection.execute(_HIDDEN, {"who": who, "ids": list(subject_ids)}).scalars())

    def erase(self, who: Who, subject_id: str, *, facet: str | None = None) -> None:
        """Remove what is known of the person, on one facet or all, and every stored reply that names them.

        Without `facet` the wish to be hidden goes too: it says nothing on any facet.
        """
        subjects.hold_alone(self._connection, who, subject_id)
        self._connection.info["erased"] = True
        removed = int(facet is None and self._unhide(who, subject_id))
        for table in _BY_FACET:
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
