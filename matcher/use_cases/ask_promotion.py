"""Put a classifier in service at once, or when a second person has agreed."""

from collections.abc import Callable
from datetime import datetime

from matcher.errors import ApprovalVoid
from matcher.use_cases.ports import ClassifierState, KnownClassifier, Records
from matcher.use_cases.promote_classifier import check_gate, classifier_named, promote_classifier
from matcher.use_cases.publish_rule_set import APPROVAL_LASTS
from matcher.use_cases.rule_ports import Approval

PROMOTE = "promote_classifier"
NONE = "none"  # in service when it was asked for


def ask_promotion(
    records: Records,
    version: str,
    *,
    actor: str,
    person: str,
    needs_second: bool,
    now: datetime,
    new_id: Callable[[], str],
) -> KnownClassifier | Approval:
    """The classifier in service, or the approval that waits for another person. Raises NotFound and GateNotPassed."""
    one = classifier_named(records, version)
    if not needs_second or one.state is ClassifierState.CURRENT:
        return promote_classifier(records, version, actor=actor, now=now)
    current = in_service(records)
    check_gate(one, current)
    approval = Approval(
        id=new_id(),
        what=PROMOTE,
        subject=version,
        content=one.digest,
        replaces=current or NONE,
        asked_by=actor,
        asked_person=person,
        asked_at=now,
        expires_at=now + APPROVAL_LASTS,
    )
    records.approvals.add(approval)
    return approval


def promote_as_agreed(records: Records, asked: Approval, *, now: datetime) -> KnownClassifier:
    """The classifier in service, as a second person agreed. Raises ApprovalVoid where things stand otherwise now."""
    if asked.expires_at <= now:
        raise ApprovalVoid("It waited too long: ask for it anew.")
    if (in_service(records) or NONE) != asked.replaces:
        raise ApprovalVoid("Another classifier came into service since: ask for it anew.")
    return promote_classifier(records, asked.subject, actor=asked.asked_by, now=now)


def in_service(records: Records) -> str | None:
    """The version of the classifier in service, if one is."""
    current = records.classifiers.in_state(ClassifierState.CURRENT)
    return None if current is None else current.version
