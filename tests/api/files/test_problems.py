"""`.npz` problems: numbers and nothing else."""

import io
import tracemalloc
import zipfile
from pathlib import Path

import numpy as np
import pytest

from api.files.problems import MOST_NUMBERS, read_problem
from matcher.assignment import solve
from matcher.errors import InvalidInput, TooLarge


def test_a_dense_and_a_sparse_file_of_the_same_problem_have_the_same_answer(tmp_path: Path) -> None:
    """Two forms, one contract (api.md section 9); the optimum of [[9, 8], [7, 1]] by hand is 8 + 7."""
    dense, sparse = tmp_path / "dense.npz", tmp_path / "sparse.npz"
    np.savez(dense, value=np.array([[9.0, 8.0], [7.0, 1.0]]))
    np.savez_compressed(
        sparse, rows=[0, 0, 1, 1], cols=[0, 1, 0, 1], vals=[9.0, 8.0, 7.0, 1.0], shape=np.array([2, 2]), capacity=[1, 1]
    )

    assert [solve(read_problem(path)).value for path in (dense, sparse)] == [15.0, 15.0]


def test_column_order_and_a_mask_are_understood(tmp_path: Path) -> None:
    """Arrays from other tools lie in memory the other way round; a forbidden pair is never assigned."""
    path = tmp_path / "p.npz"
    value = np.asfortranarray([[9.0, 8.0, 0.5], [7.0, 1.0, 0.5]])
    np.savez(path, value=value, eligible=np.array([[True, False, True], [True, True, False]]), capacity=[1, 1, 1])

    assert solve(read_problem(path)).employee_of.tolist() == [0, 1]


def written(path: Path, **members: bytes) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(f"{name}.npy", content)
    return path


def npy(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array, allow_pickle=True)
    return buffer.getvalue()


def declared(shape: tuple[int, ...], kind: str = "<f8") -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": kind, "fortran_order": False, "shape": shape})
    return buffer.getvalue()


BAD = {
    "objects": ({"value": npy(np.array([[None]], dtype=object))}, "not_numbers"),
    "text": ({"value": npy(np.array([["1"]]))}, "not_numbers"),
    "no array at all": ({"value": b"import os"}, "not_npy"),
    "cut short": ({"value": npy(np.ones((9, 9)))[:-8]}, "cut_short"),
    "an unknown array": ({"value": npy(np.ones((1, 1))), "bonus": npy(np.ones(1))}, "unknown_array"),
    "nothing in it": ({}, "missing_array"),
    "sparse without its shape": ({"rows": npy(np.array([0])), "cols": npy(np.array([0]))}, "missing_array"),
    "NaN": ({"value": npy(np.array([[np.nan]]))}, "not_a_number"),
    "one axis": ({"value": npy(np.ones(3))}, "shapes_disagree"),
    "a shape of three": (
        {name: npy(np.array([0])) for name in ("rows", "cols", "vals")} | {"shape": npy(np.array([1, 1, 1]))},
        "shapes_disagree",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_file_that_is_no_problem_is_refused_with_what_is_wrong(name: str, tmp_path: Path) -> None:
    """Bad input 101: nothing in a file is unpickled, and nobody gets a traceback of numpy's."""
    members, code = BAD[name]

    with pytest.raises(InvalidInput) as refused:
        read_problem(written(tmp_path / "p.npz", **members))

    assert refused.value.faults[0].code == code


HUGE = {
    "one array": {"value": declared((MOST_NUMBERS, 2))},
    "an axis beside an empty one": {"value": declared((0, 10**12))},
    "small numbers that grow": {"value": declared((MOST_NUMBERS + 1, 1), "|i1")},
    "two that fit alone": {"value": declared((MOST_NUMBERS, 1)), "eligible": declared((MOST_NUMBERS, 1), "|b1")},
}


@pytest.mark.parametrize("name", HUGE)
def test_arrays_that_claim_to_be_huge_are_refused_before_memory_is_taken(name: str, tmp_path: Path) -> None:
    """A header of 100 bytes can ask for a terabyte."""
    path = written(tmp_path / "p.npz", **HUGE[name])

    with pytest.raises(TooLarge, match="declare"):
        read_problem(path)


def test_a_bomb_takes_no_memory(tmp_path: Path) -> None:
    """A megabyte of zeros packed a thousandfold; what is refused is refused by its headers."""
    path = tmp_path / "bomb.npz"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("value.npy", declared((8 * MOST_NUMBERS, 1), "|i1") + bytes(64 * 1024**2))
    tracemalloc.start()
    with pytest.raises(TooLarge):
        read_problem(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert most < 8 * 1024**2


def test_an_array_with_less_than_it_declares_is_refused_before_it_is_read(tmp_path: Path) -> None:
    """A gigabyte promised and a page delivered: no gigabyte is set aside for it."""
    path = written(tmp_path / "p.npz", value=declared((MOST_NUMBERS // 2, 1)) + bytes(4096))
    tracemalloc.start()
    with pytest.raises(InvalidInput, match="fewer"):
        read_problem(path)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()

    assert most < 8 * 1024**2


def test_every_fault_of_the_arrays_is_told_at_once(tmp_path: Path) -> None:
    """Nobody wants to write the file once for each of them."""
    objects = npy(np.array([None], dtype=object))
    path = written(tmp_path / "p.npz", rows=b"import os", vals=objects, load=npy(np.ones(99))[:-400], bonus=objects)

    with pytest.raises(InvalidInput) as refused:
        read_problem(path)

    told = {(fault.pointer, fault.code) for fault in refused.value.faults}
    assert told == {
        ("/rows", "not_npy"),
        ("/vals", "not_numbers"),
        ("/load", "cut_short"),
        ("/bonus", "unknown_array"),
        ("/cols", "missing_array"),
        ("/shape", "missing_array"),
    }


@pytest.mark.parametrize("place", range(60, 200, 7))
def test_a_packed_file_with_a_flipped_byte_is_refused(tmp_path: Path, place: int) -> None:
    """A disk's fault inside the packed numbers must not end in a traceback."""
    path = tmp_path / "p.npz"
    np.savez_compressed(path, value=np.random.default_rng(1).random((9, 9)))
    content = bytearray(path.read_bytes())
    content[place] ^= 0xFF
    path.write_bytes(content)

    with pytest.raises(InvalidInput, match=r"p\.npz|value"):
        read_problem(path)


def test_what_is_no_zip_or_not_there_is_refused_with_its_path(tmp_path: Path) -> None:
    """The wrong file picked, the most usual fault of all."""
    text = tmp_path / "text.npz"
    text.write_text("value")

    for path in (text, tmp_path / "none.npz", tmp_path):
        with pytest.raises(InvalidInput, match=path.name):
            read_problem(path)
