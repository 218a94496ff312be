"""From a posterior of θ to pseudo-counts the facet engine can add, and back from a facet's prior to one of θ.

Source: profiling.md 4.1 and 4.4. Pseudo-counts are signed: not choosing a category is information too.
"""

import math
from dataclasses import dataclass
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.choice_model import LogitPrior
from matcher.profiles.framework import Facet

Floats = NDArray[np.float64]

DRAWS = 256  # Sobol points; their negatives double them
SOBOL_SEED = 0
PEOPLE_AT_ONCE = 64  # so that their draws stay in the processor's cache
TIE_DIGITS = 9  # θ̂ nearer than this are in the order of the file
MEAN_STEPS = 10
NARROWEST, WIDEST = 0.02, 50.0  # σ; an A0 beyond what these imply gets the nearer one
SIGMA_TOLERANCE = 1e-10
PRIORS_KEPT = 512


@dataclass(frozen=True, slots=True, eq=False)
class PseudoCounts:
    """What answers add to a profile: `weight` (n, ≥ 0) times `share` (n × K, rows sum to 1, may be negative).

    `mean` (n × K) is the expected softmax of θ: the engine's share once the counts stand upon the facet's prior.
    """

    weight: Floats
    share: Floats
    mean: Floats


def bridge(theta: Floats, covariance: Floats, facet: Facet) -> PseudoCounts:
    """The pseudo-counts of n posteriors N(θ̂, C): `w·x = A_post·m − A0·π`, nothing where A_post ≤ A0.

    θ̂ is n × K, C is n × K × K. Where the weight is 0 the share is the prior mean.
    """
    mean, variance = softmax_moments(theta, covariance)
    strength = implied_strength(mean, variance)
    prior = np.array(facet.prior_mean)
    weight = np.maximum(0.0, strength - facet.prior_strength)
    counts = strength[:, None] * mean - facet.prior_strength * prior
    share = np.divide(counts, weight[:, None], out=np.tile(prior, (len(theta), 1)), where=weight[:, None] > 0)
    return PseudoCounts(weight, share, mean)


def softmax_moments(theta: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    """Mean and variance of each category's share under N(θ̂, C): two arrays n × K.

    The same 256 Sobol normals and their negatives serve everyone. Categories are sorted by θ̂ before a draw's
    coordinates are dealt out, so the order of the file cannot matter.
    """
    people, size = theta.shape
    mean, variance = np.empty((people, size)), np.empty((people, size))
    for start in range(0, people, PEOPLE_AT_ONCE):
        part = slice(start, start + PEOPLE_AT_ONCE)
        mean[part], variance[part] = _moments(theta[part], covariance[part])
    return mean, variance


def implied_strength(mean: Floats, variance: Floats) -> Floats:
    """The concentration A of the Dirichlet with these moments: Σ m(1 − m) / Σ v − 1, per person."""
    strength: Floats = (mean * (1.0 - mean)).sum(axis=1) / variance.sum(axis=1) - 1.0
    return strength


def logit_prior(facet: Facet) -> LogitPrior:
    """The normal prior of θ that means what the facet's prior means: the same expected share, the same A0."""
    return _solved(facet.prior_mean, facet.prior_strength)


def prior_strength_of(prior: LogitPrior) -> float:
    """A_logit: the concentration that a normal prior of θ amounts to (6.98 for eight equal categories at σ = 1)."""
    size = len(prior.mean)
    mean, variance = softmax_moments(np.array([prior.mean]), np.eye(size)[None] * prior.sd**2)
    return float(implied_strength(mean, variance)[0])


def _moments(theta: Floats, covariance: Floats) -> tuple[Floats, Floats]:
    size = theta.shape[1]
    order = np.argsort(np.round(theta, TIE_DIGITS), axis=1, kind="stable")
    rows = np.arange(len(theta))[:, None]
    centre = theta[rows, order]
    root = np.linalg.cholesky(covariance[rows[:, :, None], order[:, :, None], order[:, None, :]])
    offset = np.matmul(root, _normals(size))  # people × categories × draws
    offset = np.concatenate([offset, -offset], axis=2) + centre[:, :, None]
    offset -= offset.max(axis=1, keepdims=True)
    share = np.exp(offset, out=offset)
    share /= share.sum(axis=1, keepdims=True)
    mean, variance = np.empty_like(theta), np.empty_like(theta)
    mean[rows, order] = share.mean(axis=2)
    variance[rows, order] = share.var(axis=2)
    return mean, variance


@lru_cache(maxsize=PRIORS_KEPT)
def _solved(prior_mean: tuple[float, ...], prior_strength: float) -> LogitPrior:
    from scipy.optimize import brentq  # here: only who scores a form needs it

    def excess(log_sd: float) -> float:
        sd = math.exp(log_sd)
        strength = prior_strength_of(LogitPrior(_centred(prior_mean, sd), sd))
        return math.log(max(strength, math.ulp(1.0))) - math.log(prior_strength)

    low, high = math.log(NARROWEST), math.log(WIDEST)
    if excess(low) <= 0:
        sd = NARROWEST
    elif excess(high) >= 0:
        sd = WIDEST
    else:
        sd = math.exp(brentq(excess, low, high, xtol=SIGMA_TOLERANCE))
    return LogitPrior(_centred(prior_mean, sd), sd)


def _centred(prior_mean: tuple[float, ...], sd: float) -> tuple[float, ...]:
    """μ by ten steps μ ← μ + ln π − ln m(μ), so that the expected share is π; equal π get equal μ."""
    wanted = np.array(prior_mean)
    _, group = np.unique(np.round(wanted, 12), return_inverse=True)
    covariance = np.eye(len(wanted))[None] * sd**2
    mu = np.log(wanted)
    for _ in range(MEAN_STEPS):
        mean, _ = softmax_moments(mu[None], covariance)
        level = np.bincount(group, weights=mean[0]) / np.bincount(group)
        mu = mu + np.log(wanted) - np.log(level[group])
    return tuple((mu - mu.mean()).tolist())


@cache
def _normals(size: int) -> Floats:
    """Sobol normals, categories × draws; the same in every process and on every day."""
    from scipy.special import ndtri  # here: both imports take long, and only who scores a form needs them
    from scipy.stats import qmc

    points = qmc.Sobol(d=size, scramble=True, rng=SOBOL_SEED).random(DRAWS)
    normals: Floats = np.ascontiguousarray(ndtri(points).T)
    normals.flags.writeable = False
    return normals
