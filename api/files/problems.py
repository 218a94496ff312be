"""Reads assignment problems from `.npz` files, numbers only: nothing in the file is ever executed."""

import math
import zipfile
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from matcher.assignment import Problem
from matcher.errors import Fault, InvalidInput, TooLarge, invalid

Array = NDArray[np.generic]

DENSE = {"value", "eligible", "capacity", "load"}
SPARSE = {"rows", "cols", "vals", "shape", "capacity", "load"}
LARGEST_PROBLEM = 4 * 1024**3  # bytes of all arrays together, as their headers declare them
MOST_PEOPLE = 10_000_000  # on either side of a sparse problem: its answer has an entry for each
NUMBERS = "biuf"  # numpy's kinds: bool, int, unsigned, float


def read_problem(path: Path) -> Problem:
    """The problem a file holds: `value` (n × m), or `rows`, `cols`, `vals` and `shape`; see api.md section 9.

    Raises InvalidInput with what is wrong, TooLarge when the arrays would not fit.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            arrays = _arrays(archive)
    except OSError as error:
        raise invalid("", "unreadable", f"{path}: {error.strerror or error}; check the path and your rights.") from None
    except (zipfile.BadZipFile, zipfile.LargeZipFile, NotImplementedError, RuntimeError) as error:
        raise invalid("", "not_npz", f"{path}: {error}; write the file with numpy.savez.") from None
    return _problem(arrays)


def _problem(arrays: dict[str, Array]) -> Problem:
    if set(arrays) & {"rows", "cols", "vals", "shape"}:
        _check_names(set(arrays), SPARSE, required={"rows", "cols", "vals", "shape"})
        return Problem.sparse(
            arrays["rows"],
            arrays["cols"],
            arrays["vals"],
            _shape(arrays["shape"]),
            capacity=arrays.get("capacity"),
            load=arrays.get("load"),
        )
    _check_names(set(arrays), DENSE, required={"value"})
    return Problem(arrays["value"], arrays.get("eligible"), capacity=arrays.get("capacity"), load=arrays.get("load"))


def _check_names(names: set[str], known: set[str], *, required: set[str]) -> None:
    faults = [
        Fault(
            f"/{name[:64]}", "unknown_array", f"{name[:64]!r} is no array of a problem; use {', '.join(sorted(known))}."
        )
        for name in sorted(names - known)
    ]
    faults += [
        Fault(f"/{name}", "missing_array", f"The array {name!r} is missing; add it.")
        for name in sorted(required - names)
    ]
    if faults:
        raise InvalidInput(faults)


def _arrays(archive: zipfile.ZipFile) -> dict[str, Array]:
    room = LARGEST_PROBLEM
    arrays: dict[str, Array] = {}
    for member in archive.infolist():
        name = member.filename.removesuffix(".npy")
        with archive.open(member) as stream:
            arrays[name], size = _array(stream, name, room)
        room -= size
    return arrays


def _array(stream: IO[bytes], name: str, room: int) -> tuple[Array, int]:
    """One array, once its header has said that it is numbers and that it fits."""
    place = f"/{name[:64]}"
    try:
        version = np.lib.format.read_magic(stream)
        read_header = np.lib.format.read_array_header_1_0 if version == (1, 0) else np.lib.format.read_array_header_2_0
        shape, is_fortran, dtype = read_header(stream)
    except ValueError:
        raise invalid(place, "not_npy", f"{name[:64]!r} is no array; write the file with numpy.savez.") from None
    if dtype.kind not in NUMBERS:
        raise invalid(place, "not_numbers", f"{name[:64]!r} holds {dtype}, not numbers; objects are never read.")
    size = math.prod(shape) * dtype.itemsize
    if size > room:
        raise TooLarge(f"{name[:64]!r} declares {size:,} bytes; all arrays may take {LARGEST_PROBLEM:,}.")
    content = stream.read(size)
    if len(content) < size:
        raise invalid(place, "cut_short", f"{name[:64]!r} ends after {len(content):,} of {size:,} bytes.")
    flat: Array = np.frombuffer(content, dtype=dtype)
    return flat.reshape(shape, order="F" if is_fortran else "C"), size


def _shape(array: Array) -> tuple[int, int]:
    if array.shape != (2,) or array.dtype.kind not in "iu":
        raise invalid("/shape", "shapes_disagree", "shape must be two whole numbers: contacts, employees.")
    contacts, employees = int(array[0]), int(array[1])
    if max(contacts, employees) > MOST_PEOPLE:
        raise TooLarge(f"A problem may have at most {MOST_PEOPLE:,} contacts and as many employees.")
    return contacts, employees
