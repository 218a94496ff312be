"""Boosting beside the bilinear form: words by the interval, and a world that no sum of features can tell."""

from dataclasses import replace

import numpy as np
import pytest

from benchmarks.compatibility import worlds
from matcher.compatibility.boosting import MARGIN, compare_boosting, verdict_on
from matcher.compatibility.measures import Figure


@pytest.mark.parametrize(
    ("found", "words"),
    [
        (Figure(0.02, MARGIN + 0.001, 0.03), "boosting beats the bilinear form by more than"),
        (Figure(0.02, MARGIN - 0.001, 0.03), "boosting is not worth its cost"),
        (Figure(0.001, -0.01, 0.01), "boosting is not worth its cost"),
        (Figure(-0.02, -0.03, -0.01), "boosting is worse than the bilinear form"),
    ],
)
def test_the_whole_interval_must_lie_beyond_the_margin(found: Figure, words: str) -> None:
    """A lucky mean buys no thousandfold cost."""
    assert verdict_on(found, times=2000.0).startswith(words)


def test_boosting_finds_what_no_product_of_shares_can_say() -> None:
    """Outcomes are good where a customer's leading share and an employee's are both high or both low, by a step."""
    one = worlds.world(2_000, seed=1)
    data, rng = one.data, np.random.default_rng(2)
    asked, by = (
        table.values[places, 0] ** 2 > np.median(table.values[:, 0] ** 2)
        for table, places in ((data.customers, data.outcomes.customer), (data.employees, data.outcomes.employee))
    )
    success = (rng.random(2_000) < np.where(asked == by, 0.95, 0.05)).astype(float)
    found = compare_boosting(replace(data, outcomes=replace(data.outcomes, success=success)))

    assert found.verdict.startswith("boosting beats the bilinear form")
    assert found.auc > found.bilinear_auc
    assert found.pair_s > found.bilinear_pair_s > 0
