"""Unit loads on few pairs: scipy's sparse LAPJVsp, with a private way out for each contact.

Source: Jonker and Volgenant 1987, doi 10.1007/BF02278710.
"""

import numpy as np

from matcher.assignment.certificate import prices_of_sparse
from matcher.assignment.problem import IntArray, Pairs
from matcher.assignment.result import Found


def solve_sparse(pairs: Pairs, contacts: int, copies: IntArray, capacity: IntArray) -> Found:
    """The optimum; cannot be stopped halfway. `copies`: slots of each employee that can be filled at all.

    Every contact gets a dummy employee of its own at value 0, so that a full matching always exists. All weights are
    raised by one and the same amount, which every full matching pays alike: scipy reads a stored 0 as no pair.
    """
    from scipy.sparse import csr_array  # slow to load: only who solves pays
    from scipy.sparse.csgraph import min_weight_full_bipartite_matching

    first_slot = np.concatenate(([0], np.cumsum(copies)))
    repeats = copies[pairs.employee]
    contact = np.repeat(pairs.contact, repeats)
    begin = np.cumsum(repeats) - repeats
    slot = np.repeat(first_slot[pairs.employee] - begin, repeats) + np.arange(contact.size)
    lift = float(pairs.value.max(initial=0.0)) or 1.0
    everyone = np.arange(contacts)
    weight = np.concatenate((np.repeat(pairs.value, repeats) + lift, np.full(contacts, lift)))
    rows, cols = np.concatenate((contact, everyone)), np.concatenate((slot, first_slot[-1] + everyone))
    graph = csr_array((weight, (rows, cols)), shape=(contacts, int(first_slot[-1]) + contacts))
    matched, taken = min_weight_full_bipartite_matching(graph, maximize=True)
    owner = np.concatenate((np.repeat(np.arange(copies.size), copies), np.full(contacts, -1)))
    employee_of = np.full(contacts, -1, dtype=np.int64)
    employee_of[matched] = owner[taken]
    return Found(employee_of, prices_of_sparse(pairs, employee_of, capacity), "sparse_matching")
