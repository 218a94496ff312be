"""Estimates by hand, laws, a second implementation, and logs that can tell nothing."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sklearn.linear_model import Ridge

from benchmarks.compatibility.offpolicy import drawn
from matcher.compatibility.offpolicy import (
    AGREED,
    DR,
    IPS,
    LOGGED,
    SNIPS,
    SWITCH_DR,
    Log,
    off_policy,
    switch_bound,
)  # fmt: skip
from matcher.compatibility.reward import crossed_rewards, rewards_of
from matcher.errors import InvalidInput


def a_log(size: int = 600, *, seed: int = 3, **changes: Any) -> Log:
    """Two features, three actions, an even log and a candidate that prefers the last action."""
    rng = np.random.default_rng(seed)
    logged = np.full((size, 3), 1 / 3)
    action = rng.integers(3, size=size)
    candidate = np.tile([0.1, 0.2, 0.7], (size, 1))
    reward = (rng.random(size) < 0.2 + 0.2 * action).astype(float)
    log = Log(rng.normal(size=(size, 2)), action, logged[np.arange(size), action], reward, candidate, logged)
    return replace(log, **changes)


def four() -> Log:
    """Four decisions, two actions; weights 2, 0.5, 0.5, 4."""
    return Log(
        features=np.zeros((4, 1)),
        action=np.array([0, 1, 1, 0]),
        propensity=np.array([0.4, 0.4, 0.4, 0.2]),
        reward=np.array([1.0, 0.0, 1.0, 1.0]),
        candidate=np.array([[0.8, 0.2]] * 4),
    )


def test_weighted_means_are_those_worked_out_by_hand() -> None:
    """IPS (2 + 0 + .5 + 4)/4 = 1.625; SNIPS 6.5/7; the mean where both agree (.8 + .2 + .8)/(.8 + .2 + .2 + .8)."""
    found = off_policy(four(), folds=2)

    assert found.estimates[IPS].value == pytest.approx(1.625)
    assert found.estimates[SNIPS].value == pytest.approx(6.5 / 7)
    assert found.estimates[LOGGED].value == pytest.approx(0.75)
    assert found.estimates[AGREED].value == pytest.approx(0.9)
    assert found.effective == pytest.approx(49 / 20.5)
    assert found.largest_weight == pytest.approx(4.0)


def test_weights_are_cut_where_asked() -> None:
    """At most 2: (2 + 0 + .5 + 2)/4, and one decision of four was cut."""
    found = off_policy(four(), most_weight=2.0, folds=2)

    assert found.estimates[IPS].value == pytest.approx(1.125)
    assert found.clipped == pytest.approx(0.25)


def test_an_interval_is_the_standard_error_of_the_mean_by_hand() -> None:
    """Weighted rewards 2, 0, .5, 4: squared distances from 1.625 sum to 9.6875; error √(9.6875/3/4)."""
    one = off_policy(four(), folds=2).estimates[IPS]

    assert (one.high - one.low) / 2 == pytest.approx(1.95996 * np.sqrt(9.6875 / 3 / 4), rel=1e-5)


def test_a_policy_judged_by_its_own_log_brought_what_the_log_says() -> None:
    """Every weight is 1, so nothing is left to estimate."""
    log = a_log()
    assert log.logged is not None
    found = off_policy(replace(log, candidate=log.logged))

    for name in (IPS, SNIPS, AGREED):
        assert found.estimates[name].value == pytest.approx(found.estimates[LOGGED].value)
    assert found.effective == pytest.approx(len(log))


@settings(max_examples=25, deadline=None)
@given(shift=st.floats(-5, 5), scale=st.floats(0.1, 10))
def test_another_unit_of_reward_changes_units_only(shift: float, scale: float) -> None:
    """All but IPS follow a shift; IPS does not, which is its known fault."""
    log = a_log(300)
    before, after = off_policy(log), off_policy(replace(log, reward=shift + scale * log.reward))

    for name in (SNIPS, AGREED, LOGGED, DR):
        assert after.estimates[name].value == pytest.approx(shift + scale * before.estimates[name].value, abs=1e-6)


def test_groups_that_say_one_thing_each_count_once() -> None:
    """Every decision ten times over, in a group: the interval stays that of the decisions themselves."""
    log = a_log(400)
    again = np.repeat(np.arange(400), 10)
    assert log.logged is not None
    many = Log(
        log.features[again], log.action[again], log.propensity[again], log.reward[again], log.candidate[again],
        log.logged[again], groups=again,
    )  # fmt: skip
    one, ten, careless = (off_policy(each).estimates[SNIPS] for each in (log, many, replace(many, groups=None)))

    assert ten.value == pytest.approx(one.value)
    assert ten.high - ten.low == pytest.approx(one.high - one.low, rel=1e-6)
    assert careless.high - careless.low < 0.4 * (one.high - one.low)


@pytest.mark.parametrize("name", [IPS, SNIPS, DR, SWITCH_DR])
def test_intervals_by_influence_and_by_resampling_agree(name: str) -> None:
    """Two ways to the same width."""
    normal, drawn_anew = (off_policy(a_log(2000), interval=each).estimates[name] for each in ("normal", "bootstrap"))

    assert drawn_anew.value == normal.value
    assert drawn_anew.high - drawn_anew.low == pytest.approx(normal.high - normal.low, rel=0.1)


def test_the_learnt_reward_is_that_of_a_second_implementation() -> None:
    """scikit-learn's ridge over all, then by action on what is left."""
    rng = np.random.default_rng(8)
    features, action, reward = rng.normal(size=(200, 3)), rng.integers(4, size=200), rng.normal(size=200)
    standard = (features - features.mean(axis=0)) / features.std(axis=0)
    columns = np.column_stack([np.ones(200), standard])
    shared = Ridge(alpha=1.0, fit_intercept=False).fit(columns, reward - reward.mean())
    left = reward - reward.mean() - shared.predict(columns)
    expected = np.column_stack([
        reward.mean() + shared.predict(columns)
        + Ridge(alpha=1.0, fit_intercept=False).fit(columns[action == one], left[action == one]).predict(columns)
        for one in range(4)
    ])  # fmt: skip

    np.testing.assert_allclose(
        rewards_of(features, action, reward, 4, features), expected.clip(reward.min(), reward.max()), atol=1e-9
    )


def test_no_decision_teaches_the_reward_that_judges_it() -> None:
    """A reward changed beyond measure moves nothing that is told of its own group."""
    rng = np.random.default_rng(2)
    features, action, reward = rng.normal(size=(60, 2)), rng.integers(2, size=60), rng.random(60)
    groups, outlier = np.arange(60) // 3, reward.copy()
    outlier[7] += 1000.0
    before, after = (
        crossed_rewards(features, action, each, 2, groups, folds=4, rng=np.random.default_rng(1))
        for each in (reward, outlier)
    )

    np.testing.assert_array_equal(before[6:9], after[6:9])
    assert (before != after).any()


def test_switching_keeps_all_where_weights_are_even_and_cuts_a_wild_one() -> None:
    """An even log has nothing to cut; one decision that weighs ten thousand would drown all others."""
    rng, groups = np.random.default_rng(4), np.arange(2000)
    expected, left, even = np.full(2000, 0.5), rng.choice([-0.5, 0.5], size=2000), np.ones(2000)
    wild = even.copy()
    wild[0] = 200.0

    assert switch_bound(expected, even, left, groups, reach=1.0) == np.inf
    assert switch_bound(expected, wild, left, groups, reach=0.1) < 200.0


def test_in_the_world_of_ten_actions_the_naive_mean_is_a_fifth_off_and_ours_is_not() -> None:
    """The truth, of a million contexts, is .6343 (python -m benchmarks.compatibility.offpolicy)."""
    found = off_policy(drawn(10_000, seed=12)).estimates

    assert found[AGREED].value / 0.6343 - 1 > 0.15
    assert abs(found[DR].value / 0.6343 - 1) < 0.03


def test_too_few_decisions_left_by_weighing_give_no_verdict() -> None:
    """A hundred and eighty decisions of even weight are worth a hundred and eighty."""
    found = off_policy(a_log(180))

    assert found.effective < 200
    assert found.refused is not None
    assert found.verdict.startswith("no verdict: the 180 decisions are worth")


def test_what_had_no_chance_then_cannot_be_judged() -> None:
    """Support is broken where the candidate may choose an action whose logged propensity was 0."""
    log = a_log()
    assert log.logged is not None
    logged, action = log.logged.copy(), log.action.copy()
    logged[5] = [0.5, 0.5, 0.0]
    action[5] = 0
    propensity = logged[np.arange(len(log)), action]
    found = off_policy(replace(log, logged=logged, action=action, propensity=propensity))

    assert "in 1 of 600 decisions" in found.verdict
    assert found.verdict.startswith("no verdict: ")


def test_what_was_never_chosen_cannot_be_judged() -> None:
    """Where only the propensity taken was kept, the log itself says what was tried."""
    log = a_log()
    found = off_policy(replace(log, logged=None, action=log.action % 2))

    assert "never chosen (action 2)" in found.verdict


@pytest.mark.parametrize(("wanted", "is_refused"), [(0.005, False), (0.02, True)])
def test_a_rare_choice_that_had_its_chance_and_was_not_drawn_refuses_nothing(wanted: float, is_refused: bool) -> None:
    """Among many candidates somebody is never drawn: up to a hundredth of the candidate's choices that is no fault."""
    log, taken = a_log(), 0.0005
    logged = np.tile([0.5 - taken / 2, 0.5 - taken / 2, taken], (len(log), 1))
    candidate = np.tile([0.5 - wanted / 2, 0.5 - wanted / 2, wanted], (len(log), 1))
    action = log.action % 2
    propensity = logged[np.arange(len(log)), action]
    found = off_policy(replace(log, logged=logged, candidate=candidate, action=action, propensity=propensity))

    assert (found.refused is not None) == is_refused


def test_few_groups_give_no_verdict() -> None:
    """Nine days are nine, however many decisions fell on them."""
    log = a_log(3000)
    found = off_policy(replace(log, groups=np.arange(3000) % 9))

    assert found.verdict == "no verdict: 9 groups are too few to tell chance from difference; it takes 10"


def test_verdicts_are_words_and_chance_is_called_chance() -> None:
    """The last action is better by .2: a policy that prefers it is; one that is even is what was done."""
    log = a_log(4000)
    assert log.logged is not None
    worst = np.tile([0.7, 0.2, 0.1], (4000, 1))

    assert off_policy(log).verdict.startswith("better than what was done: +0.")
    assert off_policy(replace(log, candidate=worst)).verdict.startswith("worse than what was done: -0.")
    assert off_policy(replace(log, candidate=log.logged)).verdict.startswith("not distinguishable")


@pytest.mark.parametrize(
    ("changes", "pointer", "code"),
    [
        ({"propensity": np.r_[0.0, np.full(599, 1 / 3)], "logged": None}, "/propensity/0", "out_of_range"),
        ({"propensity": np.r_[1.2, np.full(599, 1 / 3)], "logged": None}, "/propensity/0", "out_of_range"),
        ({"propensity": np.r_[np.nan, np.full(599, 1 / 3)], "logged": None}, "/propensity/0", "missing"),
        ({"propensity": np.full(600, 0.5)}, "/logged/0", "contradiction"),
        ({"action": np.zeros(600, dtype=int)}, "/action", "one_action"),
        ({"action": np.arange(600) % 4, "logged": None}, "/action", "out_of_range"),
        ({"reward": np.r_[np.inf, np.ones(599)]}, "/reward/0", "not_a_number"),
        ({"features": np.full((600, 2), np.nan)}, "/features/0", "not_a_number"),
        ({"features": np.zeros((10, 2))}, "/features", "wrong_length"),
        ({"features": np.zeros(600)}, "/features", "wrong_shape"),
        ({"candidate": np.full((600, 3), 0.3)}, "/candidate/0", "not_a_distribution"),
        ({"logged": np.full((600, 4), 0.25)}, "/logged", "wrong_shape"),
        ({"groups": np.zeros(3, dtype=int)}, "/groups", "wrong_length"),
    ],
)  # fmt: skip
def test_a_log_that_is_none_is_refused(changes: dict[str, Any], pointer: str, code: str) -> None:
    """Numbers that cannot be chances, columns that do not fit, and a log that compares nothing."""
    with pytest.raises(InvalidInput) as refused:
        off_policy(a_log(**changes))

    assert (pointer, code) in [(fault.pointer, fault.code) for fault in refused.value.faults]


@pytest.mark.parametrize("asked", [{"most_weight": 0.0}, {"folds": 1}, {"interval": "guess"}])
def test_what_cannot_be_asked_is_refused(asked: dict[str, Any]) -> None:
    """And it is named."""
    with pytest.raises(InvalidInput) as refused:
        off_policy(a_log(), **asked)

    assert refused.value.faults[0].pointer == f"/{next(iter(asked))}"


def test_every_fault_is_told_at_once() -> None:
    """Whoever mends a log wants the whole list."""
    with pytest.raises(InvalidInput) as refused:
        off_policy(a_log(reward=np.full(600, np.nan), action=np.zeros(600, dtype=int), logged=None))

    assert {fault.pointer.split("/")[1] for fault in refused.value.faults} == {"reward", "action"}
