"""Builders of forms and of answers to them: say only what the test is about."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from matcher.profiles.framework import Facet
from matcher.profiles.questionnaire import Answer, Form, Item, Mode, Option
from tests.matcher.profiles.evidence_builders import FRAMEWORK, VALUES

STAFF = FRAMEWORK.forms["staff"]
CUSTOMER = FRAMEWORK.forms["customer"]
FLAT = replace(VALUES, prior_mean=(1 / 8,) * 8)


def item(name: str, dims: Sequence[str], scale: float = 1.0, select_max: int = 1) -> Item:
    """A question whose options speak for these categories, in this order."""
    options = tuple(Option(dim, {"en": f"{dim} it is"}) for dim in dims)
    return Item(name, {"en": f"{name}…"}, options, scale=scale, select_max=select_max)


def form(*items: Item, modes: Sequence[Mode] = (Mode.BEST_WORST, Mode.ALLOCATE)) -> Form:
    """A form of these items, asked as they stand."""
    return Form("test", tuple(modes), {each.id: each for each in items}, tuple(each.id for each in items))


def facet(mean: Sequence[float], strength: float = 3.0) -> Facet:
    """A facet of categories k0, k1, … with this prior; its sources are those of the value systems."""
    names = tuple(f"k{place}" for place in range(len(mean)))
    return replace(VALUES, dims=names, prior_mean=tuple(mean), prior_strength=strength)


def picks(form: Form, best: str, worst: str = "") -> list[Answer]:
    """Answers to the form's first items in its order: keys of best, and of worst where given."""
    return [
        Answer(name, best=best[place], worst=worst[place] if worst else None)
        for place, name in enumerate(form.order[: len(best)])
    ]


def random_answers(form: Form, rng: np.random.Generator, *, items: int | None = None) -> list[Answer]:
    """Someone's answers without a thought behind them: best and worst of some items, in any order."""
    asked = rng.permutation(form.order)[: items or len(form.order)]
    answers = []
    for name in asked:
        best, worst = rng.permutation(list(form.items[name].keys))[:2]
        answers.append(Answer(str(name), best=str(best), worst=str(worst) if rng.random() < 0.8 else None))
    return answers


def honest_answers(form: Form, theta: np.ndarray, rng: np.random.Generator, *, worst: bool = True) -> list[Answer]:
    """What someone who prefers as `theta` says would answer: the largest of utilities with Gumbel noise."""
    answers = []
    for name in form.order:
        question = form.items[name]
        utility = np.array([theta[VALUES.index(option.dim)] for option in question.options])
        best = int(np.argmax(utility + rng.gumbel(size=len(utility))))
        against = -utility + rng.gumbel(size=len(utility))
        against[best] = -np.inf
        least = question.keys[int(np.argmax(against))] if worst else None
        answers.append(Answer(name, best=question.keys[best], worst=least))
    return answers
