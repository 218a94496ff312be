"""Laws of the portfolio by prices: feasible, bounded by its own proof, and as good as what exact solvers find."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.assignment import Problem, shortlist, solve, transport
from matcher.assignment.linear_program import solve_transport
from matcher.assignment.listed_chunks import ListedChunks
from matcher.assignment.transport import ascend, settle, start_of, strides
from matcher.use_cases.assign_portfolio import assign_portfolio

seeds = st.integers(0, 2**32 - 1)
ENOUGH = 2e-4  # the gap that a run stops at is half of it


class Held:
    """Chunks of a matrix that is held whole, as a test may."""

    def __init__(self, value, *, size=64):
        self.value = value
        self.parts = [value[start : start + size] for start in range(0, len(value), size)]

    @property
    def customers(self):
        return len(self.value)

    @property
    def widest(self):
        return self.value.shape[1]

    @property
    def largest(self):
        return float(self.value.max(initial=0.0))

    def near(self, question):
        return [question.answer(part[:: question.stride]) for part in self.parts]

    def values_of(self, customers):
        return self.value[customers]


@pytest.fixture
def asked_by_parts(monkeypatch):
    """Small problems go the way of large ones: prices from a few first, and short lists."""
    monkeypatch.setattr(transport, "FIRST_PAIRS", 600)
    monkeypatch.setattr(transport, "FIRST_PAIRS_SLOWLY", 600)
    monkeypatch.setattr(transport, "NEAR", 4)


def market(seed, customers, employees, *, places):
    """Probabilities that depend on profiles, with languages that shut some pairs, and places for that share of all."""
    rng = np.random.default_rng(seed)
    shares = (
        rng.dirichlet(np.full(5, 0.5), customers) @ rng.random((5, 5)) @ rng.dirichlet(np.full(5, 0.5), employees).T
    )
    value = 0.6 + 0.2 * shares
    language = rng.integers(0, 2, customers)
    speaks = rng.random((2, employees)) < 0.8
    value[~speaks[language]] = -np.inf
    return value, rng.multinomial(int(places * customers), np.full(employees, 1 / employees))


def judge(found, value, capacity):
    """What must hold for any portfolio, added up from the definitions."""
    served = np.flatnonzero(found.employee_of >= 0)
    chosen = found.employee_of[served]

    assert (np.bincount(chosen, minlength=capacity.size) <= capacity).all()
    assert (value[served, chosen] > 0).all()
    assert found.worth[served] == pytest.approx(value[served, chosen])
    assert found.value == pytest.approx(value[served, chosen].sum())
    assert found.value <= found.bound


def optimum_by_highs(value, capacity):
    """The linear programme of the definition."""
    pairs = Problem(value, capacity=capacity).useful_pairs
    if pairs.value.size == 0:
        return 0.0
    answer = solve_transport(pairs, len(value), capacity, seconds=None)
    served = np.flatnonzero(answer.employee_of >= 0)
    return float(value[served, answer.employee_of[served]].sum())


@settings(deadline=None, max_examples=25)
@given(
    customers=st.integers(0, 150), employees=st.integers(1, 8), seed=seeds, places=st.sampled_from([0.0, 0.6, 1.0, 1.5])
)
def test_a_portfolio_is_feasible_and_its_bound_holds(customers, employees, seed, places):
    """The gap is printed as a promise: the exact optimum must lie between value and bound."""
    value, capacity = market(seed, customers, employees, places=places)
    found = assign_portfolio(Held(value), capacity)
    best = optimum_by_highs(value, capacity)

    judge(found, value, capacity)
    assert found.value <= best + 1e-9
    assert best <= found.bound + 1e-9


@pytest.mark.parametrize("places", [0.7, 1.0, 1.2, 5.0])
@pytest.mark.parametrize("seed", [0, 1])
def test_a_portfolio_proves_itself_whatever_room_there_is(seed, places, asked_by_parts):
    """Too few places, just enough and plenty: each has its own way to leave prices where they prove nothing."""
    value, capacity = market(seed, 3_000, 30, places=places)
    found = assign_portfolio(Held(value, size=512), capacity)
    best = solve(Problem(value, capacity=capacity)).value

    judge(found, value, capacity)
    assert found.gap < ENOUGH
    assert (1 - ENOUGH) * best <= found.value <= best * (1 + 1e-9)
    assert found.bound >= best * (1 - 1e-9)


@pytest.mark.parametrize("kinds", [1, 3, 40])
def test_customers_alike_get_their_places_too(kinds, asked_by_parts):
    """Profiles come in few kinds, and of many customers nothing is known: equals must not all tell the same pairs."""
    rng = np.random.default_rng(kinds)
    value = (0.7 + 0.02 * rng.random((kinds, 30)))[rng.integers(0, kinds, 2_000)]
    capacity = rng.multinomial(2_000, np.full(30, 1 / 30))
    found = assign_portfolio(Held(value, size=256), capacity)

    judge(found, value, capacity)
    assert found.gap < ENOUGH
    assert (found.employee_of >= 0).all()


def test_equals_fill_every_place():
    """Customers of whom nothing is known are all alike to everybody; none may be left over for that."""
    found = assign_portfolio(Held(np.full((90, 3), 0.75)), np.array([40, 30, 20]))

    assert np.bincount(found.employee_of).tolist() == [40, 30, 20]
    assert found.gap < ENOUGH


@pytest.mark.parametrize("unit", [1e-300, 1e-9, 1.0, 1e300])
def test_the_unit_of_values_does_not_matter(unit):
    """Whoever counts in cents of a portfolio's worth, or in millions, gets the same portfolio."""
    value, capacity = market(5, 200, 7, places=0.8)
    found = assign_portfolio(Held(value * unit), capacity)
    best = optimum_by_highs(value, capacity)

    judge(found, value * unit, capacity)
    assert found.gap < ENOUGH
    assert found.value / unit == pytest.approx(best, rel=ENOUGH)


def test_a_few_large_values_do_not_drown_the_small_ones():
    """Precision follows what customers are worth on average, not the one who is worth most."""
    value, capacity = market(6, 400, 6, places=0.8)
    value *= 1e-4
    value[7] = 1.0
    found = assign_portfolio(Held(value), capacity)

    judge(found, value, capacity)
    assert found.gap < ENOUGH


@pytest.mark.parametrize(
    ("value", "capacity", "served", "worth"),
    [
        (np.full((4, 2), 0.5), [0, 0], 0, 0.0),
        (np.full((4, 2), -np.inf), [2, 2], 0, 0.0),
        (np.full((4, 2), -1.0), [2, 2], 0, 0.0),
        (np.zeros((0, 3)), [1, 1, 1], 0, 0.0),
        (np.zeros((3, 0)), [], 0, 0.0),
        (np.array([[0.5], [0.7], [0.6]]), [2], 2, 1.3),
        (np.array([[0.5], [0.7], [0.6]]), [2**31], 3, 1.8),
        (np.array([[0.5, -np.inf], [-np.inf, -np.inf], [0.6, 0.1]]), [1, 0], 1, 0.6),
    ],
    ids=["no places", "no pairs", "worth nothing", "nobody", "no staff", "one", "plenty", "shut out"],
)
def test_degenerate_portfolios_are_answered(value, capacity, served, worth):
    """By hand: a file of customers may be empty, and a team may have no room at all."""
    found = assign_portfolio(Held(value), np.array(capacity, np.int64))

    assert int((found.employee_of >= 0).sum()) == served
    assert found.value == pytest.approx(worth)
    assert found.gap == pytest.approx(0.0, abs=ENOUGH)


@pytest.mark.parametrize("cut_after", [1, 2, 3])
def test_an_ascent_that_was_cut_off_ends_as_the_whole_one(cut_after, asked_by_parts, monkeypatch):
    """The state is all there is to know: nothing else is carried from round to round."""
    monkeypatch.setattr(transport, "ENOUGH", 1e-7)  # so that several looks at everybody are needed
    value, capacity = market(3, 900, 12, places=0.9)
    kept = []
    whole = ascend(Held(value), capacity, start=start_of(capacity), after_round=lambda state, _: kept.append(state))
    resumed = ascend(Held(value), capacity, start=kept[cut_after - 1], after_round=lambda _state, _rounds: None)
    employee_of, worth = settle(Held(value), capacity, resumed)

    assert len(kept) > cut_after
    assert resumed.bound == whole.bound
    assert resumed.rounds == whole.rounds
    assert (resumed.best_prices == whole.best_prices).all()
    assert (employee_of == settle(Held(value), capacity, whole)[0]).all()
    assert worth.sum() <= resumed.bound


def test_a_round_that_hears_a_few_proves_nothing(asked_by_parts):
    """A bound from a sample is a guess; only what everybody said may be printed as a proof."""
    value, capacity = market(3, 900, 12, places=0.9)
    kept = []
    ascend(Held(value), capacity, start=start_of(capacity), after_round=lambda state, _: kept.append(state))

    assert strides(900, 12)[0] > 1
    assert strides(900, 12)[-1] == 1
    assert [state.bound < np.inf for state in kept] == [len(state.asked) > 0 for state in kept]


@pytest.mark.parametrize("form", ["in memory", "mapped"])
def test_pairs_may_lie_on_a_disk(form, tmp_path, asked_by_parts):
    """A million customers' pairs are gigabytes: they must give the answer of the matrix without being held."""
    value, capacity = market(8, 700, 20, places=0.9)
    row, column = np.nonzero(value > -np.inf)
    arrays = {
        "first": np.searchsorted(row, np.arange(701)),
        "employee": column.astype(np.int16),
        "value": value[row, column],
    }
    if form == "mapped":
        for name, array in arrays.items():
            np.save(tmp_path / f"{name}.npy", array)
        arrays = {name: np.load(tmp_path / f"{name}.npy", mmap_mode="r") for name in arrays}
    chunks = ListedChunks.of(**arrays, employees=20)
    found = assign_portfolio(chunks, capacity)

    judge(found, value, capacity)
    assert chunks.values_of(np.array([3, 1])).tolist() == value[[3, 1]].tolist()
    assert found.gap < ENOUGH


@pytest.mark.parametrize("backend", ["threading", "loky"])
def test_workers_get_the_pairs_and_not_each_other(backend, asked_by_parts):
    """Chunks spread by joblib, as in the guide: the answer is that of one worker."""
    from joblib import Parallel, delayed

    value, capacity = market(8, 700, 20, places=0.9)
    row, column = np.nonzero(value > -np.inf)
    chunks = ListedChunks.of(np.searchsorted(row, np.arange(701)), column, value[row, column], 20)
    alone = assign_portfolio(chunks, capacity)
    with Parallel(n_jobs=2, backend=backend) as parallel:
        spread = replace(chunks, run_each=lambda ask, items: parallel(delayed(ask)(item) for item in items))
        together = assign_portfolio(spread, capacity)

    assert together.employee_of.tolist() == alone.employee_of.tolist()


def test_without_compiled_loops_the_portfolio_is_as_good(asked_by_parts, monkeypatch):
    """numba is an extra: where it is missing a chunk's answer comes from numpy, and must hold as much."""
    monkeypatch.setattr(transport, "numba_is_here", lambda: False)
    value, capacity = market(9, 800, 15, places=1.0)
    found = assign_portfolio(Held(value), capacity)
    best = optimum_by_highs(value, capacity)

    judge(found, value, capacity)
    assert found.gap < ENOUGH
    assert (1 - ENOUGH) * best <= found.value


def test_where_numba_is_missing_the_loops_run_as_they_are():
    """The auction among near pairs has no second form: without numba Python itself must be able to run it."""
    code = """
import sys
sys.modules["numba"] = None
import numpy as np
from matcher.assignment.listed_chunks import ListedChunks
from matcher.use_cases.assign_portfolio import assign_portfolio
pairs = ListedChunks.of(np.array([0, 2, 4, 5]), np.array([0, 1, 0, 1, 1]), np.array([0.9, 0.8, 0.9, 0.4, 0.7]), 2)
found = assign_portfolio(pairs, np.array([1, 1]))
print(found.employee_of.tolist(), found.gap < 1e-3)
"""
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)

    assert ran.stdout == "[1, 0, -1] True\n", ran.stderr


def test_a_pair_told_twice_stands_once():
    """By hand: what a customer tells again at other prices must not stand twice in its list."""
    minus = -np.inf
    held = shortlist.Shortlist(np.array([[2, 0], [1, 3]], np.int32), np.array([[0.5, minus], [0.4, 0.3]]))
    more = shortlist.Shortlist(np.array([[0, 2], [3, 1]], np.int32), np.array([[0.6, 0.5], [0.3, 0.4]]))
    both = held.with_more(more)

    assert both.employee[0, 2] == 0
    assert np.where(both.value > minus, both.value, 0).tolist() == [[0.5, 0, 0.6], [0.4, 0.3, 0]]
