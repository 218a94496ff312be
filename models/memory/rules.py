"""Rule sets, publications, changes and approvals, in memory."""

from dataclasses import replace
from datetime import datetime

from matcher.errors import Conflict, RuleSetMoved
from matcher.use_cases.rule_ports import (
    Approval,
    ApprovalState,
    Publication,
    RuleChange,
    RuleSetState,
    StoredRuleSet,
)
from models.memory.tables import Transaction


class MemoryRuleSets:
    """Rule sets in memory (port `RuleSets`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, version: str) -> StoredRuleSet | None:
        """The rule set, if there is one."""
        return self._transaction.tables.rule_sets.get(version)

    def listed(self, *, limit: int, after: str | None = None, state: RuleSetState | None = None) -> list[StoredRuleSet]:
        """At most `limit` in the order of their versions."""
        found = sorted(self._transaction.tables.rule_sets.values(), key=lambda one: one.version)
        wanted = [one for one in found if (after is None or one.version > after) and state in (None, one.state)]
        return wanted[:limit]

    def add(self, rule_set: StoredRuleSet) -> None:
        """Keep a new one. Raises Conflict when its version is taken."""
        kept = self._transaction.changing(self._transaction.tables.rule_sets)
        if rule_set.version in kept:
            raise Conflict(f"There is a rule set {rule_set.version} already.")
        kept[rule_set.version] = rule_set

    def replace(self, draft: StoredRuleSet) -> bool:
        """Put the draft in place of the revision before it; whether that was still there."""
        if not self._is_draft(draft.version, draft.revision - 1):
            return False
        self._transaction.changing(self._transaction.tables.rule_sets)[draft.version] = draft
        return True

    def delete(self, version: str, *, revision: int) -> bool:
        """Remove the draft at that revision; whether it was there."""
        if not self._is_draft(version, revision):
            return False
        del self._transaction.changing(self._transaction.tables.rule_sets)[version]
        return True

    def _is_draft(self, version: str, revision: int) -> bool:
        found = self.get(version)
        return found is not None and found.state is RuleSetState.DRAFT and found.revision == revision


class MemoryPublications:
    """What was put in force, and every change, in memory (port `Publications`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def current(self) -> Publication | None:
        """The one in force, if anything was ever put in force."""
        kept = self._transaction.tables.publications
        return kept[max(kept)] if kept else None

    def add(self, publication: Publication) -> None:
        """Put a version in force. Raises RuleSetMoved unless it is the next, Conflict for a version not kept."""
        kept = self._transaction.changing(self._transaction.tables.publications)
        if publication.seq != len(kept) + 1:
            raise RuleSetMoved
        if publication.version not in self._transaction.tables.rule_sets:
            raise Conflict(f"There is no rule set {publication.version}.")
        kept[publication.seq] = publication

    def newest(self, *, limit: int, before: int | None = None) -> list[Publication]:
        """At most `limit`, newest first."""
        found = sorted(self._transaction.tables.publications.values(), key=lambda one: -one.seq)
        return [one for one in found if before is None or one.seq < before][:limit]

    def note(self, change: RuleChange) -> None:
        """Keep what was done; nothing ever changes or removes it."""
        kept = self._transaction.changing(self._transaction.tables.rule_changes)
        kept[len(kept) + 1] = replace(change, no=len(kept) + 1)

    def changes(self, *, limit: int, version: str | None = None, before: int | None = None) -> list[RuleChange]:
        """At most `limit` changes, newest first."""
        found = sorted(self._transaction.tables.rule_changes.values(), key=lambda one: -one.no)
        wanted = [one for one in found if version in (None, one.version) and (before is None or one.no < before)]
        return wanted[:limit]


class MemoryApprovals:
    """What waits for a second person, in memory (port `Approvals`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def get(self, approval_id: str) -> Approval | None:
        """The approval, if there is one."""
        return self._transaction.tables.approvals.get(approval_id)

    def add(self, approval: Approval) -> None:
        """Keep a new one. Raises Conflict when its id is taken."""
        kept = self._transaction.changing(self._transaction.tables.approvals)
        if approval.id in kept:
            raise Conflict(f"There is an approval {approval.id} already.")
        kept[approval.id] = approval

    def waiting(self, *, now: datetime) -> list[Approval]:
        """Those neither decided nor expired, oldest first."""
        found = self._transaction.tables.approvals.values()
        open_ones = [one for one in found if one.state is ApprovalState.WAITING and one.expires_at > now]
        return sorted(open_ones, key=lambda one: (one.asked_at, one.id))

    def decide(self, approval: Approval) -> bool:
        """Write the decision; whether it was still waiting for one."""
        kept = self._transaction.changing(self._transaction.tables.approvals)
        if approval.id not in kept or kept[approval.id].state is not ApprovalState.WAITING:
            return False
        kept[approval.id] = approval
        return True
