"""What a situation does to a preference: counted over everyone's contacts, used for one person's.

Many who like to chat will call when the light goes out. The lift of a category says how much oftener it is chosen in a
situation than in general; beside a person's own habit it tells what they will want this time.

Source: profiling.md section 8. Lifts of categories that are seldom chosen are drawn towards 1 as by DuMouchel, Bayesian
data mining in large frequency tables (1999), doi 10.1080/00031305.1999.10474456, here with one fixed Gamma prior.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.framework import Facet
from matcher.profiles.preferences import share_in_situation

Floats = NDArray[np.float64]

EVENT, INTENT, URGENT = "event", "intent", "urgent"  # in the detail of a piece of evidence
LEAST_CONTACTS = 50  # profiling.md section 8: of fewer nothing is concluded
PSEUDO_CONTACTS = 5.0  # so many, seen and expected alike, stand beside each category's own (design)
MOST_SITUATIONS = 10_000  # intents made of case numbers must not fill the memory (design)


@dataclass(frozen=True, slots=True)
class Situation:
    """What a contact is about, and whether it cannot wait."""

    intent: str
    urgent: bool = False

    @property
    def name(self) -> str:
        """What it is stored under; no two situations have the same name."""
        return f"intent={self.intent}|{'urgent' if self.urgent else 'not_urgent'}"


@dataclass(frozen=True, slots=True)
class Lift:
    """How many contacts a situation had (50 or more), and each category's lift (K numbers above 0)."""

    contacts: int
    by_category: tuple[float, ...]

    @property
    def mean(self) -> tuple[float, ...]:
        """What whoever likes all categories alike chooses there (sums to 1): the lift, but for a factor."""
        total = sum(self.by_category)
        return tuple(lift / total for lift in self.by_category)


@dataclass(slots=True, eq=False)
class SituationStudy:
    """What was chosen in each situation, contact by contact; `contacts` are those that told their intent."""

    facet: Facet
    _times: dict[Situation, Floats] = field(default_factory=dict)
    _in_all: Floats = field(init=False)

    def __post_init__(self) -> None:
        self._in_all = np.zeros(self.facet.size)

    @property
    def contacts(self) -> int:
        """How many contacts were noted."""
        return round(float(self._in_all.sum()))

    def add(self, pieces: Iterable[Evidence]) -> None:
        """Note the contacts among these pieces of evidence."""
        for piece in pieces:
            situation = situation_of(piece, self.facet)
            if situation is not None:
                self._in_all += piece.share
                self._times[situation] = self._times.get(situation, 0.0) + np.array(piece.share)
        if len(self._times) > MOST_SITUATIONS:
            self._forget_rare()

    def lifts(self) -> dict[Situation, Lift]:
        """The lift of each situation with 50 contacts or more, by (intent, urgent)."""
        in_general = self._in_all / max(self._in_all.sum(), 1.0)
        often = sorted((one for one in self._times if self._count(one) >= LEAST_CONTACTS), key=lambda one: one.name)
        return {one: Lift(self._count(one), _lift(self._times[one], in_general)) for one in often}

    def _count(self, situation: Situation) -> int:
        return round(float(self._times[situation].sum()))

    def _forget_rare(self) -> None:
        often = sorted(self._times, key=self._count, reverse=True)
        self._times = {one: self._times[one] for one in often[: MOST_SITUATIONS // 2]}


def situation_of(piece: Evidence, facet: Facet) -> Situation | None:
    """The situation that a piece of evidence counts in: a choice someone made, told with its intent, and still valid.

    Giving up on a channel chooses none, and counts in no situation.
    """
    event, intent = facet.events.get(str(piece.detail.get(EVENT))), piece.detail.get(INTENT)
    if piece.source is not Source.BEHAVIOUR or piece.revoked_at is not None or event is None or event.is_spread:
        return None
    return Situation(intent, piece.detail.get(URGENT) is True) if isinstance(intent, str) else None


def share_there(
    facet: Facet, share: Sequence[float], situation: Situation, *, contacts: Sequence[Evidence] = ()
) -> tuple[float, ...]:
    """The share in that situation (sums to 1) of someone with this share in general and these contacts in it."""
    times = np.sum([piece.share for piece in contacts], axis=0) if contacts else np.zeros(facet.size)
    expected = facet.situations.get(situation.name)
    lift = np.ones(facet.size) if expected is None else np.array(expected.mean)  # a common factor changes nothing
    there: list[float] = share_in_situation(np.array(share), times, lift).tolist()
    return tuple(there)


def _lift(times: Floats, in_general: Floats) -> tuple[float, ...]:
    expected = times.sum() * in_general
    lift: Floats = (times + PSEUDO_CONTACTS) / (expected + PSEUDO_CONTACTS)
    return tuple(lift.tolist())
