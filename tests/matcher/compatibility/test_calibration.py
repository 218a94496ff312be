"""Calibration makes probabilities mean what they say, and does not believe twice what was learnt once."""

import numpy as np
import pytest

from matcher.compatibility.sigmoid_calibration import ENOUGH_TO_SHIFT, Calibration, calibrate


def drawn(chance: float, size: int, *, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Logits that say seven of ten, give or take; outcomes of that chance; equal weights."""
    rng = np.random.default_rng(seed)
    logits = np.log(0.7 / 0.3) + rng.normal(0.0, 0.5, size)
    return logits, (rng.random(size) < chance).astype(float), np.ones(size)


def told(calibration: Calibration, logits: np.ndarray) -> float:
    """The mean probability."""
    return float(calibration.probability(logits).mean())


def test_a_level_that_fell_for_good_is_followed() -> None:
    """Ten thousand outcomes at a half are no accident; nothing of them was learnt from."""
    logits, success, weight = drawn(0.5, 10_000, seed=1)

    assert told(calibrate(logits, success, weight), logits) == pytest.approx(0.5, abs=0.02)


def test_what_was_learnt_from_the_same_outcomes_is_not_taken_off_twice() -> None:
    """Logits learnt from all of them have their level already: it stays as it is."""
    logits, success, weight = drawn(0.5, 10_000, seed=1)

    assert told(calibrate(logits, success, weight, known_share=1.0), logits) == pytest.approx(
        told(Calibration(), logits), abs=0.02
    )


def test_a_few_unlucky_outcomes_hardly_move_the_level() -> None:
    """Of a hundred outcomes six in ten by chance is common where seven are the truth."""
    logits, success, weight = drawn(0.6, ENOUGH_TO_SHIFT, seed=2)
    moved = told(Calibration(), logits) - told(calibrate(logits, success, weight), logits)

    assert 0.0 < moved < 0.04


def test_fewer_outcomes_than_that_leave_the_logits_alone() -> None:
    """A slope of a handful of outcomes is chance."""
    logits, success, weight = drawn(0.5, ENOUGH_TO_SHIFT - 1, seed=3)

    assert calibrate(logits, success, weight).kind == "none"
