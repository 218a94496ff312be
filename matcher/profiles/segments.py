"""Priors of segments: what is assumed of a member before anything is known, fitted to the members that were surveyed.

Each surveyed member has a row of pick counts. Their shares are taken to be draws of one Dirichlet distribution, whose
mean and strength are fitted and then shrunk towards those of the population. Segments built on a protected ground are
refused by name; fewer than 50 surveyed members give no prior, so that none is about a recognisable few.

Source: profiling.md section 6; Minka, Estimating a Dirichlet distribution (2000, revised 2012),
https://tminka.github.io/papers/dirichlet/. The sums over members are sums over distinct counts, as in
Sklar, Fast MLE computation for the Dirichlet multinomial (2014), doi 10.48550/arXiv.1405.0099.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher.errors import invalid
from matcher.profiles.framework import Facet
from matcher.profiles.protected import is_protected_group
from matcher.profiles.questionnaire import Answer, Form

Floats = NDArray[np.float64]

LEAST_MEMBERS = 50  # profiling.md section 6: no prior over fewer people
PSEUDO_MEMBERS = 30.0  # profiling.md section 6: the population counts as so many members
MOST_STEPS = 500
CONVERGED = 1e-9  # largest relative change of a parameter in one step
LEAST_ALPHA = 1e-8  # a category that nobody picked falls to here, not to 0, where ψ has no value
# Strengths without a maximum (members more alike than chance allows, or each of one category only) stop here (design).
LEAST_STRENGTH, MOST_STRENGTH = 0.5, 200.0


@dataclass(frozen=True, slots=True)
class FittedPrior:
    """What to assume of a segment's members: `mean` sums to 1, `strength` (A0) is in pseudo-counts.

    `members` are those with at least one pick; the others say nothing and count for nothing.
    """

    mean: tuple[float, ...]
    strength: float
    members: int


@dataclass(frozen=True, slots=True)
class SegmentFit:
    """Priors by segment; the segments with fewer than 50 surveyed members, with their number; those refused by name."""

    priors: Mapping[str, FittedPrior]
    too_few: Mapping[str, int]
    refused: tuple[str, ...]


def fit_segments(facet: Facet, segment_of: Sequence[str | None], picks: ArrayLike) -> SegmentFit:
    """The priors of all segments at once: the work of a night.

    `segment_of` names each member's segment (`None`: in no segment); `picks` is members × K, how often each category
    was picked as best, or its points. The facet's own prior stands for the population.
    A segment named after a protected ground is refused, without keeping the others from theirs.
    Raises InvalidInput as `fit_prior` does, or `wrong_length` where the two do not have one row for each member.
    """
    counts = _checked(picks, facet.size)
    if len(segment_of) != len(counts):
        raise invalid("/segments", "wrong_length", f"{len(segment_of)} segments are named for {len(counts)} members")
    names = sorted({name for name in segment_of if name is not None})
    refused = tuple(name for name in names if is_protected_group(name))
    place = {name: number for number, name in enumerate(names)}
    places = np.array([-1 if name is None else place[name] for name in segment_of], dtype=np.intp)
    order = np.argsort(places, kind="stable")
    bounds = np.searchsorted(places[order], np.arange(len(names) + 1))
    priors, too_few = {}, {}
    for name in names:
        if name in refused:
            continue
        members = counts[order[bounds[place[name]] : bounds[place[name] + 1]]]
        prior = fit_prior(facet, members)
        if prior is None:
            too_few[name] = _speaking(members)
        else:
            priors[name] = prior
    return SegmentFit(priors, too_few, refused)


def count_picks(facet: Facet, form: Form, answers: Iterable[Answer]) -> tuple[float, ...]:
    """How often one person picked each category as best (K numbers): a row for `fit_segments`.

    Points shared out over the options count in parts of one pick. Worst picks and ratings are no picks; an item or key
    that the form no longer has is passed over.
    """
    counts = dict.fromkeys(facet.dims, 0.0)
    for answer in answers:
        item = form.items.get(answer.item)
        given = {answer.best: 1.0} if answer.best is not None else answer.points or {}
        total = math.fsum(given.values())
        for key, option in zip(item.keys if item else "", item.options if item else (), strict=True):
            if option.dim in counts and given.get(key):
                counts[option.dim] += given[key] / total
    return tuple(counts.values())


def fit_prior(facet: Facet, picks: ArrayLike) -> FittedPrior | None:
    """The prior of one group of people, shrunk to the facet's; `None` with fewer than 50 who picked anything.

    `picks` is members × K. With n members: π = (n·π̂ + 30·π_all)/(n + 30), and ln A0 likewise.
    Raises InvalidInput `wrong_length` for another number of categories, `out_of_range` for a count below 0 or not
    finite.
    """
    counts = _checked(picks, facet.size)
    members = _speaking(counts)
    if members < LEAST_MEMBERS:
        return None
    alpha = fit_dirichlet(counts, start=_start(counts, facet))
    fitted = min(MOST_STRENGTH, max(LEAST_STRENGTH, float(alpha.sum())))
    mean = (members * alpha / alpha.sum() + PSEUDO_MEMBERS * np.array(facet.prior_mean)) / (members + PSEUDO_MEMBERS)
    logs = members * math.log(fitted) + PSEUDO_MEMBERS * math.log(facet.prior_strength)
    strength = math.exp(logs / (members + PSEUDO_MEMBERS))
    return FittedPrior(tuple((mean / mean.sum()).tolist()), strength, members)


def fit_dirichlet(picks: ArrayLike, *, start: ArrayLike, most_steps: int = MOST_STEPS) -> Floats:
    """The parameters α of the Dirichlet distribution that makes the members' counts most likely.

    `a_k ← a_k · Σ_i[ψ(n_ik + a_k) − ψ(a_k)] / Σ_i[ψ(n_i + a) − ψ(a)]`, a = Σ a_k, from `start` (K numbers above 0),
    at most `most_steps` times. No step makes the counts less likely. Where the counts tell nothing of the strength
    (one pick each) it stays what it was at the start; where they tell nothing at all, so does everything.

    Source: Minka (2000), the fixed point for the Dirichlet-multinomial; the counts are grouped as by Sklar (2014).
    """
    alpha = np.array(start, dtype=np.float64)
    counts = np.asarray(picks, dtype=np.float64)
    by_category = [_grouped(column) for column in counts.T]
    in_all = _grouped(counts.sum(axis=1))
    if not len(in_all.values):
        return alpha
    for _ in range(most_steps):
        before = alpha
        rises = np.array([one.rise(a) for one, a in zip(by_category, before, strict=True)])
        alpha = np.maximum(before * rises / in_all.rise(float(before.sum())), LEAST_ALPHA)
        if np.max(np.abs(alpha - before) / before) < CONVERGED:
            break
    return alpha


def log_likelihood(picks: ArrayLike, alpha: ArrayLike) -> float:
    """ln of the probability of the members' counts under Dirichlet(α), without the constant that α does not touch."""
    from scipy.special import gammaln  # here: a night's fit needs it, starting a process does not

    counts, parameters = np.asarray(picks, dtype=np.float64), np.asarray(alpha, dtype=np.float64)
    total = parameters.sum()
    of_members = gammaln(total) - gammaln(total + counts.sum(axis=1))
    return float(of_members.sum() + (gammaln(counts + parameters) - gammaln(parameters)).sum())


@dataclass(frozen=True, slots=True, eq=False)
class _Grouped:
    """Distinct counts above 0 and how many members have each."""

    values: Floats
    members: Floats

    def rise(self, alpha: float) -> float:
        """Σ_i [ψ(n_i + α) − ψ(α)]."""
        from scipy.special import digamma  # here for the same reason as in log_likelihood

        return float(self.members @ (digamma(self.values + alpha) - digamma(alpha)))


def _grouped(counts: Floats) -> _Grouped:
    values, members = np.unique(counts[counts > 0], return_counts=True)
    return _Grouped(values, members.astype(np.float64))


def _start(counts: Floats, facet: Facet) -> Floats:
    """The picks of all with the facet's prior among them as one more member, at the facet's strength."""
    prior = facet.prior_strength * np.array(facet.prior_mean)
    pooled = counts.sum(axis=0) + prior
    start: Floats = facet.prior_strength * pooled / pooled.sum()
    return start


def _speaking(counts: Floats) -> int:
    return int((counts.sum(axis=1) > 0).sum())


def _checked(picks: ArrayLike, size: int) -> Floats:
    counts = np.asarray(picks, dtype=np.float64)
    if counts.size == 0:
        return np.zeros((0, size))
    if counts.ndim != 2 or counts.shape[1] != size:
        raise invalid("/picks", "wrong_length", f"pick counts need {size} numbers for each member")
    if not np.isfinite(counts).all() or (counts < 0).any():
        raise invalid("/picks", "out_of_range", "a pick count is a number, 0 or more")
    return counts
