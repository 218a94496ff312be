"""What whoever remembers acute states promises."""

import pytest

from matcher.errors import NotFound
from matcher.profiles.overlay import Overlay
from matcher.use_cases.ports import Store
from tests.contracts.stored_things import NOW, a_customer, an_employee, an_overlay, later


@pytest.fixture
def peopled(store: Store) -> Store:
    """A store with two employees, and a customer with the id of one of them."""
    with store.writing() as records:
        records.customers.put(a_customer("e-1"), now=NOW)
        for person in ("e-1", "e-2"):
            records.employees.put(an_employee(person), now=NOW)
    return store


def _put(store: Store, *overlays: Overlay) -> None:
    with store.writing() as records:
        for overlay in overlays:
            records.overlays.put(overlay)


def test_states_in_force_come_back_as_given_by_cause(peopled: Store) -> None:
    """Each is shown in the decision's reasons, so each must be there, in the same order everywhere."""
    overlays = [
        an_overlay("outage"),
        an_overlay("bereavement", rho=0.5, share=(1 / 3, 2 / 3)),
        an_overlay("outage", subject_id="e-2", rho=1e-9),
        an_overlay("outage", facet="channel"),
        an_overlay("outage", who="customer"),
    ]
    _put(peopled, *overlays)

    with peopled.reading() as records:
        found = records.overlays.of("employee", ["e-1", "e-2", "e-3"], "values", now=NOW)
        assert found == {"e-1": [overlays[1], overlays[0]], "e-2": [overlays[2]]}
        assert records.overlays.of("employee", [], "values", now=NOW) == {}
        assert records.overlays.of_person("employee", "e-1") == [overlays[3], overlays[1], overlays[0]]


def test_a_state_ends_at_its_moment(peopled: Store) -> None:
    """A person met as upset a day later is met as someone else."""
    _put(peopled, an_overlay(expires_at=later(60)))

    with peopled.reading() as records:
        assert records.overlays.of("employee", ["e-1"], "values", now=later(59)) != {}
        assert records.overlays.of("employee", ["e-1"], "values", now=later(60)) == {}


def test_the_same_cause_again_replaces_what_was_said(peopled: Store) -> None:
    """The outage lasts longer than was thought: one state, not two."""
    again = an_overlay(rho=0.1, expires_at=later(7200))
    _put(peopled, an_overlay(), again)

    with peopled.reading() as records:
        assert records.overlays.of_person("employee", "e-1") == [again]


def test_what_is_over_is_forgotten(peopled: Store) -> None:
    """States are nobody's history."""
    _put(peopled, an_overlay("a", expires_at=later(1)), an_overlay("b", expires_at=later(2)), an_overlay("c"))
    with peopled.writing() as records:
        forgotten = records.overlays.forget_expired(later(2))
        again = records.overlays.forget_expired(later(2))

    assert (forgotten, again) == (2, 0)
    with peopled.reading() as records:
        assert [one.cause for one in records.overlays.of_person("employee", "e-1")] == ["c"]


def test_nobody_is_in_no_state(store: Store) -> None:
    """A state written beside an erasure would outlive the person."""
    with pytest.raises(NotFound):
        _put(store, an_overlay(who="customer", subject_id="stranger"))
