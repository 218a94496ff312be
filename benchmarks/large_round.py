"""(c) Where the time of a large round goes: 1,000 contacts × 1,000 employees over HTTP, beside scipy's solver alone."""

import json
import statistics
import time

import numpy as np

from benchmarks.figures import Figure, show
from benchmarks.processor_time import spread
from benchmarks.serving import Line, serving
from benchmarks.staff import contacts, staff_csv

SIZE = 1_000
ROUNDS = 7
STAGES = ("parse", "validate", "snapshot", "rules", "scores", "solve", "reasons", "dump")


def measure() -> list[Figure]:
    """Seconds of the answer and of its stages, beside scipy's solve of a matrix of that size and rank."""
    with serving(staff=staff_csv(SIZE), size=SIZE, app="benchmarks.timed_app:app") as service:
        line = Line(service.port, service.tokens["router"])
        body = json.dumps({"contacts": contacts(SIZE), "explain": "none"}).encode()
        scipys, whole, stages = [], [], []
        for number in range(ROUNDS + 1):
            scipy_s = _scipy_s(number)
            start = time.perf_counter()
            _, content, headers = line.send("POST", "/v1/matches", body)
            if number:
                whole.append(time.perf_counter() - start)
                scipys.append(scipy_s)
                stages.append(_stages(headers, json.loads(content)))
    scipy_s = statistics.median(scipys)
    ratios = [one / other for one, other in zip(whole, scipys, strict=True)]
    figures = [Figure("c", f"scipy linear_sum_assignment, {SIZE:,}²", scipy_s * 1e3, " ms", spread=_ms(scipys))]
    what = f"POST /v1/matches, {SIZE:,} × {SIZE:,}, whole answer ({statistics.median(whole) * 1e3:.0f} ms)"
    figures.append(Figure("c", what, statistics.median(ratios), "× scipy", None, None, "", spread(ratios)))
    figures += _decision(stages, scipys)
    figures += [_stage(name, [one.get(name, 0.0) for one in stages], whole) for name in _names(stages)]
    return figures


def _decision(stages: list[dict[str, float]], scipys: list[float]) -> list[Figure]:
    """Rules, scores, solve and reasons together: what the design puts at a quarter of scipy's solve."""
    parts = ("rules", "scores", "solve", "reasons")
    ratios = [sum(one.get(p, 0.0) for p in parts) / other for one, other in zip(stages, scipys, strict=True)]
    return [
        Figure("c", "rules, scores, solve, reasons", statistics.median(ratios), "× scipy", 0.25, spread=spread(ratios))
    ]


def _names(stages: list[dict[str, float]]) -> list[str]:
    seen = {name for one in stages for name in one}
    return [name for name in STAGES if name in seen] + sorted(seen - set(STAGES))


def _stage(name: str, seconds: list[float], whole: list[float]) -> Figure:
    shares = [100 * one / other for one, other in zip(seconds, whole, strict=True)]
    what = f"share of the answer: {name} ({statistics.median(seconds) * 1e3:.1f} ms)"
    return Figure("c", what, statistics.median(shares), " %", spread=spread(shares))


def _stages(headers: dict[str, str], answer: dict[str, float]) -> dict[str, float]:
    """Seconds by stage as the service tells them in Server-Timing, or the solver's own where it does not."""
    told = next((value for name, value in headers.items() if name.lower() == "server-timing"), "")
    found = {}
    for entry in filter(None, told.split(",")):
        name, _, duration = entry.strip().partition(";dur=")
        found[name] = float(duration) / 1e3
    return found or {"solve": answer["solve_ms"] / 1e3}


def _scipy_s(seed: int) -> float:
    from scipy.optimize import linear_sum_assignment

    rng = np.random.default_rng(seed)
    value = rng.dirichlet(np.full(8, 0.6), SIZE) @ rng.random((8, 8)) @ rng.dirichlet(np.full(8, 0.6), SIZE).T
    start = time.perf_counter()
    linear_sum_assignment(value, maximize=True)
    return time.perf_counter() - start


def _ms(seconds: list[float]) -> tuple[float, float]:
    low, high = spread(seconds)
    return low * 1e3, high * 1e3


if __name__ == "__main__":
    show(measure())
