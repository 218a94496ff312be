"""Logged decisions as the columns that another way of choosing is judged by, a classifier's choice among candidates.

The actions are the classifier's own choices: 0 is the candidate it likes best in a decision, 1 the next; the last one
is everyone whom the log does not name, and it never chooses them. It judges as in service: by the chance of the pair,
without what is said of a customer whoever serves them (decision 0017).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.offpolicy import TOLERANCE, Log, OffPolicy, off_policy
from matcher.compatibility.people_table import PeopleTable
from matcher.compatibility.serving import ServedClassifier, StaffHalf

Floats = NDArray[np.float64]
Choose = Callable[[Floats, NDArray[np.bool_]], Floats]  # scores and who is eligible → the chance of each

CASES_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Case:
    """A decision and what came of it: whom it was about, who served, each candidate named with the chance of then.

    What these chances leave of 1 is that of candidates not named, of whom `employee_id` may be one.
    """

    customer_id: str
    employee_id: str
    intent: str | None
    channel: str
    success: float
    candidates: tuple[tuple[str, float], ...]


def log_of(
    cases: Sequence[Case], classifier: ServedClassifier, staff: StaffHalf, people: PeopleTable, ids: Sequence[str],
    *, choose: Choose,
) -> Log:  # fmt: skip
    """The log of these cases, the policy judged being what `choose` makes of the classifier's chances.

    `ids` are the employees of `staff`, in its order. Every customer and candidate must be known. Decisions about one
    customer hang together.
    """
    width = max((len(one.candidates) for one in cases), default=0) + 1
    candidate, logged = np.zeros((len(cases), width)), np.zeros((len(cases), width))
    action, features = np.zeros(len(cases), dtype=np.intp), np.zeros((len(cases), 3))
    places, row_of = {who: place for place, who in enumerate(ids)}, {who: row for row, who in enumerate(people.ids)}
    for start in range(0, len(cases), CASES_AT_ONCE):
        some = cases[start : start + CASES_AT_ONCE]
        for row, (one, chance) in enumerate(zip(some, _chances(some, classifier, staff, people, row_of), strict=True)):
            mine = chance[[places[who] for who, _ in one.candidates]]
            order = np.argsort(-mine, kind="stable")
            liked, count = mine[order], len(order)
            candidate[start + row, :count] = choose(liked, np.ones(count, dtype=bool))
            logged[start + row, :count] = np.array([probability for _, probability in one.candidates])[order]
            logged[start + row, -1] = _rest(logged[start + row])
            named = [one.candidates[place][0] for place in order.tolist()]
            action[start + row] = named.index(one.employee_id) if one.employee_id in named else width - 1
            features[start + row] = liked[0], liked.mean(), np.log(count)
    return Log(
        features=features,
        action=action,
        propensity=logged[np.arange(len(cases)), action],
        reward=np.array([one.success for one in cases], dtype=float),
        candidate=candidate,
        logged=logged,
        groups=np.array([row_of[one.customer_id] for one in cases], dtype=np.intp),
    )


def _rest(chances: Floats) -> float:
    """What these chances leave of 1; nothing where it is rounding."""
    rest = 1.0 - float(chances.sum())
    return rest if rest > TOLERANCE else 0.0


def judged_log(log: Log) -> tuple[OffPolicy | None, str | None]:
    """What the log says of the policy judged, and why it gives no verdict (`None`: it does)."""
    if len(log) < 2 or len(np.unique(log.action)) < 2:
        return None, f"in all {len(log):,} decisions its choice of one and the same rank was taken: nothing to compare"
    found = off_policy(log)
    return found, found.refused


def _chances(
    cases: Sequence[Case], classifier: ServedClassifier, staff: StaffHalf, people: PeopleTable, row_of: dict[str, int]
) -> Floats:
    """The chance by which the classifier chooses, cases × staff."""
    judged = classifier.judge(
        staff,
        {row: row_of[one.customer_id] for row, one in enumerate(cases)},
        people,
        [classifier.known_intent(one.intent) for one in cases],
        [classifier.known_channel(one.channel) for one in cases],
        kind_of=lambda intent, channel: classifier.kind(staff, intent, channel),
    )
    return judged.chance if judged.chemistry is None else judged.chance + judged.chemistry
