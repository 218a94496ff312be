"""Which solver for which problem: one table, read from the top; the first way that suits is taken.

No single solver wins: measured, each is ten to a hundred times slower than another somewhere. The measurements behind
the table: `python -m benchmarks.assignment`.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec

import numpy as np

from matcher.assignment.compiled import compiled_is_ready
from matcher.assignment.problem import FloatArray, IntArray

SAMPLED = 256  # cells: where half of their values repeat, ties are everywhere, and an auction goes in circles
ASKED = 64  # contacts whose favourites are looked at
# Where contacts want fewer different employees than independent values would have it, by more than chance explains,
# paths get long and an auction wins; with slots to spare only where it is worse (measured on twenty kinds of values).
BEYOND_CHANCE = 4.0  # standard deviations
WANTED_WITH_ROOM = 0.7  # of the different favourites that independent values would give
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
    contended: bool  # many contacts want the same employees
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
    Way("one_slot", lambda s: s.one_slot_each and not s.contended, "one slot each"),
    Way("one_slot", lambda s: s.one_slot_each and s.few_values, "one slot each, few distinct values"),
    Way(
        "auction", lambda s: s.one_slot_each and s.slots <= s.contacts, "wanted by many, room for some or just for all"
    ),
    Way("auction_turned", lambda s: s.one_slot_each, "wanted by many, more slots than contacts"),
    Way("paths", lambda s: s.is_small, "many slots, small"),
    Way("paths", lambda s: s.few_values, "many slots, few distinct values"),
    Way("auction", lambda s: s.slots <= s.contacts, "many slots, room for some or just for all"),
    Way("auction", lambda s: s.contended and s.slots < 2 * s.contacts, "many slots, wanted by many"),
    Way("paths_first", lambda _: True, "many slots, room for everyone: paths, an auction where they get long"),
)


def way_for(benefit: FloatArray, room: IntArray) -> Way:
    """The first way of the table that suits. `room`: slots of each employee that can be filled."""
    shape = shape_of(benefit, room)
    return next(way for way in WAYS if way.suits(shape))


def shape_of(benefit: FloatArray, room: IntArray) -> Shape:
    """The problem's shape; values and favourites are looked at in a sample, and only where they matter."""
    contacts, employees = benefit.shape
    slots, one_slot_each = int(room.sum()), bool(room.max(initial=0) <= 1)
    compiled = compiled_is_ready()
    large = compiled and min(contacts, employees) >= (LARGE_ONE_SLOT if one_slot_each else LARGE)
    contended = large and (one_slot_each or slots > contacts) and _is_contended(benefit, slots)
    return Shape(
        contacts=contacts,
        employees=employees,
        slots=slots,
        one_slot_each=one_slot_each,
        few_values=large and (contended or not one_slot_each) and _has_few_values(benefit),
        contended=contended,
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


def _is_contended(benefit: FloatArray, slots: int) -> bool:
    """Whether contacts want the same few employees, as value profiles have it and independent values do not."""
    contacts, employees = benefit.shape
    wanted = np.unique(benefit[np.arange(ASKED) * contacts // ASKED].argmax(axis=1)).size
    independent = employees * (1.0 - (1.0 - 1.0 / employees) ** ASKED)
    if slots != contacts:
        return bool(wanted < WANTED_WITH_ROOM * independent)
    return bool(wanted < independent - BEYOND_CHANCE * math.sqrt(ASKED - independent))  # shared favourites are Poisson
