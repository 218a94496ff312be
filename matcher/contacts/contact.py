"""A contact: what a customer asks, by which channel, and what serving it takes."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from matcher.profiles.people import Attribute, Customer


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact that waits to be matched.

    `skills` maps a name to the least level 1–5 that serves; `wanted_skills` to a level that helps but is not needed.
    `priority` is 0–9 and higher is sooner. `waiting_s` counts seconds since arrival, `transfers` (0–100) how often the
    customer was passed on. `difficult`: hard on whoever serves it, as the router or a rule says.
    """

    id: str
    channel: str
    customer_id: str | None = None
    customer: Customer | None = None
    intent: str | None = None
    language: str | None = None
    skills: Mapping[str, int] = field(default_factory=dict)
    wanted_skills: Mapping[str, int] = field(default_factory=dict)
    mandate: int = 0
    priority: int = 0
    waiting_s: float = 0.0
    due_from: datetime | None = None
    due_to: datetime | None = None
    exclude_employees: tuple[str, ...] = ()
    preferred_employee: str | None = None
    attributes: Mapping[str, Attribute] = field(default_factory=dict)
    transfers: int = 0
    difficult: bool = False
