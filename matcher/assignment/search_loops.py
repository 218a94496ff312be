"""Compiled: what a shortest-path search does at each step, as passes over all employees that are vectorised.

Lengths are above 0, with `SHORTEST` for 0: their bits, read as whole numbers without sign, are then ordered as they
are, and a closed employee's length of -inf, read so, is larger than any. A minimum of whole numbers is vectorised where
one of fractions is not.
"""

import numpy as np
from numpy.typing import NDArray

from matcher.assignment.compiled import compiled
from matcher.assignment.problem import FloatArray, IntArray

Bits = NDArray[np.uint64]

SHORTEST = 1e-300
ALL_BITS = np.uint64(0xFFFFFFFFFFFFFFFF)


@compiled
def lengthen(
    row: FloatArray, price: FloatArray, key: FloatArray, came_from: IntArray, base: float, length: float, mover: int
) -> None:
    """Shorter ways by this contact, which `length` leads to and which keeps `base` - `length` where it is."""
    for j in range(row.size):
        far = base - (row[j] - price[j])
        far = far if far > length else length
        known = key[j]
        nearer = far < known
        key[j] = far if nearer else known
        came_from[j] = mover if nearer else came_from[j]


@compiled
def lowest_bits(bits: Bits) -> np.uint64:
    """The bits of the smallest length that is not closed."""
    low = ALL_BITS
    for j in range(bits.size):
        low = bits[j] if bits[j] < low else low
    return low


@compiled
def first_at(bits: Bits, low: np.uint64, owner: IntArray) -> tuple[int, int]:
    """The first employee at this length, and the first of them that is free; their number where there is none."""
    count = bits.size
    here, free = count, count
    for j in range(count):
        at = j if bits[j] == low else count
        unowned = at if owner[j] < 0 else count
        here = at if at < here else here
        free = unowned if unowned < free else free
    return here, free


@compiled
def first_with_room(bits: Bits, low: np.uint64, slots: IntArray, filled: IntArray) -> tuple[int, int]:
    """As `first_at`, for employees with any number of slots."""
    count = bits.size
    here, free = count, count
    for j in range(count):
        at = j if bits[j] == low else count
        unfilled = at if slots[j + 1] - slots[j] > filled[j] else count
        here = at if at < here else here
        free = unfilled if unfilled < free else free
    return here, free
