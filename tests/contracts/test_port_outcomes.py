"""What whoever remembers what came of contacts promises."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from matcher.contacts.outcome import ContactOutcome
from matcher.use_cases.ports import Store
from tests.contracts.stored_things import NOW, a_customer, an_employee, an_outcome, later

BARE = ContactOutcome(event_id="o-0", occurred_at=NOW, recorded_at=NOW)


@pytest.fixture
def peopled(store: Store) -> Store:
    """A store with two customers and two employees."""
    with store.writing() as records:
        for number in (1, 2):
            records.customers.put(a_customer(f"c-{number}"), now=NOW)
            records.employees.put(an_employee(f"e-{number}"), now=NOW)
    return store


def _add(store: Store, *outcomes: ContactOutcome) -> list[ContactOutcome]:
    with store.writing() as records:
        return records.outcomes.add_many(outcomes)


def _everything(store: Store) -> list[ContactOutcome]:
    with store.reading() as records:
        return records.outcomes.window(None, None, limit=1_000)


def _ids(outcomes: list[ContactOutcome]) -> list[str]:
    return [one.event_id for one in outcomes]


def test_what_was_told_comes_back_as_told(peopled: Store) -> None:
    """A classifier learns from these years later: what is not known then is not known, and nothing is made up."""
    given = [an_outcome("o-1"), BARE]
    added = _add(peopled, *given)

    assert sorted(added, key=lambda one: one.event_id) == [BARE, given[0]]
    with peopled.reading() as records:
        assert records.outcomes.get_many(["o-1", "o-0", "o-9"]) == {"o-1": given[0], "o-0": BARE}
        assert records.outcomes.get_many([]) == {}


def test_times_come_back_in_utc(peopled: Store) -> None:
    """Two offices in two zones tell of the same moment."""
    abroad = datetime.fromisoformat("2026-03-02T11:30:15+02:00")
    _add(peopled, replace(BARE, occurred_at=abroad, decision_at=abroad))

    (one,) = _everything(peopled)
    assert one.occurred_at == abroad
    assert one.occurred_at.tzinfo is UTC
    assert one.decision_at == abroad


def test_an_event_is_kept_once(peopled: Store) -> None:
    """Routers send again when an answer is lost; what was kept first stands, also within one batch."""
    _add(peopled, an_outcome("o-1"))
    added = _add(peopled, an_outcome("o-1", satisfaction=1), an_outcome("o-2"), an_outcome("o-2", satisfaction=2))

    assert added == [an_outcome("o-2")]
    assert _everything(peopled) == [an_outcome("o-1"), an_outcome("o-2")]


def test_people_who_are_not_there_are_left_out(peopled: Store) -> None:
    """What names nobody who is stored here could never be found again by an erasure."""
    stranger = an_outcome("o-1", customer_id="c-9")
    left = an_outcome("o-2", employee_id="e-9")
    added = _add(peopled, stranger, left)

    assert sorted(added, key=lambda one: one.event_id) == [
        replace(stranger, customer_id=None, segment=None, note=None),
        replace(left, employee_id=None),
    ]
    assert _everything(peopled) == added


def test_a_window_goes_on_where_it_was_left_off(peopled: Store) -> None:
    """A million outcomes are read in pages, each once, in an order that does not change; late ones find their place."""
    times = {"o-3": 0, "o-1": 5, "o-2": 5, "o-5": 9, "o-4": 20}
    for event_id, seconds in times.items():
        _add(peopled, an_outcome(event_id, occurred_at=later(seconds)))
    with peopled.reading() as records:
        window = records.outcomes.window
        first = window(NOW, later(20), limit=2)
        second = window(NOW, later(20), after=(first[-1].occurred_at, first[-1].event_id), limit=2)
        third = window(NOW, later(20), after=(second[-1].occurred_at, second[-1].event_id), limit=2)
        counts = [records.outcomes.count(*each) for each in ((), (NOW, later(20)), (later(5), None), (None, NOW))]

    assert [_ids(page) for page in (first, second, third)] == [["o-3", "o-1"], ["o-2", "o-5"], []]
    assert counts == [5, 4, 4, 0]


def test_complaints_are_found_among_all(peopled: Store) -> None:
    """Each needs an owner; nobody reads a million outcomes to find them."""
    _add(
        peopled,
        an_outcome("o-1", complaint=True, success=0.0),
        an_outcome("o-2", complaint=False),
        an_outcome("o-3", complaint=None),
    )
    with peopled.reading() as records:
        complaints = records.outcomes.window(None, None, limit=9, complaint=True)
        others = records.outcomes.window(None, None, limit=9, complaint=False)

    assert _ids(complaints) == ["o-1"]
    assert _ids(others) == ["o-2", "o-3"]


def test_outcomes_are_found_by_contact_and_by_person(peopled: Store) -> None:
    """A complaint looks for its contact; whoever asks what is held about them is told all of it."""
    _add(
        peopled,
        an_outcome("o-2", occurred_at=later(9)),
        an_outcome("o-1"),
        an_outcome("o-3", contact_id="k-2", customer_id="c-2"),
        an_outcome("o-4", contact_id=None, employee_id="e-2"),
    )
    with peopled.reading() as records:
        of_contacts = records.outcomes.of_contacts(["k-1", "k-2", "k-9"])
        people = (("customer", "c-1"), ("employee", "e-1"), ("employee", "e-2"), ("customer", "e-1"))
        of_people = [_ids(records.outcomes.of_person(*who)) for who in people]

    assert {contact: _ids(many) for contact, many in of_contacts.items()} == {"k-1": ["o-1", "o-2"], "k-2": ["o-3"]}
    assert of_people == [["o-1", "o-4", "o-2"], ["o-1", "o-3", "o-2"], ["o-4"], []]


def test_a_failed_outcome_stays_failed(peopled: Store) -> None:
    """A complaint re-labels what looked good, or was not known; told twice it changes nothing more."""
    _add(peopled, an_outcome("o-1"), an_outcome("o-2", success=None), an_outcome("o-3", success=0.0))
    with peopled.writing() as records:
        first = records.outcomes.mark_failed(["o-1", "o-2", "o-3", "o-9"])
        again = records.outcomes.mark_failed(["o-1"])
        nothing = records.outcomes.mark_failed([])

    assert (first, again, nothing) == (2, 0, 0)
    assert [one.success for one in _everything(peopled)] == [0.0, 0.0, 0.0]


def test_a_customer_takes_their_outcomes_along_and_an_employee_their_name(peopled: Store) -> None:
    """What a customer said is theirs; that they complained stays true when the employee leaves."""
    _add(
        peopled,
        an_outcome("o-1"),
        an_outcome("o-2", customer_id="c-2"),
        an_outcome("o-3", customer_id="c-2", employee_id="e-2"),
    )
    with peopled.writing() as records:
        gone = records.outcomes.erase_person("customer", "c-1")
        unnamed = records.outcomes.erase_person("employee", "e-1")
        strangers = records.outcomes.erase_person("customer", "c-9")

    assert (gone, unnamed, strangers) == (1, 1, 0)
    assert _everything(peopled) == [
        an_outcome("o-2", customer_id="c-2", employee_id=None, note=None),
        an_outcome("o-3", customer_id="c-2", employee_id="e-2"),
    ]


def test_more_outcomes_than_a_statement_takes_are_kept(peopled: Store) -> None:
    """An import comes by the thousand."""
    added = _add(peopled, *(an_outcome(f"o-{number:04}") for number in range(2_500)))

    assert len(added) == 2_500
    with peopled.reading() as records:
        assert records.outcomes.count() == 2_500


def test_the_oldest_outcomes_go_first(peopled: Store) -> None:
    """A night lets go of years of them, some at a time, and of nothing else."""
    _add(peopled, *(an_outcome(f"o-{number}", occurred_at=later(number)) for number in range(5)))
    with peopled.writing() as records:
        gone = [records.outcomes.forget_before(later(3), limit=2) for _ in range(3)]

    assert gone == [2, 1, 0]
    assert [one.event_id for one in _everything(peopled)] == ["o-3", "o-4"]
