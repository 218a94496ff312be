"""Pseudo-counts of a posterior: they mean what the posterior means, whatever the order of the file."""

from dataclasses import replace
from math import inf

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.integrate import quad

from matcher.profiles.bridge import bridge, implied_strength, logit_prior, prior_strength_of, softmax_moments
from matcher.profiles.choice_model import LogitPrior
from matcher.profiles.facets import NOTHING, fold, profile_of
from matcher.profiles.framework import SourceTerms
from matcher.profiles.survey import score_form
from tests.matcher.profiles.evidence_builders import FRAMEWORK, NOW, VALUES, evidence
from tests.matcher.profiles.form_builders import CUSTOMER, FLAT, STAFF, facet, picks, random_answers

seeds = st.integers(0, 2**32 - 1)


def random_posterior(rng: np.random.Generator, size: int = 8) -> tuple[np.ndarray, np.ndarray]:
    """θ̂ and a covariance as a form of some items leaves it."""
    root = rng.normal(size=(size, size))
    return rng.normal(size=size), np.linalg.inv(np.eye(size) + root @ root.T / size)


def test_two_categories_are_integrated_exactly() -> None:
    """The mean and variance of a logistic-normal are integrals over one number; quadrature knows them."""
    theta, sd = 0.8, 1.2  # of the difference of the two
    covariance = np.eye(2) * sd**2 / 2

    def moment(power: int) -> float:
        def density(x: float) -> float:
            return (1 / (1 + np.exp(-x))) ** power * np.exp(-(((x - theta) / sd) ** 2) / 2) / (sd * np.sqrt(2 * np.pi))

        return float(quad(density, -15, 15)[0])

    mean, variance = softmax_moments(np.array([[theta, 0.0]]), covariance[None])

    assert mean[0, 0] == pytest.approx(moment(1), abs=2e-3)
    assert variance[0, 0] == pytest.approx(moment(2) - moment(1) ** 2, abs=2e-3)


def test_a_million_random_draws_say_the_same() -> None:
    """512 Sobol draws stand in for a large simulation with other random numbers."""
    rng = np.random.default_rng(5)
    for _ in range(3):
        theta, covariance = random_posterior(rng)
        draws = rng.multivariate_normal(theta, covariance, size=200_000)
        share = np.exp(draws) / np.exp(draws).sum(axis=1, keepdims=True)
        mean, variance = softmax_moments(theta[None], covariance[None])
        strength = (share.mean(0) * (1 - share.mean(0))).sum() / share.var(0).sum() - 1

        assert np.allclose(mean[0], share.mean(axis=0), atol=4e-3)
        assert implied_strength(mean, variance)[0] == pytest.approx(strength, rel=0.05)


@pytest.mark.parametrize(("sd", "strength"), [(0.7, 15.0), (1.0, 7.1), (1.5, 3.2)])
def test_a_spread_of_preferences_is_worth_the_published_strength(sd: float, strength: float) -> None:
    """profiling.md 4.1: σ = .7, 1, 1.5 go with A0 = 15, 7.1, 3.2."""
    assert prior_strength_of(LogitPrior((0.0,) * 8, sd)) == pytest.approx(strength, rel=0.02)


@pytest.mark.parametrize("strength", [1.0, 3.0, 7.0, 25.0])
def test_the_prior_of_preferences_means_the_prior_of_shares(strength: float) -> None:
    """Two ways of saying what is known before any answer; if they differed, answering nothing would say something."""
    wanted = replace(VALUES, prior_strength=strength)
    prior = logit_prior(wanted)
    mean, variance = softmax_moments(np.array([prior.mean]), np.eye(8)[None] * prior.sd**2)

    assert mean[0] == pytest.approx(VALUES.prior_mean, abs=2e-3)
    assert implied_strength(mean, variance)[0] == pytest.approx(strength, rel=1e-6)


def test_an_absurdly_strong_prior_still_has_a_spread() -> None:
    """An operator's file may say A0 = 1,000,000; scoring then moves nothing, and does not fail."""
    sd = [logit_prior(replace(VALUES, prior_strength=strength)).sd for strength in (1e-6, 1e6)]

    assert 0 < sd[1] < 0.05
    assert 10 < sd[0] < inf


def test_value_systems_alike_beforehand_are_alike_in_the_prior() -> None:
    """Blue and orange have the same prior share; which stands first in the file must not favour it."""
    prior = logit_prior(VALUES)

    assert VALUES.prior_mean[3] == VALUES.prior_mean[4]
    assert prior.mean[3] == prior.mean[4]


@settings(deadline=None)
@given(seed=seeds)
def test_the_engine_reads_the_expected_share_off_the_counts(seed: int) -> None:
    """Signed counts are stored so that the profile equals the posterior's mean share, to 1e-9."""
    rng = np.random.default_rng(seed)
    of = replace(VALUES, sources={"survey": SourceTerms(730.0, inf)})
    scores = score_form(STAFF, of, [random_answers(STAFF, rng, items=6)])
    weight, share = float(scores.weight[0]), tuple(scores.share[0].tolist())
    profile = profile_of("c-1", FRAMEWORK.name, of, fold(NOTHING, evidence(share=share, weight=weight), of), NOW)

    assert sum(share) == pytest.approx(1.0, abs=1e-9)
    assert profile.share == pytest.approx(scores.mean[0], abs=1e-9)
    assert profile.n_eff == pytest.approx(weight, abs=1e-9)


@settings(deadline=None)
@given(seed=seeds)
def test_permuting_the_categories_permutes_the_counts(seed: int) -> None:
    """T7: the draws belong to ranks of preference, not to places in the file (1e-6)."""
    rng = np.random.default_rng(seed)
    theta, covariance = random_posterior(rng)
    mean = rng.dirichlet(np.full(8, 5.0))
    order = rng.permutation(8)
    one = bridge(theta[None], covariance[None], facet(mean.tolist()))
    other = bridge(theta[order][None], covariance[np.ix_(order, order)][None], facet(mean[order].tolist()))

    assert np.allclose(one.weight * one.share[0][order], other.weight * other.share[0], atol=1e-6)
    assert np.allclose(one.mean[0][order], other.mean[0], atol=1e-6)


def test_with_ties_a_permutation_changes_a_profile_by_less_than_a_hundredth() -> None:
    """T7: after one answer four value systems are exactly alike; the draws they get differ, hardly to be seen."""
    order = np.array([7, 6, 5, 4, 3, 2, 1, 0])
    turned = replace(FLAT, dims=tuple(FLAT.dims[place] for place in order))
    answers = [picks(CUSTOMER, "a")]
    one, other = score_form(CUSTOMER, FLAT, answers), score_form(CUSTOMER, turned, answers)

    assert np.allclose(one.mean[0][order], other.mean[0], atol=0.01)
    assert one.weight[0] == pytest.approx(other.weight[0], abs=0.1)


def test_answers_that_tell_less_than_the_prior_add_nothing() -> None:
    """Nothing negative is ever stored as a weight, and the share stays one."""
    theta, covariance = np.zeros((1, 8)), np.eye(8)[None] * 4.0
    counts = bridge(theta, covariance, VALUES)

    assert counts.weight[0] == 0.0
    assert counts.share[0] == pytest.approx(VALUES.prior_mean)


@pytest.mark.parametrize(("keys", "weight"), [("a", 0.6), ("ab", 1.2), ("abca", 2.6), ("abcdabcd", 5.5)])
def test_best_only_taps_are_worth_about_seven_tenths_each(keys: str, weight: float) -> None:
    """profiling.md 4.4: medians .6, 1.2, 2.6, 5.5 of one, two, four and eight taps."""
    scores = score_form(CUSTOMER, FLAT, [picks(CUSTOMER, keys)])

    assert scores.weight[0] == pytest.approx(weight, rel=0.25)
