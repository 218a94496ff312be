"""Weights make those who are heard speak for everyone: on worlds whose truth is known, and against a second solver."""

import numpy as np
import pytest
from scipy.optimize import minimize

from matcher.compatibility.selection import (
    effective_size,
    fit_response,
    outcome_weights,
    weighted_mean,
)
from matcher.errors import InvalidInput

CUSTOMERS = 20_000


def planted(seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Features, outcomes and answers: who waited long is less content, and answers the more for it; age adds noise."""
    rng = np.random.default_rng(seed)
    features = np.column_stack([rng.normal(size=CUSTOMERS), rng.normal(40, 12, size=CUSTOMERS)])
    waited, age = features.T
    content = rng.random(CUSTOMERS) < 1 / (1 + np.exp(-(0.4 - 1.2 * waited)))
    answered = rng.random(CUSTOMERS) < 1 / (1 + np.exp(-(-1.0 + 0.9 * waited + 0.02 * (age - 40))))
    return features, content.astype(float), answered


def answer_weights(chances: np.ndarray, *, most: float = 10.0) -> np.ndarray:
    """How often outcomes count that are all known by answers only."""
    return outcome_weights(np.full(len(chances), np.nan), chances, most=most)


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_weighted_answers_recover_what_all_would_have_said(seed: int) -> None:
    """Only the angry answer: the plain mean is off by more than a tenth, the weighted one by less than two points."""
    features, content, answered = planted(seed)
    model = fit_response(features, answered)
    weights = answer_weights(model.probability(features[answered]))
    plain, weighted = content[answered].mean(), weighted_mean(content[answered], weights)

    assert abs(plain - content.mean()) > 0.10, f"seed {seed}"
    assert abs(weighted - content.mean()) < 0.02, f"seed {seed}"
    assert 0.2 * answered.sum() < effective_size(weights) < answered.sum()


def test_probabilities_average_to_the_share_that_answered() -> None:
    """A law of every logistic regression with a free intercept."""
    features, _, answered = planted(7)

    assert fit_response(features, answered).probability(features).mean() == pytest.approx(answered.mean(), abs=1e-9)


def test_a_second_solver_finds_the_same_model() -> None:
    """scipy's general optimiser, given the loss in plain words."""
    features, _, answered = planted(8)
    features, answered = features[:800], answered[:800]
    standard = (features - features.mean(axis=0)) / features.std(axis=0)

    def loss(flat: np.ndarray) -> float:
        logits = flat[0] + standard @ flat[1:]
        return float(np.logaddexp(0, np.where(answered, -logits, logits)).sum() + 0.5 * (flat[1:] ** 2).sum())

    found = minimize(loss, np.zeros(3), method="BFGS", options={"gtol": 1e-6})
    model = fit_response(features, answered)

    assert [model.intercept, *model.slopes] == pytest.approx(found.x, abs=1e-4)


def test_features_that_never_vary_or_tell_all_do_no_harm() -> None:
    """One constant column, one that separates perfectly: the prior keeps every probability within (0, 1)."""
    answered = np.arange(40) >= 20
    features = np.column_stack([np.ones(40), answered.astype(float)])
    probability = fit_response(features, answered).probability(features)

    assert ((probability > 0) & (probability < 1)).all()
    assert probability[30] > 0.9 > 0.1 > probability[0]


def test_an_unlikely_answer_counts_at_most_so_often() -> None:
    """Without the clip one customer in a thousand would speak for all."""
    rng = np.random.default_rng(5)
    features = rng.normal(size=(4_000, 1))
    answered = rng.random(4_000) < 1 / (1 + np.exp(-3 * features[:, 0]))
    model = fit_response(features, answered)
    weights = answer_weights(model.probability(features[answered]), most=3.0)
    free = answer_weights(model.probability(features[answered]), most=1e9)

    assert weights.mean() == pytest.approx(1.0)
    assert weights.max() <= 3.0 / np.clip(np.minimum(free, 3.0), 1 / 3, 3.0).mean() + 1e-9
    assert free.max() > weights.max()
    assert effective_size(weights) > effective_size(free)


def test_propensities_weigh_by_hand() -> None:
    """1/p over its mean, (2 + 1 + 3)/3 = 2; who has none counts as the others on average."""
    weights = outcome_weights([0.5, 1.0, 1 / 3, np.nan], [np.nan] * 4)

    assert weights.tolist() == pytest.approx([1.0, 0.5, 1.5, 1.0])
    assert outcome_weights([np.nan, np.nan], [np.nan, np.nan]).tolist() == [1.0, 1.0]
    assert outcome_weights([], []).tolist() == []


def test_a_draw_of_one_in_a_thousand_does_not_silence_the_others() -> None:
    """By hand: 1/p of 2, 2, 2 and 1,000, which counts as 10: over their mean of 4. A log that explores has such draws
    every day; were they to set the mean, all else would count a hundredth of them and teach next to nothing."""
    weights = outcome_weights([0.5, 0.5, 0.5, 0.001], [np.nan] * 4)

    assert weights.tolist() == pytest.approx([0.5, 0.5, 0.5, 2.5])


def test_a_log_that_explores_keeps_most_of_its_worth() -> None:
    """Three in a hundred drawn with a chance of a thousandth, the others nearly certain: more than a third remains of
    what the outcomes would be worth unweighed."""
    propensities = np.where(np.arange(1_000) < 30, 0.001, 0.97)

    assert effective_size(outcome_weights(propensities, np.full(1_000, np.nan))) > 350


def test_answers_speak_for_all_who_might_have_answered_by_hand() -> None:
    """One in two and one in four answered: 2 and 4 people each, beside one whose log told; 7/3 people on average."""
    weights = outcome_weights([np.nan] * 3, [0.5, 0.25, np.nan])

    assert weights.tolist() == pytest.approx([6 / 7, 12 / 7, 3 / 7])


def test_propensity_weights_recover_what_an_even_choice_would_give() -> None:
    """A router that liked one employee nine times in ten hides how the other does; weights bring it back."""
    rng = np.random.default_rng(6)
    is_liked = rng.random(30_000) < 0.9
    success = (rng.random(30_000) < np.where(is_liked, 0.8, 0.4)).astype(float)
    weights = outcome_weights(np.where(is_liked, 0.9, 0.1), np.full(30_000, np.nan))

    assert abs(success.mean() - 0.6) > 0.1
    assert weighted_mean(success, weights) == pytest.approx(0.6, abs=0.02)


@pytest.mark.parametrize(
    ("features", "answered"),
    [
        ([[1.0], [2.0]], [True, True]),
        ([[1.0], [2.0]], [False, False]),
        ([[1.0], [np.nan]], [True, False]),
        ([1.0, 2.0], [True, False]),
        ([[1.0], [2.0]], [True]),
        ([[1.0], [2.0]], [0.5, 1.0]),
    ],
)
def test_what_cannot_be_learnt_from_is_refused(features: list[float], answered: list[float]) -> None:
    """Where everyone answered there is nothing to mend, and nothing to learn."""
    with pytest.raises(InvalidInput):
        fit_response(features, answered)


def test_effective_size_of_equal_weights_is_their_number() -> None:
    """And of one that outweighs all others it is one."""
    assert effective_size(np.full(12, 3.0)) == pytest.approx(12)
    assert effective_size([1e9, 1.0, 1.0]) == pytest.approx(1.0)
    assert effective_size([]) == 0.0
    assert np.isnan(weighted_mean([], []))
