"""What whoever remembers the decisions that were acted on promises."""

from dataclasses import replace

import pytest

from matcher.errors import Conflict
from matcher.use_cases.learning_ports import MOST_CANDIDATES, Candidate, LoggedDecision, Said
from matcher.use_cases.ports import Store
from tests.contracts.stored_things import NOW, a_customer, a_decision, an_employee, later


@pytest.fixture
def peopled(store: Store) -> Store:
    """A store with two customers and two employees."""
    with store.writing() as records:
        for number in (1, 2):
            records.customers.put(a_customer(f"c-{number}"), now=NOW)
            records.employees.put(an_employee(f"e-{number}"), now=NOW)
    return store


def _add(store: Store, *decisions: LoggedDecision) -> None:
    with store.writing() as records:
        records.decisions.add_many(decisions)


def _everything(store: Store) -> list[LoggedDecision]:
    with store.reading() as records:
        return records.decisions.window(None, None, limit=1_000)


def test_a_decision_comes_back_as_it_was_made(peopled: Store) -> None:
    """What it is worth can be told later only if its chances are known to the last digit."""
    bare = LoggedDecision(id="d-0", contact_id="k-0", at=NOW, basis="rules", strategy="s", channel="chat")
    _add(peopled, bare, a_decision())

    assert _everything(peopled) == [bare, a_decision()]


def test_a_decision_is_made_once(peopled: Store) -> None:
    """Another one is another decision."""
    _add(peopled, a_decision())
    with pytest.raises(Conflict):
        _add(peopled, a_decision("d-2"), a_decision(employee_id="e-2"))

    assert _everything(peopled) == [a_decision()]


def test_the_best_candidates_are_kept_and_the_others_counted(peopled: Store) -> None:
    """A thousand employees a decision would fill a disk in a week; that there were more must not be hidden."""
    with peopled.writing() as records:
        for number in range(MOST_CANDIDATES + 3):
            records.employees.put(an_employee(f"x-{number:03}"), now=NOW)
    all_of_them = tuple(Candidate(f"x-{number:03}", float(number)) for number in range(MOST_CANDIDATES + 3))
    _add(peopled, a_decision(candidates=all_of_them, candidates_left_out=2))

    (kept,) = _everything(peopled)
    assert kept.candidates == tuple(reversed(all_of_them[3:]))
    assert kept.candidates_left_out == 5


def test_people_who_are_not_there_are_left_out_of_decisions(peopled: Store) -> None:
    """Routers send employees inline; whom nobody stored, nobody could ever erase."""
    inline, whole = (Candidate("e-9", 2.0, 0.5), Candidate("e-1", 1.0, 0.5)), a_decision()
    assert whole.asked is not None
    _add(
        peopled,
        a_decision("d-1", customer_id="c-9", candidates=inline, candidates_left_out=0),
        a_decision("d-2", employee_id="e-9"),
    )

    assert _everything(peopled) == [
        a_decision(
            "d-1",
            customer_id=None,
            candidates=inline[1:],
            candidates_left_out=1,
            asked=replace(whole.asked, segment=None),
            said=(Said("c-old", 0.7), whole.said[1]),
        ),
        a_decision("d-2", employee_id=None, propensity=None, said=()),
    ]


def test_decisions_are_found_by_contact_person_and_time(peopled: Store) -> None:
    """An outcome that comes a month later is joined to the decision it is about."""
    _add(
        peopled,
        a_decision("d-2", at=later(9)),
        a_decision("d-1"),
        a_decision("d-3", at=later(20), contact_id="k-2", customer_id="c-2", employee_id="e-2"),
    )
    with peopled.reading() as records:
        log = records.decisions
        of_contacts = log.of_contacts(["k-1", "k-2", "k-9"])
        of_people = [log.of_person(*who) for who in (("customer", "c-1"), ("employee", "e-2"), ("employee", "c-1"))]
        first = log.window(NOW, later(20), limit=1)
        second = log.window(NOW, later(20), after=(first[0].at, first[0].id), limit=5)

    assert {each: [one.id for one in many] for each, many in of_contacts.items()} == {
        "k-1": ["d-1", "d-2"],
        "k-2": ["d-3"],
    }
    assert [[one.id for one in many] for many in of_people] == [["d-1", "d-2"], ["d-3"], []]
    assert [one.id for one in (*first, *second)] == ["d-1", "d-2"]


def test_the_latest_decisions_are_read_backwards(peopled: Store) -> None:
    """Of years of decisions only the last are judged; those before need not be read."""
    _add(peopled, *(a_decision(f"d-{number}", at=later(number // 2)) for number in range(6)))
    with peopled.reading() as records:
        first = records.decisions.latest(None, None, limit=3)
        rest = records.decisions.latest(None, None, before=(first[-1].at, first[-1].id), limit=9)
        within = records.decisions.latest(later(1), later(2), limit=9)
        counted, everything = records.decisions.count(later(1), later(2)), records.decisions.count()

    assert [one.id for one in (*first, *rest)] == ["d-5", "d-4", "d-3", "d-2", "d-1", "d-0"]
    assert [one.id for one in within] == ["d-3", "d-2"]
    assert (counted, everything) == (2, 6)


def test_the_oldest_decisions_go_first(peopled: Store) -> None:
    """A night lets go of years of them, some at a time, and of nothing else."""
    _add(peopled, *(a_decision(f"d-{number}", at=later(number)) for number in range(5)))
    with peopled.writing() as records:
        gone = [records.decisions.forget_before(later(3), limit=2) for _ in range(3)]

    assert gone == [2, 1, 0]
    assert [one.id for one in _everything(peopled)] == ["d-3", "d-4"]


def test_people_are_erased_from_decisions(peopled: Store) -> None:
    """A customer's decisions go; an employee's name leaves those of others, among candidates and favourites too."""
    only_two = a_decision(
        "d-4", customer_id="c-2", employee_id="e-2", candidates=(Candidate("e-2", 1.0),), said=(Said("c-old", 0.5),)
    )
    _add(
        peopled,
        a_decision("d-1"),
        a_decision("d-2", customer_id="c-2"),
        a_decision("d-3", customer_id="c-2", employee_id="e-2"),
        only_two,
    )
    with peopled.writing() as records:
        gone = records.decisions.erase_person("customer", "c-1")
        unnamed = records.decisions.erase_person("employee", "e-1")

    left, forgot = (Candidate("e-2", 1 / 3),), (a_decision().said[0], Said("c-new", 0.625))
    assert (gone, unnamed) == (1, 2)
    assert _everything(peopled) == [
        a_decision("d-2", customer_id="c-2", employee_id=None, propensity=None, candidates=left, said=()),
        a_decision("d-3", customer_id="c-2", employee_id="e-2", candidates=left, said=forgot),
        only_two,
    ]
