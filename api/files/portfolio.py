"""Files of a portfolio: customers laid out as numbers on a disk, places of employees, and how far prices have come."""

import hashlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import BinaryIO, TypeVar, overload

import numpy as np
from numpy.typing import NDArray

from api.files.cells import Cells
from api.files.people import FAULTS_TOLD, customer_rows, employee_rows
from api.files.table import MIB, Limits, Table
from matcher.assignment.problem import IntArray
from matcher.assignment.transport import Ascent
from matcher.errors import Conflict, Fault, InvalidInput, invalid
from matcher.profiles.framework import Framework
from matcher.profiles.people import Customer, Employee
from matcher.routing.accounts import CustomerChunk, chunk_of

LARGE = Limits(file_bytes=8_192 * MIB, rows=50_000_000)
CUSTOMERS_A_CHUNK = 4_096  # 32 MB of values where a thousand employees stand against them
MOST_PLACES = 10_000_000  # of one employee
HASH_BYTES = 8

Number = TypeVar("Number", np.float64, np.int32)


@dataclass(frozen=True, slots=True, eq=False)
class Spool(Sequence[CustomerChunk]):
    """Customers as numbers, in one file of fixed-size records; a chunk is read when it is asked for."""

    path: Path
    systems: int
    customers: int
    languages: tuple[str | None, ...]

    @property
    def sizes(self) -> tuple[int, ...]:
        """How many customers each chunk has."""
        return tuple(
            min(CUSTOMERS_A_CHUNK, self.customers - start) for start in range(0, self.customers, CUSTOMERS_A_CHUNK)
        )

    def __len__(self) -> int:
        return len(self.sizes)

    @overload
    def __getitem__(self, number: int) -> CustomerChunk: ...
    @overload
    def __getitem__(self, number: slice) -> Sequence[CustomerChunk]: ...
    def __getitem__(self, number: int | slice) -> CustomerChunk | Sequence[CustomerChunk]:
        """The chunk of that number."""
        if isinstance(number, slice):
            return [self[each] for each in range(*number.indices(len(self)))]
        if not 0 <= number < len(self):
            raise IndexError(number)
        record = _record(self.systems)
        with self.path.open("rb") as stream:
            stream.seek(number * CUSTOMERS_A_CHUNK * record.itemsize)
            rows = np.frombuffer(stream.read(self.sizes[number] * record.itemsize), dtype=record)
        return CustomerChunk(number, np.ascontiguousarray(rows["share"]), rows["n_eff"].copy(), rows["language"].copy())


def spool_customers(
    source: Path, to: Path, framework: Framework, *, at: datetime, show: Callable[[int, int | None], None]
) -> Spool:
    """Read a file of customers of any length and lay it out as numbers in `to`.

    Raises InvalidInput with the first faults of all lines, an id that stands there twice included.
    """
    languages: dict[str | None, int] = {None: 0}
    faults: list[Fault] = []
    seen: list[np.ndarray[tuple[int, ...], np.dtype[np.uint64]]] = []
    count = 0
    with source.open("rb") as stream, to.open("wb") as spool:
        for number, customers in enumerate(_batches(stream, framework, faults)):
            chunk = chunk_of(number, customers, framework, language_index=languages, at=at)
            rows = np.empty(len(customers), _record(framework.values.size))
            rows["share"], rows["n_eff"], rows["language"] = chunk.share, chunk.n_eff, chunk.language
            spool.write(rows.tobytes())
            seen.append(np.array([_hash(customer.id) for customer in customers], np.uint64))
            count += len(customers)
            show(count, None)
    if not faults and _has_doubles(seen):
        faults = _doubles(source)
    if faults:
        raise InvalidInput(faults[:FAULTS_TOLD])
    return Spool(to, framework.values.size, count, tuple(languages))


def customer_ids(source: Path) -> Iterator[str]:
    """The ids of a file of customers that has been read without a fault, in their order."""
    with source.open("rb") as stream:
        table = Table(stream, limits=LARGE)
        for line in table.lines():
            yield line.cells["id"]


def account_employees(
    source: Path, framework: Framework, *, capacity_column: str
) -> tuple[tuple[Employee, ...], IntArray]:
    """The employees of a file, and how many customers each may have.

    Raises InvalidInput with every fault; a column of another name than `capacity` is read beside the others.
    """
    beside = (capacity_column,)
    with source.open("rb") as stream:
        staff = employee_rows(stream, framework, required=("id", capacity_column), beside=beside).values()
    places: list[int] = []
    faults: list[Fault] = []
    with source.open("rb") as stream:
        table = Table(stream)
        for line in table.lines():
            cells = Cells(line, uses_comma_decimals=table.uses_comma_decimals)
            places.append(cells.whole(capacity_column, 0, MOST_PLACES, absent=0))
            faults += cells.faults
    ids = [one.id for one in staff]
    faults += [
        Fault("/id", "duplicate_employee", f"The employee {one!r} stands in the file twice; keep one line.")
        for one in sorted({one for one in ids if ids.count(one) > 1})
    ]
    if faults:
        raise InvalidInput(faults[:FAULTS_TOLD])
    return tuple(staff), np.array(places, np.int64)


def fingerprint(*parts: Path | str) -> str:
    """What tells one question from another: the contents of its files, and its options."""
    digest = hashlib.sha256()
    for part in parts:
        if isinstance(part, str):
            digest.update(hashlib.sha256(part.encode()).digest())
            continue
        with part.open("rb") as stream:
            digest.update(hashlib.file_digest(stream, "sha256").digest())
    return digest.hexdigest()


def write_state(path: Path, state: Ascent, question: str) -> None:
    """Keep how far prices have come. Whole or not at all: whoever is cut off leaves the one before."""
    fresh = path.with_name(f"{path.name}.{os.getpid()}")
    with fresh.open("wb") as stream:
        np.savez(
            stream,
            prices=state.prices,
            best_prices=state.best_prices,
            asked=state.asked,
            bound=np.float64(state.bound),
            rounds=np.int64(state.rounds),
            employee_of=_none_as_empty(state.employee_of),
            worth=_none_as_empty(state.worth),
            question=np.frombuffer(question.encode(), np.uint8),
        )
        stream.flush()
        os.fsync(stream.fileno())
    fresh.replace(path)


def read_state(path: Path, question: str) -> Ascent | None:
    """How far prices had come, `None` where nothing was kept.

    Raises Conflict where another question was asked then, InvalidInput where the file is none of ours.
    """
    if not path.exists():
        return None
    try:
        with np.load(path, allow_pickle=False) as kept:
            asked = bytes(kept["question"]).decode()
            state = Ascent(
                kept["prices"],
                kept["best_prices"],
                kept["asked"],
                float(kept["bound"]),
                int(kept["rounds"]),
                _empty_as_none(kept["employee_of"]),
                _empty_as_none(kept["worth"]),
            )
    except (ValueError, KeyError, EOFError, OSError) as error:
        raise invalid("", "not_npz", f"{path}: {error}; delete it and begin anew.") from None
    if asked != question:
        raise Conflict(f"{path} belongs to other files or options; leave --resume out to begin anew.")
    return state


def _none_as_empty(array: NDArray[Number] | None) -> NDArray[Number] | NDArray[np.float64]:
    return np.zeros(0) if array is None else array


def _empty_as_none(array: NDArray[Number]) -> NDArray[Number] | None:
    return array if array.size else None


def _batches(stream: BinaryIO, framework: Framework, faults: list[Fault]) -> Iterator[list[Customer]]:
    """Customers by the chunk; faults are noted, and after the first ones nothing more is read."""
    lines = customer_rows(stream, framework, limits=LARGE).lines
    while batch := list(islice(lines, CUSTOMERS_A_CHUNK)):
        for read in batch:
            faults.extend(read.faults)
        if len(faults) >= FAULTS_TOLD:
            return
        yield [read.value for read in batch if read.value is not None]


def _record(systems: int) -> "np.dtype[np.void]":
    return np.dtype([("share", np.float64, (systems,)), ("n_eff", np.float64), ("language", np.int32)])


def _hash(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode(), digest_size=HASH_BYTES).digest(), "little")


def _has_doubles(seen: Sequence["np.ndarray[tuple[int, ...], np.dtype[np.uint64]]"]) -> bool:
    if not seen:
        return False
    hashes = np.sort(np.concatenate(seen))
    return bool((np.diff(hashes) == 0).any())


def _doubles(source: Path) -> list[Fault]:
    """A fault for each id that comes again; ids are held only now that there is one."""
    known: set[str] = set()
    faults: list[Fault] = []
    for one in customer_ids(source):
        if one in known:
            faults.append(Fault("/id", "duplicate_customer", f"The customer {one!r} stands in the file twice."))
        known.add(one)
    return faults
