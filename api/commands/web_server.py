"""The web server: gunicorn's processes, and our worker kept alive beside them."""

import errno
import gc
import importlib
import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import click
from gunicorn.app.base import BaseApplication  # type: ignore[import-untyped]  # gunicorn publishes no types
from gunicorn.arbiter import Arbiter  # type: ignore[import-untyped]  # as above
from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]  # as above

from api.commands.timed_socket import RequestTooSlow
from api.errors import TooSlow
from matcher.errors import Conflict

if TYPE_CHECKING:
    from collections.abc import Iterable
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

    from flask import Flask
    from gunicorn.workers.base import Worker as WebProcess  # type: ignore[import-untyped]  # as above

    from api.settings import Bind, Settings

METRICS_FOLDER = "metrics"
FIRST_PAUSE_S = 0.5
LONGEST_PAUSE_S = 30.0
STEADY_AFTER_S = 60.0  # a worker that lived so long is started again at once
WORKER_STOPS_WITHIN_S = 15.0
GRACEFUL_S = 25
LOADED_ONCE = ("api.app", "scipy.optimize")
ORPHANS_GO_WITHIN_S = 3.0  # a web process looks for its master at least each second
LOOK_AGAIN_S = 0.1
SILENT_WEB_PROCESS_S = 60  # a web process that shows no life for so long is replaced


def run_server(settings: "Settings") -> None:
    """Serve until told to stop; each web process builds the application for itself, after the fork.

    The code is loaded before it: once instead of once a process, and its memory is shared.

    Raises Conflict when the address cannot be listened on.
    """
    _check_free(settings.bind)
    _wipe_metrics(settings.home / f"{METRICS_FOLDER}-{settings.bind.port}")  # before anything counts
    for module in LOADED_ONCE:
        importlib.import_module(module)
    KlikArbiter(WebApplication(settings)).run()


class WebApplication(BaseApplication):  # type: ignore[misc]  # as above
    """What gunicorn is told."""

    def __init__(self, settings: "Settings") -> None:
        self.settings = settings
        super().__init__()

    def load_config(self) -> None:
        """The server's configuration, all of it from Klik's settings."""
        for name, value in _configuration(self.settings).items():
            self.cfg.set(name, value)

    def load(self) -> "Flask":
        """The application of one web process."""
        from api.app import create_app
        from api.events import configure_logging
        from api.wiring import assemble, warm_up, warm_up_meanwhile
        from models.store import open_store

        configure_logging(self.settings.log_level)
        klik = assemble(self.settings, open_store(self.settings.database_url))
        application = create_app(klik)
        application.wsgi_app = BrokenChunksTold(application.wsgi_app)  # type: ignore[method-assign]  # Flask's own way
        warm_up(klik)
        gc.freeze()  # what stands now stays: no collection looks at it again, nor the end of the process
        warm_up_meanwhile(klik)
        return application


class BrokenChunksTold:
    """The application, for whom a body that gunicorn cannot parse is one that broke off: 400, not 500."""

    def __init__(self, application: "WSGIApplication") -> None:
        self._application = application

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> "Iterable[bytes]":
        """Answer the request."""
        environ["wsgi.input"] = Body(environ["wsgi.input"])
        return self._application(environ, start_response)


class Body:
    """A request's body; what is no body raises OSError, as a lost connection does, and a body too slow TooSlow."""

    def __init__(self, stream: Any) -> None:
        self._stream = stream

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    def read(self, size: int | None = None) -> bytes:
        """The next bytes, at most `size`."""
        try:
            content: bytes = self._stream.read(size)
        except RequestTooSlow:
            raise TooSlow from None
        except (ParseException, EOFError) as error:
            raise OSError("the body is not in the form it announced") from error
        return content


class KlikArbiter(Arbiter):  # type: ignore[misc]  # as above
    """gunicorn's master, which looks after the worker whenever it looks after its web processes (each second)."""

    def __init__(self, app: WebApplication) -> None:
        self.companion = Companion([sys.executable, "-P", "-m", "api.cli", "worker", "--parent", str(os.getpid())])
        super().__init__(app)

    def manage_workers(self) -> None:
        """Start what is missing, stop what is too many."""
        super().manage_workers()
        self.companion.keep_alive()

    def reload(self) -> None:
        """Replace every process (on HUP), the worker too."""
        self.companion.renew()
        super().reload()

    def stop(self, graceful: bool = True) -> None:
        """Stop everything; the worker gets the time to put its job down."""
        self.companion.ask_to_stop()
        super().stop(graceful)
        self.companion.stop()


class Companion:
    """A process that is started again when it ends, after a pause that doubles while it does not live long."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._began_at = self._again_at = 0.0
        self._pause_s = FIRST_PAUSE_S
        self._is_stopping = self._is_renewed = False

    @property
    def pid(self) -> int | None:
        """The process's id while it runs."""
        return self._process.pid if self._process is not None and self._process.poll() is None else None

    def keep_alive(self) -> None:
        """Start the process if it does not run and the pause is over."""
        now = time.monotonic()
        if self._is_stopping or self.pid is not None:
            return
        if self._process is not None:
            self._process = None
            self._note_end(now)
        if now >= self._again_at:
            self._began_at = now
            self._process = subprocess.Popen(self._command)  # noqa: S603  # our own command, without a shell

    def renew(self) -> None:
        """Ask the process to end, to be started again without a pause; there are never two of them."""
        if self._process is not None and self.pid is not None:
            self._is_renewed = True
            self._process.terminate()

    def _note_end(self, now: float) -> None:
        if self._is_renewed:
            self._is_renewed, self._pause_s, self._again_at = False, FIRST_PAUSE_S, now
            return
        lived_s = now - self._began_at
        self._pause_s = FIRST_PAUSE_S if lived_s > STEADY_AFTER_S else min(2 * self._pause_s, LONGEST_PAUSE_S)
        self._again_at = now + self._pause_s
        click.echo(f"The worker ended; it is started again in {self._pause_s:g} s.", err=True)

    def ask_to_stop(self) -> None:
        """Ask the process to end, and start it no more."""
        self._is_stopping = True
        if self._process is not None and self.pid is not None:
            self._process.terminate()

    def stop(self) -> None:
        """Wait for the process to end; end it when it takes too long."""
        self.ask_to_stop()
        if self._process is None:
            return
        try:
            self._process.wait(WORKER_STOPS_WITHIN_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _configuration(settings: "Settings") -> dict[str, Any]:
    shared_memory = Path("/dev/shm")  # noqa: S108  # where web processes show life without touching a disk
    return {
        "bind": str(settings.bind),
        "workers": settings.workers,
        "threads": settings.threads,
        "worker_class": "api.commands.web_process.WebProcess",
        "worker_tmp_dir": str(shared_memory) if os.access(shared_memory, os.W_OK) else None,
        "timeout": SILENT_WEB_PROCESS_S,
        "graceful_timeout": GRACEFUL_S,
        "keepalive": 15,
        "logconfig_dict": _log_lines(settings.log_level),
        "proc_name": "klik",
        "control_socket_disable": True,
        "forwarded_allow_ips": "",  # X-Forwarded-… counts by KLIK_TRUSTED_HOPS, in the application
        "limit_request_fields": 100,
        "limit_request_field_size": 8190,
        "when_ready": _tell_address,
        "child_exit": _forget_process,
    }


class JsonLines(logging.Formatter):
    """gunicorn's messages in the form of our own events: one JSON line each."""

    def format(self, record: logging.LogRecord) -> str:
        """The line."""
        moment = datetime.fromtimestamp(record.created, UTC).isoformat()
        line = {
            "event": "server",
            "detail": record.getMessage(),
            "level": record.levelname.lower(),
            "timestamp": moment,
        }
        if record.exc_info and record.exc_info[0] is not None:
            line["error"] = record.exc_info[0].__name__
        return json.dumps(line, ensure_ascii=False)


def _log_lines(level: str) -> dict[str, Any]:
    """The configuration of Python's logging, which gunicorn uses."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"json": {"()": JsonLines}},
        "handlers": {"lines": {"class": "logging.StreamHandler", "formatter": "json", "stream": "ext://sys.stdout"}},
        "root": {"level": level.upper(), "handlers": ["lines"]},
        "loggers": {
            "gunicorn.error": {"level": level.upper(), "handlers": ["lines"], "propagate": False},
            "gunicorn.access": {"level": "CRITICAL", "handlers": [], "propagate": False},
        },
    }


def _tell_address(arbiter: Arbiter) -> None:
    for listener in arbiter.LISTENERS:
        click.echo(f"Klik listens on {listener}", err=True)


def _forget_process(_arbiter: Arbiter, process: "WebProcess") -> None:
    from prometheus_client import multiprocess

    cast("Any", multiprocess).mark_process_dead(process.pid)


def _check_free(bind: "Bind") -> None:
    """Raise Conflict where another process listens and goes on to. Orphans of a killed service go within that time."""
    give_up_at = time.monotonic() + ORPHANS_GO_WITHIN_S
    while (fault := _fault_of(bind)) is not None:
        if fault.errno != errno.EADDRINUSE or time.monotonic() > give_up_at:
            advice = "stop what listens there, or choose another address with --host and --port"
            raise Conflict(f"{bind} cannot be listened on ({fault.strerror or fault}): {advice}.")
        time.sleep(LOOK_AGAIN_S)


def _fault_of(bind: "Bind") -> OSError | None:
    """What keeps a process from listening there, if anything."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(bind.host, bind.port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return error
    return None


def _wipe_metrics(folder: Path) -> None:
    """An empty folder for the processes' counters, named where they look for it."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)
