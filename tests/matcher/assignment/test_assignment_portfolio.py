"""The portfolio as a process meets it: with and without compiled code, from many threads, on a read-only disk."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from matcher.assignment import Problem, portfolio, solve, warm_up
from matcher.assignment.compiled import numba_is_here

ROOT = Path(__file__).resolve().parents[3]
SOLVED = """
import numpy as np
from matcher.assignment import Problem, solve, warm_up
warm_up()
rng = np.random.default_rng(6)
for shape, slots in [((9, 9), 1), ((120, 120), 1), ((60, 90), 1), ((150, 40), 3), ((30, 2), 15)]:
    value = rng.random(shape)
    answer = solve(Problem(value, capacity=np.full(shape[1], slots)))
    print(round(answer.value, 9), answer.gap < 1e-9)
rows, cols = np.nonzero(rng.random((1100, 1000)) < 0.01)
answer = solve(Problem.sparse(rows, cols, rng.random(rows.size), (1100, 1000)))
print(round(answer.value, 9), answer.gap < 1e-9)
"""


def solved_in_a_process(*, hidden=(), **environment):
    """What a fresh process answers that cannot import the hidden modules."""
    block = "".join(f"import sys; sys.modules[{name!r}] = None\n" for name in hidden)
    find = "import importlib.util as u; find = u.find_spec\n"
    find += f"u.find_spec = lambda name, *rest: None if name in {tuple(hidden)!r} else find(name, *rest)\n"
    done = subprocess.run(
        [sys.executable, "-c", block + find + SOLVED],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_without_compiled_code_the_optimum_is_the_same():
    """An installation without the extra `fast` is slower, never worse."""
    with_everything = solved_in_a_process()

    assert solved_in_a_process(hidden=["numba"]) == with_everything
    assert solved_in_a_process(hidden=["numba", "lap"]) == with_everything
    assert all(line.endswith("True") for line in with_everything)


def test_where_no_cache_can_be_written_solvers_still_run(tmp_path):
    """Containers run from read-only disks, with users who have no home."""
    nowhere = tmp_path / "file"
    nowhere.write_text("")
    answers = solved_in_a_process(NUMBA_CACHE_DIR=str(nowhere / "cache"), HOME=str(nowhere), TMPDIR=str(nowhere))

    assert all(line.endswith("True") for line in answers)


def test_many_threads_get_what_one_gets():
    """Compiled loops run side by side; a shared array between them would mix two rounds."""
    rng = np.random.default_rng(9)
    problems = [Problem(rng.random((230, 230 + 10 * k)), capacity=None) for k in range(4)]
    problems += [Problem(rng.random((300, 60)), capacity=rng.integers(1, 6, 60)) for _ in range(4)]
    alone = [solve(problem).employee_of.tolist() for problem in problems]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(lambda problem: solve(problem).employee_of.tolist(), problems * 3))

    assert together == alone * 3


def test_a_matrix_may_lie_in_memory_as_it_likes():
    """Callers hand in transposed, read-only and sliced arrays; the answer must not depend on it."""
    value = np.random.default_rng(10).random((240, 240))
    read_only = value.copy()
    read_only.setflags(write=False)
    sliced = np.repeat(value, 2, axis=1)[:, ::2]
    expected = solve(Problem(value)).employee_of.tolist()

    for same in (np.asfortranarray(value), read_only, sliced):
        assert solve(Problem(same)).employee_of.tolist() == expected


def test_the_table_has_a_way_for_every_shape():
    """A shape that no row suits would be an error in the middle of a round."""
    shapes = [
        portfolio.Shape(contacts, employees, slots, one, few, low, compiled, lapx)
        for contacts in (1, 150, 500)
        for employees in (1, 150, 500)
        for slots in (1, 150, 500, 700, 6000)
        for one in (True, False)
        for few in (True, False)
        for low in (True, False)
        for compiled in (True, False)
        for lapx in (True, False)
    ]

    ways = {next(way for way in portfolio.WAYS if way.suits(shape)) for shape in shapes}

    assert ways == set(portfolio.WAYS)


@pytest.mark.skipif(not numba_is_here(), reason="nothing to warm up without numba")
def test_warming_up_twice_does_no_harm():
    """Readiness may be asked for again."""
    warm_up()
    warm_up()

    assert solve(Problem(np.eye(3))).value == 3.0


@pytest.mark.skipif(not numba_is_here(), reason="nothing is compiled without numba")
def test_machine_code_of_former_sources_is_never_run(tmp_path):
    """After an upgrade a loop must call the new text of what it calls, though its own file is the same."""
    package = tmp_path / "loops"
    package.mkdir()
    source = (ROOT / "matcher/assignment/compiled.py").read_text()
    (package / "__init__.py").write_text("")
    (package / "compiled.py").write_text(source)
    (package / "called.py").write_text("from loops.compiled import compiled\n\n@compiled\ndef told():\n    return 1\n")
    (package / "caller.py").write_text(
        "from loops.called import told\nfrom loops.compiled import compiled\n\n"
        "@compiled\ndef asked():\n    return told()\n"
    )

    def answer():
        ran = [sys.executable, "-c", "from loops.caller import asked; print(asked())"]
        return subprocess.run(ran, cwd=tmp_path, capture_output=True, text=True, check=True).stdout.strip()

    before = [answer(), answer()]
    (package / "called.py").write_text((package / "called.py").read_text().replace("return 1", "return 2"))

    assert before == ["1", "1"]
    assert answer() == "2"
    assert len(list((package / "__pycache__").glob("compiled-*"))) == 1
