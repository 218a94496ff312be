"""Sums read at a moment: decayed, capped, floored, corrected for closed categories, for many people in one sweep.

```
g_s = min(1, cap_s / Σ_k S_sk(t))     α_k = max(A0·π_k + Σ_s g_s·S_sk(t), .05·A0·π_k)     n_eff = Σ_s g_s Σ_k S_sk(t)
```
Source: profiling.md section 3. A sum newer than the moment asked for counts as just made.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.evidence import DECLARED
from matcher.profiles.framework import Facet
from matcher.profiles.open_sets import Restricted, corrected, open_mask
from matcher.profiles.sums import SourceSum, Sums

Floats = NDArray[np.float64]

ALPHA_FLOOR = 0.05  # of A0·π_k: signed form increments never push a category out
DAY_S = 86_400.0


@dataclass(frozen=True, slots=True, eq=False)
class Counts:
    """Dirichlet parameters (n × K) and, by source, the capped pseudo-counts of each person (n)."""

    alpha: Floats
    by_source: Mapping[str, Floats]

    @property
    def n_eff(self) -> Floats:
        """Pseudo-counts in all (n)."""
        return _total(self.by_source, len(self.alpha))

    @property
    def n_declared(self) -> Floats:
        """Pseudo-counts of statements (n)."""
        declared = {source: counts for source, counts in self.by_source.items() if source in DECLARED}
        return _total(declared, len(self.alpha))


@dataclass(slots=True, eq=False)
class _Said:
    """What one source says of whom, while it is being gathered."""

    rows: list[int] = field(default_factory=list)
    pieces: list[SourceSum] = field(default_factory=list)

    def arrays(self, size: int) -> "_Source":
        vectors = np.fromiter(chain.from_iterable([one.vector for one in self.pieces]), np.float64)
        moments_s = np.array([one.at.timestamp() for one in self.pieces])
        restricted = [place for place, one in enumerate(self.pieces) if one.by_open_set]
        return _Source(np.array(self.rows), vectors.reshape(-1, size), moments_s, self.pieces, restricted)


@dataclass(frozen=True, slots=True, eq=False)
class _Source:
    """What one source says: whose rows, pseudo-counts, moments; `restricted`: the places with closed categories."""

    rows: NDArray[np.intp]
    vectors: Floats
    moments_s: Floats
    pieces: Sequence[SourceSum]
    restricted: Sequence[int]


@dataclass(frozen=True, slots=True, eq=False)
class Gathered:
    """Many people's sums in columns, to be counted at one moment or several."""

    facet: Facet
    people: int
    prior: Floats  # A0·π of each person: people × K
    sources: Mapping[str, _Source]

    def newest_s(self) -> Floats:
        """When each person's newest evidence was, in seconds since 1970 (n); −∞ where there is none."""
        newest = np.full(self.people, -np.inf)
        for said in self.sources.values():
            newest[said.rows] = np.maximum(newest[said.rows], said.moments_s)
        return newest

    def n_eff_at(self, moments_s: Floats) -> Floats:
        """Pseudo-counts in all at a moment of each person's own (n)."""
        by_source = {
            source: self._weights(said, _kept(self.facet, source, said, moments_s))
            for source, said in self.sources.items()
        }
        return _total(by_source, self.people)

    def at(self, moment: datetime) -> Counts:
        """The counts at the moment."""
        moments_s = np.full(self.people, moment.timestamp())
        alpha, by_source, parts = self.prior.copy(), {}, []
        for source, said in self.sources.items():
            kept = _kept(self.facet, source, said, moments_s)
            alpha[said.rows] += said.vectors * kept[:, None]
            by_source[source] = self._weights(said, kept)
            if said.restricted:
                parts.append(_restricted(self.facet, said, kept))
        least = ALPHA_FLOOR * self.prior
        if parts:
            alpha = corrected(alpha, least, _joined(parts))
        return Counts(np.maximum(alpha, least), by_source)

    def _weights(self, said: _Source, kept: Floats) -> Floats:
        weights = np.zeros(self.people)
        weights[said.rows] = np.maximum(said.vectors.sum(axis=1) * kept, 0.0)
        return weights


def gather(facet: Facet, people: Sequence[Sums | None]) -> Gathered:
    """The people's sums in columns; `None` is someone of whom nothing is known, or may be read."""
    prior = np.tile(facet.prior_strength * np.array(facet.prior_mean), (len(people), 1))
    found: defaultdict[str, _Said] = defaultdict(_Said)
    for row, sums in enumerate(people):
        if sums is None:
            continue
        if sums.prior is not None:
            strength = facet.prior_strength if sums.prior_strength is None else sums.prior_strength
            prior[row] = strength * np.array(sums.prior)
        for source, piece in sums.by_source.items():
            said = found[source]
            said.rows.append(row)
            said.pieces.append(piece)
    sources = {source: said.arrays(facet.size) for source, said in found.items()}
    return Gathered(facet, len(people), prior, sources)


def _kept(facet: Facet, source: str, said: _Source, moments_s: Floats) -> Floats:
    """What is left of each piece after decay and cap, as a factor."""
    terms = facet.terms(source)
    ages_days = np.maximum(moments_s[said.rows] - said.moments_s, 0.0) / DAY_S
    with np.errstate(over="ignore", under="ignore"):
        kept: Floats = np.exp2(-ages_days / terms.half_life_days)
    totals = said.vectors.sum(axis=1) * kept
    over = totals > terms.cap
    kept[over] *= terms.cap / totals[over]
    return kept


def _restricted(facet: Facet, said: _Source, kept: Floats) -> Restricted:
    parts = [(place, *part) for place in said.restricted for part in said.pieces[place].by_open_set.items()]
    places = np.array([place for place, _, _ in parts])
    is_open = np.array([open_mask(facet.dims, opened) for _, opened, _ in parts])
    mass = np.array([vector for _, _, vector in parts]).sum(axis=1) * kept[places]
    return Restricted(said.rows[places], is_open, mass)


def _joined(parts: Sequence[Restricted]) -> Restricted:
    return Restricted(
        np.concatenate([part.rows for part in parts]),
        np.concatenate([part.is_open for part in parts]),
        np.concatenate([part.mass for part in parts]),
    )


def _total(by_source: Mapping[str, Floats], people: int) -> Floats:
    total = np.zeros(people)
    for counts in by_source.values():
        total += counts
    return total
