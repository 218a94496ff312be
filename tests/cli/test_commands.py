"""The command line does what it says, and says what it did."""

import csv
import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import click
import numpy as np
import pytest

from api.cli import COMMANDS, main
from matcher.routing import Round
from matcher.use_cases.match_contacts import match_contacts
from tests.api.installation import Installation
from tests.cli.commands import Klik

EMPLOYEES = """id;name;languages;skills;capacity;channels;value:red;value:blue
e1;Jan;nl|en;billing=4;1;phone=1|chat=1;0,5;0,5
e2;Piet;nl;sales=4|billing=2;2;phone=1|chat=1;0,1;0,9
"""
CONTACTS = """id,customer_id,channel,language,skills,priority,waiting_s
k1,c1,phone,nl,billing=2,5,30
k2,c2,chat,nl,sales=3,3,10
k3,,phone,en,billing=3,1,5
k4,,email,nl,,1,5
"""
CUSTOMERS = """id,value:red,value:blue
c1,0.9,0.1
c2,0.1,0.9
"""


@pytest.fixture
def service() -> Installation:
    """The same over HTTP."""
    return Installation()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A folder with the three files of a match."""
    for name, content in (("employees", EMPLOYEES), ("contacts", CONTACTS), ("customers", CUSTOMERS)):
        (tmp_path / f"{name}.csv").write_text(content)
    return tmp_path


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
    assert "email" in rows[3]["reason"]
    assert "3 of 4" in ran.out


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


def test_an_import_is_told_applied_and_not_repeated(klik: Klik, files: Path) -> None:
    """A dry run first, then the file, then the file again."""
    path = files / "employees.csv"
    said = [
        klik.run("import", "employees", path, "--dry-run", "--json").json,
        klik.run("import", "employees", path, "--json").json,
        klik.run("import", "employees", path, "--json").json,
    ]

    assert [each["applied"] for each in said] == [False, True, True]
    assert [each["counts"]["create"] for each in said] == [2, 2, 0]
    assert said[2]["counts"]["skip"] == 2


def test_an_import_with_a_bad_line_ends_with_one_and_applies_nothing(klik: Klik, files: Path) -> None:
    """A nightly script must notice."""
    path = files / "bad.csv"
    path.write_text("id,channels,capacity\ne1,chat=1,2\ne2,chat=1,0\n")
    ran = klik.run("import", "employees", path)
    good = klik.run("import", "employees", files / "employees.csv", "--json")

    assert ran.code == 1
    assert "line 3, column capacity" in ran.out
    assert "Nothing applied" in ran.err
    assert good.json["counts"]["create"] == 2


def test_a_broken_file_is_refused_before_anything_is_kept(klik: Klik, files: Path) -> None:
    """The place of the fault is the answer."""
    path = files / "bad.csv"
    path.write_bytes(b"id,name\ne1,Ren\xe9\n")
    ran = klik.run("import", "employees", path, "--json")

    assert ran.code == 1
    assert ran.json["errors"][0]["code"] == "not_utf8"


def test_a_key_is_shown_once_listed_without_its_secret_and_revoked(klik: Klik) -> None:
    """Keys are made here first: without one nobody can call the service."""
    made = klik.run("key", "create", "router", "--json").json
    listed = klik.run("key", "list", "--json").json
    revoked = klik.run("key", "revoke", made["id"])
    after = klik.run("key", "list", "--json").json
    unknown = klik.run("key", "revoke", "nobodys")

    assert made["key"].startswith(f"klik_{made['id']}_")
    assert [key["state"] for key in listed] == ["in force"]
    assert made["key"] not in json.dumps(listed)
    assert (revoked.code, after[0]["state"]) == (0, "revoked")
    assert unknown.code == 1


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (("boss",), ("ROLE", "auditor")),
        (("employee",), ("--person", "names its employee")),
        (("router", "--person", "e1"), ("--person", "no other")),
        (("employee", "--person", "bad id"), ("--person", "128 characters")),
        (("employee", "--person", "."), ("--person", "not . or ..")),
    ],
)
def test_a_key_that_makes_no_sense_is_wrong_usage(klik: Klik, given: tuple[str, ...], told: tuple[str, ...]) -> None:
    """Whoever typed it reads which word to change, by the name it has here; nothing is made."""
    ran = klik.run("key", "create", *given)

    assert ran.code == 2
    assert all(word in ran.err for word in told)
    assert "person_id" not in ran.err
    assert klik.run("key", "list", "--json").json == []


def test_a_key_of_an_employee_names_the_employee(klik: Klik) -> None:
    """Such a key reaches only that person's own things."""
    assert klik.run("key", "create", "employee", "--person", "e1").code == 0


def test_the_schema_is_upgraded_once(klik: Klik) -> None:
    """Upgrading again is harmless."""
    first, second = klik.run("db", "upgrade", "--json").json, klik.run("db", "upgrade", "--json").json

    assert first["from"] is None
    assert first["to"] == second["from"] == second["to"]


def test_the_settings_are_shown_with_their_source_and_without_passwords(klik: Klik) -> None:
    """P22: what is shown ends in tickets and chats."""
    ran = klik.run("config", "show", "--json", KLIK_DATABASE_URL="postgresql://klik:hunter2@db/klik")
    shown = {each["variable"]: each for each in ran.json}

    assert shown["KLIK_DATABASE_URL"]["source"] == "environment"
    assert shown["KLIK_WORKERS"]["source"] == "default"
    assert "hunter2" not in ran.out
    assert "klik:***@db" in shown["KLIK_DATABASE_URL"]["value"]


def test_every_bad_setting_is_told_at_once(klik: Klik) -> None:
    """Nobody wants to restart a service once for each typing error."""
    ran = klik.run("config", "show", KLIK_WORKERS="many", KLIK_BIND="here", KLIK_WORKER="2")

    assert ran.code == 1
    for name in ("KLIK_WORKERS", "KLIK_BIND", "KLIK_WORKER is not a setting; did you mean KLIK_WORKERS?"):
        assert name in ran.err


def test_the_doctor_says_what_to_do(klik: Klik) -> None:
    """First a home without a schema, then a good one."""
    ill = klik.run("doctor", "--json")
    klik.run("db", "upgrade")
    klik.run("key", "create", "admin")
    well = klik.run("doctor", "--json")
    found = {each["check"]: each for each in ill.json}

    assert ill.code == 1
    assert (found["Schema"]["state"], found["Schema"]["advice"]) == ("fault", "Run `klik db upgrade`.")
    assert well.code == 0
    assert {each["check"] for each in well.json if each["state"] == "warning"} == {"Worker"}


def test_the_doctor_goes_on_when_one_thing_is_broken(klik: Klik) -> None:
    """A database that is away must not hide a framework that is not there."""
    ran = klik.run("doctor", "--json", KLIK_DATABASE_URL="postgresql://x@127.0.0.1:1/x", KLIK_FRAMEWORK="nowhere")

    assert {each["check"] for each in ran.json if each["state"] == "fault"} == {"Store", "Framework"}


def test_documents_are_checked_with_every_fault_and_its_place(klik: Klik, tmp_path: Path) -> None:
    """Rule sets are written by hand."""
    path = tmp_path / "doc.json"
    path.write_text('{"id": 1}')
    framework, rules = klik.run("framework", "check", path), klik.run("rules", "check", path)
    path.write_text('{"id": 1,\n}')
    broken = klik.run("rules", "check", path)

    assert (framework.code, rules.code, broken.code) == (1, 1, 1)
    assert framework.err.count(str(path)) > 3
    assert rules.err.count(str(path)) > 1
    assert "line 2, column 1" in broken.err


def test_the_framework_and_rules_klik_comes_with_pass_their_own_checks(klik: Klik, tmp_path: Path) -> None:
    """The first thing anyone tries."""
    import models.frameworks
    from matcher.rules import DEFAULT_RULE_SET

    path = tmp_path / "rules.json"
    path.write_text(json.dumps(DEFAULT_RULE_SET.document))
    shipped = Path(models.frameworks.__path__[0]) / "colours8.json"

    assert klik.run("framework", "check", shipped).code == 0
    assert klik.run("rules", "check", path).code == 0


def test_wrong_usage_ends_with_two(klik: Klik) -> None:
    """Scripts tell a typing error from a refusal."""
    assert klik.run("nothing").code == 2
    assert klik.run("match").code == 2
    assert klik.run("serve", "--port", "99999").code == 2


def all_commands() -> list[tuple[str, ...]]:
    context = click.Context(main)
    found: list[tuple[str, ...]] = []
    for name in COMMANDS:
        command = main.get_command(context, name)
        if isinstance(command, click.Group):
            found += [(name, each) for each in command.commands]
        else:
            found.append((name,))
    return found


@pytest.mark.parametrize("path", all_commands(), ids=" ".join)
def test_every_command_has_help(klik: Klik, path: tuple[str, ...]) -> None:
    """Nobody reads a manual for a command they use once a year."""
    ran = klik.run(*path, "--help")

    assert ran.code == 0
    assert f"klik {' '.join(path)}" in ran.out.split("Example", 1)[-1]


HELP = """
import sys
from api.cli import main
main(["--help"], standalone_mode=False)
print(*sys.modules, file=sys.stderr)
"""


def test_help_imports_nothing_heavy() -> None:
    """`klik --help` answers at once, and so does the completion of a shell."""
    heavy = {
        "numpy",
        "scipy",
        "sqlalchemy",
        "flask",
        "sklearn",
        "matplotlib",
        "rich",
        "huey",
        "gunicorn",
        "marshmallow",
    }
    ran = subprocess.run([sys.executable, "-c", HELP], capture_output=True, text=True, check=True)

    assert heavy & set(ran.stderr.split()) == set()
    assert "doctor" in ran.stdout
