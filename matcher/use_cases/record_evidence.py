"""Write a piece of evidence into the log and into the profile row folded from it."""

from datetime import datetime

from matcher.profiles.evidence import Evidence
from matcher.profiles.facets import NOTHING, fold
from matcher.profiles.framework import Framework
from matcher.use_cases.ports import Records, StoredProfile


def record_evidence(
    records: Records, framework: Framework, evidence: Evidence, *, now: datetime, expected_revision: int | None = None
) -> int:
    """The new revision of the profile row, with the evidence in it.

    With `expected_revision` the row must still be the one the caller read. Raises StaleRevision.
    """
    facet = framework.facets[evidence.facet]
    key = (evidence.who, evidence.subject_id, framework.name, facet.id)
    stored = records.profiles.get(*key) or StoredProfile(NOTHING, 0)
    records.profiles.append(evidence)
    return records.profiles.put(
        *key,
        fold(stored.sums, evidence, facet),
        expected_revision=stored.revision if expected_revision is None else expected_revision,
        now=now,
    )
