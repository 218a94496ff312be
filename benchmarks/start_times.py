"""(e) How long one waits: for the command line, for the application to be imported, for a service to be ready."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.figures import Figure
from benchmarks.processor_time import spread

ROUNDS = 5
KLIK = "from api.cli import main; main()"


def measure() -> list[Figure]:
    """Wall-clock seconds of the three, beside a bare Python that does nothing."""
    bare = _runs(["-c", "pass"])
    flask = _runs(["-c", "import flask"])
    app = _runs(["-c", "import api.app"])
    shown = _runs(["-c", KLIK, "--help"])
    ready = [_until_ready() for _ in range(3)]
    least = statistics.median(bare)
    return [
        _figure("import api.app", app, 1.5, statistics.median(flask), "import flask"),
        _figure("klik --help", shown, 0.4, least, "Python itself"),
        _figure("klik serve to the first 200 on /readyz", ready, 5.0, least, "Python itself"),
    ]


def _figure(what: str, seconds: list[float], target: float, limit: float, limit_is: str) -> Figure:
    return Figure("e", what, statistics.median(seconds), " s", target, limit, limit_is, spread(seconds))


def _runs(arguments: list[str]) -> list[float]:
    command = [sys.executable, *arguments]
    subprocess.run(command, check=True, capture_output=True)  # once for the file cache
    seconds = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        seconds.append(time.perf_counter() - start)
    return seconds


def _until_ready() -> float:
    from api.demo_world.service import running_service

    with tempfile.TemporaryDirectory() as home:
        environ = {**os.environ, "KLIK_HOME": str(Path(home) / "klik")}
        with running_service(environ) as service:
            return service.ready_after_s


if __name__ == "__main__":
    from benchmarks.figures import show

    show(measure())
