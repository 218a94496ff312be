"""A service under gunicorn's threaded workers, with staff and keys, as an installation would have it."""

import http.client
import json
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.processor_time import children_of
from benchmarks.staff import employee_id

READY_WITHIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Serving:
    """A running service: its port, its process, and a token for each role."""

    port: int
    process: "subprocess.Popen[bytes]"
    tokens: Mapping[str, str]

    @property
    def worker(self) -> int:
        """The process that answers (there is one)."""
        return children_of(self.process.pid)[0]


class OneWrite(http.client.HTTPConnection):
    """Sends a request's head and body in one write, as curl does: two would cost the server a second read."""

    def request(self, *asked: Any, **more: Any) -> None:
        """Send a request."""
        self._pieces: list[bytes] = []
        super().request(*asked, **more)
        super().send(b"".join(self._pieces))

    def send(self, data: Any) -> None:
        """Keep the piece until the request is whole."""
        self._pieces.append(data)


class Line:
    """One kept connection that speaks with one key."""

    def __init__(self, port: int, token: str) -> None:
        self._connection = OneWrite("127.0.0.1", port, timeout=120)
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}

    def send(
        self, method: str, path: str, body: bytes | None = None, **headers: str
    ) -> tuple[int, bytes, Mapping[str, str]]:
        """Status, body and headers of the answer."""
        self._connection.request(method, path, body, {**self._headers, **headers})
        answer = self._connection.getresponse()
        return answer.status, answer.read(), dict(answer.getheaders())

    def expect(self, method: str, path: str, body: bytes | None = None, **headers: str) -> Any:
        """The parsed answer. Stops the benchmark when it is not a success: a refusal is quick and proves nothing."""
        status, content, _ = self.send(method, path, body, **headers)
        if status >= 300:
            raise SystemExit(f"{method} {path} was answered {status}: {content[:500].decode(errors='replace')}")
        return json.loads(content) if content else None

    def import_staff(self, content: bytes) -> Any:
        """What the service says to an employee file."""
        return self.expect("POST", "/v1/employees/imports", content, **{"Content-Type": "text/csv"})


@contextmanager
def serving(*, staff: bytes = b"", size: int = 0, app: str = "benchmarks.hello_app:app") -> Iterator[Serving]:
    """The service with the extra route, one worker of four threads; the `size` employees of `staff` are available."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "klik"
        environ = {**os.environ, "KLIK_HOME": str(home)}
        tokens = _make_keys(environ)
        port = _free_port()
        process = _start(environ, app, port, home / "log")
        try:
            _await_ready(port, process, home / "log")
            if staff:
                Line(port, tokens["hr"]).import_staff(staff)
                _come_to_work(environ, size)
            yield Serving(port, process, tokens)
        finally:
            process.terminate()
            process.wait(20)


def _make_keys(environ: Mapping[str, str]) -> dict[str, str]:
    from api.auth import new_key
    from api.settings import load_settings
    from api.wiring import open_ready_store, utc_now

    store = open_ready_store(load_settings({"KLIK_HOME": environ["KLIK_HOME"]}))
    tokens = {}
    with store.writing() as records:
        for role in ("router", "hr"):
            key, tokens[role] = new_key(role, now=utc_now())
            records.keys.add(key)
    store.close()
    return tokens


def _come_to_work(environ: Mapping[str, str], size: int) -> None:
    from api.settings import load_settings
    from api.wiring import open_ready_store, utc_now
    from matcher.profiles.people import Presence, PresenceState

    store = open_ready_store(load_settings({"KLIK_HOME": environ["KLIK_HOME"]}))
    there = Presence(PresenceState.AVAILABLE)
    with store.writing() as records:
        for number in range(size):
            records.employees.put_presence(employee_id(number), there, now=utc_now())
    store.close()


def _start(environ: Mapping[str, str], app: str, port: int, log: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "gunicorn", app, "--bind", f"127.0.0.1:{port}"]
    command += ["--worker-class", "gthread", "--workers", "1", "--threads", "4", "--keep-alive", "30"]
    command += ["--no-control-socket"]
    with log.open("wb") as sink:
        return subprocess.Popen(command, env=dict(environ), stdout=sink, stderr=subprocess.STDOUT)


def _await_ready(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    until = time.monotonic() + READY_WITHIN_S
    while time.monotonic() < until and process.poll() is None:
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=2)
            connection.request("GET", "/readyz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            pass
        time.sleep(0.05)
    raise SystemExit(f"The service did not come up. It said:\n{log.read_text(errors='replace')[-3000:]}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
