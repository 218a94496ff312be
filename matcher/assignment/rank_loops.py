"""Compiled: whether a small matrix has a low rank."""

from matcher.assignment.compiled import compiled
from matcher.assignment.problem import FloatArray


@compiled
def has_rank_above(matrix: FloatArray, rank: int, tolerance: float) -> bool:
    """Whether more than `rank` steps of elimination, largest cell first, leave more than `tolerance` of the largest.

    Works in the matrix itself.
    """
    smallest = 0.0
    for step in range(rank + 1):
        top, pivot_row, pivot_column = 0.0, 0, 0
        for i in range(matrix.shape[0]):
            for j in range(matrix.shape[1]):
                if abs(matrix[i, j]) > top:
                    top, pivot_row, pivot_column = abs(matrix[i, j]), i, j
        if step == 0:
            smallest = tolerance * top
        if top <= smallest:
            return False
        pivot = matrix[pivot_row].copy()
        for i in range(matrix.shape[0]):
            share = matrix[i, pivot_column] / pivot[pivot_column]
            for j in range(matrix.shape[1]):
                matrix[i, j] -= share * pivot[j]
            matrix[i, pivot_column] = 0.0
        matrix[pivot_row] = 0.0
    return True
