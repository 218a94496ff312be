"""Learning who fits whom while serving: what leaving a little to chance brings, round by round.

    python -m benchmarks.compatibility.bandit [--seeds 20]

400 rounds of 12 new customers for whom 12 of the same 20 employees are found. The world's numbers are those of world
B1 (routing.md section 4): employees are Dirichlet(0.6) over 8 value systems, customers .7 of one system and .3 even;
logit P(good) = −0.2 + N(0, .35) employee + 1.0 (B1: .72) times affinity, where affinity = pᵀAq is standard over pairs;
A (8 × 8, normal) and the effects are unknown and drawn anew for every seed. Everybody learns by the same Bayesian
logistic regression (Laplace, updated after each round) with the prior the world is drawn from, and assigns by scipy's
exact solver; they differ in scores only. Told is the share won of the gap between random and oracle, over all rounds.
Source: Laplace's approximation, Chapelle and Li, NIPS (2011), algorithm 3; UCB: Li et al. (2010), arXiv 1003.0146.
"""

import argparse
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.compatibility.figures import Reached, show
from matcher.routing.explore import SCALE, pinned

CONTACTS, EMPLOYEES, ROUNDS, SYSTEMS = 12, 20, 400, 8
BASE, EFFECT_SPREAD = -0.2, 0.35
CHEMISTRIES = (1.0, 0.72)  # logits a standard deviation of affinity; Thompson has to reach the figure in the first
CONCENTRATION, LEANING = 0.6, 0.7
_SHARE_VARIANCE = (1 / SYSTEMS) * (1 - 1 / SYSTEMS)  # of one share of a one-hot profile
# An affinity between two deviations has this spread where its matrix is standard normal (variances times K²).
PLAIN_SPREAD = SYSTEMS * _SHARE_VARIANCE * LEANING / np.sqrt(CONCENTRATION * SYSTEMS + 1)
FLOOR = 0.05
SCALES = (SCALE, 1.0)
WIDTHS = (0.5, 1.0)
UCB = "UCB, 0.5 deviations"  # learns fastest, but tells no chance: what decides is a draw (decision 0018)
DEVIATIONS_95 = 1.96

Policy = Callable[["Belief", np.ndarray, np.random.Generator], np.ndarray]
ALL = np.ones((CONTACTS, EMPLOYEES), dtype=bool)


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """Employees' columns, the weights that are true, and the prior they were drawn from."""

    staff: np.ndarray
    weights: np.ndarray
    spread: np.ndarray

    def features(self, customers: np.ndarray) -> np.ndarray:
        """Contacts × employees × weights: one, employee, profile times profile."""
        pairs = (customers[:, None, :, None] * self.staff[None, :, None, :]).reshape(len(customers), EMPLOYEES, -1)
        who = np.broadcast_to(np.eye(EMPLOYEES), (len(customers), EMPLOYEES, EMPLOYEES))
        return np.concatenate([np.ones((len(customers), EMPLOYEES, 1)), who, pairs], axis=2)


class Belief:
    """A normal belief about the weights: where they are and how surely, from outcomes so far."""

    def __init__(self, spread: np.ndarray) -> None:
        self.mean, self.precision = np.zeros(len(spread)), np.diag(spread**-2.0)
        self.mean[0] = BASE
        self.factor = np.diag(spread)

    def learn(self, rows: np.ndarray, good: np.ndarray) -> None:
        """Laplace: a few Newton steps from the belief as prior, then its curvature there."""
        prior, weights = self.mean, self.mean.copy()
        for _ in range(3):
            chance = _chance(rows @ weights)
            curved = self.precision + (rows * (chance * (1 - chance))[:, None]).T @ rows
            weights = weights + np.linalg.solve(curved, rows.T @ (good - chance) - self.precision @ (weights - prior))
        chance = _chance(rows @ weights)
        self.mean, self.precision = weights, self.precision + (rows * (chance * (1 - chance))[:, None]).T @ rows
        self.factor = np.linalg.inv(np.linalg.cholesky(self.precision)).T


def main() -> None:
    """Print; exit code 1 where the figure is not reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compatibility.bandit", description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="worlds, seeds 0 to seeds − 1")
    seeds = parser.parse_args().seeds
    reached = list(figures(seeds))
    show(f"Exploring, {CONTACTS} × {EMPLOYEES} × {ROUNDS} rounds, seeds 0 to {seeds - 1}", reached)
    sys.exit(0 if all(one.is_reached for one in reached) else 1)


def policies() -> dict[str, Policy]:
    """How each turns a belief into scores."""
    named: dict[str, Policy] = {
        "greedy": lambda belief, features, _rng: _chance(features @ belief.mean),
        f"greedy, {FLOOR:.0%} even": lambda belief, features, rng: _lifted(_chance(features @ belief.mean), rng),
    }
    for width in WIDTHS:
        named[f"UCB, {width:g} deviations"] = lambda belief, features, _rng, width=width: _chance(
            features @ belief.mean + width * np.linalg.norm(features @ belief.factor, axis=2)
        )
    for scale in SCALES:
        named[f"Thompson, {scale:g} deviations"] = lambda belief, features, rng, scale=scale: _thompson(
            belief, features, rng, scale
        )
    named[f"Thompson, {SCALE:g} deviations, {FLOOR:.0%} even"] = lambda belief, features, rng: _lifted(
        _thompson(belief, features, rng, SCALE), rng
    )
    return named


def figures(seeds: int) -> Iterator[Reached]:
    """Each policy's share of the gap, mean over worlds with a 95 % interval; and the one that decides uses."""
    ours = f"Thompson, {SCALE:g} deviations"
    for chemistry in CHEMISTRIES:
        for name, policy in policies().items():
            won = np.array([share_won(policy, chemistry=chemistry, seed=seed) for seed in range(seeds)])
            reach = DEVIATIONS_95 * won.std(ddof=1) / np.sqrt(len(won))
            told = f"{chemistry:g}: {name} ({won.mean() - reach:.3f} to {won.mean() + reach:.3f})"
            is_judged = name == UCB or (name == ours and chemistry == CHEMISTRIES[0])
            yield Reached(told, float(won.mean()), at_least=0.85 if is_judged else -np.inf)


def world(seed: int, *, chemistry: float) -> World:
    """A world: twenty employees, and what is true."""
    rng = np.random.default_rng([seed, 1])
    spread = np.concatenate([[0.1], np.full(EMPLOYEES, EFFECT_SPREAD), np.full(SYSTEMS**2, chemistry / PLAIN_SPREAD)])
    weights = spread * rng.normal(size=len(spread))
    weights[0] = BASE
    return World(rng.dirichlet(np.full(SYSTEMS, CONCENTRATION), size=EMPLOYEES) - 1 / SYSTEMS, weights, spread)


def share_won(policy: Policy, *, chemistry: float, seed: int) -> float:
    """The share of the gap between random and oracle that the policy wins over all rounds, in expected successes.

    Customers and the luck of outcomes come from streams of their own, so that every policy meets the same customers.
    """
    one, asking = world(seed, chemistry=chemistry), np.random.default_rng([seed, 2])
    luck, choosing = np.random.default_rng([seed, 3]), np.random.default_rng([seed, 4])
    belief, rows = Belief(one.spread), np.arange(CONTACTS)
    won = oracle = random = 0.0
    for _ in range(ROUNDS):
        features = one.features(_customers(asking))
        true = _chance(features @ one.weights)
        chosen = _assigned(policy(belief, features, choosing))
        won += true[rows, chosen].sum()
        oracle += true[rows, _assigned(true)].sum()
        random += true.mean() * CONTACTS
        good = (luck.random(CONTACTS) < true[rows, chosen]).astype(float)
        belief.learn(features[rows, chosen], good)
    return float((won - random) / (oracle - random))


def _thompson(belief: Belief, features: np.ndarray, rng: np.random.Generator, scale: float) -> np.ndarray:
    return _chance(features @ (belief.mean + scale * belief.factor @ rng.normal(size=len(belief.mean))))


def _lifted(scores: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    return pinned(scores, ALL, floor=FLOOR, rng=rng)


def _assigned(scores: np.ndarray) -> np.ndarray:
    return linear_sum_assignment(scores, maximize=True)[1]


def _customers(rng: np.random.Generator) -> np.ndarray:
    return LEANING * (np.eye(SYSTEMS)[rng.integers(SYSTEMS, size=CONTACTS)] - 1 / SYSTEMS)


def _chance(logits: np.ndarray) -> np.ndarray:
    return 1.0 / (1.0 + np.exp(-logits))


if __name__ == "__main__":
    main()
