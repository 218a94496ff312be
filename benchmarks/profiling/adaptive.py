"""Whether asking the most telling question next finds the leading value system sooner. Source: profiling.md 9, T13."""

import numpy as np

from benchmarks.profiling.recovery import Recovery, recovery
from benchmarks.profiling.simulated_people import (
    CUSTOMER,
    FLAT,
    PEOPLE,
    SEEDS,
    SIZE,
    Floats,
    Picked,
    answering,
    choices_in,
    fitted,
    flat_facet,
)
from benchmarks.profiling.threshold import Threshold
from matcher.profiles.adaptive import first_of_largest, information_gain
from matcher.profiles.choice_model import Choices, posterior

PART = "adaptive"
ITEMS = 4


def thresholds() -> list[Threshold]:
    """Four items of the customer form, chosen one by one, against the first four, for the same people."""
    measured = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        theta = rng.normal(size=(PEOPLE, SIZE))
        picked = answering(CUSTOMER, theta, rng, asks_worst=False)
        fixed = recovery(fitted(picked, ITEMS), theta)
        chosen = asked_one_by_one(picked, theta)
        gain, loss = chosen.top_1 - fixed.top_1, fixed.profile - chosen.profile
        measured += [
            Threshold(PART, "customer best 4: top-1, adaptive less fixed", gain, at_least=0.03, seed=seed),
            Threshold(PART, "customer best 4: profile r, fixed less adaptive", loss, at_most=0.03, seed=seed),
        ]
    return measured


def asked_one_by_one(picked: Picked, theta: Floats) -> Recovery:
    """What four adaptively chosen items recover; each person answers as they would have in the whole form."""
    everything = choices_in(picked, len(CUSTOMER.order))
    asked = np.zeros(everything.scale.shape, dtype=bool)
    items = [CUSTOMER.items[item] for item in CUSTOMER.order]
    everyone = np.arange(len(theta))
    for _ in range(ITEMS):
        known = posterior(_only(everything, asked), FLAT)
        gain = information_gain(items, flat_facet(), known.theta, known.covariance, asks_worst=False)
        gain[asked] = -np.inf
        asked[everyone, [first_of_largest(row) for row in gain]] = True
    return recovery(posterior(_only(everything, asked), FLAT), theta)


def _only(choices: Choices, asked: np.ndarray) -> Choices:
    return Choices(choices.offered, choices.chosen * asked[:, :, None], choices.scale)
