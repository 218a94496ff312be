"""A gain from value profiles is reported where there is one and nowhere else (profiling.md 15.2, T17).

Rounds of as many contacts as employees; in half of the rounds, drawn at random, profiles decide who gets whom, in the
others chance does. Everybody works in every round, so neither arm has the better employees. The gain is the difference
of the arms' mean success with Welch's interval over rounds: contacts of one round compete, so rounds are the units.
Placebo: employees' profiles are permuted, all else stays. Then there is nothing to gain, and the interval must say so.

Source: Welch, The generalization of Student's problem when several different population variances are involved (1947),
doi 10.1093/biomet/34.1-2.28; learning.md section 3.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtrit

from benchmarks.profiling.threshold import Threshold
from matcher.assignment.problem import Problem
from matcher.assignment.solve import solve
from matcher.compatibility.prior import PriorCompatibility, double_centred
from matcher.profiles.facets import ShareTable
from matcher.profiles.framework import Framework
from models.frameworks import load_framework

PART = "placebo"
# Ten times the 200 runs of T17, on the seeds of T15: of 200 intervals that are right 95 times in 100, fewer than 93 %
# contain 0 on one seed out of thirteen, by chance alone (binomial); of 2,000 they practically never do.
SEEDS = range(10)
RUNS = 200
ROUNDS = 60
RIGHT_RUNS = 40
RIGHT_ROUNDS = 960  # a gain of two points needs that many rounds to be told from chance
EMPLOYEES = 24
ANSWERS = 8.0  # pseudo-counts that everybody's form is worth
# Logits of the invented world: far more chemistry than anyone has measured, so that blindness could not pass as calm.
TRUE_CHEMISTRY = 6.0
EMPLOYEE_SPREAD = 0.4
LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class Gain:
    """The estimated gain in success and its two-sided 95 % interval."""

    value: float
    low: float
    high: float

    @property
    def contains_nothing(self) -> bool:
        """Whether the interval contains 0."""
        return self.low <= 0.0 <= self.high


@dataclass(frozen=True, slots=True, eq=False)
class Staff:
    """The employees of one invented world: who they are, what is shown of them, how good they are with everybody."""

    true: np.ndarray
    shown: ShareTable
    effect: np.ndarray


def thresholds() -> list[Threshold]:
    """T17: how often the interval contains 0 with permuted profiles; and that right profiles are not missed."""
    framework = load_framework()
    placebo = [_permuted(framework, seed, run) for seed in SEEDS for run in range(RUNS)]
    right = [
        trial(framework, np.random.default_rng([0, run]), permuted=False, rounds=RIGHT_ROUNDS)
        for run in range(RIGHT_RUNS)
    ]
    calm = np.array([gain.contains_nothing for gain in placebo]).reshape(len(SEEDS), RUNS)
    claimed = float(np.mean([gain.low > 0 for gain in placebo]))
    found = float(np.mean([gain.low > 0 for gain in right]))
    each = "permuted profiles: part of 200 intervals that contain 0"
    return [
        *(Threshold(PART, each, float(of_seed.mean()), seed=seed) for seed, of_seed in zip(SEEDS, calm, strict=True)),
        Threshold(PART, "the same, of all 2,000", float(calm.mean()), at_least=0.93),
        Threshold(PART, "permuted profiles: part of 2,000 runs that claim a gain", claimed, at_most=0.05),
        Threshold(PART, "permuted profiles: mean gain in points", _mean_points(placebo), -0.2, 0.2),
        Threshold(PART, "right profiles, strong chemistry: mean gain in points", _mean_points(right), at_least=1.0),
        Threshold(PART, "right profiles, strong chemistry: part of 40 gains found", found, at_least=0.8, seed=0),
    ]


def _permuted(framework: Framework, seed: int, run: int) -> Gain:
    return trial(framework, np.random.default_rng([seed, run]), permuted=True, rounds=ROUNDS)


def _mean_points(gains: Sequence[Gain]) -> float:
    return 100 * float(np.mean([gain.value for gain in gains]))


def trial(framework: Framework, rng: np.random.Generator, *, permuted: bool, rounds: int) -> Gain:
    """The gain estimated in one invented world, with the profiles shown as they are or permuted among employees."""
    staff = _staff(framework, rng)
    if permuted:
        order = rng.permutation(EMPLOYEES)
        staff = replace(staff, shown=replace(staff.shown, share=staff.shown.share[order]))
    compatibility = PriorCompatibility(framework, mode="prior")
    side = compatibility.employee_side(staff.shown)
    by_profiles = rng.permutation(np.arange(rounds) % 2 == 0)
    success = np.empty(rounds)
    for number, decided in enumerate(by_profiles):
        true, shown = _people(framework, EMPLOYEES, rng)
        chance = _true_success(framework, true, staff)
        matched = rng.permutation(EMPLOYEES)
        if decided:
            matched = solve(Problem(compatibility.probability(shown, side))).employee_of
        success[number] = np.mean(rng.random(EMPLOYEES) < chance[np.arange(EMPLOYEES), matched])
    return welch(success[by_profiles], success[~by_profiles])


def welch(treated: np.ndarray, held_out: np.ndarray) -> Gain:
    """The difference of two means with Welch's two-sided 95 % interval; each number is one independent round."""
    parts = [float(one.var(ddof=1)) / len(one) for one in (treated, held_out)]
    error = math.sqrt(sum(parts))
    value = float(treated.mean() - held_out.mean())
    if error == 0:
        return Gain(value, value, value)
    sizes = (len(treated), len(held_out))
    freedom = sum(parts) ** 2 / sum(part**2 / (size - 1) for part, size in zip(parts, sizes, strict=True))
    reach = float(stdtrit(freedom, (1 + LEVEL) / 2)) * error
    return Gain(value, value - reach, value + reach)


def _staff(framework: Framework, rng: np.random.Generator) -> Staff:
    true, shown = _people(framework, EMPLOYEES, rng)
    return Staff(true, shown, rng.normal(size=EMPLOYEES) * EMPLOYEE_SPREAD)


def _people(framework: Framework, number: int, rng: np.random.Generator) -> tuple[np.ndarray, ShareTable]:
    """True shares drawn around the prior, and what a form of eight answers shows of them."""
    facet = framework.values
    prior = facet.prior_strength * np.array(facet.prior_mean)
    true = rng.dirichlet(prior, size=number)
    shown = (prior + rng.multinomial(int(ANSWERS), true)) / (facet.prior_strength + ANSWERS)
    known = np.full(number, ANSWERS)
    return true, ShareTable(shown, known, known)


def _true_success(framework: Framework, customers: np.ndarray, staff: Staff) -> np.ndarray:
    logits = 1.0 + staff.effect + TRUE_CHEMISTRY * customers @ double_centred(framework.affinity) @ staff.true.T
    return 1.0 / (1.0 + np.exp(-logits))
