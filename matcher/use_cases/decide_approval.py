"""Agree to what another person asks for, or refuse it."""

from dataclasses import replace
from datetime import datetime

from matcher.errors import ApprovalVoid, Conflict, NotFound, OwnApproval
from matcher.use_cases.ask_promotion import PROMOTE, promote_as_agreed
from matcher.use_cases.ports import Records
from matcher.use_cases.publish_rule_set import put_in_force
from matcher.use_cases.rule_ports import Approval, ApprovalState, Publication, RuleChange


def decide_approval(
    records: Records,
    approval_id: str,
    *,
    accepts: bool,
    actor: str,
    person: str,
    now: datetime,
    reason: str | None = None,
) -> tuple[Approval, Publication | None]:
    """The approval as decided, with the publication that an acceptance brings about (`None` of a classifier).

    Raises NotFound; OwnApproval for who asked (they may withdraw it: reject); Conflict when it was decided before;
    ApprovalVoid when it expired, or when draft or current version are no longer what it names.
    """
    asked = records.approvals.get(approval_id)
    if asked is None:
        raise NotFound("There is no such approval.")
    if asked.state is not ApprovalState.WAITING:
        raise Conflict(f"It was {asked.state} already.")
    if accepts and asked.asked_person == person:
        raise OwnApproval
    state = ApprovalState.ACCEPTED if accepts else ApprovalState.REJECTED
    decided = replace(asked, state=state, decided_by=actor, decided_at=now, reason=reason)
    publication = _done(records, asked, now=now) if accepts else None
    if not records.approvals.decide(decided):
        raise Conflict("It was decided at the same moment by someone else.")
    records.publications.note(
        RuleChange(now, actor, f"approval {state}", asked.subject, reason, {"approval": asked.id})
    )
    return decided, publication


def _done(records: Records, asked: Approval, *, now: datetime) -> Publication | None:
    """What was asked for happens; the publication, where it was one of rules."""
    if asked.what == PROMOTE:
        promote_as_agreed(records, asked, now=now)
        return None
    return _published(records, asked, now=now)


def _published(records: Records, asked: Approval, *, now: datetime) -> Publication:
    found = records.rule_sets.get(asked.subject)
    if asked.expires_at <= now:
        raise ApprovalVoid("It waited too long: ask for it anew.")
    if found is None or found.content != asked.content:
        raise ApprovalVoid("The draft was changed or thrown away since: an approval is of the very version it names.")
    current = records.publications.current()
    if (None if current is None else current.version) != asked.replaces:
        raise ApprovalVoid("Another rule set came into force since: look at the difference and ask for it anew.")
    return put_in_force(records, found, after=current, by=asked.asked_by, note=asked.note, now=now)
