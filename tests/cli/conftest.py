"""An installation for each test of the command line."""

from pathlib import Path

import pytest

from tests.cli.commands import Klik, clean_environment


@pytest.fixture
def klik(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Klik:
    """`klik` with a home of its own."""
    clean_environment(monkeypatch)
    return Klik(tmp_path / "home")
