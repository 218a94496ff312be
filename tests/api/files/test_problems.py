"""`.npz` problems: numbers and nothing else."""

import io
import zipfile
from pathlib import Path

import numpy as np
import pytest

from api.files.problems import LARGEST_PROBLEM, read_problem
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


def declared(shape: tuple[int, ...]) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<f8", "fortran_order": False, "shape": shape})
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


def test_arrays_that_claim_to_be_huge_are_refused_before_memory_is_taken(tmp_path: Path) -> None:
    """A header of 100 bytes can ask for a terabyte."""
    path = written(tmp_path / "p.npz", value=declared((LARGEST_PROBLEM, 8)))

    with pytest.raises(TooLarge, match="declares"):
        read_problem(path)


def test_what_is_no_zip_or_not_there_is_refused_with_its_path(tmp_path: Path) -> None:
    """The wrong file picked, the most usual fault of all."""
    text = tmp_path / "text.npz"
    text.write_text("value")

    for path in (text, tmp_path / "none.npz", tmp_path):
        with pytest.raises(InvalidInput, match=path.name):
            read_problem(path)
