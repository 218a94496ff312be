"""`make` is the front door: what it lists is there, and what is there is listed."""

import re
import shutil
import subprocess

import pytest

from tests.architecture.house import ROOT

PROMISED = ("setup", "demo", "run", "test", "check", "bench", "help")


@pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed here")
def test_make_alone_lists_every_target_in_one_line_each() -> None:
    """A newcomer types `make` and sees what can be done."""
    run = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    listed = re.findall(r"^  make ([a-z-]+) +\S", run.stdout, re.MULTILINE)

    assert set(PROMISED) <= set(listed)
    assert len(listed) == len(set(listed))


def test_the_entry_of_continuous_integration_can_be_run_as_it_is() -> None:
    """It is called by its path: without the right to run it, nothing is ever tested."""
    entry = ROOT / ".ci" / "run"

    assert entry.stat().st_mode & 0o111
    assert entry.read_text().startswith("#!/usr/bin/env bash\n")
    assert "set -euo pipefail" in entry.read_text()
