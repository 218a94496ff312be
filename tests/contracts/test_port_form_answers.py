"""What whoever remembers answers to forms promises."""

from dataclasses import replace

import pytest

from matcher.errors import Conflict, NotFound
from matcher.profiles.questionnaire import Answer, Mode
from matcher.use_cases.ports import FormAnswer, Store
from tests.contracts.stored_things import NOW, a_customer, an_answer, an_employee, later


@pytest.fixture
def peopled(store: Store) -> Store:
    """A store with two employees, and a customer with the id of one of them."""
    with store.writing() as records:
        records.customers.put(a_customer("e-1"), now=NOW)
        for person in ("e-1", "e-2"):
            records.employees.put(an_employee(person), now=NOW)
    return store


def _add(store: Store, *answers: FormAnswer) -> None:
    with store.writing() as records:
        records.form_answers.add(answers)


def test_every_way_to_answer_comes_back_as_given(peopled: Store) -> None:
    """Answers are scored anew whenever the model gets better; what was lost then is lost for ever."""
    answers = [
        an_answer("a-1"),
        an_answer("a-2", mode=Mode.BEST_ONLY, answer=Answer("S02", best="c")),
        an_answer("a-3", mode=Mode.ALLOCATE, answer=Answer("S03", points={"a": 7, "b": 3, "c": 0})),
        an_answer("a-4", mode=Mode.RATE, answer=Answer("S04", rating=3.5, latency_ms=0)),
        an_answer("a-5", answer=Answer("S05", worst="b"), evidence_id="v-1", facet="channel"),
    ]
    _add(peopled, *answers)
    _add(peopled)

    with peopled.reading() as records:
        assert records.form_answers.of_person("employee", "e-1", framework=None) == answers


def test_answers_are_found_by_person_framework_and_form_oldest_first(peopled: Store) -> None:
    """A wave is scored from its answers alone: nobody else's, no other form's."""
    answers = [
        an_answer("a-2", answered_at=later(5)),
        an_answer("a-1", answered_at=later(5)),
        an_answer("a-9", answered_at=later(1), form="rated"),
        an_answer("a-3", framework="other@1"),
        an_answer("a-4", who="customer"),
        an_answer("a-5", subject_id="e-2"),
    ]
    _add(peopled, *answers)

    with peopled.reading() as records:
        asked = records.form_answers.of_person
        assert [one.id for one in asked("employee", "e-1", framework=answers[0].framework)] == ["a-9", "a-1", "a-2"]
        assert [one.id for one in asked("employee", "e-1", framework="other@1")] == ["a-3"]
        assert [one.id for one in asked("employee", "e-1", framework=None)] == ["a-3", "a-9", "a-1", "a-2"]
        assert asked("employee", "e-1", framework=answers[0].framework, form="rated") == [answers[2]]
        assert asked("employee", "e-7", framework=None) == []


def test_a_wave_points_at_the_evidence_made_of_it(peopled: Store) -> None:
    """Who takes the evidence back must find what it was made of."""
    _add(peopled, an_answer("a-1"), an_answer("a-2"), an_answer("a-3", wave="w-2"))
    with peopled.writing() as records:
        first = records.form_answers.point_at("w-1", "v-1")
        again = records.form_answers.point_at("w-1", "v-2")
        nothing = records.form_answers.point_at("w-404", "v-3")

    assert (first, again, nothing) == (2, 2, 0)
    with peopled.reading() as records:
        kept = records.form_answers.of_person("employee", "e-1", framework=None)
        assert [one.evidence_id for one in kept] == ["v-2", "v-2", None]


@pytest.mark.parametrize("ids", [("a-1",), ("a-2", "a-2")])
def test_an_answers_id_is_taken_once(peopled: Store, ids: tuple[str, ...]) -> None:
    """An answer is not changed; another one is another answer."""
    _add(peopled, an_answer("a-1"))
    with pytest.raises(Conflict):
        _add(peopled, *(an_answer(each, answer=Answer("S09", best="b")) for each in ids))

    with peopled.reading() as records:
        assert records.form_answers.of_person("employee", "e-1", framework=None) == [an_answer("a-1")]


def test_nobody_cannot_answer(peopled: Store) -> None:
    """Answers written beside an erasure would outlive the person."""
    with pytest.raises(NotFound):
        _add(peopled, an_answer("a-1"), an_answer("a-2", subject_id="stranger"))

    with peopled.reading() as records:
        assert records.form_answers.of_person("employee", "e-1", framework=None) == []


def test_answers_of_one_person_can_be_erased_alone(peopled: Store) -> None:
    """The neighbour and the customer of the same id keep theirs."""
    answers = [an_answer("a-1"), an_answer("a-2", subject_id="e-2"), an_answer("a-3", who="customer")]
    _add(peopled, *answers)
    with peopled.writing() as records:
        records.form_answers.erase("employee", "e-1")

    with peopled.reading() as records:
        assert records.form_answers.of_person("employee", "e-1", framework=None) == []
        assert records.form_answers.of_person("employee", "e-2", framework=None) == [answers[1]]
        assert records.form_answers.of_person("customer", "e-1", framework=None) == [answers[2]]


def test_a_second_answer_to_an_item_stands_beside_the_first(peopled: Store) -> None:
    """Some items may be answered twice, with different choices."""
    twice = [an_answer("a-1"), replace(an_answer("a-2"), answer=Answer("S01", best="b"))]
    _add(peopled, *twice)

    with peopled.reading() as records:
        assert records.form_answers.of_person("employee", "e-1", framework=None) == twice
