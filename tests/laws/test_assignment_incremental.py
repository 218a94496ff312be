"""Laws of the solved state: after every change it is what solving anew gives, and its prices prove it."""

import numpy as np
import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from matcher.assignment import Problem, Solved, solve, warm_up_changes
from matcher.errors import InvalidInput

TOLERANCE = 1e-9
MOST_CONTACTS, MOST_EMPLOYEES = 14, 9
KINDS = ("uniform", "tied", "low rank")
seeds = st.integers(0, 2**32 - 1)


def worths(rng, kind, shape):
    """Values of that kind: one in five forbidden, some below 0."""
    if kind == "tied":
        value = rng.integers(-1, 4, shape).astype(float)
    elif kind == "low rank":
        value = np.multiply.outer(rng.random(shape[0]), rng.random(shape[1])) if len(shape) == 2 else rng.random(shape)
    else:
        value = rng.random(shape) - 0.2
    value[rng.random(shape) < 0.2] = -np.inf
    return value


class Day:
    """A solved state through which contacts and employees come and go."""

    def __init__(self, seed, kind, *, is_compiled):
        self.rng, self.kind = np.random.default_rng(seed), kind
        contacts, employees = self.rng.integers(0, 9, 2)
        value = worths(self.rng, kind, (int(contacts), int(employees)))
        self.solved = Solved(Problem(value, capacity=self.rng.integers(0, 3, employees)), is_compiled=is_compiled)
        self.contacts, self.employees = set(range(contacts)), set(range(employees))

    def add_contact(self):
        if len(self.contacts) < MOST_CONTACTS:
            self.contacts.add(self.solved.add_contact(worths(self.rng, self.kind, (self.solved.shape[1],))))

    def remove_contact(self):
        if self.contacts:
            self.solved.remove_contact(self._one_of(self.contacts, is_gone=True))

    def add_employee(self):
        if len(self.employees) < MOST_EMPLOYEES:
            value = worths(self.rng, self.kind, (self.solved.shape[0],))
            self.employees.add(self.solved.add_employee(value, capacity=int(self.rng.integers(0, 4))))

    def remove_employee(self):
        if self.employees:
            self.solved.remove_employee(self._one_of(self.employees, is_gone=True))

    def change_value(self):
        if self.contacts and self.employees:
            pair = self._one_of(self.contacts), self._one_of(self.employees)
            self.solved.change_value(*pair, float(worths(self.rng, self.kind, (1,))[0]))

    def step(self):
        """One change, whichever."""
        steps = (self.add_contact, self.remove_contact, self.add_employee, self.remove_employee, self.change_value)
        steps[self.rng.integers(len(steps))]()

    def check(self):
        """The same worth as solving anew; feasible; and proved, by what is kept and from the whole matrix."""
        problem, answer = self.solved.problem, self.solved.certified()
        anew = solve(problem)
        served = np.flatnonzero(answer.employee_of >= 0)
        used = np.bincount(answer.employee_of[served], minlength=problem.shape[1])
        assert set(served) <= self.contacts
        assert (used <= problem.capacity).all()
        assert set(np.flatnonzero(used)) <= self.employees
        assert answer.value == pytest.approx(anew.value, abs=TOLERANCE)
        assert answer.value == pytest.approx(problem.value[served, answer.employee_of[served]].sum(), abs=TOLERANCE)
        assert answer.bound == pytest.approx(anew.value, abs=TOLERANCE)
        assert self.solved.bound == pytest.approx(answer.bound, abs=TOLERANCE)
        assert (answer.prices >= 0).all()

    def _one_of(self, known, *, is_gone=False):
        one = int(self.rng.choice(sorted(known)))
        if is_gone:
            known.remove(one)
        return one


@pytest.mark.parametrize("is_compiled", [True, False], ids=["compiled", "numpy"])
@pytest.mark.parametrize(("seed", "kind"), list(enumerate(KINDS)))
def test_a_thousand_changes_leave_the_optimum_that_solving_anew_finds(seed, kind, is_compiled):
    """A day of coming and going must not drift away from the best: nobody solves it anew in between."""
    if is_compiled:
        pytest.importorskip("numba")
    day = Day(seed, kind, is_compiled=is_compiled)

    for _ in range(1_000):
        day.step()

        day.check()


class Changes(RuleBasedStateMachine):
    """The same, with the order of changes chosen by hypothesis, which shortens what fails."""

    @initialize(seed=seeds, kind=st.sampled_from(KINDS), is_compiled=st.booleans())
    def begin(self, seed, kind, is_compiled):
        self.day = Day(seed, kind, is_compiled=is_compiled)

    @rule()
    def add_contact(self):
        self.day.add_contact()

    @precondition(lambda self: self.day.contacts)
    @rule()
    def remove_contact(self):
        self.day.remove_contact()

    @rule()
    def add_employee(self):
        self.day.add_employee()

    @precondition(lambda self: self.day.employees)
    @rule()
    def remove_employee(self):
        self.day.remove_employee()

    @rule()
    def change_value(self):
        self.day.change_value()

    @invariant()
    def is_optimal(self):
        if hasattr(self, "day"):
            self.day.check()


TestChanges = Changes.TestCase
TestChanges.settings = settings(max_examples=40, stateful_step_count=30, deadline=None)


@pytest.mark.parametrize("shape", [(40, 60, 1), (60, 40, 1), (120, 12, 8)])
def test_a_larger_round_stays_exact_while_the_arrays_grow(shape):
    """Rooms run out and are made anew in the middle of the day."""
    contacts, employees, slots = shape
    rng = np.random.default_rng(5)
    shares = rng.dirichlet(np.full(5, 0.5), contacts + 50) @ rng.random((5, 5))
    solved = Solved(Problem(rng.random((contacts, employees)), capacity=np.full(employees, slots)))
    for share in shares[:50]:
        solved.add_contact(share @ rng.dirichlet(np.full(5, 0.5), employees).T)
    for _ in range(12):
        solved.add_employee(rng.random(solved.shape[0]), capacity=slots)

    assert solved.value == pytest.approx(solve(solved.problem).value, abs=TOLERANCE)
    assert solved.certified().gap < TOLERANCE


@pytest.mark.parametrize("slots", [1, 3])
@pytest.mark.parametrize("kind", ["uniform", "low rank"])
def test_a_large_round_stays_exact_while_people_come_and_go(kind, slots):
    """With hundreds of employees searches leave most of them out: by lists that prices outdate, and from both ends."""
    rng = np.random.default_rng(17 + slots)
    contacts, employees = 300 * slots, 300
    of_employee = rng.dirichlet(np.full(8, 0.6), employees + 20).T

    def worth(count, columns):
        if kind == "uniform":
            return rng.random((count, columns))
        return rng.dirichlet(np.full(8, 0.6), count) @ rng.random((8, 8)) @ of_employee[:, :columns]

    solved = Solved(Problem(worth(contacts, employees), capacity=np.full(employees, slots)))
    here = list(range(contacts))
    for step in range(120):
        if step % 6 == 5:
            solved.remove_employee(step)
            solved.add_employee(rng.random(solved.shape[0]), capacity=slots)
        here.append(solved.add_contact(worth(1, solved.shape[1])[0]))
        if step % 3:
            solved.remove_contact(here.pop(int(rng.integers(len(here)))))
        if step % 4 == 0:
            assert solved.certified().gap < TOLERANCE

    assert solved.value == pytest.approx(solve(solved.problem).value, rel=TOLERANCE)
    assert solved.bound == pytest.approx(solved.value, rel=TOLERANCE)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("scale", [1e-270, 1e-6, 1.0, 1e9, 1e290])
@pytest.mark.parametrize("slots", [1, 3])
@pytest.mark.parametrize("kind", KINDS)
def test_ways_that_cost_nothing_lead_to_the_optimum_too(kind, slots, scale):
    """Contacts come and go along chains that earlier changes left behind, and find some of them closed."""
    pytest.importorskip("numba")
    rng = np.random.default_rng(slots)
    employees = 40
    value = scale * worths(rng, kind, (employees * slots, employees))
    solved = Solved(Problem(value, capacity=np.full(employees, slots)), is_compiled=True)
    for step in range(80):
        newcomer = solved.add_contact(scale * worths(rng, kind, (employees,)))
        assert solved.value == pytest.approx(solve(solved.problem).value, rel=TOLERANCE)
        assert solved.bound == pytest.approx(solved.value, rel=TOLERANCE)
        if step % 5 == 4:
            solved.change_value(int(rng.integers(employees)), int(rng.integers(employees)), scale * rng.random())
        solved.remove_contact(newcomer)
        assert solved.value == pytest.approx(solve(solved.problem).value, rel=TOLERANCE)
        assert solved.certified().gap < TOLERANCE


def test_every_entrance_is_compiled_before_the_first_change():
    """A service that warmed up must not stand still for half a minute when its first contact comes."""
    pytest.importorskip("numba")
    from matcher.assignment import incremental_loops as loops

    warm_up_changes()

    used = (loops.enter, loops.let_in, loops.let_go, loops.fill, loops.turn, loops.take_over, loops.prepare)
    assert all(entrance.signatures for entrance in (*used, loops.pair_changes, loops.employee_changes))


def test_the_index_of_one_who_left_goes_to_the_next():
    """Indices stay small however long the day is."""
    solved = Solved(Problem([[1.0, 2.0], [3.0, 1.0]]))
    solved.remove_contact(0)
    solved.remove_employee(1)

    assert solved.add_contact([5.0, 0.0]) == 0
    assert solved.add_employee([1.0, 1.0]) == 1
    assert solved.employee_of.tolist() == [0, 1]


def test_whoever_is_not_there_is_refused():
    """An index that wraps around would take somebody else out."""
    solved = Solved(Problem([[1.0]]))
    solved.remove_contact(0)
    for change in (
        lambda: solved.remove_contact(0),
        lambda: solved.remove_contact(-1),
        lambda: solved.remove_employee(1),
        lambda: solved.change_value(0, 0, 1.0),
    ):
        with pytest.raises(InvalidInput) as refusal:
            change()
        assert refusal.value.faults[0].code == "index_out_of_range"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ([1.0, 2.0], "shapes_disagree"),
        ([np.nan], "not_a_number"),
        ([np.inf], "infinite"),
        ([1e301], "value_too_large"),
    ],
)
def test_bad_values_are_refused_before_anything_changes(value, code):
    """A state that took half a change would be wrong for the rest of the day."""
    solved = Solved(Problem([[1.0]]))
    with pytest.raises(InvalidInput) as refusal:
        solved.add_contact(value)

    assert refusal.value.faults[0].code == code
    assert solved.shape == (1, 1)


def test_loads_are_refused():
    """Slots are counted one by one here; a problem with loads has no such certificate."""
    with pytest.raises(InvalidInput):
        Solved(Problem([[1.0]], load=[[2]], capacity=[2]))
