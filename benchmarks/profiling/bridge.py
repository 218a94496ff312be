"""What answers are worth in pseudo-counts, and whether their profile holds the truth. Source: profiling.md 4.4."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from time import perf_counter

import numpy as np

from benchmarks.profiling.simulated_people import (
    CUSTOMER,
    FLAT,
    PEOPLE,
    SEEDS,
    SIZE,
    STAFF,
    Floats,
    answering,
    answers_in,
    fitted,
    flat_facet,
    guessing,
    softmax,
)
from benchmarks.profiling.threshold import Threshold
from matcher.profiles.bridge import PseudoCounts, bridge
from matcher.profiles.choice_model import choices_of, posterior
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import NOTHING, fold, share_table
from matcher.profiles.people import CUSTOMER as CUSTOMER_SIDE
from matcher.profiles.quality import POOR_FIT, STRAIGHT_LINE, quality_flags
from matcher.profiles.questionnaire import Answer, Form

PART = "bridge"
NEAR = 0.10  # of the table's medians
DISTANCE_NEAR = 0.01
PRIOR_DISTANCE = 0.340
COVERAGE = (0.90, 0.96)
EXACT = 1e-9
BRIDGE_SECONDS = 0.005
ALPHA_FLOOR = 0.05  # of A0·π: the engine lets no category fall below it
NOW = datetime(2026, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Line:
    """A cell of the table of 4.4: median weight and mean total variation to the true share."""

    name: str
    form: Form
    asks_worst: bool
    items: int
    weight: float
    distance: float


LINES = (
    Line("customer best", CUSTOMER, False, 1, 0.6, 0.326),
    Line("customer best", CUSTOMER, False, 2, 1.2, 0.310),
    Line("customer best", CUSTOMER, False, 4, 2.6, 0.287),
    Line("customer best", CUSTOMER, False, 8, 5.5, 0.254),
    Line("customer best–worst", CUSTOMER, True, 2, 1.9, 0.299),
    Line("customer best–worst", CUSTOMER, True, 4, 3.9, 0.270),
    Line("customer best–worst", CUSTOMER, True, 8, 7.9, 0.229),
    Line("staff best–worst", STAFF, True, 4, 3.9, 0.270),
    Line("staff best–worst", STAFF, True, 8, 7.9, 0.229),
    Line("staff best–worst", STAFF, True, 16, 15.8, 0.182),
)


def thresholds() -> list[Threshold]:
    """Every cell on every seed, the engine beside the bridge, quality checks, and how long a bridge takes."""
    measured: list[Threshold] = []
    for seed in SEEDS:
        for line in LINES:
            measured += _line(line, seed)
    measured += _quality()
    return [*measured, _duration()]


def _line(line: Line, seed: int) -> Iterable[Threshold]:
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=(PEOPLE, SIZE))
    estimate = fitted(answering(line.form, theta, rng, asks_worst=line.asks_worst), line.items)
    facet = flat_facet()
    counts = bridge(estimate.theta, estimate.covariance, facet)
    truth = softmax(theta)
    distance = np.abs(counts.mean - truth).sum(axis=1).mean() / 2
    what = f"{line.name} {line.items}: "
    median = float(np.median(counts.weight))
    low, high = line.weight * (1 - NEAR), line.weight * (1 + NEAR)
    yield Threshold(PART, what + "median weight", median, low, high, seed)
    low, high = line.distance - DISTANCE_NEAR, line.distance + DISTANCE_NEAR
    yield Threshold(PART, what + "total variation", float(distance), low, high, seed)
    yield Threshold(PART, what + "coverage of true share", _coverage(counts, truth), *COVERAGE, seed)
    if line.items in (8, 16):
        yield Threshold(PART, what + "engine share less m, largest", _engine_gap(counts), at_most=EXACT, seed=seed)
    if line is LINES[0]:
        away = float(np.abs(truth - 1 / SIZE).sum(axis=1).mean() / 2)
        low, high = PRIOR_DISTANCE - DISTANCE_NEAR, PRIOR_DISTANCE + DISTANCE_NEAR
        yield Threshold(PART, "no answers: total variation", away, low, high, seed)


def _alpha(counts: PseudoCounts) -> Floats:
    facet = flat_facet()
    alpha: Floats = facet.prior_strength * np.array(facet.prior_mean) + counts.weight[:, None] * counts.share
    return alpha


def _coverage(counts: PseudoCounts, truth: Floats) -> float:
    from scipy.special import betaincinv

    facet = flat_facet()
    alpha = np.maximum(_alpha(counts), ALPHA_FLOOR * facet.prior_strength / SIZE)
    rest = alpha.sum(axis=1, keepdims=True) - alpha
    inside = (betaincinv(alpha, rest, 0.05) <= truth) & (truth <= betaincinv(alpha, rest, 0.95))
    return float(inside.mean())


def _engine_gap(counts: PseudoCounts) -> float:
    """The largest difference between the engine's share and m, over people whose α stays above the engine's floor."""
    facet = flat_facet()
    floor = ALPHA_FLOOR * facet.prior_strength / SIZE
    people = np.flatnonzero((_alpha(counts) > floor).all(axis=1) & (counts.weight > 0))[:300]
    sums = [fold(NOTHING, _evidence(facet.id, counts, person), facet) for person in people]
    table = share_table(facet, sums, NOW)
    return float(np.abs(table.share - counts.mean[people]).max())


def _evidence(facet: str, counts: PseudoCounts, person: int) -> Evidence:
    share, weight = tuple(counts.share[person].tolist()), float(counts.weight[person])
    return Evidence(
        "e", CUSTOMER_SIDE, "c", "colours8", facet, Source.SURVEY, NOW, NOW, share, weight, "simulation"
    )  # fmt: skip


def _quality() -> Iterable[Threshold]:
    """How often honest people and people who guess are flagged (profiling.md 4.5)."""
    forms = (
        ("staff best–worst", STAFF, True, 0.50, 0.0005),
        ("customer best", CUSTOMER, False, 0.11, 0.003),
        ("customer best–worst", CUSTOMER, True, 0.22, 0.003),
    )
    for name, form, asks_worst, caught, straight in forms:
        rng = np.random.default_rng(1)
        theta = rng.normal(size=(PEOPLE, SIZE))
        honest = _flags(form, answers_in(form, answering(form, theta, rng, asks_worst=asks_worst)))
        random = _flags(form, answers_in(form, guessing(form, PEOPLE, rng, asks_worst=asks_worst)))
        yield Threshold(PART, f"{name}: honest, poor fit", _rate(honest, POOR_FIT), 0.015, 0.035, 1)
        yield Threshold(PART, f"{name}: guessing, poor fit", _rate(random, POOR_FIT), caught - 0.04, caught + 0.04, 1)
        yield Threshold(PART, f"{name}: honest, straight line", _rate(honest, STRAIGHT_LINE), at_most=straight, seed=1)


def _flags(form: Form, people: list[list[Answer]]) -> list[tuple[str, ...]]:
    facet = flat_facet()
    log_likelihood = posterior(choices_of(form, facet, people), FLAT).log_likelihood
    return [
        quality_flags(form, answers, subject=f"c-{person}", log_likelihood=float(log_likelihood[person]))
        for person, answers in enumerate(people)
    ]


def _rate(people: list[tuple[str, ...]], flag: str) -> float:
    return sum(flag in flags for flags in people) / len(people)


def _duration() -> Threshold:
    rng = np.random.default_rng(1)
    estimate = fitted(answering(STAFF, rng.normal(size=(1, SIZE)), rng, asks_worst=True), 16)
    facet = flat_facet()
    seconds = []
    for _ in range(20):
        started = perf_counter()
        bridge(estimate.theta, estimate.covariance, facet)
        seconds.append(perf_counter() - started)
    return Threshold(PART, "seconds for one bridge", min(seconds), at_most=BRIDGE_SECONDS)
