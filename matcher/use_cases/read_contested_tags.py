"""Read which tags employees contested."""

from dataclasses import dataclass
from datetime import datetime

from matcher.profiles.evidence import Evidence
from matcher.profiles.framework import VALUES, Framework
from matcher.profiles.people import EMPLOYEE
from matcher.use_cases.ports import Page, Records


@dataclass(frozen=True, slots=True)
class ContestedTag:
    """A tag an employee took back: who set it and why, when it was contested and why, and whether it still stands so.

    What the tag said is not told: a report holds no value shares of a person.
    """

    evidence_id: str
    employee_id: str
    tagged_at: datetime
    tagged_by: str
    tag_reason: str | None
    contested_at: datetime
    contest_reason: str | None
    is_tagged_anew: bool


def read_contested_tags(
    records: Records, framework: Framework, *, before: str | None = None, limit: int
) -> Page[ContestedTag]:
    """The contested tags whose evidence ids lie below `before`, the last one first; `next_after` goes on."""
    found = records.profiles.contested_tags(EMPLOYEE, framework.name, VALUES, before=before, limit=limit + 1)
    people = {tag.subject_id for tag in found[:limit]}
    standing = records.profiles.contested_of(EMPLOYEE, people, framework.name, VALUES)
    items = tuple(_told(tag, is_tagged_anew=tag.subject_id not in standing) for tag in found[:limit])
    return Page(items, items[-1].evidence_id if len(found) > limit else None)


def _told(tag: Evidence, *, is_tagged_anew: bool) -> ContestedTag:
    return ContestedTag(
        evidence_id=tag.id,
        employee_id=tag.subject_id,
        tagged_at=tag.recorded_at,
        tagged_by=tag.actor,
        tag_reason=tag.reason,
        contested_at=tag.revoked_at or tag.recorded_at,
        contest_reason=tag.revoked_reason,
        is_tagged_anew=is_tagged_anew,
    )
