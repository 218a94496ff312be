"""Which question to ask next: the one expected to narrow the person's profile most.

Source: profiling.md section 9. It finds the leading category sooner, not the whole profile: for a few items only.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.bridge import bridge, logit_prior
from matcher.profiles.choice_model import choices_of, posterior
from matcher.profiles.framework import Facet
from matcher.profiles.leading import leading_probabilities
from matcher.profiles.questionnaire import Answer, Form, Item, Mode

Floats = NDArray[np.float64]

SURE_OF_TOP = 0.7
SURE_OF_PROFILE = 0.5
MOST_ITEMS = 8
TIE = 1e-9  # gains nearer than this, relatively, are equal: the form's order decides


def next_item(form: Form, facet: Facet, answers: Sequence[Answer], *, mode: Mode | None = None) -> str | None:
    """The most telling unanswered item, or None when enough is known or nothing is left to ask.

    Enough: the leading category is so with probability .7, confidence is .5, or 8 items are answered. `mode` is the
    form's first where none is given. Rated forms have no choice model: their order decides.
    """
    answered = {answer.item for answer in answers}
    left = [item for item in form.order if item not in answered]
    if not left or len(answered) >= MOST_ITEMS:
        return None
    if form.rating is not None:
        return left[0]
    fitted = posterior(choices_of(form, facet, [answers]), logit_prior(facet))
    if answers and _is_enough(facet, fitted.theta, fitted.covariance):
        return None
    asks_worst = (mode or form.modes[0]) is Mode.BEST_WORST
    items = [form.items[item] for item in left]
    gain = information_gain(items, facet, fitted.theta, fitted.covariance, asks_worst=asks_worst)[0]
    return left[first_of_largest(gain)]


def information_gain(
    items: Sequence[Item], facet: Facet, theta: Floats, covariance: Floats, *, asks_worst: bool
) -> Floats:
    """By how much each item should shrink the total variance of the shares: people × items.

    `tr(D C_{·B} (I + J_B C_BB)⁻¹ J_B C_{B·} D)` with D the Jacobian of softmax at θ̂ and J_B the expected information.
    """
    share = np.exp(theta - theta.max(axis=1, keepdims=True))
    share /= share.sum(axis=1, keepdims=True)
    slope = -share[:, :, None] * share[:, None, :]
    places = np.arange(facet.size)
    slope[:, places, places] += share
    spread = np.matmul(covariance, slope)  # C D
    gains = np.empty((len(theta), len(items)))
    for column, item in enumerate(items):
        block = [facet.index(option.dim) for option in item.options]
        information = expected_information(theta[:, block], item.scale, asks_worst=asks_worst)
        within = covariance[:, block][:, :, block]
        inner = np.linalg.solve(
            np.eye(len(block)) + np.matmul(information, within), np.matmul(information, spread[:, block])
        )
        gains[:, column] = (spread[:, block] * inner).sum(axis=(1, 2))
    return gains


def expected_information(theta: Floats, scale: float, *, asks_worst: bool) -> Floats:
    """Expected Fisher information of one item about its own categories: people × b × b from θ̂ (people × b)."""
    best = _softmax(scale * theta)
    information = _multinomial(best)
    if asks_worst:
        size = theta.shape[1]
        for taken in range(size):
            left = [place for place in range(size) if place != taken]
            worst = np.zeros_like(theta)
            worst[:, left] = _softmax(-scale * theta[:, left])
            information += best[:, taken, None, None] * _multinomial(worst)
    return scale**2 * information


def first_of_largest(gain: Floats) -> int:
    """The place of the largest gain, the first of those that are equal to it."""
    return int(np.argmax(gain >= gain.max() * (1.0 - TIE)))


def _is_enough(facet: Facet, theta: Floats, covariance: Floats) -> bool:
    counts = bridge(theta, covariance, facet)
    weight = float(counts.weight[0])
    if weight / (weight + facet.prior_strength) >= SURE_OF_PROFILE:
        return True
    alpha = facet.prior_strength * np.array(facet.prior_mean) + weight * counts.share[0]
    return float(leading_probabilities(alpha).max()) >= SURE_OF_TOP


def _softmax(utility: Floats) -> Floats:
    chance: Floats = np.exp(utility - utility.max(axis=1, keepdims=True))
    chance /= chance.sum(axis=1, keepdims=True)
    return chance


def _multinomial(chance: Floats) -> Floats:
    """diag(p) − pp′ of each row."""
    information = -chance[:, :, None] * chance[:, None, :]
    places = np.arange(chance.shape[1])
    information[:, places, places] += chance
    return information
