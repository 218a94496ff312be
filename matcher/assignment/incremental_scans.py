"""Compiled: passes over all employees or contacts, by vectors: each loop does one thing, or none are used."""

import numpy as np

from matcher.assignment.compiled import compiled
from matcher.assignment.problem import FloatArray
from matcher.assignment.search_loops import ALL_BITS, Bits, lowest_bits


@compiled
def largest(numbers: FloatArray) -> float:
    """The largest of numbers that are 0 or more."""
    bits = numbers.view(np.uint64)
    high = np.uint64(0)
    for k in range(bits.size):
        high = bits[k] if bits[k] > high else high
    return number_of(high)


@compiled
def bits_of(number: float) -> np.uint64:
    """The number's bits, read as a whole number without sign."""
    return np.float64(number).view(np.uint64)


@compiled
def lowest_of_both(lengths: FloatArray, rests: FloatArray) -> tuple[float, float]:
    """The shortest length, and the shortest sum of a length and what lies beyond it; -inf where all are closed."""
    low, low_sum = ALL_BITS, ALL_BITS
    for k in range(lengths.size):
        length, whole = bits_of(lengths[k]), bits_of(lengths[k] + rests[k])
        low = length if length < low else low
        low_sum = whole if whole < low_sum else low_sum
    return number_of(low), number_of(low_sum)


@compiled
def number_of(bits: np.uint64) -> float:
    """The number of these bits."""
    return float(np.uint64(bits).view(np.float64))


@compiled
def place_of(number: float, numbers: FloatArray) -> int:
    """Where the number, which is above 0, is first; -1: nowhere."""
    here = first_place(numbers.view(np.uint64), bits_of(number))
    return here if here < numbers.size else -1


@compiled
def place_of_sum(number: float, numbers: FloatArray, others: FloatArray) -> int:
    """Where two numbers first add up to the number; -1: nowhere."""
    for k in range(numbers.size):
        if numbers[k] + others[k] == number:
            return k
    return -1


@compiled
def count_above(numbers: FloatArray, bound: float) -> int:
    """How many are above the bound."""
    count = 0
    for k in range(numbers.size):
        count += 1 if numbers[k] > bound else 0
    return count


@compiled
def any_below(gain: FloatArray, column: FloatArray, bound: float) -> bool:
    """Whether a difference is below the bound."""
    count = 0
    for i in range(gain.size):
        count += 1 if gain[i] - column[i] < bound else 0
    return count > 0


@compiled
def nearest(key: FloatArray) -> int:
    """The first employee with the shortest chain, or -1; lengths are above 0, but those below 0 are left out."""
    bits = key.view(np.uint64)
    here = first_place(bits, lowest_bits(bits))
    return here if here < bits.size and 0.0 < key[here] < np.inf else -1


@compiled
def first_place(bits: Bits, sought: np.uint64) -> int:
    """Where it is first; a loop of its own, or no vectors are used."""
    count = bits.size
    here = count
    for k in range(count):
        at = k if bits[k] == sought else count
        here = at if at < here else here
    return here
