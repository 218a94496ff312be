"""What a round answers: an employee for each contact or the reason why none, with the proof that goes with it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from matcher.profiles.effects import Effect


class Why(StrEnum):
    """Why a contact got no employee."""

    NO_ELIGIBLE_EMPLOYEE = "no_eligible_employee"
    NO_CAPACITY = "no_capacity"
    SUGGEST_CHANNEL = "suggest_channel"
    HELD = "held"
    NO_SERVICE = "no_service"  # operations closed this way for this contact


class Basis(StrEnum):
    """What the fit of two people was judged by."""

    CLASSIFIER = "classifier"
    PRIOR = "prior"
    RULES = "rules"


@dataclass(frozen=True, slots=True)
class Reason:
    """One thing that spoke for or against: a stable code, its effect in score units, and a sentence."""

    code: str
    effect: float
    text: str


@dataclass(frozen=True, slots=True)
class Help:
    """The smallest change that would let a contact be served: any one of `employee_ids` would do.

    With `slots` it is so many slots more; else the employee would take `contact_id`, which `code` alone forbids so far:
    language, skill, mandate, channel or a rule, about `subject`.
    """

    code: str
    subject: str
    employee_ids: tuple[str, ...]
    contact_id: str | None = None
    slots: int | None = None


@dataclass(frozen=True, slots=True)
class ShortOf:
    """A smallest set of contacts that cannot all be served, the employees they compete for, and how many are short."""

    contact_ids: tuple[str, ...]
    employee_ids: tuple[str, ...]
    short: int
    help: Help | None = None


@dataclass(frozen=True, slots=True)
class PaidTime:
    """A precise time at which somebody who can help is on duty, and what the customer pays for it."""

    due_from: datetime
    due_to: datetime
    price_cents: int


@dataclass(frozen=True, slots=True)
class Unassigned:
    """Why a contact waits on, what would help, and when Klik looks again.

    `suggested_window` is when someone who can help is on duty, as something to promise a call back in; `paid_slot` a
    narrower one that customers of the segment may buy.
    """

    reason: Why
    detail: str
    bottleneck: ShortOf | None = None
    suggested_channel: str | None = None
    suggested_window: tuple[datetime, datetime] | None = None
    next_look_s: float | None = None
    paid_slot: PaidTime | None = None


@dataclass(frozen=True, slots=True)
class Decision:
    """An employee for a contact, or the reason why none. `score` is in units of the strategy; others are in [0, 1].

    `wishes` are what the customer's preferences ask of whoever serves them. `propensity` is the chance in (0, 1] with
    which this employee was chosen, `None` where it is not known (a deterministic round has none worth the name);
    `candidates` are who might have been, best first: employee, score and chance; `candidates_left_out` how many more.
    An offer to the employee stands for `offer_expires_s` seconds.
    """

    contact_id: str
    employee_id: str | None = None
    score: float = 0.0
    compatibility: float = 0.0
    confidence: float = 0.0
    reasons: tuple[Reason, ...] = ()
    wishes: tuple[Effect, ...] = ()
    unassigned: Unassigned | None = None
    propensity: float | None = None
    candidates: tuple[tuple[str, float, float | None], ...] = ()
    candidates_left_out: int = 0
    offer_expires_s: float | None = None


@dataclass(frozen=True, slots=True)
class Round:
    """One look at waiting contacts and free employees.

    `bound` proves how good the round is: no assignment that serves these contacts scores higher. `gap` is
    (bound − objective) relative to the bound. `stages_s` says where the time went, in seconds.
    """

    decisions: tuple[Decision, ...]
    objective: float
    bound: float
    gap: float
    solver: str
    solve_s: float
    degraded: bool
    basis: Basis
    versions: Mapping[str, str | None]
    stages_s: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best employees for one contact, highest score first; `unassigned` says why there is none."""

    contact_id: str
    decisions: tuple[Decision, ...]
    unassigned: Unassigned | None
    basis: Basis
    versions: Mapping[str, str | None]
