"""What a transaction promises, whatever is stored in it."""

import pytest

from matcher.errors import Unavailable
from matcher.use_cases.ports import Store
from tests.contracts.stored_things import NOW, a_customer, all_at_once, an_employee


def test_a_block_that_raises_leaves_nothing_behind(store: Store) -> None:
    """An effect without its answer, or the other way round, would break the promise of one effect per key."""

    def write_and_fail() -> None:
        with store.writing() as records:
            records.customers.put(a_customer(), now=NOW)
            records.employees.put(an_employee(), now=NOW)
            raise KeyError

    with pytest.raises(KeyError):
        write_and_fail()

    with store.reading() as records:
        assert records.customers.get("c-1") is None
        assert records.employees.page(after=None, limit=10).items == ()
        assert records.employees.staff_mark() == (0, 0)


def test_what_a_block_wrote_is_there_for_the_next_reader(store: Store) -> None:
    """Whoever got a 2xx must find the thing again."""
    with store.writing() as records:
        records.customers.put(a_customer(), now=NOW)

    with store.reading() as records:
        assert records.customers.get("c-1") == a_customer()


def test_a_reader_sees_one_moment_while_others_write(store: Store) -> None:
    """A round that mixed two moments could give a contact to an employee who is gone."""
    with store.writing() as records:
        records.customers.put(a_customer(tier="gold"), now=NOW)
    with store.reading() as reader:
        before = reader.customers.get("c-1")
        with store.writing() as writer:
            writer.customers.put(a_customer(tier="silver"), now=NOW)
        after = reader.customers.get("c-1")

    assert before == after == a_customer(tier="gold")


def test_a_read_cannot_write(store: Store) -> None:
    """What looks like a read must not change anything, nor seem to."""
    with pytest.raises(Unavailable), store.reading() as records:
        records.customers.put(a_customer(), now=NOW)

    with store.reading() as records:
        assert records.customers.get("c-1") is None


def test_writers_at_the_same_time_all_get_their_turn(store: Store) -> None:
    """Eight request threads write at once every day; none may be refused for that alone."""

    def put(index: int) -> bool:
        with store.writing() as records:
            return records.employees.put(an_employee(f"e-{index}"), now=NOW)

    created = all_at_once(8, put)

    assert created == [True] * 8
    with store.reading() as records:
        assert records.employees.staff_mark() == (8, 0)


def test_a_secret_is_made_once_whoever_asks_first(store: Store) -> None:
    """Two processes that signed cursors with different keys would refuse each other's pages."""
    secrets = all_at_once(8, lambda index: store.kept_secret("cursor", bytes([index]) * 32, now=NOW))

    assert len(set(secrets)) == 1
    assert store.kept_secret("cursor", b"late", now=NOW) == secrets[0]
    assert store.kept_secret("other", b"late", now=NOW) == b"late"
