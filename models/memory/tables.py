"""What the in-memory store holds, and how a transaction changes it without disturbing readers.

Committed dictionaries are never changed in place: a transaction copies each one before its first change. So a reader's
snapshot stays as it was, and to roll back is to forget the copies.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from datetime import date, datetime
from typing import TYPE_CHECKING, TypeVar

from matcher.contacts.outcome import ContactOutcome
from matcher.errors import Unavailable
from matcher.profiles.evidence import Evidence
from matcher.profiles.overlay import Overlay
from matcher.profiles.people import Customer, Employee, Presence, Who
from matcher.use_cases.ports import (
    ApiKey,
    ClassifierDay,
    FormAnswer,
    ImportRow,
    Job,
    KnownClassifier,
    LoggedDecision,
    SegmentPrior,
    SourceCalibration,
    StoredAnswer,
    StoredProfile,
)
from matcher.use_cases.rule_ports import Approval, Publication, RuleChange, StoredRuleSet

if TYPE_CHECKING:
    from matcher.routing.prices import Prices  # the type alone: it would bring all of routing along

K = TypeVar("K")
V = TypeVar("V")

ProfilePlace = tuple[Who, str, str, str]  # who, subject, framework, facet


OverlayPlace = tuple[Who, str, str, str]  # who, subject, facet, cause


@dataclass(frozen=True, slots=True)
class Line:
    """A staged line of an employee file, and what happens with it once that is decided."""

    row: ImportRow
    action: str | None = None
    detail: str = ""


@dataclass(slots=True)
class Tables:
    """Everything the store holds. `changes` has the number of each employee's last change."""

    customers: dict[str, Customer] = field(default_factory=dict)
    employees: dict[str, Employee] = field(default_factory=dict)
    changes: dict[str, int] = field(default_factory=dict)
    presences: dict[str, Presence] = field(default_factory=dict)
    evidence: dict[str, Evidence] = field(default_factory=dict)
    profiles: dict[ProfilePlace, StoredProfile] = field(default_factory=dict)
    hidden: dict[tuple[Who, str], tuple[datetime, str]] = field(default_factory=dict)  # since when, by whom
    form_answers: dict[str, FormAnswer] = field(default_factory=dict)
    overlays: dict[OverlayPlace, Overlay] = field(default_factory=dict)
    segment_priors: dict[tuple[str, str, str], SegmentPrior] = field(default_factory=dict)
    calibrations: dict[tuple[str, str, str, datetime], SourceCalibration] = field(default_factory=dict)
    frameworks: dict[tuple[str, str], tuple[str, Mapping[str, object]]] = field(default_factory=dict)
    keys: dict[str, ApiKey] = field(default_factory=dict)
    answers: dict[str, tuple[StoredAnswer, datetime]] = field(default_factory=dict)
    jobs: dict[str, Job] = field(default_factory=dict)
    uploads: dict[str, bytes] = field(default_factory=dict)
    lines: dict[tuple[str, int], Line] = field(default_factory=dict)
    rule_sets: dict[str, StoredRuleSet] = field(default_factory=dict)
    publications: dict[int, Publication] = field(default_factory=dict)  # by seq
    rule_changes: dict[int, RuleChange] = field(default_factory=dict)
    approvals: dict[str, Approval] = field(default_factory=dict)
    classifiers: dict[str, KnownClassifier] = field(default_factory=dict)
    classifier_days: dict[tuple[str, date], ClassifierDay] = field(default_factory=dict)
    outcomes: dict[str, ContactOutcome] = field(default_factory=dict)
    decisions: dict[str, LoggedDecision] = field(default_factory=dict)
    price_lists: "dict[str, Prices]" = field(default_factory=dict)
    secrets: dict[str, bytes] = field(default_factory=dict)
    staff_mark: tuple[int, int] = (0, 0)


class Transaction:
    """One reader's or writer's view of the tables."""

    def __init__(self, committed: Tables, *, may_write: bool) -> None:
        self.tables = replace(committed)
        self._may_write = may_write
        self._owned: set[str] = set()

    def changing(self, table: dict[K, V]) -> dict[K, V]:
        """The transaction's own copy of one of its tables, to be changed in place. Raises Unavailable in a read."""
        if not self._may_write:
            raise Unavailable("This is a read: nothing may be changed in it.")
        name = next(each.name for each in fields(Tables) if getattr(self.tables, each.name) is table)
        if name in self._owned:
            return table
        copied = dict(table)
        setattr(self.tables, name, copied)
        self._owned.add(name)
        return copied

    def stamp(self, *employee_ids: str) -> None:
        """Mark the employees as changed now."""
        change, removal = self.tables.staff_mark
        self.tables.staff_mark = (change + 1, removal)
        self.changing(self.tables.changes).update(dict.fromkeys(employee_ids, change + 1))

    def note_removal(self) -> None:
        """Mark that employees were removed."""
        change, removal = self.tables.staff_mark
        self.tables.staff_mark = (change, removal + 1)
