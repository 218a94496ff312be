"""Customers and employees as Klik knows them, and whether an employee is there."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from matcher.profiles.inline import InlineProfile

Attribute = str | int | float | bool
Who = str  # "customer" or "employee": the side of the desk a person is on

CUSTOMER = "customer"
EMPLOYEE = "employee"


class PresenceState(StrEnum):
    """Where an employee is."""

    AVAILABLE = "available"
    AWAY = "away"
    WRAP_UP = "wrap_up"
    OFFLINE = "offline"


@dataclass(frozen=True, slots=True)
class Presence:
    """An employee's own word on being there: `channels` narrows the channels served, `until` ends the state.

    `busy_share` (0–1) and `difficult_in_a_row` tell how much has been asked of the employee, where someone keeps count.
    """

    state: PresenceState
    channels: tuple[str, ...] | None = None
    until: datetime | None = None
    busy_share: float | None = None
    difficult_in_a_row: int | None = None

    def is_available(self, now: datetime) -> bool:
        """Whether new work may be given at `now`; an available state past its `until` no longer counts."""
        return self.state is PresenceState.AVAILABLE and (self.until is None or now < self.until)


@dataclass(frozen=True, slots=True)
class Consent:
    """What a customer agreed to, and under which text."""

    value_profiling: bool
    text_version: str | None = None


@dataclass(frozen=True, slots=True)
class Customer:
    """A customer's master data; profiles are kept apart, as evidence."""

    id: str
    language: str | None = None
    segment: str | None = None
    tier: str | None = None
    no_push: bool | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    consent: Consent | None = None
    profile: InlineProfile | None = None  # only where a request carries the person inline

    @property
    def allows_values(self) -> bool:
        """Whether the customer agreed to a value profile being used."""
        return self.consent is not None and self.consent.value_profiling


@dataclass(frozen=True, slots=True)
class ChannelLoad:
    """What a contact on a channel costs an employee: slots each, and how many at once (`None`: as slots allow)."""

    cost: int = 1
    max: int | None = None


@dataclass(frozen=True, slots=True)
class Interval:
    """A stretch of the week in operator's local time: minutes since Monday 00:00, start included, end not (≤ 10080)."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Employee:
    """An employee's master data.

    `capacity` is in slots (1–50); `skills` maps a name to a level 1–5; `mandate` is 0–3. The last five fields are
    given only where a router that keeps its own queue sends an employee inline.
    """

    id: str
    name: str | None = None
    team: str | None = None
    languages: tuple[str, ...] = ()
    skills: Mapping[str, int] = field(default_factory=dict)
    mandate: int = 0
    capacity: int = 1
    channels: Mapping[str, ChannelLoad] = field(default_factory=dict)
    hours: tuple[Interval, ...] | None = None
    active: bool = True
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    profile: InlineProfile | None = None
    free_slots: int | None = None
    idle_s: float | None = None
    busy_share: float | None = None
    difficult_in_a_row: int | None = None
