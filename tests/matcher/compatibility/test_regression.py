"""The regression against scikit-learn's, and its sureness against counting."""

import numpy as np
import pytest
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression

from matcher.compatibility import sigmoid_calibration
from matcher.compatibility.curvature import Effect, Rows
from matcher.compatibility.handle_time import BOTH_SPREAD, EMPLOYEE_SPREAD, INTENT_SPREAD, fit_handle_time
from matcher.compatibility.regression import INTERCEPT_SPREAD, fit, sigmoid, sureness
from matcher.compatibility.sigmoid_calibration import calibrate


def drawn(count: int = 400, *, seed: int = 5, effects: float = 0.7) -> Rows:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(count, 4))
    customer, employee = rng.integers(-1, 30, size=count), rng.integers(-1, 8, size=count)
    logits = X @ [1.0, -0.5, 0.0, 0.2] + 0.3 * employee - 1
    success = (rng.random(count) < sigmoid(logits)).astype(float)
    weight = rng.uniform(0.5, 2.0, size=count)
    return Rows(X, success, weight, Effect(customer, 30, effects), Effect(employee, 8, effects))


def one_hot(effect: Effect) -> np.ndarray:
    columns: np.ndarray = (effect.index[:, None] == np.arange(effect.size)) * 1.0
    return columns


def test_the_mode_is_that_of_scikit_learn_on_scaled_columns() -> None:
    """A second solver for the same convex problem; prior means stand in as a tilt of the outcomes there is none of."""
    rows, spread = drawn(), np.array([0.5, 1.0, 0.2, 2.0])
    wide = np.hstack([
        np.full((len(rows.X), 1), INTERCEPT_SPREAD), rows.X * spread,
        0.7 * one_hot(rows.customer), 0.7 * one_hot(rows.employee),
    ])  # fmt: skip
    judge = LogisticRegression(C=1.0, fit_intercept=False, tol=1e-10, max_iter=10_000)
    judge.fit(wide, rows.success, sample_weight=rows.weight)
    theirs = judge.coef_[0]

    ours = fit(rows, np.zeros(4), spread)

    assert ours.intercept == pytest.approx(INTERCEPT_SPREAD * theirs[0], abs=1e-4)
    np.testing.assert_allclose(ours.weights, spread * theirs[1:5], atol=1e-4)
    np.testing.assert_allclose(ours.customer, 0.7 * theirs[5:35], atol=1e-4)
    np.testing.assert_allclose(ours.employee, 0.7 * theirs[35:], atol=1e-4)


def test_a_weight_with_hardly_any_spread_stays_at_its_prior_mean() -> None:
    """The hypothesis of a framework is a hypothesis: with no room to move it is what it was."""
    ours = fit(drawn(), np.array([0.9, 0.0, 0.0, 0.0]), np.array([1e-6, 1.0, 1.0, 1.0]))

    assert ours.weights[0] == pytest.approx(0.9, abs=1e-6)


def test_without_effects_nobody_has_one() -> None:
    """A spread of 0 leaves single people out."""
    ours = fit(drawn(effects=0.0), np.zeros(4), np.ones(4))

    assert not ours.customer.any()
    assert not ours.employee.any()


def test_sureness_is_the_inverse_of_the_whole_curvature() -> None:
    """Eliminating customers must not change what is known of the rest: the full matrix, inverted, is the judge."""
    rows, spread = drawn(), np.array([0.5, 1.0, 0.2, 2.0])
    ours = fit(rows, np.zeros(4), spread)
    columns = np.hstack([np.ones((len(rows.X), 1)), rows.X, one_hot(rows.employee), one_hot(rows.customer)])
    weights = np.concatenate([[ours.intercept], ours.weights, ours.employee, ours.customer])
    chance = sigmoid(columns @ weights)
    prior = np.concatenate([[INTERCEPT_SPREAD], spread, np.full(38, 0.7)]) ** -2.0
    whole = np.linalg.inv(columns.T @ (columns * (rows.weight * chance * (1 - chance))[:, None]) + np.diag(prior))

    sure = sureness(rows, ours, spread)

    np.testing.assert_allclose(sure.factor @ sure.factor.T, whole[:13, :13], rtol=1e-6, atol=1e-9)
    assert (sure.customer_variance <= np.diag(whole)[13:] + 1e-12).all()


def test_too_few_later_outcomes_leave_probabilities_alone() -> None:
    """Ninety outcomes cannot tell a slope from chance."""
    found = calibrate(np.linspace(-2, 2, 90), np.tile([0.0, 1.0], 45), np.ones(90))

    assert found.kind == "none"
    assert found.probability(np.zeros(1))[0] == 0.5


def test_bold_logits_are_drawn_in_by_some_later_outcomes() -> None:
    """Logits twice too large: the line found halves them, up to the shrinkage towards leaving them alone."""
    rng = np.random.default_rng(11)
    true = rng.normal(size=15_000)
    success = (rng.random(15_000) < sigmoid(true)).astype(float)

    found = calibrate(2 * true, success, np.ones(15_000))

    assert found.kind == "platt"
    assert found.slope == pytest.approx(0.5, abs=0.05)
    assert found.shift == pytest.approx(0.0, abs=0.05)


def test_many_later_outcomes_bend_as_isotonic_regression_does(monkeypatch: pytest.MonkeyPatch) -> None:
    """scikit-learn is the judge; and the order of two scores is never turned round."""
    monkeypatch.setattr(sigmoid_calibration, "ENOUGH_TO_BEND", 1_000)
    rng = np.random.default_rng(12)
    logits = rng.normal(size=3_000)
    success = (rng.random(3_000) < sigmoid(logits**3)).astype(float)
    judge = IsotonicRegression(y_min=1e-4, y_max=1 - 1e-4, out_of_bounds="clip").fit(logits, success)

    found = calibrate(logits, success, np.ones(3_000))
    some = np.linspace(-4, 4, 200)

    assert found.kind == "isotonic"
    np.testing.assert_allclose(found.probability(some), judge.predict(some), atol=1e-9)
    assert (np.diff(found.probability(some)) >= 0).all()


def test_handle_times_shrink_to_the_mean_as_much_as_their_noise_asks() -> None:
    """Two employees, one intent, many calls: the geometric means come back; somebody new takes what is usual."""
    rng = np.random.default_rng(13)
    who = ["fast", "slow"] * 1_000
    seconds = np.exp(rng.normal(np.where(np.array(who) == "fast", 5.0, 5.5), 0.3))

    found = fit_handle_time(["move"] * 2_000, who, seconds, np.ones(2_000))
    assert found is not None
    logs = found.log_expected(["move"], ["fast", "slow", "new"])[0]

    assert logs[0] == pytest.approx(5.0, abs=0.03)
    assert logs[1] == pytest.approx(5.5, abs=0.03)
    assert logs[2] == pytest.approx(5.25, abs=0.03)
    assert found.noise == pytest.approx(0.09, abs=0.01)
    assert min(INTENT_SPREAD, EMPLOYEE_SPREAD, BOTH_SPREAD) > 0


def test_few_handle_times_teach_nothing() -> None:
    """Forty-nine calls are too few; unknown ones do not count."""
    seconds = np.append(np.full(49, 100.0), np.nan)

    assert fit_handle_time([None] * 50, ["e"] * 50, seconds, np.ones(50)) is None
