"""How well answers recover what people prefer. Source: profiling.md 15.1."""

from collections.abc import Iterable
from dataclasses import dataclass
from time import perf_counter

import numpy as np

from benchmarks.profiling.simulated_people import (
    CUSTOMER,
    FLAT,
    FRAMEWORK,
    PEOPLE,
    SEEDS,
    SIZE,
    STAFF,
    Floats,
    answering,
    answers_in,
    blocks_of,
    centred,
    choices_in,
    fitted,
)
from benchmarks.profiling.threshold import Threshold
from matcher.profiles.choice_model import POINTS, Choices, Posterior, posterior
from matcher.profiles.questionnaire import Form
from matcher.profiles.survey import score_form

PART = "recovery"
COVERAGE = (0.86, 0.95)
NINETY_PERCENT = 1.645
COUNTS_AGREE = 0.005
FORM_SECONDS, THOUSAND_FORMS_SECONDS = 0.005, 0.5


@dataclass(frozen=True, slots=True)
class Recovery:
    """How near estimates come to the truth over many people."""

    profile: float
    dimension: float
    top_1: float
    top_2: float
    coverage: float


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the table: a form, whether worst is asked, how many items, and what each measure must reach."""

    name: str
    form: Form
    asks_worst: bool
    items: int
    profile: float
    dimension: float
    top_1: float
    top_2: float


LINES = (
    Line("staff best–worst", STAFF, True, 4, 0.58, 0.59, 0.37, 0.59),
    Line("staff best–worst", STAFF, True, 8, 0.71, 0.72, 0.47, 0.70),
    Line("staff best–worst", STAFF, True, 16, 0.82, 0.83, 0.57, 0.80),
    Line("customer best–worst", CUSTOMER, True, 8, 0.71, 0.72, 0.47, 0.70),
    Line("customer best", CUSTOMER, False, 2, 0.34, 0.34, 0.26, 0.54),
    Line("customer best", CUSTOMER, False, 4, 0.46, 0.47, 0.35, 0.54),
    Line("customer best", CUSTOMER, False, 8, 0.59, 0.60, 0.44, 0.66),
)


def thresholds() -> list[Threshold]:
    """Every line on every seed, other λ, allocation, counts, and how long scoring takes."""
    measured: list[Threshold] = []
    for seed in SEEDS:
        for line in LINES:
            measured += _line(line, seed)
    measured += [_other_scale(0.7, 0.71), _other_scale(1.5, 0.88), _counts_agree()]
    for temper in (0.7, 1.0, 1.5):
        measured += _allocation(temper)
    return [*measured, *_durations()]


def recovery(estimate: Posterior, theta: Floats) -> Recovery:
    """Estimates laid beside the truth, both centred per person."""
    found, truth = centred(estimate.theta), centred(theta)
    centring = np.eye(theta.shape[1]) - 1.0 / theta.shape[1]
    sd = np.sqrt(np.diagonal(centring @ estimate.covariance @ centring, axis1=1, axis2=2))
    ranks = np.argsort(-found, axis=1)
    largest = truth.argmax(axis=1)
    return Recovery(
        profile=profile_correlation(found, truth),
        dimension=float(np.mean(_correlations(found.T, truth.T))),
        top_1=float((ranks[:, 0] == largest).mean()),
        top_2=float((ranks[:, :2] == largest[:, None]).any(axis=1).mean()),
        coverage=float((np.abs(found - truth) < NINETY_PERCENT * sd).mean()),
    )


def profile_correlation(found: Floats, truth: Floats) -> float:
    """Mean over people of the correlation over their categories."""
    return float(np.mean(_correlations(found, truth)))


def _correlations(one: Floats, other: Floats) -> Floats:
    one, other = centred(one), centred(other)
    spread = np.sqrt((one**2).sum(axis=1) * (other**2).sum(axis=1))
    flat = np.zeros(len(one))  # who leans to nothing is told apart from nobody
    both: Floats = np.divide((one * other).sum(axis=1), spread, out=flat, where=spread > 0)
    return both


def _people(seed: int) -> tuple[np.random.Generator, Floats]:
    rng = np.random.default_rng(seed)
    return rng, rng.normal(size=(PEOPLE, SIZE))


def _line(line: Line, seed: int) -> Iterable[Threshold]:
    rng, theta = _people(seed)
    picked = answering(line.form, theta, rng, asks_worst=line.asks_worst)
    seen = recovery(fitted(picked, line.items), theta)
    what = f"{line.name} {line.items}: "
    yield Threshold(PART, what + "profile r", seen.profile, at_least=line.profile, seed=seed)
    yield Threshold(PART, what + "dimension r", seen.dimension, at_least=line.dimension, seed=seed)
    yield Threshold(PART, what + "top-1", seen.top_1, at_least=line.top_1, seed=seed)
    yield Threshold(PART, what + "top-2", seen.top_2, at_least=line.top_2, seed=seed)
    yield Threshold(PART, what + "coverage", seen.coverage, *COVERAGE, seed=seed)


def _other_scale(scale: float, required: float) -> Threshold:
    rng, theta = _people(1)
    picked = answering(STAFF, theta, rng, asks_worst=True, scale=scale)
    seen = recovery(fitted(picked, 16), theta)
    return Threshold(PART, f"staff best–worst 16, λ {scale:g}: profile r", seen.profile, at_least=required, seed=1)


def _counts_agree() -> Threshold:
    """How far (best − worst)/shown falls behind the MAP as a guess of the whole profile."""
    rng, theta = _people(1)
    picked = answering(STAFF, theta, rng, asks_worst=True)
    choices = choices_in(picked, 16)
    counts = (choices.chosen * np.sign(choices.scale)[:, :, None]).sum(axis=1)
    shown = np.bincount(picked.blocks.ravel(), minlength=SIZE)
    gap = profile_correlation(fitted(picked, 16).theta, theta) - profile_correlation(counts / shown, theta)
    what = "staff best–worst 16: profile r, MAP less counts"
    return Threshold(PART, what, gap, at_least=-COUNTS_AGREE, at_most=COUNTS_AGREE, seed=1)


def _allocation(temper: float) -> Iterable[Threshold]:
    rng, theta = _people(1)
    seen = recovery(posterior(_allocated(theta, rng, temper), FLAT), theta)
    what = f"staff allocation 16, τ {temper:g}: "
    yield Threshold(PART, what + "profile r", seen.profile, at_least=0.78, seed=1)
    yield Threshold(PART, what + "top-1", seen.top_1, at_least=0.60, seed=1)
    yield Threshold(PART, what + "coverage", seen.coverage, at_least=0.85, seed=1)


def _allocated(theta: Floats, rng: np.random.Generator, temper: float) -> Choices:
    """Ten whole points over four options by largest remainders of 10·softmax(τ(θ + Gumbel))."""
    blocks = blocks_of(STAFF)
    utility = temper * (theta[:, blocks] + rng.gumbel(size=(len(theta), *blocks.shape)))
    wanted = np.exp(utility - utility.max(axis=2, keepdims=True))
    wanted *= POINTS / wanted.sum(axis=2, keepdims=True)
    points = np.floor(wanted)
    rank = np.argsort(np.argsort(-(wanted - points), axis=2), axis=2)
    points += rank < POINTS - points.sum(axis=2, keepdims=True)
    places = np.broadcast_to(blocks, points.shape)
    chosen = np.zeros((*points.shape[:2], SIZE))
    offered = np.zeros(chosen.shape, dtype=bool)
    np.put_along_axis(chosen, places, points / POINTS, axis=2)
    np.put_along_axis(offered, places, values=True, axis=2)
    return Choices(offered, chosen, np.ones(chosen.shape[:2]))


def _durations() -> Iterable[Threshold]:
    rng, theta = _people(1)
    forms = answers_in(STAFF, answering(STAFF, theta[:1000], rng, asks_worst=True))
    score_form(STAFF, FRAMEWORK.values, forms[:1])  # the prior and the draws are made once in a process
    one = min(_seconds(forms[place : place + 1]) for place in range(20))
    many = min(_seconds(forms) for _ in range(2))
    yield Threshold(PART, "seconds to score one form of 16 items, bridge included", one, at_most=FORM_SECONDS)
    yield Threshold(PART, "seconds to score 1,000 forms of 16 items", many, at_most=THOUSAND_FORMS_SECONDS)


def _seconds(people: list[list]) -> float:
    started = perf_counter()
    score_form(STAFF, FRAMEWORK.values, people)
    return perf_counter() - started
