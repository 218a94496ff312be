"""The house as the tests see it: where its source files are and what each of them imports."""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ROOMS = ("matcher", "models", "api")


@dataclass(frozen=True, slots=True)
class Import:
    """One import: the module that speaks, the module it names, and where; `problem` when the form itself is refused."""

    importer: str
    imported: str
    place: str
    problem: str | None = None


def source_files(root: Path = ROOT) -> Iterator[Path]:
    """Every Python file of the rooms, and wsgi.py."""
    for room in ROOMS:
        yield from sorted((root / room).rglob("*.py"))
    if (root / "wsgi.py").exists():
        yield root / "wsgi.py"


def module_name(path: Path, root: Path = ROOT) -> str:
    """The dotted name under which `path` is imported."""
    parts = path.relative_to(root).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imports_of(path: Path, root: Path = ROOT) -> Iterator[Import]:
    """Every import in a file, those inside functions and those by name through importlib included."""
    importer = module_name(path, root)
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        place = f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)}"
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(importer, alias.name, place)
        elif isinstance(node, ast.ImportFrom):
            yield from _from_import(node, importer, place, root)
        elif isinstance(node, ast.Call) and (name := _named_by_string(node)):
            yield Import(importer, name, place)


def _from_import(node: ast.ImportFrom, importer: str, place: str, root: Path) -> Iterator[Import]:
    source = node.module or ""
    if node.level:
        yield Import(importer, source, place, problem="relative import")
        return
    for alias in node.names:
        problem = "star import" if alias.name == "*" else None
        whole = f"{source}.{alias.name}"
        yield Import(importer, whole if _is_module(whole, root) else source, place, problem)


def _is_module(name: str, root: Path) -> bool:
    path = root.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def _named_by_string(call: ast.Call) -> str | None:
    """The module of `import_module("x")` or `__import__("x")`, so that a name in quotes is no way around the rule."""
    function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if function not in {"import_module", "__import__"} or not call.args:
        return None
    first = call.args[0]
    return first.value if isinstance(first, ast.Constant) and isinstance(first.value, str) else None
