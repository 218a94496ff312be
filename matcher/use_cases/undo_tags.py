"""Take back a whole batch of tags."""

from dataclasses import dataclass
from datetime import datetime

from matcher.errors import NotFound, invalid
from matcher.profiles.columns import fold_many
from matcher.profiles.evidence import Source
from matcher.profiles.facets import NOTHING
from matcher.profiles.framework import VALUES, Framework
from matcher.profiles.people import EMPLOYEE
from matcher.use_cases.ports import Records, StoredProfile

PEOPLE_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Undone:
    """A batch that was taken back: how many of its tags counted until now, and whose profiles were made anew."""

    batch: str
    revoked: int
    employees: int


def undo_tags(records: Records, framework: Framework, batch: str, *, reason: str, actor: str, now: datetime) -> Undone:
    """Every tag of the batch taken back, and the profiles made anew from what remains in the log.

    Former tags count again, later ones stay; twice is as good as once. Raises NotFound where no tags came under that
    name, InvalidInput without a reason.
    """
    if not reason.strip():
        raise invalid("/reason", "missing_field", "say why the tags are taken back: the employees read it")
    pieces = records.profiles.evidence_of_batch(batch)
    if not pieces or any((piece.who, piece.source) != (EMPLOYEE, Source.HR_TAG) for piece in pieces):
        raise NotFound(f"there is no batch of tags {batch[:64]!r}")
    counting = [piece for piece in pieces if piece.revoked_at is None]
    people = sorted({piece.subject_id for piece in counting if piece.framework == framework.name})
    revoked = len(counting)
    del pieces, counting
    if revoked:
        records.profiles.revoke_batch(batch, now=now, actor=actor, reason=reason.strip())
        for start in range(0, len(people), PEOPLE_AT_ONCE):
            _rebuild(records, framework, people[start : start + PEOPLE_AT_ONCE], now=now)
    return Undone(batch, revoked, len(people))


def _rebuild(records: Records, framework: Framework, people: list[str], *, now: datetime) -> None:
    place = (framework.name, VALUES)
    stored = records.profiles.get_many(EMPLOYEE, people, *place, to_change=True)
    logs = records.profiles.evidence_of_many(EMPLOYEE, people, *place)
    sums = fold_many([piece for log in logs.values() for piece in log], framework.values)
    changed = {
        person: StoredProfile(sums.get(person, NOTHING), stored[person].revision if person in stored else 0)
        for person in logs  # who was erased meanwhile has none
    }
    records.profiles.put_many(EMPLOYEE, *place, changed, now=now)
