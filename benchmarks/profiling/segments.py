"""Priors of segments on simulated members: what was true must be found again (profiling.md 15.2, T15)."""

import time

import numpy as np

from benchmarks.profiling.threshold import Threshold
from matcher.profiles.framework import Facet
from matcher.profiles.segments import FittedPrior, fit_dirichlet, fit_prior
from models.frameworks import load_framework

PART = "segments"
SEEDS = range(10)
MEMBERS = 500
PICKS = 8
MANY = 100_000


def thresholds() -> list[Threshold]:
    """T15 on ten seeds, and what a segment of 100,000 members costs."""
    facet = load_framework().values
    fitted = [fit_dirichlet(members(facet, MEMBERS, seed), start=np.full(facet.size, 1.0)) for seed in SEEDS]
    strengths = [float(alpha.sum()) for alpha in fitted]
    errors = [float(np.abs(alpha / alpha.sum() - facet.prior_mean).max()) for alpha in fitted]
    strength = facet.prior_strength
    measured = []
    for seed, found, error in zip(SEEDS, strengths, errors, strict=True):
        low, high = 0.75 * strength, 1.25 * strength
        measured.append(Threshold(PART, f"strength found, true {strength:g}", found, low, high, seed))
        measured.append(Threshold(PART, "largest error of the mean", error, at_most=0.025, seed=seed))
    mean = float(np.mean(strengths))
    measured.append(Threshold(PART, "mean strength of the ten", mean, 0.92 * strength, 1.08 * strength))
    return [*measured, *_many_members(facet)]


def members(facet: Facet, number: int, seed: int) -> np.ndarray:
    """Pick counts (members × K) of people whose shares are drawn around the facet's prior."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(facet.prior_strength * np.array(facet.prior_mean), size=number)
    return rng.multinomial(PICKS, shares)


def _many_members(facet: Facet) -> list[Threshold]:
    picks = members(facet, MANY, 0)
    began = time.perf_counter()
    prior: FittedPrior | None = fit_prior(facet, picks)
    took_s = time.perf_counter() - began
    found = prior.strength if prior else 0.0
    return [
        Threshold(PART, "seconds for a segment of 100,000 members", took_s, at_most=1.0, seed=0),
        Threshold(PART, "strength found from 100,000 members", found, 6.8, 7.2, seed=0),
    ]
