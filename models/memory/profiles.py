"""Evidence, the profiles folded from it, and who hides theirs, in memory."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from matcher.errors import Conflict, NotFound, StaleRevision
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import Sums
from matcher.profiles.overlay import Overlay
from matcher.profiles.people import CUSTOMER, EMPLOYEE, Who
from matcher.use_cases.ports import FormAnswer, StoredProfile, SurveyedPerson
from models.memory.tables import K, Transaction
from models.memory.work import forget_person


class MemoryEvidenceLog:
    """Evidence in memory (port `EvidenceLog`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def append(self, piece: Evidence) -> None:
        """Add a piece of evidence to the log. Raises NotFound for nobody, Conflict when its id is taken."""
        require_person(self._transaction, piece.who, piece.subject_id)
        evidence = self._transaction.changing(self._transaction.tables.evidence)
        if piece.id in evidence:
            raise Conflict(f"There is evidence {piece.id} already.")
        evidence[piece.id] = piece

    def append_many(self, pieces: Sequence[Evidence]) -> None:
        """Add all the pieces or none. Raises NotFound for nobody, Conflict when an id is taken."""
        for who in (CUSTOMER, EMPLOYEE):
            require_people(self._transaction, who, {piece.subject_id for piece in pieces if piece.who == who})
        evidence = self._transaction.changing(self._transaction.tables.evidence)
        fresh = {piece.id: piece for piece in pieces}
        taken = fresh.keys() & evidence.keys()
        if taken or len(fresh) < len(pieces):
            raise Conflict(f"There is evidence {', '.join(sorted(taken)[:3])} already, or one id stands twice.")
        evidence.update(fresh)

    def evidence_of(self, who: Who, subject_id: str, *, facet: str | None = None) -> list[Evidence]:
        """Every piece about the person, revoked ones too, oldest first by (occurred_at, id)."""
        found = [
            piece
            for piece in self._transaction.tables.evidence.values()
            if piece.who == who and piece.subject_id == subject_id and facet in (None, piece.facet)
        ]
        return sorted(found, key=lambda piece: (piece.occurred_at, piece.id))

    def evidence_of_many(
        self, who: Who, subject_ids: Collection[str], framework: str, facet: str
    ) -> dict[str, list[Evidence]]:
        """As `evidence_of`, for many people at once; who has none is left out."""
        wanted, found = frozenset(subject_ids), dict[str, list[Evidence]]()
        pieces = self._transaction.tables.evidence.values()
        for piece in sorted(pieces, key=lambda piece: (piece.occurred_at, piece.id)):
            if (piece.who, piece.framework, piece.facet) == (who, framework, facet) and piece.subject_id in wanted:
                found.setdefault(piece.subject_id, []).append(piece)
        return found

    def evidence_of_batch(self, batch: str) -> list[Evidence]:
        """Every piece of the batch, whomever it is about, revoked ones too, by (who, subject_id, id)."""
        found = [piece for piece in self._transaction.tables.evidence.values() if piece.batch == batch]
        return sorted(found, key=lambda piece: (piece.who, piece.subject_id, piece.id))

    def tags_of(
        self, who: Who, subject_ids: Collection[str], framework: str, facet: str
    ) -> dict[str, tuple[float, ...]]:
        """The share of each person's newest hr_tag that still counts; who has none is left out."""
        wanted, found = frozenset(subject_ids), dict[str, tuple[float, ...]]()
        pieces = self._transaction.tables.evidence.values()
        for piece in sorted(pieces, key=lambda piece: (piece.occurred_at, piece.id)):
            place = (piece.who, piece.framework, piece.facet, piece.source)
            if place == (who, framework, facet, Source.HR_TAG) and piece.subject_id in wanted and not piece.revoked_at:
                found[piece.subject_id] = piece.share
        return found

    def revoke(self, evidence_id: str, *, now: datetime, actor: str, reason: str | None = None) -> None:
        """Note that the piece no longer counts; the first revocation stands. Raises NotFound for an unknown piece."""
        evidence = self._transaction.changing(self._transaction.tables.evidence)
        piece = evidence.get(evidence_id)
        if piece is None:
            raise NotFound(f"There is no evidence {evidence_id}.")
        if piece.revoked_at is None:
            evidence[evidence_id] = replace(piece, revoked_at=now, revoked_by=actor, revoked_reason=reason)

    def revoke_batch(self, batch: str, *, now: datetime, actor: str, reason: str | None = None) -> int:
        """Note that no piece of the batch counts any longer; how many counted until now."""
        counting = [piece.id for piece in self.evidence_of_batch(batch) if piece.revoked_at is None]
        for evidence_id in counting:
            self.revoke(evidence_id, now=now, actor=actor, reason=reason)
        return len(counting)

    def contested_tags(
        self, who: Who, framework: str, facet: str, *, before: str | None = None, limit: int
    ) -> list[Evidence]:
        """The first `limit` contested tags with ids below `before`, by id, the last one first."""
        found = [
            piece
            for piece in self._transaction.tables.evidence.values()
            if (piece.who, piece.framework, piece.facet) == (who, framework, facet)
            and piece.is_contested
            and (before is None or piece.id < before)
        ]
        return sorted(found, key=lambda piece: piece.id, reverse=True)[:limit]

    def contested_of(self, who: Who, subject_ids: Collection[str], framework: str, facet: str) -> dict[str, Evidence]:
        """The contested tag of each person whom HR has not tagged anew since; of several the one contested last."""
        logs = self.evidence_of_many(who, subject_ids, framework, facet)
        return {person: tag for person, log in logs.items() if (tag := standing_contest(log)) is not None}


def standing_contest(pieces: Collection[Evidence]) -> Evidence | None:
    """Of one person's evidence, the tag contested last, unless a tag that counts was recorded after that."""
    contested = [piece for piece in pieces if piece.is_contested and piece.revoked_at is not None]
    if not contested:
        return None
    last = max(contested, key=lambda piece: (piece.revoked_at, piece.id))
    tags = [piece for piece in pieces if piece.source is Source.HR_TAG and piece.revoked_at is None]
    is_tagged_anew = any(last.revoked_at is not None and piece.recorded_at > last.revoked_at for piece in tags)
    return None if is_tagged_anew else last


class MemoryProfiles(MemoryEvidenceLog):
    """Evidence, profiles and who hides theirs, in memory (port `Profiles`)."""

    def get(self, who: Who, subject_id: str, framework: str, facet: str) -> StoredProfile | None:
        """The person's profile on that facet, if any evidence was folded yet."""
        return self._transaction.tables.profiles.get((who, subject_id, framework, facet))

    def get_many(
        self,
        who: Who,
        subject_ids: Collection[str],
        framework: str,
        facet: str,
        *,
        to_change: bool = False,  # noqa: ARG002  # the port's signature; writers go one at a time here
    ) -> dict[str, StoredProfile]:
        """Those of the profiles that there are, by the person's id."""
        found = {subject_id: self.get(who, subject_id, framework, facet) for subject_id in subject_ids}
        return {subject_id: stored for subject_id, stored in found.items() if stored is not None}

    def put(
        self,
        who: Who,
        subject_id: str,
        framework: str,
        facet: str,
        sums: Sums,
        *,
        expected_revision: int,
        now: datetime,  # noqa: ARG002  # the port's signature
    ) -> int:
        """Write the sums where the revision is still the expected one; the new one. Raises NotFound, StaleRevision."""
        require_person(self._transaction, who, subject_id)
        former = self.get(who, subject_id, framework, facet)
        if (0 if former is None else former.revision) != expected_revision:
            raise StaleRevision(subject_id=subject_id, facet=facet)
        profiles = self._transaction.changing(self._transaction.tables.profiles)
        profiles[who, subject_id, framework, facet] = StoredProfile(sums, expected_revision + 1)
        if who == EMPLOYEE:
            self._transaction.stamp(subject_id)
        return expected_revision + 1

    def put_many(
        self,
        who: Who,
        framework: str,
        facet: str,
        profiles: Mapping[str, StoredProfile],
        *,
        now: datetime,  # noqa: ARG002  # the port's signature
    ) -> None:
        """Write many people's sums, each where the revision is still the one read. Raises NotFound, StaleRevision."""
        require_people(self._transaction, who, profiles)
        former = self.get_many(who, profiles, framework, facet)
        changed = [
            person
            for person, stored in profiles.items()
            if stored.revision != (former[person].revision if person in former else 0)
        ]
        if changed:
            raise StaleRevision(facet=facet, changed=len(changed))
        rows = self._transaction.changing(self._transaction.tables.profiles)
        for person, stored in profiles.items():
            rows[who, person, framework, facet] = StoredProfile(stored.sums, stored.revision + 1)
        if profiles and who == EMPLOYEE:
            self._transaction.stamp(*profiles)

    def surveyed(self, who: Who, framework: str, facet: str, *, after: str | None, limit: int) -> list[SurveyedPerson]:
        """At most `limit` of those who answered a form, by id beyond `after`; of customers those who agreed."""
        tables, found = self._transaction.tables, []
        for place, stored in sorted(tables.profiles.items(), key=lambda item: item[0]):
            subject_id, customer = place[1], tables.customers.get(place[1])
            is_meant = (place[0], *place[2:]) == (who, framework, facet) and subject_id > (after or "")
            if not is_meant or Source.SURVEY.value not in stored.sums.by_source:
                continue
            if who == EMPLOYEE:
                found.append(SurveyedPerson(subject_id, None, stored.sums))
            elif customer is not None and customer.allows_values:
                found.append(SurveyedPerson(subject_id, customer.segment, stored.sums))
        return found[:limit]

    def observed(self, who: Who, framework: str, facet: str, *, after: str | None, limit: int) -> list[str]:
        """The ids of at most `limit` of those whose behaviour tells something on that facet, beyond `after`."""
        found = [
            place[1]
            for place, stored in self._transaction.tables.profiles.items()
            if (place[0], *place[2:]) == (who, framework, facet)
            and place[1] > (after or "")
            and Source.BEHAVIOUR.value in stored.sums.by_source
        ]
        return sorted(found)[:limit]

    def hide(self, who: Who, subject_id: str, hidden: bool, *, now: datetime, actor: str) -> bool:
        """Hide the person's profile, or show it again; whether that changed anything. Raises NotFound."""
        require_person(self._transaction, who, subject_id)
        marks = self._transaction.changing(self._transaction.tables.hidden)
        changed = ((who, subject_id) in marks) != hidden
        if hidden:
            marks.setdefault((who, subject_id), (now, actor))
        else:
            marks.pop((who, subject_id), None)
        if changed and who == EMPLOYEE:
            self._transaction.stamp(subject_id)
        return changed

    def hidden_of(self, who: Who, subject_ids: Collection[str]) -> set[str]:
        """Those of the people whose profile is hidden."""
        return {person for person in subject_ids if (who, person) in self._transaction.tables.hidden}

    def erase(self, who: Who, subject_id: str, *, facet: str | None = None) -> None:
        """Remove what is known of the person, on one facet or all, and every stored reply that names them.

        Without `facet` the wish to be hidden goes too: it says nothing on any facet.
        """
        tables, changing = self._transaction.tables, self._transaction.changing
        removed = int(facet is None and changing(tables.hidden).pop((who, subject_id), None) is not None)
        profiles = changing(tables.profiles)
        for place in [place for place in profiles if place[:2] == (who, subject_id) and facet in (None, place[3])]:
            del profiles[place]
            removed += 1
        removed += _drop(changing(tables.evidence), who, subject_id, facet)
        removed += _drop(changing(tables.form_answers), who, subject_id, facet)
        removed += _drop(changing(tables.overlays), who, subject_id, facet)
        forget_person(self._transaction, subject_id)
        if removed and who == EMPLOYEE:
            self._transaction.stamp(subject_id)


def require_person(transaction: Transaction, who: Who, person_id: str) -> None:
    """Raise NotFound for someone who is not there."""
    if person_id not in (transaction.tables.customers if who == CUSTOMER else transaction.tables.employees):
        raise NotFound(f"There is no {who} {person_id}.")


def require_people(transaction: Transaction, who: Who, people: Collection[str]) -> None:
    """Raise NotFound where one of them is not there, naming nobody: an error may be kept longer than a person."""
    tables = transaction.tables
    missing = set(people).difference(tables.customers if who == CUSTOMER else tables.employees)
    if missing:
        raise NotFound(f"Of these {who}s {len(missing)} are not there.")


def _drop(
    rows: dict[K, Evidence] | dict[K, FormAnswer] | dict[K, Overlay], who: Who, person_id: str, facet: str | None
) -> int:
    gone = [
        key for key, row in rows.items() if (row.who, row.subject_id) == (who, person_id) and facet in (None, row.facet)
    ]
    for key in gone:
        del rows[key]
    return len(gone)
