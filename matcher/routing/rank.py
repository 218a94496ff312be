"""The best employees for one contact, best first: for routers that choose themselves."""

from datetime import datetime

import numpy as np

from matcher.routing.attendance import Ints
from matcher.routing.decide import basis_of, decision_on, versions_of
from matcher.routing.decision import Decision, Ranking
from matcher.routing.eligibility import eligibility_of
from matcher.routing.scores import scores_of
from matcher.routing.snapshot import Rng, Snapshot
from matcher.routing.unserved import explain_unserved

NOBODY = np.full(1, -1, dtype=np.int64)


def rank(snapshot: Snapshot, now: datetime, rng: Rng, *, limit: int) -> Ranking:
    """At most `limit` decisions for the snapshot's only contact, highest score first; or why nobody can help."""
    eligibility = eligibility_of(snapshot, now)
    scores = scores_of(snapshot, eligibility, now, rng)
    columns = _best(np.where(eligibility.pairs[0], scores.total[0], -np.inf), int(eligibility.pairs[0].sum()), limit)
    if not columns.size:
        nobody = explain_unserved(snapshot, eligibility, NOBODY, None, now)[0]
        return Ranking(snapshot.contacts[0].id, (), nobody.unassigned, basis_of(scores, NOBODY), versions_of(snapshot))
    decisions: tuple[Decision, ...] = tuple(
        decision_on(snapshot, eligibility, scores, (0, int(column)), now, joint=False) for column in columns
    )
    basis = basis_of(scores, columns[:1])
    return Ranking(snapshot.contacts[0].id, decisions, None, basis, versions_of(snapshot))


def _best(score: np.ndarray, eligible: int, limit: int) -> Ints:
    """The columns of the highest scores, best first, at most `limit` and never one that is not eligible."""
    count = min(limit, eligible)
    if count == 0:
        return np.empty(0, dtype=np.int64)
    top = np.argpartition(-score, count - 1)[:count]
    return np.asarray(top[np.argsort(-score[top], kind="stable")], dtype=np.int64)
