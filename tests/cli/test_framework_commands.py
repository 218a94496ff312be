"""`klik framework`: an author finds every fault by its line, and a broken file never starts a service."""

import json
import re
from pathlib import Path

import pytest

from api.files.json_lines import line_of
from models.frameworks import load_framework
from tests.cli.commands import Klik
from tests.matcher.profiles.framework_documents import Document, changed, document


def write(path: Path, content: Document) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content, indent=1), "utf-8")
    return path


def broken() -> Document:
    """Three faults: a prior, a missing text, an order."""
    once = changed("/prior/mean", [0.5, 0.5, 0.1])
    twice = changed("/forms/staff/items/1/options/0/nl", ..., once)
    return changed("/forms/staff/order", ["S1"], twice)


def test_every_fault_is_told_with_its_pointer_and_line(klik: Klik, tmp_path: Path) -> None:
    """The editor jumps to the line; the pointer says what stands there."""
    path = write(tmp_path / "three.json", broken())
    ran = klik.run("framework", "check", path)
    lines = path.read_text("utf-8").splitlines()
    told = {pointer: int(line) for line, pointer in re.findall(r"line (\d+), (/\S+):", ran.err)}

    assert ran.code == 1
    assert set(told) == {"/prior/mean", "/forms/staff/items/1/options/0/nl", "/forms/staff/order"}
    assert '"mean"' in lines[told["/prior/mean"] - 1]
    assert '"order"' in lines[told["/forms/staff/order"] - 1]


def test_faults_are_told_to_machines_too(klik: Klik, tmp_path: Path) -> None:
    """A pipeline that publishes frameworks reads codes, not sentences."""
    ran = klik.run("framework", "check", write(tmp_path / "three.json", broken()), "--json")

    assert ran.code == 1
    assert {(error["pointer"], error["code"]) for error in ran.json["errors"]} == {
        ("/prior/mean", "bad_prior"),
        ("/forms/staff/items/1/options/0/nl", "missing_text"),
        ("/forms/staff/order", "bad_order"),
    }
    assert all(error["line"] > 1 for error in ran.json["errors"])


def test_a_warning_is_told_and_refuses_nothing(klik: Klik, tmp_path: Path) -> None:
    """Whoever lets a value system appear less often may mean it."""
    path = write(tmp_path / "three.json", changed("/forms/staff/items/0/options/2", ...))
    ran, as_json = klik.run("framework", "check", path), klik.run("framework", "check", path, "--json")

    assert (ran.code, as_json.code) == (0, 0)
    assert "Warning: " in ran.err
    assert "no fault" in ran.out
    assert [warning["code"] for warning in as_json.json["warnings"]] == ["unequal_appearances"]


def test_every_shipped_framework_passes_without_a_warning(klik: Klik) -> None:
    """They are what authors copy from."""
    for shown in klik.run("framework", "list", "--json").json:
        ran = klik.run("framework", "check", shown["file"])

        assert (ran.code, ran.err) == (0, "")


@pytest.mark.parametrize(("arguments", "code"), [((), 2), (("--nonsense", "x"), 2), (("absent.json",), 1)])
def test_exit_codes_tell_wrong_usage_from_a_refusal(klik: Klik, arguments: tuple[str, ...], code: int) -> None:
    """Scripts branch on them."""
    assert klik.run("framework", "check", *arguments).code == code


def test_the_list_names_shipped_and_own_frameworks_and_the_one_in_use(klik: Klik) -> None:
    """An operator sees at a glance what KLIK_FRAMEWORK may say."""
    write(klik.home / "frameworks" / "three.json", document())
    write(klik.home / "frameworks" / "four.json", broken() | {"id": "four"})
    states = {shown["framework"]: shown["state"] for shown in klik.run("framework", "list", "--json").json}

    assert states == {"colours8@1.0.0": "in use", "bigfive@1.0.0": "ready", "three@1.0.0": "ready", "four": "3 faults"}


@pytest.mark.parametrize("command", [("serve", "--port", "1"), ("doctor",)])
def test_an_invalid_framework_in_use_stops_the_start_with_every_fault(klik: Klik, command: tuple[str, ...]) -> None:
    """A service on half a framework would measure half a person."""
    path = write(klik.home / "frameworks" / "three.json", broken())
    ran = klik.run(*command, KLIK_FRAMEWORK="three")

    assert ran.code == 1
    for pointer in ("/prior/mean", "/forms/staff/items/1/options/0/nl", "/forms/staff/order"):
        assert f"{path}, {pointer}: " in ran.out + ran.err


def test_a_broken_framework_that_is_not_in_use_is_a_warning(klik: Klik) -> None:
    """It lies there half written; the service goes on, and the doctor says so."""
    write(klik.home / "frameworks" / "three.json", broken())
    klik.run("db", "upgrade")
    ran = klik.run("doctor", "--json")

    assert ran.code == 0
    assert [(each["state"], "3 faults" in each["detail"]) for each in ran.json if each["check"] == "Framework"] == [
        ("warning", True),
        ("ok", False),
    ]


@pytest.mark.parametrize("name", ["colours8", "bigfive"])
def test_the_line_of_a_pointer_is_where_its_value_stands(name: str) -> None:
    """Checked against every text of a shipped file: the line that is named holds it."""
    import models.frameworks

    text = (models.frameworks.SHIPPED / f"{name}.json").read_text("utf-8")
    lines = text.splitlines()
    items = load_framework(name).document["forms"]["staff"]["items"]  # type: ignore[index]  # a document is typed as object

    for place, item in enumerate(items):
        line = line_of(text, f"/forms/staff/items/{place}/stem/nl")
        assert json.dumps(item["stem"]["nl"], ensure_ascii=False) in lines[line - 1]
