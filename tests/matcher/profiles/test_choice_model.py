"""The posterior of the choice model: the true maximum, its true curvature, for one person or many."""

import itertools
import math
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize

from matcher.profiles.bridge import logit_prior
from matcher.profiles.choice_model import LogitPrior, Posterior, choices_of, posterior
from matcher.profiles.framework import Facet
from matcher.profiles.questionnaire import Answer, Form
from tests.matcher.profiles.form_builders import CUSTOMER, FLAT, STAFF, facet, form, item, picks, random_answers

seeds = st.integers(0, 2**32 - 1)
WIDE = LogitPrior((0.2, -0.1, 0.4, 0.0, -0.3, 0.1, 0.0, 0.5), 1.3)


def fit(asked: Form, of: Facet, answers: Sequence[Answer], prior: LogitPrior) -> Posterior:
    """The posterior of one person."""
    return posterior(choices_of(asked, of, [answers]), prior)


def surprise(asked: Form, of: Facet, answers: Sequence[Answer], prior: LogitPrior) -> Callable[[np.ndarray], float]:
    """Minus the log-posterior (less a constant), written out choice by choice as the model is told in words."""

    def value(theta: np.ndarray) -> float:
        total = sum((t - m) ** 2 for t, m in zip(theta, prior.mean, strict=True)) / (2 * prior.sd**2)
        for answer in answers:
            question = asked.items[answer.item]
            utility = {
                key: question.scale * theta[of.dims.index(option.dim)]
                for key, option in zip(question.keys, question.options, strict=True)
            }
            everything = sum(math.exp(number) for number in utility.values())
            for key, points in (answer.points or {}).items():
                total -= points / 10 * math.log(math.exp(utility[key]) / everything)
            if answer.best is not None:
                total -= math.log(math.exp(utility[answer.best]) / everything)
            if answer.worst is not None:
                left = sum(math.exp(-number) for key, number in utility.items() if key != answer.best)
                total -= math.log(math.exp(-utility[answer.worst]) / left)
        return total

    return value


def slope(value: Callable[[np.ndarray], float], theta: np.ndarray, step: float = 1e-5) -> np.ndarray:
    """Central differences."""
    return np.array([(value(theta + step * e) - value(theta - step * e)) / (2 * step) for e in np.eye(len(theta))])


def curvature(value: Callable[[np.ndarray], float], theta: np.ndarray, step: float = 1e-4) -> np.ndarray:
    """The Hessian by central differences."""
    rows = [(slope(value, theta + step * e) - slope(value, theta - step * e)) / (2 * step) for e in np.eye(len(theta))]
    return np.array(rows)


def random_points(asked: Form, rng: np.random.Generator) -> list[Answer]:
    """Ten points over the options of each item."""
    return [
        Answer(name, points=dict(zip("abcd", rng.multinomial(10, [0.4, 0.3, 0.2, 0.1]).tolist(), strict=True)))
        for name in asked.order
    ]


@pytest.mark.parametrize("seed", range(6))
def test_no_other_optimiser_finds_a_better_profile(seed: int) -> None:
    """BFGS from another start, on the model written out in words, ends at the same point."""
    rng = np.random.default_rng(seed)
    answers = random_points(STAFF, rng) if seed % 3 == 0 else random_answers(STAFF, rng, items=1 + seed * 3)
    value = surprise(STAFF, FLAT, answers, WIDE)
    best = minimize(value, rng.normal(size=8), method="BFGS", options={"gtol": 1e-7}).x

    assert np.allclose(fit(STAFF, FLAT, answers, WIDE).theta[0], best, atol=1e-5)


@settings(deadline=None)
@given(seed=seeds)
def test_the_log_posterior_is_level_where_newton_stops(seed: int) -> None:
    """A step clipped or stopped too early would leave a slope, and every later number would lean."""
    rng = np.random.default_rng(seed)
    prior = LogitPrior(tuple(rng.normal(size=8).tolist()), float(rng.uniform(0.3, 3.0)))
    answers = random_answers(CUSTOMER, rng, items=int(rng.integers(1, 9)))
    theta = fit(CUSTOMER, FLAT, answers, prior).theta[0]

    assert np.allclose(slope(surprise(CUSTOMER, FLAT, answers, prior), theta), 0.0, atol=1e-6)


def test_the_covariance_is_the_inverse_of_the_measured_curvature() -> None:
    """It decides how many pseudo-counts the answers are worth."""
    answers = random_answers(STAFF, np.random.default_rng(7)) + random_points(CUSTOMER, np.random.default_rng(8))
    both = form(*STAFF.items.values(), *CUSTOMER.items.values())
    fitted = fit(both, FLAT, answers, WIDE)
    measured = curvature(surprise(both, FLAT, answers, WIDE), fitted.theta[0])

    assert np.allclose(np.linalg.inv(measured), fitted.covariance[0], atol=1e-4)


def test_the_log_likelihood_is_that_of_the_choices_alone() -> None:
    """The fit check compares it with honest people's; a prior in it would blame the unusual."""
    answers = picks(STAFF, "abcd", "bcda")
    fitted = fit(STAFF, FLAT, answers, WIDE)
    theta = fitted.theta[0]
    of_prior = float(((theta - WIDE.mean) ** 2).sum() / (2 * WIDE.sd**2))

    assert fitted.log_likelihood[0] == pytest.approx(of_prior - surprise(STAFF, FLAT, answers, WIDE)(theta), abs=1e-9)


def test_one_choice_between_two_is_solved_by_hand() -> None:
    """With θ = (t, −t) and σ = 1 the maximum solves t = 1/(1 + e^2t), so t = 0.3374: e^0.6748 = 1.9637."""
    pair = form(item("Q", ["k0", "k1"]))
    theta = fit(pair, facet([0.5, 0.5]), picks(pair, "a"), LogitPrior((0.0, 0.0), 1.0)).theta[0]

    assert theta == pytest.approx([0.3374, -0.3374], abs=5e-5)


def test_points_all_on_one_option_are_that_option_picked_best() -> None:
    """Giving everything to one option and picking it say the same thing."""
    given_points = [Answer(name, points={"c": 10}) for name in STAFF.order]
    shared = fit(STAFF, FLAT, given_points, WIDE)
    picked = fit(STAFF, FLAT, picks(STAFF, "c" * 16), WIDE)

    assert np.allclose(shared.theta, picked.theta, atol=1e-9)
    assert np.allclose(shared.covariance, picked.covariance, atol=1e-9)


def test_without_answers_a_person_is_the_prior() -> None:
    """Also where others in the same call did answer."""
    fitted = posterior(choices_of(STAFF, FLAT, [[], picks(STAFF, "abc")]), WIDE)

    assert fitted.theta[0] == pytest.approx(WIDE.mean)
    assert fitted.covariance[0] == pytest.approx(np.eye(8) * WIDE.sd**2)
    assert fitted.log_likelihood[0] == 0.0


@settings(deadline=None)
@given(seed=seeds)
def test_missing_and_shuffled_answers_are_scored_with_everyone_elses(seed: int) -> None:
    """A person's result must not depend on who else is in the batch, on their gaps, or on the order of answering."""
    rng = np.random.default_rng(seed)
    people = [random_answers(STAFF, rng, items=int(rng.integers(1, 17))) for _ in range(5)]
    together = posterior(choices_of(STAFF, FLAT, people), WIDE)
    for person, answers in enumerate(people):
        shuffled = [answers[place] for place in rng.permutation(len(answers))]
        alone = fit(STAFF, FLAT, shuffled, WIDE)

        assert np.allclose(alone.theta[0], together.theta[person], atol=1e-9)
        assert np.allclose(alone.covariance[0], together.covariance[person], atol=1e-9)


def test_a_repeated_item_counts_as_often_as_it_was_answered() -> None:
    """Two waves of one item, or two picks from one, are two choices: like a question asked under two names."""
    once = form(item("Q", ["k0", "k1", "k2"]), item("R", ["k0", "k1", "k2"]))
    of, prior = facet([0.2, 0.3, 0.5]), LogitPrior((0.0, 0.0, 0.0), 1.0)
    twice = fit(once, of, [Answer("Q", best="a"), Answer("Q", best="b")], prior)
    apart = fit(once, of, [Answer("Q", best="a"), Answer("R", best="b")], prior)

    assert np.allclose(twice.theta, apart.theta, atol=1e-12)


def test_a_sharper_item_moves_more() -> None:
    """λ says how strongly an item's choices follow preferences; it is read from the item."""
    sharp, blunt = (form(item("Q", ["k0", "k1"], scale=scale)) for scale in (1.5, 0.7))
    prior = LogitPrior((0.0, 0.0), 1.0)
    of = facet([0.5, 0.5])
    gaps = [fit(each, of, picks(each, "a"), prior).theta[0] @ [1, -1] for each in (blunt, sharp)]

    assert gaps[0] < gaps[1]


def test_even_a_hundred_contradictions_and_unanimous_forms_end_in_numbers() -> None:
    """Newton's steps are clipped: no set of answers may leave NaN in a profile."""
    unanimous = [Answer(name, best="a", worst="d") for name in itertools.islice(itertools.cycle(STAFF.order), 400)]
    torn = [Answer("S01", best=best) for best in "abcd" * 25]
    fitted = posterior(choices_of(STAFF, FLAT, [unanimous, torn]), LogitPrior((0.0,) * 8, 30.0))

    assert np.isfinite(fitted.theta).all()
    assert (np.linalg.eigvalsh(fitted.covariance) > 0).all()
    assert fitted.theta[1] == pytest.approx(np.zeros(8), abs=1e-9)


@settings(deadline=None)
@given(seed=seeds)
def test_permuting_the_categories_permutes_the_maximum(seed: int) -> None:
    """T7: a file's order of value systems has no meaning (MAP to 1e-6)."""
    rng = np.random.default_rng(seed)
    order = rng.permutation(8)
    mean = rng.dirichlet(np.full(8, 5.0))
    plain, shuffled = facet(mean.tolist()), facet(mean.tolist())
    shuffled = type(plain)(
        "values", tuple(plain.dims[place] for place in order), tuple(mean[order].tolist()), 3.0, plain.sources, 0.0
    )
    asked = form(*(item(f"Q{n}", [f"k{k}" for k in rng.permutation(8)[:4]]) for n in range(6)))
    answers = random_answers(asked, rng)
    one = fit(asked, plain, answers, logit_prior(plain)).theta[0]
    other = fit(asked, shuffled, answers, logit_prior(shuffled)).theta[0]

    assert np.allclose(one[order], other, atol=1e-6)
