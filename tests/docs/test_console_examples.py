"""Every console example is typed into a shell of its own folder, and must answer as the page shows."""

import doctest
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.docs.pages import Example, examples, page_name, pages

WITH_CONSOLE = [page for page in pages() if examples(page, "console")]
OPTIONS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


@pytest.mark.parametrize("page", WITH_CONSOLE, ids=page_name)
def test_the_console_examples_of_a_page_answer_as_shown(page: Path, tmp_path: Path) -> None:
    """The commands of a page are typed one after another, as a reader does; `...` stands for what differs."""
    environ = {name: text for name, text in os.environ.items() if not name.startswith("KLIK_")}
    environ |= {"KLIK_HOME": str(tmp_path / ".klik"), "COLUMNS": "120", "PYTHONUTF8": "1"}
    environ["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environ['PATH']}"
    differences = []
    for example in examples(page, "console"):
        for command, expected in typed(example):
            run = subprocess.run(
                ["bash", "-c", command], cwd=tmp_path, env=environ, capture_output=True, text=True, check=False
            )
            got = run.stdout + run.stderr
            if run.returncode or not doctest.OutputChecker().check_output(expected, got, OPTIONS):
                differences.append(f"$ {command}\nexpected:\n{expected}\ngot ({run.returncode}):\n{got}")

    assert differences == [], "\n".join(differences)


def typed(example: Example) -> Iterator[tuple[str, str]]:
    """(command, what it shows): a command follows `$ ` and goes on after `> `."""
    command, shown = "", ""
    for line in example.text.splitlines():
        if line.startswith("$ "):
            if command:
                yield command, shown
            command, shown = line[2:], ""
        elif line.startswith("> ") and not shown:
            command += "\n" + line[2:]
        else:
            shown += line + "\n"
    if command:
        yield command, shown
