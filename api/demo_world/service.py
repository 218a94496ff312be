"""The real service, started for a demonstration on a free port of this machine and stopped cleanly after it."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from matcher.errors import MatcherError

READY_WITHIN_S = 60.0
STOPPED_WITHIN_S = 15.0
KLIK = (sys.executable, "-c", "from api.cli import main; main()")


class NotStarted(MatcherError):
    """The service did not come up; the message ends with the last it said."""

    code = "not_started"


@dataclass(frozen=True, slots=True)
class RunningService:
    """Where the service is reached, how commands of the same installation are run, and how soon it was ready."""

    url: str
    environ: Mapping[str, str]
    process: "subprocess.Popen[bytes]"
    ready_after_s: float

    def run_klik(self, *arguments: str) -> str:
        """What `klik …` of this installation writes to standard output."""
        return _run_klik(self.environ, *arguments)


@contextmanager
def running_service(environ: Mapping[str, str]) -> Iterator[RunningService]:
    """A service that answers on /readyz, in the KLIK_HOME of `environ` or in a folder that is removed afterwards."""
    with _home(environ) as home_environ:
        log = Path(home_environ["KLIK_HOME"]) / "demo.log"
        url = f"http://127.0.0.1:{_free_port()}"
        began = time.monotonic()
        process = _start(home_environ, url, log)
        try:
            _await_ready(url, process, log)
            yield RunningService(url, home_environ, process, time.monotonic() - began)
        finally:
            _stop(process)


@contextmanager
def _home(environ: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The environment to run in: the caller's where it names a KLIK_HOME, else one with a home of its own."""
    if environ.get("KLIK_HOME"):
        Path(environ["KLIK_HOME"]).mkdir(parents=True, exist_ok=True)
        yield dict(environ)
        return
    folder = tempfile.mkdtemp(prefix="klik-demo-")
    try:
        yield {**{name: text for name, text in environ.items() if not name.startswith("KLIK_")}, "KLIK_HOME": folder}
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _run_klik(environ: Mapping[str, str], *arguments: str) -> str:
    run = subprocess.run(  # noqa: S603  # our own command, with arguments from this program
        [*KLIK, *arguments], env=dict(environ), capture_output=True, text=True, check=False
    )
    if run.returncode:
        raise NotStarted(f"klik {' '.join(arguments)} ended with {run.returncode}: {run.stderr.strip()[-2000:]}")
    return run.stdout


def _start(environ: Mapping[str, str], url: str, log: Path) -> "subprocess.Popen[bytes]":
    host, port = url.removeprefix("http://").split(":")
    with log.open("wb") as sink:
        return subprocess.Popen(  # noqa: S603  # as above; a process group of its own, so that all of it can be stopped
            [*KLIK, "serve", "--host", host, "--port", port, "--workers", "1", "--upgrade"],
            env=dict(environ),
            stdout=sink,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )


def _await_ready(url: str, process: "subprocess.Popen[bytes]", log: Path) -> None:
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        try:
            with opener.open(f"{url}/readyz", timeout=2):
                return
        except OSError:  # refused while it starts, 503 while it is not ready yet
            time.sleep(0.05)
    raise NotStarted(f"The service did not answer on {url}/readyz. It said:\n{log.read_text(errors='replace')[-2000:]}")


def _stop(process: "subprocess.Popen[bytes]") -> None:
    """Ask the service to end; whatever of it is left after a while is ended."""
    if process.poll() is None:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(STOPPED_WITHIN_S)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
