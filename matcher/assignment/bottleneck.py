"""Why not? The contacts that cannot all be served because too few slots stand behind them.

Source: Hall 1935, doi 10.1112/jlms/s1-10.37.26, with capacities; alternating search from an unserved contact.
"""

from dataclasses import dataclass

import numpy as np

from matcher.assignment.problem import IntArray, Pairs, Problem
from matcher.errors import invalid


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """`contacts` can only go to `employees`, whose slots are `short` too few for them all.

    No proper part of `contacts` is a bottleneck: take any one away and the rest can be served together.
    """

    contacts: tuple[int, ...]
    employees: tuple[int, ...]
    short: int


def bottleneck(problem: Problem, contact: int) -> Bottleneck | None:
    """An inclusion-minimal bottleneck with `contact` in it; `None` where it can be served without serving fewer others.

    Every eligible pair counts, whatever it is worth: a contact left unassigned for its value alone has no bottleneck.
    Where loads differ within an employee, its slots count as if all were filled at the smallest load: what is
    reported is then a bottleneck indeed, though one that hides in the larger loads can be missed.

    Raises InvalidInput (index_out_of_range) for a contact that is not in the problem.
    """
    if not 0 <= contact < problem.shape[0]:
        raise invalid("/contact", "index_out_of_range", f"There is no contact {contact} among {problem.shape[0]}.")
    pairs = problem.eligible_pairs
    room = _pieces(problem.capacity, pairs)
    reached_contacts, reached_employees = _closure(pairs, problem.shape, room, contact)
    if reached_contacts is None:
        return None
    short = reached_contacts.size - int(room[reached_employees].sum())
    return Bottleneck(tuple(reached_contacts.tolist()), tuple(reached_employees.tolist()), short)


def _pieces(capacity: IntArray, pairs: Pairs) -> IntArray:
    """How many contacts each employee can take at most."""
    if pairs.load is None:
        return capacity
    smallest = np.full(capacity.size, np.iinfo(np.int64).max)
    np.minimum.at(smallest, pairs.employee, pairs.load)
    pieces: IntArray = capacity // smallest
    return pieces


def _closure(pairs: Pairs, shape: tuple[int, int], room: IntArray, contact: int) -> tuple[IntArray | None, IntArray]:
    """Contacts and employees reached from `contact` by alternating steps; no contacts where a free slot is reached.

    All others are matched first, as many as can be. Whoever is then reached is full of contacts that are reached too,
    so these and `contact` are one too many, and nobody among them can be left out of the search.
    """
    holder = _matching(pairs, shape, room, contact)
    filled = np.bincount(holder[holder >= 0], minlength=shape[1])
    reached_contact, reached_employee = np.zeros(shape[0], np.bool_), np.zeros(shape[1], np.bool_)
    reached_contact[contact] = True
    while True:
        seen = np.unique(pairs.employee[reached_contact[pairs.contact]])
        fresh = seen[~reached_employee[seen]]
        if (filled[fresh] < room[fresh]).any():
            return None, fresh
        if fresh.size == 0:
            return np.flatnonzero(reached_contact), np.flatnonzero(reached_employee)
        reached_employee[fresh] = True
        reached_contact |= (holder >= 0) & reached_employee[holder]


def _matching(pairs: Pairs, shape: tuple[int, int], room: IntArray, without: int) -> IntArray:
    """For each contact its employee in a largest matching that leaves `without` out; -1 for none."""
    from scipy.sparse import csr_array  # slow to load: only who asks pays
    from scipy.sparse.csgraph import maximum_flow

    contacts, employees = shape
    pairs = pairs.only(pairs.contact != without)
    holder = np.full(contacts, -1, dtype=np.int64)
    if pairs.contact.size == 0:
        return holder
    source, sink = contacts + employees, contacts + employees + 1
    everyone, staff = np.arange(contacts), contacts + np.arange(employees)
    tail = np.concatenate((np.full(contacts, source), pairs.contact, staff))
    head = np.concatenate((everyone, contacts + pairs.employee, np.full(employees, sink)))
    limit = np.concatenate((np.ones(contacts + pairs.contact.size, np.int64), np.minimum(room, contacts)))
    graph = csr_array((limit.astype(np.int32), (tail, head)), shape=(sink + 1, sink + 1))
    flow = csr_array(maximum_flow(graph, source, sink, method="dinic").flow)[:contacts, contacts:source].tocoo()
    used = flow.data > 0
    holder[flow.row[used]] = flow.col[used]
    return holder
