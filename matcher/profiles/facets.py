"""The facet engine: a person's sums read as a distribution with its uncertainty, for one or for many people.

Source: profiling.md section 3. Times are arguments; a sum newer than the moment asked for counts as just made.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.errors import invalid
from matcher.profiles.counts import Counts, gather
from matcher.profiles.evidence import Source
from matcher.profiles.framework import Facet
from matcher.profiles.inline import InlineFacet
from matcher.profiles.leading import leading_probabilities, share_intervals
from matcher.profiles.sums import NOTHING, REPLACING, WORST, SourceSum, Sums, expecting, fold, rebuild
from matcher.profiles.tags import full_share

__all__ = (
    "NOTHING", "REPLACING", "WORST", "Profile", "Provenance", "ShareTable", "SourceSum", "Sums", "alpha_table",
    "expecting", "fold", "inline_share", "leading_probabilities", "profile_of", "profiles_of", "rebuild", "share_table",
)  # fmt: skip

Floats = NDArray[np.float64]

TOP_MASS = 0.8
TOP_MOST = 3
STALE_SHARE = 0.5
MOST_CONFIDENCE = math.nextafter(1.0, 0.0)


@dataclass(frozen=True, slots=True)
class Provenance:
    """How many pseudo-counts a source gives now, and when it last spoke; a segment's prior is none and weighs 0."""

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

    @property
    def allergy(self) -> tuple[float, ...] | None:
        """How far each category is rejected beyond chance, max(0, rejection − 1/K); `None` where no one was asked."""
        if self.rejection is None:
            return None
        return tuple(max(0.0, part - 1.0 / len(self.dims)) for part in self.rejection)


@dataclass(frozen=True, slots=True, eq=False)
class ShareTable:
    """Many people's profiles as arrays: share (n × K, rows sum to 1), n_eff (n) and n_declared (n)."""

    share: Floats
    n_eff: Floats
    n_declared: Floats


class _Numbers(NamedTuple):
    """What a profile says in numbers: of many people as arrays, of one as plain numbers and lists."""

    share: Any
    bounds: Any
    chances: Any
    n_eff: Any
    n_declared: Any
    confidence: Any
    entropy: Any
    is_stale: Any


def profile_of(subject: str, framework_name: str, facet: Facet, sums: Sums | None, at: datetime) -> Profile:
    """The person's profile on a facet at the moment `at`; without evidence it is the prior."""
    return profiles_of([subject], framework_name, facet, [sums], at)[0]


def profiles_of(
    subjects: Sequence[str], framework_name: str, facet: Facet, sums: Sequence[Sums | None], at: datetime
) -> list[Profile]:
    """The profiles of many people in one sweep, in their order; each is what `profile_of` gives for them alone.

    Takes about a quarter of a millisecond a person; where shares are enough, `share_table` takes a hundredth of that.
    """
    gathered = gather(facet, sums)
    counts = gathered.at(at)
    strengths = gathered.prior.sum(axis=1)
    columns = _numbers(facet, counts, gathered.n_eff_at(gathered.newest_s()), strengths)
    rows = zip(*(column.tolist() for column in columns), strict=True)
    return [
        _profile(
            subject=subjects[row],
            framework_name=framework_name,
            facet=facet,
            sums=sums[row] or NOTHING,
            numbers=_Numbers(*numbers),
            provenance=_provenance(counts, sums[row] or NOTHING, row),
            at=at,
        )
        for row, numbers in enumerate(rows)
    ]


def share_table(facet: Facet, sums: Sequence[Sums | None], at: datetime) -> ShareTable:
    """Many people's shares at the moment `at` in one sweep; `None` reads as the prior with nothing known."""
    counts = gather(facet, sums).at(at)
    return ShareTable(_shares(counts.alpha), counts.n_eff, counts.n_declared)


def alpha_table(facet: Facet, sums: Sequence[Sums | None], at: datetime) -> Floats:
    """Many people's Dirichlet parameters α at the moment `at` (n × K): the shares with how sure they are."""
    return gather(facet, sums).at(at).alpha


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


def _numbers(facet: Facet, counts: Counts, n_when_newest: Floats, strengths: Floats) -> _Numbers:
    share, n_eff = _shares(counts.alpha), counts.n_eff
    entropy = -(share * np.log(share)).sum(axis=1) / math.log(facet.size)
    return _Numbers(
        share=share,
        bounds=share_intervals(counts.alpha),
        chances=leading_probabilities(counts.alpha),
        n_eff=n_eff,
        n_declared=counts.n_declared,
        confidence=np.minimum(n_eff / (n_eff + strengths), MOST_CONFIDENCE),
        entropy=np.clip(entropy, 0.0, 1.0),
        is_stale=n_eff < STALE_SHARE * n_when_newest,
    )


def _profile(
    *,
    subject: str,
    framework_name: str,
    facet: Facet,
    sums: Sums,
    numbers: _Numbers,
    provenance: tuple[Provenance, ...],
    at: datetime,
) -> Profile:
    top = _leaders(numbers.chances)
    return Profile(
        subject=subject,
        framework=framework_name,
        facet=facet.id,
        dims=facet.dims,
        share=tuple(numbers.share),
        ci90=tuple((low, high) for low, high in numbers.bounds),
        top=tuple(facet.dims[place] for place in top),
        p_top=min(1.0, numbers.chances[top[0]]),
        n_eff=numbers.n_eff,
        n_declared=numbers.n_declared,
        confidence=numbers.confidence,
        entropy=numbers.entropy,
        rejection=_rejection_mean(sums.rejection, facet),
        provenance=provenance,
        stale=numbers.is_stale,
        as_of=at,
    )


def _shares(alpha: Floats) -> Floats:
    shares: Floats = alpha / alpha.sum(axis=1, keepdims=True)
    return shares


def _leaders(chances: Sequence[float]) -> list[int]:
    """The leading categories until their chances cover .8, at most three; of equals the first in the file."""
    order = sorted(range(len(chances)), key=lambda place: -chances[place])[:TOP_MOST]
    covered, leaders = 0.0, []
    for place in order:
        leaders.append(place)
        covered += chances[place]
        if covered >= TOP_MASS:
            break
    return leaders


def _rejection_mean(counts: tuple[float, ...] | None, facet: Facet) -> tuple[float, ...] | None:
    """Mean of the second Dirichlet, fed by worst picks under a uniform prior of strength A0."""
    if counts is None:
        return None
    total = facet.prior_strength + math.fsum(counts)
    return tuple((facet.prior_strength / facet.size + count) / total for count in counts)


def _provenance(counts: Counts, sums: Sums, row: int) -> tuple[Provenance, ...]:
    said = tuple(
        Provenance(source, float(counts.by_source[source][row]), piece.at) for source, piece in sums.by_source.items()
    )
    return said if sums.prior_at is None else (*said, Provenance(Source.SEGMENT.value, 0.0, sums.prior_at))
