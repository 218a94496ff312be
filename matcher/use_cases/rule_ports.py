"""What the use cases need of whoever remembers rule sets: drafts, publications, what was changed, and approvals."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

POOL = "default"  # the one pool there is
DRAFT_PREFIX = "draft-"  # ids of drafts begin so; names of published versions hold an @ and never do


class RuleSetState(StrEnum):
    """Whether a rule set may still change."""

    DRAFT = "draft"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class StoredRuleSet:
    """A rule set as kept: `version` is a draft's id or a published one's name, `content` the name of what it says.

    `revision` grows by one at each change of a draft; `based_on` is the version that was current when it was written.
    """

    version: str
    title: str
    state: RuleSetState
    document: Mapping[str, object]
    content: str
    author: str
    created_at: datetime
    updated_at: datetime
    revision: int = 1
    based_on: str | None = None


class PublicationKind(StrEnum):
    """How a version came into force: with the installation, by publication, or by going back to it."""

    INSTALLED = "installed"
    PUBLISH = "publish"
    ROLLBACK = "rollback"


@dataclass(frozen=True, slots=True)
class Publication:
    """A version put in force; `seq` counts from 1 without gaps, and the highest is the current one."""

    seq: int
    version: str
    published_at: datetime
    by: str
    kind: PublicationKind
    note: str | None = None
    pool: str = POOL


@dataclass(frozen=True, slots=True)
class RuleChange:
    """One thing done to rule sets: who did what with which version, when and why. Kept for good.

    `no` is given by the store and grows; 0 before that.
    """

    at: datetime
    by: str
    what: str
    version: str
    note: str | None = None
    detail: Mapping[str, object] = field(default_factory=dict)
    no: int = 0


class ApprovalState(StrEnum):
    """Where an approval stands; one that waited too long has expired, whatever is stored."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Approval:
    """Somebody asks another person to let `subject` be published as it is now: `content` names that exactly.

    `replaces` is the version that was current for who asked.
    """

    id: str
    what: str
    subject: str
    content: str
    replaces: str
    asked_by: str
    asked_person: str
    asked_at: datetime
    expires_at: datetime
    note: str | None = None
    state: ApprovalState = ApprovalState.WAITING
    decided_by: str | None = None
    decided_at: datetime | None = None
    reason: str | None = None


class RuleSets(Protocol):
    """Rule sets, drafts and published ones. What is published never changes."""

    def get(self, version: str) -> StoredRuleSet | None: ...
    def listed(self, *, limit: int, after: str | None = None, state: RuleSetState | None = None) -> list[StoredRuleSet]:
        """At most `limit` rule sets in the order of their versions, of those after that one."""
        ...

    def add(self, rule_set: StoredRuleSet) -> None:
        """Keep a new one. Raises Conflict, at the latest at the commit, when its version is taken."""
        ...

    def replace(self, draft: StoredRuleSet) -> bool:
        """Put the draft in place of the revision before it; whether that was still there."""
        ...

    def delete(self, version: str, *, revision: int) -> bool:
        """Remove the draft at that revision; whether it was there. Published ones stay."""
        ...


class Publications(Protocol):
    """Which version is in force, what was before it, and who changed what."""

    def current(self) -> Publication | None: ...
    def add(self, publication: Publication) -> None:
        """Put a version in force. Raises RuleSetMoved unless it is the next after the current one."""
        ...

    def newest(self, *, limit: int, before: int | None = None) -> list[Publication]:
        """At most `limit` publications, newest first, of those with a lower `seq` than `before`."""
        ...

    def note(self, change: RuleChange) -> None: ...
    def changes(self, *, limit: int, version: str | None = None, before: int | None = None) -> list[RuleChange]:
        """At most `limit` changes, newest first, of those noted before the one numbered `before`."""
        ...


class Approvals(Protocol):
    """What waits for a second person, and what was decided."""

    def get(self, approval_id: str) -> Approval | None: ...
    def add(self, approval: Approval) -> None: ...
    def waiting(self, *, now: datetime) -> list[Approval]:
        """Those that are neither decided nor expired, oldest first."""
        ...

    def decide(self, approval: Approval) -> bool:
        """Write the decision; whether it was still waiting for one."""
        ...
