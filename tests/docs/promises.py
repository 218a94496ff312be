"""docs/reference/promises.md: what the laws, contracts and acceptance tests promise, from their names and docstrings.

`python -m tests.docs.promises --update` writes the page anew; without `--update` it prints it.
"""

import ast
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.docs.pages import ROOT

PAGE = ROOT / "docs" / "reference" / "promises.md"
TESTS = ROOT / "tests"
WHOLE = ("laws", "contracts")  # every test in these; elsewhere those that bear a number of the acceptance tests
ACCEPTANCE = re.compile(r"\bT(?:1\d|2[01]|[1-9])\b")
# A number of the list, with the brackets or commas around it: nothing to readers of the page.
NUMBER = r"T\d+(?:[, –-]+T\d+)*"
SECTIONS: Mapping[str, str] = {
    "profiles": "What is known of a person, how sure that is, and what new evidence may do to it.",
    "matching": "Who is offered to whom, and what profiles may change about that.",
    "assignment": "The best whole, and the proof of it.",
    "store": "What is remembered, alike on SQLite, PostgreSQL and in memory.",
    "trust": "Erasing, withdrawing, equal service.",
}
# The first that a file's path begins with decides.
SECTION_OF = (
    ("laws/test_assignment", "assignment"),
    ("laws/test_bottleneck", "assignment"),
    ("laws/test_portfolio", "assignment"),
    ("laws/test_profiles", "profiles"),
    ("laws/test_questionnaires", "profiles"),
    ("laws/test_closed_channels", "profiles"),
    ("laws/test_equal_service", "trust"),
    ("laws/", "matching"),
    ("contracts/test_erasure", "trust"),
    ("contracts/test_withdrawal", "trust"),
    ("contracts/", "store"),
    ("matcher/compatibility/", "matching"),
    ("matcher/routing/", "matching"),
    ("matcher/assignment/", "assignment"),
    ("", "profiles"),
)
ERASURE = "T14"  # of the acceptance tests: about trust, wherever its tests stand
HEAD = """# Promises

For whoever wants to know what holds, and where that is checked. Each line is a test: its name as a sentence, why it
matters, and the file. All tests of [laws](../../tests/laws) and [contracts](../../tests/contracts) are here, and
elsewhere the acceptance tests of profiles. `make test` runs them all.

This page is written from the tests by `python -m tests.docs.promises --update`; a test sees that it is current.
"""


@dataclass(frozen=True, slots=True)
class Promise:
    """A test's name as a sentence, its docstring, the file in which it stands, and which acceptance tests it is."""

    sentence: str
    why: str
    path: Path
    numbers: frozenset[str] = frozenset()

    @property
    def section(self) -> str:
        """Under which heading it is told."""
        if ERASURE in self.numbers:
            return "trust"
        name = self.path.relative_to(TESTS).as_posix()
        return next(section for start, section in SECTION_OF if name.startswith(start))


def promises() -> Iterator[Promise]:
    """Every promise, in the order of the files and of the tests in them."""
    for path in sorted(TESTS.rglob("test_*.py")):
        yield from promises_in(path, is_whole=path.relative_to(TESTS).parts[0] in WHOLE)


def promises_in(path: Path, *, is_whole: bool) -> Iterator[Promise]:
    """The promises of one file: all its tests, or only those that bear a number."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            why = (ast.get_docstring(node) or "").split("\n\n")[0]
            numbers = frozenset(ACCEPTANCE.findall(why))
            if is_whole or numbers:
                yield Promise(_sentence(node.name), _told(why), path, numbers)


def page() -> str:
    """The page."""
    every = list(promises())
    parts = [HEAD]
    for section, about in SECTIONS.items():
        rows = [f"| {one.sentence} | {one.why} | {_link(one.path)} |" for one in every if one.section == section]
        parts.append(
            "\n".join(
                [f"## {section.capitalize()}", "", about, "", "| promise | why | where |", "|---|---|---|", *rows]
            )
        )
    return "\n\n".join(part.strip() for part in parts) + "\n"


def _sentence(name: str) -> str:
    words = name.removeprefix("test_").replace("_", " ")
    return f"{words[0].upper()}{words[1:]}."


def _told(docstring: str) -> str:
    """The docstring on one line, without numbers of a list that readers of the page do not have."""
    text = " ".join(docstring.split())
    text = re.sub(rf"^(?:{NUMBER}[,:]?|\d+\.\d+:) ", "", text)
    text = re.sub(rf" \((?:profiling\.md[^()]*|{NUMBER})\)", "", text)
    text = re.sub(rf"\({NUMBER}, ", "(", text)
    return (text[:1].upper() + text[1:]).replace("|", "\\|")


def _link(path: Path) -> str:
    name = path.relative_to(TESTS).as_posix()
    return f"[{name}](../../tests/{name})"


def main() -> None:
    """Write the page, or print it."""
    if "--update" in sys.argv[1:]:
        PAGE.write_text(page(), encoding="utf-8")
    else:
        print(page(), end="")


if __name__ == "__main__":
    main()
