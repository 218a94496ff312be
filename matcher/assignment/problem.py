"""The question in numbers: what each pair is worth, which pairs are allowed, how many slots there are."""

from dataclasses import dataclass
from math import isnan
from typing import TypeVar

import numpy as np
from numpy.typing import ArrayLike, NDArray

from matcher.errors import Fault, InvalidInput

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]

Number = TypeVar("Number", np.float64, np.int64)

MOST_VALUE = 1e300  # so that the total of ten million is a number
MOST_SLOTS = 2**31  # more slots than people alive who could fill them: a unit error in the caller


@dataclass(frozen=True, slots=True, eq=False)
class Pairs:
    """Pairs one by one, ordered by contact and then employee; `load` is `None` where every pair takes one slot."""

    contact: IntArray
    employee: IntArray
    value: FloatArray
    load: IntArray | None = None

    def only(self, kept: BoolArray) -> "Pairs":
        """The pairs for which `kept` is true."""
        load = None if self.load is None else self.load[kept]
        return Pairs(self.contact[kept], self.employee[kept], self.value[kept], load)


@dataclass(frozen=True, slots=True, init=False, eq=False)
class Problem:
    """Which contact goes to which employee? At most one employee a contact, at most `capacity` slots an employee.

    Dense: `value` is contacts × employees, higher is better, -inf forbids a pair; so does False in `eligible`.
    `capacity` counts slots per employee (default 1), `load` the slots a pair takes (default 1, same shape as `value`).
    A contact may stay unassigned, which is worth 0. Arrays are kept, not copied: leave them alone afterwards.
    Sparse: see `Problem.sparse`.

    Raises InvalidInput with every fault: not_a_number, infinite, value_too_large, shapes_disagree, negative_capacity,
    capacity_too_large, load_not_positive, not_whole.
    """

    shape: tuple[int, int]
    capacity: IntArray
    value: FloatArray | None
    load: IntArray | None
    given: Pairs | None

    def __init__(
        self,
        value: ArrayLike,
        eligible: ArrayLike | None = None,
        *,
        capacity: ArrayLike | None = None,
        load: ArrayLike | None = None,
    ) -> None:
        faults: list[Fault] = []
        matrix = _numbers(value, "/value")
        if matrix.ndim != 2:
            raise InvalidInput([_disagree("/value", f"value has {matrix.ndim} axes; give contacts × employees.")])
        if (fault := fault_of(matrix)) is not None:
            faults.append(fault)
        shape = (matrix.shape[0], matrix.shape[1])
        matrix = _masked(matrix, eligible, faults)
        slots = _capacity(capacity, shape[1], faults)
        loads = _whole(load, shape, "/load", faults)
        if loads is not None and ((loads < 1) & (matrix > -np.inf)).any():
            faults.append(Fault("/load", "load_not_positive", "An eligible pair takes less than one slot."))
        _keep(self, faults, shape=shape, capacity=slots, value=matrix, load=loads, given=None)

    @classmethod
    def sparse(
        cls,
        rows: ArrayLike,
        cols: ArrayLike,
        vals: ArrayLike,
        shape: tuple[int, int],
        *,
        capacity: ArrayLike | None = None,
        load: ArrayLike | None = None,
    ) -> "Problem":
        """The problem given by its eligible pairs only: contact `rows[k]` with employee `cols[k]` is worth `vals[k]`.

        Raises InvalidInput with every fault: as the dense form, and index_out_of_range, duplicate_pair.
        """
        faults: list[Fault] = []
        worth = _numbers(vals, "/vals")
        if worth.ndim != 1 or min(shape) < 0:
            raise InvalidInput([_disagree("/vals", "Give one value a pair, and a shape of two counts.")])
        contact, employee = _index(rows, worth.size, "/rows", faults), _index(cols, worth.size, "/cols", faults)
        if (fault := fault_of(worth)) is not None:
            faults.append(fault)
        slots = _capacity(capacity, shape[1], faults)
        loads = _whole(load, worth.shape, "/load", faults)
        if loads is not None and (loads < 1).any():
            faults.append(Fault("/load", "load_not_positive", "A pair takes less than one slot."))
        if contact is None or employee is None or faults:
            raise InvalidInput(faults)
        pairs = _ordered(Pairs(contact, employee, worth, loads), shape)
        made = object.__new__(cls)
        _keep(made, faults, shape=shape, capacity=slots, value=None, load=None, given=pairs)
        return made

    @property
    def eligible_pairs(self) -> Pairs:
        """Every allowed pair, whatever it is worth."""
        if self.given is not None:
            return self.given.only(self.given.value > -np.inf)
        assert self.value is not None  # one of the two forms is always there
        return _listed(self.value, self.value > -np.inf, self.load)

    @property
    def useful_pairs(self) -> Pairs:
        """Allowed pairs that are worth more than leaving the contact, and fit in the employee's slots."""
        if self.given is not None:
            pairs = self.given
            room = 1 if pairs.load is None else pairs.load
            kept = (pairs.value > 0) & (self.capacity[pairs.employee] >= room)
            return pairs if kept.all() else pairs.only(kept)
        assert self.value is not None  # one of the two forms is always there
        return _listed(self.value, self.useful_mask, self.load)

    @property
    def useful_mask(self) -> BoolArray:
        """contacts × employees: the pairs of `useful_pairs`. Dense problems only."""
        assert self.value is not None
        return (self.value > 0) & (self.capacity >= (1 if self.load is None else self.load))


def plain(matrix: NDArray[Number]) -> NDArray[Number]:
    """The array as compiled loops want it: row by row, writable; copied only where it is not."""
    if matrix.flags.c_contiguous and matrix.flags.writeable:
        return matrix
    return np.array(matrix, order="C")


def _keep(problem: Problem, faults: list[Fault], **parts: object) -> None:
    if faults:
        raise InvalidInput(faults)
    for name, part in parts.items():
        object.__setattr__(problem, name, part)


def _disagree(pointer: str, detail: str) -> Fault:
    return Fault(pointer, "shapes_disagree", detail)


def _numbers(given: ArrayLike, pointer: str) -> FloatArray:
    try:
        return np.asarray(given, dtype=np.float64)
    except (TypeError, ValueError) as error:  # text, or rows of unequal length
        raise InvalidInput(
            [Fault(pointer, "not_a_number", f"{pointer[1:]} is no array of numbers: {error}.")]
        ) from error


def fault_of(value: FloatArray) -> Fault | None:
    """What is wrong with values, if anything is."""
    top = float(np.maximum.reduce(value, axis=None, initial=-np.inf))  # one read finds all: NaN wins every maximum
    if top <= MOST_VALUE:
        return None
    if isnan(top):
        return Fault("/value", "not_a_number", "A value is NaN; forbid a pair with -inf or `eligible`.")
    if top == np.inf:
        return Fault("/value", "infinite", "A value is +inf; give a large finite one instead.")
    detail = f"A value is over {MOST_VALUE:g}, and totals would overflow; divide all values by the same number."
    return Fault("/value", "value_too_large", detail)


def _masked(value: FloatArray, eligible: ArrayLike | None, faults: list[Fault]) -> FloatArray:
    if eligible is None:
        return value
    mask = np.asarray(eligible, dtype=np.bool_)
    if mask.shape != value.shape:
        faults.append(_disagree("/eligible", f"eligible is {mask.shape}, value is {value.shape}."))
        return value
    return np.where(mask, value, -np.inf)


def _whole(given: ArrayLike | None, shape: tuple[int, ...], pointer: str, faults: list[Fault]) -> IntArray | None:
    """`given` as integers of this shape, or `None` with a fault noted."""
    if given is None:
        return None
    array = np.asarray(given)
    if array.shape != shape:
        faults.append(_disagree(pointer, f"{pointer[1:]} is {array.shape}, but {shape} is needed."))
    elif array.size == 0:
        return np.zeros(shape, dtype=np.int64)
    elif array.dtype.kind not in "iu":
        faults.append(Fault(pointer, "not_whole", f"{pointer[1:]} must hold whole numbers."))
    else:
        return array.astype(np.int64, copy=False)
    return None


def _capacity(given: ArrayLike | None, employees: int, faults: list[Fault]) -> IntArray:
    slots = _whole(given, (employees,), "/capacity", faults)
    if slots is None:
        return np.ones(employees, dtype=np.int64)
    if (slots < 0).any():
        faults.append(Fault("/capacity", "negative_capacity", "An employee has fewer than 0 slots."))
    if (slots > MOST_SLOTS).any():
        faults.append(Fault("/capacity", "capacity_too_large", f"An employee has more than {MOST_SLOTS} slots."))
    return plain(slots)


def _index(given: ArrayLike, count: int, pointer: str, faults: list[Fault]) -> IntArray | None:
    return _whole(given, (count,), pointer, faults)


def _ordered(pairs: Pairs, shape: tuple[int, int]) -> Pairs:
    """The pairs in order of contact and employee. Raises InvalidInput for indices outside the shape and doubles."""
    sides = (("/rows", pairs.contact, shape[0]), ("/cols", pairs.employee, shape[1]))
    outside = [
        Fault(pointer, "index_out_of_range", f"{pointer[1:]} holds an index outside 0–{count - 1}.")
        for pointer, index, count in sides
        if ((index < 0) | (index >= count)).any()
    ]
    if outside:
        raise InvalidInput(outside)
    key = pairs.contact * shape[1] + pairs.employee
    order = np.argsort(key, kind="stable")
    if (np.diff(key[order]) == 0).any():
        raise InvalidInput([Fault("/rows", "duplicate_pair", "A pair of contact and employee is given twice.")])
    load = None if pairs.load is None else pairs.load[order]
    return Pairs(pairs.contact[order], pairs.employee[order], pairs.value[order], load)


def _listed(value: FloatArray, kept: BoolArray, load: IntArray | None) -> Pairs:
    contact, employee = np.nonzero(kept)
    return Pairs(contact, employee, value[kept], None if load is None else load[kept])
