"""Ratings of groups compared: by hand, under exchange of names, and where harder work explains a gap."""

from collections.abc import Sequence

import numpy as np
import pytest

from benchmarks.profiling.fairness import report
from matcher.compatibility.fairness import RatingGap, rating_gaps


def gaps(
    ratings: Sequence[float] | np.ndarray,
    groups: Sequence[str],
    alike: Sequence[object] | None = None,
    raters: Sequence[str] | None = None,
) -> dict[str, RatingGap]:
    """The gap of each group by name."""
    alike = ["same"] * len(groups) if alike is None else alike
    raters = [f"r{i}" for i in range(len(groups))] if raters is None else raters
    found = rating_gaps(np.array(ratings, float), groups, alike=alike, raters=raters, rng=np.random.default_rng(1))
    return {one.group: one for one in found}


def test_a_gap_is_the_difference_of_means_after_like_contacts() -> None:
    """By hand: after complaints 2 against 3, after questions 4 against 5; both a point apart."""
    found = gaps([2, 3, 4, 5], ["a", "b", "a", "b"], alike=["complaint", "complaint", "question", "question"])

    assert found["a"].gap == pytest.approx(-1.0)
    assert found["b"].gap == pytest.approx(1.0)


def test_harder_work_is_no_gap() -> None:
    """Group a gets the complaints, where everyone is rated 2; nobody is rated worse for it."""
    found = gaps([2, 2, 2, 2, 5, 5], ["a", "a", "a", "b", "a", "b"], alike=["c", "c", "c", "c", "q", "q"])

    assert found["a"].gap == pytest.approx(0.0)


def test_a_group_nobody_can_be_compared_with_has_no_gap() -> None:
    """Work that only one group does says nothing about how it is rated."""
    found = gaps([1, 5], ["a", "b"], alike=["c", "q"])

    assert [one.gap for one in found.values()] == [0.0, 0.0]


def test_few_raters_give_no_interval_and_name_nobody() -> None:
    """One angry customer who calls nineteen times is one rater."""
    found = gaps([1] * 30 + [5] * 30, ["a"] * 30 + ["b"] * 30, raters=["r1"] * 30 + ["r2"] * 30)

    assert found["a"].interval is None
    assert not found["a"].is_named


@pytest.mark.parametrize("seed", [1, 2])
def test_a_bias_of_half_a_point_is_named_and_no_other_group_is_blamed_more(seed: int) -> None:
    """T18: raters mark one group down; the group with the harder contacts is not the one named."""
    worst = report(seed, -0.5)[0]

    assert worst.group == "g0"
    assert worst.is_named
    assert not any(one.is_named and one.gap < 0 for one in report(seed, 0.0))
