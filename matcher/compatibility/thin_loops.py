"""Compiled: the score of every pair in one pass over the matrix.

A library packs both sides into blocks before it multiplies, which pays where there are hundreds of columns. Here there
are nine, and two of them are ones, so that packing would take as long as the product. Four rows are written at a time,
for which each number of the employees is read once, in pieces that stay beside the processor. Each score is summed in
the order of its columns, which is what a library does too: the two give the same bits where both fuse multiplication
with addition.
"""

import numpy as np
from numpy.typing import NDArray

from matcher.assignment.compiled import compiled

Singles = NDArray[np.float32]
Line = tuple[float, float, float, float, float, float, float]

TERMS = 7  # products a score: the rank of a matrix between the shares of eight value systems, which sum to one
FIRST = 2  # the column they begin at, after the two main effects
BLOCK = 4  # rows at a time: as many as the registers of a processor keep
PIECE = 1024  # employees at a time: their nine numbers each stay in a near cache, and rows are written in long strides


@compiled
def _line(rows: Singles, i: int) -> Line:
    """The numbers of a row that are multiplied."""
    k = FIRST
    return (rows[i, k], rows[i, k + 1], rows[i, k + 2], rows[i, k + 3], rows[i, k + 4], rows[i, k + 5], rows[i, k + 6])


@compiled
def _sum(start: float, a: Line, b: Line) -> float:
    """The start and seven products, one after the other."""
    return (
        start + a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3] + a[4] * b[4] + a[5] * b[5] + a[6] * b[6]
    )  # fmt: skip


@compiled
def score_all(rows: Singles, columns: Singles, out: Singles, first: int) -> None:
    """Write `rows @ columns` (n ≥ 4 rows), where `rows` begin with 1 and `columns` have ones second.

    `first` columns are done before the rest, so that what follows begins on a line of the cache."""
    n, m = out.shape
    start, stop = 0, first
    while start < m:
        mains = columns[0, start:stop]
        b0, b1, b2 = columns[2, start:stop], columns[3, start:stop], columns[4, start:stop]
        b3, b4, b5 = columns[5, start:stop], columns[6, start:stop], columns[7, start:stop]
        b6 = columns[8, start:stop]
        for block in range((n + BLOCK - 1) // BLOCK):
            i = min(BLOCK * block, n - BLOCK)  # the last one goes over rows again where n is no multiple
            a0, a1, a2, a3 = _line(rows, i), _line(rows, i + 1), _line(rows, i + 2), _line(rows, i + 3)
            m0, m1, m2, m3 = rows[i, 1], rows[i + 1, 1], rows[i + 2, 1], rows[i + 3, 1]
            o0, o1, o2, o3 = out[i, start:stop], out[i + 1, start:stop], out[i + 2, start:stop], out[i + 3, start:stop]
            for j in range(stop - start):
                main, b = mains[j], (b0[j], b1[j], b2[j], b3[j], b4[j], b5[j], b6[j])
                w, x, y, z = (
                    _sum(main + m0, a0, b),
                    _sum(main + m1, a1, b),
                    _sum(main + m2, a2, b),
                    _sum(main + m3, a3, b),
                )
                o0[j], o1[j], o2[j], o3[j] = w, x, y, z
        start, stop = stop, min(stop + PIECE, m)
