"""Unit loads on a full matrix without compiled loops of our own: scipy's shortest augmenting paths, or lapx.

Sources: Crouse 2016, doi 10.1109/TAES.2016.140952; Jonker and Volgenant 1987, doi 10.1007/BF02278710.
"""

import numpy as np

from matcher.assignment.certificate import prices_of_dense
from matcher.assignment.problem import FloatArray, IntArray
from matcher.assignment.result import Found


def solve_dense(benefit: FloatArray, copies: IntArray, capacity: IntArray) -> Found:
    """The optimum; cannot be stopped halfway. `benefit` ≥ 0 with 0 for a useless pair.

    `copies` says how many of an employee's `capacity` slots can be filled at all: each becomes a column of its own.
    """
    from scipy.optimize import linear_sum_assignment  # 0.3 s to load: only who solves pays

    owner = np.repeat(np.arange(copies.size), copies)
    by_slot = benefit if owner.size == copies.size and (copies == 1).all() else benefit[:, owner]
    contact, slot = linear_sum_assignment(by_slot, maximize=True)
    employee_of = np.full(benefit.shape[0], -1, dtype=np.int64)
    employee_of[contact] = owner[slot]
    employee_of[contact[by_slot[contact, slot] <= 0]] = -1
    return Found(employee_of, prices_of_dense(benefit, employee_of, capacity), "linear_sum_assignment")


def solve_square_with_lapx(benefit: FloatArray, capacity: IntArray) -> Found:
    """The optimum of as many contacts as employees with one slot each; cannot be stopped halfway.

    Of lapx' solvers the one that is quick on square matrices of every kind (measured); what it answers is proved here
    as every answer is.
    """
    from lap import lapjvr

    usable = np.where(capacity > 0, benefit, 0.0)
    employee_of = np.asarray(lapjvr(usable.max(initial=0.0) - usable, return_cost=False)[1], dtype=np.int64)
    everyone = np.arange(employee_of.size)
    employee_of[usable[everyone, employee_of] <= 0] = -1
    return Found(employee_of, prices_of_dense(benefit, employee_of, capacity), "lapx")
