"""What a classifier might say of pairs if it had learnt from other outcomes of the same world: draws of its beliefs.

One draw of the weights, of as many numbers as the covariance has rank, moves every pair of a round; pairs that
resemble each other move together. What moves all employees alike for a contact is left out: it chooses nobody.
Source: Chapelle and Li, An Empirical Evaluation of Thompson Sampling, NIPS (2011), who scale the spread down as well.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.scorer import Scorer
from matcher.compatibility.serving import Judgement, StaffHalf, Words, nobody

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Belief:
    """How sure a classifier is of each pair of a round: contacts' columns (n × b) and the staff's, and its spread."""

    scorer: Scorer
    contacts: Floats
    staff: StaffHalf

    def moved(self, place: Floats, fresh: Floats) -> Floats:
        """By how many logits each pair moves (n × m) where the weights move to `place` (as many numbers as the
        covariance has columns, in standard deviations) and employees not met in training by `fresh` (m, as well)."""
        scorer, side, places = self.scorer, self.staff.half.side, self.staff.half.places
        features = scorer.features
        shift = scorer.factor @ place
        start = 1 + len(features.left_features)
        middle = start + side.main.shape[1]
        own = np.append(shift[1 + len(features.all_features) :], 0.0)[places]
        is_new = places >= len(scorer.employees.keys)
        of_employees = side.main @ shift[start:middle] + own + np.where(is_new, scorer.employees.spread * fresh, 0.0)
        between = features.pair_weights(shift[middle : 1 + len(features.all_features)])
        moved: Floats = of_employees + (self.contacts @ between) @ side.pair.T
        return moved

    def drawn(self, rng: np.random.Generator, *, scale: float = 1.0) -> Floats:
        """One draw of what each pair moves by (n × m, logits), its standard deviations `scale` times the posterior."""
        place = rng.standard_normal((self.scorer.factor.shape[1],))
        fresh = rng.standard_normal((len(self.staff.half.side),))
        return scale * self.moved(place, fresh)


def belief_of(judged: Judgement, intents: Words, channels: Words) -> Belief:
    """The belief behind what was said of a round; intents and channels are those of its contacts, where learnt of."""
    unknown = nobody(len(intents), judged.scorer)
    columns = judged.scorer.features.left(unknown, intents, channels).pair
    for row, mine in judged.customers.items():
        columns[row] += mine
    return Belief(judged.scorer, columns, judged.staff)
