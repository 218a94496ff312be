"""(d) An import of 50,000 employees while routers ask: how long, how much memory, and what the routers notice."""

import json
import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from api.demo_world.service import RunningService, running_service
from benchmarks.figures import Figure, show
from benchmarks.processor_time import family_of, memory_mb
from benchmarks.serving import Line
from benchmarks.staff import contacts, employee_id, staff_csv

ROWS = 50_000
ON_SHIFT = 200
ROUTERS = 4
PAUSE_S = 0.05
CALM_S = 6.0
KEY_PREFIX = "klik_"


@dataclass(slots=True)
class Heard:
    """What the routers saw: seconds of each answer, and every answer that was none."""

    seconds: list[float] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def percentile_ms(self, share: float) -> float:
        """The latency that this share of answers stayed under, in ms."""
        ordered = sorted(self.seconds)
        return 1e3 * ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def measure() -> list[Figure]:
    """Seconds of the import, growth of memory, and latencies before and meanwhile."""
    with tempfile.TemporaryDirectory() as home:
        environ = {**os.environ, "KLIK_HOME": f"{home}/klik", "KLIK_WORKERS": "2"}
        with running_service(environ) as service:
            port = int(service.url.rsplit(":", 1)[1])
            router, hr = (_new_key(service, role) for role in ("router", "hr"))
            _fill(Line(port, hr), Line(port, router))
            with _asking(port, router) as calm:
                time.sleep(CALM_S)
            before = _memory(service)
            with _asking(port, router) as busy:
                seconds, peak = _import(service, Line(port, hr))
    return _figures(seconds, peak - before, calm, busy)


def _figures(seconds: float, growth_mb: float, calm: Heard, busy: Heard) -> list[Figure]:
    asked = f"POST /v1/matches, 3 contacts × {ON_SHIFT} employees, {ROUTERS} routers"
    return [
        Figure("d", f"import of {ROWS:,} employees by a job, SQLite", seconds, " s"),
        Figure("d", "growth of memory, all processes together", growth_mb, " MiB"),
        Figure("d", f"{asked}, calm: p50", calm.percentile_ms(0.5), " ms"),
        Figure("d", f"{asked}, calm: p99", calm.percentile_ms(0.99), " ms"),
        Figure("d", f"{asked}, meanwhile: p50", busy.percentile_ms(0.5), " ms"),
        Figure("d", f"{asked}, meanwhile: p99", busy.percentile_ms(0.99), " ms", 2 * calm.percentile_ms(0.99)),
        Figure(
            "d", f"answers that failed, of {len(busy.seconds) + len(busy.failures):,}", len(busy.failures), "", 0, 0
        ),
    ]


def _fill(hr: Line, router: Line) -> None:
    hr.import_staff(staff_csv(ON_SHIFT))
    for number in range(ON_SHIFT):
        router.expect("PUT", f"/v1/employees/{employee_id(number)}/presence", b'{"state": "available"}')


def _import(service: RunningService, hr: Line) -> tuple[float, float]:
    """Seconds from the upload to the end of the job, and the peak of memory in MiB."""
    content = staff_csv(ROWS, seed=7)
    start = time.perf_counter()
    job = hr.import_staff(content)
    peak = _memory(service)
    while job.get("state") in ("queued", "running"):
        time.sleep(0.1)
        peak = max(peak, _memory(service))
        job = hr.expect("GET", f"/v1/jobs/{job['id']}")
    if job.get("state") != "done":
        raise SystemExit(f"The import ended as {json.dumps(job)[:500]}")
    return time.perf_counter() - start, peak


@contextmanager
def _asking(port: int, token: str) -> Iterator[Heard]:
    """Routers that ask, wait a little and ask again, until the block ends."""
    heard, stop = Heard(), threading.Event()
    threads = [threading.Thread(target=_ask, args=(port, token, number, heard, stop)) for number in range(ROUTERS)]
    for thread in threads:
        thread.start()
    try:
        yield heard
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def _ask(port: int, token: str, number: int, heard: Heard, stop: threading.Event) -> None:
    line = Line(port, token)
    body = json.dumps({"contacts": contacts(3, seed=number)}).encode()
    while not stop.wait(PAUSE_S):
        start = time.perf_counter()
        try:
            status, content, _ = line.send("POST", "/v1/matches", body)
        except OSError as error:
            heard.failures.append(repr(error))
            line = Line(port, token)
            continue
        if status == 200:
            heard.seconds.append(time.perf_counter() - start)
        else:
            heard.failures.append(f"{status}: {content[:200]!r}")


def _memory(service: RunningService) -> float:
    total = 0.0
    for pid in family_of(service.process.pid):
        try:
            total += memory_mb(pid)
        except FileNotFoundError:
            continue
    return total


def _new_key(service: RunningService, role: str) -> str:
    return next(word for word in service.run_klik("key", "create", role).split() if word.startswith(KEY_PREFIX))


if __name__ == "__main__":
    show(measure())
