"""Mean and variance of how well two fit: against draws, sums over all corners, and cases known by hand."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.compatibility.moments import Beliefs, beliefs_of, pair_moments
from matcher.profiles.overlay import Shift

seeds = st.integers(0, 2**32 - 1)


def second_moments(alpha: np.ndarray) -> np.ndarray:
    """E[p p'] of a Dirichlet as textbooks give it: α_i(α_j + 1(i=j)) / (A(A + 1))."""
    total = alpha.sum()
    moments: np.ndarray = (np.outer(alpha, alpha) + np.diag(alpha)) / (total * (total + 1))
    return moments


def by_products(p: np.ndarray, q: np.ndarray, affinity: np.ndarray) -> tuple[float, float]:
    """E and Var of p'Bq from products of raw moments, Σ B_kl B_k'l' E[p_k p_k'] E[q_l q_l'] − E²: K⁴ terms."""
    mean = float(p / p.sum() @ affinity @ (q / q.sum()))
    square = np.einsum("kl,mn,km,ln->", affinity, affinity, second_moments(p), second_moments(q))
    return mean, float(square - mean**2)


def shift(rho: list[float], share: np.ndarray) -> Shift:
    """People in a state each."""
    return Shift(np.array(rho), share, ((),) * len(rho))


@given(seed=seeds)
def test_every_pair_has_the_moments_that_raw_products_give(seed: int) -> None:
    """Exact by another route: no Σ, no traces, one pair at a time, K⁴ terms each."""
    rng = np.random.default_rng(seed)
    size = int(rng.integers(2, 6))
    customers, staff = rng.gamma(1.0, 4.0, (3, size)) + 0.05, rng.gamma(1.0, 4.0, (4, size)) + 0.05
    affinity = rng.normal(size=(size, size))

    found = pair_moments(customers, staff, affinity)

    for row, p in enumerate(customers):
        for column, q in enumerate(staff):
            mean, variance = by_products(p, q, affinity)
            assert found.mean[row, column] == pytest.approx(mean, abs=1e-9)
            assert found.variance[row, column] == pytest.approx(variance, abs=1e-9)


def test_half_a_million_drawn_pairs_scatter_as_told() -> None:
    """The formula against chance itself, a state included: 500,000 draws, within four standard errors."""
    rng = np.random.default_rng(8)
    p, q, affinity = np.array([2.0, 1.0, 0.5, 4.0]), np.array([0.3, 6.0, 1.0, 1.0]), rng.random((4, 4))
    towards, rho, draws = np.array([0.0, 1.0, 0.0, 0.0]), 0.4, 500_000
    drawn = (1 - rho) * rng.dirichlet(p, draws) + rho * towards
    values = np.einsum("nk,kl,nl->n", drawn, affinity, rng.dirichlet(q, draws))

    found = pair_moments(beliefs_of(p[None], shift([rho], towards[None])), q[None], affinity)

    assert found.mean[0, 0] == pytest.approx(values.mean(), abs=4 * values.std() / np.sqrt(draws))
    spread = ((values - values.mean()) ** 2).std() / np.sqrt(draws)
    assert found.variance[0, 0] == pytest.approx(values.var(), abs=4 * spread)


def test_two_known_to_a_point_leave_no_doubt() -> None:
    """By hand: with endless counts the value is B at their systems, and its variance goes to 0."""
    affinity = np.array([[0.9, 0.2], [0.4, 0.7]])
    sure = 1e12 * np.eye(2) + 1e-9

    found = pair_moments(sure, sure, affinity)

    assert found.mean == pytest.approx(affinity)
    assert found.variance == pytest.approx(np.zeros((2, 2)), abs=1e-9)


def test_one_unknown_side_against_a_sure_one_scatters_as_a_beta() -> None:
    """By hand: for K = 2 and B picking p₁, the value is Beta(α₁, α₂) itself, whose variance books give."""
    p, sure = np.array([[3.0, 5.0]]), np.array([[1e15, 1e-9]])

    found = pair_moments(p, sure, np.array([[1.0, 0.0], [0.0, 0.0]]))

    assert found.mean[0, 0] == pytest.approx(3 / 8)
    assert found.variance[0, 0] == pytest.approx(3 * 5 / (8**2 * 9))


def test_a_state_narrows_what_is_doubted() -> None:
    """By hand: at ρ = .5 half of p is known for now, so a quarter of the variance is left."""
    p, q = np.array([[2.0, 3.0]]), np.array([[1e15, 1e-9]])
    affinity = np.array([[1.0, 0.0], [0.0, 0.0]])

    calm = pair_moments(p, q, affinity)
    shaken = pair_moments(beliefs_of(p, shift([0.5], np.array([[1.0, 0.0]]))), q, affinity)

    assert shaken.mean[0, 0] == pytest.approx(0.5 * 0.4 + 0.5)
    assert shaken.variance[0, 0] == pytest.approx(calm.variance[0, 0] / 4)


def test_who_is_in_no_state_is_believed_as_before() -> None:
    """A neighbour's outage changes nothing for others, to the last bit."""
    alpha = np.array([[2.0, 3.0], [1.0, 1.0]])

    some = beliefs_of(alpha, shift([0.5, 0.0], np.array([[1.0, 0.0], [0.0, 0.0]])))

    plain: Beliefs = beliefs_of(alpha)
    assert (some.mean[1] == plain.mean[1]).all()
    assert some.spread[1] == plain.spread[1]


def test_nobody_on_either_side_is_an_empty_answer() -> None:
    """An empty staff or queue is an ordinary morning, no special case."""
    nobody, somebody = np.empty((0, 3)), np.ones((2, 3))

    assert pair_moments(nobody, somebody, np.eye(3)).variance.shape == (0, 2)
    assert pair_moments(somebody, nobody, np.eye(3)).mean.shape == (2, 0)
