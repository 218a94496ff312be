"""What came of pairs that met, as columns: who met whom, when, how well it went and how long it took."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.selection import outcome_weights
from matcher.errors import Fault, InvalidInput

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

FAULTS_TOLD = 100


@dataclass(frozen=True, slots=True)
class Outcome:
    """One meeting of a customer with an employee.

    `success` is 0 to 1, `propensity` the probability in (0, 1] with which the pair was chosen, `group` what it belongs
    to (an evening, a queue, a day), `handle_s` the seconds it took. `answer_chance` in (0, 1] is the chance that the
    customer answered a survey, where nothing else told how it went; `None` where it was known without.
    """

    customer_id: str
    employee_id: str
    at: datetime | None
    success: float
    propensity: float | None = None
    group: str | None = None
    intent: str | None = None
    channel: str | None = None
    handle_s: float | None = None
    answer_chance: float | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Outcomes:
    """n outcomes as columns. `customer` and `employee` are places in the tables of people; `at` is seconds since 1970.

    Missing numbers are NaN, missing words `None`. `weight` is 1/propensity, times 1/chance to answer where it was
    known by an answer only; clipped and with mean 1.
    """

    customer: Ints
    employee: Ints
    at: Floats
    success: Floats
    weight: Floats
    groups: tuple[str | None, ...]
    intents: tuple[str | None, ...]
    channels: tuple[str | None, ...]
    handle_s: Floats

    def __len__(self) -> int:
        return len(self.success)

    def take(self, rows: Ints) -> "Outcomes":
        """The outcomes at these places, in this order."""
        taken: dict[str, Any] = {}
        for field in fields(self):
            column = getattr(self, field.name)
            is_words = isinstance(column, tuple)
            taken[field.name] = tuple(column[row] for row in rows.tolist()) if is_words else column[rows]
        return Outcomes(**taken)

    def at_places(self, customer: Ints, employee: Ints) -> "Outcomes":
        """The same outcomes, the people now at these places of other tables."""
        return replace(self, customer=customer, employee=employee)

    @property
    def has_times(self) -> bool:
        """Whether time can tell earlier from later: every outcome has one, and they differ."""
        return len(self) > 0 and bool(np.isfinite(self.at).all()) and bool(self.at.min() < self.at.max())


def outcomes_of(records: Iterable[Outcome], customer_ids: Sequence[str], employee_ids: Sequence[str]) -> Outcomes:
    """The outcomes as columns. Raises InvalidInput for people who are in neither table, and for impossible numbers."""
    rows = list(records)
    faults = list(_faults(rows, set(customer_ids), set(employee_ids)))
    if faults:
        raise InvalidInput(faults[:FAULTS_TOLD])
    customers = {who: place for place, who in enumerate(customer_ids)}
    employees = {who: place for place, who in enumerate(employee_ids)}
    return Outcomes(
        customer=np.array([customers[each.customer_id] for each in rows], dtype=np.intp),
        employee=np.array([employees[each.employee_id] for each in rows], dtype=np.intp),
        at=_column(None if each.at is None else each.at.timestamp() for each in rows),
        success=np.array([each.success for each in rows], dtype=float),
        weight=outcome_weights(_column(each.propensity for each in rows), _column(each.answer_chance for each in rows)),
        groups=tuple(each.group for each in rows),
        intents=tuple(each.intent for each in rows),
        channels=tuple(each.channel for each in rows),
        handle_s=_column(each.handle_s for each in rows),
    )


def _faults(rows: Sequence[Outcome], customers: set[str], employees: set[str]) -> Iterable[Fault]:
    for place, each in enumerate(rows):
        if each.customer_id not in customers:
            yield Fault(f"/{place}/customer_id", "unknown_customer", f"{each.customer_id!r} is no customer given here")
        if each.employee_id not in employees:
            yield Fault(f"/{place}/employee_id", "unknown_employee", f"{each.employee_id!r} is no employee given here")
        if not 0 <= each.success <= 1:
            yield Fault(f"/{place}/success", "out_of_range", "success is a number 0–1")
        if each.propensity is not None and not 0 < each.propensity <= 1:
            yield Fault(f"/{place}/propensity", "out_of_range", "a propensity is above 0 and at most 1")
        if each.answer_chance is not None and not 0 < each.answer_chance <= 1:
            yield Fault(f"/{place}/answer_chance", "out_of_range", "a chance to answer is above 0 and at most 1")
        if each.handle_s is not None and not 0 <= each.handle_s < np.inf:
            yield Fault(f"/{place}/handle_s", "out_of_range", "handle_s is a number of seconds, 0 or more")


def _column(numbers: Iterable[float | None]) -> Floats:
    return np.array([np.nan if one is None else one for one in numbers], dtype=float)
