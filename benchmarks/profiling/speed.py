"""What the facet engine costs on one core: evidence folded, profiles read, pairs weighed (profiling.md, T20)."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from time import perf_counter

import numpy as np

from benchmarks.profiling.engine import NOW, history, piece
from benchmarks.profiling.simulated_people import FRAMEWORK, STAFF, answering, answers_in
from benchmarks.profiling.threshold import Threshold
from matcher.compatibility.moments import pair_moments
from matcher.profiles.columns import fold_many
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import NOTHING, Sums, alpha_table, fold, profile_of, profiles_of, rebuild, share_table
from matcher.profiles.framework import Facet
from matcher.profiles.survey import Filing, survey_evidence

PART = "speed"
SEED = 1
ROWS = 100_000
VALUES, CHANNEL = FRAMEWORK.facets["values"], FRAMEWORK.facets["channel"]


def thresholds() -> list[Threshold]:
    """Seconds, each of one call."""
    rng = np.random.default_rng(SEED)
    few_each = _evidence(rng, people=ROWS // 5)
    one_each = _evidence(rng, people=ROWS)
    everyone = list(fold_many(one_each, VALUES).values())
    known = rebuild(history(VALUES, "c", rng), VALUES)
    at_night = _contacts_at_night(rng)
    customers, staff = alpha_table(VALUES, everyone[:1000], NOW), alpha_table(VALUES, everyone[1000:2000], NOW)
    pairs = (customers, staff, FRAMEWORK.affinity)
    return [
        _line("100,000 pieces of 20,000 people folded", lambda: fold_many(few_each, VALUES), at_most=2.0),
        _line("100,000 pieces of 100,000 people folded", lambda: fold_many(one_each, VALUES), at_most=2.0),
        _line("shares of 100,000 people", lambda: share_table(VALUES, everyone, NOW), at_most=0.5),
        _line("1,000 whole profiles", lambda: _profiles(everyone[:1000]), at_most=0.5),
        _line("one cached profile", lambda: _profile(VALUES, known), at_most=0.001, times=200),
        _line("one with closed channels", lambda: _profile(CHANNEL, at_night), at_most=0.001, times=200),
        _line("one piece folded", lambda: fold(known, one_each[0], VALUES), at_most=0.0002, times=200),
        _line("16 answers to a profile", _answers_to_profile(rng), at_most=0.01, times=20),
        _line("mean and variance of 1,000 × 1,000", lambda: pair_moments(*pairs), at_most=0.5),
    ]


def _line(what: str, call: Callable[[], object], *, at_most: float, times: int = 3) -> Threshold:
    """The median of many short calls, the best of a few long ones."""
    took_s = sorted(_seconds(call) for _ in range(times))
    return Threshold(PART, f"seconds: {what}", took_s[times // 2 if times > 3 else 0], at_most=at_most, seed=SEED)


def _seconds(call: Callable[[], object]) -> float:
    began = perf_counter()
    call()
    return perf_counter() - began


def _evidence(rng: np.random.Generator, *, people: int) -> list[Evidence]:
    """100,000 pieces of all sources on value systems over 900 days, some with worst counts."""
    shares = rng.dirichlet(np.ones(VALUES.size), ROWS)
    ages_days = rng.uniform(0.0, 900.0, ROWS).tolist()
    sources = list(Source)
    worst = {"worst": [0, 1, 0, 0, 0, 0, 2, 0]}
    pieces = []
    for row in range(ROWS):
        source = sources[row % len(sources)]
        detail = worst if source is Source.SURVEY else {}
        when = NOW - timedelta(days=ages_days[row])
        template = piece(VALUES, source, shares[row], id=str(row), subject_id=f"c-{row % people}", occurred_at=when)
        pieces.append(replace(template, detail=detail))
    return pieces


def _contacts_at_night(rng: np.random.Generator) -> Sums:
    sums = NOTHING
    for number in range(30):
        share = np.eye(CHANNEL.size)[int(rng.integers(0, 3))]
        opened = list(CHANNEL.dims[: 3 + number % 3])
        sums = fold(sums, piece(CHANNEL, Source.BEHAVIOUR, share, detail={"open": opened}), CHANNEL)
    return sums


def _profile(facet: Facet, sums: Sums) -> object:
    return profile_of("c", FRAMEWORK.name, facet, sums, NOW)


def _profiles(sums: list[Sums]) -> object:
    return profiles_of([str(number) for number in range(len(sums))], FRAMEWORK.name, VALUES, sums, NOW)


def _answers_to_profile(rng: np.random.Generator) -> Callable[[], object]:
    theta = rng.normal(size=(1, VALUES.size))
    answers = answers_in(STAFF, answering(STAFF, theta, rng, asks_worst=True))[0]

    def profile() -> object:
        evidence = survey_evidence(
            STAFF,
            VALUES,
            answers,
            wave="w",
            filing=Filing(
                subject="e", who="employee", framework=FRAMEWORK.name, actor="e", now=NOW, new_id=lambda: "ev"
            ),
        )
        return profile_of("e", FRAMEWORK.name, VALUES, fold(NOTHING, evidence, VALUES), NOW)

    return profile
