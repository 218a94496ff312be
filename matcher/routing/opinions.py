"""What classifiers say of the pairs that a round made, whichever of them decided: for the log, and for nobody else."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from matcher.routing.decision import Decision, Round
from matcher.routing.snapshot import Snapshot

if TYPE_CHECKING:
    from matcher.compatibility.serving import Judgement, ServedClassifier  # most installations begin without one


@dataclass(frozen=True, slots=True)
class Opinion:
    """P(good outcome) of whoever was chosen, whom of the candidates it likes best, and that one's probability."""

    version: str
    probability: float
    favourite: str | None = None
    favourite_probability: float | None = None


def opinions_on(
    snapshot: Snapshot, made: Round, classifiers: Sequence["ServedClassifier"]
) -> list[tuple[Opinion, ...]]:
    """For each decision of the round what each classifier says of it; nothing where nobody was chosen.

    They look at the people as the round did. Only employees who are named as candidates, or were chosen, are judged.
    """
    told: list[tuple[Opinion, ...]] = [()] * len(made.decisions)
    columns = _columns(snapshot, made)
    if not classifiers or not columns:
        return told
    from matcher.routing.judged import judgement_of  # here: it brings what serves with it

    part = snapshot.roster.narrowed(np.array(columns, dtype=np.int64))
    narrow = replace(snapshot, roster=part, everyone=snapshot.everyone or snapshot.roster)
    for one in classifiers:
        judged = judgement_of(narrow, one)
        for row, decision in enumerate(made.decisions):
            if decision.employee_id is not None:
                told[row] = (*told[row], _opinion(one.version, judged, row, decision, part.index_of))
    return told


def _columns(snapshot: Snapshot, made: Round) -> list[int]:
    """Where everyone stands who was chosen or might have been."""
    served = [one for one in made.decisions if one.employee_id is not None]
    names = {each[0] for one in served for each in one.candidates} | {one.employee_id or "" for one in served}
    return sorted(snapshot.roster.index_of[name] for name in names)


def _opinion(version: str, judged: "Judgement", row: int, decision: Decision, place: Mapping[str, int]) -> Opinion:
    names = [decision.employee_id or "", *(each[0] for each in decision.candidates)]
    chances = judged.probabilities(row, np.array([place[name] for name in names], dtype=np.int64)).tolist()
    if len(names) == 1:
        return Opinion(version, chances[0])
    best = max(range(1, len(names)), key=lambda at: (chances[at], -at))
    return Opinion(version, chances[0], names[best], chances[best])
