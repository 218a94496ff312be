"""Who answers, learnt from everyone who might have: customers whose contact nobody but they could tell of.

Those who answer differ from those who keep silent, and a classifier that heard only them would serve only them.
What tells the two apart here is what a contact was about, its channel, the customer's segment and the employee's team.
Who answers because of how it went, all these being equal, is beyond any weight.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.selection import fit_response

Floats = NDArray[np.float64]

ANSWERS_COME = timedelta(days=7)  # who has not answered by then keeps silent: a judgement, most answer within a day
LEAST_EACH = 20  # who answered, and who kept silent: fewer teach nothing
LEAST_OF_WORD = 20  # customers a word must be said of, or its chance is that of the others
MOST_WORDS = 20  # of each kind, the most frequent ones
MOST_FITTED = 50_000  # evenly taken from everyone: more change no chance, and cost time


@dataclass(frozen=True, slots=True)
class Asked:
    """Someone who might have answered, when that was, and whether they did."""

    at: datetime
    answered: bool
    intent: str | None = None
    channel: str | None = None
    segment: str | None = None
    team: str | None = None

    @property
    def words(self) -> tuple[str | None, ...]:
        """What chances to answer may differ by; segments may differ from channel to channel."""
        return self.intent, self.channel, self.segment, self.team, f"{self.channel} {self.segment}"


@dataclass(frozen=True, slots=True)
class Answers:
    """How the outcomes learnt from are known: without asking, by an answer; and how many contacts nobody told of.

    `share` is how many answered of those of whom it is settled, `None` where it is of nobody. `is_modelled`: outcomes
    known by an answer count by the inverse of the chance of one.
    """

    told: int
    answered: int
    silent: int
    share: float | None = None
    is_modelled: bool = False


def settled(asked: Sequence[Asked], *, until: datetime) -> list[Asked]:
    """Those of whom it is settled whether they answered: those before `until`, for later ones may answer yet; from the
    first who is known to have kept silent, for of earlier ones it is not known who did."""
    since = min((one.at for one in asked if not one.answered), default=until)
    return [one for one in asked if since <= one.at < until]


def share_of(asked: Sequence[Asked]) -> float | None:
    """How many of them answered; `None` of nobody."""
    return sum(one.answered for one in asked) / len(asked) if asked else None


def answer_chances(asked: Sequence[Asked], *, learnt_from: Sequence[Asked]) -> Floats | None:
    """The chance of each to answer, in (0, 1); `None` where fewer than 20 to learn from answered or kept silent."""
    kept = learnt_from[:: -(-len(learnt_from) // MOST_FITTED) or 1]
    answered = np.array([one.answered for one in kept], dtype=bool)
    if min(int(answered.sum()), int((~answered).sum())) < LEAST_EACH:
        return None
    places = _places([one.words for one in kept])
    model = fit_response(_columns([one.words for one in kept], places), answered)
    kinds = sorted({one.words for one in asked}, key=repr)
    chance_of = dict(zip(kinds, model.probability(_columns(kinds, places)).tolist(), strict=True))
    return np.array([chance_of[one.words] for one in asked])


def _places(words: Sequence[tuple[str | None, ...]]) -> Mapping[tuple[int, str | None], int]:
    """A column for each frequent word of each kind."""
    found: dict[tuple[int, str | None], int] = {}
    for kind, said in enumerate(zip(*words, strict=True)):
        for word, count in Counter(said).most_common(MOST_WORDS):
            if count >= LEAST_OF_WORD:
                found[kind, word] = len(found)
    return found


def _columns(words: Sequence[tuple[str | None, ...]], places: Mapping[tuple[int, str | None], int]) -> Floats:
    columns = np.zeros((len(words), len(places)))
    for row, said in enumerate(words):
        for kind, word in enumerate(said):
            place = places.get((kind, word))
            if place is not None:
                columns[row, place] = 1.0
    return columns
