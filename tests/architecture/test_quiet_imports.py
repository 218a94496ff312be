"""Importing a module of the house does nothing but define: no connection, no look at the environment, no thread."""

import json
import subprocess
import sys
from pathlib import Path

from tests.architecture.house import ROOT, module_name, source_files

# Imported by Alembic while a migration runs, with a context that an ordinary import has not.
NOT_IMPORTABLE = ("models.migrations", "wsgi")  # wsgi.py is where a web server starts the service: it builds on purpose

WATCH = """
import importlib, json, os, socket, sys, threading
import matplotlib.font_manager  # warns of a slow first search for fonts by a timer of its own, which is not ours
root, names = sys.argv[1], json.loads(sys.argv[2])
sys.path.insert(0, root)
found, current = [], [""]

def told(what):
    found.append(f"{current[0]}: {what}")

def spy(owner, name, what):
    original = getattr(owner, name)
    def wrapped(*args, **kwargs):
        told(what)
        return original(*args, **kwargs)
    setattr(owner, name, wrapped)

class Watched(type(os.environ)):
    def __getitem__(self, key):
        frame = sys._getframe(1)
        while frame and frame.f_code.co_filename.startswith(("<frozen", os.__file__, "<string>")):
            frame = frame.f_back
        if frame and frame.f_code.co_filename.startswith(root + os.sep) and ".venv" not in frame.f_code.co_filename:
            told(f"reads the environment ({key})")
        return super().__getitem__(key)

os.environ.__class__ = Watched
spy(threading.Thread, "start", "starts a thread")
spy(socket.socket, "connect", "connects")
spy(socket.socket, "bind", "binds a port")
for name in names:
    current[0] = name
    importlib.import_module(name)
print(json.dumps(found))
"""


def what_importing_does(root: Path, names: list[str]) -> list[str]:
    """What the modules under `root` do besides defining, one sentence each."""
    command = [sys.executable, "-c", WATCH, str(root), json.dumps(names)]
    run = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert run.returncode == 0, run.stderr
    found: list[str] = json.loads(run.stdout.strip().splitlines()[-1])
    return found


def test_importing_any_module_neither_connects_nor_reads_the_environment_nor_starts_a_thread() -> None:
    """Whoever imports a module to read a constant must not start half a service, nor depend on a machine's settings."""
    names = [module_name(path) for path in source_files()]
    names = [name for name in names if not name.startswith(NOT_IMPORTABLE) and not name.endswith("__main__")]

    found = what_importing_does(ROOT, names)

    assert found == [], "\n".join(found)


def test_a_module_that_does_more_than_define_is_named(tmp_path: Path) -> None:
    """The watch must see each of the three, or its silence says nothing."""
    sources = {
        "looks": "import os\nHOME = os.environ.get('HOME')\n",
        "asks": "import os\nLEVEL = os.getenv('PATH')\n",
        "starts": "import threading\nthreading.Thread(target=print, daemon=True).start()\n",
        "calls": "import socket\ntry:\n    socket.create_connection(('127.0.0.1', 9), .1)\nexcept OSError:\n    pass\n",
        "quiet": "NUMBER = 1\n",
    }
    for name, source in sources.items():
        (tmp_path / f"{name}.py").write_text(source)

    found = what_importing_does(tmp_path, list(sources))

    assert found == [
        "looks: reads the environment (HOME)",
        "asks: reads the environment (PATH)",
        "starts: starts a thread",
        "calls: connects",
    ]
