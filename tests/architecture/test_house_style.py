"""What the house asks of every file: a size one can read at a sitting, and names that say what a thing is for."""

import ast
import re
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, imports_of, source_files

LONGEST_FILE = 400
# A file may be longer for a reason that a reader would accept: path -> reason.
LONG_FILES: dict[str, str] = {}

LONGEST_FUNCTION = 40
# Of a hundred functions one may be longer than that (figures to stay near in the house's style).
SHARE_OF_LONG_FUNCTIONS = 0.01

REFUSED_MODULES = {"utils", "util", "helpers", "helper", "common", "base", "manager", "managers", "data", "tmp", "misc"}
# The glossary has one word a thing; these are the words it replaces. Only names that we define are looked at.
REPLACED_WORDS = {
    "agent": "employee",
    "agents": "employees",
    "ticket": "contact",
    "tickets": "contacts",
    "client": "customer",
    "clients": "customers",
    "affinity_score": "compatibility",
}


def python_files() -> list[Path]:
    """Source, tests and benchmarks."""
    others = [path for folder in ("tests", "benchmarks") for path in sorted((ROOT / folder).rglob("*.py"))]
    return [*source_files(), *others]


def test_no_file_is_too_long_to_read_at_a_sitting() -> None:
    """Over 400 lines a file asks to be looked at; the answer is a split or a written reason."""
    lengths = {
        str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in python_files()
    }

    too_long = {name: lines for name, lines in lengths.items() if lines >= LONGEST_FILE and name not in LONG_FILES}

    assert too_long == {}


def test_every_reason_for_a_long_file_is_still_needed() -> None:
    """A reason that outlives its file would excuse the next one."""
    unneeded = [name for name in LONG_FILES if not (ROOT / name).exists() or _line_count(ROOT / name) < LONGEST_FILE]

    assert unneeded == []


def test_long_functions_stay_rare() -> None:
    """One thing on one level: twenty lines are usual, over forty nearly never."""
    lengths = {}
    for path in source_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lengths[f"{path.relative_to(ROOT)}:{node.name}"] = (node.end_lineno or node.lineno) - node.lineno + 1

    too_long = {name: lines for name, lines in lengths.items() if lines > LONGEST_FUNCTION}

    assert len(too_long) <= SHARE_OF_LONG_FUNCTIONS * len(lengths) + 1, too_long


def test_no_module_is_named_after_nothing() -> None:
    """`utils` says where a thing was put, not what it is for."""
    refused = [str(path.relative_to(ROOT)) for path in python_files() if REFUSED_MODULES & set(_names_in(path))]

    assert refused == []


@pytest.mark.parametrize("path", ["matcher/utils/x.py", "api/helpers.py", "models/base.py"])
def test_a_module_named_after_nothing_would_be_seen(path: str) -> None:
    """The rule above looks at folders and files alike."""
    assert REFUSED_MODULES & set(_names_in(ROOT / path))


def test_every_name_we_define_speaks_the_glossary() -> None:
    """One word a thing: two words for one thing are read as two things."""
    offenders = []
    for path in source_files():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.ClassDef | ast.arg):
                name = node.arg if isinstance(node, ast.arg) else node.name
                words = re.sub(r"([a-z0-9])([A-Z])", r"\1_\2", name).lower().split("_")
                offenders += [
                    f"{path.relative_to(ROOT)}:{node.lineno}: {name} ({word} is called {right} here)"
                    for word, right in REPLACED_WORDS.items()
                    if word in words or word == name
                ]

    assert offenders == []


def _names_in(path: Path) -> list[str]:
    return list(path.relative_to(ROOT).with_suffix("").parts)


def _line_count(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_every_event_is_spelled_in_one_file() -> None:
    """What is logged can be read in one list, and nobody slips a name or an address past it."""
    speaking = {each.importer for path in source_files() for each in imports_of(path) if each.imported == "structlog"}

    assert speaking == {"api.events"}
