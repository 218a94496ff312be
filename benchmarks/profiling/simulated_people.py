"""People whose preferences are known, answering the shipped forms as the choice model says people do.

Source: profiling.md 15.1. Each form starts from a fresh generator of the seed, so a line does not depend on others.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.bridge import prior_strength_of
from matcher.profiles.choice_model import Choices, LogitPrior, Posterior, posterior
from matcher.profiles.framework import Facet, SourceTerms
from matcher.profiles.questionnaire import Answer, Form
from models.frameworks import load_framework

Floats = NDArray[np.float64]
Picks = NDArray[np.intp]

SEEDS = (1, 2, 3)
PEOPLE = 4000
FRAMEWORK = load_framework("colours8")
STAFF, CUSTOMER = FRAMEWORK.forms["staff"], FRAMEWORK.forms["customer"]
SIZE = FRAMEWORK.values.size
FLAT = LogitPrior((0.0,) * SIZE, 1.0)


def flat_facet() -> Facet:
    """The value systems under the flat prior of the protocol, with A0 as σ = 1 implies it and no cap."""
    return replace(
        FRAMEWORK.values,
        prior_mean=(1.0 / SIZE,) * SIZE,
        prior_strength=prior_strength_of(FLAT),
        sources={"survey": SourceTerms(730.0, inf)},
    )


@dataclass(frozen=True, slots=True, eq=False)
class Picked:
    """What everyone picked, as category numbers: people × items, in the form's order; `worst` where it was asked."""

    blocks: Picks  # items × options: the category of each option
    best: Picks
    worst: Picks | None
    scale: float


def blocks_of(form: Form) -> Picks:
    """The category of each option of each item, in the form's order."""
    items = [form.items[item] for item in form.order]
    return np.array([[FRAMEWORK.values.index(option.dim) for option in item.options] for item in items])


def answering(form: Form, theta: Floats, rng: np.random.Generator, *, asks_worst: bool, scale: float = 1.0) -> Picked:
    """Honest answers: best = argmax(λθ + Gumbel), then worst = argmax(−λθ + fresh Gumbel) over the others."""
    blocks = blocks_of(form)
    best, worst = [], []
    everyone = np.arange(len(theta))
    for block in blocks:
        utility = scale * theta[:, block]
        top = (utility + rng.gumbel(size=utility.shape)).argmax(axis=1)
        best.append(block[top])
        if asks_worst:
            against = -utility + rng.gumbel(size=utility.shape)
            against[everyone, top] = -inf
            worst.append(block[against.argmax(axis=1)])
    return Picked(blocks, np.array(best).T, np.array(worst).T if asks_worst else None, scale)


def guessing(form: Form, people: int, rng: np.random.Generator, *, asks_worst: bool) -> Picked:
    """Answers of people who do not read: every option is as likely as another."""
    return answering(form, np.zeros((people, SIZE)), rng, asks_worst=asks_worst)


def choices_in(picked: Picked, items: int) -> Choices:
    """The first so many items as choices."""
    people = len(picked.best)
    everyone = np.arange(people)[:, None]
    stage = np.arange(items)[None, :]
    block = np.zeros((items, SIZE), dtype=bool)
    np.put_along_axis(block, picked.blocks[:items], values=True, axis=1)
    offered = np.tile(block, (people, 1, 1))
    chosen = np.zeros((people, items, SIZE))
    chosen[everyone, stage, picked.best[:, :items]] = 1.0
    scale = np.full((people, items), picked.scale)
    if picked.worst is None:
        return Choices(offered, chosen, scale)
    left = offered.copy()
    left[everyone, stage, picked.best[:, :items]] = False
    against = np.zeros_like(chosen)
    against[everyone, stage, picked.worst[:, :items]] = 1.0
    return Choices(
        np.concatenate([offered, left], axis=1),
        np.concatenate([chosen, against], axis=1),
        np.concatenate([scale, -scale], axis=1),
    )


def answers_in(form: Form, picked: Picked) -> list[list[Answer]]:
    """The same as the answers a person would send."""
    keys = [form.items[item].keys for item in form.order]
    place = np.zeros((len(keys), SIZE), dtype=int)
    np.put_along_axis(place, picked.blocks, np.arange(picked.blocks.shape[1])[None, :], axis=1)

    def key(item: int, category: int) -> str:
        return keys[item][place[item, category]]

    worst: Sequence[Sequence[int]] = [[]] * len(picked.best) if picked.worst is None else picked.worst.tolist()
    return [
        [
            Answer(name, best=key(item, best[item]), worst=key(item, least[item]) if least else None)
            for item, name in enumerate(form.order)
        ]
        for best, least in zip(picked.best.tolist(), worst, strict=True)
    ]


def fitted(picked: Picked, items: int) -> Posterior:
    """Everyone's posterior from the first so many items, under the flat prior."""
    return posterior(choices_in(picked, items), FLAT)


def centred(values: Floats) -> Floats:
    """Each person's numbers less their mean: choices tell differences only."""
    return values - values.mean(axis=-1, keepdims=True)


def softmax(values: Floats) -> Floats:
    """Shares."""
    share: Floats = np.exp(values - values.max(axis=-1, keepdims=True))
    return share / share.sum(axis=-1, keepdims=True)
