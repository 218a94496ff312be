"""Closed channels on simulated customers: half of the contacts came when two of six were closed (profiling.md, T12)."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np

from benchmarks.profiling.threshold import Threshold
from matcher.profiles.columns import EvidenceColumns, fold_columns
from matcher.profiles.evidence import Source
from matcher.profiles.facets import share_table
from matcher.profiles.framework import Facet, SourceTerms

PART = "closed_channels"
SEEDS = (1, 2, 3)
PEOPLE = 1200
YEAR_DAYS = 365.0
NOW = datetime(2026, 1, 1, tzinfo=UTC)
PRIOR = (0.30, 0.22, 0.16, 0.14, 0.10, 0.08)
CLOSED = (1, 4)  # at half of the contacts: the channels of .22 and .10
FACET = Facet(
    id="channel",
    dims=("a", "b", "c", "d", "e", "f"),
    prior_mean=PRIOR,
    prior_strength=3.0,
    sources={Source.BEHAVIOUR.value: SourceTerms(half_life_days=180.0, cap=math.inf)},
    half_life_days=180.0,
)
REQUIRED = {30: 0.15, 12: 0.05}  # contacts a year: least fall of the error


def thresholds() -> list[Threshold]:
    """How much of the mean error the correction takes away, for many and for few contacts."""
    measured = []
    for contacts, least in REQUIRED.items():
        for seed in SEEDS:
            plain, corrected = errors(contacts, seed)
            what = f"error falls by, {contacts} contacts a year ({plain:.3f} to {corrected:.3f})"
            measured.append(Threshold(PART, what, 1.0 - corrected / plain, at_least=least, seed=seed))
    return measured


def errors(contacts_a_year: float, seed: int) -> tuple[float, float]:
    """Mean total variation between share and truth, without and with the correction."""
    rng = np.random.default_rng(seed)
    truth = rng.dirichlet(6.0 * np.array(PRIOR), size=PEOPLE)
    columns = contacts_of(truth, contacts_a_year, rng)
    return error(replace(columns, opened={}), truth), error(columns, truth)


def contacts_of(truth: np.ndarray, contacts_a_year: float, rng: np.random.Generator) -> EvidenceColumns:
    """A year of contacts: each is started on a channel that was open, as the customer likes them."""
    who = np.repeat(np.arange(PEOPLE), rng.poisson(contacts_a_year, PEOPLE))
    is_restricted = rng.random(len(who)) < 0.5
    liking = truth[who]
    for place in CLOSED:
        liking[is_restricted, place] = 0.0
    threshold = rng.random(len(who)) * liking.sum(axis=1)
    choice = (liking.cumsum(axis=1) < threshold[:, None]).sum(axis=1)
    opened = tuple(dim for place, dim in enumerate(FACET.dims) if place not in CLOSED)
    return EvidenceColumns(
        subjects=[f"c-{person}" for person in who],
        sources=[Source.BEHAVIOUR] * len(who),
        at=[NOW - timedelta(days=days) for days in rng.uniform(0.0, YEAR_DAYS, len(who)).tolist()],
        share=np.eye(FACET.size)[choice],
        weight=np.ones(len(who)),
        opened=dict.fromkeys(np.flatnonzero(is_restricted).tolist(), opened),
    )


def error(columns: EvidenceColumns, truth: np.ndarray) -> float:
    """Mean total variation between what is read and what is true."""
    folded = fold_columns(columns, FACET)
    share = share_table(FACET, [folded.get(f"c-{person}") for person in range(PEOPLE)], NOW).share
    return float(np.abs(share - truth).sum(axis=1).mean() / 2)
