"""Give people everything that is held about them."""

from dataclasses import dataclass
from datetime import datetime

from matcher.contacts.outcome import DEFAULT_TERMS, ContactOutcome, OutcomeTerms
from matcher.profiles.evidence import Evidence
from matcher.profiles.framework import Framework
from matcher.profiles.overlay import Overlay
from matcher.profiles.people import EMPLOYEE, Customer, Employee, Presence, Who
from matcher.use_cases.find_person import find_person
from matcher.use_cases.list_outcomes import judged_anew
from matcher.use_cases.ports import FormAnswer, LoggedDecision, Records
from matcher.use_cases.read_profile import ProfileView, read_profile


@dataclass(frozen=True, slots=True)
class PersonExport:
    """Master data, presence, every piece of evidence (revoked ones too) and the profiles made of it.

    Also every answer to a form, every acute state that is kept, and whether the person hides their profile; and what
    came of their contacts, with the decisions on them.
    """

    who: Who
    person: Customer | Employee
    presence: Presence | None
    evidence: tuple[Evidence, ...]
    profiles: tuple[ProfileView, ...]
    exported_at: datetime
    answers: tuple[FormAnswer, ...] = ()
    overlays: tuple[Overlay, ...] = ()
    profile_hidden: bool = False
    outcomes: tuple[ContactOutcome, ...] = ()
    decisions: tuple[LoggedDecision, ...] = ()


def export_person(
    records: Records,
    framework: Framework,
    who: Who,
    subject_id: str,
    *,
    now: datetime,
    terms: OutcomeTerms = DEFAULT_TERMS,
) -> PersonExport:
    """Everything held about the person at `now` (GDPR articles 15 and 20). Raises NotFound."""
    person = find_person(records, who, subject_id)
    return PersonExport(
        who=who,
        person=person,
        presence=records.employees.presence(subject_id) if who == EMPLOYEE else None,
        evidence=tuple(records.profiles.evidence_of(who, subject_id)),
        profiles=tuple(read_profile(records, framework, who, subject_id, now=now)),
        exported_at=now,
        answers=tuple(records.form_answers.of_person(who, subject_id, framework=None)),
        overlays=tuple(records.overlays.of_person(who, subject_id)),
        profile_hidden=bool(records.profiles.hidden_of(who, [subject_id])),
        outcomes=tuple(judged_anew(records, records.outcomes.of_person(who, subject_id), terms)),
        decisions=tuple(records.decisions.of_person(who, subject_id)),
    )
