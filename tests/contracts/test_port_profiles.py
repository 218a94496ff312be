"""What whoever remembers profiles promises: a log to which one only adds, and sums that nobody overwrites unseen."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta, timezone

import pytest

from matcher.errors import Conflict, NotFound, StaleRevision
from matcher.profiles.evidence import Source
from matcher.profiles.facets import Sums
from matcher.use_cases.ports import Records, Store, StoredProfile
from tests.contracts.stored_things import (
    FRAMEWORK,
    NOW,
    all_at_once,
    everything_in,
    introduce,
    later,
    some_evidence,
    some_sums,
)

PLACE = ("employee", "e-1", FRAMEWORK, "values")
EMPLOYEES = ("e-1", "e-11", "e-2", "e-3", "e-4")
CUSTOMERS = ("e-1", "c-0", "c-1", "c-2")
WRITES: dict[str, Callable[[Records, str, str], object]] = {
    "append": lambda records, who, person: records.profiles.append(some_evidence(who=who, subject_id=person)),
    "append_many": lambda records, who, person: records.profiles.append_many(
        [some_evidence("v-0", who=who, subject_id="e-1"), some_evidence(who=who, subject_id=person)]
    ),
    "put": lambda records, who, person: records.profiles.put(
        who, person, FRAMEWORK, "values", some_sums(), expected_revision=0, now=NOW
    ),
    "put_many": lambda records, who, person: records.profiles.put_many(
        who,
        FRAMEWORK,
        "values",
        {each: StoredProfile(some_sums(), 0) for each in ("e-1", person)},
        now=NOW,
    ),
}


@pytest.fixture
def store(store: Store) -> Store:
    """A store with the people of whom something will be known."""
    with store.writing() as records:
        introduce(records, "employee", *EMPLOYEES)
        introduce(records, "customer", *CUSTOMERS)
    return store


@pytest.mark.parametrize("who", ["customer", "employee"])
@pytest.mark.parametrize("write", WRITES)
def test_nothing_is_known_of_nobody(store: Store, who: str, write: str) -> None:
    """What is about someone who was erased is about nobody, and no erasure would find it; of many all are refused."""
    with pytest.raises(NotFound), store.writing() as records:
        WRITES[write](records, who, "person-9b2e")

    assert "person-9b2e" not in everything_in(store)
    with store.reading() as records:
        assert records.profiles.evidence_of(who, "e-1") == []
        assert records.profiles.get(who, "e-1", FRAMEWORK, "values") is None


def test_of_many_people_the_refusal_names_none(store: Store) -> None:
    """A job keeps what it was told; nobody who was erased may be named there."""
    with pytest.raises(NotFound) as told, store.writing() as records:
        WRITES["append_many"](records, "employee", "person-9b2e")

    assert "person-9b2e" not in str(told.value)
    assert "person-9b2e" not in told.value.detail


def test_sums_come_back_number_for_number(store: Store) -> None:
    """The cache must equal a rebuild from evidence to 1e-9; texts of numbers lose nothing at all."""
    with store.writing() as records:
        revision = records.profiles.put(*PLACE, some_sums(1 / 3), expected_revision=0, now=NOW)
        records.profiles.put("employee", "e-2", FRAMEWORK, "values", Sums(), expected_revision=0, now=NOW)

    with store.reading() as records:
        stored = records.profiles.get(*PLACE)
        empty = records.profiles.get("employee", "e-2", FRAMEWORK, "values")
        assert stored is not None
        assert (revision, stored.revision, stored.sums) == (1, 1, some_sums(1 / 3))
        assert empty is not None
        assert empty.sums == Sums()
        assert records.profiles.get("customer", "e-1", FRAMEWORK, "values") is None


def test_many_profiles_are_found_by_person(store: Store) -> None:
    """A match reads its customers' values at once."""
    with store.writing() as records:
        for number in range(3):
            person = f"c-{number}"
            records.profiles.put(
                "customer", person, FRAMEWORK, "values", some_sums(number + 1.0), expected_revision=0, now=NOW
            )

    with store.reading() as records:
        found = records.profiles.get_many("customer", ["c-2", "stranger", "c-0"], FRAMEWORK, "values")
        assert {person: stored.sums for person, stored in found.items()} == {
            "c-0": some_sums(1.0),
            "c-2": some_sums(3.0),
        }
        assert records.profiles.get_many("customer", [], FRAMEWORK, "values") == {}
        assert records.profiles.get_many("employee", ["c-2"], FRAMEWORK, "values") == {}


@pytest.mark.parametrize("expected", [0, 2, 7])
def test_a_write_on_another_revision_is_stale(store: Store, expected: int) -> None:
    """HR's tag must not undo what the employee answered a minute ago."""
    with store.writing() as records:
        records.profiles.put(*PLACE, some_sums(), expected_revision=0, now=NOW)

    with pytest.raises(StaleRevision), store.writing() as records:
        records.profiles.put(*PLACE, some_sums(9.0), expected_revision=expected, now=NOW)

    with store.reading() as records:
        stored = records.profiles.get(*PLACE)
        assert stored is not None
        assert stored.sums == some_sums()


@pytest.mark.parametrize("expected", [0, 1])
def test_of_writers_on_one_revision_one_wins(store: Store, expected: int) -> None:
    """Two people tagging at once: one is told to read again, and nothing is lost."""
    if expected == 1:
        with store.writing() as records:
            records.profiles.put(*PLACE, some_sums(0.5), expected_revision=0, now=NOW)

    def put(index: int) -> int:
        with store.writing() as records:
            return records.profiles.put(*PLACE, some_sums(index + 1.0), expected_revision=expected, now=NOW)

    results = all_at_once(6, put)

    winners = [index for index, result in enumerate(results) if result == expected + 1]
    assert len(winners) == 1
    assert sum(isinstance(result, StaleRevision) for result in results) == 5
    with store.reading() as records:
        stored = records.profiles.get(*PLACE)
        assert stored is not None
        assert stored.sums == some_sums(winners[0] + 1.0)


def test_evidence_comes_back_oldest_first(store: Store) -> None:
    """By when it happened, then by id: every reader folds in the same order."""
    pieces = [
        some_evidence("v-3", occurred_at=later(5)),
        some_evidence("v-2", occurred_at=later(5), facet="channel", share=(0.5, 0.5), reason=None, detail={}),
        some_evidence("v-9", occurred_at=later(-5), source=Source.SURVEY, share=(-0.1, 1.1), weight=0.0),
        some_evidence("v-0", occurred_at=later(5), subject_id="e-2"),
        some_evidence("v-1", occurred_at=later(5), who="customer"),
    ]
    with store.writing() as records:
        for piece in pieces:
            records.profiles.append(piece)

    with store.reading() as records:
        assert records.profiles.evidence_of("employee", "e-1") == [pieces[2], pieces[1], pieces[0]]
        assert records.profiles.evidence_of("employee", "e-1", facet="channel") == [pieces[1]]
        assert records.profiles.evidence_of("employee", "e-7") == []


def test_evidence_of_other_zones_is_the_same_moment(store: Store) -> None:
    """Order by time must not depend on the writer's zone."""
    east = timezone(timedelta(hours=9))
    early = some_evidence("v-b", occurred_at=later(0).astimezone(east))
    late = some_evidence("v-a", occurred_at=later(1))
    with store.writing() as records:
        records.profiles.append(late)
        records.profiles.append(early)

    with store.reading() as records:
        assert records.profiles.evidence_of("employee", "e-1") == [early, late]


def test_a_revoked_piece_stays_readable_and_is_marked_once(store: Store) -> None:
    """What was held against someone, who took it back and when: all of it is theirs to see."""
    with store.writing() as records:
        records.profiles.append(some_evidence())
        records.profiles.revoke("v-1", now=later(10), actor="hr-1")
        records.profiles.revoke("v-1", now=later(99), actor="hr-2")

    with store.reading() as records:
        (kept,) = records.profiles.evidence_of("employee", "e-1")
        assert kept == replace(some_evidence(), revoked_at=later(10), revoked_by="hr-1")


def test_revoking_what_is_not_there_is_told(store: Store) -> None:
    """A silent success would leave the piece in force elsewhere."""
    with pytest.raises(NotFound), store.writing() as records:
        records.profiles.revoke("v-404", now=NOW, actor="hr-1")


def test_an_evidence_id_is_taken_once(store: Store) -> None:
    """The log is only added to: a second piece under the id would rewrite history."""

    def append_again() -> None:
        with store.writing() as records:
            records.profiles.append(some_evidence(weight=9.0))

    with store.writing() as records:
        records.profiles.append(some_evidence())
    with pytest.raises(Conflict):
        append_again()

    with store.reading() as records:
        assert records.profiles.evidence_of("employee", "e-1") == [some_evidence()]


def test_erasing_a_person_leaves_others_alone(store: Store) -> None:
    """A customer may carry the same id as an employee."""
    people = [("employee", "e-1"), ("employee", "e-11"), ("customer", "e-1")]

    def count(records: Records) -> list[tuple[int, bool]]:
        return [
            (
                len(records.profiles.evidence_of(who, person)),
                records.profiles.get(who, person, FRAMEWORK, "values") is not None,
            )
            for who, person in people
        ]

    with store.writing() as records:
        for number, (who, person) in enumerate(people):
            records.profiles.append(some_evidence(f"v-{number}", who=who, subject_id=person))
            records.profiles.put(who, person, FRAMEWORK, "values", some_sums(), expected_revision=0, now=NOW)
    with store.writing() as records:
        records.profiles.erase("employee", "e-1")

    with store.reading() as records:
        assert count(records) == [(0, False), (1, True), (1, True)]


def test_the_newest_tag_that_still_counts_is_the_assigned_one(store: Store) -> None:
    """An export gives back what HR assigned: not a survey, not a tag that was taken back, not someone else's."""
    tag = {"source": Source.HR_TAG, "who": "employee"}
    with store.writing() as records:
        for number, changes in enumerate(
            [
                {**tag, "subject_id": "e-1", "share": (1.0, 0.0), "occurred_at": later(0)},
                {**tag, "subject_id": "e-1", "share": (0.1, 0.9), "occurred_at": later(1)},
                {**tag, "subject_id": "e-1", "share": (0.5, 0.5), "occurred_at": later(2)},
                {**tag, "subject_id": "e-2", "source": Source.SURVEY},
                {**tag, "subject_id": "e-3", "facet": "channel"},
                {**tag, "subject_id": "e-4", "share": (0.3, 0.7)},
            ]
        ):
            records.profiles.append(some_evidence(f"v-{number}", **changes))
        records.profiles.revoke("v-2", now=later(3), actor="hr-1")

    with store.reading() as records:
        assigned = records.profiles.tags_of("employee", ["e-1", "e-2", "e-3"], FRAMEWORK, "values")
        assert assigned == {"e-1": (0.1, 0.9)}
