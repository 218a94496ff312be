"""Leaving a little to chance, so that what was decided can be judged later: who serves whom, never who is served.

A decision that could not have been otherwise says nothing about the alternatives. Where the rule set asks for it, each
served contact is given with the chance `floor` an employee drawn evenly among those eligible for it; else the scores
decide, moved a little. Everyone whom the scores serve is served, and nobody else: whatever is drawn enters as a score,
and a score never outweighs serving (decisions 0008, 0015). The chance with which each employee was chosen is kept:
exact where one contact is served, by repeated draws where several are.
Source: learning.md section 6; Perturb and choose: Gumbel (1954); decision 0018.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from matcher.routing.attendance import Bools, Floats, Ints
from matcher.routing.decision import Decision
from matcher.routing.eligibility import Eligibility
from matcher.routing.scores import Scores, weights_by_row
from matcher.routing.snapshot import Rng, Snapshot

if TYPE_CHECKING:
    from matcher.compatibility.thompson import Belief  # the type alone: as in `scores`

# Half a percentage point: whoever scores that much less is chosen e times less often; among m equals all are, alike.
TEMPERATURE = 0.005
SCALE = 0.25  # of the posterior's standard deviations (benchmarks/compatibility/bandit.py)
DRAWS = 32  # solves beside the one that is acted on, to see how often each employee is chosen
MOST_PAIRS = 2_500  # contacts × employees; larger rounds are not explored: their solves would take too long

Resolve = Callable[[Floats, Bools], Ints]  # scores and pairs allowed → the employee of each contact (−1: none)


@dataclass(frozen=True, slots=True, eq=False)
class Explored:
    """The employee of each contact (−1: none), and by row of those served the chance of every employee (m)."""

    employee_of: Ints
    chances: Mapping[int, Floats]

    def told(self, decisions: tuple[Decision, ...], snapshot: Snapshot, scores: Scores) -> tuple[Decision, ...]:
        """The decisions with the chance of whoever was chosen, and of everyone who might have been."""
        ids, told = [one.id for one in snapshot.roster.employees], list(decisions)
        for row, chance in self.chances.items():
            columns = np.flatnonzero(chance > 0).tolist()
            might = tuple((ids[column], scores.total.item(row, column), chance.item(column)) for column in columns)
            propensity = chance.item(int(self.employee_of[row]))
            told[row] = replace(decisions[row], propensity=propensity, candidates=might)
        return tuple(told)


def explore(
    snapshot: Snapshot, eligibility: Eligibility, scores: Scores, settled: Ints, *, floor: float, rng: Rng,
    resolve: Resolve,
) -> Explored | None:  # fmt: skip
    """Who serves those whom `settled` serves, a little of it left to chance; `None` where the round is too large.

    The same state of `rng` gives the same choice.
    """
    served = np.flatnonzero(settled >= 0)
    if len(served) == 1:
        row = int(served[0])
        chances = softmax_with_floor(scores.total[row], eligibility.pairs[row], floor=floor)
        employee_of = settled.copy()
        employee_of[row] = rng.choice(len(chances), p=chances)
        return Explored(employee_of, {row: chances})
    if eligibility.pairs.size > MOST_PAIRS:
        return None
    pairs = eligibility.pairs & (settled >= 0)[:, None]
    move = _mover(snapshot, scores, rng)

    def draw() -> Ints:
        found = resolve(pinned(move(), pairs, floor=floor, rng=rng), pairs)
        return found if ((found >= 0) == (settled >= 0)).all() else settled

    acted_on = draw()
    return Explored(acted_on, chances_drawn([draw() for _ in range(DRAWS)], pairs))


def softmax_with_floor(score: Floats, eligible: Bools, *, floor: float, temperature: float = TEMPERATURE) -> Floats:
    """The chance of each employee (m, sum 1; 0 where not eligible): even with the chance `floor`, else by score.

    At least one must be eligible.
    """
    places = np.flatnonzero(eligible)
    odds = np.exp((score[places] - score[places].max()) / temperature)
    chances = np.zeros(len(score))
    chances[places] = (1.0 - floor) * odds / odds.sum() + floor / len(places)
    chances /= chances.sum()
    return chances


def pinned(score: Floats, pairs: Bools, *, floor: float, rng: Rng) -> Floats:
    """The scores where each contact has, with the chance `floor`, one pair drawn evenly that outweighs all others."""
    able = np.flatnonzero(pairs.any(axis=1))
    able = able[rng.random(len(able)) < floor]
    if not len(able):
        return score
    span = float(np.ptp(score[pairs]))
    lifted = score.copy()
    for row in able.tolist():
        columns = np.flatnonzero(pairs[row])
        lifted[row, columns[int(rng.integers(len(columns)))]] += (span + 1.0) * (len(pairs) + 1)
    return lifted


def chances_drawn(draws: Sequence[Ints], pairs: Bools) -> dict[int, Floats]:
    """How likely each employee was, by row of those with a pair: how often in the draws, and one draw's worth of
    evenness over the eligible, so that nobody eligible is told to have had no chance. Rows sum to 1."""
    chances = {}
    for row in np.flatnonzero(pairs.any(axis=1)).tolist():
        chosen = np.array([draw[row] for draw in draws], dtype=np.int64)
        counts = np.bincount(chosen[chosen >= 0], minlength=pairs.shape[1]).astype(float)
        counts[pairs[row]] += 1.0 / np.count_nonzero(pairs[row])
        chances[row] = counts / counts.sum()
    return chances


def _mover(snapshot: Snapshot, scores: Scores, rng: Rng) -> Callable[[], Floats]:
    """What gives the scores moved by chance: by what a classifier is unsure of, or by Gumbel noise, which for a single
    contact gives exactly the softmax."""
    if scores.judged is None:
        return lambda: scores.total + TEMPERATURE * rng.gumbel(size=scores.total.shape)
    return _by_belief(snapshot, scores, _belief(snapshot, scores), rng)


def _by_belief(snapshot: Snapshot, scores: Scores, belief: "Belief", rng: Rng) -> Callable[[], Floats]:
    assert scores.judged is not None
    judged, most = scores.judged, snapshot.rules.rule_set.values.max_weight
    fit = np.array([[one.fit] for one in weights_by_row(snapshot)])
    here = judged.scorer.calibration.probability(judged.logits)

    def moved() -> Floats:
        there = judged.scorer.calibration.probability(judged.logits + belief.drawn(rng, scale=SCALE))
        total: Floats = scores.total + fit * np.clip(there - here, -most, most)
        return total

    return moved


def _belief(snapshot: Snapshot, scores: Scores) -> "Belief":
    from matcher.compatibility.thompson import belief_of  # here: as in `scores`
    from matcher.routing.judged import serving

    classifier = serving(snapshot)
    assert classifier is not None
    assert scores.judged is not None
    intents = [classifier.known_intent(contact.intent) for contact in snapshot.contacts]
    channels = [classifier.known_channel(contact.channel) for contact in snapshot.contacts]
    return belief_of(scores.judged, intents, channels)
