"""What knowing people is worth to the matching of them. Source: profiling.md 1.9 and T21."""

from collections.abc import Callable

import numpy as np
from scipy.optimize import linear_sum_assignment

from benchmarks.profiling.simulated_people import (
    CUSTOMER,
    FRAMEWORK,
    SEEDS,
    SIZE,
    STAFF,
    Floats,
    Picked,
    answering,
    fitted,
    softmax,
)
from benchmarks.profiling.threshold import Threshold
from matcher.profiles.tags import tag_share

PART = "information"
PEOPLE, REPEATS = 60, 60
REQUIRED = {8: 0.47, 4: 0.36, 2: 0.22}  # customer items answered, best only
TAGS_AT_MOST = 0.60  # of what the staff form brings
TAG_IS_RIGHT = 0.5


def thresholds() -> list[Threshold]:
    """Gain of matching on estimates, as a share of what perfect knowledge would bring over chance."""
    measured = []
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        customers, employees = (rng.normal(size=(REPEATS * PEOPLE, SIZE)) for _ in range(2))
        staff = _estimate(answering(STAFF, employees, rng, asks_worst=True), 16)
        tags = _tags(employees, rng)
        picked = answering(CUSTOMER, customers, rng, asks_worst=False)
        worth = _worth(softmax(customers), softmax(employees))
        for items, required in REQUIRED.items():
            taps = _estimate(picked, items)
            gain = worth(taps, staff)
            measured.append(Threshold(PART, f"customer best {items}: share of the gain", gain, required, seed=seed))
            if items == max(REQUIRED):
                ratio = worth(taps, tags) / gain
                what = "HR tags instead of the staff form, as a share of it"
                measured.append(Threshold(PART, what, ratio, at_most=TAGS_AT_MOST, seed=seed))
    return measured


def _estimate(picked: Picked, items: int) -> Floats:
    return softmax(fitted(picked, items).theta)


def _tags(theta: Floats, rng: np.random.Generator) -> Floats:
    """A tag names the leading value system half the time, and any other one else."""
    leading = theta.argmax(axis=1)
    other = (leading + rng.integers(1, SIZE, size=len(theta))) % SIZE
    named = np.where(rng.random(len(theta)) < TAG_IS_RIGHT, leading, other)
    facet = FRAMEWORK.values
    return np.array([tag_share(facet, dim) for dim in facet.dims])[named]


def _worth(customers: Floats, employees: Floats) -> Callable[[Floats, Floats], float]:
    """How matching on some estimates does: (its value − chance) / (the oracle's − chance), summed over the repeats."""
    truth = _affinity(customers, employees)
    chance, oracle = truth.mean(axis=(1, 2)).sum() * PEOPLE, _value(truth, truth)

    def worth(customer_shares: Floats, employee_shares: Floats) -> float:
        return (_value(_affinity(customer_shares, employee_shares), truth) - chance) / (oracle - chance)

    return worth


def _affinity(customers: Floats, employees: Floats) -> Floats:
    """repeats × customers × employees, value systems alike (the identity affinity)."""
    left, right = (shares.reshape(REPEATS, PEOPLE, SIZE) for shares in (customers, employees))
    return np.matmul(left, right.transpose(0, 2, 1))


def _value(believed: Floats, truth: Floats) -> float:
    total = 0.0
    for guess, real in zip(believed, truth, strict=True):
        rows, columns = linear_sum_assignment(guess, maximize=True)
        total += float(real[rows, columns].sum())
    return total
