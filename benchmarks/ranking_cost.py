"""(a) What one question costs the server: the best of 5,000 stored employees for one contact, beside a fixed answer."""

import json
import statistics
from collections.abc import Callable

from benchmarks.figures import Figure, show
from benchmarks.hello import HELLO
from benchmarks.processor_time import cpu_s, spread
from benchmarks.serving import Line, Serving, serving
from benchmarks.staff import contacts, staff_csv

EMPLOYEES = 5_000
ROUNDS = 15
REQUESTS = 100
TARGET = 1.5


def measure() -> list[Figure]:
    """The ratio of the worker's processor time, round by round, and both in milliseconds."""
    with serving(staff=staff_csv(EMPLOYEES), size=EMPLOYEES) as service:
        line = Line(service.port, service.tokens["router"])
        asked = contacts(1)[0]
        plain = {name: value for name, value in asked.items() if name != "customer"}
        bodies = {
            "/v1/rankings": {"contact": plain, "limit": 1, "explain": "none"},
            "/v1/matches": {"contacts": [plain], "explain": "none"},
            "/v1/rankings, value profile sent along": {"contact": asked, "limit": 1, "explain": "none"},
        }
        calls: dict[str, Callable[[], object]] = {
            "hello": lambda: line.expect("GET", HELLO),
            **{name: _asking(line, name.split(",")[0], json.dumps(body).encode()) for name, body in bodies.items()},
        }
        spent = _spent_by_round(service, calls)
    hello = statistics.median(spent["hello"])
    return [
        Figure("a", "hello: server CPU a request", hello * 1e3, " ms"),
        *(_figure(name, spent[name], spent["hello"]) for name in bodies),
    ]


def _figure(name: str, spent: list[float], hello: list[float]) -> Figure:
    ratios = [one / other for one, other in zip(spent, hello, strict=True)]
    what = f"POST {name}, 1 contact among {EMPLOYEES:,} employees ({statistics.median(spent) * 1e3:.2f} ms)"
    return Figure("a", what, statistics.median(ratios), "× hello", TARGET, 1.0, "a fixed answer", spread(ratios))


def _asking(line: Line, path: str, body: bytes) -> Callable[[], object]:
    return lambda: line.expect("POST", path, body)


def _spent_by_round(service: Serving, calls: dict[str, Callable[[], object]]) -> dict[str, list[float]]:
    spent: dict[str, list[float]] = {name: [] for name in calls}
    for number in range(ROUNDS + 1):
        for name, call in calls.items():
            start = cpu_s(service.worker)
            for _ in range(REQUESTS):
                call()
            if number:  # the first round warms up
                spent[name].append((cpu_s(service.worker) - start) / REQUESTS)
    return spent


if __name__ == "__main__":
    show(measure())
