"""Unit loads on a full matrix: collapse what is alike, then the way that the portfolio's table names."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeAlias

import numpy as np

from matcher.assignment import collapse
from matcher.assignment.augment import solve_by_augmenting
from matcher.assignment.dense import solve_dense, solve_square_with_lapx
from matcher.assignment.portfolio import Way, way_for
from matcher.assignment.problem import FloatArray, IntArray, plain
from matcher.assignment.result import Found

HasTime: TypeAlias = Callable[[], bool] | None
Span: TypeAlias = tuple[float, float] | None  # smallest and largest value

PATIENCE = 2  # rows read a contact, before paths are given up for an auction: more than easy problems ever need
MOST_CELLS = 100_000_000  # contacts × slots held as a matrix by scipy: 800 MB of float64
LARGEST, SMALLEST = 2.0**400, 2.0**-400  # beyond these sums and differences are in danger; powers of two scale exactly


def solve_matrix(value: FloatArray, capacity: IntArray, *, has_time: HasTime) -> Found:
    """The optimum, or the best found while `has_time`; `has_time` is `None` where there is no deadline.

    Precision: that of float64. The worth of the whole must be a finite float64; values are scaled by a power of two
    where they are very large or small, which is exact. Values of very different sizes in one problem are told apart
    down to about 1e-15 of the largest.
    """
    top, low = float(value.max(initial=0.0)), float(value.min(initial=np.inf))
    span = (max(low, 0.0), top)
    benefit = plain(value) if low >= 0 else np.maximum(value, 0.0)
    if SMALLEST <= top <= LARGEST:
        return _solve_scaled(benefit, capacity, has_time, span)
    exponent = -int(np.frexp(top)[1])
    found = _solve_scaled(np.ldexp(benefit, exponent), capacity, has_time, None)
    return replace(found, prices=np.ldexp(found.prices, -exponent))


def _solve_scaled(benefit: FloatArray, capacity: IntArray, has_time: HasTime, span: Span) -> Found:
    classes = collapse.classes_of(benefit, one_slot_each=bool(capacity.max(initial=0) <= 1))
    if classes is not None:
        found = collapse.solve_classes(benefit, capacity, classes)
        if found is not None:
            return replace(found, reason="contacts or employees are alike")
        merged = collapse.merge_employees(benefit, capacity, classes)
        if merged is not None:
            return collapse.hand_out(_solve_different(*merged, has_time, span), capacity, classes)
    return _solve_different(benefit, capacity, has_time, span)


def _solve_different(benefit: FloatArray, capacity: IntArray, has_time: HasTime, span: Span) -> Found:
    way = way_for(benefit, np.minimum(capacity, benefit.shape[0] + 1))
    found = _compiled(way, benefit, capacity, has_time, span) or _plain(way, benefit, capacity, has_time)
    return replace(found, reason=way.reason)


def _compiled(way: Way, benefit: FloatArray, capacity: IntArray, has_time: HasTime, span: Span) -> Found | None:
    if way.name in ("scipy", "lapx", "many_slots"):
        return None
    from matcher.assignment import auction  # compiled on first use
    from matcher.assignment.one_slot import paths_one_slot  # as above

    if way.name == "one_slot":
        return paths_one_slot(benefit, capacity, has_time=has_time)
    if way.name == "auction_turned":
        return auction.auction_turned(benefit, capacity, has_time=has_time)
    if way.name == "paths":
        return auction.paths_from_zero(benefit, capacity, has_time=has_time)
    if way.name == "paths_first":
        patience = PATIENCE * min(benefit.shape)
        found = auction.paths_from_zero(benefit, capacity, has_time=has_time, patience=patience)
        return found or auction.scaled_auction(benefit, capacity, has_time=has_time, span=span)
    return auction.scaled_auction(benefit, capacity, has_time=has_time, span=span)


def _plain(way: Way, benefit: FloatArray, capacity: IntArray, has_time: HasTime) -> Found:
    copies = np.minimum(capacity, np.count_nonzero(benefit, axis=0))
    if way.name == "lapx":
        return solve_square_with_lapx(benefit, capacity)
    if way.name == "many_slots" or benefit.shape[0] * int(copies.sum()) > MOST_CELLS:
        return solve_by_augmenting(benefit, capacity, has_time=has_time or (lambda: True))
    return solve_dense(benefit, copies, capacity)


def solve_by_scipy(value: FloatArray, capacity: IntArray) -> Found:
    """The optimum by a second solver, for an answer that did not prove itself."""
    benefit = np.maximum(value, 0.0)
    return solve_dense(benefit, np.minimum(capacity, np.count_nonzero(benefit, axis=0)), capacity)
