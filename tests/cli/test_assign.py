"""`klik assign`: each form of a problem in, an answer whose proof can be checked without Klik out."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.cli.commands import Klik

NOTHING = -np.inf


def solved(klik: Klik, folder: Path, *more: object, **arrays: object) -> dict[str, object]:
    np.savez(folder / "problem.npz", **arrays)
    ran = klik.run("assign", folder / "problem.npz", "--out", folder / "result.json", *more)
    assert ran.code == 0, ran.err
    return json.loads((folder / "result.json").read_text())


def test_the_proof_in_the_file_can_be_checked_from_the_problem(klik: Klik, tmp_path: Path) -> None:
    """By the definition of the bound: what contacts keep after paying, and what all slots cost."""
    rng = np.random.default_rng(2)
    value, capacity = rng.random((30, 8)), rng.integers(1, 4, 8)
    value[rng.random(value.shape) < 0.3] = NOTHING
    answer = solved(klik, tmp_path, value=value, capacity=capacity)
    prices, employee_of = np.array(answer["prices"]), np.array(answer["employee_of"])
    served = np.flatnonzero(employee_of >= 0)
    bound = np.maximum(0, (value - prices).max(axis=1)).sum() + prices @ capacity

    assert answer["value"] == pytest.approx(value[served, employee_of[served]].sum())
    assert answer["bound"] == pytest.approx(bound)
    assert answer["gap"] == pytest.approx((bound - answer["value"]) / bound, abs=1e-9)
    assert (np.bincount(employee_of[served], minlength=8) <= capacity).all()


def test_an_answer_is_never_written_over_its_problem(klik: Klik, tmp_path: Path) -> None:
    """An answer can be had again, a problem perhaps not."""
    np.savez(tmp_path / "problem.npz", value=[[1.0]])
    ran = klik.run("assign", tmp_path / "problem.npz", "--out", tmp_path / "problem.npz")

    assert ran.code == 1
    assert np.load(tmp_path / "problem.npz")["value"] == 1.0


def test_pairs_and_a_matrix_of_the_same_problem_are_worth_the_same(klik: Klik, tmp_path: Path) -> None:
    """By hand: 9 + 8, as giving up the best pair serves both."""
    dense = solved(klik, tmp_path, value=np.array([[10.0, 9.0], [8.0, NOTHING]]))
    sparse = solved(klik, tmp_path, rows=[0, 0, 1], cols=[0, 1, 0], vals=[10.0, 9.0, 8.0], shape=[2, 2])

    assert dense["employee_of"] == sparse["employee_of"] == [1, 0]
    assert dense["value"] == sparse["value"] == 17.0


def test_a_mask_and_loads_are_read_from_the_file(klik: Klik, tmp_path: Path) -> None:
    """By hand: the call takes both slots of the only employee open to it; two chats bring more."""
    value = np.array([[5.0, 9.0], [3.0, 0.0], [3.0, 0.0]])
    eligible = np.array([[True, False], [True, False], [True, False]])
    load = np.array([[2, 1], [1, 1], [1, 1]])
    answer = solved(klik, tmp_path, value=value, eligible=eligible, load=load, capacity=np.array([2, 1]))

    assert answer["employee_of"] == [-1, 0, 0]


def test_a_deadline_ends_with_the_best_so_far_and_an_honest_gap(klik: Klik, tmp_path: Path) -> None:
    """Generalised assignment is hard: within 50 ms there is an answer, feasible, with a bound that holds."""
    rng = np.random.default_rng(1)
    load, capacity = rng.integers(5, 25, (200, 10)), np.full(10, 150)
    answer = solved(klik, tmp_path, "--deadline", 0.05, value=rng.random((200, 10)), load=load, capacity=capacity)
    employee_of = np.array(answer["employee_of"])
    served = np.flatnonzero(employee_of >= 0)
    used = np.bincount(employee_of[served], weights=load[served, employee_of[served]], minlength=10)

    assert answer["status"] in ("deadline", "optimal", "within_gap")
    assert (used <= capacity).all()
    assert 0 < answer["value"] <= answer["bound"]


WATCHED = """
import sys, matcher.assignment
from matcher.assignment import solve
def watched(problem, deadline_s=None):
    print("loaded" if "scipy.optimize" in sys.modules else "not yet", file=sys.stderr)
    return solve(problem, deadline_s=deadline_s)
matcher.assignment.solve = watched
from api.cli import main
main(["assign", *sys.argv[1:]])
"""


def test_the_libraries_are_loaded_before_the_clock_starts(tmp_path: Path) -> None:
    """A second of imports would eat a deadline of a second, and nobody would see why."""
    np.savez(tmp_path / "problem.npz", value=np.eye(2))
    command = [sys.executable, "-c", WATCHED, tmp_path / "problem.npz", "--out", tmp_path / "r.json", "--deadline", "1"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr
    assert "loaded" in ran.stderr
