"""What whoever remembers profiles promises to those who write ten thousand at once."""

from dataclasses import replace

import pytest

from matcher.errors import Conflict, StaleRevision, Unavailable
from matcher.profiles.evidence import Source
from matcher.use_cases.ports import Store, StoredProfile
from models.store import SqlStore, open_store
from tests.contracts.stored_things import (
    FRAMEWORK,
    NOW,
    all_at_once,
    an_employee,
    hire,
    introduce,
    later,
    some_evidence,
    some_sums,
)

PLACE = ("employee", FRAMEWORK, "values")
MANY = 2_345  # more than two batches


def _revisions(store: Store, *people: str) -> dict[str, int]:
    with store.reading() as records:
        found = records.profiles.get_many("employee", people, FRAMEWORK, "values")
    return {person: stored.revision for person, stored in found.items()}


def test_many_pieces_come_back_as_they_were(store: Store) -> None:
    """A file of tags is no less exact than tags one by one."""
    pieces = [some_evidence(f"v-{number:05}", subject_id=f"e-{number}", batch="b-1") for number in range(MANY)]
    with store.writing() as records:
        hire(records, [piece.subject_id for piece in pieces])
        records.profiles.append_many([])
        records.profiles.append_many(pieces)

    with store.reading() as records:
        found = records.profiles.evidence_of_batch("b-1")
        assert sorted(found, key=lambda piece: piece.id) == pieces
        assert records.profiles.evidence_of("employee", "e-7") == [pieces[7]]


@pytest.mark.parametrize("ids", [("v-new", "v-old"), ("v-new", "v-new")])
def test_of_many_pieces_none_is_added_where_an_id_is_taken(store: Store, ids: tuple[str, str]) -> None:
    """Half a file in force is worse than none."""
    with store.writing() as records:
        introduce(records, "employee", "e-1")
        records.profiles.append(some_evidence("v-old"))

    def append() -> None:
        with store.writing() as records:
            records.profiles.append_many([some_evidence(each) for each in ids])

    with pytest.raises(Conflict):
        append()

    with store.reading() as records:
        assert records.profiles.evidence_of("employee", "e-1") == [some_evidence("v-old")]


def test_evidence_of_many_is_evidence_of_each(store: Store) -> None:
    """Whoever takes a batch back rebuilds every profile it was in, from the whole log of that facet."""
    pieces = [
        some_evidence("v-3", occurred_at=later(2)),
        some_evidence("v-1", occurred_at=later(1), revoked_at=later(9), revoked_by="hr"),
        some_evidence("v-2", subject_id="e-2"),
        some_evidence("v-4", facet="channel"),
        some_evidence("v-5", framework="other@1"),
        some_evidence("v-6", who="customer"),
        some_evidence("v-7", subject_id="e-9"),
    ]
    with store.writing() as records:
        introduce(records, "employee", "e-1", "e-2", "e-9")
        introduce(records, "customer", "e-1")
        records.profiles.append_many(pieces)

    with store.reading() as records:
        found = records.profiles.evidence_of_many("employee", ["e-1", "e-2", "e-3"], FRAMEWORK, "values")
        assert found == {"e-1": [pieces[1], pieces[0]], "e-2": [pieces[2]]}
        assert records.profiles.evidence_of_many("employee", [], FRAMEWORK, "values") == {}


def test_a_batch_is_taken_back_whole_and_once(store: Store) -> None:
    """A wrong file is undone by its name; who took a piece back before stays who took it back."""
    with store.writing() as records:
        for number, batch in enumerate(("b-1", "b-1", "b-2", None)):
            introduce(records, "employee", f"e-{number}")
            records.profiles.append(some_evidence(f"v-{number}", subject_id=f"e-{number}", batch=batch))
        records.profiles.revoke("v-0", now=later(1), actor="e-0", reason="that is not me")
        first = records.profiles.revoke_batch("b-1", now=later(2), actor="hr", reason="wrong file")
        again = records.profiles.revoke_batch("b-1", now=later(3), actor="hr", reason="again")
        nothing = records.profiles.revoke_batch("b-404", now=later(3), actor="hr")

    assert (first, again, nothing) == (1, 0, 0)
    with store.reading() as records:
        marked = {
            piece.id: piece for number in range(4) for piece in records.profiles.evidence_of("employee", f"e-{number}")
        }
        assert (marked["v-0"].revoked_by, marked["v-0"].revoked_reason) == ("e-0", "that is not me")
        assert (marked["v-1"].revoked_by, marked["v-1"].revoked_reason) == ("hr", "wrong file")
        assert marked["v-1"].revoked_at == later(2)
        assert marked["v-2"].revoked_at is None
        assert marked["v-3"].revoked_at is None
        assert records.profiles.evidence_of_batch("b-1") == [marked["v-0"], marked["v-1"]]


def test_many_sums_are_written_at_once(store: Store) -> None:
    """New people and known ones in one go; each revision goes up by one, the staff mark by one in all."""
    with store.writing() as records:
        hire(records, [f"e-{number}" for number in range(MANY)])
        records.employees.put(an_employee("e-untold"), now=NOW)
        records.profiles.put("employee", "e-1", FRAMEWORK, "values", some_sums(9.0), expected_revision=0, now=NOW)
    before = store.staff_mark()
    with store.writing() as records:
        read = records.profiles.get_many(
            "employee", [f"e-{number}" for number in range(MANY)], FRAMEWORK, "values", to_change=True
        )
        fresh = {f"e-{number}": StoredProfile(some_sums(number + 1.0), 0) for number in range(MANY)}
        for person, stored in read.items():
            fresh[person] = replace(fresh[person], revision=stored.revision)
        records.profiles.put_many(*PLACE, fresh, now=NOW)
        records.profiles.put_many(*PLACE, {}, now=NOW)

    assert _revisions(store, "e-0", "e-1", "e-2344") == {"e-0": 1, "e-1": 2, "e-2344": 1}
    assert store.staff_mark() == (before[0] + 1, before[1])
    with store.reading() as records:
        stored = records.profiles.get("employee", "e-1", FRAMEWORK, "values")
        assert stored is not None
        assert stored.sums == some_sums(2.0)
        changes = records.employees.changes_since(before, framework=FRAMEWORK)
        assert {record.employee.id for record in changes.records} == set(fresh)


@pytest.mark.parametrize("expected", [0, 2])
def test_where_one_of_many_was_changed_none_is_written(store: Store, expected: int) -> None:
    """Also for a caller who catches the refusal and commits something else."""
    with store.writing() as records:
        introduce(records, "employee", "e-0", "e-1")
        records.profiles.put("employee", "e-1", FRAMEWORK, "values", some_sums(), expected_revision=0, now=NOW)
    with store.writing() as records:
        with pytest.raises(StaleRevision):
            records.profiles.put_many(
                *PLACE,
                {"e-0": StoredProfile(some_sums(), 0), "e-1": StoredProfile(some_sums(9.0), expected)},
                now=NOW,
            )
        records.employees.put(an_employee("e-7"), now=NOW)

    assert _revisions(store, "e-0", "e-1") == {"e-1": 1}
    with store.reading() as records:
        assert records.employees.get("e-7") is not None


def test_an_erased_profile_is_not_written_back(store: Store) -> None:
    """A bulk job read the profile; meanwhile it was erased, and the person stayed."""
    with store.writing() as records:
        introduce(records, "employee", "e-1")
    with pytest.raises(StaleRevision), store.writing() as records:
        records.profiles.put_many(*PLACE, {"e-1": StoredProfile(some_sums(), 3)}, now=NOW)

    assert _revisions(store, "e-1") == {}


@pytest.mark.parametrize("who", ["employee", "customer"])
def test_bulk_writers_at_once_lose_no_update(store: Store, who: str) -> None:
    """Two files about the same people: each of six writers adds 1 to every sum, and all of it is there at the end.

    Rows are begun first: a row that does not exist yet cannot be held, so whoever begins it second is told so.
    """
    people = [f"p-{number}" for number in range(20)]
    with store.writing() as records:
        introduce(records, who, *people)
        records.profiles.put_many(
            who, FRAMEWORK, "values", {each: StoredProfile(some_sums(0.0), 0) for each in people}, now=NOW
        )

    def add_one(index: int) -> None:
        with store.writing() as records:
            order = people if index % 2 else people[::-1]
            read = records.profiles.get_many(who, order, FRAMEWORK, "values", to_change=True)
            more = {
                each: StoredProfile(some_sums(stored.revision * 8.0), stored.revision) for each, stored in read.items()
            }
            records.profiles.put_many(who, FRAMEWORK, "values", more, now=NOW)

    results = all_at_once(6, add_one)

    assert results == [None] * 6
    with store.reading() as records:
        stored = records.profiles.get_many(who, people, FRAMEWORK, "values")
        assert {one.revision for one in stored.values()} == {7}
        assert {one.sums.by_source["survey"].vector for one in stored.values()} == {(6.0,) * 8}


def test_of_bulk_writers_who_begin_the_same_rows_one_wins(store: Store) -> None:
    """The others are told to read again; no row is of two minds."""
    people = [f"p-{number}" for number in range(20)]
    with store.writing() as records:
        introduce(records, "customer", *people)

    def begin(index: int) -> int:
        with store.writing() as records:
            begun = {each: StoredProfile(some_sums(index + 1.0), 0) for each in people}
            records.profiles.put_many("customer", FRAMEWORK, "values", begun, now=NOW)
        return index

    results = all_at_once(4, begin)

    winners = [result for result in results if isinstance(result, int)]
    assert len(winners) == 1
    assert all(isinstance(result, int | StaleRevision | Unavailable) for result in results)
    with store.reading() as records:
        stored = records.profiles.get_many("customer", people, FRAMEWORK, "values")
        assert {one.sums == some_sums(winners[0] + 1.0) for one in stored.values()} == {True}


def test_a_single_write_between_two_of_a_bulk_waits_or_is_stale(sql_store: SqlStore) -> None:
    """Rows that were read to be changed are changed by nobody else until the bulk is done."""
    url = sql_store._connections().writer.url.render_as_string(hide_password=False)
    with sql_store.writing() as records:
        introduce(records, "customer", "c-1")
        records.profiles.put("customer", "c-1", FRAMEWORK, "values", some_sums(), expected_revision=0, now=NOW)
    other = open_store(url)

    def act(index: int) -> None:
        store = (sql_store, other)[index]
        with store.writing() as records:
            stored = records.profiles.get_many("customer", ["c-1"], FRAMEWORK, "values", to_change=True)["c-1"]
            again = StoredProfile(stored.sums, stored.revision)
            records.profiles.put_many("customer", FRAMEWORK, "values", {"c-1": again}, now=NOW)

    results = all_at_once(2, act)
    other.close()

    assert results == [None, None]
    with sql_store.reading() as records:
        assert records.profiles.get("customer", "c-1", FRAMEWORK, "values") == StoredProfile(some_sums(), 3)


def test_a_revocation_may_say_why(store: Store) -> None:
    """Who contests a tag says why; the reason stands beside it."""
    with store.writing() as records:
        introduce(records, "employee", "e-1")
        records.profiles.append(some_evidence(source=Source.SELF_TAG))
        records.profiles.revoke("v-1", now=later(1), actor="e-1", reason="not me")
        records.profiles.revoke("v-1", now=later(2), actor="hr", reason="another reason")

    with store.reading() as records:
        (piece,) = records.profiles.evidence_of("employee", "e-1")
        assert (piece.revoked_at, piece.revoked_by, piece.revoked_reason) == (later(1), "e-1", "not me")
