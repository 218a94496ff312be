"""A rule set as operations wrote it, parsed: conditions, rules, strategy, and how far values may weigh."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Literal, TypeAlias

from matcher.contacts.outcome import DEFAULT_TERMS, OutcomeTerms
from matcher.profiles.people import Attribute
from matcher.rules.strategy import Strategy
from matcher.rules.terms import Explore, Hold, Limits, Offer, Service

MOST_SLUG = 40  # characters of the title in a version
NO_LIMITS, NO_OFFER = Limits(), Offer()
DIGEST = 12  # hex digits of the SHA-256 in a version


@dataclass(frozen=True, slots=True)
class Test:
    """One question about one field; `operand` is a value, several for in and not_in, a bool for exists."""

    __test__ = False  # pytest would take it for tests

    field: str
    operator: str
    operand: Attribute | tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one part holds."""

    parts: tuple["Condition", ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold."""

    part: "Condition"


ValuesMode: TypeAlias = Literal["off", "same", "prior", "learned"]
Condition: TypeAlias = Test | All | AnyOf | Not


class EffectKind(StrEnum):
    """What a rule does where its `when` holds for the contact."""

    REQUIRE = "require"  # only employees for whom `employees` holds
    FORBID = "forbid"  # no employee for whom `employees` holds
    BOOST = "boost"  # `amount` more score for employees for whom `employees` holds
    SET = "set"  # the contact gets another priority, an answer time, another channel is advised, or it is difficult
    STOP = "stop"  # the red card: those employees, that route or those rules, at once and without relaxing


@dataclass(frozen=True, slots=True)
class Changes:
    """What a rule sets of a contact: priority 0–9, seconds from arrival to the answer, a channel to offer, difficult.

    A contact that is difficult stays so: no rule takes that back.
    """

    priority: int | None = None
    answer_within_s: float | None = None
    channel: str | None = None
    difficult: bool | None = None


SETTABLE = tuple(field.name for field in fields(Changes))


@dataclass(frozen=True, slots=True)
class Effect:
    """A rule's effect; `amount` is in score units and 0 unless it boosts.

    `changes` is what a `set` sets. `rules` are the ids of the rules a `stop` stops; without any it stops the employees
    it speaks of or, where it speaks of none, the route: those contacts go to nobody.
    """

    kind: EffectKind
    amount: float = 0.0
    changes: Changes | None = None
    rules: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Step:
    """How a rule relaxes from `after_s` of waiting on; with `None` it no longer counts at all.

    A requirement is met by these employees too; a prohibition bars only those of its employees whom this speaks of.
    """

    after_s: float
    employees: Condition | None


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `when` is about the contact and its customer, `employees` about the employee; `None` always holds.

    A requirement or prohibition relaxes in `steps`, by growing `after_s`; each lets more people in than the one before
    it, never fewer. `reason` speaks nl and en.
    """

    id: str
    title: str
    order: int
    category: str
    active: bool
    when: Condition | None
    employees: Condition | None
    effect: Effect
    reason: Mapping[str, str]
    steps: tuple[Step, ...] = ()

    @property
    def relax_after_s(self) -> float | None:
        """Seconds of waiting after which the rule no longer counts at all; `None` where it always does."""
        return self.steps[-1].after_s if self.steps and self.steps[-1].employees is None else None


@dataclass(frozen=True, slots=True)
class ValuesPolicy:
    """Whether value profiles are used (off, same, prior, learned) and by how much they may move a score at most."""

    mode: ValuesMode
    max_weight: float


@dataclass(frozen=True, slots=True)
class RuleSet:
    """A parsed rule set. `version` names its content: equal documents have equal versions, on every machine."""

    version: str
    title: str
    strategy: Strategy
    values: ValuesPolicy
    rules: tuple[Rule, ...]
    document: Mapping[str, object]
    service: tuple[Service, ...] = ()
    hold: Hold | None = None
    limits: Limits = NO_LIMITS
    offer: Offer = NO_OFFER
    explore: Explore | None = None
    outcome: OutcomeTerms | None = None

    def service_for(self, segment: str | None) -> Service | None:
        """The service concept of customers of that segment; that of everyone else where theirs is not named."""
        return next((one for one in self.service if one.segment == segment), self._for_the_rest())

    @property
    def outcome_terms(self) -> OutcomeTerms:
        """What outcomes are judged by under these rules."""
        return self.outcome or DEFAULT_TERMS

    def outcome_weights(self, segment: str | None) -> tuple[float | None, float | None]:
        """What a point of effort and a minute of the customer's time cost, in cents; `None` where nothing is said."""
        if self.outcome is None:
            return None, None
        weights = self.outcome.of(segment)
        return weights.effort_cents, weights.minute_cents

    def _for_the_rest(self) -> Service | None:
        return next((one for one in self.service if one.segment is None), None)


def version_of(title: str, document: Mapping[str, object]) -> str:
    """`<title-slug>@<first 12 hex digits of the SHA-256 of the canonical JSON>`."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:MOST_SLUG].strip("-") or "rules"
    return f"{slug}@{hashlib.sha256(canonical_json(document).encode('ascii')).hexdigest()[:DIGEST]}"


def canonical_json(document: Mapping[str, object]) -> str:
    """The document as JSON with sorted keys and no spaces, in ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
