"""What surveyed people teach in a night: priors of segments, and how far each source is to be believed.

People come in pages; of them stay pick counts (K small numbers a member) and, for each source, the shares of at most
20,000 people drawn by chance, so that memory stays flat however many have answered. Source: profiling.md sections 5, 6.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.calibration import Recalibration, recalibrate
from matcher.profiles.evidence import Source
from matcher.profiles.facets import ShareTable, Sums, share_table
from matcher.profiles.framework import Facet
from matcher.profiles.segments import SegmentFit, fit_segments
from matcher.profiles.text_measurement import HALF_AN_ANSWER

Floats = NDArray[np.float64]

MOST_COMPARED = 20_000  # people to a source: ten times as many would move no interval by more than .01

# No source of these is worth more than this, whatever was measured (profiling.md section 1.7).
MOST_CAPS = {Source.TEXT.value: HALF_AN_ANSWER}


@dataclass(frozen=True, slots=True)
class Surveyed:
    """Someone who answered a form: a key that is theirs alone, folded evidence, pick counts (K) and segment."""

    key: str
    sums: Sums
    picks: Sequence[float]
    segment: str | None = None


@dataclass(slots=True, eq=False)
class Study:
    """What was seen of the surveyed so far, on the facet as its file has it: whatever a night found worthless could
    otherwise never show that it is worth more.
    """

    facet: Facet
    at: datetime
    seen: int = 0
    _segments: list[str | None] = field(default_factory=list)
    _picks: list[NDArray[np.float32]] = field(default_factory=list)
    _by_source: dict[str, "_Sample"] = field(default_factory=dict)

    def add(self, people: Sequence[Surveyed]) -> None:
        """Note one page of people."""
        if not people:
            return
        self.seen += len(people)
        members = [one for one in people if one.segment is not None]
        if members:
            self._picks.append(np.array([one.picks for one in members], dtype=np.float32))
            self._segments += [one.segment for one in members]
        survey = _alone(self.facet, [one.sums for one in people], Source.SURVEY.value, self.at)
        keys = np.array([_draw(one.key) for one in people], dtype=np.uint64)
        for source in self.judged:
            rows = [row for row, one in enumerate(people) if source in one.sums.by_source]
            if rows:
                said = _alone(self.facet, [people[row].sums for row in rows], source, self.at)
                self._sample(source).add(keys[rows], said.share, survey.share[rows], survey.n_eff[rows])

    @property
    def judged(self) -> tuple[str, ...]:
        """The sources whose validity is an assumption to be measured: the others' caps are set, not inferred."""
        return tuple(name for name, terms in self.facet.sources.items() if terms.validity is not None)

    def findings(self) -> "Findings":
        """What all of it together teaches; of a source that too few people had the assumption stands."""
        picks = np.concatenate(self._picks) if self._picks else np.zeros((0, self.facet.size))
        segments = fit_segments(self.facet, self._segments, picks)
        return Findings(self.seen, segments, {source: self._recalibrated(source) for source in self.judged})

    def _sample(self, source: str) -> "_Sample":
        return self._by_source.setdefault(source, _Sample())

    def _recalibrated(self, source: str) -> Recalibration:
        said, told, n_eff = self._sample(source).rows(self.facet.size)
        validity = self.facet.terms(source).validity
        assert validity is not None  # `judged` names no other
        strength = self.facet.prior_strength
        return recalibrate(
            said, told, survey_confidence=n_eff / (n_eff + strength), assumed=validity, prior_strength=strength,
            most_cap=MOST_CAPS.get(source, math.inf),
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Findings:
    """Of how many people, the priors of their segments, and new terms by source."""

    surveyed: int
    segments: SegmentFit
    sources: Mapping[str, Recalibration]


@dataclass(slots=True, eq=False)
class _Sample:
    """At most 20,000 of the people added: whose number, drawn by their key, is a multiple of 2^level."""

    level: int = 0
    parts: list[tuple[NDArray[np.uint64], Floats, Floats, Floats]] = field(default_factory=list)
    kept: int = 0

    def add(self, keys: NDArray[np.uint64], said: Floats, told: Floats, n_eff: Floats) -> None:
        self.parts.append((keys, said, told, n_eff))
        self.kept += len(keys)
        while self.kept > MOST_COMPARED:
            self._thin()

    def rows(self, size: int) -> tuple[Floats, Floats, Floats]:
        """What the source says, what the form says (both n × K), and the form's pseudo-counts (n)."""
        if not self.parts:
            return np.zeros((0, size)), np.zeros((0, size)), np.zeros(0)
        self._thin()
        _, said, told, n_eff = self.parts[0]
        return said, told, n_eff

    def _thin(self) -> None:
        """Leave out whoever is not drawn at this level; where that is not enough, go up a level."""
        keys, said, told, n_eff = (np.concatenate(columns) for columns in zip(*self.parts, strict=True))
        while (drawn := keys % np.uint64(1 << self.level) == 0).sum() > MOST_COMPARED:
            self.level += 1
        self.parts = [(keys[drawn], said[drawn], told[drawn], n_eff[drawn])]
        self.kept = int(drawn.sum())


def _alone(facet: Facet, people: Sequence[Sums], source: str, at: datetime) -> ShareTable:
    """The people's profiles from that one source."""
    return share_table(facet, [Sums({source: sums.by_source[source]}) for sums in people], at)


def _draw(key: str) -> int:
    """A number that chance would give, the same each night."""
    return int.from_bytes(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()[:8], "big")
