"""What whoever remembers price lists promises: the newest is found, whole, and names nobody who is gone."""

from datetime import timedelta

import pytest

from matcher.use_cases.erase_person import erase_person
from matcher.use_cases.ports import Store
from tests.contracts.stored_things import NOW, an_employee, later, some_prices


def with_staff(store: Store, *employee_ids: str) -> None:
    with store.writing() as records:
        for one in employee_ids:
            records.employees.put(an_employee(one), now=NOW)


def test_what_is_kept_comes_back(store: Store) -> None:
    """A price off by a row would be somebody else's."""
    with_staff(store, "e-1", "e-2")
    with store.writing() as records:
        records.price_lists.put(some_prices("e-1", "e-2"))
    with store.reading() as records:
        found = records.price_lists.newest()
        assert found is not None

    assert (found.version, found.at, found.employees, found.intents) == ("prices-1", NOW, ("e-1", "e-2"), ("billing",))
    assert found.second == pytest.approx([0.0, 0.001])
    assert found.blind_second == pytest.approx([0.0, 0.0005])
    assert found.seconds.shape == (2, 2)
    assert found.seconds[1, 0] == pytest.approx(240.5)
    assert [(one.asks, one.per_hour, one.value) for one in found.kinds] == [
        ("phone · billing", 32.5, 0.25),
        ("chat", 4.0, 0.0),
    ]


def test_the_newest_counts_and_older_ones_go(store: Store) -> None:
    """Every process goes by the same list, and the table stays small."""
    with_staff(store, "e-1")
    with store.writing() as records:
        records.price_lists.put(some_prices("e-1", version="b", at=later(300)))
        records.price_lists.put(some_prices("e-1", version="a"))
    with store.reading() as records:
        newest, moment = records.price_lists.newest(), records.price_lists.made_at()
    with store.writing() as records:
        records.price_lists.forget_before(NOW + timedelta(hours=1))
    with store.reading() as records:
        left = records.price_lists.newest()

    assert newest is not None
    assert (newest.version, moment) == ("b", later(300))
    assert left is None


def test_a_list_of_the_same_version_takes_the_others_place(store: Store) -> None:
    """Two workers may make it in the same second."""
    with_staff(store, "e-1", "e-2")
    with store.writing() as records:
        records.price_lists.put(some_prices("e-1"))
        records.price_lists.put(some_prices("e-1", "e-2"))
    with store.reading() as records:
        found = records.price_lists.newest()

    assert found is not None
    assert found.employees == ("e-1", "e-2")


def test_nobody_who_is_not_there_is_named(store: Store) -> None:
    """A list made while somebody was erased must not bring them back."""
    with_staff(store, "e-1")
    with store.writing() as records:
        records.price_lists.put(some_prices("gone", "e-1"))
    with store.reading() as records:
        found = records.price_lists.newest()

    assert found is not None
    assert found.employees == ("e-1",)
    assert found.second == pytest.approx([0.001])


def test_an_erased_employee_is_in_no_list(store: Store) -> None:
    """Whose time it was is forgotten; what the others' is worth stays."""
    with_staff(store, "e-1", "e-2")
    with store.writing() as records:
        records.price_lists.put(some_prices("e-2", version="before"))
        records.price_lists.put(some_prices("e-1", "e-2", at=later(300)))
    with store.writing() as records:
        touched = records.price_lists.erase_employee("e-1")
    with store.writing() as records:
        erase_person(records, "employee", "e-1", now=NOW)
        left = records.price_lists.newest()

    assert touched == 1
    assert left is not None
    assert left.employees == ("e-2",)
    assert left.second == pytest.approx([0.001])
