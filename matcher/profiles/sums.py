"""Evidence folded into decayed sums: what is stored of a person on a facet, and how a new piece changes it.

Source: profiling.md sections 3 and 8. `S ← S·2^−((t_e − t_s)/h) + w·x`; a late piece is decayed before it is added.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from matcher.errors import Fault, InvalidInput
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.framework import Facet
from matcher.profiles.open_sets import OPEN, OpenSet, open_set

REPLACING = frozenset({Source.SELF_TAG, Source.HR_TAG})  # a new statement of these stands instead of the old one
SEGMENT_FLOOR = 0.01  # the least a segment's prior gives any category
WORST = "worst"  # the key in an evidence's `detail` of how often each category was picked as worst
MOST_WEIGHT = 1e9  # of one piece, in pseudo-counts (trust.md, bad input 36): sums of very many still have a meaning
MOST_COUNT = 2 * MOST_WEIGHT  # of one category: a form's may stand above its weight, others being below 0
SUM_TOLERANCE = 0.01
ROUNDING = 1e-9

_DAY = timedelta(days=1)

Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class SourceSum:
    """What a source says in all: pseudo-counts by category, decayed to the moment `at` of its newest evidence.

    `by_open_set` holds the part of it that was observed while only some categories were open, by those categories.
    """

    vector: Vector
    at: datetime
    by_open_set: Mapping[OpenSet, Vector] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sums:
    """A person's evidence on a facet, folded. A `prior`, told by a segment at `prior_at`, replaces the facet's.

    `prior_strength` is in pseudo-counts (`None`: the facet's); it is never stored, see `expecting`.
    """

    by_source: Mapping[str, SourceSum] = field(default_factory=dict)
    rejection: Vector | None = None
    prior: Vector | None = None
    prior_at: datetime | None = None
    prior_strength: float | None = None


NOTHING = Sums()


def fold(sums: Sums, evidence: Evidence, facet: Facet) -> Sums:
    """The sums with one more piece of evidence, late ones too; a revoked piece changes nothing.

    Raises InvalidInput with every fault of a piece that is none: a weight below 0, above 1e9 or no number, shares that
    are not K numbers summing to 1, a source that cannot speak on the facet, malformed worst counts or open categories.
    """
    if evidence.revoked_at is not None:
        return sums
    faults = faults_of(evidence, facet)
    if faults:
        raise InvalidInput(faults)
    if evidence.source is Source.SEGMENT:
        expected = Sums(prior=floored_prior(evidence.share), prior_at=evidence.occurred_at)
        return merged(sums, expected, facet)
    return merged(sums, Sums({evidence.source.value: _alone(evidence, facet)}, worst_counts(evidence)), facet)


def merged(former: Sums, later: Sums, facet: Facet) -> Sums:
    """Both sums of one person in one; of two tags, or segments, told for the same moment those of `later` stand."""
    by_source = dict(former.by_source)
    for source, piece in later.by_source.items():
        before = by_source.get(source)
        by_source[source] = piece if before is None else _joined(source, before, piece, facet)
    rejection = _both(former.rejection, later.rejection)
    prior, prior_at = later.prior, later.prior_at
    if prior_at is None or (former.prior_at is not None and prior_at < former.prior_at):
        prior, prior_at = former.prior, former.prior_at
    return Sums(by_source, rejection, prior, prior_at)


def expecting(sums: Sums | None, facet: Facet, segment: str | None) -> Sums | None:
    """The sums of a member of the segment, as they are to be read: what was learnt of the segment is the prior.

    A prior told of this person stands; without anything learnt the sums stay as they are. Not to be stored.
    """
    expected = None if segment is None else facet.segments.get(segment)
    if expected is None or (sums is not None and sums.prior is not None):
        return sums
    return replace(sums or NOTHING, prior=expected.mean, prior_at=expected.fitted_at, prior_strength=expected.strength)


def rebuild(evidence: Iterable[Evidence], facet: Facet) -> Sums:
    """The sums of a facet from its evidence, in whatever order it comes; revoked pieces are as if never recorded."""
    sums = NOTHING
    for piece in sorted(evidence, key=moment_key):
        sums = fold(sums, piece, facet)
    return sums


def moment_key(evidence: Evidence) -> tuple[datetime, datetime, str]:
    """What orders pieces of evidence in time: when it was so, then when it was noted."""
    return evidence.occurred_at, evidence.recorded_at, evidence.id


def faults_of(evidence: Evidence, facet: Facet) -> list[Fault]:
    """Everything that makes a piece of evidence unfit to be counted on this facet."""
    faults = []
    if evidence.facet != facet.id:
        faults.append(
            Fault("/facet", "unknown_facet", f"evidence on {evidence.facet[:64]!r} says nothing of {facet.id}")
        )
    if not 0 <= evidence.weight <= MOST_WEIGHT:
        faults.append(Fault("/weight", "out_of_range", f"a weight is a number from 0 to {MOST_WEIGHT:g}"))
    if len(evidence.share) != facet.size:
        faults.append(Fault("/share", "wrong_length", f"facet {facet.id} has {facet.size} categories"))
    elif not _is_share(evidence):
        faults.append(Fault("/share", "not_a_distribution", "shares are finite numbers that sum to 1"))
    if evidence.source is not Source.SEGMENT and evidence.source.value not in facet.sources:
        detail = f"source {evidence.source.value!r} does not speak on facet {facet.id}"
        faults.append(Fault("/source", "source_not_accepted", detail))
    if not _is_worst(evidence.detail.get(WORST), facet):
        detail = f"worst picks are {facet.size} counts, 0 or more"
        faults.append(Fault(f"/detail/{WORST}", "out_of_range", detail))
    if not _is_names(evidence.detail.get(OPEN)):
        faults.append(Fault(f"/detail/{OPEN}", "wrong_type", "the open categories are a list of names"))
    return faults


def floored_prior(share: Iterable[float]) -> Vector:
    """A segment's share as a prior: no category below .01, sum 1."""
    floored = [max(part, SEGMENT_FLOOR) for part in share]
    total = math.fsum(floored)
    return tuple(part / total for part in floored)


def worst_counts(evidence: Evidence) -> Vector | None:
    """How often each category was picked as worst, where that was asked."""
    worst = evidence.detail.get(WORST)
    return tuple(float(count) for count in worst) if isinstance(worst, Sequence) else None


def _alone(evidence: Evidence, facet: Facet) -> SourceSum:
    """The sum of one piece."""
    vector = tuple(evidence.weight * part for part in evidence.share)
    opened = open_set(facet.dims, evidence.share, evidence.detail.get(OPEN))
    return SourceSum(vector, evidence.occurred_at, {} if opened is None else {opened: vector})


def _joined(source: str, former: SourceSum, later: SourceSum, facet: Facet) -> SourceSum:
    if source in REPLACING:
        return later if later.at >= former.at else former
    return _added(former, later, facet.terms(source).half_life_days)


def _added(one: SourceSum, other: SourceSum, half_life_days: float) -> SourceSum:
    """Both sums in one, as of the newer moment."""
    older, newer = (one, other) if one.at <= other.at else (other, one)
    kept = 2.0 ** -((newer.at - older.at) / _DAY / half_life_days)
    parts = dict(newer.by_open_set)
    for opened, vector in older.by_open_set.items():
        parts[opened] = _decayed_plus(vector, kept, parts.get(opened))
    return SourceSum(_decayed_plus(older.vector, kept, newer.vector), newer.at, parts)


def _decayed_plus(older: Vector, kept: float, newer: Vector | None) -> Vector:
    if newer is None:
        return tuple(kept * before for before in older)
    return tuple(kept * before + now for before, now in zip(older, newer, strict=True))


def _both(one: Vector | None, other: Vector | None) -> Vector | None:
    if one is None or other is None:
        return one or other
    return tuple(before + now for before, now in zip(one, other, strict=True))


def _is_share(evidence: Evidence) -> bool:
    """Whether the pseudo-counts are finite and sum to the weight, within 1 %; only a form's may be below 0.

    A form of hardly any weight may have large shares: its counts are what is told, its shares are counts by weight.
    """
    is_judged_alone = evidence.source is Source.SEGMENT or not 0 <= evidence.weight <= MOST_WEIGHT
    weight = 1.0 if is_judged_alone else evidence.weight
    counts = [weight * part for part in evidence.share]
    if not all(map(math.isfinite, (*evidence.share, *counts))) or max(map(abs, counts)) > MOST_COUNT:
        return False
    if evidence.source is not Source.SURVEY and min(evidence.share) < 0:
        return False
    return abs(math.fsum(counts) - weight) <= SUM_TOLERANCE * weight + ROUNDING


def _is_worst(worst: object, facet: Facet) -> bool:
    if worst is None:
        return True
    if not isinstance(worst, Sequence) or isinstance(worst, str) or len(worst) != facet.size:
        return False
    return all(_is_number(count) and 0 <= count <= MOST_WEIGHT for count in worst)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _is_names(names: object) -> bool:
    if names is None:
        return True
    return isinstance(names, Sequence) and not isinstance(names, str) and all(isinstance(name, str) for name in names)
