"""How long it takes: expected handle seconds by intent and employee, from a ridge on log seconds.

    log seconds = intercept + intent + employee + intent × employee + noise

Each block has its own prior spread in logs; the noise is estimated. Whoever or whatever is new has the mean.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.keys import keys_of, places_of
from matcher.compatibility.traits import levels_of

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Keys = NDArray[np.uint64]

INTENT_SPREAD, EMPLOYEE_SPREAD, BOTH_SPREAD = 1.0, 0.4, 0.25  # in logs (design)
LEAST_SECONDS = 1.0
ENOUGH = 50  # outcomes with a handle time
MOST_INTENTS = 200


@dataclass(frozen=True, slots=True, eq=False)
class HandleTime:
    """`log_seconds` ((intents + 1) × (employees + 1)): the last row and column are for whoever is unknown."""

    intents: tuple[str, ...]
    employee_keys: Keys
    log_seconds: Floats
    noise: float

    def log_expected(self, intents: Sequence[str | None], employees: Sequence[str]) -> Floats:
        """Expected log seconds: contacts × employees."""
        rows = self._rows(intents)
        columns = places_of(keys_of(employees), self.employee_keys)
        return self.log_seconds[np.ix_(rows, columns)]

    def seconds(self, intents: Sequence[str | None], employees: Sequence[str]) -> Floats:
        """Expected handle seconds (contacts × employees): the mean of a lognormal, e^(μ + σ²/2)."""
        expected: Floats = np.exp(self.log_expected(intents, employees) + self.noise / 2)
        return expected

    def _rows(self, intents: Sequence[str | None]) -> Ints:
        place = {intent: row for row, intent in enumerate(self.intents)}
        return np.array([place.get(intent or "", len(self.intents)) for intent in intents], dtype=np.intp)


def fit_handle_time(
    intents: Sequence[str | None], employees: Sequence[str], seconds: Floats, weight: Floats
) -> HandleTime | None:
    """The handle times these outcomes tell, or `None` where fewer than 50 tell one."""
    known = np.flatnonzero(np.isfinite(seconds))
    if len(known) < ENOUGH:
        return None
    levels = levels_of([intents[row] for row in known.tolist()], most=MOST_INTENTS)
    keys = np.unique(keys_of([employees[row] for row in known.tolist()]))
    place = {intent: row for row, intent in enumerate(levels)}
    which = np.array([place.get(intents[row] or "", len(levels)) for row in known.tolist()], dtype=np.intp)
    who = places_of(keys_of([employees[row] for row in known.tolist()]), keys)
    logs = np.log(np.maximum(seconds[known], LEAST_SECONDS))
    shape = (len(levels) + 1, len(keys) + 1)
    return _ridge(which, who, logs, weight[known], shape, levels, keys)


def _ridge(
    which: Ints, who: Ints, logs: Floats, weight: Floats, shape: tuple[int, int], levels: tuple[str, ...], keys: Keys
) -> HandleTime:
    """The ridge, twice: the second time with the noise that the first one left."""
    from scipy.sparse import csr_array, hstack  # here: only training needs it
    from sklearn.linear_model import Ridge

    count, rows = len(logs), np.arange(len(logs))
    blocks = [
        csr_array((np.full(count, spread), (rows, place)), shape=(count, size))
        for spread, place, size in (
            (INTENT_SPREAD, which, shape[0]),
            (EMPLOYEE_SPREAD, who, shape[1]),
            (BOTH_SPREAD, which * shape[1] + who, shape[0] * shape[1]),
        )
    ]
    columns, noise = hstack(blocks, format="csr"), float(logs.var()) or 1.0
    for _ in range(2):
        ridge = Ridge(alpha=noise, solver="sparse_cg", tol=1e-8).fit(columns, logs, sample_weight=weight)
        rest = logs - ridge.predict(columns)
        noise = max(float(np.average(rest**2, weights=weight)), 1e-6)
    intent, employee, both = np.split(ridge.coef_, [shape[0], shape[0] + shape[1]])
    table = ridge.intercept_ + INTENT_SPREAD * intent[:, None] + EMPLOYEE_SPREAD * employee[None, :]
    return HandleTime(levels, keys, table + BOTH_SPREAD * both.reshape(shape), noise)
