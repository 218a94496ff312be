"""The instances that solvers are measured on: fixed by shape and seed."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
KINDS = 8  # of value profiles


@dataclass(frozen=True, slots=True)
class Sparse:
    """Pairs one by one, and slots an employee."""

    rows: NDArray[np.int64]
    cols: NDArray[np.int64]
    vals: Matrix
    shape: tuple[int, int]
    capacity: NDArray[np.int64]


def uniform(n: int, m: int, seed: int) -> Matrix:
    """Every pair independent of the others."""
    return np.random.default_rng(seed).random((n, m))


def low_rank(n: int, m: int, seed: int) -> Matrix:
    """What value profiles give: shares of eight kinds on both sides."""
    rng = np.random.default_rng(seed)
    shares = rng.dirichlet(np.full(KINDS, 0.6), n)
    return shares @ rng.random((KINDS, KINDS)) @ rng.dirichlet(np.full(KINDS, 0.6), m).T


def tied(n: int, m: int, seed: int) -> Matrix:
    """Ten distinct values."""
    return np.random.default_rng(seed).integers(1, 11, (n, m)).astype(np.float64)


def plane(n: int, m: int, seed: int) -> Matrix:
    """Distances in a square: the kind on which shortest paths are longest for some solvers."""
    rng = np.random.default_rng(seed)
    here, there = rng.random((n, 2)), rng.random((m, 2))
    return 2 - np.hypot(here[:, :1] - there[:, 0], here[:, 1:] - there[:, 1])


def product(n: int, m: int, seed: int) -> Matrix:
    """Rank one."""
    rng = np.random.default_rng(seed)
    return rng.random((n, 1)) * rng.random((1, m))


def classes(n: int, m: int, seed: int) -> Matrix:
    """Fifty kinds of contacts and forty of employees."""
    rng = np.random.default_rng(seed)
    return rng.random((50, 40))[rng.integers(0, 50, n)][:, rng.integers(0, 40, m)]


def blocks(n: int, m: int, seed: int) -> Matrix:
    """Ten departments that do not serve each other's contacts."""
    value = low_rank(n, m, seed)
    return np.where(np.arange(n)[:, None] * 10 // n == np.arange(m) * 10 // m, value, 0.0)


def scattered_blocks(n: int, m: int, seed: int) -> Matrix:
    """The same in any order, other departments' pairs forbidden."""
    rng = np.random.default_rng(seed + 2000)
    value = blocks(n, m, seed)[rng.permutation(n)][:, rng.permutation(m)]
    return np.ascontiguousarray(np.where(value > 0, value, -np.inf))


def slots(m: int, seed: int) -> NDArray[np.int64]:
    """One to four slots an employee."""
    return np.random.default_rng(seed + 1000).integers(1, 5, m)


def few_pairs(n: int, m: int, pairs: int, seed: int, *, capacity: int = 1) -> Sparse:
    """So many employees a contact, drawn at random, worth a uniform number."""
    rng = np.random.default_rng(seed)
    key = np.unique(np.repeat(np.arange(n), pairs) * m + rng.integers(0, m, n * pairs))
    return Sparse(key // m, key % m, rng.random(key.size), (n, m), np.full(m, capacity))


DENSE: dict[str, Callable[[int, int, int], Matrix]] = {
    "uniform": uniform,
    "low rank": low_rank,
    "tied": tied,
    "plane": plane,
    "product": product,
    "classes": classes,
    "blocks": blocks,
    "scattered blocks": scattered_blocks,
}
