"""What an employee's next second is worth elsewhere: the duals of a fluid programme over kinds of contacts and staff.

    max Σ x·worth   so that   Σ_a x_ka ≤ arrivals_k a second,   Σ_k x_ka·seconds_ka ≤ available_a

Source: routing.md section 4; duality as in Bertsimas and Tsitsiklis, Introduction to Linear Optimization (1997), ch. 4.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

KEPT_FRESH = timedelta(minutes=15)  # older ones say nothing of the staff and the contacts of now (routing.md section 4)
USUAL_S = 240.0  # a contact where nobody knows better; routing.md's world B1


@dataclass(frozen=True, slots=True)
class KindPrice:
    """A kind of contact: what it asks in words, how many come in an hour, and what serving one more is worth."""

    asks: str
    per_hour: float
    value: float


@dataclass(frozen=True, slots=True, eq=False)
class Prices:
    """What employees' time is worth, in score units a second of all of somebody's time, as things stood `at`.

    `second` (staff) knows of the values of those who agreed; `blind_second` is what it would be if nobody's were known.
    `seconds` (intents + 1 × staff) is how long a contact takes, the last row of any other intent. `kinds` are for
    people to read.
    """

    version: str
    at: datetime
    employees: tuple[str, ...]
    second: Floats
    blind_second: Floats
    seconds: Floats
    intents: tuple[str, ...] = ()
    kinds: tuple[KindPrice, ...] = ()

    def are_fresh(self, now: datetime) -> bool:
        """Whether they may still be gone by."""
        return abs(now - self.at) <= KEPT_FRESH

    def row_of(self, intent: str | None) -> int:
        """The row of `seconds` that speaks of such a contact."""
        return self.intents.index(intent) if intent in self.intents else len(self.intents)


@dataclass(frozen=True, slots=True, eq=False)
class Flow:
    """The programme's answer: contacts served a second (kinds × staff), and the duals of its two sorts of limits."""

    served: Floats
    value: Floats
    second: Floats


def fluid_flow(worth: Floats, seconds: Floats, able: Bools, *, arrivals: Floats, available: Floats) -> Flow:
    """Who would best serve what if contacts flowed evenly: kinds × staff.

    `worth` of a pair in score units, `seconds` of the employee's whole time, `able`: whether the pair may be made;
    `arrivals` per second, `available` the share of the time each is there. Duals are 0 where a limit does not bind.
    """
    rows, columns = np.nonzero(able & (worth > 0))
    value, second = np.zeros(len(arrivals)), np.zeros(len(available))
    served = np.zeros(able.shape)
    if not len(rows):
        return Flow(served, value, second)
    from scipy.optimize import linprog  # here: importing it takes a fifth of a second, and most rounds never need it
    from scipy.sparse import csr_array

    count = np.arange(len(rows))
    entries = np.concatenate([np.ones(len(rows)), seconds[rows, columns]])
    limit = np.concatenate([rows, len(arrivals) + columns])
    shape = (len(arrivals) + len(available), len(rows))
    limits = csr_array((entries, (limit, np.concatenate([count, count]))), shape=shape)
    most = np.concatenate([arrivals, available])
    solved = linprog(-worth[rows, columns], A_ub=limits, b_ub=most, bounds=(0, None), method="highs")
    if solved.status != 0:  # it is bounded and 0 serves nobody: only a solver that gave up comes here
        return Flow(served, value, second)
    duals = np.maximum(-solved.ineqlin.marginals, 0.0)
    served[rows, columns] = solved.x
    return Flow(served, duals[: len(arrivals)], duals[len(arrivals) :])
