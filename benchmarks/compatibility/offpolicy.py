"""A world of ten actions whose truth is known: what is told of a policy that was never in force, and how surely.

    python -m benchmarks.compatibility.offpolicy [--runs 400]

Five features a decision; an action is good (Bernoulli) with logit 0.5 + difficulty + its own level + its own slopes.
The log was made by a softmax, sharp where contacts are easy and nearly even where they are hard, so that the good
actions look better than they are: easy contacts made them. The candidate is a sharper softmax on the true slopes, mixed
with 15 % even choice. Errors are relative, |told − true| / true, over repetitions 0, 1, 2, … as seeds; coverage is how
often the 95 % interval holds the truth.
"""

import argparse
import sys
from collections.abc import Iterator

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.compatibility.figures import Reached, show
from matcher.compatibility.offpolicy import AGREED, DR, IPS, LOGGED, SNIPS, SWITCH_DR, Log, off_policy

ACTIONS, FEATURES = 10, 5
SIZES = (1_000, 3_000, 10_000)
NAMES = (LOGGED, AGREED, IPS, SNIPS, DR, SWITCH_DR)
TOLD = {LOGGED: "mean of the log", AGREED: "naive: mean where both agree"}
WORLD_SEED = 2026
TRUTH_OF = 1_000_000  # contexts
EVEN = 0.15
HARDNESS = 2.8  # logits a standard deviation of the first feature


def main() -> None:
    """Print tables; exit code 1 where a figure is not reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compatibility.offpolicy", description=__doc__)
    parser.add_argument("--runs", type=int, default=400, help="repetitions, seeds 0 to runs − 1")
    runs = parser.parse_args().runs
    reached = list(figures(runs))
    show("Off-policy, 10 actions", reached)
    sys.exit(0 if all(one.is_reached for one in reached) else 1)


def figures(runs: int) -> Iterator[Reached]:
    """Errors and coverage of every estimator, and the two that have to be reached."""
    true = truth()
    table = Table(box=SIMPLE_HEAD, title=f"truth {true:.4f}; world seed {WORLD_SEED}; seeds 0 to {runs - 1}")
    for column in ("n", "estimator", "mean error", "median error", "bias", "coverage"):
        table.add_column(column)
    for size in SIZES:
        found = [off_policy(drawn(size, seed=seed), seed=seed) for seed in range(runs)]
        for name in NAMES:
            one = [each.estimates[name] for each in found]
            off = np.array([each.value for each in one]) / true - 1.0
            covered = float(np.mean([each.low <= true <= each.high for each in one]))
            error, median = float(np.abs(off).mean()), float(np.median(np.abs(off)))
            shown = (f"{error:.4f}", f"{median:.4f}", f"{off.mean():+.4f}", f"{covered:.3f}")
            table.add_row(f"{size:,}", TOLD.get(name, name), *shown)
            if size == SIZES[-1]:
                yield from _reached(name, error, covered)
    Console(width=120).print(table)


def _reached(name: str, error: float, covered: float) -> Iterator[Reached]:
    is_judged = name in (DR, SWITCH_DR)
    at_most = 0.010 if is_judged else float("inf")
    yield Reached(f"{TOLD.get(name, name)}: mean relative error, n = 10,000", error, at_most=at_most)
    if is_judged:
        yield Reached(f"{name}: coverage, at most .98", covered, at_most=0.98)
        yield Reached(f"{name}: coverage, at least .90", covered, at_least=0.90)


def truth() -> float:
    """The candidate's average reward."""
    features = np.random.default_rng([WORLD_SEED, 1]).normal(size=(TRUTH_OF, FEATURES))
    chance = _chance(features)
    return float((_candidate(features) * chance).sum(axis=1).mean())


def drawn(size: int, *, seed: int) -> Log:
    """A log of so many decisions."""
    rng = np.random.default_rng([WORLD_SEED, 2, seed])
    features = rng.normal(size=(size, FEATURES))
    logged, rows = _logging(features), np.arange(size)
    action = (logged.cumsum(axis=1) < rng.random(size)[:, None]).sum(axis=1).clip(max=ACTIONS - 1)
    reward = (rng.random(size) < _chance(features)[rows, action]).astype(float)
    return Log(features, action, logged[rows, action], reward, _candidate(features), logged)


def _slopes() -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(WORLD_SEED)
    return rng.normal(scale=0.5, size=ACTIONS), rng.normal(scale=0.35, size=(FEATURES, ACTIONS))


def _merit(features: np.ndarray) -> np.ndarray:
    """What speaks for each action (logits), n × actions."""
    levels, slopes = _slopes()
    merit: np.ndarray = levels + features @ slopes
    return merit


def _chance(features: np.ndarray) -> np.ndarray:
    chance: np.ndarray = 1.0 / (1.0 + np.exp(-(0.5 + HARDNESS * features[:, :1] + _merit(features))))
    return chance


def _logging(features: np.ndarray) -> np.ndarray:
    """Sharp where contacts are easy, nearly even where they are hard."""
    sharp = 3.0 / (1.0 + np.exp(-3.0 * features[:, :1]))
    return 0.95 * _softmax(sharp * _merit(features)) + 0.05 / ACTIONS


def _candidate(features: np.ndarray) -> np.ndarray:
    return (1.0 - EVEN) * _softmax(2.0 * _merit(features)) + EVEN / ACTIONS


def _softmax(scores: np.ndarray) -> np.ndarray:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: np.ndarray = odds / odds.sum(axis=1, keepdims=True)
    return shares


if __name__ == "__main__":
    main()
