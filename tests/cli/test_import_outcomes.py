"""`klik import outcomes`: the same import as over HTTP, from a file of any length."""

from pathlib import Path

from tests.cli.commands import Klik

HEADER = "at;customer_id;employee_id;success;propensity\n"


def write(folder: Path, *lines: str) -> Path:
    """A file of outcomes as a Dutch spreadsheet saves it."""
    path = folder / "outcomes.csv"
    path.write_text(HEADER + "".join(f"{line}\n" for line in lines))
    return path


def test_outcomes_are_looked_at_kept_and_not_kept_again(klik: Klik, files: Path) -> None:
    """What the file tells of people who are not here is kept without them, and said."""
    path = write(files, "2026-02-01T10:00:00+01:00;c1;e1;0,5;0,25", "2026-02-01T11:00:00+01:00;c1;e9;1;1")
    klik.run("import", "employees", files / "employees.csv")
    dry, first, again = (klik.run("import", "outcomes", path, *more, "--json").json for more in (["--dry-run"], [], []))

    assert (dry["applied"], dry["counts"]) == (False, {"create": 2, "skip": 0, "error": 0})
    assert (first["applied"], first["outcomes"]["recorded"]) == (True, 2)
    assert (first["outcomes"]["unknown_customers"], first["outcomes"]["unknown_employees"]) == (2, 1)
    assert again["counts"] == {"create": 0, "skip": 2, "error": 0}


def test_a_faulty_line_ends_with_one_and_is_named(klik: Klik, files: Path) -> None:
    """A nightly script must notice."""
    ran = klik.run("import", "outcomes", write(files, "2026-02-01T10:00:00+01:00;c1;e1;2;1"))

    assert ran.code == 1
    assert "line 2, column success" in ran.out + ran.err
    assert "Nothing applied" in ran.out + ran.err


def test_a_file_that_is_no_table_is_refused_in_a_sentence(klik: Klik, files: Path) -> None:
    """No stack trace for a photograph."""
    path = files / "outcomes.csv"
    path.write_bytes(b"\x89PNG\r\n\x1a\n\x00\x00")
    ran = klik.run("import", "outcomes", path)
    missing = klik.run("import", "outcomes", files / "none.csv")

    assert (ran.code, missing.code) == (1, 1)
    assert "Traceback" not in ran.out + ran.err + missing.err
