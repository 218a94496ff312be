"""The statements about rule sets, what was put in force, what was changed, and approvals."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, delete, insert, select, update

from matcher.errors import RuleSetMoved
from matcher.use_cases.rule_ports import (
    POOL,
    Approval,
    ApprovalState,
    Publication,
    PublicationKind,
    RuleChange,
    RuleSetState,
    StoredRuleSet,
)
from models.rule_tables import approval, rule_change, rule_current, rule_publication, rule_set
from models.staff_mark import PUBLICATION
from models.tables import counter

_CURRENT = select(rule_publication).join(rule_current, rule_current.c.seq == rule_publication.c.seq)


class SqlRuleSets:
    """Rule sets in SQL (port `RuleSets`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, version: str) -> StoredRuleSet | None:
        """The rule set, if there is one."""
        row = self._connection.execute(select(rule_set).where(rule_set.c.version == version)).first()
        return None if row is None else _rule_set(row)

    def listed(self, *, limit: int, after: str | None = None, state: RuleSetState | None = None) -> list[StoredRuleSet]:
        """At most `limit` in the order of their versions."""
        query = select(rule_set).order_by(rule_set.c.version).limit(limit)
        if after is not None:
            query = query.where(rule_set.c.version > after)
        if state is not None:
            query = query.where(rule_set.c.state == state.value)
        return [_rule_set(row) for row in self._connection.execute(query)]

    def add(self, one: StoredRuleSet) -> None:
        """Keep a new one. Raises Conflict, at the latest at the commit, when its version is taken."""
        self._connection.execute(insert(rule_set).values(_values(one)))

    def replace(self, draft: StoredRuleSet) -> bool:
        """Put the draft in place of the revision before it; whether that was still there."""
        values = _values(draft)
        change = update(rule_set).where(_is_draft(draft.version, draft.revision - 1)).values(values)
        return self._connection.execute(change).rowcount == 1

    def delete(self, version: str, *, revision: int) -> bool:
        """Remove the draft at that revision; whether it was there."""
        return self._connection.execute(delete(rule_set).where(_is_draft(version, revision))).rowcount == 1


class SqlPublications:
    """What was put in force, and every change, in SQL (port `Publications`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def current(self) -> Publication | None:
        """The one in force, if anything was ever put in force."""
        row = self._connection.execute(_CURRENT.where(rule_current.c.pool == POOL)).first()
        return None if row is None else _publication(row)

    def add(self, one: Publication) -> None:
        """Put a version in force: the mark, the publication and the pointer move together, or RuleSetMoved is raised.

        The mark's row is taken first: of two who publish at once the second waits for the first, and finds it moved.
        """
        is_next = and_(counter.c.name == PUBLICATION, counter.c.value == one.seq - 1)
        if self._connection.execute(update(counter).where(is_next).values(value=one.seq)).rowcount != 1:
            raise RuleSetMoved
        self._connection.execute(insert(rule_publication).values({**asdict(one), "kind": one.kind.value}))
        moved = update(rule_current).where(rule_current.c.pool == one.pool).values(seq=one.seq)
        if self._connection.execute(moved).rowcount == 0:
            self._connection.execute(insert(rule_current).values(pool=one.pool, seq=one.seq))

    def newest(self, *, limit: int, before: int | None = None) -> list[Publication]:
        """At most `limit`, newest first."""
        query = select(rule_publication).order_by(rule_publication.c.seq.desc()).limit(limit)
        if before is not None:
            query = query.where(rule_publication.c.seq < before)
        return [_publication(row) for row in self._connection.execute(query)]

    def note(self, change: RuleChange) -> None:
        """Keep what was done; nothing ever changes or removes it."""
        values = {name: value for name, value in asdict(change).items() if name != "no"}
        self._connection.execute(insert(rule_change).values(values))

    def changes(self, *, limit: int, version: str | None = None, before: int | None = None) -> list[RuleChange]:
        """At most `limit` changes, newest first."""
        query = select(rule_change).order_by(rule_change.c.no.desc()).limit(limit)
        if version is not None:
            query = query.where(rule_change.c.version == version)
        if before is not None:
            query = query.where(rule_change.c.no < before)
        return [RuleChange(**row._mapping) for row in self._connection.execute(query)]


class SqlApprovals:
    """What waits for a second person, in SQL (port `Approvals`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, approval_id: str) -> Approval | None:
        """The approval, if there is one."""
        row = self._connection.execute(select(approval).where(approval.c.id == approval_id)).first()
        return None if row is None else _approval(row)

    def add(self, one: Approval) -> None:
        """Keep a new one."""
        self._connection.execute(insert(approval).values({**asdict(one), "state": one.state.value}))

    def waiting(self, *, now: datetime) -> list[Approval]:
        """Those neither decided nor expired, oldest first."""
        query = select(approval).where(approval.c.state == ApprovalState.WAITING.value, approval.c.expires_at > now)
        rows = self._connection.execute(query.order_by(approval.c.asked_at, approval.c.id))
        return [_approval(row) for row in rows]

    def decide(self, one: Approval) -> bool:
        """Write the decision; whether it was still waiting for one."""
        waits = and_(approval.c.id == one.id, approval.c.state == ApprovalState.WAITING.value)
        decision = {
            "state": one.state.value, "decided_by": one.decided_by, "decided_at": one.decided_at, "reason": one.reason,
        }  # fmt: skip
        return self._connection.execute(update(approval).where(waits).values(decision)).rowcount == 1


def _is_draft(version: str, revision: int) -> Any:
    is_same = and_(rule_set.c.version == version, rule_set.c.revision == revision)
    return and_(is_same, rule_set.c.state == RuleSetState.DRAFT.value)


def _values(one: StoredRuleSet) -> dict[str, Any]:
    columns = {column.name: getattr(one, column.name) for column in rule_set.columns}
    return {**columns, "state": one.state.value, "document": dict(one.document)}


def _rule_set(row: Row[*tuple[Any, ...]]) -> StoredRuleSet:
    return StoredRuleSet(**{**row._mapping, "state": RuleSetState(row.state)})


def _publication(row: Row[*tuple[Any, ...]]) -> Publication:
    return Publication(**{**row._mapping, "kind": PublicationKind(row.kind)})


def _approval(row: Row[*tuple[Any, ...]]) -> Approval:
    return Approval(**{**row._mapping, "state": ApprovalState(row.state)})
