"""The command line does what it says, and says what it did."""

import json
import sqlite3
import subprocess
import sys
from pathlib import Path

import click
import pytest

from api.cli import COMMANDS, main
from tests.cli.commands import Klik


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
    assert {each["check"] for each in well.json if each["state"] == "warning"} == {"Worker", "Publishing rules"}


def test_the_doctor_goes_on_when_one_thing_is_broken(klik: Klik) -> None:
    """A database that is away must not hide a framework that is not there."""
    ran = klik.run("doctor", "--json", KLIK_DATABASE_URL="postgresql://x@127.0.0.1:1/x", KLIK_FRAMEWORK="nowhere")

    assert {each["check"] for each in ran.json if each["state"] == "fault"} == {"Store", "Framework"}


def test_the_doctor_sees_a_framework_changed_under_its_version(klik: Klik) -> None:
    """The service would not start; here stands why, and what to do."""
    klik.run("db", "upgrade")
    fresh = {each["check"]: each for each in klik.run("doctor", "--json").json}
    with sqlite3.connect(klik.home / "klik.db") as database:
        database.execute(
            "INSERT INTO framework (id, version, sha256, document, loaded_at) "
            f"VALUES ('colours8', '1.0.0', '{'0' * 64}', '{{}}', '2026-01-01T00:00:00.000000+00:00')"
        )
    database.close()
    changed = {each["check"]: each for each in klik.run("doctor", "--json").json}

    assert fresh["Framework"]["state"] == "ok"
    assert "never in force here yet" in fresh["Framework"]["detail"]
    assert changed["Framework"]["state"] == "fault"
    assert "new version" in changed["Framework"]["advice"]


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
