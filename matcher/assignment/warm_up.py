"""What a process does once: compile the loops of the solvers, or read them from their cache."""

from functools import cache

import numpy as np

from matcher.assignment.compiled import LOADED, numba_is_here
from matcher.assignment.problem import Pairs


@cache
def warm_up() -> None:
    """Have the compiled loops of `solve` in memory: a second from the cache, half a minute the first time on a machine.

    Does nothing where numba is not installed, and nothing the second time. Until it is done scipy solves. The loops of
    a solved state have their own, `incremental.warm_up_changes`.
    """
    if not numba_is_here():
        return
    from matcher.assignment import components_loops
    from matcher.assignment.auction import auction_turned, paths_from_zero
    from matcher.assignment.one_slot import paths_one_slot
    from matcher.assignment.pair_auction import solve_pairs_exactly
    from matcher.assignment.small import solve_small_matrix

    value = np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 0.0]])
    one_each = np.ones(3, np.int64)
    solve_small_matrix(value, one_each)
    solve_small_matrix(value, 2 * one_each)
    paths_one_slot(value, one_each, has_time=None)
    paths_from_zero(value, one_each, has_time=None)
    auction_turned(value, one_each, has_time=None)
    contact, employee = np.array([0, 0, 1, 2, 2, 3]), np.array([0, 1, 0, 1, 2, 2])
    pairs = Pairs(contact, employee, np.array([9.0, 8.0, 9.0, 8.0, 5.0, 5.0]))
    solve_pairs_exactly(pairs, 4, one_each, has_time=None)
    above, some = np.arange(3), np.full(2, -1)
    components_loops.join_matrix(value, one_each, 3, above, one_each.copy(), some)
    components_loops.flatten(above)
    LOADED.set()
