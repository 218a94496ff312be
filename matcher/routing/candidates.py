"""Who else might have got a contact: kept beside decisions that are to be learnt from, and told of no others."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from matcher.routing.attendance import Ints
from matcher.routing.decision import Decision
from matcher.routing.eligibility import Eligibility
from matcher.routing.scores import Scores
from matcher.routing.snapshot import Snapshot


def with_candidates(
    decisions: Sequence[Decision], snapshot: Snapshot, eligibility: Eligibility, scores: Scores, rows: Ints
) -> list[Decision]:
    """The decisions on these contacts' rows, each with the snapshot's number of best eligible employees by score."""
    made = []
    for one, row in zip(decisions, rows.tolist(), strict=True):
        eligible = np.flatnonzero(eligibility.pairs[row])
        score = scores.total[row, eligible]
        best = np.argsort(-score, kind="stable")[: snapshot.candidates]
        named = tuple((snapshot.roster.employees[eligible[at]].id, score.item(at), None) for at in best)
        made.append(replace(one, candidates=named, candidates_left_out=len(eligible) - len(named)))
    return made
