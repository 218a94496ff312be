"""Take back a piece of evidence, as if it had never been recorded."""

from datetime import datetime

from matcher.errors import NotFound
from matcher.profiles.evidence import Evidence
from matcher.profiles.facets import rebuild
from matcher.profiles.framework import Framework
from matcher.profiles.people import Who
from matcher.use_cases.find_person import find_person
from matcher.use_cases.ports import Records


def revoke_evidence(
    records: Records,
    framework: Framework,
    who: Who,
    subject_id: str,
    evidence_id: str,
    *,
    actor: str,
    now: datetime,
    reason: str | None = None,
) -> None:
    """Mark the evidence as revoked and rebuild the profile from what remains; twice is as good as once.

    Nothing is subtracted: the sums are made anew from the log. Raises NotFound.
    """
    find_person(records, who, subject_id)
    pieces = {piece.id: piece for piece in records.profiles.evidence_of(who, subject_id)}
    revoked = pieces.get(evidence_id)
    if revoked is None:
        raise NotFound(f"this {who} has no evidence {evidence_id!r}")
    if revoked.revoked_at is not None:
        return
    records.profiles.revoke(evidence_id, now=now, actor=actor, reason=reason)
    if revoked.framework == framework.name:  # a row of another framework is not read, and is rebuilt when it is adopted
        _rebuild_row(records, framework, revoked, now=now)


def _rebuild_row(records: Records, framework: Framework, revoked: Evidence, *, now: datetime) -> None:
    facet = framework.facets[revoked.facet]
    key = (revoked.who, revoked.subject_id, framework.name, facet.id)
    log = records.profiles.evidence_of(revoked.who, revoked.subject_id, facet=facet.id)
    stored = records.profiles.get(*key)
    records.profiles.put(
        *key,
        rebuild((piece for piece in log if piece.framework == framework.name), facet),
        expected_revision=stored.revision if stored else 0,
        now=now,
    )
