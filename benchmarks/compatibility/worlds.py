"""Worlds whose truth is known: an 8 × 8 affinity near the framework's, and one without any.

    python -m benchmarks.compatibility.worlds [--runs 100]

As profiling.md section 11 has it: people's shares are softmax of standard normals; the truth is an affinity with which
the prior alone correlates .56; chemistry spans 10.9 points of P(success) from 5 to 95 %. Employees have effects of
their own, which come first. Profiles are read as they are.
"""

import argparse
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from benchmarks.compatibility.figures import Reached, show
from matcher.compatibility import PairClassifier
from matcher.compatibility.evaluate import Data
from matcher.compatibility.outcomes import Outcomes
from matcher.compatibility.people_table import PeopleTable
from matcher.compatibility.placebo import reports_uplift
from matcher.compatibility.prior import double_centred
from matcher.profiles.framework import Framework
from models.frameworks import load_framework

CUSTOMERS, EMPLOYEES = 2_000, 100
SPAN = 0.109
BASE_LOGIT = 1.0
EMPLOYEE_SPREAD = 0.4
PRIOR_TELLS = 0.56  # how far the prior alone correlates with the truth, as in the table
SEEDS = range(6)
NULL_OUTCOMES = 2_000


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """People, what came of their meetings, and the chemistry that is true of every pair (logits)."""

    data: Data
    chemistry: np.ndarray


def world(outcomes: int, *, seed: int, span: float = SPAN) -> World:
    """A world with so many rated contacts; a span of 0 has no chemistry."""
    rng, framework = np.random.default_rng(seed), load_framework()
    customers, employees = (_people(count, framework, rng, who) for count, who in ((CUSTOMERS, "c"), (EMPLOYEES, "e")))
    prior, other = (
        _standard(customers.values @ double_centred(each) @ employees.values.T)
        for each in (framework.affinity, rng.normal(size=framework.affinity.shape))
    )
    rest = _standard(other - (other * prior).mean() * prior)
    chemistry = PRIOR_TELLS * prior + np.sqrt(1 - PRIOR_TELLS**2) * rest
    width = np.diff(np.quantile(chemistry, [0.05, 0.95]))[0]
    slope = 1 / (1 + np.exp(-BASE_LOGIT)) * (1 / (1 + np.exp(BASE_LOGIT)))
    chemistry *= span / slope / width
    who, by = rng.integers(CUSTOMERS, size=outcomes), rng.integers(EMPLOYEES, size=outcomes)
    logits = BASE_LOGIT + rng.normal(scale=EMPLOYEE_SPREAD, size=EMPLOYEES)[by] + chemistry[who, by]
    success = (rng.random(outcomes) < 1 / (1 + np.exp(-logits))).astype(float)
    nothing = (None,) * outcomes
    table = Outcomes(
        who, by, 1.7e9 + 60.0 * np.arange(outcomes, dtype=np.float64), success, np.ones(outcomes), nothing, nothing,
        nothing, np.full(outcomes, np.nan),
    )  # fmt: skip
    return World(Data(customers, employees, table, framework), chemistry)


def main() -> None:
    """Print; exit code 1 where a figure is not reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compatibility.worlds", description=__doc__)
    parser.add_argument("--runs", type=int, default=100, help="worlds without chemistry")
    options = parser.parse_args()
    reached = [*known(), *without(options.runs)]
    show("Worlds", reached)
    sys.exit(0 if all(one.is_reached for one in reached) else 1)


def known() -> Iterator[Reached]:
    """Correlation of the chemistry learnt with the chemistry that is true, over all pairs; mean of seeds."""
    for outcomes, least in ((1_000, 0.56), (20_000, 0.59)):
        ours = [_correlation(world(outcomes, seed=seed), "learned") for seed in SEEDS]
        priors = [_correlation(world(outcomes, seed=seed), "prior") for seed in SEEDS]
        yield Reached(f"{outcomes:,} outcomes: learnt against true", float(np.mean(ours)), at_least=least)
        yield Reached("  the prior's alone", float(np.mean(priors)))


def without(runs: int) -> Iterator[Reached]:
    """How many of so many worlds without chemistry report an uplift."""
    reported = sum(reports_uplift(world(NULL_OUTCOMES, seed=seed, span=0.0).data, seed=seed) for seed in range(runs))
    yield Reached(f"worlds of {runs} without chemistry that report an uplift", reported, at_most=0.07 * runs)


def _correlation(one: World, values: str) -> float:
    data = one.data
    classifier = PairClassifier(data.framework, values=values).fit(data.customers, data.employees, data.outcomes)
    logits = classifier.decision_function(data.customers, data.employees).astype(float)
    return float((_standard(logits) * _standard(one.chemistry)).mean())


def _standard(table: np.ndarray) -> np.ndarray:
    """The table without its row and column means, in standard deviations."""
    centred = table - table.mean(axis=0) - table.mean(axis=1, keepdims=True) + table.mean()
    standard: np.ndarray = centred / centred.std()
    return standard


def _people(count: int, framework: Framework, rng: np.random.Generator, who: str) -> PeopleTable:
    size, channels = framework.values.size, len(framework.facets["channel"].dims)
    odds = np.exp(rng.normal(size=(count, size)))
    nothing: tuple[None, ...] = (None,) * count
    return PeopleTable(
        tuple(f"{who}{place}" for place in range(count)),
        nothing,
        odds / odds.sum(axis=1, keepdims=True) - 1 / size,
        np.ones(count, dtype=bool),
        np.zeros((count, channels)),
        np.zeros(count, dtype=bool),
        ((),) * count,
        ({},) * count,
        ({},) * count,
    )


if __name__ == "__main__":
    main()
