"""Examples are promises: those of the pages and those of the docstrings are run."""

import doctest
import importlib
from pathlib import Path
from types import ModuleType

import pytest

from tests.architecture.house import ROOT, module_name, source_files
from tests.docs.pages import examples, page_name, pages

OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
WITH_PYTHON = [page for page in pages() if examples(page, "python")]
# Alembic runs these itself, with a context that an ordinary import has not; wsgi.py builds a whole service.
NOT_IMPORTABLE = ("models.migrations", "wsgi")
SOURCES = [*source_files(), *sorted((ROOT / "benchmarks").glob("*.py"))]
MODULES = [module_name(path) for path in SOURCES]
WITH_EXAMPLES = [
    name
    for name, path in zip(MODULES, SOURCES, strict=True)
    if ">>> " in path.read_text(encoding="utf-8") and not name.startswith(NOT_IMPORTABLE)
]


@pytest.mark.parametrize("page", WITH_PYTHON, ids=page_name)
def test_the_python_of_a_page_does_what_the_page_says(page: Path) -> None:
    """One who copies an example and gets something else trusts nothing on the page any more."""
    text = "\n".join(example.text for example in examples(page, "python"))
    test = doctest.DocTestParser().get_doctest(text, {}, page_name(page), str(page), 0)
    told: list[str] = []
    results = doctest.DocTestRunner(optionflags=OPTIONS).run(test, out=told.append)

    assert results.attempted > 0
    assert results.failed == 0, "".join(told)


@pytest.mark.parametrize("name", WITH_EXAMPLES)
def test_the_examples_of_a_module_hold(name: str) -> None:
    """A docstring's example is the shortest statement of what a function does, as long as it is true."""
    module: ModuleType = importlib.import_module(name)
    told: list[str] = []
    runner = doctest.DocTestRunner(optionflags=OPTIONS)
    for test in doctest.DocTestFinder().find(module):
        runner.run(test, out=told.append)

    assert runner.summarize(verbose=False).attempted > 0
    assert told == [], "".join(told)
