"""OR-tools on a matrix, in a process of its own: loaded beside HiGHS in one process, either of them crashes.

    python -m benchmarks.assignment.by_ortools FOLDER TIMES

reads value.npy and capacity.npy in the folder, solves so many times and prints a line of JSON: processor seconds of
the solver alone, those of handing it the pairs, and what the answer is worth. OR-tools takes whole numbers: values are
stretched to `STEPS` and rounded. As many contacts as employees with a slot each go to its assignment solver (cost
scaling); anything else to its flow of least cost. Source: Goldberg and Kennedy 1995, doi 10.1007/BF01585996.
"""

import json
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

STEPS = 10**9  # whole numbers between nothing and the largest value

Matrix = NDArray[np.float64]
Counts = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Answer:
    """Processor seconds of solving and of handing over the pairs, and what the answer is worth in the given values."""

    solve_s: float
    pairs_s: float
    value: float


def is_installed() -> bool:
    """Whether OR-tools can be measured. It is not loaded."""
    return find_spec("ortools") is not None


def measured(value: Matrix, capacity: Counts, times: int = 1) -> Answer:
    """Solve in another process, so many times; the seconds are those of one."""
    with tempfile.TemporaryDirectory() as folder:
        np.save(Path(folder) / "value.npy", value)
        np.save(Path(folder) / "capacity.npy", capacity)
        command = [sys.executable, "-m", "benchmarks.assignment.by_ortools", folder, str(times)]
        told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    return Answer(**json.loads(told))


def solved(value: Matrix, capacity: Counts) -> Answer:
    """The optimum of the rounded values, in this process."""
    top = float(value.max())
    contact, employee = (each.astype(np.int32) for each in np.nonzero(np.isfinite(value)))  # the others are forbidden
    cost = np.rint((top - value[contact, employee]) * (STEPS / top)).astype(np.int64)
    if value.shape[0] == value.shape[1] and (capacity == 1).all():
        return _assigned(value, contact, employee, cost)
    return _flowed(value, capacity, contact, employee, cost)


def _assigned(value: Matrix, contact: NDArray[np.int32], employee: NDArray[np.int32], cost: Counts) -> Answer:
    from ortools.graph.python.linear_sum_assignment import SimpleLinearSumAssignment

    began = time.process_time()
    solver = SimpleLinearSumAssignment()
    solver.add_arcs_with_cost(contact, employee, cost)
    handed = time.process_time()
    status = solver.solve()
    done = time.process_time()
    assert status == SimpleLinearSumAssignment.OPTIMAL, status
    mate = [solver.right_mate(row) for row in range(len(value))]
    return Answer(done - handed, handed - began, float(value[np.arange(len(value)), mate].sum()))


def _flowed(
    value: Matrix, capacity: Counts, contact: NDArray[np.int32], employee: NDArray[np.int32], cost: Counts
) -> Answer:
    """From a source over contacts and employees to a sink; values are not below zero, so the most that fit is best."""
    from ortools.graph.python.min_cost_flow import SimpleMinCostFlow

    n, m = value.shape
    source, sink = n + m, n + m + 1
    contacts, employees = np.arange(n, dtype=np.int32), np.arange(n, n + m, dtype=np.int32)
    began = time.process_time()
    solver = SimpleMinCostFlow()
    add = solver.add_arcs_with_capacity_and_unit_cost
    pairs = add(contact, employee + np.int32(n), np.ones(cost.size, np.int64), cost)
    add(np.full(n, source, np.int32), contacts, np.ones(n, np.int64), np.zeros(n, np.int64))
    add(employees, np.full(m, sink, np.int32), capacity, np.zeros(m, np.int64))
    solver.set_node_supply(source, n)
    solver.set_node_supply(sink, -n)
    handed = time.process_time()
    status = solver.solve_max_flow_with_min_cost()
    done = time.process_time()
    assert status == SimpleMinCostFlow.OPTIMAL, status
    return Answer(done - handed, handed - began, float(value[contact, employee] @ solver.flows(pairs)))


def main() -> None:
    """Print one line of JSON."""
    folder, times = Path(sys.argv[1]), int(sys.argv[2])
    value, capacity = np.load(folder / "value.npy"), np.load(folder / "capacity.npy")
    answers = [solved(value, capacity) for _ in range(times)]
    solve_s = sum(each.solve_s for each in answers) / times
    pairs_s = sum(each.pairs_s for each in answers) / times
    print(json.dumps({"solve_s": solve_s, "pairs_s": pairs_s, "value": answers[0].value}))


if __name__ == "__main__":
    main()
