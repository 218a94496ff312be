"""Compiled: ways: chains of moves known to cost nothing, by which a slot is freed or filled without any search.

Where prices are as high as optimal ones can be, a way out leads from every slot: that is what keeps its price from
rising. Whoever moved may go back for nothing as well, so every chain that is carried out leaves ways behind, and so
does every slot that is sold, from wherever its search came. A way is tried step by step when it is to be used: one
that later changes closed does no harm, and leads to a search.
"""

import numpy as np

from matcher.assignment.compiled import compiled
from matcher.assignment.incremental_both_ways import begin_both, look_back
from matcher.assignment.incremental_scans import nearest
from matcher.assignment.incremental_seats import let_least_go, move, take
from matcher.assignment.incremental_state import GONE, Kept, Paths, Ways
from matcher.assignment.search_loops import SHORTEST

ROUNDING = 1e-15  # of the values that a step compares: what it may seem to cost


@compiled
def raise_prices(kept: Kept, paths: Paths) -> None:
    """Make all prices as high as optimal ones can be, and note the way out of each slot: one search of everything."""
    begin_both(kept, paths)
    rest, ways = paths.rest, paths.ways
    there = nearest(paths.open_rest)
    while there >= 0:
        look_back(there, 0.0, np.inf, -1, kept, paths)
        there = nearest(paths.open_rest)
    for k in range(rest.size):
        if SHORTEST < rest[k] < np.inf:
            kept.price[k] += rest[k]
        ways.leaver[k], ways.goes_to[k] = paths.goes[k], paths.goes_to[k]


@compiled
def way_out(employee: int, kept: Kept, ways: Ways) -> int:
    """The employee where the way out of this one ends: a slot is free there, or somebody may go. -1: it is closed."""
    here = employee
    for _ in range(kept.price.size):
        price = kept.price[here]
        if kept.low[here] - price <= ROUNDING * price:
            return here
        leaver, there = ways.leaver[here], ways.goes_to[here]
        if there < 0 or kept.employee_of[leaver] != here:
            return -1
        own, other = kept.own[leaver], kept.value[leaver, there]
        if (own - price) - (other - kept.price[there]) > ROUNDING * (own + other):
            return -1
        here = there
    return -1


@compiled
def go_out(employee: int, last: int, kept: Kept, ways: Ways) -> None:
    """Free a slot of the employee by the way that ends at `last`."""
    if kept.filled[last] >= kept.capacity[last]:
        ways.comes[last] = let_least_go(last, kept)
    here, leaver, there = employee, ways.leaver[employee], ways.goes_to[employee]
    while here != last:
        next_leaver, next_there = ways.leaver[there], ways.goes_to[there]  # before the way back is noted
        move(leaver, here, there, kept, ways)
        here, leaver, there = there, next_leaver, next_there


@compiled
def way_in(employee: int, kept: Kept, ways: Ways) -> bool:
    """Whether the free slot can be filled at no cost: the chain ends with a newcomer, or a slot without a price."""
    here = employee
    for _ in range(kept.price.size):
        if kept.price[here] == 0.0:
            return True
        comer = ways.comes[here]
        before = kept.employee_of[comer] if comer >= 0 else GONE
        if before in (GONE, here):
            return False
        own, other = kept.own[comer], kept.value[comer, here]
        gain = own - kept.price[before] if before >= 0 else 0.0
        if gain - (other - kept.price[here]) > ROUNDING * (own + other):
            return False
        if before < 0:
            return True
        here = before
    return False


@compiled
def come_in(employee: int, kept: Kept, ways: Ways) -> None:
    """Fill the free slot by its way in."""
    here, comer = employee, ways.comes[employee]
    while kept.price[here] > 0.0:
        before = kept.employee_of[comer]
        if before < 0:
            take(comer, here, kept)
            return
        next_comer = ways.comes[before]  # before the way back is noted
        move(comer, before, here, kept, ways)
        here, comer = before, next_comer
