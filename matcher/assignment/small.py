"""Small problems: what a solver of microseconds needs around it is most of the cost, so everything is one call."""

from matcher.assignment.dense_loops import solve_small
from matcher.assignment.problem import FloatArray, IntArray, plain
from matcher.assignment.result import Found


def solve_small_matrix(value: FloatArray, capacity: IntArray) -> tuple[Found, float, float]:
    """The optimum with its worth and the bound that its prices prove."""
    employee_of, prices, worth, bound = solve_small(plain(value), capacity)
    return Found(employee_of, prices, "augmenting_paths", reason="small"), worth, max(worth, bound)
