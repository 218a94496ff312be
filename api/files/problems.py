"""Reads assignment problems from `.npz` files, numbers only: nothing in the file is ever executed."""

import math
import zipfile
import zlib
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import numpy as np
from numpy.typing import NDArray

from matcher.assignment import Problem
from matcher.errors import Fault, InvalidInput, TooLarge, invalid

Array = NDArray[np.generic]

DENSE = {"value", "eligible", "capacity", "load"}
SPARSE = {"rows", "cols", "vals", "shape", "capacity", "load"}
MOST_NUMBERS = 128 * 1024**2  # in all arrays together: 1 GiB once each takes eight bytes, whatever it takes in the file
PIECE = 1024**2  # bytes read at once
MOST_PEOPLE = 10_000_000  # on either side of a sparse problem: its answer has an entry for each
NUMBERS = "biuf"  # numpy's kinds: bool, int, unsigned, float


def read_problem(path: Path) -> Problem:
    """The problem a file holds: `value` (n × m), or `rows`, `cols`, `vals` and `shape`; see api.md section 9.

    Raises InvalidInput with every fault of its arrays' names and kinds, TooLarge before anything larger is read.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = _arrays(archive)
    except OSError as error:
        raise invalid("", "unreadable", f"{path}: {error.strerror or error}; check the path and your rights.") from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError, EOFError, zlib.error) as error:
        raise invalid("", "not_npz", f"{path}: {error}; write the file with numpy.savez.") from None
    return _problem(arrays)


def _problem(arrays: dict[str, Array]) -> Problem:
    capacity, load = arrays.get("capacity"), arrays.get("load")
    if "value" in arrays:
        return Problem(arrays["value"], arrays.get("eligible"), capacity=capacity, load=load)
    shape = _shape(arrays["shape"])
    return Problem.sparse(arrays["rows"], arrays["cols"], arrays["vals"], shape, capacity=capacity, load=load)


@dataclass(frozen=True, slots=True)
class Header:
    """What an array says of itself before any of its numbers."""

    shape: tuple[int, ...]
    is_fortran: bool
    dtype: np.dtype[Any]

    @property
    def numbers(self) -> int:
        """How many it asks room for: an axis counts also where another one is empty."""
        return max(math.prod(self.shape), *self.shape, 0)

    @property
    def size(self) -> int:
        """Bytes of its numbers in the file."""
        return math.prod(self.shape) * self.dtype.itemsize


def _arrays(archive: zipfile.ZipFile) -> dict[str, Array]:
    """Every array, read once all headers have said that they are numbers and fit together."""
    members = {member.filename.removesuffix(".npy"): member for member in archive.infolist()}
    faults = _name_faults(members)
    headers: dict[str, Header] = {}
    for name in sorted(set(members) & (DENSE | SPARSE)):
        with archive.open(members[name]) as stream:
            try:
                headers[name] = _header(stream, name)
            except InvalidInput as refusal:
                faults += refusal.faults
    numbers = sum(header.numbers for header in headers.values())
    if numbers > MOST_NUMBERS:
        raise TooLarge(f"The arrays declare {numbers:,} numbers; a problem may have {MOST_NUMBERS:,} in all. Split it.")
    faults += [
        Fault(f"/{name}", "cut_short", f"{name!r} declares {header.size:,} bytes and has fewer; write it again.")
        for name, header in headers.items()
        if header.size > members[name].file_size
    ]
    if faults:
        raise InvalidInput(faults)
    return {name: _array(archive, members[name], name) for name in headers}


def _name_faults(names: Collection[str]) -> list[Fault]:
    """A fault for each array that neither form of a problem has, and for each that the form at hand lacks."""
    is_sparse = bool(set(names) & {"rows", "cols", "vals", "shape"})
    known, required = (SPARSE, {"rows", "cols", "vals", "shape"}) if is_sparse else (DENSE, {"value"})
    unknown = [
        Fault(
            f"/{name[:64]}", "unknown_array", f"{name[:64]!r} is no array of a problem; use {', '.join(sorted(known))}."
        )
        for name in sorted(set(names) - known)
    ]
    missing = [
        Fault(f"/{name}", "missing_array", f"The array {name!r} is missing; add it.")
        for name in sorted(required - set(names))
    ]
    return unknown + missing


def _header(stream: IO[bytes], name: str) -> Header:
    try:
        version = np.lib.format.read_magic(stream)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        header = Header(*read_header(stream))
    except ValueError:
        raise invalid(f"/{name}", "not_npy", f"{name!r} is no array; write the file with numpy.savez.") from None
    if header.dtype.kind not in NUMBERS:
        raise invalid(f"/{name}", "not_numbers", f"{name!r} holds {header.dtype}, not numbers; objects are never read.")
    return header


def _array(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str) -> Array:
    """The numbers, piece by piece into the room they need."""
    with archive.open(member) as stream:
        header = _header(stream, name)
        content = np.empty(header.size, dtype=np.uint8)
        for start in range(0, header.size, PIECE):
            room = content[start : start + PIECE]
            piece = stream.read(room.size)
            if len(piece) < room.size:
                at = start + len(piece)
                raise invalid(f"/{name}", "cut_short", f"{name!r} ends after {at:,} of {header.size:,} bytes.")
            room[:] = np.frombuffer(piece, dtype=np.uint8)
    flat: Array = content.view(header.dtype)
    return flat.reshape(header.shape, order="F" if header.is_fortran else "C")


def _shape(array: Array) -> tuple[int, int]:
    if array.shape != (2,) or array.dtype.kind not in "iu":
        raise invalid("/shape", "shapes_disagree", "shape must be two whole numbers: contacts, employees.")
    contacts, employees = int(array[0]), int(array[1])
    if max(contacts, employees) > MOST_PEOPLE:
        raise TooLarge(f"A problem may have at most {MOST_PEOPLE:,} contacts and as many employees.")
    return contacts, employees
