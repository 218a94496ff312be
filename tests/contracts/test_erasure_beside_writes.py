"""An erasure and a write about the same person at once: whoever comes second finds the person gone, or waits."""

import threading
from collections.abc import Callable

import pytest

from matcher.errors import NotFound
from matcher.use_cases.erase_person import erase_person
from matcher.use_cases.ports import Records, StoredProfile
from models.store import SqlStore
from tests.contracts.stored_things import (
    FRAMEWORK,
    NOW,
    all_at_once,
    everything_in,
    introduce,
    some_evidence,
    some_sums,
)

PERSON = "person-3e8c"
PEOPLE = ("customer", "employee")
CHANCE_S = 0.15  # given to the second of the two, to go wrong by not waiting for the first

Act = Callable[[Records, str], object]


def _put(records: Records, who: str, revision: int = 0) -> None:
    records.profiles.put(who, PERSON, FRAMEWORK, "values", some_sums(), expected_revision=revision, now=NOW)


def _put_many(records: Records, who: str) -> None:
    records.profiles.put_many(who, FRAMEWORK, "values", {PERSON: StoredProfile(some_sums(), 0)}, now=NOW)


def _erase(records: Records, who: str) -> None:
    erase_person(records, who, PERSON, now=NOW)


WRITES: dict[str, Act] = {
    "append": lambda records, who: records.profiles.append(some_evidence(who=who, subject_id=PERSON)),
    "append_many": lambda records, who: records.profiles.append_many([some_evidence(who=who, subject_id=PERSON)]),
    "put": _put,
    "put_many": _put_many,
}


def _none_after(_records: Records, _who: str) -> None:
    """Nothing more."""


def _beside(store: SqlStore, who: str, first: Act, second: Act, then: Act = _none_after) -> Exception | None:
    """How the second ended, begun after `first` was written and before `then` was, in one transaction."""
    written, ended = threading.Event(), threading.Event()
    refused: list[Exception] = []

    def follow() -> None:
        written.wait(timeout=30)
        try:
            with store.writing() as records:
                second(records, who)
        except Exception as error:  # noqa: BLE001  # the test looks at it
            refused.append(error)
        ended.set()

    follower = threading.Thread(target=follow)
    follower.start()
    try:
        with store.writing() as records:
            first(records, who)
            written.set()
            ended.wait(timeout=CHANCE_S)
            then(records, who)
    finally:
        written.set()
        follower.join()
    return refused[0] if refused else None


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("write", WRITES)
def test_what_is_written_while_a_person_is_erased_finds_nobody(sql_store: SqlStore, who: str, write: str) -> None:
    """The erasure is not committed yet, and has looked for what there is already."""
    with sql_store.writing() as records:
        introduce(records, who, PERSON)
    refused = _beside(sql_store, who, first=_erase, second=WRITES[write])

    assert isinstance(refused, NotFound)
    assert PERSON not in everything_in(sql_store)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("write", WRITES)
def test_an_erasure_waits_for_what_is_being_written(sql_store: SqlStore, who: str, write: str) -> None:
    """It finds that too, though it was asked for before the write was committed."""
    with sql_store.writing() as records:
        introduce(records, who, PERSON)
    refused = _beside(sql_store, who, first=WRITES[write], second=_erase)

    assert refused is None
    assert PERSON not in everything_in(sql_store)


def _revoke(records: Records, _who: str) -> None:
    records.profiles.revoke("v-1", now=NOW, actor="key-1")


def _revoke_batch(records: Records, _who: str) -> None:
    records.profiles.revoke_batch("b-1", now=NOW, actor="key-1")


def _read_to_change(records: Records, who: str) -> None:
    records.profiles.get_many(who, [PERSON], FRAMEWORK, "values", to_change=True)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("first", [_revoke, _revoke_batch, _read_to_change])
def test_an_erasure_and_a_change_of_a_profile_do_not_wait_for_each_other(
    sql_store: SqlStore, who: str, first: Act
) -> None:
    """In a circle neither would be done; the change holds the person before it takes a row, as the erasure does."""
    with sql_store.writing() as records:
        introduce(records, who, PERSON)
        records.profiles.append(some_evidence(who=who, subject_id=PERSON, batch="b-1"))
        _put(records, who)
    refused = _beside(
        sql_store, who, first=first, second=_erase, then=lambda records, who: _put(records, who, revision=1)
    )

    assert refused is None
    assert PERSON not in everything_in(sql_store)


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("first", range(2))
def test_of_an_erasure_and_evidence_at_once_nothing_is_left(sql_store: SqlStore, who: str, first: int) -> None:
    """Two threads, however they meet: the person has the evidence, or no row of any table names them."""
    for _ in range(5):
        with sql_store.writing() as records:
            introduce(records, who, PERSON)

        def act(index: int) -> None:
            with sql_store.writing() as records:
                (_erase if index == first else WRITES["append"])(records, who)

        results = all_at_once(2, act)
        with sql_store.reading() as records:
            people = records.customers if who == "customer" else records.employees
            is_there = people.get(PERSON) is not None

        assert results[first] is None
        assert results[1 - first] is None or isinstance(results[1 - first], NotFound)
        assert not is_there
        assert PERSON not in everything_in(sql_store)
