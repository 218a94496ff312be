"""What whoever remembers profiles promises to those who hide theirs."""

import pytest

from matcher.errors import NotFound
from matcher.use_cases.ports import Store
from tests.contracts.stored_things import FRAMEWORK, NOW, a_customer, an_employee, later, some_sums


@pytest.fixture
def staffed(store: Store) -> Store:
    """A store with two employees whose values are known, and a customer with the id of one of them."""
    with store.writing() as records:
        records.customers.put(a_customer("e-1"), now=NOW)
        for person in ("e-1", "e-2"):
            records.employees.put(an_employee(person), now=NOW)
            records.profiles.put("employee", person, FRAMEWORK, "values", some_sums(), expected_revision=0, now=NOW)
    return store


def _hide(store: Store, who: str, person: str, hidden: bool) -> bool:
    with store.writing() as records:
        return records.profiles.hide(who, person, hidden, now=later(1), actor="key-1")


def test_a_hidden_profile_is_none_to_the_roster_and_only_it_is_read_again(staffed: Store) -> None:
    """Then the gate is closed and nothing else changes; it must take effect at once, and cost one record."""
    before = staffed.staff_mark()
    changed = _hide(staffed, "employee", "e-1", True)
    with staffed.reading() as records:
        since = records.employees.changes_since(before, framework=FRAMEWORK)
        whole = records.employees.changes_since(None, framework=FRAMEWORK)
        kept = records.profiles.get("employee", "e-1", FRAMEWORK, "values")

    assert changed
    assert [(record.employee.id, record.values) for record in since.records] == [("e-1", None)]
    assert {record.employee.id: record.values for record in whole.records} == {"e-1": None, "e-2": some_sums()}
    assert kept is not None  # its owner goes on reading it


def test_a_profile_shown_again_counts_again(staffed: Store) -> None:
    """Hiding is a wish, not an erasure."""
    _hide(staffed, "employee", "e-1", True)
    before = staffed.staff_mark()
    changed = _hide(staffed, "employee", "e-1", False)
    with staffed.reading() as records:
        since = records.employees.changes_since(before, framework=FRAMEWORK)

    assert changed
    assert [(record.employee.id, record.values) for record in since.records] == [("e-1", some_sums())]


def test_saying_it_twice_changes_nothing(staffed: Store) -> None:
    """Nothing is read anew for it."""
    assert not _hide(staffed, "employee", "e-1", False)
    _hide(staffed, "employee", "e-1", True)
    before = staffed.staff_mark()

    assert not _hide(staffed, "employee", "e-1", True)
    assert staffed.staff_mark() == before


def test_a_customer_who_hides_is_not_the_employee_of_that_id(staffed: Store) -> None:
    """Ids are given by two different systems; the staff mark is the staff's."""
    before = staffed.staff_mark()
    _hide(staffed, "customer", "e-1", True)

    with staffed.reading() as records:
        assert records.profiles.hidden_of("customer", ["e-1", "e-2"]) == {"e-1"}
        assert records.profiles.hidden_of("employee", ["e-1", "e-2"]) == set()
        assert records.profiles.hidden_of("customer", []) == set()
    assert staffed.staff_mark() == before


@pytest.mark.parametrize("who", ["customer", "employee"])
def test_nobody_cannot_be_hidden(store: Store, who: str) -> None:
    """A mark without a person would outlive every erasure."""
    with pytest.raises(NotFound):
        _hide(store, who, "stranger", True)
