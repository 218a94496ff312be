"""How far a staff is profiled, in numbers about many people at once; never a share of anyone's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.counts import gather
from matcher.profiles.evidence import Source
from matcher.profiles.framework import Facet
from matcher.profiles.sums import Sums

Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]

LEAST_GROUP = 5  # people; fewer are never told apart (trust.md, bad input 118)
OWN_WORD = (Source.SURVEY.value, Source.SELF_TAG.value)


@dataclass(frozen=True, slots=True, eq=False)
class Coverage:
    """Of n people: who hides their profile, who declared enough for it to count, and from whose mouth (each n).

    `has_answered`: of their own word, a form or a self_tag. `is_tagged_only`: of nothing but HR's tag. `confidence` in
    [0, 1) is the reliability of the share. Of who hides their profile nothing else is told.
    """

    is_hidden: Bools
    is_profiled: Bools
    is_tagged_only: Bools
    has_answered: Bools
    confidence: Floats


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts over a group of people; `confidence_sum` is over those who do not hide their profile."""

    employees: int = 0
    profiled: int = 0
    tagged_only: int = 0
    answered: int = 0
    hidden: int = 0
    confidence_sum: float = 0.0

    def plus(self, other: "Tally") -> "Tally":
        """Both groups as one."""
        return Tally(
            self.employees + other.employees,
            self.profiled + other.profiled,
            self.tagged_only + other.tagged_only,
            self.answered + other.answered,
            self.hidden + other.hidden,
            self.confidence_sum + other.confidence_sum,
        )

    @property
    def mean_confidence(self) -> float | None:
        """The mean of those who do not hide their profile; `None` where they are too few to be told of."""
        shown = self.employees - self.hidden
        return self.confidence_sum / shown if shown >= LEAST_GROUP else None


@dataclass(frozen=True, slots=True)
class TeamRow:
    """A group that may be told of: a team, or (`team` is `None`) people without one and `teams` small ones together."""

    team: str | None
    teams: int
    tally: Tally


def coverage_of(
    facet: Facet, sums: Sequence[Sums | None], hidden: Sequence[bool], at: datetime, *, gate: float
) -> Coverage:
    """How far these people are profiled at `at`; `gate` is the least declared confidence that counts."""
    is_hidden = np.array(hidden, dtype=bool)
    counts = gather(facet, [None if hides else one for one, hides in zip(sums, hidden, strict=True)]).at(at)
    nobody = np.zeros(len(sums))
    own = np.sum([counts.by_source.get(source, nobody) for source in OWN_WORD], axis=0) > 0
    tagged = counts.by_source.get(Source.HR_TAG.value, nobody) > 0
    strength = facet.prior_strength
    return Coverage(
        is_hidden=is_hidden,
        is_profiled=counts.n_declared / (counts.n_declared + strength) >= gate,
        is_tagged_only=tagged & ~own,
        has_answered=own,
        confidence=counts.n_eff / (counts.n_eff + strength),
    )


def tallies(teams: Sequence[str | None], coverage: Coverage) -> dict[str | None, Tally]:
    """The counts of each team among these people."""
    names = list(dict.fromkeys(teams))
    place = {name: number for number, name in enumerate(names)}
    of = np.array([place[name] for name in teams], dtype=np.intp)

    def summed(what: Bools | Floats) -> list[float]:
        found: list[float] = np.bincount(of, weights=what.astype(float), minlength=len(names)).tolist()
        return found

    columns = zip(
        np.bincount(of, minlength=len(names)).tolist(), summed(coverage.is_profiled), summed(coverage.is_tagged_only),
        summed(coverage.has_answered), summed(coverage.is_hidden), summed(coverage.confidence), strict=True,
    )  # fmt: skip
    return {
        name: Tally(int(size), int(profiled), int(tagged), int(answered), int(hidden), confidence)
        for name, (size, profiled, tagged, answered, hidden, confidence) in zip(names, columns, strict=True)
    }


def rows_to_tell(by_team: dict[str | None, Tally]) -> list[TeamRow]:
    """A row a team of five or more, by name; all others together in one row, which is five or more as well.

    Where the others are fewer than five, the smallest team joins them: else a sum over everyone, less the teams told
    of, would tell of them. Nobody is told of at all where everyone together is fewer than five.
    """
    others = [name for name, tally in by_team.items() if name is None or tally.employees < LEAST_GROUP]
    named = sorted((name for name in by_team if name is not None and name not in others), reverse=True)
    named.sort(key=lambda name: by_team[name].employees, reverse=True)
    while others and named and _sum(by_team[name] for name in others).employees < LEAST_GROUP:
        others.append(named.pop())
    rows = [TeamRow(name, 1, by_team[name]) for name in sorted(filter(None, named))]
    rest = _sum(by_team[name] for name in others)
    if rest.employees >= LEAST_GROUP:
        rows.append(TeamRow(None, sum(name is not None for name in others), rest))
    return rows


def _sum(some: Iterable[Tally]) -> Tally:
    total = Tally()
    for one in some:
        total = total.plus(one)
    return total


def total_of(rows: Iterable[TeamRow]) -> Tally:
    """Everyone in the rows."""
    return _sum(row.tally for row in rows)
