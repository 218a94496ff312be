"""The best employees for one contact, best first: for routers that choose themselves."""

from datetime import datetime

import numpy as np

from matcher.routing.attendance import Floats, Ints
from matcher.routing.decide import basis_of, decisions_on, versions_of
from matcher.routing.decision import Ranking
from matcher.routing.eligibility import eligibility_of
from matcher.routing.scores import scores_of
from matcher.routing.snapshot import Snapshot
from matcher.routing.unserved import explain_unserved

BLOCK = 64  # columns
NOBODY = np.full(1, -1, dtype=np.int64)


def rank(snapshot: Snapshot, now: datetime, *, limit: int, turn: int) -> Ranking:
    """At most `limit` decisions for the snapshot's only contact, highest score first; or why nobody can help.

    `turn`, any whole number, decides who goes first among exact equals.
    """
    snapshot, eligibility = eligibility_of(snapshot, now)
    scores = scores_of(snapshot, eligibility, now, turn=turn)
    columns = _best(
        np.where(eligibility.pairs[0], scores.total[0], -np.inf), int(np.count_nonzero(eligibility.pairs[0])), limit
    )
    if not columns.size:
        nobody = explain_unserved(snapshot, eligibility, NOBODY, now)[0]
        return Ranking(snapshot.contacts[0].id, (), nobody.unassigned, basis_of(scores, NOBODY), versions_of(snapshot))
    rows = np.zeros(len(columns), dtype=np.int64)
    decisions = tuple(decisions_on(snapshot, eligibility, scores, rows, columns, now, joint=False))
    basis = basis_of(scores, columns[:1])
    return Ranking(snapshot.contacts[0].id, decisions, None, basis, versions_of(snapshot))


def _best(score: Floats, eligible: int, limit: int) -> Ints:
    """The columns of the highest scores, best first, at most `limit` and never one that is not eligible.

    Blocks are looked at first: the best `count` columns lie in the `count` blocks with the highest maxima.
    """
    count = min(limit, eligible)
    if count == 0:
        return np.empty(0, dtype=np.int64)
    if count == 1:
        return np.array([score.argmax()], dtype=np.int64)
    places = np.arange(len(score))
    whole = len(score) // BLOCK * BLOCK
    if count * BLOCK < whole:
        maxima = score[:whole].reshape(-1, BLOCK).max(axis=1)
        blocks = np.argpartition(-maxima, count - 1)[:count]
        places = np.concatenate([(blocks[:, None] * BLOCK + np.arange(BLOCK)).ravel(), np.arange(whole, len(score))])
    top = places[np.argpartition(-score[places], count - 1)[:count]]
    return np.asarray(top[np.argsort(-score[top], kind="stable")], dtype=np.int64)
