"""What whoever remembers answers promises: one effect per key, the same answer for a day."""

import threading

import pytest

from matcher.errors import RequestInFlight, Unavailable
from matcher.use_cases.ports import Store, StoredAnswer
from models.store import SqlStore
from tests.contracts.stored_things import NOW, a_customer, all_at_once, later

SCOPE = "k1 POST /v1/outcomes 4f0c"
ANSWER = StoredAnswer("a" * 64, 201, {"Location": "/v1/outcomes/7", "ETag": '"3"'}, b'{"made":\x00 "\xc3\xa9"}')


def test_the_first_request_gets_the_key_and_later_ones_its_answer(store: Store) -> None:
    """The same status, headers and bytes, over restarts."""
    with store.writing() as records:
        first = records.answers.claim(SCOPE, "a" * 64, now=NOW)
        records.answers.save(SCOPE, ANSWER)
    with store.writing() as records:
        second = records.answers.claim(SCOPE, "b" * 64, now=later(60))

    assert first is None
    assert second == ANSWER


def test_a_failed_request_gives_the_key_back(store: Store) -> None:
    """Whoever crashed before the commit left no effect, so the retry must be allowed to work."""

    def fail() -> None:
        with store.writing() as records:
            records.answers.claim(SCOPE, "a" * 64, now=NOW)
            raise KeyError

    with pytest.raises(KeyError):
        fail()
    with store.writing() as records:
        again = records.answers.claim(SCOPE, "a" * 64, now=later(1))

    assert again is None


def test_keys_of_different_scopes_do_not_meet(store: Store) -> None:
    """One router's key says nothing about another router's."""
    with store.writing() as records:
        claims = [records.answers.claim(scope, "a" * 64, now=NOW) for scope in (SCOPE, SCOPE.upper(), f"{SCOPE} ")]

    assert claims == [None, None, None]


def test_after_a_day_the_key_is_free(store: Store) -> None:
    """24 hours are promised, and no more is kept than was promised."""
    day = 24 * 3600
    with store.writing() as records:
        records.answers.claim(SCOPE, "a" * 64, now=NOW)
        records.answers.save(SCOPE, ANSWER)
    with store.writing() as records:
        just_before = records.answers.claim(SCOPE, "b" * 64, now=later(day - 1))
        at_the_day = records.answers.claim(SCOPE, "b" * 64, now=later(day))

    assert just_before == ANSWER
    assert at_the_day is None


def test_old_answers_are_forgotten_on_demand(store: Store) -> None:
    """The sweeper keeps the table small."""
    with store.writing() as records:
        for second in range(4):
            records.answers.claim(f"{SCOPE}{second}", "a" * 64, now=later(second))
        forgotten = records.answers.forget_before(later(2))
        again = records.answers.claim(f"{SCOPE}1", "a" * 64, now=later(9))
        kept = records.answers.claim(f"{SCOPE}2", "a" * 64, now=later(9))

    assert forgotten == 2
    assert again is None
    assert kept is not None


def test_racing_senders_of_one_key_have_one_effect(store: Store) -> None:
    """A router that retries on a slow line must not book an outcome twice."""
    effects: list[int] = []

    def send(index: int) -> bytes:
        with store.writing() as records:
            stored = records.answers.claim(SCOPE, "a" * 64, now=NOW)
            if stored is not None:
                return stored.body
            effects.append(index)
            records.customers.put(a_customer(f"c-{index}"), now=NOW)
            body = str(index).encode()
            records.answers.save(SCOPE, StoredAnswer("a" * 64, 201, {}, body))
            return body

    answers = all_at_once(8, send)

    assert len(effects) == 1
    assert answers == [str(effects[0]).encode()] * 8
    with store.reading() as records:
        found = records.customers.get_many([f"c-{index}" for index in range(8)])
        assert list(found) == [f"c-{effects[0]}"]


def test_a_key_in_flight_on_postgresql_is_told_after_a_second(postgresql_store: SqlStore) -> None:
    """A sender must not hang for as long as the first one works (SQLite's writers queue instead)."""
    claimed, finish = threading.Event(), threading.Event()

    def hold() -> None:
        with postgresql_store.writing() as records:
            records.answers.claim(SCOPE, "a" * 64, now=NOW)
            claimed.set()
            finish.wait(timeout=30)
            records.answers.save(SCOPE, ANSWER)

    first = threading.Thread(target=hold)
    first.start()
    claimed.wait(timeout=30)
    try:
        with pytest.raises(RequestInFlight) as told, postgresql_store.writing() as records:
            records.answers.claim(SCOPE, "a" * 64, now=NOW)
    finally:
        finish.set()
        first.join()
    with postgresql_store.writing() as records:
        afterwards = records.answers.claim(SCOPE, "a" * 64, now=NOW)

    assert told.value.code == "request_in_flight"
    assert afterwards == ANSWER


def test_an_unclaimed_key_cannot_be_written_in_a_read(store: Store) -> None:
    """The claim belongs to the transaction of its effect."""
    with pytest.raises(Unavailable), store.reading() as records:
        records.answers.claim(SCOPE, "a" * 64, now=NOW)
