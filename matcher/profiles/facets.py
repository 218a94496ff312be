"""The facet engine: evidence folded into decayed sums, and sums read as a distribution with its uncertainty.

Source: profiling.md section 3. Times are arguments; a sum newer than the moment asked for counts as just made.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from matcher.errors import invalid
from matcher.profiles.evidence import DECLARED, Evidence, Source
from matcher.profiles.framework import Facet
from matcher.profiles.inline import InlineFacet
from matcher.profiles.tags import full_share

Floats = NDArray[np.float64]

REPLACING = frozenset({Source.SELF_TAG, Source.HR_TAG})  # a new statement of these stands instead of the old one
ALPHA_FLOOR = 0.05  # of A0·π_k: signed form increments never push a category out
SEGMENT_FLOOR = 0.01  # the least a segment's prior gives any category
TOP_MASS = 0.8
TOP_MOST = 3
NODES = 64  # Gauss–Legendre nodes of the integral for P(k is largest)
INTERVAL = (0.05, 0.95)
STALE_SHARE = 0.5
WORST = "worst"  # the key in an evidence's `detail` of how often each category was picked as worst

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class SourceSum:
    """What a source says in all: pseudo-counts by category, decayed to the moment `at` of its newest evidence."""

    vector: tuple[float, ...]
    at: datetime


@dataclass(frozen=True, slots=True)
class Sums:
    """A person's evidence on a facet, folded. A `prior`, told by a segment at `prior_at`, replaces the facet's."""

    by_source: Mapping[str, SourceSum] = field(default_factory=dict)
    rejection: tuple[float, ...] | None = None
    prior: tuple[float, ...] | None = None
    prior_at: datetime | None = None


NOTHING = Sums()


@dataclass(frozen=True, slots=True)
class Provenance:
    """How many pseudo-counts a source gives now, and when it last spoke."""

    source: str
    weight: float
    last: datetime


@dataclass(frozen=True, slots=True)
class Profile:
    """A distribution over a facet's categories with its uncertainty; tuples follow `dims`.

    `n_eff` counts pseudo-observations in all, `n_declared` those of statements; `confidence` in [0, 1) is the
    reliability of the share, `entropy` in [0, 1]. `p_top` is the probability that the first of `top` is the largest.
    `stale`: n_eff fell below half of what it was at the newest evidence.
    """

    subject: str
    framework: str
    facet: str
    dims: tuple[str, ...]
    share: tuple[float, ...]
    ci90: tuple[tuple[float, float], ...]
    top: tuple[str, ...]
    p_top: float
    n_eff: float
    n_declared: float
    confidence: float
    entropy: float
    rejection: tuple[float, ...] | None
    provenance: tuple[Provenance, ...]
    stale: bool
    as_of: datetime


@dataclass(frozen=True, slots=True, eq=False)
class ShareTable:
    """Many people's profiles as arrays: share (n × K, rows sum to 1), n_eff (n) and n_declared (n)."""

    share: Floats
    n_eff: Floats
    n_declared: Floats


@dataclass(frozen=True, slots=True, eq=False)
class _Counts:
    alpha: Floats  # people × categories
    by_source: Mapping[str, Floats]  # capped pseudo-counts of each person


def fold(sums: Sums, evidence: Evidence, facet: Facet) -> Sums:
    """The sums with one more piece of evidence, late ones too; a revoked piece changes nothing."""
    if evidence.revoked_at is not None:
        return sums
    if evidence.source is Source.SEGMENT:
        return _with_segment(sums, evidence)
    half_life_days = facet.terms(evidence.source.value).half_life_days
    piece = SourceSum(tuple(evidence.weight * share for share in evidence.share), evidence.occurred_at)
    former = sums.by_source.get(evidence.source.value)
    if former is None:
        folded = piece
    elif evidence.source in REPLACING:
        folded = piece if piece.at >= former.at else former
    else:
        folded = _added(former, piece, half_life_days)
    by_source = {**sums.by_source, evidence.source.value: folded}
    return replace(sums, by_source=by_source, rejection=_with_worst(sums.rejection, evidence))


def rebuild(evidence: Iterable[Evidence], facet: Facet) -> Sums:
    """The sums of a facet from its evidence, in whatever order it comes; revoked pieces are as if never recorded."""
    sums = NOTHING
    for piece in sorted(evidence, key=lambda each: (each.occurred_at, each.recorded_at, each.id)):
        sums = fold(sums, piece, facet)
    return sums


def profile_of(subject: str, framework_name: str, facet: Facet, sums: Sums | None, at: datetime) -> Profile:
    """The person's profile on a facet at the moment `at`; without evidence it is the prior."""
    from scipy.special import betaincinv  # here: reading a profile needs it, starting a process does not

    sums = sums or NOTHING
    counts = _count(facet, (sums,), at)
    alpha = counts.alpha[0]
    total = alpha.sum()
    share = alpha / total
    bounds = betaincinv(alpha[:, None], (total - alpha)[:, None], np.array(INTERVAL))
    top, p_top = _leaders(facet, alpha)
    n_eff = _total(counts, ())
    return Profile(
        subject=subject,
        framework=framework_name,
        facet=facet.id,
        dims=facet.dims,
        share=tuple(share.tolist()),
        ci90=tuple((low, high) for low, high in bounds.tolist()),
        top=top,
        p_top=p_top,
        n_eff=n_eff,
        n_declared=_total(counts, DECLARED),
        confidence=n_eff / (n_eff + facet.prior_strength),
        entropy=_entropy(share),
        rejection=_rejection_mean(sums.rejection, facet),
        provenance=_provenance(counts, sums),
        stale=_is_stale(facet, sums, n_eff),
        as_of=at,
    )


def share_table(facet: Facet, sums: Sequence[Sums | None], at: datetime) -> ShareTable:
    """Many people's shares at the moment `at` in one sweep; `None` reads as the prior with nothing known."""
    counts = _count(facet, sums, at)
    share = counts.alpha / counts.alpha.sum(axis=1, keepdims=True)
    n_eff, n_declared = np.zeros(len(sums)), np.zeros(len(sums))
    for source, weights in counts.by_source.items():
        n_eff += weights
        if source in DECLARED:
            n_declared += weights
    return ShareTable(share, n_eff, n_declared)


def inline_share(facet: Facet, inline: InlineFacet, *, pointer: str = "") -> tuple[Floats, float]:
    """A share that came inside a request, as an array, and its n_eff (A0 where none was given).

    It is taken as it stands: whoever sends it has shrunk it already. Raises InvalidInput as `full_share` does, and
    `out_of_range` for an n_eff below 0 or without end.
    """
    share = np.array(full_share(facet, inline.share, f"{pointer}/share"))
    n_eff = facet.prior_strength if inline.n_eff is None else inline.n_eff
    if not 0 <= n_eff < math.inf:
        raise invalid(f"{pointer}/n_eff", "out_of_range", "n_eff is a number of pseudo-counts, 0 or more")
    return share, n_eff


def leading_probabilities(alpha: Floats) -> Floats:
    """P(k is the largest) for each k of a Dirichlet(α), without random numbers.

    ∫₀¹ Π_{j≠k} F_j(F_k⁻¹(u)) du with F_j the Gamma(α_j, 1) distribution, by 64 Gauss–Legendre nodes.
    """
    from scipy.special import gammainc, gammaincinv  # here for the same reason as in profile_of

    nodes, weights = _gauss_legendre()
    quantiles = gammaincinv(alpha[:, None], nodes)
    below = gammainc(alpha[None, :, None], quantiles[:, None, :])  # [k, j, node]: F_j at k's quantile
    size = len(alpha)
    below[np.arange(size), np.arange(size)] = 1.0
    probabilities: Floats = below.prod(axis=1) @ weights
    return probabilities


def _with_segment(sums: Sums, evidence: Evidence) -> Sums:
    if sums.prior_at is not None and evidence.occurred_at < sums.prior_at:
        return sums
    floored = [max(share, SEGMENT_FLOOR) for share in evidence.share]
    total = math.fsum(floored)
    return replace(sums, prior=tuple(share / total for share in floored), prior_at=evidence.occurred_at)


def _added(one: SourceSum, other: SourceSum, half_life_days: float) -> SourceSum:
    """Both sums in one, as of the newer moment."""
    older, newer = (one, other) if one.at <= other.at else (other, one)
    kept = 2.0 ** -((newer.at - older.at) / _DAY / half_life_days)
    vector = tuple(kept * before + now for before, now in zip(older.vector, newer.vector, strict=True))
    return SourceSum(vector, newer.at)


def _with_worst(rejection: tuple[float, ...] | None, evidence: Evidence) -> tuple[float, ...] | None:
    worst = evidence.detail.get(WORST)
    if not isinstance(worst, Sequence) or isinstance(worst, str):
        return rejection
    counts = tuple(float(count) for count in worst)
    if rejection is None:
        return counts
    return tuple(before + now for before, now in zip(rejection, counts, strict=True))


def _count(facet: Facet, people: Sequence[Sums | None], at: datetime) -> _Counts:
    """Dirichlet parameters α of every person, source by source: decayed, capped, floored."""
    alpha = np.tile(facet.prior_strength * np.array(facet.prior_mean), (len(people), 1))
    rows: defaultdict[str, list[int]] = defaultdict(list)
    pieces: defaultdict[str, list[SourceSum]] = defaultdict(list)
    for row, sums in enumerate(people):
        if sums is None:
            continue
        if sums.prior is not None:
            alpha[row] = facet.prior_strength * np.array(sums.prior)
        for source, piece in sums.by_source.items():
            rows[source].append(row)
            pieces[source].append(piece)
    least = ALPHA_FLOOR * alpha
    by_source = {}
    for source in pieces:
        where = np.array(rows[source])
        vectors = _capped(facet, source, pieces[source], at)
        alpha[where] += vectors
        weights = np.zeros(len(people))
        weights[where] = np.maximum(vectors.sum(axis=1), 0.0)
        by_source[source] = weights
    return _Counts(np.maximum(alpha, least), by_source)


def _capped(facet: Facet, source: str, pieces: Sequence[SourceSum], at: datetime) -> Floats:
    """g_s · S_s(t) for each piece: pieces × categories."""
    terms = facet.terms(source)
    flat = np.fromiter(chain.from_iterable([piece.vector for piece in pieces]), np.float64, len(pieces) * facet.size)
    vectors = flat.reshape(len(pieces), facet.size)
    ages_days = np.array([(at - piece.at).total_seconds() for piece in pieces]) / _DAY.total_seconds()
    vectors *= np.exp2(-np.maximum(ages_days, 0.0) / terms.half_life_days)[:, None]
    totals = vectors.sum(axis=1)
    over = totals > terms.cap
    vectors[over] *= (terms.cap / totals[over])[:, None]
    return vectors


def _total(counts: _Counts, sources: Sequence[str]) -> float:
    """Pseudo-counts of the one person counted, over the sources named, or over all."""
    return float(sum(weights[0] for source, weights in counts.by_source.items() if not sources or source in sources))


def _leaders(facet: Facet, alpha: Floats) -> tuple[tuple[str, ...], float]:
    chances = leading_probabilities(alpha)
    order = np.argsort(-chances, kind="stable")[:TOP_MOST]
    before = np.cumsum(chances[order]) - chances[order]
    top = tuple(facet.dims[place] for place, mass in zip(order, before, strict=True) if mass < TOP_MASS)
    return top, min(1.0, float(chances[order[0]]))


def _entropy(share: Floats) -> float:
    return min(1.0, float(-(share * np.log(share)).sum() / math.log(len(share))))


def _rejection_mean(counts: tuple[float, ...] | None, facet: Facet) -> tuple[float, ...] | None:
    """Mean of the second Dirichlet, fed by worst picks under a uniform prior of strength A0."""
    if counts is None:
        return None
    total = facet.prior_strength + math.fsum(counts)
    return tuple((facet.prior_strength / facet.size + count) / total for count in counts)


def _provenance(counts: _Counts, sums: Sums) -> tuple[Provenance, ...]:
    return tuple(
        Provenance(source, float(counts.by_source[source][0]), piece.at) for source, piece in sums.by_source.items()
    )


def _is_stale(facet: Facet, sums: Sums, n_eff: float) -> bool:
    if not sums.by_source:
        return False
    newest = max(piece.at for piece in sums.by_source.values())
    return n_eff < STALE_SHARE * _total(_count(facet, (sums,), newest), ())


@cache
def _gauss_legendre() -> tuple[Floats, Floats]:
    """Nodes and weights on [0, 1]."""
    nodes, weights = np.polynomial.legendre.leggauss(NODES)
    return (nodes + 1.0) / 2.0, weights / 2.0
