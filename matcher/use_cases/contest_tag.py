"""Contest a tag that HR put on oneself."""

from collections.abc import Callable
from datetime import datetime

from matcher.errors import Conflict, NotFound, invalid
from matcher.profiles.evidence import Evidence, Source, as_themselves
from matcher.profiles.framework import VALUES, Framework
from matcher.profiles.people import EMPLOYEE
from matcher.profiles.tags import Tag, hr_tag, share_of
from matcher.use_cases.ports import Records
from matcher.use_cases.read_evidence import read_evidence
from matcher.use_cases.read_profile import ProfileView, read_profile
from matcher.use_cases.record_evidence import record_evidence
from matcher.use_cases.revoke_evidence import revoke_evidence


def contest_tag(
    records: Records,
    framework: Framework,
    employee_id: str,
    evidence_id: str,
    *,
    reason: str,
    statement: Tag | None = None,
    actor: str,
    now: datetime,
    new_id: Callable[[], str],
) -> ProfileView:
    """The employee's value profile without the tag, and with their own `statement` as a self_tag where there is one.

    The log keeps that they took it back themselves, and why. Contesting twice is as good as once. Raises NotFound;
    Conflict for evidence that is no tag of HR's; InvalidInput for a statement that is no tag, or no reason given.
    """
    tag = _tag(records, employee_id, evidence_id)
    if not reason.strip():
        raise invalid("/reason", "missing_field", "say why: HR reads the reason beside the tag")
    share = None if statement is None else share_of(framework.values, statement)
    if not tag.is_contested:
        themselves = as_themselves(EMPLOYEE, employee_id)
        subject = (EMPLOYEE, employee_id, evidence_id)
        revoke_evidence(records, framework, *subject, actor=themselves, reason=reason.strip(), now=now)
        if share is not None:
            word = hr_tag(
                framework.values, share, framework=framework.name, employee_id=employee_id, actor=actor,
                reason=reason.strip(), now=now, new_id=new_id, source=Source.SELF_TAG,
            )  # fmt: skip
            record_evidence(records, framework, word, now=now)
    (view,) = read_profile(records, framework, EMPLOYEE, employee_id, facets=[VALUES], now=now)
    return view


def _tag(records: Records, employee_id: str, evidence_id: str) -> Evidence:
    pieces = {piece.id: piece for piece in read_evidence(records, EMPLOYEE, employee_id)}
    tag = pieces.get(evidence_id)
    if tag is None:
        raise NotFound(f"this employee has no evidence {evidence_id[:64]!r}")
    if tag.source is not Source.HR_TAG or tag.facet != VALUES:
        raise Conflict(
            "Only a tag that HR assigned can be contested; what you said yourself a new word of yours replaces."
        )
    return tag
