"""Closed channels, on simulated customers whose liking is known (profiling.md section 15.2, T12)."""

import math
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from matcher.profiles.columns import EvidenceColumns, fold_columns
from matcher.profiles.evidence import Source
from matcher.profiles.facets import share_table
from matcher.profiles.framework import Facet, SourceTerms

NOW = datetime(2026, 1, 1, tzinfo=UTC)
PRIOR = (0.30, 0.22, 0.16, 0.14, 0.10, 0.08)
OPEN_AT_NIGHT = ("a", "c", "d", "f")
FACET = Facet("channel", tuple("abcdef"), PRIOR, 3.0, {"behaviour": SourceTerms(180.0, math.inf)}, 180.0)
PEOPLE = 1200


def a_year(truth: np.ndarray, contacts: int, rng: np.random.Generator) -> EvidenceColumns:
    """Poisson contacts of each person; at half of them the channels b and e are closed."""
    who = np.repeat(np.arange(PEOPLE), rng.poisson(contacts, PEOPLE))
    at_night = rng.random(len(who)) < 0.5
    choices = []
    for person, is_night in zip(who, at_night, strict=True):
        liking = truth[person] * ([1, 0, 1, 1, 0, 1] if is_night else np.ones(6))
        choices.append(rng.choice(6, p=liking / liking.sum()))
    return EvidenceColumns(
        subjects=[str(person) for person in who],
        sources=[Source.BEHAVIOUR] * len(who),
        at=[NOW - timedelta(days=days) for days in rng.uniform(0, 365, len(who))],
        share=np.eye(6)[choices],
        weight=np.ones(len(who)),
        opened=dict.fromkeys(np.flatnonzero(at_night).tolist(), OPEN_AT_NIGHT),
    )


def mean_error(columns: EvidenceColumns, truth: np.ndarray) -> float:
    """Mean total variation between the shares read and the truth."""
    folded = fold_columns(columns, FACET)
    share = share_table(FACET, [folded.get(str(person)) for person in range(PEOPLE)], NOW).share
    return float(np.abs(share - truth).sum(axis=1).mean() / 2)


@pytest.mark.parametrize(("contacts", "least"), [(30, 0.15), (12, 0.05)])
def test_knowing_what_was_closed_brings_shares_nearer_the_truth(contacts: int, least: float) -> None:
    """T12: customers who write at night because nothing else is open must not be taken for letter writers."""
    rng = np.random.default_rng(12)
    truth = rng.dirichlet(6 * np.array(PRIOR), PEOPLE)
    columns = a_year(truth, contacts, rng)

    corrected, plain = mean_error(columns, truth), mean_error(replace(columns, opened={}), truth)

    assert 1 - corrected / plain >= least
