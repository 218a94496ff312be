"""Builders of evidence and of random histories: say only what the test is about."""

from datetime import UTC, datetime, timedelta

import numpy as np

from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.framework import Framework
from models.frameworks import load_framework

NOW = datetime(2026, 3, 6, 8, 0, tzinfo=UTC)
FRAMEWORK: Framework = load_framework()
VALUES = FRAMEWORK.values


def days_ago(days: float) -> datetime:
    """The moment so many days before NOW."""
    return NOW - timedelta(days=days)


def evidence(source: Source = Source.SURVEY, **changes: object) -> Evidence:
    """A survey of weight 4 that says `blue` and `orange` alike, just now."""
    given: dict[str, object] = {
        "id": "ev-1",
        "who": "customer",
        "subject_id": "c-1",
        "framework": FRAMEWORK.name,
        "facet": "values",
        "source": source,
        "occurred_at": NOW,
        "recorded_at": NOW,
        "share": (0.0, 0.0, 0.0, 0.5, 0.5, 0.0, 0.0, 0.0),
        "weight": 4.0,
        "actor": "test",
    }
    return Evidence(**(given | changes))  # type: ignore[arg-type]  # keyword arguments of a test


def history(rng: np.random.Generator, *, most: int = 12, revoked: float = 0.2) -> list[Evidence]:
    """Up to `most` pieces as they were recorded: all sources, late events, negative parts, closed categories."""
    sources = list(Source)
    pieces = []
    for number in range(rng.integers(1, most + 1)):
        source = sources[rng.integers(len(sources))]
        share = rng.dirichlet(np.ones(8))
        if source is Source.SURVEY:
            share = share * 1.4 - 0.05  # not choosing is information: parts may be below 0, the sum is 1
        detail: dict[str, object] = {}
        if source is Source.SURVEY:
            detail["worst"] = rng.integers(0, 3, 8).tolist()
        if source is Source.BEHAVIOUR:
            share = np.eye(8)[rng.integers(8)]
            detail["open"] = [dim for dim in VALUES.dims if rng.random() < 0.6]
        pieces.append(
            evidence(
                source,
                id=f"ev-{number}",
                share=tuple(share.tolist()),
                weight=float(rng.uniform(0.01, 8.0)),
                occurred_at=days_ago(float(rng.uniform(0.0, 900.0))),
                recorded_at=NOW + timedelta(seconds=number),
                revoked_at=NOW if rng.random() < revoked else None,
                detail=detail,
            )
        )
    return pieces
