"""A solved assignment that stays exact while contacts and employees come and go, each at the price of one search."""

from functools import cache
from types import ModuleType

import numpy as np
from numpy.typing import ArrayLike

from matcher.assignment.certificate import bound_of
from matcher.assignment.compiled import compiled_is_ready
from matcher.assignment.incremental_state import GONE, NOBODY, NOTHING, Rooms, open_up, rooms_for
from matcher.assignment.problem import FloatArray, IntArray, Problem, fault_of, plain
from matcher.assignment.result import OPTIMAL, Assignment
from matcher.assignment.solve import solve
from matcher.assignment.warm_up import warm_up
from matcher.errors import InvalidInput, invalid

ROUNDING = 1e-12  # of the largest value: prices that come from outside may be so far off
FEWEST_ROOMS = 8
SOLVER = "incremental"


@cache
def warm_up_changes() -> None:
    """Have the loops of `Solved` in memory too: at once from the cache, else its first use on a machine takes a minute.

    Does nothing where numba is not installed.
    """
    warm_up()
    if not compiled_is_ready():
        return
    solved = Solved(Problem([[3.0, 2.0], [3.0, 1.0], [1.0, 1.0]]), is_compiled=True)
    solved.remove_contact(solved.add_contact([2.0, 1.0]))
    solved.remove_employee(solved.add_employee(np.ones(solved.shape[0])))
    solved.change_value(0, 0, 1.0)


class Solved:
    """An optimal assignment that can be changed, one contact, employee or value at a time. Not for several threads.

    Contacts and employees keep their index as long as they are there; that of one who left goes to the next newcomer.
    Every slot has a price, kept from change to change; `value` and `bound` follow from them without reading the matrix,
    and `certified` reads it. Unit loads only. Exact within rounding of the largest value that it has held; differences
    below 1e-300 count as none.
    """

    def __init__(self, problem: Problem, *, is_compiled: bool | None = None) -> None:
        """Solve the problem anew, and keep what was found. `is_compiled`: `None` where numba is at hand.

        Raises InvalidInput (shapes_disagree) for a problem with loads.
        """
        contacts, employees = problem.shape
        self._steps = _steps(is_compiled)
        self._contacts, self._employees = contacts, employees
        self._rooms = _room_for(contacts, employees)
        self._kept, _ = open_up(self._rooms)
        self._free_rows: list[int] = []
        self._free_columns: list[int] = []
        self._is_staff = np.zeros(self._kept.price.size, np.bool_)
        self._is_staff[:employees] = True
        self._kept.employee_of[:contacts] = NOBODY
        self._kept.capacity[:employees] = problem.capacity
        self._kept.value[:contacts, :employees] = _worth(problem)
        self._kept.turned[:, :] = self._kept.value.T
        self._begin_from(solve(problem))

    @property
    def shape(self) -> tuple[int, int]:
        """How many indices there are: contacts, employees; those who left and were not replaced included."""
        return self._contacts, self._employees

    @property
    def employee_of(self) -> IntArray:
        """For each contact the employee's index; -1: unassigned, or not there."""
        return np.maximum(self._kept.employee_of[: self._contacts], NOBODY)

    @property
    def prices(self) -> FloatArray:
        """The price of a slot for each employee; 0 for one who is not there."""
        return self._kept.price[: self._employees].copy()

    @property
    def value(self) -> float:
        """What the assignment is worth."""
        return float(self._kept.own.sum())

    @property
    def bound(self) -> float:
        """What no assignment can be worth more than, by the kept prices, as far as every change kept them right."""
        kept = self._kept
        paid = np.where(kept.employee_of >= 0, kept.price[kept.employee_of], 0.0)
        return float((kept.own - paid).sum() + kept.price @ kept.capacity)

    @property
    def problem(self) -> Problem:
        """The problem as it stands: whoever is not there may not be served, or has no slots."""
        contacts, employees = self.shape
        is_here = self._kept.employee_of[:contacts] != GONE
        value = np.where(is_here[:, None], self._kept.value[:contacts, :employees], NOTHING)
        return Problem(value, capacity=self._kept.capacity[:employees].copy())

    def certified(self) -> Assignment:
        """The assignment with a proof that trusts nothing kept: its bound is worked out from the whole matrix."""
        problem, prices, value = self.problem, self.prices, self.value
        bound = max(value, bound_of(problem, prices))
        gap = (bound - value) / bound if bound > 0 else 0.0
        return Assignment(self.employee_of, value, bound, gap, prices, SOLVER, OPTIMAL, 0.0)

    def add_contact(self, value: ArrayLike) -> int:
        """Let a contact in, with its worth for every employee index (-inf forbids); returns its index.

        Raises InvalidInput: shapes_disagree, not_a_number, infinite, value_too_large.
        """
        row = _numbers(value, self._employees)
        contact = self._free_rows.pop() if self._free_rows else self._new_row()
        self._steps.enter(contact, row, self._rooms)
        return contact

    def remove_contact(self, contact: int) -> None:
        """The contact goes; whom its slot serves best moves up. Raises InvalidInput (index_out_of_range)."""
        self._check_contact(contact)
        self._take_out(contact)
        self._free_rows.append(contact)

    def add_employee(self, value: ArrayLike, *, capacity: int = 1) -> int:
        """Let an employee in, with its worth for every contact index (-inf forbids); returns its index.

        Raises InvalidInput: shapes_disagree, not_a_number, infinite, value_too_large,
        negative_capacity.
        """
        column = _numbers(value, self._contacts)
        if capacity < 0:
            raise invalid("/capacity", "negative_capacity", "An employee has fewer than 0 slots.")
        employee = self._free_columns.pop() if self._free_columns else self._new_column()
        self._is_staff[employee] = True
        self._write_column(employee, column, capacity=capacity)
        self._open(employee)
        return employee

    def remove_employee(self, employee: int) -> None:
        """The employee goes; each of its contacts looks for another. Raises InvalidInput (index_out_of_range)."""
        self._check_employee(employee)
        orphans = np.flatnonzero(self._kept.employee_of == employee)
        for contact in orphans:
            self._steps.let_go(int(contact), NOBODY, self._rooms)
        self._write_column(employee, np.empty(0), capacity=0)
        self._is_staff[employee] = False
        self._free_columns.append(employee)
        self._let_in_all(orphans)

    def change_value(self, contact: int, employee: int, value: float) -> None:
        """The pair is worth something else from now on (-inf forbids it).

        Raises InvalidInput: index_out_of_range, not_a_number, infinite, value_too_large.
        """
        self._check_contact(contact)
        self._check_employee(employee)
        kept = self._kept
        asked = float(_numbers([value], 1)[0])
        worth = asked if asked > 0 and kept.capacity[employee] > 0 else NOTHING
        holder = int(kept.employee_of[contact])
        if holder == employee:
            still_best = bool(worth >= kept.value[contact, employee])
        else:
            gain = kept.own[contact] - (kept.price[holder] if holder >= 0 else 0.0)
            still_best = bool(worth - kept.price[employee] <= gain)
        if still_best:
            self._write(contact, employee, worth)
            return
        self._take_out(contact)
        self._write(contact, employee, worth)
        self._steps.let_in(contact, self._rooms)

    def _begin_from(self, answer: Assignment) -> None:
        """Keep what the prices prove right, and let in the others one by one; fill what is free at a price."""
        kept = self._kept
        kept.price[: answer.prices.size] = np.where(kept.capacity[: answer.prices.size] > 0, answer.prices, 0.0)
        best = (kept.value - kept.price).max(axis=1, initial=0.0)
        slack = ROUNDING * float(kept.value.max(initial=0.0))
        chosen = np.full(best.size, NOBODY, np.int64)
        chosen[: answer.employee_of.size] = answer.employee_of
        everyone = np.arange(best.size)
        is_right = (chosen >= 0) & (best - (kept.value[everyone, chosen] - kept.price[chosen]) <= slack)
        self._steps.take_over(np.where(is_right, chosen, NOBODY), self._rooms)
        left_over = np.flatnonzero(~is_right & (best > 0))
        for employee in np.flatnonzero((kept.filled < kept.capacity) & (kept.price > 0)):
            self._lower_until_sold(int(employee), left_over)
        self._let_in_all(left_over)
        self._steps.prepare(self._rooms)

    def _lower_until_sold(self, employee: int, left_over: IntArray) -> None:
        """Give the employee the price at which its slots are sold; whoever is left over stays out of it."""
        kept = self._kept
        kept.employee_of[left_over] = GONE
        self._open(employee)
        kept.employee_of[left_over] = NOBODY

    def _open(self, employee: int) -> None:
        """A price at which nobody asks for the employee's free slots; then sell them one by one, as far as they go."""
        kept = self._kept
        if kept.filled[employee] == 0:
            self._steps.turn(self._rooms)
            paid = np.where(kept.employee_of >= 0, kept.price[kept.employee_of], 0.0)
            asks = kept.turned[employee] - (kept.own - paid)
            kept.price[employee] = np.max(asks, initial=0.0, where=kept.employee_of != GONE)
        while kept.filled[employee] < kept.capacity[employee] and kept.price[employee] > 0:
            if not self._steps.fill(employee, self._rooms):
                return

    def _take_out(self, contact: int) -> None:
        """The contact is gone, though its values stay; its slot is sold again."""
        kept = self._kept
        holder = int(kept.employee_of[contact])
        self._steps.let_go(contact, GONE, self._rooms)
        if holder >= 0 and kept.price[holder] > 0:
            self._steps.fill(holder, self._rooms)

    def _let_in_all(self, contacts: IntArray) -> None:
        """Let them in one by one; until its turn, a contact asks for nothing."""
        for contact in contacts.tolist():
            self._steps.let_in(contact, self._rooms)

    def _write(self, contact: int, employee: int, worth: float) -> None:
        kept = self._kept
        kept.value[contact, employee] = kept.turned[employee, contact] = worth
        if kept.employee_of[contact] == employee:
            kept.own[contact] = worth
        self._steps.pair_changes(contact, employee, self._rooms)

    def _write_column(self, employee: int, column: FloatArray, *, capacity: int) -> None:
        kept = self._kept
        useful = np.where(column > 0, column, NOTHING) if capacity > 0 else NOTHING
        kept.value[: self._contacts, employee] = kept.turned[employee, : self._contacts] = useful
        kept.capacity[employee] = capacity
        kept.price[employee] = 0.0
        self._steps.employee_changes(employee, self._rooms)

    def _new_row(self) -> int:
        if self._contacts == self._kept.own.size:
            self._grow(2 * self._contacts, self._kept.price.size)
        self._contacts += 1
        return self._contacts - 1

    def _new_column(self) -> int:
        if self._employees == self._kept.price.size:
            self._grow(self._kept.own.size, 2 * self._employees)
        self._employees += 1
        return self._employees - 1

    def _grow(self, contacts: int, employees: int) -> None:
        self._steps.turn(self._rooms)
        self._rooms = rooms_for(contacts, employees)
        larger, _ = open_up(self._rooms)
        for old, new in zip(self._kept, larger, strict=True):
            new[tuple(slice(0, size) for size in old.shape)] = old
        self._kept = larger
        self._steps.prepare(self._rooms)
        self._is_staff = np.resize(self._is_staff, employees) & (np.arange(employees) < self._employees)

    def _check_contact(self, contact: int) -> None:
        if not (0 <= contact < self._contacts and self._kept.employee_of[contact] != GONE):
            raise invalid("/contact", "index_out_of_range", f"There is no contact {contact}.")

    def _check_employee(self, employee: int) -> None:
        if not (0 <= employee < self._employees and self._is_staff[employee]):
            raise invalid("/employee", "index_out_of_range", f"There is no employee {employee}.")


def _steps(is_compiled: bool | None) -> ModuleType:
    """The searches, as machine code or in numpy."""
    if compiled_is_ready() if is_compiled is None else is_compiled:
        from matcher.assignment import incremental_loops

        return incremental_loops
    from matcher.assignment import incremental_steps

    return incremental_steps


def _room_for(contacts: int, employees: int) -> Rooms:
    """Rooms for an eighth more than there are."""
    return rooms_for(*(size + max(size // 8, FEWEST_ROOMS) for size in (contacts, employees)))


def _worth(problem: Problem) -> FloatArray:
    """contacts × employees, -inf where a pair is not useful. Raises InvalidInput for loads."""
    pairs = problem.given
    if problem.load is not None or (pairs is not None and pairs.load is not None):
        raise invalid("/load", "shapes_disagree", "A solved state counts slots one by one; leave load out.")
    worth = np.full(problem.shape, NOTHING)
    if problem.value is not None:
        np.copyto(worth, problem.value, where=problem.useful_mask)
        return worth
    useful = problem.useful_pairs
    worth[useful.contact, useful.employee] = useful.value
    return worth


def _numbers(given: ArrayLike, count: int) -> FloatArray:
    """The values as a row of `count`. Raises InvalidInput where they are none."""
    try:
        row = np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:  # text
        raise invalid("/value", "not_a_number", f"value is no array of numbers: {error}.") from error
    if row.shape != (count,):
        raise invalid("/value", "shapes_disagree", f"value is {row.shape}, but {(count,)} is needed.")
    if (fault := fault_of(row)) is not None:
        raise InvalidInput([fault])
    return plain(row)
