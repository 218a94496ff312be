"""Much evidence at once: columns of it, folded into the sums of many people in one sweep.

What comes out is what `fold` makes of each person's pieces one by one: sums of w·x·2^−((t_newest − t)/h) for each
person and source. Source: profiling.md section 3.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from matcher.errors import Fault, InvalidInput, pointer_to
from matcher.profiles.counts import DAY_S
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.framework import Facet
from matcher.profiles.open_sets import OPEN, OpenSet, open_set
from matcher.profiles.sums import (
    MOST_WEIGHT,
    NOTHING,
    REPLACING,
    SUM_TOLERANCE,
    SourceSum,
    Sums,
    Vector,
    faults_of,
    floored_prior,
    merged,
    worst_counts,
)

Floats = NDArray[np.float64]
Indices = NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class EvidenceColumns:
    """Evidence on one facet about people of one side, one row a piece, in the order it was recorded.

    `share` is n × K. `worst` and `opened` name only the rows that have them. Of two tags, or two segments, told of a
    person for the same moment, the later row stands.
    """

    subjects: Sequence[str]
    sources: Sequence[Source]
    at: Sequence[datetime]
    share: Floats
    weight: Floats
    worst: Mapping[int, Vector] = field(default_factory=dict)
    opened: Mapping[int, OpenSet] = field(default_factory=dict)

    @classmethod
    def of(cls, evidence: Sequence[Evidence], facet: Facet) -> "EvidenceColumns":
        """The columns of these pieces, in whatever order they come; revoked ones are left out.

        Raises InvalidInput with every fault of every piece, as `fold` would; pointers begin with the piece's index.
        """
        pieces = [piece for piece in evidence if piece.revoked_at is None]
        pieces.sort(key=lambda piece: (piece.recorded_at, piece.id))
        if not _seem_sound(pieces, facet):
            _refuse_faults(evidence, facet)
        share = np.fromiter(chain.from_iterable([piece.share for piece in pieces]), np.float64)
        detailed = [(row, piece) for row, piece in enumerate(pieces) if piece.detail]
        sets = ((row, open_set(facet.dims, piece.share, piece.detail.get(OPEN))) for row, piece in detailed)
        return cls(
            subjects=[piece.subject_id for piece in pieces],
            sources=[piece.source for piece in pieces],
            at=[piece.occurred_at for piece in pieces],
            share=share.reshape(len(pieces), facet.size),
            weight=np.array([piece.weight for piece in pieces], dtype=np.float64),
            worst={row: counts for row, piece in detailed if (counts := worst_counts(piece)) is not None},
            opened={row: opened for row, opened in sets if opened is not None},
        )


def fold_many(evidence: Sequence[Evidence], facet: Facet, *, onto: Mapping[str, Sums] | None = None) -> dict[str, Sums]:
    """The sums of everyone the evidence is about, by subject id; `onto` holds what was folded of them before.

    All pieces are about people of one side. Raises InvalidInput as `EvidenceColumns.of` does.
    """
    folded = fold_columns(EvidenceColumns.of(evidence, facet), facet, onto=onto)
    before = onto or {}
    return {piece.subject_id: before.get(piece.subject_id, NOTHING) for piece in evidence} | folded


def fold_columns(columns: EvidenceColumns, facet: Facet, *, onto: Mapping[str, Sums] | None = None) -> dict[str, Sums]:
    """The sums of everyone named in the columns, which hold valid evidence; `onto` as in `fold_many`."""
    names = list(dict.fromkeys(columns.subjects))
    place = {name: number for number, name in enumerate(names)}
    who = np.fromiter((place[name] for name in columns.subjects), np.intp, len(columns.subjects))
    moments_s = np.array([one.timestamp() for one in columns.at])
    by_source = _source_sums(columns, facet, who, moments_s, len(names))
    rejections = _rejections(columns, who)
    priors = _priors(columns, who, moments_s)
    folded = {}
    for person, name in enumerate(names):
        prior, prior_at = priors.get(person, (None, None))
        sums = Sums(by_source[person], rejections.get(person), prior, prior_at)
        former = onto.get(name) if onto else None
        folded[name] = sums if former is None else merged(former, sums, facet)
    return folded


@dataclass(frozen=True, slots=True, eq=False)
class _Groups:
    """Rows grouped by person: `rows` lists them group by group, oldest first; `starts` is where each group begins."""

    rows: Indices
    starts: Indices
    people: Indices  # whose each group is

    @classmethod
    def of(cls, rows: Indices, who: Indices, moments_s: Floats) -> "_Groups":
        """Of one person's rows at the same moment the later row comes later."""
        order = rows[np.lexsort((moments_s[rows], who[rows]))]
        starts = np.flatnonzero(np.diff(who[order], prepend=-1))
        return cls(order, starts, who[order[starts]])

    @property
    def newest(self) -> Indices:
        """The newest row of each group."""
        newest: Indices = self.rows[np.append(self.starts[1:], len(self.rows)) - 1]
        return newest

    @property
    def sizes(self) -> Indices:
        """How many rows each group has."""
        sizes: Indices = np.diff(np.append(self.starts, len(self.rows)))
        return sizes

    def only_newest(self) -> "_Groups":
        """The same groups with nothing but their newest row."""
        return _Groups(self.newest, np.arange(len(self.starts)), self.people)


def _source_sums(
    columns: EvidenceColumns, facet: Facet, who: Indices, moments_s: Floats, people: int
) -> list[dict[str, SourceSum]]:
    """Each person's sums by source."""
    found: list[dict[str, SourceSum]] = [{} for _ in range(people)]
    codes = {source: code for code, source in enumerate(Source)}
    spoken = np.fromiter((codes[source] for source in columns.sources), np.intp, len(columns.sources))
    for source, code in codes.items():
        rows = np.flatnonzero(spoken == code)
        if source is Source.SEGMENT or not len(rows):
            continue
        groups = _Groups.of(rows, who, moments_s)
        if source in REPLACING:
            groups = groups.only_newest()
        kept = _kept(groups, facet.terms(source.value).half_life_days, moments_s)
        counts = columns.share[groups.rows] * (columns.weight[groups.rows] * kept)[:, None]
        vectors = np.add.reduceat(counts, groups.starts, axis=0)
        parts = _by_open_set(columns, groups, counts)
        name, people_said = source.value, groups.people.tolist()
        for person, newest, vector in zip(people_said, groups.newest.tolist(), vectors.tolist(), strict=True):
            found[person][name] = SourceSum(tuple(vector), columns.at[newest], parts.get(person, {}))
    return found


def _kept(groups: _Groups, half_life_days: float, moments_s: Floats) -> Floats:
    """What is left of each row at its group's newest moment, as a factor."""
    ages_s = np.repeat(moments_s[groups.newest], groups.sizes) - moments_s[groups.rows]
    with np.errstate(over="ignore", under="ignore"):
        kept: Floats = np.exp2(-(ages_s / DAY_S) / half_life_days)
    return kept


def _by_open_set(columns: EvidenceColumns, groups: _Groups, counts: Floats) -> dict[int, dict[OpenSet, Vector]]:
    """By person, the counts observed while not everything was open."""
    if not columns.opened:
        return {}
    sums: dict[int, dict[OpenSet, Floats]] = {}
    people = np.repeat(groups.people, groups.sizes).tolist()
    for row, person, count in zip(groups.rows.tolist(), people, counts, strict=True):
        opened = columns.opened.get(row)
        if opened is not None:
            parts = sums.setdefault(person, {})
            parts[opened] = parts[opened] + count if opened in parts else count
    return {
        person: {opened: tuple(count.tolist()) for opened, count in parts.items()} for person, parts in sums.items()
    }


def _rejections(columns: EvidenceColumns, who: Indices) -> dict[int, Vector]:
    """By person, how often each category was picked as worst."""
    found: dict[int, Vector] = {}
    for row, counts in columns.worst.items():
        if columns.sources[row] is Source.SEGMENT:
            continue
        former = found.get(int(who[row]))
        found[int(who[row])] = counts if former is None else tuple(map(sum, zip(former, counts, strict=True)))
    return found


def _priors(columns: EvidenceColumns, who: Indices, moments_s: Floats) -> dict[int, tuple[Vector, datetime]]:
    """By person, what their newest segment lets expect."""
    rows = np.flatnonzero(np.array([source is Source.SEGMENT for source in columns.sources], dtype=bool))
    if not len(rows):
        return {}
    groups = _Groups.of(rows, who, moments_s)
    newest = zip(groups.people.tolist(), groups.newest.tolist(), strict=True)
    return {person: (floored_prior(columns.share[row].tolist()), columns.at[row]) for person, row in newest}


def _seem_sound(pieces: Sequence[Evidence], facet: Facet) -> bool:
    """Whether nothing in these pieces needs a second look: stricter than `faults_of`, and in one sweep."""
    if any(len(piece.share) != facet.size or piece.facet != facet.id for piece in pieces):
        return False
    if any(source is not Source.SEGMENT and source not in facet.sources for source in {one.source for one in pieces}):
        return False
    share = np.array([piece.share for piece in pieces], dtype=np.float64).reshape(-1, facet.size)
    weight = np.array([piece.weight for piece in pieces], dtype=np.float64)
    with np.errstate(invalid="ignore", over="ignore"):  # infinities that are about to be refused
        plain = (share >= 0).all(axis=1) & (np.abs(share.sum(axis=1) - 1.0) <= SUM_TOLERANCE)
    if not ((weight >= 0) & (weight <= MOST_WEIGHT)).all():
        return False
    looked_at = [piece for piece, is_plain in zip(pieces, plain.tolist(), strict=True) if piece.detail or not is_plain]
    return not any(faults_of(piece, facet) for piece in looked_at)


def _refuse_faults(evidence: Sequence[Evidence], facet: Facet) -> None:
    """Raise with every fault of every piece that counts."""
    faults = [
        Fault(pointer_to("", place) + fault.pointer, fault.code, fault.detail)
        for place, piece in enumerate(evidence)
        if piece.revoked_at is None
        for fault in faults_of(piece, facet)
    ]
    if faults:
        raise InvalidInput(faults)
