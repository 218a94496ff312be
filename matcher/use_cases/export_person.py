"""Give people everything that is held about them."""

from dataclasses import dataclass
from datetime import datetime

from matcher.profiles.evidence import Evidence
from matcher.profiles.framework import Framework
from matcher.profiles.people import EMPLOYEE, Customer, Employee, Presence, Who
from matcher.use_cases.find_person import find_person
from matcher.use_cases.ports import Records
from matcher.use_cases.read_profile import ProfileView, read_profile


@dataclass(frozen=True, slots=True)
class PersonExport:
    """Master data, presence, every piece of evidence (revoked ones too) and the profiles made of it."""

    who: Who
    person: Customer | Employee
    presence: Presence | None
    evidence: tuple[Evidence, ...]
    profiles: tuple[ProfileView, ...]
    exported_at: datetime


def export_person(records: Records, framework: Framework, who: Who, subject_id: str, *, now: datetime) -> PersonExport:
    """Everything held about the person at `now` (GDPR articles 15 and 20). Raises NotFound."""
    person = find_person(records, who, subject_id)
    return PersonExport(
        who=who,
        person=person,
        presence=records.employees.presence(subject_id) if who == EMPLOYEE else None,
        evidence=tuple(records.profiles.evidence_of(who, subject_id)),
        profiles=tuple(read_profile(records, framework, who, subject_id, now=now)),
        exported_at=now,
    )
