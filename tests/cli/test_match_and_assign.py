"""`klik match` and `klik assign`: who gets whom, from files and to files."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matcher.routing import Round
from matcher.use_cases.match_contacts import match_contacts
from tests.api.installation import Installation
from tests.api.trained_folder import lay_classifier
from tests.cli.commands import Klik

WITHOUT_VALUES = {
    "schema": "rule-set/1",
    "title": "Without values",
    "strategy": {"preset": "customer_intimacy"},
    "values": {"mode": "off", "max_weight": 0.5},
    "rules": [],
}


@pytest.fixture
def service() -> Installation:
    """The same over HTTP."""
    return Installation()


def match(klik: Klik, files: Path, *more: object):
    out = files / "out.csv"
    given = ("--contacts", files / "contacts.csv", "--employees", files / "employees.csv", "--out", out)
    ran = klik.run("match", *given, *more)
    rows = list(csv.DictReader(out.read_text().splitlines())) if out.exists() else []
    return ran, rows


def test_match_gives_each_contact_an_employee_who_may_serve_it(klik: Klik, files: Path) -> None:
    """By hand: k3 needs English and billing 3, so e1; k1 and k2 both fit e2, who takes two; nobody serves email."""
    ran, rows = match(klik, files)

    assert ran.code == 0
    assert {row["contact_id"]: row["employee_id"] for row in rows} == {"k1": "e2", "k2": "e2", "k3": "e1", "k4": ""}
    assert "e-mail" in rows[3]["reason"]
    assert "3 of 4" in ran.out


@pytest.mark.parametrize("name", ["contacts.csv", "employees.csv"])
def test_assignments_are_never_written_over_a_file_they_come_from(klik: Klik, files: Path, name: str) -> None:
    """A slip of the keyboard must not cost the roster."""
    before = (files / name).read_text()
    given = ("--contacts", files / "contacts.csv", "--employees", files / "employees.csv", "--out", files / name)
    ran = klik.run("match", *given)

    assert ran.code == 1
    assert "name another file" in ran.err
    assert (files / name).read_text() == before


def test_match_with_the_same_seed_gives_the_same_file(klik: Klik, files: Path) -> None:
    """A decision that cannot be repeated cannot be explained."""
    first = match(klik, files, "--customers", files / "customers.csv", "--explain", "--seed", 3)
    again = match(klik, files, "--customers", files / "customers.csv", "--explain", "--seed", 3)

    assert first[1] == again[1]


def test_match_answers_machines_in_json(klik: Klik, files: Path) -> None:
    """Scripts read the proof that goes with the answer."""
    ran, _ = match(klik, files, "--json")

    assert ran.json["assigned"] == 3
    assert ran.json["bound"] >= ran.json["objective"]
    assert ran.json["unassigned"][0]["contact_id"] == "k4"


def test_match_writes_its_numbers_as_http_does(klik: Klik, files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A proof 1e-15 below what it proves is rounding and looks like a contradiction; a real one stays to be seen."""
    made: list[Round] = []

    def with_a_bound(below: float) -> Callable[..., Round]:
        def kept(*given: object, **more: object) -> Round:
            found = match_contacts(*given, **more)  # type: ignore[arg-type]  # handed on as it came
            made.append(replace(found, bound=found.objective - below))
            return made[-1]

        return kept

    said = []
    for below in (1e-15, 1e-3):
        monkeypatch.setattr("matcher.use_cases.match_contacts.match_contacts", with_a_bound(below))
        said.append(match(klik, files, "--json")[0].json)

    assert made[0].bound < made[0].objective
    assert said[0]["bound"] == said[0]["objective"]
    assert said[1]["bound"] < said[1]["objective"]


def test_match_explains_with_every_reason_that_http_gives(klik: Klik, files: Path, service: Installation) -> None:
    """What spoke for the values, and how many could have taken it, are what people ask for first."""
    _, rows = match(klik, files, "--explain", "--customers", files / "customers.csv")
    _, short = match(klik, files, "--customers", files / "customers.csv")
    said = {row["contact_id"]: row["reason"] for row in rows}
    channels = {"phone": {}, "chat": {}}
    asked = {
        "contacts": [{"id": "k3", "channel": "phone", "language": "en", "skills": {"billing": 3}, "priority": 1}],
        "employees": [{"id": "e1", "languages": ["nl", "en"], "skills": {"billing": 4}, "channels": channels}],
        "explain": "full",
    }
    (told,) = service.call("router", "POST", "/v1/matches", json=asked).get_json()["assignments"]
    codes = {reason["code"]: reason["text"] for reason in told["reasons"]}

    assert {"eligible", "values_unknown"} <= set(codes)
    assert codes["values_unknown"] in said["k3"]
    assert "1 of 2 employees" in said["k3"]
    assert "points" in said["k1"]
    assert all(row["reason"] and row["reason"] in said[row["contact_id"]] for row in short)


def test_match_explains_in_dutch(klik: Klik, files: Path) -> None:
    """Operations here speak Dutch."""
    _, english = match(klik, files)
    _, dutch = match(klik, files, "--lang", "nl")

    assert english[3]["reason"] != dutch[3]["reason"]


@pytest.fixture
def alike(tmp_path: Path) -> Path:
    """A contact that two employees can take alike."""
    (tmp_path / "contacts.csv").write_text("id,channel,intent\nk1,phone,bill\n")
    (tmp_path / "employees.csv").write_text("id,channels\na,phone=1\nb,phone=1\n")
    return tmp_path


@pytest.mark.parametrize(("good", "bad"), [("a", "b"), ("b", "a")])
def test_match_gives_a_contact_to_whom_a_classifier_knows_to_do_well(
    klik: Klik, alike: Path, good: str, bad: str
) -> None:
    """What was learnt from files can be tried on files, before anything is installed; and the answer says so."""
    digest = lay_classifier(alike / "learnt", good=good, bad=bad)
    ran, rows = match(klik, alike, "--classifier", alike / "learnt", "--json")
    _, without = match(klik, alike)

    assert [row["employee_id"] for row in rows] == [good]
    assert float(rows[0]["compatibility"]) > float(without[0]["compatibility"])
    assert ran.json["decision_basis"] == "classifier"
    assert ran.json["versions"]["classifier"] == digest
    assert f"classifier {digest[:12]}, learnt from 120 outcomes" in ran.err


def test_match_says_where_the_rule_set_leaves_a_classifier_out(klik: Klik, alike: Path) -> None:
    """Who gives a classifier must not believe that it judged where it did not."""
    lay_classifier(alike / "learnt", good="b", bad="a")
    (alike / "rules.json").write_text(json.dumps(WITHOUT_VALUES))
    ran, _ = match(klik, alike, "--classifier", alike / "learnt", "--rule-set", alike / "rules.json", "--json")

    assert ran.code == 0, ran.err
    assert ran.json["decision_basis"] == "rules"
    assert ran.err.startswith("Not used is the classifier")


def test_match_refuses_a_folder_that_holds_no_classifier(klik: Klik, alike: Path) -> None:
    """Matching without what was asked for would pass for matching with it."""
    lay_classifier(alike / "learnt", good="b", bad="a")
    (alike / "learnt" / "arrays.npz").write_bytes(b"other")
    harmed, rows = match(klik, alike, "--classifier", alike / "learnt")
    missing, _ = match(klik, alike, "--classifier", alike / "nothing")

    assert harmed.code == missing.code == 1
    assert rows == []
    assert "learnt" in harmed.err
    assert "nothing" in missing.err


def test_a_strategy_nobody_knows_is_wrong_usage(klik: Klik, files: Path) -> None:
    """A mistyped word is told with the words there are, before any file is read."""
    ran, rows = match(klik, files, "--strategy", "foo")

    assert (ran.code, rows) == (2, [])
    assert "'cost_leadership'" in ran.err


def test_faults_of_a_file_are_told_with_file_line_and_column(klik: Klik, files: Path) -> None:
    """Three files are given: the message must say which."""
    (files / "contacts.csv").write_text("id,channel\nk1,fax\n")
    ran, _ = match(klik, files)

    assert ran.code == 1
    assert f"{files / 'contacts.csv'}: line 2, column channel" in ran.err


def test_a_file_that_is_not_there_is_told_with_its_path(klik: Klik, files: Path) -> None:
    """Exit code 1 and no traceback."""
    (files / "contacts.csv").unlink()
    ran, _ = match(klik, files)

    assert ran.code == 1
    assert "contacts.csv" in ran.err


def test_assign_solves_numbers_and_writes_the_proof(klik: Klik, tmp_path: Path) -> None:
    """By hand: 8 + 7 beats 9 + 1."""
    problem, out = tmp_path / "p.npz", tmp_path / "r.json"
    np.savez(problem, value=np.array([[9.0, 8.0], [7.0, 1.0]]))
    ran = klik.run("assign", problem, "--out", out, "--json")

    assert ran.code == 0
    assert ran.json["value"] == 15.0
    assert json.loads(out.read_text())["employee_of"] == [1, 0]


CHATTY = """
import ctypes, sys, matcher.assignment
from matcher.assignment import solve

def chatty(*given, **more):
    ctypes.CDLL(None).puts(b"HighsMipSolverData: tmpSolver.run();")
    return solve(*given, **more)

matcher.assignment.solve = chatty
from api.cli import main
main(["assign", *sys.argv[1:], "--json"])
"""


def test_what_a_solver_prints_stays_out_of_the_answer(tmp_path: Path) -> None:
    """HiGHS prints in C, past Python and past every option; a script must read JSON and nothing else."""
    problem, out = tmp_path / "p.npz", tmp_path / "r.json"
    np.savez(problem, value=np.array([[9.0, 8.0], [7.0, 1.0]]))
    command = [sys.executable, "-c", CHATTY, str(problem), "--out", str(out)]
    ran = subprocess.run(command, capture_output=True, text=True, check=True)

    assert json.loads(ran.stdout)["value"] == 15.0
    assert "HighsMipSolverData" in ran.stderr
