"""Compiled: whom a customer might take at the prices, and an auction among those pairs in which every slot is filled.

Where slots may stay empty, an auction leaves them at prices that nobody pays, and the bound is worth little. So sides
are brought to the same number: slots too many get guests, worth 0 to everyone; customers too many get places outside.
A customer may sit with anybody for a worth of 0, which means that nobody serves it.
Source: Bertsekas and Castañón 1989, doi 10.1007/BF02186476 (slots); 1992, doi 10.1007/BF00247653 (unequal sides).
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from matcher.assignment.compiled import compiled
from matcher.assignment.problem import FloatArray, IntArray
from matcher.assignment.slots_loops import empty_all, take_slot
from matcher.assignment.state import Seats

Columns = NDArray[np.int32]


class Table(NamedTuple):
    """For each customer some employees and what each is worth to it; -inf where a row has fewer than others."""

    column: Columns
    value: FloatArray


class Likely(NamedTuple):
    """Room for the answer: a table as wide as wanted, and for each row what the best is worth after paying."""

    column: Columns
    value: FloatArray
    rank: FloatArray
    net: FloatArray


@compiled
def keep_likely(pairs: Table, prices: FloatArray, doubt: FloatArray, begins: IntArray, into: Likely) -> None:
    """Of each row the pairs worth most after paying, as far as there is room. Only what is worth more than 0 counts.

    `doubt` is added before they are compared, that of a row's first employee standing where it `begins`. A single row
    of columns holds for all customers.
    """
    wide = into.column.shape[1]
    for i in range(pairs.value.shape[0]):
        columns = pairs.column[i if pairs.column.shape[0] > 1 else 0]
        from_here = begins[i]
        count, lowest, limit, best = 0, 0, -np.inf, 0.0
        for k in range(columns.size):
            value = pairs.value[i, k]
            if value <= 0.0:
                continue
            j = columns[k]
            net = value - prices[j]
            best = max(best, net)
            net += doubt[from_here + j]
            if count < wide:
                here = count
                count += 1
            elif net > limit:
                here = lowest
            else:
                continue
            into.column[i, here], into.value[i, here], into.rank[i, here] = j, value, net
            if count == wide:
                lowest = 0
                for w in range(1, wide):
                    if into.rank[i, w] < into.rank[i, lowest]:
                        lowest = w
                limit = into.rank[i, lowest]
        into.net[i] = best


@compiled
def _cheapest(price: FloatArray) -> tuple[int, float, float]:
    """The employee whose slot costs least, its price, and that of the next one."""
    here, least, next_one = -1, np.inf, np.inf
    for j in range(price.size):
        if price[j] < least:
            here, least, next_one = j, price[j], least
        elif price[j] < next_one:
            next_one = price[j]
    return here, least, next_one


@compiled
def bid_for_all_slots(pairs: Table, seats: Seats, stack: IntArray, epsilon: float, most_bids: int) -> int:
    """A phase: everybody gets up and bids until all sit, or bids run out. How many still stand.

    `stack` has room for customers and guests. Prices only rise: the cheapest is so until its price changes.
    """
    column, value, price = pairs.column, pairs.value, seats.price
    customers, wide = column.shape
    waiting = empty_all(seats, stack)
    cheap, floor, next_one = _cheapest(price)
    while waiting > 0 and most_bids > 0 and cheap >= 0:
        most_bids -= 1
        waiting -= 1
        i = stack[waiting]
        here, best, second = -1, -np.inf, -np.inf
        if i < customers:
            for k in range(wide):  # without branches, which nobody could predict
                net = value[i, k] - price[column[i, k]]
                more = net > best
                less = best if more else net
                best = net if more else best
                here = k if more else here
                second = less if less > second else second
        if best < -floor and price[cheap] > floor:
            cheap, floor, next_one = _cheapest(price)
        if best < -floor:
            j, second, best = cheap, max(best, -next_one), -floor
        else:
            j, second = int(column[i, here]), max(second, -floor)
        step = best - second if second > -np.inf else 0.0
        outbid = take_slot(i, j, price[j] + step + epsilon, seats)
        seats.employee_of[i] = j
        if outbid >= 0:
            seats.employee_of[outbid] = -1
            stack[waiting] = outbid
            waiting += 1
    return int(waiting)
