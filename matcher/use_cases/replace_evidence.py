"""Put a piece of evidence in the place of former ones that said the same with less."""

from collections.abc import Collection
from datetime import datetime

from matcher.profiles.evidence import Evidence
from matcher.profiles.facets import rebuild
from matcher.profiles.framework import Framework
from matcher.use_cases.ports import Records
from matcher.use_cases.record_evidence import record_evidence

SYSTEM = "system"  # who takes evidence back where nobody decided to: what is known was replaced by what is known better


def replace_evidence(
    records: Records,
    framework: Framework,
    former: Collection[str],
    evidence: Evidence,
    *,
    reason: str,
    expected_revision: int,
    now: datetime,
) -> int:
    """The new revision of the profile row, with the evidence in it and the former pieces taken back, told as `reason`.

    `former` are ids of pieces on the same facet of the same person that counted when the row was read; the row must
    still be that one. Raises StaleRevision.
    """
    if not former:
        return record_evidence(records, framework, evidence, now=now, expected_revision=expected_revision)
    facet = framework.facets[evidence.facet]
    log = records.profiles.evidence_of(evidence.who, evidence.subject_id, facet=facet.id)
    for piece_id in sorted(former):
        records.profiles.revoke(piece_id, now=now, actor=SYSTEM, reason=reason)
    records.profiles.append(evidence)
    kept = [piece for piece in log if piece.framework == framework.name and piece.id not in former]
    key = (evidence.who, evidence.subject_id, framework.name, facet.id)
    return records.profiles.put(*key, rebuild([*kept, evidence], facet), expected_revision=expected_revision, now=now)
