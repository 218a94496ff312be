"""How far a staff is profiled: counted right, and never about fewer than five people."""

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from matcher.profiles.coverage import LEAST_GROUP, Coverage, Tally, coverage_of, rows_to_tell, tallies, total_of
from matcher.profiles.facets import SourceSum, Sums
from models.frameworks import load_framework

FACET = load_framework().values
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
GATE = 0.12


def said(weight: float, *, source: str = "hr_tag", at: datetime = NOW) -> Sums:
    return Sums({source: SourceSum(tuple(weight * part for part in FACET.prior_mean), at)})


def staff(**sizes: int) -> dict[str | None, Tally]:
    """Teams of so many people; `none` have no team."""
    return {None if name == "none" else name: Tally(size, confidence_sum=0.5 * size) for name, size in sizes.items()}


def test_who_said_what_is_told_apart() -> None:
    """HR asks those to answer whom only HR tagged, and does not ask who hides; a tag of long ago counts no more."""
    long_ago = NOW - timedelta(days=20_000)
    people = [None, said(2.3), said(9.0, source="survey"), said(2.3, at=long_ago), said(9.0, source="survey")]

    found = coverage_of(FACET, people, [False, False, False, False, True], NOW, gate=GATE)

    assert found.is_profiled.tolist() == [False, True, True, False, False]
    assert found.is_tagged_only.tolist() == [False, True, False, True, False]
    assert found.has_answered.tolist() == [False, False, True, False, False]
    assert found.is_hidden.tolist() == [False, False, False, False, True]
    assert found.confidence[2] == pytest.approx(9 / 16)
    assert found.confidence[4] == 0


def test_the_gate_opens_where_it_is_said_to() -> None:
    """n/(n + 7) = .12 at n = 21/22: by hand, a little below and a little above."""
    found = coverage_of(FACET, [said(0.954), said(0.955)], [False, False], NOW, gate=GATE)

    assert found.is_profiled.tolist() == [False, True]


def test_counts_of_teams_add_up() -> None:
    """Counted in columns as one would count by hand."""
    flags = np.array([True, False, True, False])
    coverage = Coverage(~flags, flags, flags, ~flags, np.array([0.5, 0.0, 0.25, 0.125]))

    found = tallies(["a", None, "a", "b"], coverage)

    assert found["a"] == Tally(2, 2, 2, 0, 0, 0.75)
    assert found[None] == Tally(1, 0, 0, 1, 1, 0.0)
    assert total_of(rows_to_tell(found)).employees == 0


@pytest.mark.parametrize(
    ("sizes", "told"),
    [
        ({"a": 6, "b": 5}, [("a", 6), ("b", 5)]),
        ({"a": 6, "b": 3, "c": 2}, [("a", 6), (None, 5)]),
        ({"a": 9, "b": 6, "c": 4}, [("a", 9), (None, 10)]),
        ({"a": 9, "none": 2}, [(None, 11)]),
        ({"a": 9, "none": 7}, [("a", 9), (None, 7)]),
        ({"a": 2, "none": 2}, []),
        ({}, []),
    ],
)
def test_no_row_is_about_fewer_than_five(sizes: dict[str, int], told: list[tuple[str | None, int]]) -> None:
    """Small teams are told of together; where they are too few even so, the smallest team joins them."""
    rows = rows_to_tell(staff(**sizes))

    assert [(row.team, row.tally.employees) for row in rows] == told
    assert sum(row.tally.employees for row in rows) in (0, sum(sizes.values()))


def test_nothing_can_be_found_by_subtraction() -> None:
    """Whatever the sizes: every row, and everyone less any of the rows, is nobody or five and more."""
    rng = np.random.default_rng(7)
    for _ in range(500):
        sizes = {f"t{place}": int(size) for place, size in enumerate(rng.integers(1, 9, size=rng.integers(0, 7)))}
        by_team = staff(**sizes, none=int(rng.integers(0, 9)))
        rows = rows_to_tell(by_team)
        everyone = sum(tally.employees for tally in by_team.values())
        shown = [row.tally.employees for row in rows]

        assert all(size >= LEAST_GROUP for size in shown), (sizes, shown)
        assert everyone - sum(shown) in (0, everyone), (sizes, shown)


def test_a_mean_of_fewer_than_five_is_withheld() -> None:
    """Of five people of whom one hides, a mean would tell of four."""
    assert Tally(5, hidden=1, confidence_sum=2.0).mean_confidence is None
    assert Tally(6, hidden=1, confidence_sum=2.0).mean_confidence == pytest.approx(0.4)
