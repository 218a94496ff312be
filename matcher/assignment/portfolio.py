"""Which solver for which problem: one table, read from the top; the first way that suits is taken.

No single solver wins: measured, each is ten to a hundred times slower than another somewhere. The measurements behind
the table: `python -m benchmarks.assignment`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from matcher.assignment.compiled import compiled_is_ready
from matcher.assignment.problem import FloatArray, IntArray

SAMPLED = 256  # cells: where half of their values repeat, ties are everywhere, and an auction goes in circles
RANK_SAMPLE = 40  # rows and columns of the part whose rank is taken
LOW_RANK = 16  # value profiles have 8 kinds; rules add a few rows
RANK_TOLERANCE = 1e-7  # of the largest value
LARGE = 90  # contacts and employees: below this looking at values costs more than it brings (measured)
LARGE_ONE_SLOT = 200  # the same with one slot each, where paths from good prices are hard to beat (measured)


@dataclass(frozen=True, slots=True)
class Shape:
    """What the choice depends on, for unit loads on a full matrix."""

    contacts: int
    employees: int
    slots: int  # that can be filled: no more than contacts + 1 an employee
    one_slot_each: bool
    few_values: bool
    low_rank: bool
    compiled: bool
    lapx: bool

    @property
    def is_small(self) -> bool:
        """Too small for a price scale to pay."""
        return min(self.contacts, self.employees) < LARGE


@dataclass(frozen=True, slots=True)
class Way:
    """A solver, when it suits, and why it was taken."""

    name: str
    suits: Callable[[Shape], bool]
    reason: str


WAYS = (
    Way("many_slots", lambda s: not s.compiled and s.slots >= 12 * s.employees, "nothing compiled here, many slots"),
    Way(
        "lapx",
        lambda s: not s.compiled and s.lapx and s.one_slot_each and s.contacts == s.employees,
        "square, no numba",
    ),
    Way("scipy", lambda s: not s.compiled, "nothing compiled here"),
    Way("one_slot", lambda s: s.one_slot_each and not s.low_rank, "one slot each"),
    Way("one_slot", lambda s: s.one_slot_each and s.few_values, "one slot each, few distinct values"),
    Way("auction", lambda s: s.one_slot_each and s.slots <= s.contacts, "low rank, room for some or just for all"),
    Way("auction_turned", lambda s: s.one_slot_each, "low rank, more slots than contacts"),
    Way("paths", lambda s: s.is_small, "many slots, small"),
    Way("paths", lambda s: s.few_values, "many slots, few distinct values"),
    Way("auction", lambda s: s.slots <= s.contacts, "many slots, room for some or just for all"),
    Way("auction", lambda s: s.low_rank and s.slots < 2 * s.contacts, "many slots, low rank"),
    Way("paths_first", lambda _: True, "many slots, room for everyone: paths, an auction where they get long"),
)


def way_for(benefit: FloatArray, room: IntArray) -> Way:
    """The first way of the table that suits. `room`: slots of each employee that can be filled."""
    shape = shape_of(benefit, room)
    return next(way for way in WAYS if way.suits(shape))


def shape_of(benefit: FloatArray, room: IntArray) -> Shape:
    """The problem's shape; values and rank are estimated from a sample, and only where they matter."""
    contacts, employees = benefit.shape
    slots, one_slot_each = int(room.sum()), bool(room.max(initial=0) <= 1)
    compiled = compiled_is_ready()
    large = compiled and min(contacts, employees) >= (LARGE_ONE_SLOT if one_slot_each else LARGE)
    low_rank = large and (one_slot_each or slots > contacts) and _has_low_rank(benefit)
    return Shape(
        contacts=contacts,
        employees=employees,
        slots=slots,
        one_slot_each=one_slot_each,
        few_values=large and (low_rank or not one_slot_each) and _has_few_values(benefit),
        low_rank=low_rank,
        compiled=compiled,
        lapx=not compiled and find_spec("lap") is not None,
    )


def _has_few_values(benefit: FloatArray) -> bool:
    contacts, employees = benefit.shape
    step = np.arange(SAMPLED)
    sample = benefit[step * 7919 % contacts, step * 104729 % employees]
    useful = sample[sample > 0]
    row = benefit[0][benefit[0] > 0]
    return bool(2 * np.unique(useful).size <= useful.size and 2 * np.unique(row).size <= row.size)


def _has_low_rank(benefit: FloatArray) -> bool:
    from matcher.assignment.rank_loops import has_rank_above  # compiled on first use

    contacts, employees = benefit.shape
    step = np.arange(RANK_SAMPLE)
    part = benefit[np.ix_(step * contacts // RANK_SAMPLE, step * employees // RANK_SAMPLE)]
    return not has_rank_above(part, LOW_RANK, RANK_TOLERANCE)
