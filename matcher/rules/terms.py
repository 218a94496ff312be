"""What a rule set says beside its rules: service by segment, what is too much, and how long things stand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

SPOKEN = ("phone", "desk")
SPOKEN_OFFER_S, WRITTEN_OFFER_S = 20.0, 120.0  # the customer is on the line, or not (routing.md section 1)
MOST_EXPLORED = 0.2  # of the decisions: more would be an experiment on customers and not a floor under one


class Tier(StrEnum):
    """How much service a segment gets."""

    FULL = "full"
    MINIMAL = "minimal"  # only by the channels named, with a floor under it


class Style(StrEnum):
    """How customers of a segment want to decide, where nothing is known of the customer."""

    NO_PUSH = "no_push"  # decides alone: inform, and push nothing
    DONE_FOR_YOU = "done_for_you"  # has no time: one employee sees it through
    EXPERT_ADVICE = "expert_advice"  # wants to be advised by someone who knows


@dataclass(frozen=True, slots=True)
class Floor:
    """What a customer of a minimal tier may count on: an answer in time (seconds), and promises kept."""

    answer_within_s: float
    promises_kept: bool = True


@dataclass(frozen=True, slots=True)
class PaidSlot:
    """A precise moment that a customer may buy: its price in cents, and how wide it is in seconds."""

    price_cents: int
    width_s: float


@dataclass(frozen=True, slots=True)
class Service:
    """The service concept of a segment (`None`: of all segments without one of their own)."""

    segment: str | None
    channels: tuple[str, ...]
    tier: Tier = Tier.FULL
    floor: Floor | None = None
    style: Style | None = None
    paid_slot: PaidSlot | None = None


@dataclass(frozen=True, slots=True)
class Hold:
    """How far a contact may be held back for a better fit, h0 + h2·(age/T)², and the age in seconds that ends it."""

    h0: float
    h2: float
    cap_s: float


@dataclass(frozen=True, slots=True)
class Limits:
    """Transfers of a contact, difficult contacts in a row for an employee, share of the time one may be busy."""

    transfers: int | None = None
    difficult_in_a_row: int | None = None
    busy_share: float | None = None


@dataclass(frozen=True, slots=True)
class Offer:
    """How many seconds an employee has to accept, by channel, where that is not as usual."""

    expires_s: Mapping[str, float] = field(default_factory=dict)

    def stands_s(self, channel: str) -> float:
        """How long an offer by that channel stands, in seconds.

        >>> Offer({"chat": 60.0}).stands_s("chat"), Offer().stands_s("phone"), Offer().stands_s("email")
        (60.0, 20.0, 120.0)
        """
        usual_s = SPOKEN_OFFER_S if channel in SPOKEN else WRITTEN_OFFER_S
        return self.expires_s.get(channel, usual_s)


@dataclass(frozen=True, slots=True)
class Explore:
    """The least share (0–0.2) of single decisions that is left to chance among those who are eligible."""

    floor: float
