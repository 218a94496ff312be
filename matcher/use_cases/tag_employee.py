"""Tag an employee with value systems, without overwriting what someone else did unseen."""

from collections.abc import Callable
from datetime import datetime

from matcher.errors import RevisionRequired, StaleRevision, invalid
from matcher.profiles.evidence import Source
from matcher.profiles.facets import REPLACING
from matcher.profiles.framework import VALUES, Framework
from matcher.profiles.people import EMPLOYEE
from matcher.profiles.tags import Tag, hr_tag, share_of
from matcher.use_cases.ports import Records
from matcher.use_cases.read_profile import ProfileView, read_profile
from matcher.use_cases.record_evidence import record_evidence


def tag_employee(
    records: Records,
    framework: Framework,
    employee_id: str,
    tag: Tag,
    *,
    revision: int | None,
    actor: str,
    reason: str | None,
    now: datetime,
    new_id: Callable[[], str],
    source: Source = Source.HR_TAG,
) -> ProfileView:
    """The employee's value profile with the tag in it; `source` is `self_tag` where employees speak of themselves.

    Raises NotFound; RevisionRequired without `revision`; StaleRevision when someone changed the profile after it was
    read; InvalidInput for a tag that names no value system, shares that are no distribution, or no reason given.
    """
    (before,) = read_profile(records, framework, EMPLOYEE, employee_id, facets=[VALUES], now=now)
    if revision is None:
        raise RevisionRequired
    if revision != before.revision:
        raise StaleRevision(read=revision, stands=before.revision)
    if source not in REPLACING:
        raise invalid("/source", "source_not_accepted", "a tag is either an hr_tag or a self_tag")
    if reason is None or not reason.strip():
        raise invalid("/reason", "missing_field", "say why: the employee reads the reason beside the tag")
    evidence = hr_tag(
        framework.values,
        share_of(framework.values, tag),
        framework=framework.name,
        employee_id=employee_id,
        actor=actor,
        reason=reason.strip(),
        now=now,
        new_id=new_id,
        source=source,
    )
    record_evidence(records, framework, evidence, now=now, expected_revision=revision)
    (after,) = read_profile(records, framework, EMPLOYEE, employee_id, facets=[VALUES], now=now)
    return after
