"""People who answered the customer form, as they are stored: answers, and all that was said of them, folded."""

from datetime import datetime

import numpy as np

from matcher.profiles.facets import SourceSum, Sums
from matcher.profiles.people import CUSTOMER
from matcher.profiles.questionnaire import Answer, Mode
from matcher.use_cases.ports import FormAnswer, Records
from tests.matcher.use_cases.world import FRAMEWORK, NOW, customer

FORM = FRAMEWORK.forms["customer"]
VALUES = FRAMEWORK.values


def put_surveyed(
    records: Records,
    people: int,
    *,
    segment: str | None = "retail",
    lean: int = 3,
    seed: int = 1,
    at: datetime = NOW,
    prefix: str = "c",
) -> None:
    """So many customers whose shares are Dirichlet about a mean that leans to one category.

    A `self_tag` names each one's true first category; `behaviour` says something drawn by chance.
    """
    rng = np.random.default_rng(seed)
    alpha = np.full(VALUES.size, 0.7)
    alpha[lean] = 3.0
    answers = []
    for number in range(people):
        name, share = f"{prefix}-{number:06}", rng.dirichlet(alpha)
        records.customers.put(customer(name, segment=segment), now=at)
        sums = Sums(
            {
                "survey": SourceSum(tuple((8.0 * share).tolist()), at),
                "self_tag": SourceSum(_all_on(int(share.argmax()), 3.9), at),
                "behaviour": SourceSum(_all_on(int(rng.integers(VALUES.size)), 0.5), at),
            }
        )
        records.profiles.put(CUSTOMER, name, FRAMEWORK.name, "values", sums, expected_revision=0, now=at)
        answers += [_answer(rng, name, item, share, at) for item in FORM.items]
    records.form_answers.add(answers)


def _answer(rng: np.random.Generator, name: str, item_id: str, share: np.ndarray, at: datetime) -> FormAnswer:
    """The option whose category has the largest draw, as the choice model has it."""
    item = FORM.items[item_id]
    weights = np.array([share[VALUES.dims.index(option.dim)] for option in item.options]) + 1e-12
    best = item.keys[int(rng.choice(len(weights), p=weights / weights.sum()))]
    return FormAnswer(
        f"{name}.{item_id}", CUSTOMER, name, FRAMEWORK.name, "customer", f"w-{name}", "nl", Mode.BEST_ONLY,
        Answer(item_id, best=best), at, "ev",
    )  # fmt: skip


def _all_on(place: int, weight: float) -> tuple[float, ...]:
    return tuple(weight if dim == place else 0.0 for dim in range(VALUES.size))
