"""The compiled product of two thin matrices gives what a plain sum in double precision gives."""

import threading

import numpy as np
import pytest
from numpy.typing import NDArray

from matcher.assignment import compiled
from matcher.compatibility import thin_product
from matcher.compatibility.thin_product import MOST_TERMS, warm_up

Singles = NDArray[np.float32]

ROUNDING = 2e-5  # sums of nine numbers of a few units in single precision


@pytest.fixture(autouse=True)
def _loaded() -> None:
    warm_up()


def _halves(n: int, m: int, terms: int) -> tuple[Singles, Singles]:
    rng = np.random.default_rng([n, m, terms])
    rows = rng.normal(size=(n, 2 + terms)).astype(np.float32)
    columns = rng.normal(size=(2 + terms, m)).astype(np.float32)
    rows[:, 0], columns[1] = 1.0, 1.0
    return rows, columns


def _summed(rows: Singles, columns: Singles) -> NDArray[np.float64]:
    return np.array([[sum(a * b for a, b in zip(row, column, strict=True)) for column in columns.T.tolist()]
                     for row in rows.tolist()])  # fmt: skip


@pytest.mark.parametrize("terms", [0, 1, 6, 7, 8])
@pytest.mark.parametrize(("n", "m"), [(1, 70), (64, 64), (66, 97), (67, 1100)])
def test_every_score_is_the_sum_of_its_products(n: int, m: int, terms: int) -> None:
    """Whatever sizes do not divide by what is done at once must not leave a score out, or count one twice."""
    rows, columns = _halves(n, m, terms)

    found = thin_product.thin_product(rows, columns)

    assert found.dtype == np.float32
    assert np.abs(found - _summed(rows, columns)).max() < ROUNDING


@pytest.mark.parametrize("offset", [0, 1, 3, 15])
def test_a_matrix_given_is_filled_wherever_it_begins(offset: int) -> None:
    """Where memory begins decides how it is cut into pieces, and must decide nothing else."""
    rows, columns = _halves(80, 90, MOST_TERMS)
    room = np.full(80 * 90 + 16, np.nan, dtype=np.float32)
    out = room[offset : offset + 80 * 90].reshape(80, 90)

    found = thin_product.thin_product(rows, columns, out)

    assert found is out
    assert np.abs(out - _summed(rows, columns)).max() < ROUNDING
    assert np.isnan(room[:offset]).all()
    assert np.isnan(room[offset + 80 * 90 :]).all()


def test_a_matrix_with_gaps_is_filled_between_them() -> None:
    """A view of every other row is no reason to write where nobody asked."""
    rows, columns = _halves(70, 80, MOST_TERMS)
    room = np.full((140, 80), np.nan, dtype=np.float32)

    thin_product.thin_product(rows, columns, room[::2])

    assert np.abs(room[::2] - _summed(rows, columns)).max() < ROUNDING
    assert np.isnan(room[1::2]).all()


def test_scores_are_the_same_without_compiled_code(monkeypatch: pytest.MonkeyPatch) -> None:
    """Who installs without numba, or asks before it is loaded, gets the same scores."""
    rows, columns = _halves(100, 120, MOST_TERMS)
    loaded = thin_product.thin_product(rows, columns)
    monkeypatch.setattr(thin_product, "_loaded", threading.Event())
    monkeypatch.setattr(compiled, "numba_is_here", lambda: False)
    warm_up()

    plain = thin_product.thin_product(rows, columns)

    assert np.abs(plain - loaded).max() < ROUNDING


def test_the_same_halves_give_the_same_bits() -> None:
    """A decision is explained by making it again."""
    rows, columns = _halves(128, 200, MOST_TERMS)

    first, second = thin_product.thin_product(rows, columns), thin_product.thin_product(rows, columns)

    assert np.array_equal(first, second)
