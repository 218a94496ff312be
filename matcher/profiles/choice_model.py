"""What choices say of a person: the posterior of a best–worst logit, for many people at once.

`P(best = i | B) = e^{λθ_i} / Σ_{j∈B} e^{λθ_j}`, then `P(worst = j | B∖i) = e^{−λθ_j} / Σ_{l∈B∖i} e^{−λθ_l}`, prior
θ ~ N(μ, σ²I). Points given to options count as fractions of one choice. Source: profiling.md 4.1 and 4.2; Marley and
Louviere 2005, doi:10.1016/j.jmp.2005.05.003; Papke and Wooldridge 1996 (fractional logit).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.framework import Facet
from matcher.profiles.questionnaire import Answer, Form

Floats = NDArray[np.float64]

NEWTON_STEPS = 12
LONGEST_STEP = 2.0  # per coordinate, so that a far start cannot throw θ away
CONVERGED = 1e-6
POINTS = 10  # to be shared out over an item's options


@dataclass(frozen=True, slots=True)
class LogitPrior:
    """θ ~ N(mean, sd² I) before any answer, in the facet's order."""

    mean: tuple[float, ...]
    sd: float


@dataclass(frozen=True, slots=True, eq=False)
class Choices:
    """Every single choice of n people as arrays: people × stages × categories, short rows filled with no choice.

    A best pick is one stage and a worst pick another. `offered` marks what could be chosen, `chosen` what was (a
    stage's numbers sum to 1, or to 0 where nothing was chosen), `scale` (people × stages) is λ, negative for a worst.
    """

    offered: NDArray[np.bool_]
    chosen: Floats
    scale: Floats


@dataclass(frozen=True, slots=True, eq=False)
class Posterior:
    """The most probable θ of each person (n × K), its covariance (n × K × K) and the log-likelihood there (n)."""

    theta: Floats
    covariance: Floats
    log_likelihood: Floats


def choices_of(form: Form, facet: Facet, people: Sequence[Sequence[Answer]]) -> Choices:
    """The choices in checked answers, whichever items are missing, repeated or out of order."""
    table = _ItemTable(form, facet)
    rows: list[tuple[int, ...]] = []  # person, stage, item, category chosen, category taken away, 1 or −1
    shared: list[tuple[int, int, Sequence[float]]] = []  # person, stage, fractions of one choice
    longest = 1
    for person, answers in enumerate(people):
        stage = 0
        for answer in answers:
            if answer.points is not None:
                shared.append((person, stage, table.fractions(answer)))
            for pick in table.picks(answer):
                rows.append((person, stage, *pick))
                stage += 1
        longest = max(longest, stage)
    return _filled(table, rows, shared, (len(people), longest, facet.size))


def posterior(choices: Choices, prior: LogitPrior) -> Posterior:
    """MAP and inverse Hessian of each person, by at most 12 Newton steps from the prior's mean.

    The posterior is strictly concave, so the maximum is unique and does not depend on anybody else in the call.
    """
    people = len(choices.chosen)
    mean = np.array(prior.mean)
    theta = np.tile(mean, (people, 1))
    active = np.arange(people)
    part = choices
    for _ in range(NEWTON_STEPS):
        gradient, hessian, _ = _derivatives(part, theta[active], mean, prior.sd)
        step = np.clip(np.linalg.solve(hessian, gradient[:, :, None])[:, :, 0], -LONGEST_STEP, LONGEST_STEP)
        theta[active] += step
        moving = np.abs(step).max(axis=1) >= CONVERGED
        if not moving.any():
            break
        if not moving.all():
            active = active[moving]
            part = Choices(part.offered[moving], part.chosen[moving], part.scale[moving])
    _, hessian, log_likelihood = _derivatives(choices, theta, mean, prior.sd)
    covariance = np.linalg.inv(hessian)
    return Posterior(theta, (covariance + covariance.transpose(0, 2, 1)) / 2.0, log_likelihood)


def _derivatives(choices: Choices, theta: Floats, mean: Floats, sd: float) -> tuple[Floats, Floats, Floats]:
    """Gradient and negative Hessian of the log-posterior, and the log-likelihood, of each person."""
    utility = choices.scale[:, :, None] * theta[:, None, :]
    highest = utility.max(axis=2, where=choices.offered, initial=-np.inf, keepdims=True)
    chance = np.exp(utility - highest, where=choices.offered, out=np.zeros_like(utility))
    total = chance.sum(axis=2, keepdims=True)
    chance /= total
    counted = choices.chosen.sum(axis=2)
    log_likelihood = (choices.chosen * utility).sum(axis=(1, 2)) - (
        counted * (np.log(total[:, :, 0]) + highest[:, :, 0])
    ).sum(axis=1)
    residual = choices.chosen - counted[:, :, None] * chance
    gradient = (choices.scale[:, :, None] * residual).sum(axis=1) - (theta - mean) / sd**2
    weighted = chance * (choices.scale * np.sqrt(counted))[:, :, None]
    hessian = -np.matmul(weighted.transpose(0, 2, 1), weighted)
    places = np.arange(theta.shape[1])
    hessian[:, places, places] += (chance * (choices.scale**2 * counted)[:, :, None]).sum(axis=1) + 1.0 / sd**2
    return gradient, hessian, log_likelihood


def _filled(
    table: "_ItemTable",
    rows: Sequence[tuple[int, ...]],
    shared: Sequence[tuple[int, int, Sequence[float]]],
    shape: tuple[int, int, int],
) -> Choices:
    offered = np.ones(shape, dtype=bool)  # a stage without a choice offers all and counts nothing
    chosen = np.zeros(shape)
    scale = np.ones(shape[:2])
    if rows:
        person, stage, item, category, taken, sign = np.array(rows).T
        offered[person, stage] = table.offered[item]
        scale[person, stage] = sign * table.scale[item]
        picked, away = category >= 0, taken >= 0
        chosen[person[picked], stage[picked], category[picked]] = 1.0
        offered[person[away], stage[away], taken[away]] = False
    for row, column, fractions in shared:
        chosen[row, column] = fractions
    return Choices(offered, chosen, scale)


class _ItemTable:
    """A form's items as arrays (which categories each offers, and its λ), and the picks in an answer."""

    def __init__(self, form: Form, facet: Facet) -> None:
        items = form.items.values()
        self._place = {item.id: place for place, item in enumerate(items)}
        self._categories = {
            item.id: {key: facet.index(option.dim) for key, option in zip(item.keys, item.options, strict=True)}
            for item in items
        }
        self._size = facet.size
        self.scale = np.array([item.scale for item in items])
        self.offered = np.zeros((len(items), facet.size), dtype=bool)
        for item in items:
            self.offered[self._place[item.id], list(self._categories[item.id].values())] = True

    def picks(self, answer: Answer) -> Iterator[tuple[int, int, int, int]]:
        """Item, category chosen (−1: points), category no longer on offer (−1: none), 1 for best and −1 for worst."""
        place, categories = self._place[answer.item], self._categories[answer.item]
        best = -1 if answer.best is None else categories[answer.best]
        if best >= 0 or answer.points is not None:
            yield place, best, -1, 1
        if answer.worst is not None:
            yield place, categories[answer.worst], best, -1

    def fractions(self, answer: Answer) -> list[float]:
        """What share of the points each category was given."""
        fractions = [0.0] * self._size
        for key, points in (answer.points or {}).items():
            fractions[self._categories[answer.item][key]] = points / POINTS
        return fractions
