"""Blocks that do not serve each other's contacts: found, solved one by one, proved as one problem."""

import networkx as nx
import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from matcher.assignment import Problem, solve, warm_up
from matcher.assignment.components import Part, parts_of, solve_parts
from matcher.assignment.result import Found
from tests.laws.assignment_proof import check_proof

STATUSES = ("optimal", "deadline")

pytest.importorskip("numba", reason="splitting is for compiled solvers: scipy's costs more a part than it saves")


@pytest.fixture(autouse=True, scope="module")
def _compiled():
    warm_up()


def departments(seed, contacts, employees, count, *, share=1.0):
    """Contacts and employees of so many departments in any order; each pair within one is possible with that chance."""
    rng = np.random.default_rng(seed)
    of_contact, of_employee = rng.integers(0, count, contacts), rng.integers(0, count, employees)
    possible = (of_contact[:, None] == of_employee) & (rng.random((contacts, employees)) < share)
    return np.where(possible, rng.random((contacts, employees)), -np.inf)


@pytest.mark.parametrize("seed", range(6))
def test_the_blocks_are_those_that_networkx_finds(seed):
    """A block cut in two would lose pairs; two taken as one would only be slow."""
    value = departments(seed, 260, 240, 4 + seed, share=(1.0, 0.3, 0.05, 0.02, 0.015, 1.0)[seed])
    capacity = np.random.default_rng(seed).integers(0, 3, 240)
    parts = parts_of(value, capacity)
    row, column = np.nonzero((value > 0) & (capacity > 0))
    graph = nx.Graph((int(i), 260 + int(j)) for i, j in zip(row, column, strict=True))
    blocks = {frozenset(block) for block in nx.connected_components(graph)}

    assert parts is not None
    assert {frozenset([*one.contacts.tolist(), *(260 + one.employees).tolist()]) for one in parts} == blocks


@pytest.mark.parametrize("seed", range(8))
def test_blocks_together_are_worth_the_optimum_and_one_proof_covers_them(seed):
    """Whoever checks the bound knows nothing of blocks; nor do those without a block, or without anybody in theirs."""
    rng = np.random.default_rng(100 + seed)
    value = departments(seed, *rng.integers(220, 420, 2), int(rng.integers(3, 30)), share=rng.choice([0.2, 1.0]))
    capacity = np.ones(value.shape[1], np.int64) if seed % 2 else rng.integers(0, 4, value.shape[1])
    answer = solve(Problem(value, capacity=capacity))
    by_slot = np.maximum(np.repeat(value, capacity, axis=1), 0.0)
    optimum = by_slot[linear_sum_assignment(by_slot, maximize=True)].sum()

    assert "blocks" in answer.reason
    assert check_proof(answer, value, capacity) == pytest.approx(optimum, rel=1e-9)


def test_a_matrix_that_hangs_together_is_not_split():
    """One contact that every employee may serve joins all."""
    value = departments(1, 300, 300, 6)
    value[7] = 1.0

    assert parts_of(value, np.ones(300, np.int64)) is None


def test_one_block_that_ran_out_of_time_is_told_of_the_whole():
    """An answer is called optimal only where every block is."""
    parts = [Part(np.array([k]), np.array([1 - k])) for k in range(2)]
    answers = iter(Found(np.array([0]), np.array([0.5 + k]), "any", status) for k, status in enumerate(STATUSES))
    found = solve_parts(parts, 3, np.ones(2, np.int64), lambda _: next(answers))

    assert found.status == "deadline"
    assert found.employee_of.tolist() == [1, 0, -1]
    assert found.prices.tolist() == [1.5, 0.5]


def test_blocks_are_served_without_time_too():
    """At no time at all there is still an answer, with a bound that is true."""
    value = departments(3, 600, 600, 3)
    answer = solve(Problem(value), 0.0)

    assert 0 < answer.value <= answer.bound
    assert answer.gap < 0.5
