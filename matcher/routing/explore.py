"""Leaving a little to chance, so that what was decided can be judged later: who serves whom, never who is served.

A decision that could not have been otherwise says nothing about the alternatives. Where the rule set asks for it, pairs
count as what a classifier thinks they may well be, ties are broken by noise, and contacts change employees by chance
(`exchange`). Everyone whom the scores serve is served, and nobody else (decisions 0008, 0015).
The chance with which each employee was chosen is told. One contact: a softmax. Several: of some assignments, drawn
alike, one is acted on, so that given these each is as likely as another; and the chance of exchanges in each is known.
Source: learning.md section 6; Perturb and choose: Gumbel (1954); decision 0018.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np

from matcher.routing.attendance import Bools, Floats, Ints
from matcher.routing.decision import Decision
from matcher.routing.eligibility import Eligibility
from matcher.routing.exchange import Exchanges, exchanges, room_beside
from matcher.routing.scores import Scores, weights_by_row
from matcher.routing.snapshot import Rng, Snapshot

# Half a percentage point: whoever scores that much less is chosen e times less often; among m equals all are, alike.
TEMPERATURE = 0.005
OPTIMISM = 1.3  # of the posterior's standard deviations (benchmarks/compatibility/bandit.py)
DRAWS = 16  # solves, of which one is acted on
MOST_PAIRS = 2_500  # contacts × employees; in larger rounds only exchanges are left to chance: no further solves
MOST_MOVED = 300  # contacts, and employees with room, among whom there are exchanges; in larger rounds drawn evenly

Resolve = Callable[[Floats, Bools], Ints]  # scores and pairs allowed → the employee of each contact (−1: none)
Move = Callable[[Ints], Exchanges]  # the exchanges of an assignment


@dataclass(frozen=True, slots=True, eq=False)
class Explored:
    """The employee of each contact (−1: none), and by row the chance of every employee (m) where chance had a say."""

    employee_of: Ints
    chances: Mapping[int, Floats]

    def told(self, decisions: tuple[Decision, ...], snapshot: Snapshot, scores: Scores) -> tuple[Decision, ...]:
        """The decisions with the chance of whoever was chosen; where the snapshot asks for candidates, with those who
        might have been, the likeliest first."""
        told, ids = list(decisions), [one.id for one in snapshot.roster.employees]
        for row in np.flatnonzero(self.employee_of >= 0).tolist():
            chosen = int(self.employee_of[row])
            columns, chances = self._might(row, scores.total[row])
            told[row] = replace(decisions[row], propensity=float(chances[columns == chosen].sum()))
            if snapshot.candidates:
                best = list(zip(columns.tolist(), chances.tolist(), strict=True))[: snapshot.candidates]
                might = tuple((ids[column], scores.total.item(row, column), one) for column, one in best)
                told[row] = replace(told[row], candidates=might, candidates_left_out=len(columns) - len(best))
        return tuple(told)

    def _might(self, row: int, score: Floats) -> tuple[Ints, Floats]:
        """Who might have served the contact of that row, the likeliest first, and how likely each was."""
        chance = self.chances.get(row)
        if chance is None:
            return self.employee_of[row : row + 1], np.ones(1)
        able = np.flatnonzero(chance > 0)
        able = able[np.lexsort((-score[able], -chance[able]))]
        return able, chance[able]


def explore(
    snapshot: Snapshot, eligibility: Eligibility, scores: Scores, settled: Ints, *, floor: float, rng: Rng,
    resolve: Resolve,
) -> Explored:  # fmt: skip
    """Who serves those whom `settled` serves, a little of it left to chance.

    The same state of `rng` gives the same choice.
    """
    served = np.flatnonzero(settled >= 0)
    if len(served) == 1:
        row = int(served[0])
        chances = softmax_with_floor(_hopeful(snapshot, scores)[row], eligibility.pairs[row], floor=floor)
        employee_of = settled.copy()
        employee_of[row] = rng.choice(len(chances), p=chances)
        return Explored(employee_of, {row: chances})
    drawn = [settled]
    if eligibility.pairs.size <= MOST_PAIRS:
        drawn = _drawn(eligibility.pairs, _hopeful(snapshot, scores), settled, rng, resolve)

    rows, columns = _some(served, rng), _some(np.arange(eligibility.pairs.shape[1]), rng)

    def move(employee_of: Ints) -> Exchanges:
        room, kinds = room_beside(snapshot.roster, eligibility, employee_of, columns)
        return exchanges(employee_of, eligibility.pairs, room, kinds, rows, floor=floor)

    first = move(drawn[0])
    chances = first.chances() if len(drawn) == 1 else chances_of(drawn, move)
    return Explored(first.drawn(rng), dict(zip(rows.tolist(), chances, strict=True)))


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


def chances_of(drawn: list[Ints], move: Move) -> Floats:
    """The chance of each employee for each contact served (k × m), where one of the assignments, each as likely as the
    others and serving the same contacts, is acted on after its exchanges."""
    different, counts = np.unique(np.array(drawn), axis=0, return_counts=True)
    each = [move(one).chances() * count for one, count in zip(different, counts.tolist(), strict=True)]
    chances: Floats = np.sum(each, axis=0) / len(drawn)
    return chances


def _some(places: Ints, rng: Rng) -> Ints:
    """At most `MOST_MOVED` of the places, in their order, each as likely as another."""
    return places if len(places) <= MOST_MOVED else np.sort(rng.choice(places, MOST_MOVED, replace=False))


def _drawn(eligible: Bools, score: Floats, settled: Ints, rng: Rng, resolve: Resolve) -> list[Ints]:
    """Assignments of those whom `settled` serves, best by the scores and by Gumbel noise, which for a single contact
    gives exactly the softmax. A draw that would serve anyone else is put back."""
    pairs, found = eligible & (settled >= 0)[:, None], []
    for _ in range(DRAWS):
        one = resolve(score + TEMPERATURE * rng.gumbel(size=score.shape), pairs)
        found.append(one if ((one >= 0) == (settled >= 0)).all() else settled)
    return found


def _hopeful(snapshot: Snapshot, scores: Scores) -> Floats:
    """The scores where each pair's chance is what it may well be; without a classifier, and in large rounds, as is."""
    if scores.judged is None or scores.total.size > MOST_PAIRS:
        return scores.total
    from matcher.compatibility.doubt import doubt_of  # here: as in `scores`
    from matcher.routing.judged import serving

    classifier, judged, most = serving(snapshot), scores.judged, snapshot.rules.rule_set.values.max_weight
    assert classifier is not None
    intents = [classifier.known_intent(contact.intent) for contact in snapshot.contacts]
    channels = [classifier.known_channel(contact.channel) for contact in snapshot.contacts]
    fit = np.array([[one.fit] for one in weights_by_row(snapshot)])
    probability = judged.scorer.calibration.probability
    higher = probability(judged.logits + OPTIMISM * doubt_of(judged, intents, channels)) - probability(judged.logits)
    total: Floats = scores.total + fit * np.clip(higher, -most, most)
    return total
