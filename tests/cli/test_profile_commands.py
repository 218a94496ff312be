"""`klik profiles`: HR's work from the command line, by the same use cases as over HTTP."""

from pathlib import Path

import pytest

from tests.cli.commands import Klik

STAFF = "id,name,team,channels\n" + "".join(f"e{n},Nr {n},north,phone=1\n" for n in range(1, 6)) + "e6,Nr 6,,chat=1\n"
TAGS = "id,dominant,secondary,reason\ne1,blue,green,Agreed\ne2,red,,\n"


@pytest.fixture
def staffed(klik: Klik, tmp_path: Path) -> Klik:
    """Five of team north and one of no team."""
    (tmp_path / "staff.csv").write_text(STAFF)
    assert klik.run("import", "employees", tmp_path / "staff.csv").code == 0
    return klik


def file(tmp_path: Path, content: str | bytes = TAGS) -> Path:
    path = tmp_path / "tags.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def test_a_file_tags_and_its_batch_takes_it_back(staffed: Klik, tmp_path: Path) -> None:
    """What HR does once a year, and once more after the wrong file."""
    ran = staffed.run("profiles", "tag", file(tmp_path), "--reason", "Yearly talk", "--json")
    assert (ran.code, ran.json["applied"], ran.json["counts"]["tag"]) == (0, True, 2)

    batch = ran.json["batch_id"]
    undone = staffed.run("profiles", "undo", batch, "--reason", "wrong file", "--json")
    assert undone.json == {"batch_id": batch, "revoked": 2, "employees": 2}
    assert "0 tags" in staffed.run("profiles", "undo", batch, "--reason", "wrong file").out
    steps = staffed.run("profiles", "history", "e2", "--json").json["items"]
    assert [(step["action"], step["reason"], step["batch"]) for step in steps] == [
        ("recorded", "Yearly talk", batch),
        ("revoked", "wrong file", batch),
    ]


def test_a_faulty_file_tags_nobody_and_ends_with_1(staffed: Klik, tmp_path: Path) -> None:
    """Each fault with its line and column; sound lines go in alone only where that is asked for."""
    path = file(tmp_path, TAGS + "e9,blue,,x\n")

    ran = staffed.run("profiles", "tag", path)
    skipping = staffed.run("profiles", "tag", path, "--skip-faulty")

    assert ran.code == 1
    assert "line 3, column reason" in ran.out
    assert "line 4, column id" in ran.out
    assert "Nobody was tagged" in ran.err
    assert (skipping.code, "Applied: 1 tagged" in skipping.err) == (0, True)


def test_a_dry_run_says_so(staffed: Klik, tmp_path: Path) -> None:
    """And changes nothing."""
    ran = staffed.run("profiles", "tag", file(tmp_path), "--reason", "x", "--dry-run")

    assert (ran.code, "dry run" in ran.err) == (0, True)
    assert staffed.run("profiles", "history", "e1", "--json").json["items"] == []


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("id,colour\n", "unknown"),
        (b"id,dominant\ne1,ros\xe9\n", "UTF-8"),
        ("id,value:pink\n", "pink"),
        ("", "header"),
    ],
)
def test_a_file_that_is_no_table_of_tags_is_refused(
    staffed: Klik, tmp_path: Path, content: str | bytes, told: str
) -> None:
    """With the file's name."""
    ran = staffed.run("profiles", "tag", file(tmp_path, content))

    assert ran.code == 1
    assert "tags.csv" in ran.err
    assert told in ran.err


def test_missing_files_batches_and_people_are_told(staffed: Klik, tmp_path: Path) -> None:
    """Refused with 1; wrong usage ends with 2."""
    assert staffed.run("profiles", "tag", tmp_path / "none.csv").code == 1
    assert staffed.run("profiles", "undo", "none", "--reason", "x").code == 1
    assert staffed.run("profiles", "undo", "none").code == 2
    assert staffed.run("profiles", "undo", "none", "--reason", " ").code == 2
    assert staffed.run("profiles", "history", "nobody").code == 1
    assert staffed.run("profiles", "history", "e1", "--facet", "mood").code == 1
    assert staffed.run("profiles", "plot", "e1", "--out", tmp_path / "a.pdf").code == 2


def test_who_is_missing_and_how_far_the_staff_is(staffed: Klik, tmp_path: Path) -> None:
    """The one of no team is not told apart from five others."""
    staffed.run("profiles", "tag", file(tmp_path), "--reason", "x")

    missing = staffed.run("profiles", "missing", "--team", "north", "--json").json
    assert [(one["employee_id"], one["why"]) for one in missing] == [(f"e{n}", "nothing") for n in (3, 4, 5)]
    assert "first 1" in staffed.run("profiles", "missing", "--limit", "1").err
    summary = staffed.run("profiles", "summary")
    assert summary.out.splitlines()[1].split("\t")[:4] == ["all others", "6", "2", "2"]
    assert "Groups under 5" in summary.err
    assert staffed.run("profiles", "summary", "--json").json["items"][0]["team"] is None
    assert staffed.run("profiles", "contested", "--json").json == []


@pytest.mark.parametrize(("name", "begins"), [("a.png", b"\x89PNG"), ("a.svg", b"<?xml")])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_profile_is_drawn(staffed: Klik, tmp_path: Path, name: str, begins: bytes, language: str) -> None:
    """With a history, without one, and with a name that would be a formula."""
    staffed.run("profiles", "tag", file(tmp_path), "--reason", "x")
    (tmp_path / "one.csv").write_text("id,name,channels\ne3,$x_1$ \\frac,phone=1\n")
    staffed.run("import", "employees", tmp_path / "one.csv")

    for who in ("e1", "e3"):
        out = tmp_path / name
        ran = staffed.run("profiles", "plot", who, "--out", out, "--language", language)
        assert (ran.code, out.read_bytes()[: len(begins)]) == (0, begins)


def test_a_table_of_history_goes_on(staffed: Klik, tmp_path: Path) -> None:
    """A long history comes in parts."""
    ran = staffed.run("profiles", "tag", file(tmp_path), "--reason", "x", "--json")
    staffed.run("profiles", "undo", ran.json["batch_id"], "--reason", "y")

    first = staffed.run("profiles", "history", "e1", "--limit", "1")
    rest = staffed.run("profiles", "history", "e1", "--after", "1")

    assert "--after 1" in first.err
    assert [line.split("\t")[2] for line in (first.out + rest.out).splitlines()] == [
        "action", "recorded", "action", "revoked",
    ]  # fmt: skip
