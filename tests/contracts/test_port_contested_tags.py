"""What whoever remembers profiles promises about tags that people took back themselves."""

from datetime import datetime
from typing import Any

from matcher.profiles.evidence import Evidence, Source
from matcher.use_cases.ports import Store
from tests.contracts.stored_things import FRAMEWORK, introduce, later, some_evidence

PLACE = (FRAMEWORK, "values")


def contested(evidence_id: str, person: str = "e-1", at: datetime | None = None, **changes: Any) -> Evidence:
    taken_back = {"revoked_at": at or later(9), "revoked_by": f"employee:{person}", "revoked_reason": "not me"}
    return some_evidence(evidence_id, subject_id=person, **taken_back | changes)


def keep(store: Store, *pieces: Evidence) -> None:
    with store.writing() as records:
        for who, person in sorted({(piece.who, piece.subject_id) for piece in pieces}):
            introduce(records, who, person)
        records.profiles.append_many(pieces)


def test_only_tags_taken_back_by_whom_they_are_about_are_contested(store: Store) -> None:
    """HR taking back its own tag is no contest, nor is one employee's word about another."""
    mine = contested("v-1")
    keep(
        store,
        mine,
        contested("v-2", revoked_by="key:hr"),
        contested("v-3", revoked_by="employee:e-2"),
        contested("v-4", source=Source.SELF_TAG),
        contested("v-5", framework="other@1"),
        contested("v-6", who="customer"),
        some_evidence("v-7"),
    )

    with store.reading() as records:
        found = records.profiles.contested_tags("employee", *PLACE, limit=9)
        assert found == [mine]
        assert found[0].is_contested
        assert records.profiles.contested_of("employee", ["e-1", "e-2", "e-9"], *PLACE) == {"e-1": mine}
        assert records.profiles.contested_of("employee", [], *PLACE) == {}


def test_contested_tags_come_page_by_page_the_last_one_first(store: Store) -> None:
    """HR looks at what is new."""
    keep(store, *(contested(f"v-{number}", f"e-{number}") for number in range(5)))

    with store.reading() as records:
        first = records.profiles.contested_tags("employee", *PLACE, limit=2)
        rest = records.profiles.contested_tags("employee", *PLACE, before=first[-1].id, limit=9)

    assert [piece.id for piece in first] == ["v-4", "v-3"]
    assert [piece.id for piece in rest] == ["v-2", "v-1", "v-0"]


def test_a_contest_stands_until_hr_tags_anew(store: Store) -> None:
    """Of several the last one counts; a tag from before it, or one that was taken back, settles nothing."""
    keep(
        store,
        contested("v-1", at=later(9)),
        contested("v-2", at=later(20)),
        some_evidence("v-3", recorded_at=later(15)),
        some_evidence("v-4", recorded_at=later(30), revoked_at=later(31), revoked_by="key:hr"),
        contested("w-1", "e-2", at=later(9)),
        some_evidence("w-2", subject_id="e-2", recorded_at=later(10)),
    )

    with store.reading() as records:
        standing = records.profiles.contested_of("employee", ["e-1", "e-2"], *PLACE)

    assert {person: tag.id for person, tag in standing.items()} == {"e-1": "v-2"}
