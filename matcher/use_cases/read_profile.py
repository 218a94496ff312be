"""Read what is known of a person, facet by facet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from matcher.profiles.facets import NOTHING, Profile, expecting, profile_of
from matcher.profiles.framework import VALUES, Facet, Framework
from matcher.profiles.overlay import Overlay
from matcher.profiles.people import Customer, Employee, Who
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
    word, why what was sent last changed nothing.
    """

    profile: Profile
    consent: ConsentState
    revision: int
    states: tuple[Overlay, ...] = ()
    told: str | None = None


def read_profile(
    records: Records,
    framework: Framework,
    who: Who,
    subject_id: str,
    *,
    facets: Sequence[str] | None = None,
    now: datetime,
) -> list[ProfileView]:
    """The person's profile on each facet asked for (`None`: all), in that order.

    The values of a customer who has not agreed read as the framework's prior with n_eff 0, without states; whoever has
    agreed begins with what was learnt of their segment.
    Raises NotFound for an unknown person, InvalidInput `unknown_facet`.
    """
    person = find_person(records, who, subject_id)
    asked = [framework.facet(name) for name in (framework.facets if facets is None else facets)]
    return [_view(records, framework, who, person, facet, now) for facet in asked]


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
