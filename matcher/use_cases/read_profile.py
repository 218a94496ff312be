"""Read what is known of a person, facet by facet."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from matcher.errors import ConsentMissing, invalid
from matcher.profiles.channels import CHANNEL
from matcher.profiles.facets import NOTHING, Profile, expecting, profile_of
from matcher.profiles.framework import VALUES, Facet, Framework
from matcher.profiles.overlay import Overlay
from matcher.profiles.people import Customer, Employee, Who
from matcher.profiles.situations import Situation, share_there, situation_of
from matcher.use_cases.find_person import find_person
from matcher.use_cases.ports import Records, StoredProfile


class ConsentState(StrEnum):
    """Whether a facet of a person may be used, as far as consent goes."""

    GIVEN = "given"
    NONE = "none"
    NOT_NEEDED = "not_needed"


@dataclass(frozen=True, slots=True)
class ProfileView:
    """A profile as read now, whether consent stands behind it, and its revision (ETag; 0: nothing stored).

    `states` are the acute states in force on that facet: they shift a match, and never the profile. `told` says, in one
    word, why what was sent last changed nothing. Read in a `situation` the profile's share, and nothing else of it, is
    that of the situation, in which the person had so many `contacts`.
    """

    profile: Profile
    consent: ConsentState
    revision: int
    states: tuple[Overlay, ...] = ()
    told: str | None = None
    situation: Situation | None = None
    contacts: int = 0


def read_profile(
    records: Records,
    framework: Framework,
    who: Who,
    subject_id: str,
    *,
    facets: Sequence[str] | None = None,
    situation: Situation | None = None,
    now: datetime,
) -> list[ProfileView]:
    """The person's profile on each facet asked for (`None`: all), in that order.

    The values of a customer who has not agreed read as the framework's prior with n_eff 0, without states; whoever has
    agreed begins with what was learnt of their segment. The facet of channels may be read in a `situation`.
    Raises NotFound for an unknown person, InvalidInput `unknown_facet`.
    """
    person = find_person(records, who, subject_id)
    asked = [framework.facet(name) for name in (framework.facets if facets is None else facets)]
    if situation is not None and any(facet.id != CHANNEL for facet in asked):
        raise invalid("/facet", "unknown_facet", f"only {CHANNEL} is read in a situation: ask for facet={CHANNEL}")
    views = [_view(records, framework, who, person, facet, now) for facet in asked]
    return views if situation is None else [_in_situation(records, framework, who, one, situation) for one in views]


def person_who_agrees(records: Records, who: Who, subject_id: str, facet_id: str) -> Customer | Employee:
    """The person, whose facet may be written about. Raises NotFound, ConsentMissing.

    Whoever writes asks before, to refuse early, and again after: what is written holds the person, so that by then a
    withdrawal has either happened, and all is undone, or must wait and erases what was written.
    """
    person = find_person(records, who, subject_id)
    if consent_for(person, facet_id) is ConsentState.NONE:
        raise ConsentMissing
    return person


def consent_for(person: Customer | Employee, facet_id: str) -> ConsentState:
    """Only a customer's values need consent; the other facets are service preferences (profiling.md section 12)."""
    if isinstance(person, Employee) or facet_id != VALUES:
        return ConsentState.NOT_NEEDED
    return ConsentState.GIVEN if person.allows_values else ConsentState.NONE


def _view(
    records: Records, framework: Framework, who: Who, person: Customer | Employee, facet: Facet, now: datetime
) -> ProfileView:
    consent = consent_for(person, facet.id)
    stored = records.profiles.get(who, person.id, framework.name, facet.id) or StoredProfile(NOTHING, 0)
    if consent is ConsentState.NONE:
        return ProfileView(profile_of(person.id, framework.name, facet, NOTHING, now), consent, stored.revision)
    segment = person.segment if isinstance(person, Customer) else None
    sums = expecting(stored.sums, facet, segment)
    states = records.overlays.of(who, [person.id], facet.id, now=now).get(person.id, ())
    return ProfileView(
        profile_of(person.id, framework.name, facet, sums, now), consent, stored.revision, states=tuple(states)
    )


def _in_situation(
    records: Records, framework: Framework, who: Who, view: ProfileView, situation: Situation
) -> ProfileView:
    """The view with the share of that situation: of habit, of what the person did there, and of what everyone does."""
    profile, facet = view.profile, framework.facet(view.profile.facet)
    told = records.profiles.evidence_of_many(who, [profile.subject], framework.name, facet.id)
    contacts = [one for one in told.get(profile.subject, ()) if situation_of(one, facet) == situation]
    share = share_there(facet, profile.share, situation, contacts=contacts)
    return replace(view, profile=replace(profile, share=share), situation=situation, contacts=len(contacts))
