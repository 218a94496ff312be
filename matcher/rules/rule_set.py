"""A rule set as operations wrote it, parsed: conditions, rules, strategy, and how far values may weigh."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, TypeAlias

from matcher.profiles.people import Attribute
from matcher.rules.strategy import Strategy

MOST_SLUG = 40  # characters of the title in a version
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


ValuesMode: TypeAlias = Literal["off", "same", "prior"]
Condition: TypeAlias = Test | All | AnyOf | Not


class EffectKind(StrEnum):
    """What a rule does where its `when` holds for the contact."""

    REQUIRE = "require"  # only employees for whom `employees` holds
    FORBID = "forbid"  # no employee for whom `employees` holds
    BOOST = "boost"  # `amount` more score for employees for whom `employees` holds


@dataclass(frozen=True, slots=True)
class Effect:
    """A rule's effect; `amount` is in score units and 0 unless it boosts."""

    kind: EffectKind
    amount: float = 0.0


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `when` is about the contact and its customer, `employees` about the employee; `None` always holds.

    After `relax_after_s` seconds of waiting a requirement or prohibition no longer counts. `reason` speaks nl and en.
    """

    id: str
    title: str
    order: int
    category: str
    active: bool
    when: Condition | None
    employees: Condition | None
    effect: Effect
    relax_after_s: float | None
    reason: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ValuesPolicy:
    """Whether value profiles are used (off, same, prior) and by how much they may move a score at most."""

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


def version_of(title: str, document: Mapping[str, object]) -> str:
    """`<title-slug>@<first 12 hex digits of the SHA-256 of the canonical JSON>`."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode("ascii").lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain)[:MOST_SLUG].strip("-") or "rules"
    return f"{slug}@{hashlib.sha256(canonical_json(document).encode('ascii')).hexdigest()[:DIGEST]}"


def canonical_json(document: Mapping[str, object]) -> str:
    """The document as JSON with sorted keys and no spaces, in ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), allow_nan=False)
