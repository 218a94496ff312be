"""What is known while loads are solved by fills: the best answer, the lowest bound, and the prices that prove it."""

from dataclasses import dataclass, replace

import numpy as np

from matcher.assignment.fill_programme import Programme, programme
from matcher.assignment.fills import Fills, Valued, valued
from matcher.assignment.greedy import serve_greedily
from matcher.assignment.linear_program import worth_of
from matcher.assignment.loaded import Loaded
from matcher.assignment.problem import BoolArray, FloatArray, IntArray, Pairs

SAME = 1e-9  # relative: a bound this near to the worth proves it


@dataclass(slots=True)
class Search:
    """What is known: the best answer, the lowest bound, and the prices that prove it."""

    problem: Loaded
    fills: Fills
    most: int
    employee_of: IntArray
    worth: float
    bound: float
    contact_prices: FloatArray
    toll: float

    @property
    def tolerance(self) -> float:
        """A gap of no more is none."""
        return SAME * max(abs(self.worth), 1e-300)

    @property
    def spread(self) -> float:
        """By how much pairs differ in worth: an answer missing more than that serves too few."""
        return float(np.ptp(self.problem.pairs.value))

    @property
    def is_proved(self) -> bool:
        """Whether the bound shows that nothing better exists."""
        return self.bound - self.worth <= self.tolerance

    def programme(self, kept: BoolArray, allowed: BoolArray | None = None) -> Programme:
        """The programme over these pairs, and these fills if not all."""
        problem, fills = self.problem, self.fills if allowed is None else self.fills.only(allowed)
        fills = replace(fills, group=fills.group[kept])
        return programme(problem.pairs.only(kept), fills, problem.contacts, problem.capacity, most=self.most)

    def round(self, share: FloatArray) -> None:
        """Keep what comes of these shares of fills, if it is better."""
        self.offer(_rounded(self.problem, self.fills, share))

    def offer(self, employee_of: IntArray) -> None:
        """Keep this answer if it is better."""
        worth = worth_of(self.problem.pairs, employee_of)
        if worth > self.worth:
            self.employee_of, self.worth = employee_of, worth

    def price(self, contact_prices: FloatArray, toll: float) -> tuple[FloatArray, Valued]:
        """Keep these prices if they prove more; the net of the pairs, and what fills are worth then."""
        net = self.problem.pairs.value - toll - contact_prices[self.problem.pairs.contact]
        worth = valued(self.fills, net, self.problem.capacity.size)
        bound = float(contact_prices.sum()) + self.most * toll + float(worth.of_employee.sum())
        if bound < self.bound:
            self.bound, self.contact_prices, self.toll = bound, contact_prices, toll
        return net, worth


def _rounded(problem: Loaded, fills: Fills, share: FloatArray) -> IntArray:
    """Each employee takes one fill; then all is a transport, and free slots go greedily."""
    chosen = _one_fill_each(fills, share)
    places = np.zeros(fills.group_employee.size, dtype=np.int64)
    entry = chosen[fills.entry_fill]
    places[fills.entry_group[entry]] = fills.entry_count[entry]
    pairs = problem.pairs
    open_to = places[fills.group] > 0
    by_group = Pairs(pairs.contact[open_to], fills.group[open_to], pairs.value[open_to])
    group_of = problem.unit_solver(by_group, problem.contacts, places).employee_of
    served = group_of >= 0
    employee_of = np.where(served, fills.group_employee[group_of], -1)
    left = problem.capacity.copy()
    np.subtract.at(left, employee_of[served], fills.group_load[group_of[served]])
    over = pairs.only(~served[pairs.contact] & (problem.load <= left[pairs.employee]))
    return np.where(served, employee_of, serve_greedily(over, problem.contacts, left))


def _one_fill_each(fills: Fills, share: FloatArray) -> BoolArray:
    """The fill of each employee: largest shares first, as many of each look as all shares of it come to."""
    left = np.rint(np.bincount(fills.look, weights=share)).tolist()
    order = np.lexsort((fills.employee, -share))
    chosen = np.zeros(share.size, dtype=np.bool_)
    taken: set[int] = set()
    over = []
    for fill, employee, look in zip(
        order.tolist(), fills.employee[order].tolist(), fills.look[order].tolist(), strict=True
    ):
        if employee in taken:
            continue
        if left[look] >= 1 and share[fill] > 0:
            chosen[fill] = True
            taken.add(employee)
            left[look] -= 1
        else:
            over.append((fill, employee))
    for fill, employee in over:
        if employee not in taken:
            chosen[fill] = True
            taken.add(employee)
    return chosen
