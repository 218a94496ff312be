"""Which category leads, and how far each share may lie: against other ways to the same numbers."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import integrate, stats

from matcher.profiles.leading import leading_probabilities, share_intervals

seeds = st.integers(0, 2**32 - 1)
TOLERANCE = 2e-5  # of 64 nodes against adaptive quadrature, for α as profiles have them


def by_quadrature(alpha: np.ndarray, category: int) -> float:
    """P(category is the largest) by adaptive quadrature over x, instead of fixed nodes over u."""
    others = [stats.gamma(one) for place, one in enumerate(alpha) if place != category]
    own = stats.gamma(alpha[category])
    peak = float(own.mean())
    chance, _ = integrate.quad(
        lambda x: float(own.pdf(x) * np.prod([other.cdf(x) for other in others])),
        0.0,
        float(own.ppf(1 - 1e-14)),
        points=[peak / 2, peak, 2 * peak],
        limit=400,
    )
    return float(chance)


@pytest.mark.parametrize("seed", range(4))
def test_the_chance_of_leading_agrees_with_adaptive_quadrature(seed: int) -> None:
    """A second solver with its own grid, for concentrations as the shipped prior and a form make them."""
    rng = np.random.default_rng(seed)
    alpha = 7 * rng.dirichlet(np.full(8, 3.0)) + 16 * rng.dirichlet(np.ones(8))

    expected = [by_quadrature(alpha, category) for category in range(8)]

    assert leading_probabilities(alpha) == pytest.approx(expected, abs=TOLERANCE)


@given(seed=seeds)
def test_the_larger_alpha_leads_more_often(seed: int) -> None:
    """Of two independent gammas the one with the larger shape is larger in distribution, hence the order of α."""
    rng = np.random.default_rng(seed)
    alpha = rng.gamma(1.0, 3.0, 6) + 0.01

    chances = leading_probabilities(alpha)

    order = np.argsort(alpha)
    assert (np.diff(chances[order]) >= -1e-12).all()
    assert chances.sum() == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("level", [1e-9, 1e-3, 1.0, 1e3, 1e12])
def test_equals_lead_equally_often_however_little_or_much_is_known(level: float) -> None:
    """1/K by symmetry, also where quantiles underflow and where they hardly differ."""
    assert leading_probabilities(np.full(5, level)) == pytest.approx(np.full(5, 0.2))


def test_with_next_to_no_counts_the_chance_of_leading_is_the_share() -> None:
    """As A → 0 a Dirichlet is one category at a time, with the shares as chances: a limit known without integrals."""
    alpha = 1e-9 * np.array([1.0, 2.0, 3.0, 4.0])

    assert leading_probabilities(alpha) == pytest.approx([0.1, 0.2, 0.3, 0.4], abs=1e-4)


def test_many_at_once_are_each_alone() -> None:
    """More people than fit one chunk, in any shape."""
    alpha = np.random.default_rng(1).gamma(1.0, 2.0, (1500, 3)) + 0.1

    together = leading_probabilities(alpha)

    assert together[[0, 1023, 1024, 1499]] == pytest.approx(
        np.array([leading_probabilities(alpha[row]) for row in (0, 1023, 1024, 1499)]), abs=1e-12
    )
    assert leading_probabilities(np.empty((0, 3))).shape == (0, 3)


@given(seed=seeds)
def test_intervals_hold_their_share_however_lopsided(seed: int) -> None:
    """T3 without exception: nobody is shown a share outside its own interval."""
    rng = np.random.default_rng(seed)
    alpha = 10 ** rng.uniform(-4, 12, (20, 5))
    share = alpha / alpha.sum(axis=1, keepdims=True)

    bounds = share_intervals(alpha)

    assert (bounds[..., 0] <= share).all()
    assert (share <= bounds[..., 1]).all()
    assert ((bounds >= 0) & (bounds <= 1)).all()
