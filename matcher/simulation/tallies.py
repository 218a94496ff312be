"""A run counted up: by period, by employee and by hour of the day."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.simulation.engine import Run, Stay
from matcher.simulation.scenario import Scenario
from matcher.simulation.staffing import Stretch, joined

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]

DAY_S = 86_400
HOURS = 24


@dataclass(frozen=True, slots=True)
class Tally:
    """Counts of a run: by period (P), by employee and period (E × P), and the waits in increasing order.

    A wait is the seconds from arrival until answered or given up, of every contact. `busy_s` is service and after-work;
    `duty_s` is time on duty, work past the end of a spell included. `compatibility` sums over answered contacts.
    """

    policy: str
    contacts: Floats
    answered: Floats
    within: Floats
    abandoned: Floats
    waited_s: Floats
    sorted_waits_s: Floats
    period_of_wait: Ints
    employees: tuple[str, ...]
    served: Floats
    busy_s: Floats
    duty_s: Floats
    compatibility: Floats | None = None

    @property
    def periods(self) -> int:
        """How many periods were counted."""
        return len(self.contacts)


@dataclass(frozen=True, slots=True)
class Load:
    """One employee's work in a run: contacts, hours busy and on duty, the share busy, and the share of all contacts."""

    employee_id: str
    contacts: int
    busy_h: float
    duty_h: float
    occupancy: float
    share: float


def tally(
    run: Run,
    scenario: Scenario,
    *,
    within_s: float,
    periods: int,
    compatibility: Mapping[tuple[str, str], float] | None = None,
    period_s: float = DAY_S,
) -> Tally:
    """The counts of a run. `within_s` is the longest wait of good service; `compatibility` is by pair of ids."""
    stays = run.stays
    period = np.array([stay.arrival.period for stay in stays], dtype=np.int64)
    waits = np.array([stay.waited_s for stay in stays], dtype=float)
    answered = np.array([stay.is_answered for stay in stays], dtype=bool)
    abandoned = np.array([stay.is_abandoned for stay in stays], dtype=bool)
    order = np.argsort(waits, kind="stable")
    employees = tuple(sorted(scenario.employees))
    served, busy = _work(stays, employees, periods)
    fits = None if compatibility is None else np.array([_fit(stay, compatibility) for stay in stays], dtype=float)

    def by_period(what: NDArray[np.generic]) -> Floats:
        return np.asarray(np.bincount(period, weights=what.astype(float), minlength=periods), dtype=float)

    return Tally(
        policy=run.policy,
        contacts=by_period(np.ones(len(stays))),
        answered=by_period(answered),
        within=by_period(answered & (waits <= within_s)),
        abandoned=by_period(abandoned),
        waited_s=by_period(waits),
        sorted_waits_s=waits[order],
        period_of_wait=period[order],
        employees=employees,
        served=served,
        busy_s=busy,
        duty_s=_duty(stays, scenario, employees, periods, period_s),
        compatibility=None if fits is None else by_period(fits),
    )


def quantiles(tally: Tally, weights: Floats, shares: Sequence[float]) -> Floats:
    """For each row of weights (resamples × periods), the waits that `shares` of the contacts do not exceed."""
    if not len(tally.sorted_waits_s):
        return np.full((len(weights), len(shares)), np.nan)
    reached = np.cumsum(weights[:, tally.period_of_wait], axis=1)
    whole = reached[:, -1]
    out = np.full((len(weights), len(shares)), np.nan)
    for row in np.flatnonzero(whole > 0):
        places = np.searchsorted(reached[row], np.asarray(shares) * whole[row] - 1e-9, side="left")
        out[row] = tally.sorted_waits_s[places]
    return out


def loads(tally: Tally) -> tuple[Load, ...]:
    """Each employee's load, busiest by hours first."""
    served, busy, duty = tally.served.sum(axis=1), tally.busy_s.sum(axis=1), tally.duty_s.sum(axis=1)
    whole = max(served.sum(), 1.0)
    rows = [
        Load(
            employee, int(served[row]), busy[row] / 3600, duty[row] / 3600,
            float(busy[row] / duty[row]) if duty[row] else 0.0, float(served[row] / whole),
        )
        for row, employee in enumerate(tally.employees)
    ]  # fmt: skip
    return tuple(sorted(rows, key=lambda load: (-load.busy_h, load.employee_id)))


def by_hour(run: Run) -> tuple[Ints, Ints]:
    """Contacts that arrived, and those of them given up, by hour of the day (24 each)."""
    hour = np.array([int(stay.arrival.at_s % DAY_S // 3600) for stay in run.stays], dtype=np.int64)
    gone = np.array([stay.is_abandoned for stay in run.stays], dtype=bool)
    return np.bincount(hour, minlength=HOURS), np.bincount(hour[gone], minlength=HOURS)


def _work(stays: Sequence[Stay], employees: Sequence[str], periods: int) -> tuple[Floats, Floats]:
    """Contacts served and seconds busy, by employee and period."""
    row_of = {employee: row for row, employee in enumerate(employees)}
    served, busy = np.zeros((len(employees), periods)), np.zeros((len(employees), periods))
    for stay in stays:
        row = row_of.get(stay.life.employee_id or "")
        if stay.is_answered and row is not None:
            served[row, stay.arrival.period] += 1
            busy[row, stay.arrival.period] += stay.arrival.service_s + stay.arrival.after_work_s
    return served, busy


def _duty(stays: Sequence[Stay], scenario: Scenario, employees: Sequence[str], periods: int, period_s: float) -> Floats:
    """Seconds on duty by employee and period: spells, and work that runs past them."""
    stretches: dict[str, list[Stretch]] = defaultdict(list)
    for spell in scenario.spells:
        stretches[spell.employee_id].append((spell.start_s, spell.end_s))
    for stay in stays:
        if stay.is_answered and stay.life.answered_at is not None and stay.life.employee_id in scenario.employees:
            begun = stay.life.answered_at
            until = begun + stay.arrival.service_s + stay.arrival.after_work_s
            stretches[stay.life.employee_id or ""].append((begun, until))
    duty = np.zeros((len(employees), periods))
    for row, employee in enumerate(employees):
        for begin, end in joined(stretches[employee]):
            duty[row, min(max(int(begin // period_s), 0), periods - 1)] += end - begin
    return duty


def _fit(stay: Stay, compatibility: Mapping[tuple[str, str], float]) -> float:
    if not stay.is_answered or stay.life.employee_id is None:
        return 0.0
    return compatibility[stay.arrival.contact.id, stay.life.employee_id]
