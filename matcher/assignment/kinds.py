"""Contacts that the same employees may serve are one kind: a round of 100,000 rarely has more than a few hundred."""

from dataclasses import dataclass

import numpy as np

from matcher.assignment.problem import BoolArray, IntArray, Pairs, Problem

ROWS_AT_ONCE = 8_192  # of a matrix, looked at for kinds: what is made of them stays within a processor's reach


@dataclass(frozen=True, slots=True, eq=False)
class Kinds:
    """A largest matching of all contacts but one: how many of each kind each employee serves.

    `kind`, `employee` and `served` go pair by pair, `waiting` counts the contacts of a kind that nobody serves.
    """

    kind_of: IntArray
    kind: IntArray
    employee: IntArray
    served: IntArray
    waiting: IntArray
    room: IntArray
    without: int

    @property
    def free(self) -> BoolArray:
        """Who has a slot left."""
        filled = np.zeros(self.room.size, np.int64)
        np.add.at(filled, self.employee, self.served)
        return filled < self.room

    def eligible(self, kind: int) -> BoolArray:
        """Who may serve the kind."""
        may = np.zeros(self.room.size, np.bool_)
        may[self.employee[self.kind == kind]] = True
        return may

    def reached_from(self, kind: int) -> BoolArray:
        """Whom alternating steps from a contact of this kind reach; a free slot ends the search early."""
        start = np.zeros(self.waiting.size, np.bool_)
        start[kind] = True
        return self._reached(start, stops_at=self.free)

    def awaited(self) -> BoolArray:
        """Whom alternating steps from any contact that waits reach: their slots are contested."""
        return self._reached(self.waiting > 0)

    def contested(self, contacts: IntArray) -> BoolArray:
        """Whether others wait for the slot of a served contact, should it move on."""
        awaited = self.awaited()
        kinds = np.zeros(self.waiting.size, np.bool_)
        kinds[self.kind[(self.served > 0) & awaited[self.employee]]] = True
        found: BoolArray = kinds[self.kind_of[contacts]]
        return found

    def slots_that_free(self, employee: int) -> int | None:
        """How many slots more this employee needs before the contact left out is served and nobody goes short for it.

        One more than the waiting contacts that its slots would serve first; `None` where no number is enough.
        """
        room = self.room.copy()
        room[employee] = self.kind_of.size
        count = self.waiting.copy()
        np.add.at(count, self.kind, self.served)
        pairs = Pairs(self.kind, self.employee, np.zeros(self.kind.size))
        rivals = int(_largest_matching(pairs, count, room).sum() - self.served.sum())
        if self.eligible(int(self.kind_of[self.without]))[employee]:
            return rivals + 1
        count[self.kind_of[self.without]] += 1
        total = int(_largest_matching(pairs, count, room).sum() - self.served.sum())
        return rivals + 1 if total > rivals else None

    def leading_to_free(self) -> BoolArray:
        """From whom alternating steps lead to a free slot."""
        return self._leading_to(self.free)[0]

    def served_by(self, employees: BoolArray) -> IntArray:
        """Contacts as these employees serve them: of each kind the first."""
        taken = employees[self.employee] & (self.served > 0)
        count = np.zeros(self.waiting.size, np.int64)
        np.add.at(count, self.kind[taken], self.served[taken])
        contacts = np.flatnonzero(count[self.kind_of])
        contacts = contacts[contacts != self.without]
        order = contacts[np.argsort(self.kind_of[contacts], kind="stable")]
        kinds = self.kind_of[order]
        first = np.flatnonzero(np.diff(kinds, prepend=-1))
        place = np.arange(order.size) - np.repeat(first, np.diff(first, append=order.size))
        served: IntArray = order[place < count[kinds]]
        return served

    def short_of_all(self, employees: BoolArray) -> int:
        """Slots missing for the contact left out and all who wait and may go to none but these employees."""
        elsewhere = np.zeros(self.waiting.size, np.bool_)
        elsewhere[self.kind[~employees[self.employee]]] = True
        somewhere = np.zeros(self.waiting.size, np.bool_)
        somewhere[self.kind] = True
        return 1 + int(self.waiting[somewhere & ~elsewhere].sum())

    def _reached(self, kinds: BoolArray, *, stops_at: BoolArray | None = None) -> BoolArray:
        """Employees whom the kinds may go to, those whom the contacts there may go to, and so on."""
        held = self.served > 0
        employees = np.zeros(self.room.size, np.bool_)
        kinds = kinds.copy()
        while True:
            fresh = np.zeros(self.room.size, np.bool_)
            fresh[self.employee[kinds[self.kind]]] = True
            if (fresh == employees).all() or (stops_at is not None and (fresh & stops_at).any()):
                return fresh
            employees = fresh
            kinds[self.kind[held & employees[self.employee]]] = True

    def _leading_to(self, employees: BoolArray) -> tuple[BoolArray, BoolArray]:
        """Employees who lead to one of these, and the kinds whose contacts do."""
        held = self.served > 0
        while True:
            kinds = np.zeros(self.waiting.size, np.bool_)
            kinds[self.kind[employees[self.employee]]] = True
            more = employees.copy()
            more[self.employee[held & kinds[self.kind]]] = True
            if (more == employees).all():
                return employees, kinds
            employees = more


def kinds_of(problem: Problem, *, without: int) -> Kinds:
    """The kinds of a problem's contacts, and a largest matching of all but the contact `without`."""
    kind_of, pairs = _of_matrix(problem) if problem.value is not None else _of_pairs(problem)
    kinds = int(kind_of.max(initial=-1)) + 1
    count = np.bincount(kind_of, minlength=kinds)
    count[kind_of[without]] -= 1
    room = _pieces(problem, pairs)
    served = _largest_matching(pairs, count, room)
    placed = np.zeros(kinds, np.int64)
    np.add.at(placed, pairs.contact, served)
    return Kinds(kind_of, pairs.contact, pairs.employee, served, count - placed, room, without)


def _of_pairs(problem: Problem) -> tuple[IntArray, Pairs]:
    """Each contact for itself: what is given pair by pair is sparse, and differs."""
    return np.arange(problem.shape[0]), problem.eligible_pairs


def _of_matrix(problem: Problem) -> tuple[IntArray, Pairs]:
    """Contacts with the same eligible employees are one kind."""
    assert problem.value is not None
    contacts, employees = problem.shape
    packed = np.zeros((contacts, max(1, -(-employees // 8))), np.uint8)
    for start in range(0, contacts if employees else 0, ROWS_AT_ONCE):
        part = problem.value[start : start + ROWS_AT_ONCE]
        packed[start : start + ROWS_AT_ONCE] = np.packbits(part > -np.inf, axis=1)
    rows = packed.view(np.dtype((np.void, packed.shape[1]))).ravel()
    _, first, kind_of = np.unique(rows, return_index=True, return_inverse=True)
    kind, employee = np.nonzero(np.unpackbits(packed[first], axis=1, count=employees))
    return kind_of.ravel(), Pairs(kind, employee, np.zeros(kind.size))


def _pieces(problem: Problem, pairs: Pairs) -> IntArray:
    """How many contacts each employee can take at most."""
    if problem.value is not None and problem.load is not None:
        pairs = problem.eligible_pairs
    if pairs.load is None:
        return problem.capacity
    smallest = np.full(problem.capacity.size, np.iinfo(np.int64).max)
    np.minimum.at(smallest, pairs.employee, pairs.load)
    pieces: IntArray = problem.capacity // smallest
    return pieces


def _largest_matching(pairs: Pairs, count: IntArray, room: IntArray) -> IntArray:
    """For each pair how many of the kind the employee serves, where as many as can be are served."""
    from scipy.sparse import csr_array  # slow to load: only who asks pays
    from scipy.sparse.csgraph import maximum_flow

    kinds, employees = count.size, room.size
    if pairs.contact.size == 0:
        return np.zeros(0, np.int64)
    source, sink = kinds + employees, kinds + employees + 1
    tail = np.concatenate((np.full(kinds, source), pairs.contact, kinds + np.arange(employees)))
    head = np.concatenate((np.arange(kinds), kinds + pairs.employee, np.full(employees, sink)))
    limit = np.concatenate((count, count[pairs.contact], np.minimum(room, int(count.sum()))))
    graph = csr_array((limit.astype(np.int32), (tail, head)), shape=(sink + 1, sink + 1))
    flow = csr_array(maximum_flow(graph, source, sink, method="dinic").flow)[:kinds, kinds:source].tocoo()
    served = np.zeros((pairs.contact.size), np.int64)
    key = pairs.contact * employees + pairs.employee  # in order: both forms list pairs by contact, then employee
    used = flow.data > 0
    served[np.searchsorted(key, flow.row[used].astype(np.int64) * employees + flow.col[used])] = flow.data[used]
    return served
