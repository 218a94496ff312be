"""Who may import whom. The table is the house's; a planted offender of every kind shows that it is kept."""

import sys
import tomllib
from collections.abc import Iterable, Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.architecture.house import ROOT, Import, imports_of, module_name, source_files

SOLVERS = ("numpy", "scipy", "networkx", "lapx", "lap", "numba", "ortools", "highspy")
STORAGE = ("sqlalchemy", "alembic", "numpy", "orjson", "psycopg", "psycopg_pool", "redis")
SPEAKING = ("flask", "marshmallow", "flask_smorest", "werkzeug", "webargs", "apispec", "msgspec", "orjson", "numpy")
ANYONE = ("*",)

# The longest prefix of a module's name decides. `ours` names packages of the house, `others` names third parties.
# "api" alone stands for the files of that room which only translate (errors, auth, settings, app, events, files).
TABLE: dict[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "matcher.errors": ((), ()),
    "matcher.profiles": (("matcher.errors",), ("numpy", "scipy")),
    "matcher.contacts": (("matcher.errors", "matcher.profiles"), ("numpy", "scipy")),
    "matcher.rules": (("matcher.errors", "matcher.profiles", "matcher.contacts"), ("numpy",)),
    "matcher.compatibility": (
        ("matcher.errors", "matcher.profiles", "matcher.contacts", "matcher.assignment.compiled"),
        ("numpy", "scipy", "sklearn"),
    ),
    "matcher.assignment": (("matcher.errors",), SOLVERS),
    "matcher.routing": (
        (
            "matcher.errors",
            "matcher.profiles",
            "matcher.contacts",
            "matcher.rules",
            "matcher.compatibility",
            "matcher.assignment",
        ),
        ("numpy", "scipy"),
    ),
    "matcher.simulation": (
        (
            "matcher.errors",
            "matcher.profiles",
            "matcher.contacts",
            "matcher.rules",
            "matcher.compatibility",
            "matcher.assignment",
            "matcher.routing",
        ),
        ("numpy", "scipy"),
    ),
    "matcher.use_cases": (("matcher",), ()),
    "matcher": ((), ()),
    "models": (("matcher",), STORAGE),
    "api.schemas": (("matcher", "api"), SPEAKING),
    "api.routes": (("matcher", "api"), SPEAKING),
    "api.adapters": (("matcher", "api"), SPEAKING),
    "api": (("matcher", "api"), (*SPEAKING, "prometheus_client", "structlog", "openpyxl")),
    "api.bell": (("matcher", "api"), ("huey",)),  # rings for workers; the jobs themselves are in our own tables
    "api.wiring": (("matcher", "models", "api"), ANYONE),
    "api.workers": (("matcher", "models", "api"), ANYONE),
    "api.cli": (("matcher", "models", "api"), ANYONE),
    "api.commands": (("matcher", "models", "api"), ANYONE),  # the commands that api.cli lists, one file each
    "api.demo_world": (("matcher.errors", "api"), ("rich",)),  # speaks HTTP to the service, as any router does
    "wsgi": (("api",), ()),
}

# Names under which a distribution is imported, where they differ from its own.
IMPORTED_AS = {"scikit-learn": "sklearn", "flask-smorest": "flask_smorest", "prometheus-client": "prometheus_client"}


def offenders(root: Path) -> list[str]:
    """A sentence for each import under `root` that the house refuses."""
    found = list(_refused_imports(root))
    found += _cycles(root, by_package=True)
    found += _cycles(root, by_package=False)
    return found


def _refused_imports(root: Path) -> Iterator[str]:
    for path in source_files(root):
        for one in imports_of(path, root):
            reason = one.problem or _refusal(one)
            if reason:
                yield f"{one.place}: {one.importer} imports {one.imported or '.'}: {reason}"


def _refusal(one: Import) -> str | None:
    ours, others = TABLE[_row(one.importer)]
    top = one.imported.split(".")[0]
    if top in sys.stdlib_module_names:
        return None
    if top in {"matcher", "models", "api", "wsgi"}:
        own = _row(one.importer)
        return None if _within(one.imported, (own, *ours)) else f"{own} may not know {_row(one.imported)}"
    if others == ANYONE:
        return None if top in _declared() else f"{top} is not among the dependencies of pyproject.toml"
    return None if top in others else f"{_row(one.importer)} may not use {top}"


def _row(module: str) -> str:
    return max((key for key in TABLE if _within(module, (key,))), key=len, default="matcher")


def _within(module: str, packages: Iterable[str]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def _declared() -> set[str]:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = project["dependencies"] + [one for extra in project["optional-dependencies"].values() for one in extra]
    names = {one.split(">")[0].split("=")[0].split("[")[0].strip() for one in wanted}
    return {IMPORTED_AS.get(name, name.replace("-", "_")) for name in names}


def _cycles(root: Path, *, by_package: bool) -> list[str]:
    graph: dict[str, set[str]] = {}
    ours = {module_name(path, root) for path in source_files(root)}
    for path in source_files(root):
        for one in imports_of(path, root):
            if one.imported in ours:
                start, end = (_package(name) if by_package else name for name in (one.importer, one.imported))
                if start != end:
                    graph.setdefault(start, set()).add(end)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return [f"import cycle: {' -> '.join(reversed(error.args[1]))}"]
    return []


def _package(module: str) -> str:
    """The package a module lives in; a file directly in matcher/ or api/ stands for itself, models/ is one."""
    parts = module.split(".")
    return "models" if parts[0] == "models" else ".".join(parts[:2])


def test_every_import_of_the_house_is_allowed() -> None:
    """The rooms stay apart only as long as a single import cannot join them."""
    found = offenders(ROOT)

    assert found == [], "\n".join(found)


PLANTED = {
    "deciding room opens a database": ("matcher/rules/x.py", "import sqlalchemy\n", "may not use sqlalchemy"),
    "inside a function": ("matcher/routing/x.py", "def f():\n    from models import store\n", "may not know models"),
    "under TYPE_CHECKING": (
        "matcher/profiles/x.py",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from matcher.routing import decide\n",
        "may not know matcher.routing",
    ),
    "by a string": (
        "matcher/contacts/x.py",
        'import importlib as i\ni.import_module("models.store")\n',
        "may not know",
    ),
    "solver knows a profile": ("matcher/assignment/x.py", "from matcher.profiles import people\n", "may not know"),
    "route speaks to the store": ("api/routes/x.py", "from models import store\n", "may not know models"),
    "schema uses SQL": ("api/schemas/x.py", "from sqlalchemy import select\n", "may not use sqlalchemy"),
    "store speaks HTTP": ("models/x.py", "import flask\n", "may not use flask"),
    "store knows the api": ("models/x.py", "from api import routes\n", "may not know api"),
    "use case computes": ("matcher/use_cases/x.py", "import numpy\n", "may not use numpy"),
    "not declared": ("api/wiring.py", "import requests\n", "not among the dependencies"),
    "star": ("models/x.py", "from matcher.errors import *\n", "star import"),
    "relative": ("matcher/rules/x.py", "from . import parse\n", "relative import"),
    "relative upwards": ("matcher/rules/x.py", "from ..errors import invalid\n", "relative import"),
}


@pytest.mark.parametrize(("path", "source", "reason"), PLANTED.values(), ids=PLANTED)
def test_a_planted_offender_is_named(tmp_path: Path, path: str, source: str, reason: str) -> None:
    """A rule that has never caught anything is not known to catch."""
    _plant(
        tmp_path,
        {path: source, "models/store.py": "", "matcher/routing/decide.py": "", "matcher/profiles/people.py": ""},
    )

    found = offenders(tmp_path)

    assert len(found) == 1
    assert found[0].startswith(f"{path}:")
    assert reason in found[0]


def test_a_planted_cycle_between_packages_is_named(tmp_path: Path) -> None:
    """Two packages that need each other are one package with two names."""
    _plant(
        tmp_path,
        {
            "api/schemas/x.py": "def f():\n    from api.routes import y\n",
            "api/schemas/z.py": "",
            "api/routes/y.py": "from api.schemas import z\n",
        },
    )

    found = offenders(tmp_path)

    assert any("import cycle" in one and "api.routes" in one and "api.schemas" in one for one in found)


def test_a_planted_cycle_between_modules_is_named(tmp_path: Path) -> None:
    """A cycle hidden in a function works until the day the order of imports changes."""
    _plant(tmp_path, {"models/a.py": "from models import b\n", "models/b.py": "def f():\n    from models import a\n"})

    found = offenders(tmp_path)

    assert len(found) == 1
    assert "import cycle: models." in found[0]


def test_a_house_in_order_has_no_offender(tmp_path: Path) -> None:
    """The rule must let the intended direction through, or people learn to switch it off."""
    _plant(
        tmp_path,
        {
            "matcher/errors.py": "",
            "matcher/profiles/people.py": "import numpy\nfrom matcher import errors\n",
            "matcher/use_cases/ports.py": "from matcher.profiles.people import Who\n",
            "models/store.py": "import sqlalchemy\nfrom matcher.use_cases import ports\n",
            "api/routes/x.py": "import flask\nfrom matcher.use_cases import ports\n",
            "api/wiring.py": "from models import store\nfrom api.routes import x\n",
            "wsgi.py": "import os\nfrom api import wiring\n",
        },
    )

    found = offenders(tmp_path)

    assert found == []


def _plant(root: Path, files: dict[str, str]) -> None:
    for name, source in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        (path.parent / "__init__.py").touch()
        path.write_text(source, encoding="utf-8")
