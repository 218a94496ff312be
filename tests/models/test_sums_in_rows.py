"""Folded sums as they lie in a row: what is read is what was written, and what older rows hold can still be read."""

import json

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from matcher.profiles.facets import SourceSum, Sums, rebuild
from models.profiles import sums_of, sums_values
from tests.matcher.profiles.evidence_builders import NOW, VALUES, history


@given(seed=st.integers(0, 2**32 - 1))
def test_sums_come_back_as_they_were_written(seed: int) -> None:
    """To the last bit, closed categories included: rounding would add up over years of reading and writing."""
    sums = rebuild(history(np.random.default_rng(seed)), VALUES)

    assert sums_of(**{"by_source" if name == "sums" else name: one for name, one in as_stored(sums).items()}) == sums


def test_a_row_written_before_open_sets_were_kept_can_be_read() -> None:
    """An update of Klik must not need all evidence anew."""
    row = {"behaviour": {"vec": [1.0, 2.0], "t": NOW.isoformat()}}

    assert sums_of(row, None, None) == Sums({"behaviour": SourceSum((1.0, 2.0), NOW)})


def test_open_sets_lie_beside_the_sum_they_are_part_of() -> None:
    """The form of the row, as other programs may read it."""
    sums = Sums({"behaviour": SourceSum((1.0, 2.0, 0.0), NOW, {("chat", "phone"): (1.0, 0.5, 0.0)})})

    assert as_stored(sums)["sums"] == {
        "behaviour": {
            "vec": [1.0, 2.0, 0.0],
            "t": "2026-03-06T08:00:00+00:00",
            "open": [{"dims": ["chat", "phone"], "vec": [1.0, 0.5, 0.0]}],
        }
    }


def as_stored(sums: Sums) -> dict[str, object]:
    """The row's columns after a journey through JSON text."""
    columns: dict[str, object] = json.loads(json.dumps(sums_values(sums)))
    return columns
