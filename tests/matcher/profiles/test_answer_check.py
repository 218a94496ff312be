"""Answers that do not fit their form are refused, every fault at once and at its place."""

import pytest

from matcher.errors import InvalidInput
from matcher.profiles.answer_check import check_answers
from matcher.profiles.questionnaire import Answer, Form, Item, Mode
from tests.matcher.profiles.evidence_builders import FRAMEWORK
from tests.matcher.profiles.form_builders import CUSTOMER, STAFF, form, item, picks

RATED = Form(
    "rated",
    (Mode.RATE,),
    {"R1": Item("R1", {"en": "…"}, dim="blue")},
    ("R1",),
    rating=(1.0, 5.0),
    scoring="mrat",
)
POINTS = form(item("P1", ["blue", "red", "green"]), modes=[Mode.BEST_ONLY, Mode.ALLOCATE])
PREFERENCES = {facet.item.id: facet.item for facet in FRAMEWORK.facets.values() if facet.item is not None}


def faults(asked: Form, *answers: Answer, **options: object) -> set[tuple[str, str]]:
    """Place and code of everything refused."""
    with pytest.raises(InvalidInput) as refused:
        check_answers(asked, answers, **options)  # type: ignore[arg-type]  # keyword arguments of a test
    return {(fault.pointer, fault.code) for fault in refused.value.faults}


def test_every_fault_of_every_answer_is_named_at_once() -> None:
    """Whoever builds a page that posts answers mends all of it in one go."""
    found = faults(
        STAFF,
        Answer("S01", best="a", worst="a"),
        Answer("S02", best="z", worst="ab"),
        Answer("S03", worst="b"),
        Answer("S99", best="a"),
        Answer("S04", best="a"),
        Answer("S04", best="b"),
        Answer("S05", points={"a": 10}),
        Answer("S06", best="a", latency_ms=-1),
    )

    assert found == {
        ("/answers/0/worst", "best_equals_worst"),
        ("/answers/1/best", "unknown_option"),
        ("/answers/1/worst", "unknown_option"),
        ("/answers/2/best", "missing_field"),
        ("/answers/3/item", "unknown_item"),
        ("/answers/5/item", "doubled_item"),
        ("/answers/6/best", "missing_field"),
        ("/answers/6/points", "unexpected_field"),
        ("/answers/7/latency_ms", "out_of_range"),
    }


def test_an_empty_form_is_refused() -> None:
    """It would otherwise count as answered, with nothing in it."""
    assert faults(STAFF) == {("/answers", "no_answers")}


def test_worst_picks_may_be_missing_and_forms_half_finished() -> None:
    """The likelihood handles both: who stops after two taps has still said something."""
    check_answers(STAFF, [Answer("S16", best="d"), Answer("S01", best="a", worst="b")])
    check_answers(CUSTOMER, picks(CUSTOMER, "ab"))
    check_answers(CUSTOMER, picks(CUSTOMER, "ab", "cd"))


def test_a_mode_narrows_what_an_answer_may_hold() -> None:
    """A customer's page that asks best only should not send worst picks."""
    assert faults(CUSTOMER, *picks(CUSTOMER, "a", "b"), mode=Mode.BEST_ONLY) == {
        ("/answers/0/worst", "unexpected_field")
    }
    assert faults(CUSTOMER, *picks(CUSTOMER, "a"), mode=Mode.ALLOCATE) == {("/mode", "unknown_mode")}


@pytest.mark.parametrize(
    ("points", "fault"),
    [
        ({"a": 5, "b": 4}, ("/answers/0/points", "points_not_ten")),
        ({}, ("/answers/0/points", "points_not_ten")),
        ({"a": 11, "b": -1}, ("/answers/0/points/a", "out_of_range")),
        ({"a": 5.5, "b": 4.5}, ("/answers/0/points/a", "out_of_range")),
        ({"a": True, "b": 9}, ("/answers/0/points/a", "out_of_range")),
        ({"d": 10}, ("/answers/0/points/d", "unknown_option")),
    ],
)
def test_ten_whole_points_are_shared_out(points: dict[str, int], fault: tuple[str, str]) -> None:
    """Points that do not sum to ten would count for more, or less, than one answer."""
    assert faults(POINTS, Answer("P1", points=points)) == {fault}


def test_points_and_a_pick_do_not_go_together() -> None:
    """One answer is given in one way, or it would count twice."""
    found = faults(POINTS, Answer("P1", best="a", points={"a": 10}))

    assert found == {("/answers/0/points", "unexpected_field")}


@pytest.mark.parametrize("rating", [0.0, 6.0, float("nan"), float("inf")])
def test_a_rating_lies_on_its_scale(rating: float) -> None:
    """A slip of the keyboard must not make a profile."""
    check_answers(RATED, [Answer("R1", rating=5.0)])

    assert faults(RATED, Answer("R1", rating=rating)) == {("/answers/0/rating", "out_of_range")}


@pytest.mark.parametrize("latency_ms", [-1, 10**13, 10**400])
def test_a_latency_is_a_time(latency_ms: int) -> None:
    """A broken clock must not decide whether someone was hasty, nor overflow."""
    check_answers(STAFF, [Answer("S01", best="a", latency_ms=86_400_000)])

    assert faults(STAFF, Answer("S01", best="a", latency_ms=latency_ms)) == {("/answers/0/latency_ms", "out_of_range")}


def test_a_rated_item_needs_a_rating() -> None:
    """A pick tells nothing there."""
    assert faults(RATED, Answer("R1", best="a")) == {
        ("/answers/0/rating", "missing_field"),
        ("/answers/0/best", "unexpected_field"),
        ("/answers/0/best", "unknown_option"),
    }


def test_the_channel_item_may_be_answered_twice_with_different_options() -> None:
    """Customers may choose two channels, in any order among the other answers; not three, and not one twice."""
    chat, phone, desk = (Answer("K1", best=key) for key in "cdf")
    check_answers(CUSTOMER, [chat, *picks(CUSTOMER, "abc"), phone, Answer("D1", best="c")], preferences=PREFERENCES)

    assert faults(CUSTOMER, chat, chat, preferences=PREFERENCES) == {("/answers/1/best", "doubled_item")}
    assert faults(CUSTOMER, chat, phone, desk, preferences=PREFERENCES) == {("/answers/2/item", "doubled_item")}
    assert faults(CUSTOMER, Answer("D1", best="a", worst="b"), preferences=PREFERENCES) == {
        ("/answers/0/worst", "unexpected_field")
    }


def test_a_preference_item_is_unknown_where_it_is_not_asked() -> None:
    """The staff form has no channel question."""
    assert faults(STAFF, Answer("K1", best="a")) == {("/answers/0/item", "unknown_item")}


def test_pointers_start_where_the_caller_says() -> None:
    """The same check serves a request body and a file."""
    assert faults(STAFF, Answer("S01"), pointer="/rows/3/answers") == {("/rows/3/answers/0/best", "missing_field")}
