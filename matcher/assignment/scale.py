"""HiGHS rounds in units, not in shares of what it is given: values come to a size that its tolerances are made for.

It takes differences of 1e-7 for none and 1e20 for infinite. Sizes change by doublings, so that no digit is lost.
"""

from collections.abc import Callable
from dataclasses import replace
from math import frexp

import numpy as np

from matcher.assignment.problem import FloatArray, Pairs
from matcher.assignment.result import Found, Turnout

SIZE = 7  # doublings of 1: the largest value comes to 64 to 128, of which 1e-7 is a billionth


def doublings(value: FloatArray) -> int:
    """How often to double the values, or halve them where negative."""
    largest = float(value.max(initial=0.0))
    return SIZE - frexp(largest)[1] if largest > 0 else 0


def at_size(pairs: Pairs, solver: Callable[[Pairs], Found]) -> Found:
    """What the solver finds for values of that size, its prices as for those given."""
    power = doublings(pairs.value)
    found = solver(replace(pairs, value=np.ldexp(pairs.value, power)))
    turnout = None if found.turnout is None else _back(found.turnout, power)
    return replace(found, prices=np.ldexp(found.prices, -power), turnout=turnout)


def _back(turnout: Turnout, power: int) -> Turnout:
    """What counts contacts stays; what counts worth is as before."""
    proof = turnout.by_fills
    if proof is not None:
        prices = np.ldexp(proof.contact_prices, -power)
        proof = replace(proof, contact_prices=prices, toll=float(np.ldexp(proof.toll, -power)))
    return replace(turnout, toll=float(np.ldexp(turnout.toll, -power)), by_fills=proof)
