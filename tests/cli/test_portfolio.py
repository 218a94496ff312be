"""`klik portfolio`: every customer to an account employee, from files and to a file, whoever works it out."""

import csv
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from api.commands import portfolio as command
from tests.cli.commands import Klik

EMPLOYEES = """id,name,languages,skills,capacity,accounts,value:red,value:blue
e1,Jan,nl|en,billing=4,1,2,1,0
e2,Piet,nl,billing=2,2,2,0,1
"""
CUSTOMERS = """id,language,value:red,value:blue
c1,nl,0.9,0.1
c2,nl,0.1,0.9
c3,en,0.1,0.9
c4,nl,,
c5,fr,1,0
"""


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with both files."""
    (tmp_path / "employees.csv").write_text(EMPLOYEES)
    (tmp_path / "customers.csv").write_text(CUSTOMERS)
    return tmp_path


def arguments(files: Path, *more: object, out: str = "out.csv") -> tuple[object, ...]:
    given = ("--customers", files / "customers.csv", "--employees", files / "employees.csv", "--out", files / out)
    return ("portfolio", *given, "--capacity-column", "accounts", *more)


def rows(files: Path, out: str = "out.csv") -> dict[str, str]:
    return {row["customer_id"]: row["employee_id"] for row in csv.DictReader((files / out).read_text().splitlines())}


def many(files: Path, customers: int = 9_000) -> Path:
    """Larger files, of more than two chunks, by a fixed seed."""
    rng = np.random.default_rng(4)
    share = rng.dirichlet([0.5, 0.5], customers)
    lines = [f"c{i},{'nl' if i % 3 else 'en'},{a:.4f},{b:.4f}" for i, (a, b) in enumerate(share)]
    (files / "customers.csv").write_text("\n".join(["id,language,value:red,value:blue", *lines]) + "\n")
    staff = [f"e{j},nl{'|en' if j % 2 else ''},{customers // 18},{j / 20:.2f},{1 - j / 20:.2f}" for j in range(20)]
    (files / "employees.csv").write_text("\n".join(["id,languages,accounts,value:red,value:blue", *staff]) + "\n")
    return files


def test_every_customer_gets_an_employee_who_may_look_after_them(klik: Klik, files: Path) -> None:
    """By hand: c3 needs English, so e1; c2 is better with e2; nobody speaks French; four places, four customers."""
    ran = klik.run(*arguments(files))

    assert ran.code == 0
    assert rows(files) == {"c1": "e1", "c2": "e2", "c3": "e1", "c4": "e2", "c5": ""}
    assert "4 of 5" in ran.out
    assert "Places fewer than customers: 1." in ran.out


@pytest.mark.parametrize("out", ["customers.csv", "employees.csv", "link.csv"])
def test_an_answer_is_never_written_over_its_question(klik: Klik, files: Path, out: str) -> None:
    """A slip of the keyboard must not cost a file of a million customers, not by another name of it either."""
    (files / "link.csv").symlink_to(files / "customers.csv")
    ran = klik.run(*arguments(files, out=out))

    assert ran.code == 1
    assert "made from; name another file" in ran.err
    assert ((files / "customers.csv").read_text(), (files / "employees.csv").read_text()) == (CUSTOMERS, EMPLOYEES)


def test_a_column_that_is_unknown_is_told_each_known_one_once(klik: Klik, files: Path) -> None:
    """Without `--capacity-column` the column that was meant by it is one too many."""
    ran = klik.run(*arguments(files)[:-2], "--capacity-column", "capacity")

    assert ran.code == 1
    assert ran.err.splitlines()[0].count("capacity") == 1


def test_a_cluster_that_is_away_is_told_as_such(klik: Klik, files: Path) -> None:
    """Whoever mistyped an address looks for no fault of the disk."""
    pytest.importorskip("distributed")
    import dask

    with dask.config.set({"distributed.comm.timeouts.connect": "1s"}):
        ran = klik.run(*arguments(files, "--backend", "dask", "--cluster", "tcp://127.0.0.1:1"))

    assert ran.code == 1
    assert "check the address" in ran.err


def test_machines_get_the_proof_in_json(klik: Klik, files: Path) -> None:
    """A script that decides on the result needs the gap, not a sentence."""
    told = klik.run(*arguments(files, "--json")).json

    assert (told["customers"], told["assigned"], told["short"]) == (5, 4, 1)
    assert told["value"] <= told["bound"]


def test_a_skill_that_accounts_need_narrows_who_may_have_them(klik: Klik, files: Path) -> None:
    """Only Jan has billing 3, and two places."""
    klik.run(*arguments(files, "--skills", "billing=3"))

    assert set(rows(files).values()) == {"e1", ""}
    assert list(rows(files).values()).count("e1") == 2


@pytest.mark.parametrize("backend", ["processes", "dask"])
def test_whoever_works_the_answer_is_the_same(klik: Klik, files: Path, backend: str) -> None:
    """A portfolio that depends on the machine cannot be explained to a customer."""
    if backend == "dask":
        pytest.importorskip("distributed")
    many(files, 4_500)
    klik.run(*arguments(files, "--jobs", 2, out="threads.csv"))
    ran = subprocess.run(
        [sys.executable, "-m", "api.cli", *map(str, arguments(files, "--backend", backend, "--jobs", 2))],
        env=klik.environ, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip

    assert ran.returncode == 0, ran.stderr
    assert (files / "out.csv").read_bytes() == (files / "threads.csv").read_bytes()


def cut_off_midway(klik: Klik, files: Path) -> bool:
    """Kill a run once it has kept its first prices; whether that was before it ended. One that ended leaves nothing."""
    state, out = files / "out.csv.state", files / "out.csv"
    started = klik.start(*arguments(files))
    until = time.monotonic() + 120
    while not state.exists() and time.monotonic() < until and started.poll() is None:
        time.sleep(0.001)
    os.kill(started.pid, signal.SIGKILL)
    started.wait()
    assert started.stdout is not None
    started.stdout.close()
    if state.exists() and not out.exists():
        return True
    out.unlink(missing_ok=True)
    state.unlink(missing_ok=True)
    return False


def test_a_run_that_was_killed_goes_on_and_ends_as_an_undisturbed_one(klik: Klik, files: Path) -> None:
    """A night's work must survive a restart of the machine, and not differ for it."""
    many(files, 30_000)
    klik.run(*arguments(files, out="whole.csv"))
    was_cut_off = any(cut_off_midway(klik, files) for _ in range(20))  # a run may end before it is hit
    ran = klik.run(*arguments(files, "--resume"))

    assert was_cut_off
    assert ran.code == 0
    assert (files / "out.csv").read_bytes() == (files / "whole.csv").read_bytes()
    assert sorted(path.name for path in files.glob("out.csv*")) == ["out.csv"]


def test_a_state_of_other_files_is_refused(klik: Klik, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Prices of another roster would end in a portfolio that looks right."""

    def cut_off(*_: object) -> None:
        raise OSError(28, "No space left on device", "out.csv")

    monkeypatch.setattr(command, "_write", cut_off)
    klik.run(*arguments(files))
    monkeypatch.undo()
    (files / "customers.csv").write_text(CUSTOMERS.replace("c5,fr", "c5,nl"))
    ran = klik.run(*arguments(files, "--resume"), KLIK_HOME=str(klik.home))

    assert ran.code == 1
    assert "--resume" in ran.err


def test_faults_come_with_file_and_line(klik: Klik, files: Path) -> None:
    """A customer who stands there twice would get two account employees."""
    (files / "customers.csv").write_text(CUSTOMERS + "c1,nl,,\n")
    doubled = klik.run(*arguments(files))
    (files / "employees.csv").write_text(EMPLOYEES.replace("e2,Piet,nl,billing=2,2,2", "e2,Piet,nl,billing=2,2,many"))
    no_number = klik.run(*arguments(files))
    no_column = klik.run(*arguments(files, "--capacity-column", "places"))

    assert (doubled.code, no_number.code, no_column.code) == (1, 1, 1)
    assert "'c1' stands in the file twice" in doubled.err
    assert "line 3, column accounts" in no_number.err
    assert "places" in no_column.err


def test_customers_are_read_with_flat_memory(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A customer more takes its hash in memory and nothing else: its numbers lie on the disk."""
    import tracemalloc
    from datetime import UTC, datetime

    from api.files import portfolio as reader
    from models.frameworks import load_framework

    framework = load_framework()
    monkeypatch.setattr(reader, "CUSTOMERS_A_CHUNK", 200)
    peaks = []
    for customers in (600, 600, 6_000):  # the first run fills what is kept for good
        many(files, customers)
        tracemalloc.start()
        spool = reader.spool_customers(
            files / "customers.csv",
            files / "spool",
            framework,
            at=datetime(2026, 1, 1, tzinfo=UTC),
            show=lambda *_: None,
        )
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
        assert sum(chunk.share.shape[0] for chunk in spool) == customers

    assert peaks[2] - peaks[1] < 5_400 * 64  # bytes; a customer read and kept would take some thousand
