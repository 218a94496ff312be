"""The product of two thin matrices that gives every score: compiled where that is in memory, else by numpy."""

import threading

import numpy as np
from numpy.typing import NDArray

Singles = NDArray[np.float32]

MAINS = 2  # columns for main effects, one of them ones
MOST_TERMS = 7  # beside them; with more a library's product loses little
FEWEST = 64  # rows or columns: less is done before a choice is made
CACHE_LINE = 64  # bytes

_loaded = threading.Event()  # set once for all by `warm_up`


def warm_up() -> None:
    """Have the compiled product in memory: a moment from the cache, some seconds the first time on a machine.

    Does nothing where numba is not installed. Until it is done numpy multiplies.
    """
    from matcher.assignment.compiled import numba_is_here

    if not numba_is_here() or _loaded.is_set():
        return
    from matcher.compatibility.thin_loops import score_all

    ones = np.ones((FEWEST, MAINS + MOST_TERMS), dtype=np.float32)
    score_all(ones, np.ascontiguousarray(ones.T), np.empty((FEWEST, FEWEST), dtype=np.float32), FEWEST)
    _loaded.set()


def thin_product(rows: Singles, columns: Singles, out: Singles | None = None) -> Singles:
    """`rows @ columns` (n × r, r × m), where `rows` begin with a column of ones and `columns` have ones as their second
    row. The compiled product and numpy's differ by rounding of single precision at most.
    """
    if not _suits(rows, columns, out):
        return np.matmul(rows, columns, out=out)
    from matcher.compatibility.thin_loops import PIECE, score_all

    missing = MAINS + MOST_TERMS - len(columns)
    if missing:
        rows, columns = np.pad(rows, ((0, 0), (0, missing))), np.pad(columns, ((0, missing), (0, 0)))
    if out is None:
        out = np.empty((len(rows), columns.shape[1]), dtype=np.float32)
    to_line = -out.ctypes.data % CACHE_LINE // out.itemsize
    score_all(rows, columns, out, to_line or min(PIECE, out.shape[1]))
    return out


def _suits(rows: Singles, columns: Singles, out: Singles | None) -> bool:
    """Whether the compiled product is in memory and made for matrices like these."""
    return (
        _loaded.is_set()
        and len(rows) >= FEWEST
        and columns.shape[1] >= FEWEST
        and MAINS < len(columns) <= MAINS + MOST_TERMS
        and (out is None or (out.flags.c_contiguous and out.dtype == np.float32))
    )
