"""`klik serve`: ready soon, gone when told, and never half there."""

import json
import os
import re
import signal
import socket
import sqlite3
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, suppress
from http.client import HTTPException
from itertools import count
from pathlib import Path

import pytest

from tests.cli.commands import Klik

PATIENCE_S = 40.0
TOKEN = re.compile(r"klik_[A-Za-z0-9]{12}_[A-Za-z0-9]{49}")


class Service:
    """A running `klik serve`, and what it says."""

    def __init__(self, process: "subprocess.Popen[str]", port: int) -> None:
        self.process = process
        self.port = port
        self.lines: list[str] = []
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def answer(self, path: str) -> int | None:
        """The status of an answer, if there is one."""
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(f"http://127.0.0.1:{self.port}{path}", timeout=5) as answer:
                return answer.status
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return None

    def children(self) -> dict[int, str]:
        """The processes it started that run, with their command lines."""
        return children_of(self.process.pid)

    def worker(self) -> int | None:
        """The worker's process, once it works."""
        pids = [pid for pid, command in self.children().items() if "worker" in command]
        return pids[0] if pids else None

    def said(self, text: str) -> int:
        """How many lines of its output hold the text."""
        return sum(text in line for line in self.lines)

    def wait(self) -> int:
        code = self.process.wait(PATIENCE_S)
        self._reader.join(PATIENCE_S)
        return code

    def _read(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout:
            self.lines.extend(self.process.stdout)


@contextmanager
def served(klik: Klik, *, port: int | None = None, **settings: str) -> Iterator[Service]:
    """A service that answers; whatever is left of it is ended afterwards."""
    port = port or free_port()
    service = Service(klik.start("serve", "--port", port, "--workers", 1, **settings), port)
    known: set[int] = set()
    try:
        await_that(lambda: service.answer("/readyz") == 200, service)
        await_that(lambda: service.said("worker_started") == 1, service)
        known |= set(service.children())
        yield service
    finally:
        known |= set(service.children())
        service.process.kill()
        service.wait()
        for pid in known & set(running()):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)


def await_that(is_so: Callable[[], bool], service: Service) -> None:
    until = time.monotonic() + PATIENCE_S
    while not is_so():
        assert time.monotonic() < until, "".join(service.lines)
        time.sleep(0.05)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def running() -> dict[int, int]:
    """Every process that runs (no zombies) with its parent."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError):
            state, parent = path.read_text().rpartition(")")[2].split()[:2]
            if state != "Z":
                found[int(path.parent.name)] = int(parent)
    return found


def children_of(pid: int) -> dict[int, str]:
    found = {}
    for child, parent in running().items():
        if parent == pid:
            with suppress(OSError):
                found[child] = Path(f"/proc/{child}/cmdline").read_text().replace("\x00", " ")
    return found


def test_the_first_start_makes_one_admin_key_and_shows_it_once(klik: Klik) -> None:
    """Without it nobody could make a second key over HTTP; shown twice it would stay in every log."""
    with served(klik) as first:
        answered = first.answer("/v1/frameworks")
        first.process.terminate()
        assert first.wait() == 0
    with served(klik) as second:
        second.process.terminate()
        assert second.wait() == 0
    listed = klik.run("key", "list", "--json").json

    assert answered == 401
    assert len(TOKEN.findall("".join(first.lines))) == 1
    assert TOKEN.findall("".join(second.lines)) == []
    assert [key["role"] for key in listed] == ["admin"]


def test_its_own_log_lines_are_json(klik: Klik) -> None:
    """Whoever collects logs reads one event a line, gunicorn's too."""
    with served(klik) as service:
        service.process.terminate()
        service.wait()
    events = [json.loads(line)["event"] for line in service.lines if line.startswith("{")]

    assert {"server", "worker_started", "worker_stopped"} <= set(events)
    assert [line for line in service.lines if "Traceback" in line] == []


def test_a_killed_worker_is_started_again(klik: Klik) -> None:
    """One worker for the whole service: imports must not stop with it."""
    with served(klik) as service:
        first = service.worker()
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await_that(lambda: service.worker() not in (None, first), service)
        second = service.worker()

    assert second != first


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGINT])
def test_nothing_is_left_after_a_stop(klik: Klik, sent: signal.Signals) -> None:
    """Ctrl-C and systemd both mean all of it."""
    with served(klik) as service:
        children = set(service.children())
        service.process.send_signal(sent)
        code = service.wait()
        left = children & set(running())

    assert code == 0
    assert len(children) == 2
    assert left == set()


def test_nothing_is_left_running_after_kill_nine(klik: Klik) -> None:
    """An orphan of an old version would go on taking jobs beside the new one."""
    with served(klik) as service:
        children = set(service.children())
        service.process.kill()
        service.process.wait()
        await_that(lambda: not children & set(running()), service)


def test_a_server_database_without_a_schema_is_refused_with_what_to_do(klik: Klik, empty_postgresql_url: str) -> None:
    """An upgrade of a shared database is somebody's decision."""
    ran = klik.run("serve", "--port", 0, KLIK_DATABASE_URL=empty_postgresql_url)

    assert ran.code == 1
    assert "klik db upgrade" in ran.err


def test_hang_up_replaces_every_process(klik: Klik) -> None:
    """P13: what was put beside the settings (a framework, say) is read by all of them or by none."""
    with served(klik) as service:
        first, master = set(service.children()), service.process.pid
        service.process.send_signal(signal.SIGHUP)
        await_that(lambda: len(service.children()) == 2 and not first & set(service.children()), service)
        await_that(lambda: service.said("worker_started") == 2, service)

        assert service.answer("/readyz") == 200
        assert service.process.pid == master
    assert service.said("worker_stopped") >= 1


def keep_writing(port: int, key: str, name: str, acknowledged: list[str], stop: threading.Event) -> None:
    """Store one customer after another, and note who was acknowledged."""
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    for number in count():
        if stop.is_set():
            return
        path = f"/v1/customers/{name}-{number}"
        headers = {"Authorization": f"Bearer {key}", "Content-Type": "application/json"}
        asked = urllib.request.Request(f"http://127.0.0.1:{port}{path}", b"{}", headers, method="PUT")
        with suppress(OSError, HTTPException), opener.open(asked, timeout=5):
            acknowledged.append(path)


def test_a_service_whose_master_was_killed_is_started_again_at_once(klik: Klik) -> None:
    """P1, P5: a killed master leaves web processes that still answer; they must not keep the address for long."""
    key = klik.run("key", "create", "router").out.split()[-1]
    acknowledged: list[str] = []
    stop = threading.Event()
    with served(klik) as first:
        load = [(first.port, key, f"c{number}", acknowledged, stop) for number in range(4)]
        writers = [threading.Thread(target=keep_writing, args=each) for each in load]
        for writer in writers:
            writer.start()
        await_that(lambda: len(acknowledged) > 50, first)
        first.process.kill()
        first.process.wait()
        with served(klik, port=first.port) as second:
            before = len(acknowledged)
            await_that(lambda: len(acknowledged) > before + 50, second)
            stop.set()
            for writer in writers:
                writer.join()
            with closing(sqlite3.connect(klik.home / "klik.db")) as stored:
                kept = {f"/v1/customers/{row[0]}" for row in stored.execute("SELECT id FROM customer")}

    assert set(acknowledged) <= kept


def test_an_address_that_stays_taken_is_refused_with_what_to_do(klik: Klik) -> None:
    """Two services on one machine: the second must say so, and leave the first one's counters alone."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        ran = klik.run("serve", "--port", other.getsockname()[1])

    assert ran.code == 1
    assert "--port" in ran.err
    assert not list(klik.home.glob("metrics*"))


def test_counters_of_all_web_processes_are_one(klik: Klik) -> None:
    """A scrape is answered by whichever process is free; it must not tell of that one only."""
    with served(klik) as service:
        folder = klik.home / f"metrics-{service.port}"
        found = list(folder.glob("*.db"))

    assert found


UNREADABLE = {
    "a header of 9 KB": ("GET /healthz HTTP/1.1\r\nHost: x\r\nX-Long: " + "x" * 9000, 431),
    "200 headers": ("GET /healthz HTTP/1.1\r\nHost: x\r\n" + "\r\n".join(f"X-{n}: 1" for n in range(200)), 431),
    "a path of 7 KB": (f"GET /v1/customers/{'c' * 7000} HTTP/1.1\r\nHost: x", 414),
    "two lengths": ("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2", 400),
    "no HTTP": ("canary", 400),
    "a proxy's request": ("CONNECT example.com:443 HTTP/1.1\r\nHost: example.com:443", 405),
}


def test_what_cannot_be_read_as_a_request_is_refused_as_a_problem_too(klik: Klik) -> None:
    """Bad input 69 to 72 stops before the application; clients read one kind of refusal all the same."""
    found = {}
    with served(klik) as service:
        for name, (head, _) in UNREADABLE.items():
            with socket.create_connection(("127.0.0.1", service.port), timeout=10) as sent, sent.makefile("rb") as got:
                sent.sendall(f"{head}\r\nConnection: close\r\n\r\n".encode())
                first, content = got.readline().split(), got.read().partition(b"\r\n\r\n")[2]
            found[name] = (int(first[1]), json.loads(content)["status"])

    assert found == {name: (status, status) for name, (_, status) in UNREADABLE.items()}
    assert service.said("canary") == 0


HALF_BODY = (
    b"PUT /v1/customers/c1 HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 500\r\n%s\r\n{"
)
HALF_HEAD = b"GET /healthz HTTP/1.1\r\nHost: x\r\nX-Slow: "


def drip(port: int, beginning: bytes) -> bytes:
    """What the service says to a client that sends a beginning, then a byte a second for as long as it may."""
    with socket.create_connection(("127.0.0.1", port), timeout=1) as sent:
        sent.sendall(beginning)
        for _ in range(int(PATIENCE_S)):
            with suppress(TimeoutError):
                return b"".join(iter(lambda: sent.recv(65536), b""))
            sent.sendall(b" ")
    return b""


def test_a_client_that_drips_is_refused_and_keeps_no_thread(klik: Klik) -> None:
    """P12: without a buffering proxy a few of them would otherwise keep every thread for ever."""
    key = klik.run("key", "create", "router").out.split()[-1].encode()
    beginnings = [HALF_HEAD, *[HALF_BODY % (b"Authorization: Bearer %s\r\n" % key)] * 3]
    with served(klik, KLIK_THREADS="4") as service, ThreadPoolExecutor() as clients:
        answers = list(clients.map(lambda beginning: drip(service.port, beginning), beginnings))
        after = service.answer("/healthz")

    for answer in answers:
        head, _, body = answer.partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 408 ")
        assert b"connection: close" in head.lower()
        assert json.loads(body)["code"] == "too_slow"
    assert after == 200
