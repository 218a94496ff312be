"""Unit loads on a full matrix, compiled: an auction for good prices, then exact paths; or paths from prices of zero.

Why two ways. Paths from zero need no scaling and end at once where there is room for everyone or values repeat; where
many employees suit many contacts almost equally (what value profiles give) they get long, and an auction with falling ε
finds the prices first. An auction whose every slot is filled needs no care for slots left over: so contacts are brought
to the number of slots, by an outside employee with as many slots as there are contacts too many, or by empty contacts
worth 0 to everyone, or by letting employees choose contacts.
"""

from collections.abc import Callable

import numpy as np

from matcher.assignment import dense_loops as loops
from matcher.assignment.problem import FloatArray, IntArray
from matcher.assignment.result import DEADLINE, OPTIMAL, Found
from matcher.assignment.state import LANES, Seats, search_over, seats_for

FIRST_STEP = 0.1  # ε at first, of the range of values; a quarter costs a phase more and brings nothing (measured)
STEP_FALLS_BY = 5.0
LAST_STEP = 2e-7  # of the range: from here the pass without ε settles all but a handful (measured)
MORE_STEPS = 5  # pairs of smaller ε, for values of very different sizes: down to 2e-14 of the range
CELLS_PER_LOOK = 4_000_000  # looked at between two looks at the clock: 2 to 4 ms
FOREVER = 2**62


def paths_from_zero(
    benefit: FloatArray, capacity: IntArray, *, has_time: Callable[[], bool] | None, patience: int = FOREVER
) -> Found | None:
    """The optimum by shortest augmenting paths from prices of zero; `None` where more than `patience` rows were read.

    `benefit` is C-ordered and finite or -inf; what is not above 0 is of no use.
    """
    contacts = benefit.shape[0]
    room = np.minimum(capacity, contacts + 1)  # one slot more than can be filled keeps the price of plenty at 0
    seats = seats_for(np.append(room, contacts + 1), contacts)
    done = _run(benefit, seats, np.zeros(1), has_time, patience=patience)
    if done is None:
        return None
    return _found(benefit, seats, capacity, "augmenting_paths", is_done=done, level=0.0)


def scaled_auction(
    benefit: FloatArray,
    capacity: IntArray,
    *,
    has_time: Callable[[], bool] | None,
    span: tuple[float, float] | None = None,
) -> Found:
    """The optimum by an auction with falling ε and paths from its prices. `benefit` ≥ 0, C-ordered.

    `span`: the smallest and the largest value, where they are known.

    Slots for more contacts than there are get empty contacts; too few slots, an outside employee.
    """
    contacts, employees = benefit.shape
    room = np.minimum(capacity, contacts + 1)
    over = int(room.sum()) - contacts
    if over > 0:
        benefit = np.concatenate((benefit, np.zeros((over, employees))))
    seats = seats_for(np.append(room, max(-over, 0)), benefit.shape[0])
    done = _run(benefit, seats, _steps(span or _span(benefit), has_outside=over < 0), has_time, patience=FOREVER)
    level = float(seats.price[-1]) if over < 0 else _level(benefit, seats)
    found = _found(benefit, seats, capacity, "auction", is_done=bool(done), level=level)
    return Found(found.employee_of[:contacts], found.prices, found.solver, found.status)


def auction_turned(benefit: FloatArray, capacity: IntArray, *, has_time: Callable[[], bool] | None) -> Found:
    """As `scaled_auction` for one slot an employee and fewer contacts than employees: employees choose contacts."""
    contacts = benefit.shape[0]
    by_employee = np.ascontiguousarray(benefit.T)
    by_employee[capacity == 0] = 0.0
    turned = scaled_auction(by_employee, np.ones(contacts, np.int64), has_time=has_time)
    return _turned_back(turned, by_employee, contacts, capacity)


def _turned_back(turned: Found, by_employee: FloatArray, contacts: int, capacity: IntArray) -> Found:
    """An employee's price is what it kept after paying its contact's."""
    employee_of = np.full(contacts, -1, np.int64)
    chosen = np.flatnonzero(turned.employee_of >= 0)
    employee_of[turned.employee_of[chosen]] = chosen
    kept = np.zeros(capacity.size)
    lane = np.empty(LANES)
    loops.keep_best(by_employee, turned.prices, lane, kept)
    return Found(employee_of, np.where(capacity > 0, kept, 0.0), turned.solver, turned.status)


def _span(benefit: FloatArray) -> tuple[float, float]:
    return (float(benefit.min()), float(benefit.max())) if benefit.size else (0.0, 0.0)


def _steps(span: tuple[float, float], *, has_outside: bool) -> FloatArray:
    """ε phase by phase."""
    wide = span[1] if has_outside else span[1] - span[0]
    count = int(np.ceil(np.log(FIRST_STEP / LAST_STEP) / np.log(STEP_FALLS_BY)))
    if wide <= 0:
        return np.zeros(1)
    steps = wide * FIRST_STEP / STEP_FALLS_BY ** np.arange(count + 2 * MORE_STEPS)
    steps = np.insert(steps, np.arange(count, count + 2 * MORE_STEPS + 1, 2), 0.0)
    return np.asarray(steps, dtype=np.float64)


def _run(
    benefit: FloatArray, seats: Seats, steps: FloatArray, has_time: Callable[[], bool] | None, *, patience: int
) -> bool | None:
    """Whether it came to the end; `None` where patience ran out first."""
    at = np.zeros(6, np.int64)
    at[loops.BIDS_IN_PHASE] = -1
    stack = np.empty(benefit.shape[0], np.int64)
    search = search_over(seats.price.size)
    budget = min(FOREVER if has_time is None else max(CELLS_PER_LOOK // benefit.shape[1], 1), patience)
    while not loops.advance(benefit, seats, search, stack, at, steps, budget):
        if at[loops.SCANS] > patience:
            return None
        if has_time is not None and not has_time():
            return False
    return True


def _level(benefit: FloatArray, seats: Seats) -> float:
    """How far all prices must fall so that nobody pays more than a contact is worth: where all slots are filled, only
    differences between prices count."""
    served = np.flatnonzero(seats.employee_of >= 0)
    if served.size < seats.employee_of.size:
        return 0.0
    kept = benefit[served, seats.employee_of[served]] - seats.price[seats.employee_of[served]]
    return max(-float(kept.min(initial=0.0)), 0.0)


def _found(benefit: FloatArray, seats: Seats, capacity: IntArray, solver: str, *, is_done: bool, level: float) -> Found:
    employees = capacity.size
    employee_of = np.where(seats.employee_of < employees, seats.employee_of, -1)
    served = np.flatnonzero(employee_of >= 0)
    employee_of[served[benefit[served, employee_of[served]] <= 0]] = -1
    if not is_done:
        give_free_slots(benefit, capacity, employee_of)
    priced = np.isfinite(seats.price[:employees])
    prices = np.where(priced, np.maximum(np.where(priced, seats.price[:employees], 0.0) - level, 0.0), 0.0)
    return Found(employee_of, prices, solver, OPTIMAL if is_done else DEADLINE)


def give_free_slots(benefit: FloatArray, capacity: IntArray, employee_of: IntArray) -> None:
    """Time is over: whoever is left gets the best slot that is free, moving no one."""
    left = capacity - np.bincount(employee_of[employee_of >= 0], minlength=capacity.size)
    for contact in np.flatnonzero(employee_of < 0):
        wish = np.where(left > 0, benefit[contact], 0.0)
        best = int(wish.argmax())
        if wish[best] > 0:
            employee_of[contact] = best
            left[best] -= 1
