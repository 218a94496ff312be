"""Counts and times of requests for Prometheus, exact over all web processes; labels never hold ids or names."""

import os
from dataclasses import dataclass, field

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

CONTENT_TYPE = CONTENT_TYPE_LATEST
_BUCKETS_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(slots=True)
class Meters:
    """The meters of one application."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    answers: Counter = field(init=False)
    seconds: Histogram = field(init=False)
    _known: dict[tuple[str, int], tuple[Counter, Histogram]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.answers = Counter(
            "klik_http_answers", "Answers by route and status.", ["route", "status"], registry=self.registry
        )
        self.seconds = Histogram(
            "klik_http_seconds", "Time to an answer by route.", ["route"], registry=self.registry, buckets=_BUCKETS_S
        )

    def note(self, route: str, *, status: int, seconds: float) -> None:
        """Count an answer. `route` is a template, so there are only so many of them."""
        known = self._known.get((route, status))
        if known is None:
            known = self._known[route, status] = (self.answers.labels(route, str(status)), self.seconds.labels(route))
        known[0].inc()
        known[1].observe(seconds)

    def exposition(self) -> bytes:
        """All meters as Prometheus reads them; of every process where `PROMETHEUS_MULTIPROC_DIR` names their folder."""
        if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
            return generate_latest(self.registry)
        everyone = CollectorRegistry()
        MultiProcessCollector(everyone)  # type: ignore[no-untyped-call]  # the library leaves it untyped
        return generate_latest(everyone)
