"""The parts of docs/reference/ that the code knows best, written from it.

`python -m tests.docs.reference` writes them anew; the tests only compare.
"""

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.architecture.house import source_files
from tests.docs.pages import ROOT

CONFIGURATION = ROOT / "docs" / "reference" / "configuration.md"
ERRORS = ROOT / "docs" / "reference" / "errors.md"
FROM_THE_SERVER = ("internal_error", "method_not_allowed")
ROW = re.compile(r"^\| `([a-z_]+)` \|", re.MULTILINE)


def configuration_table() -> str:
    """A row for each `KLIK_…` variable."""
    from api.settings import VARIABLES

    rows = [f"| `{name}` | {_default(one.default)} | {one.meaning} |" for name, one in VARIABLES.items()]
    return "\n".join(["| variable | default | meaning |", "|---|---|---|", *rows])


def answers_table() -> str:
    """A row for each class of refusal: its status, its code, its sentence."""
    from api.errors import STATUS

    rows = [
        f"| {status} | `{kind.code}` | {(kind.__doc__ or '').strip().splitlines()[0]} |"
        for kind, status in sorted(STATUS.items(), key=lambda item: (item[1], item[0].code))
    ]
    return "\n".join(["| status | code | meaning |", "|---|---|---|", *rows])


def codes_in_source() -> Mapping[str, str]:
    """Every code given to a fault or named for a refusal in the source, with one place where it stands."""
    found: dict[str, str] = {}
    for path in source_files():
        for code, line in _codes(ast.parse(path.read_text(encoding="utf-8"))):
            found.setdefault(code, f"{path.relative_to(ROOT)}:{line}")
    return found


def words_in_source() -> set[str]:
    """Every text constant of the source: a code that is gone from it is given by nothing."""
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in source_files())
    return {
        node.value
        for tree in trees
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def codes_told() -> set[str]:
    """Every code that the page explains."""
    return set(re.findall(r"`([a-z_0-9]+)`", ERRORS.read_text(encoding="utf-8")))


def replace_part(page: Path, part: str, text: str) -> str:
    """The page with what stands between the marks of `part` replaced."""
    whole = page.read_text(encoding="utf-8")
    start, end = f"<!-- {part} -->", f"<!-- end of {part} -->"
    assert start in whole, f"{page} has no {start}"
    assert end in whole, f"{page} has no {end}"
    head, _, rest = whole.partition(start)
    return f"{head}{start}\n{text}\n{end}{rest.partition(end)[2]}"


def _default(text: str) -> str:
    return f"`{text}`" if text else "–"


def _codes(tree: ast.AST) -> Iterator[tuple[str, int]]:
    """Second argument of Fault(…), invalid(…) and …note(…); first of Told(…) and refuse(…); `code=` anywhere, and
    what a class of errors calls itself."""
    place = {"Fault": 1, "invalid": 1, "note": 1, "Told": 0, "refuse": 0}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            yield from _code_of_class(node)
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        at = place.get(name)
        given = [node.args[at]] if at is not None and len(node.args) > at else []
        given += [word.value for word in node.keywords if word.arg == "code"]
        for value in given:
            if (
                isinstance(value, ast.Constant)
                and isinstance(value.value, str)
                and re.fullmatch("[a-z_0-9]+", value.value)
            ):
                yield value.value, node.lineno


def _code_of_class(node: ast.ClassDef) -> Iterator[tuple[str, int]]:
    for line in node.body:
        if not isinstance(line, ast.Assign) or getattr(line.targets[0], "id", "") != "code":
            continue
        if isinstance(line.value, ast.Constant) and isinstance(line.value.value, str):
            yield line.value.value, line.lineno


def main() -> None:
    """Write the generated parts."""
    CONFIGURATION.write_text(replace_part(CONFIGURATION, "variables", configuration_table()), encoding="utf-8")
    ERRORS.write_text(replace_part(ERRORS, "answers", answers_table()), encoding="utf-8")
    for code, place in sorted(codes_in_source().items()):
        if code not in codes_told():
            print(f"not told yet: {code}  ({place})")


if __name__ == "__main__":
    main()
