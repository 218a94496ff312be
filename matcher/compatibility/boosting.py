"""Gradient boosting on the same features of a pair, offline only: is what it adds worth what a pair then costs?

It sees every feature of each pair, and the employee's own effect as the other classifier learnt it from the earlier
outcomes; a customer's own effect, often learnt from the very outcome it would be told with, it does not see. It must
beat the other by a margin with the whole interval.
Source: learning.md section 1; histogram gradient boosting: Ke et al., NIPS (2017).
"""

from collections.abc import Callable
from dataclasses import dataclass
from time import process_time

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.evaluate import COMPETITORS, LEARNED, Data, clusters_of, fitted, outer_splits, scored_rows
from matcher.compatibility.measures import Figure, Judged, auc, gain
from matcher.compatibility.scorer import Scorer
from matcher.compatibility.splits import Split, groups_of
from matcher.compatibility.training import check_enough

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

MARGIN = 0.005  # nats an outcome: less is not worth a thousand times the cost of a pair
COST_OF = 1_000  # pairs timed, and pairs on a side of the bilinear table timed
REPEATS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Boosted:
    """Boosting beside the bilinear form on the same later outcomes. `gain` is nats an outcome, above 0 for boosting;
    costs are processor seconds a pair, features included."""

    gain: Figure
    auc: float
    bilinear_auc: float
    pair_s: float
    bilinear_pair_s: float
    verdict: str


def compare_boosting(data: Data, *, split: str = "auto", start: str = "warm", seed: int = 0) -> Boosted:
    """The comparison over the splits that `evaluate` judges by; it raises what that raises."""
    check_enough(data.outcomes)
    splits = outer_splits(data.outcomes, split=split, start=start, seed=seed)
    rows = np.concatenate([each.later for each in splits])
    told = [_of_split(data, each, seed=seed) for each in splits]
    theirs, ours = (np.concatenate([each[place] for each in told]) for place in (0, 1))
    later = data.outcomes.take(rows)
    judged = Judged(
        theirs, later.success, later.weight, groups_of(data.outcomes)[rows], clusters_of(data.outcomes, rows)
    )
    found = gain(theirs, ours, judged, rng=np.random.default_rng(seed))
    dear, cheap = max(each[2] for each in told), max(each[3] for each in told)
    return Boosted(
        found, auc(theirs, later.success, later.weight), auc(ours, later.success, later.weight), dear, cheap,
        verdict_on(found, times=dear / cheap if cheap else float("inf")),
    )  # fmt: skip


def verdict_on(found: Figure, *, times: float) -> str:
    """Whether boosting is worth its cost, in words."""
    nats = f"{found.value:+.4f} nats an outcome ({found.low:+.4f} to {found.high:+.4f})"
    told = f"{nats}, {times:,.0f} times the cost a pair"
    if found.low > MARGIN:
        return f"boosting beats the bilinear form by more than {MARGIN}: {told}"
    if found.high < 0:
        return f"boosting is worse than the bilinear form: {told}"
    return f"boosting is not worth its cost: {told}; it would take more than {MARGIN} with the whole interval"


def _of_split(data: Data, split: Split, *, seed: int) -> tuple[Floats, Floats, float, float]:
    """Later probabilities of boosting and of the bilinear form, and what a pair costs either."""
    from sklearn.ensemble import HistGradientBoostingClassifier  # takes seconds to load; only here

    scorer = fitted(data, split.train, COMPETITORS[LEARNED], seed=seed).scorer_
    earlier = data.outcomes.take(split.train)
    boosting = HistGradientBoostingClassifier(
        max_iter=200, learning_rate=0.05, max_leaf_nodes=15, min_samples_leaf=40, early_stopping=True, random_state=seed
    )
    columns = pair_columns(scorer, data, split.train)
    # A success between 0 and 1 counts as both, by its parts.
    twice = np.concatenate([np.ones(len(columns)), np.zeros(len(columns))])
    weight = np.concatenate([earlier.weight * earlier.success, earlier.weight * (1.0 - earlier.success)])
    used = weight > 0
    boosting.fit(np.concatenate([columns, columns])[used], twice[used], sample_weight=weight[used])
    later = pair_columns(scorer, data, split.later)
    said = np.asarray(boosting.predict_proba(later)[:, 1], dtype=float)
    some = split.later[:COST_OF]
    dear = _least_s(lambda: boosting.predict_proba(pair_columns(scorer, data, some))) / len(some)
    return said, scored_rows(scorer, data, split.later), dear, _bilinear_pair_s(scorer, data, some)


def pair_columns(scorer: Scorer, data: Data, rows: Ints) -> Floats:
    """Every feature of the pairs of these outcomes, and the employee's own effect, 0 where not known."""
    some = data.outcomes.take(rows)
    left = scorer.features.left(data.customers.take(some.customer), some.intents, some.channels)
    right = scorer.features.right(data.employees.take(some.employee))
    employee, _ = scorer.employees.of([data.employees.ids[place] for place in some.employee.tolist()])
    return np.column_stack([scorer.features.design(left, right), employee])


def _bilinear_pair_s(scorer: Scorer, data: Data, rows: Ints) -> float:
    """Processor seconds a pair of the whole table between the customers of these outcomes and all employees."""
    some = data.outcomes.take(rows)
    contacts = scorer.contact_half(data.customers.take(some.customer), some.intents, some.channels)
    employees = scorer.employee_half(data.employees)
    return _least_s(lambda: scorer.probability(contacts, employees)) / (len(rows) * len(data.employees))


def _least_s(job: Callable[[], object]) -> float:
    """The least processor seconds of some runs."""
    spent = []
    for _ in range(REPEATS):
        start = process_time()
        job()
        spent.append(process_time() - start)
    return min(spent)
