"""What the facet engine promises of every history, on many random ones (profiling.md 15.2, T1–T6)."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np

from benchmarks.profiling.threshold import Threshold
from matcher.profiles.columns import fold_many
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import NOTHING, Sums, alpha_table, fold, leading_probabilities, rebuild, share_table
from matcher.profiles.framework import Facet
from models.frameworks import load_framework

PART = "engine"
SEED = 1
HISTORIES = 1000
EXACT = 1e-9
NOW = datetime(2026, 1, 1, tzinfo=UTC)
TEXTS = 10_000


def thresholds() -> list[Threshold]:
    """Largest differences that should be none, and bounds that should hold."""
    facet = load_framework().values
    rng = np.random.default_rng(SEED)
    histories = [history(facet, f"c-{number}", rng) for number in range(HISTORIES)]
    rebuilt = [rebuild(pieces, facet) for pieces in histories]
    grown = [folded(facet, pieces) for pieces in histories]
    shuffled = [folded(facet, [pieces[place] for place in rng.permutation(len(pieces))]) for pieces in histories]
    kept = [rebuild([piece for piece in pieces if piece.revoked_at is None], facet) for pieces in histories]
    at_once = list(fold_many([piece for pieces in histories for piece in pieces], facet).values())
    return [
        _difference(facet, "T1 grown − rebuilt", grown, rebuilt),
        _difference(facet, "T2 in another order − rebuilt", shuffled, rebuilt),
        _difference(facet, "T6 revoked − never recorded", rebuilt, kept),
        _difference(facet, "many at once − rebuilt", at_once, rebuilt),
        *_distributions(facet, rebuilt),
        *_texts(facet),
        _leading_error(),
    ]


def history(facet: Facet, subject_id: str, rng: np.random.Generator) -> list[Evidence]:
    """Up to 20 pieces as they were recorded: all sources, late ones, forms with negative parts, a fifth revoked."""
    pieces = []
    for number in range(int(rng.integers(1, 21))):
        source = list(Source)[rng.integers(len(Source))]
        share = rng.dirichlet(np.ones(facet.size))
        if source is Source.SURVEY:
            share = share * 1.4 - 0.4 / facet.size
        pieces.append(
            piece(
                facet,
                source,
                share,
                id=f"{subject_id}-{number}",
                subject_id=subject_id,
                weight=float(rng.uniform(0.01, 8.0)),
                occurred_at=NOW - timedelta(days=float(rng.uniform(0.0, 900.0))),
                recorded_at=NOW + timedelta(seconds=number),
                revoked_at=NOW if rng.random() < 0.2 else None,
            )
        )
    return pieces


def piece(facet: Facet, source: Source, share: np.ndarray, **changes: object) -> Evidence:
    """A piece of evidence of now."""
    given: dict[str, object] = {
        "id": "e",
        "who": "customer",
        "subject_id": "c",
        "framework": "simulated",
        "facet": facet.id,
        "occurred_at": NOW,
        "recorded_at": NOW,
        "weight": 1.0,
        "actor": "simulated",
    }
    return Evidence(source=source, share=tuple(share.tolist()), **{**given, **changes})  # type: ignore[arg-type]  # keyword arguments of a benchmark


def folded(facet: Facet, pieces: list[Evidence]) -> Sums:
    """The sums as they grow, piece by piece."""
    sums = NOTHING
    for one in pieces:
        sums = fold(sums, one, facet)
    return sums


def _difference(facet: Facet, what: str, some: list[Sums], others: list[Sums]) -> Threshold:
    largest = np.abs(alpha_table(facet, some, NOW) - alpha_table(facet, others, NOW)).max()
    return Threshold(PART, f"{what}, largest difference of α", float(largest), at_most=EXACT, seed=SEED)


def _distributions(facet: Facet, sums: list[Sums]) -> list[Threshold]:
    tables = [share_table(facet, sums, NOW + timedelta(days=days)) for days in range(0, 4000, 400)]
    off = max(float(np.abs(table.share.sum(axis=1) - 1.0).max()) for table in tables)
    rises = max(float((later.n_eff - now.n_eff).max()) for now, later in pairwise(tables))
    least = min(float(table.share.min()) for table in tables)
    return [
        Threshold(PART, "T3 Σ share − 1, largest", off, at_most=1e-12, seed=SEED),
        Threshold(PART, "T3 least share", least, at_least=1e-12, seed=SEED),
        Threshold(PART, "T4 largest rise of n_eff without evidence", rises, at_most=1e-12, seed=SEED),
    ]


def _texts(facet: Facet) -> list[Threshold]:
    share = np.eye(facet.size)[2]
    text = piece(facet, Source.TEXT, share, weight=facet.terms(Source.TEXT).weight)
    sums = fold_many([replace(text, id=str(number)) for number in range(TEXTS)], facet)
    n_eff = float(share_table(facet, list(sums.values()), NOW).n_eff[0])
    cap = facet.terms(Source.TEXT).cap
    return [Threshold(PART, "T5 n_eff of 10,000 texts, in caps", n_eff / cap, at_most=1.0 + EXACT)]


def _leading_error() -> Threshold:
    """Against a million drawn people."""
    rng = np.random.default_rng(SEED)
    alpha = rng.gamma(1.0, 2.0, 8) + 0.05
    drawn = np.bincount(rng.dirichlet(alpha, 1_000_000).argmax(axis=1), minlength=8) / 1_000_000
    error = np.abs(leading_probabilities(alpha) - drawn).max()
    return Threshold(PART, "P(largest) against a million draws", float(error), at_most=0.0025, seed=SEED)
