"""How tests call `klik`."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from api.cli import main


@dataclass(frozen=True)
class Ran:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass(frozen=True)
class Klik:
    """An installation of its own, to give commands to."""

    home: Path

    @property
    def environ(self) -> dict[str, str]:
        """The environment of this installation and no other."""
        kept = {name: text for name, text in os.environ.items() if not name.startswith("KLIK_")}
        return {**kept, "KLIK_HOME": str(self.home)}

    def run(self, *arguments: object, **settings: str) -> Ran:
        """Run a command within this process."""
        environ = {"KLIK_HOME": str(self.home), **settings}
        found = CliRunner().invoke(main, [str(each) for each in arguments], env=environ, prog_name="klik")
        if found.exception is not None and not isinstance(found.exception, SystemExit):
            raise found.exception
        return Ran(found.exit_code, found.stdout, found.stderr)

    def start(self, *arguments: object, **settings: str) -> "subprocess.Popen[str]":
        """Start a command as a process."""
        command = [sys.executable, "-m", "api.cli", *map(str, arguments)]
        return subprocess.Popen(
            command, env={**self.environ, **settings}, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )


def clean_environment(patch: pytest.MonkeyPatch) -> None:
    """No setting of the machine's reaches the tests."""
    for name in list(os.environ):
        if name.startswith("KLIK_"):
            patch.delenv(name)
