"""Rated statements scored: means by category, laid beside the framework's norms or the person's own mean.

Source: profiling.md 4.3. `mrat` centres on the person's mean rating (MRAT, Schwartz 1992, doi:10.1016/S0065-2601(08)
60281-6), so that people who agree with everything are compared by what they agree with more.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.choice_model import LogitPrior
from matcher.profiles.framework import Facet
from matcher.profiles.questionnaire import Answer, Form, Norm

Floats = NDArray[np.float64]

UNKNOWN_NORM = Norm(mean=0.0, sd=1.0)  # only its reliability is used: scoring by mean has every norm
LEAST_SPREAD = 0.3  # of a person's ratings; someone who always ticks the same box has none


@dataclass(frozen=True, slots=True, eq=False)
class RatedScores:
    """θ̂ (n × K) and its covariance (n × K × K); `raw` (n × K) is the mean rating, NaN where nothing was rated."""

    theta: Floats
    covariance: Floats
    raw: Floats


def rated_scores(form: Form, facet: Facet, people: Sequence[Sequence[Answer]], prior: LogitPrior) -> RatedScores:
    """Checked ratings made θ̂; a category none of whose items was rated keeps its prior."""
    shape = (len(people), facet.size)
    sums, counts = np.zeros(shape), np.zeros(shape)
    own_mean, own_spread = np.zeros((len(people), 1)), np.full((len(people), 1), LEAST_SPREAD)
    for person, answers in enumerate(people):
        ratings = [_keyed(form, answer) for answer in answers]
        for answer, rating in zip(answers, ratings, strict=True):
            category = facet.index(str(form.items[answer.item].dim))
            sums[person, category] += rating
            counts[person, category] += 1
        if ratings:
            own_mean[person], own_spread[person] = np.mean(ratings), max(LEAST_SPREAD, float(np.std(ratings)))
    norms = [form.norms.get(dim, UNKNOWN_NORM) for dim in facet.dims]
    is_rated = counts > 0
    raw = np.divide(sums, counts, out=np.full(shape, np.nan), where=is_rated)
    if form.scoring == "mrat":
        theta = (raw - own_mean) / own_spread
    else:
        theta = (raw - [norm.mean for norm in norms]) / [norm.sd for norm in norms]
    unreliability = np.array([1.0 - norm.reliability for norm in norms])
    variance = np.where(is_rated, unreliability, prior.sd**2)
    return RatedScores(np.where(is_rated, theta, prior.mean), variance[:, :, None] * np.eye(facet.size), raw)


def _keyed(form: Form, answer: Answer) -> float:
    """The rating, turned over where the item is worded the other way round."""
    assert form.rating is not None
    assert answer.rating is not None
    lowest, highest = form.rating
    return lowest + highest - answer.rating if form.items[answer.item].is_reversed else answer.rating
