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
RANK_TOLERANCE = 1e-7  # of the largest singular value
LARGE = 90  # contacts and employees: below this looking at values costs more than it brings (measured)
LARGE_SQUARE = 220  # contacts: below this paths from zero win on a square, unless its rank is low (measured)


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
    Way("paths", lambda s: s.is_small and (s.slots >= s.contacts or not s.one_slot_each), "small"),
    Way("paths_turned", lambda s: s.is_small, "small, fewer slots than contacts"),
    Way("paths", lambda s: s.few_values and (s.slots >= s.contacts or not s.one_slot_each), "few distinct values"),
    Way("paths_turned", lambda s: s.few_values, "few distinct values, fewer slots than contacts"),
    Way("paths", lambda s: s.slots == s.contacts < LARGE_SQUARE and not s.low_rank, "a middling square"),
    Way("auction", lambda s: s.slots == s.contacts, "as many slots as contacts"),
    Way("auction", lambda s: s.slots < s.contacts and (s.low_rank or not s.one_slot_each), "fewer slots than contacts"),
    Way("auction_turned", lambda s: s.low_rank and s.one_slot_each, "low rank, more slots than contacts"),
    Way("auction", lambda s: s.low_rank and s.slots < 2 * s.contacts, "low rank, more slots than contacts"),
    Way("paths_first", lambda s: s.slots > s.contacts, "room for everyone: paths, an auction where they get long"),
    Way("paths_first_turned", lambda _: True, "fewer slots than contacts: the same with sides exchanged"),
)


def way_for(benefit: FloatArray, room: IntArray) -> Way:
    """The first way of the table that suits. `room`: slots of each employee that can be filled."""
    shape = shape_of(benefit, room)
    return next(way for way in WAYS if way.suits(shape))


def shape_of(benefit: FloatArray, room: IntArray) -> Shape:
    """The problem's shape; values and rank are estimated from a sample, and only where they matter."""
    contacts, employees = benefit.shape
    slots = int(room.sum())
    compiled = compiled_is_ready()
    large = compiled and min(contacts, employees) >= LARGE
    return Shape(
        contacts=contacts,
        employees=employees,
        slots=slots,
        one_slot_each=bool(room.max(initial=0) <= 1),
        few_values=large and _has_few_values(benefit),
        low_rank=large and not slots == contacts >= LARGE_SQUARE and _has_low_rank(benefit),
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
    contacts, employees = benefit.shape
    step = np.arange(RANK_SAMPLE)
    part = benefit[np.ix_(step * contacts // RANK_SAMPLE, step * employees // RANK_SAMPLE)]
    strength = np.linalg.svd(part, compute_uv=False)
    return bool((strength > RANK_TOLERANCE * strength[0]).sum() <= LOW_RANK)
