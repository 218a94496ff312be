"""Put a rule set in force, at once or when a second person has agreed."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from matcher.errors import Conflict, Fault, InvalidInput, RevisionRequired, RuleSetMoved, StaleRevision
from matcher.use_cases.change_draft import the_rule_set, what_differs
from matcher.use_cases.ports import Records
from matcher.use_cases.rule_ports import (
    Approval,
    Publication,
    PublicationKind,
    RuleChange,
    RuleSetState,
    StoredRuleSet,
)

PUBLISH = "publish_rule_set"
APPROVAL_LASTS = timedelta(hours=72)  # trust.md D2


class RulesRefused(InvalidInput):
    """The rule set cannot be published as it is: mend what the check found, and publish anew."""

    code = "rules_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """Who publishes what, and on what terms.

    `revision` is the draft's as it was read; `replaces` the version the publisher takes to be in force (`None`: the one
    the draft was written against). `refusals` are the findings that forbid it, `needs_second` whether another person
    must agree. `person` is who the key belongs to.
    """

    actor: str
    person: str
    revision: int | None = None
    replaces: str | None = None
    note: str | None = None
    refusals: Sequence[Fault] = ()
    needs_second: bool = False


def publish_rule_set(
    records: Records, version: str, order: Order, *, now: datetime, new_id: Callable[[], str]
) -> Publication | Approval:
    """The publication, or the approval that waits for another person.

    Raises NotFound; RevisionRequired and StaleRevision of a draft; RuleSetMoved when another version came into force
    meanwhile; RulesRefused with the findings that forbid it; Conflict when it is in force already.
    """
    found = the_rule_set(records, version)
    if found.state is RuleSetState.DRAFT and order.revision is None:
        raise RevisionRequired
    if found.state is RuleSetState.DRAFT and order.revision != found.revision:
        raise StaleRevision
    current = records.publications.current()
    in_force = None if current is None else current.version
    if in_force == found.content:
        raise Conflict(f"{found.content} is in force already.")
    if in_force != (order.replaces or found.based_on or in_force):
        raise RuleSetMoved(
            f"{in_force} came into force since: see what it does differently, then publish to replace it.",
            current=in_force,
        )
    if order.refusals:
        raise RulesRefused(order.refusals)
    if order.needs_second:
        return _asked(records, found, order, in_force or "", now=now, new_id=new_id)
    return put_in_force(records, found, after=current, by=order.actor, note=order.note, now=now)


def put_in_force(
    records: Records,
    found: StoredRuleSet,
    *,
    after: Publication | None,
    by: str,
    note: str | None,
    now: datetime,
    kind: PublicationKind = PublicationKind.PUBLISH,
) -> Publication:
    """Move the pointer to the version, a draft taking the name of its content.

    `after` is the publication that whoever decided this took for the current one: it is not read again here, as
    another may have come between. Raises RuleSetMoved where one did.
    """
    if records.rule_sets.get(found.content) is None:
        name, state = found.content, RuleSetState.PUBLISHED
        records.rule_sets.add(replace(found, version=name, state=state, revision=1, updated_at=now))
    publication = Publication(1 if after is None else after.seq + 1, found.content, now, by, kind, note)
    records.publications.add(publication)
    if found.state is RuleSetState.DRAFT and not records.rule_sets.delete(found.version, revision=found.revision):
        raise StaleRevision
    before = None if after is None else after.version
    what = "rolled back" if kind is PublicationKind.ROLLBACK else "published"
    replaced = None if before is None else records.rule_sets.get(before)
    detail: dict[str, object] = {"draft": found.version, "replaced": before, "seq": publication.seq}
    detail |= {} if replaced is None else what_differs(replaced, found)
    records.publications.note(RuleChange(now, by, what, found.content, note, detail))
    return publication


def _asked(
    records: Records, found: StoredRuleSet, order: Order, replaces: str, *, now: datetime, new_id: Callable[[], str]
) -> Approval:
    """The approval that waits already for the very same, or a new one."""
    for one in records.approvals.waiting(now=now):
        if (one.what, one.subject, one.content, one.asked_by) == (PUBLISH, found.version, found.content, order.actor):
            return one
    asked = Approval(
        id=new_id(),
        what=PUBLISH,
        subject=found.version,
        content=found.content,
        replaces=replaces,
        asked_by=order.actor,
        asked_person=order.person,
        asked_at=now,
        expires_at=now + APPROVAL_LASTS,
        note=order.note,
    )
    records.approvals.add(asked)
    detail = {"approval": asked.id, "content": found.content}
    records.publications.note(RuleChange(now, order.actor, "approval asked", found.version, order.note, detail))
    return asked
