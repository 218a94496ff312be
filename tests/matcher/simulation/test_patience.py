"""Patience is judged by a published example and by numbers one can work out on paper."""

import numpy as np
import pytest

from matcher.simulation.patience import fit_patience

# Weeks of remission under 6-MP, + for censored: Freireich et al. 1963 (Blood 21, 699–716), the textbook example of the
# Kaplan–Meier curve (Kleinbaum & Klein, Survival Analysis, table 2.1 ff.).
ENDED = [6, 6, 6, 7, 10, 13, 16, 22, 23]
CENSORED = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
PUBLISHED = {6: 0.8571, 7: 0.8067, 10: 0.7529, 13: 0.6902, 16: 0.6275, 22: 0.5378, 23: 0.4482}


def test_the_curve_is_that_of_the_published_example() -> None:
    """Twenty-one patients, printed in every textbook: a slip with ties or censoring shows at once."""
    curve = fit_patience([*ENDED, *CENSORED], [True] * len(ENDED) + [False] * len(CENSORED))

    assert curve.times_s.tolist() == list(PUBLISHED)
    assert curve.survival == pytest.approx(list(PUBLISHED.values()), abs=5e-5)
    assert curve.quantile(0.5) == 23
    assert curve.quantile(0.9) is None


def test_three_customers_give_the_curve_one_works_out_by_hand() -> None:
    """Gave up at 10, answered at 10, gave up at 20: at 10 one of three, at 20 the only one left."""
    curve = fit_patience([10, 10, 20], [True, False, True])

    assert [curve.share_waiting(after) for after in (9.9, 10, 19.9, 20)] == pytest.approx([1, 2 / 3, 2 / 3, 0])


def test_the_mean_wait_of_those_who_gave_up_is_not_taken_for_patience() -> None:
    """Nine answered at 100 s were willing to wait longer; only the one who left at 5 s was not."""
    curve = fit_patience([5.0] + [100.0] * 9, [True] + [False] * 9)

    assert curve.share_waiting(99) == pytest.approx(0.9)


def test_a_drawn_patience_is_always_beyond_the_wait_that_was_shown() -> None:
    """An answered customer waited so long: a shorter patience would contradict the log."""
    rng = np.random.default_rng(3)
    curve = fit_patience([10, 20, 30, 40, 50], [True, True, False, True, False])
    drawn = [curve.draw_beyond(20.0, rng) for _ in range(300)]

    assert set(drawn) == {40.0, 50.0}


def test_drawn_patience_follows_the_curve() -> None:
    """In the example worked out by hand a third leaves at 10 s and the rest at 20 s."""
    rng = np.random.default_rng(4)
    curve = fit_patience([10, 10, 20], [True, False, True])
    share_at_10 = np.mean([curve.draw_beyond(5.0, rng) == 10 for _ in range(3000)])

    assert share_at_10 == pytest.approx(1 / 3, abs=4 * np.sqrt(2 / 9 / 3000))


def test_without_anyone_giving_up_everyone_waits_to_the_longest_wait_seen() -> None:
    """The curve says nothing beyond its data; a customer past it is at the end of patience, never before."""
    rng = np.random.default_rng(5)
    curve = fit_patience([10, 30], [False, False])

    assert (curve.draw_beyond(10, rng), curve.draw_beyond(45, rng)) == (30, 45)
    assert fit_patience([], []).draw_beyond(7, rng) == 7
