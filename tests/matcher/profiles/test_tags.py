"""Tags and whole shares: what is taken, and what is refused with which word."""

import math

import pytest

from matcher.errors import InvalidInput
from matcher.profiles.tags import Tag, full_share, share_of, tag_share
from tests.matcher.profiles.evidence_builders import VALUES


def refusals(share: dict[str, float]) -> list[tuple[str, str]]:
    """Pointer and code of every fault of a share."""
    with pytest.raises(InvalidInput) as refused:
        full_share(VALUES, share, "/share")
    return [(fault.pointer, fault.code) for fault in refused.value.faults]


def test_a_dominant_system_is_six_tenths_and_the_rest_is_even() -> None:
    """By hand: .4 over the seven others."""
    share = tag_share(VALUES, "green")

    assert share[VALUES.index("green")] == pytest.approx(0.6)
    assert {round(part, 9) for part in share} == {0.6, round(0.4 / 7, 9)}


def test_a_secondary_system_is_a_quarter() -> None:
    """By hand: .15 over the six others; all sums to 1."""
    share = dict(zip(VALUES.dims, tag_share(VALUES, "green", "blue"), strict=True))

    assert (share["green"], share["blue"], share["red"]) == pytest.approx((0.6, 0.25, 0.025))
    assert sum(share.values()) == pytest.approx(1)


def test_one_system_twice_is_no_tag() -> None:
    """Dominant and secondary being one is a slip of the finger, not a stronger tag."""
    with pytest.raises(InvalidInput) as refused:
        tag_share(VALUES, "green", "green")

    assert refused.value.faults[0].code == "same_value_system"


def test_both_names_of_a_tag_are_checked_at_once() -> None:
    """Whoever types two wrong names wants to hear of both."""
    with pytest.raises(InvalidInput) as refused:
        tag_share(VALUES, "pink", "Вlue")

    assert [fault.pointer for fault in refused.value.faults] == ["/dominant", "/secondary"]


@pytest.mark.parametrize("name", ["Blue ", "BLUE", "blue ", "Вlue", "ninth"])
def test_only_exact_names_are_known_and_the_message_lists_them(name: str) -> None:
    """A near miss or a Cyrillic look-alike guessed right once would be guessed wrong another time."""
    with pytest.raises(InvalidInput) as refused:
        full_share(VALUES, {name: 1.0}, "/share")

    assert refused.value.faults[0].code == "unknown_value_system"
    assert all(dim in refused.value.faults[0].detail for dim in VALUES.dims)


def test_nine_systems_of_eight_are_refused_and_seven_are_completed() -> None:
    """What is missing is 0; what does not exist cannot be dropped in silence."""
    eight = dict.fromkeys(VALUES.dims, 0.125)

    assert refusals({**eight, "ninth": 0.0}) == [("/share/ninth", "unknown_value_system")]
    assert full_share(VALUES, dict.fromkeys(VALUES.dims[:7], 1 / 7), "/share")[7] == 0


@pytest.mark.parametrize("share", [{}, {"red": 0.0}, {"red": 1.5, "blue": 1.5}, {"red": 0.98}, {"red": 1.02}])
def test_what_does_not_sum_to_one_is_no_distribution(share: dict[str, float]) -> None:
    """A sum of 3 is likely another scale; guessing which would be guessing about a person."""
    assert refusals(share) == [("/share", "not_a_distribution")]


@pytest.mark.parametrize("number", [-0.1, math.nan, math.inf, -math.inf, True, "0.5", None, 10**400])
def test_what_is_no_share_is_refused_where_it_stands(number: float) -> None:
    """The pointer names the number, so that a form can mark the field."""
    assert refusals({"red": number, "blue": 1.0}) == [("/share/red", "not_a_distribution")]


@pytest.mark.parametrize("total", [0.99, 0.995, 1.0, 1.005, 1.01])
def test_a_sum_within_a_hundredth_is_scaled_to_one(total: float) -> None:
    """Shares rounded to two digits rarely sum to 1 exactly."""
    share = full_share(VALUES, {"red": total / 4, "blue": 3 * total / 4}, "/share")

    assert sum(share) == pytest.approx(1, abs=1e-12)
    assert share[3] == pytest.approx(0.75)


@pytest.mark.parametrize("number", [-0.0, 1e-320, -1e-320])
def test_numbers_too_small_to_hold_are_stored_as_nothing(number: float) -> None:
    """A subnormal share would survive every sum and slow every product."""
    stored = full_share(VALUES, {"red": number, "blue": 1.0}, "/share")[2]

    assert stored == 0
    assert math.copysign(1.0, stored) == 1.0


def test_all_equal_is_a_distribution_that_says_nothing() -> None:
    """It is allowed: someone may well have no leaning."""
    assert full_share(VALUES, dict.fromkeys(VALUES.dims, 0.125), "") == pytest.approx((0.125,) * 8)


@pytest.mark.parametrize("tag", [Tag(), Tag(secondary="red"), Tag(dominant="red", share={"red": 1.0})])
def test_a_tag_is_told_in_one_of_two_ways(tag: Tag) -> None:
    """Both, or neither, leaves open what was meant."""
    with pytest.raises(InvalidInput) as refused:
        share_of(VALUES, tag)

    assert refused.value.faults[0].code == "one_of"
