"""Read, piece by piece, what a profile is made of."""

from matcher.profiles.evidence import Evidence
from matcher.profiles.people import Who
from matcher.use_cases.find_person import find_person
from matcher.use_cases.ports import Records


def read_evidence(records: Records, who: Who, subject_id: str, *, facet: str | None = None) -> list[Evidence]:
    """Every piece of evidence, revoked ones too, oldest first. Raises NotFound."""
    find_person(records, who, subject_id)
    return records.profiles.evidence_of(who, subject_id, facet=facet)
