"""Figures against scikit-learn's and by hand; splits, matchings and verdicts."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

from matcher.compatibility import measures
from matcher.compatibility.evaluate import (
    COLD,
    COMPETITORS,
    CONSTANT,
    CURRENT,
    LEARNED,
    MAIN,
    SAME,
    WARM,
    Data,
    Evaluation,
    evaluate,
    fitted,
    outer_splits,
    uplift,
    verdict_of,
)  # fmt: skip
from matcher.compatibility.measures import Figure, Judged
from matcher.compatibility.outcomes import Outcome, Outcomes, outcomes_of
from matcher.compatibility.people_table import customer_table, employee_table
from matcher.compatibility.placebo import OUTCOMES, WORLDS, Placebo, placebo
from matcher.compatibility.splits import groups_of, splits_of, within_groups
from matcher.compatibility.worth import Block, best_matching, blocks_of, worth_of
from matcher.errors import InvalidInput
from tests.matcher.compatibility.pairs import FRAMEWORK, outcomes, people


def drawn(count: int = 500, *, seed: int = 8) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    probability = np.round(rng.uniform(0.05, 0.95, size=count), 2)  # with ties
    return probability, (rng.random(count) < probability).astype(float), rng.uniform(0.5, 2, size=count)


@pytest.fixture(scope="module")
def data() -> Data:
    """Drawn people and outcomes."""
    asking, staff = people(50, 10, seed=9)
    rows = outcomes(asking, staff, 600, seed=9)
    customers, employees = customer_table(asking, FRAMEWORK), employee_table(staff, FRAMEWORK)
    return Data(customers, employees, outcomes_of(rows, customers.ids, employees.ids), FRAMEWORK)


def test_figures_are_those_of_scikit_learn() -> None:
    """Ties, weights and all."""
    p, y, w = drawn()

    assert measures.auc(p, y, w) == pytest.approx(roc_auc_score(y, p, sample_weight=w))
    assert measures.log_loss(p, y, w) == pytest.approx(log_loss(y, p, sample_weight=w))
    assert measures.brier(p, y, w) == pytest.approx(brier_score_loss(y, p, sample_weight=w))


def test_an_outcome_between_good_and_bad_counts_as_part_of_each() -> None:
    """.25 good is a quarter of a good outcome and three quarters of a bad one, at the same score."""
    p, w = np.array([0.2, 0.6, 0.9]), np.ones(3)
    split = measures.auc(np.array([0.2, 0.2, 0.6, 0.9]), np.array([1.0, 0, 1, 0]), np.array([0.25, 0.75, 1, 1]))

    assert measures.auc(p, np.array([0.25, 1.0, 0.0]), w) == pytest.approx(split)


def test_within_groups_a_good_group_is_no_merit_of_the_score() -> None:
    """By hand: scores that only tell the groups apart order everything, and nothing inside a group."""
    groups = np.array([0, 0, 0, 1, 1, 1])
    p, y = np.array([0.2, 0.2, 0.2, 0.8, 0.8, 0.8]), np.array([0.0, 0, 1, 1, 1, 0])

    assert measures.auc(p, y, np.ones(6)) == pytest.approx(2 / 3)
    assert measures.within_group_auc(p, y, np.ones(6), groups) == pytest.approx(0.5)


def test_calibration_error_by_hand() -> None:
    """Said .8 and came .5, in one bin because all scores are the same."""
    assert measures.calibration_error(np.full(4, 0.8), np.array([1.0, 0, 1, 0]), np.ones(4)) == pytest.approx(0.3)


def test_a_slope_below_one_says_that_scores_are_too_bold() -> None:
    """Logits doubled: the slope finds the half; honest ones have 1; a constant has none."""
    rng = np.random.default_rng(2)
    logits = rng.normal(size=20_000)
    honest = 1 / (1 + np.exp(-logits))
    y, w = (rng.random(20_000) < honest).astype(float), np.ones(20_000)

    assert measures.calibration_slope(honest, y, w) == pytest.approx(1.0, abs=0.06)
    assert measures.calibration_slope(1 / (1 + np.exp(-2 * logits)), y, w) == pytest.approx(0.5, abs=0.03)
    assert np.isnan(measures.calibration_slope(np.full(4, 0.5), np.array([0.0, 1, 0, 1]), np.ones(4)))


def test_every_interval_holds_its_value() -> None:
    """A table whose figures lie outside their own intervals convinces nobody."""
    p, y, w = drawn()
    groups = np.arange(500) // 10

    found = measures.measured(Judged(p, y, w, groups, groups), rng=np.random.default_rng(4))

    assert set(found) == {"auc", "within_auc", "log_loss", "brier", "ece", "slope"}
    assert all(each.low <= each.value <= each.high for each in found.values())


def test_intervals_resample_whole_clusters() -> None:
    """Ten copies of an outcome are one piece of evidence: the interval must not shrink."""
    p, y, w = drawn(60)
    each = np.arange(60)
    more = [np.repeat(one, 10) for one in (p, y, w)]
    clusters = np.repeat(each, 10)
    lone = measures.figure(Judged(p, y, w, each, each), measures.brier, rng=np.random.default_rng(1))

    many = measures.figure(
        Judged(more[0], more[1], more[2], clusters, clusters), measures.brier, rng=np.random.default_rng(1)
    )

    assert many.high - many.low == pytest.approx(lone.high - lone.low)


@pytest.mark.parametrize(
    ("figure", "word"),
    [(Figure(0.01, 0.001, 0.02), "better"), (Figure(-0.01, -0.02, -0.001), "worse"),
     (Figure(0.01, -0.001, 0.02), "not distinguishable")],
)  # fmt: skip
def test_a_gain_whose_interval_holds_nothing_is_called_not_distinguishable(figure: Figure, word: str) -> None:
    """Words are what people take away from a table."""
    assert verdict_of(figure, over="a constant").startswith(word)


def test_by_time_nothing_later_is_trained_on(data: Data) -> None:
    """In each step the last moment trained on lies before the first one judged by."""
    for split in splits_of(data.outcomes, rng=np.random.default_rng(0)):
        assert data.outcomes.at[split.train].max() < data.outcomes.at[split.later].min()


def test_by_group_nobody_s_group_is_on_both_sides(data: Data) -> None:
    """And every outcome is judged once."""
    splits = splits_of(data.outcomes, split="group", rng=np.random.default_rng(0))
    groups = groups_of(data.outcomes)

    assert sorted(np.concatenate([split.later for split in splits])) == list(range(len(data.outcomes)))
    assert all(not set(groups[split.train]) & set(groups[split.later]) for split in splits)


def test_a_cold_start_judges_only_by_customers_never_met(data: Data) -> None:
    """A person on both sides lets a classifier remember instead of foretell."""
    rare = replace(data.outcomes, customer=np.arange(600) // 12)
    (split,) = outer_splits(rare, split="time", start=COLD, seed=0)

    assert len(split.later) > 0
    assert not set(rare.customer[split.train]) & set(rare.customer[split.later])


def test_a_warm_start_gives_everybody_a_history(data: Data) -> None:
    """In every group the earlier part is trained on, the later part judged by."""
    split = within_groups(data.outcomes, 0.25)

    assert split is not None
    assert set(groups_of(data.outcomes)[split.later]) <= set(groups_of(data.outcomes)[split.train])


def test_without_times_and_with_one_group_there_is_nothing_to_split_by(data: Data) -> None:
    """Random folds would be the way out, and they flatter."""
    untimed = replace(data.outcomes, at=np.full(600, np.nan), groups=("one",) * 600)

    with pytest.raises(InvalidInput, match="group"):
        splits_of(untimed, rng=np.random.default_rng(0))


def test_the_best_matching_is_the_best_of_all() -> None:
    """Every way to give three customers two of four employees each, none more than two, tried one by one."""
    value = np.random.default_rng(3).uniform(size=(3, 4))
    rows = list(combinations(range(4), 2))
    best = max(
        sum(value[row, list(pair)].sum() for row, pair in enumerate(pairs))
        for pairs in ((a, b, c) for a in rows for b in rows for c in rows)
        if np.bincount(np.concatenate(pairs), minlength=4).max() <= 2
    )

    chosen = best_matching(value, 2)

    assert value[chosen].sum() == pytest.approx(best)
    assert chosen.sum(axis=1).tolist() == [2, 2, 2]


def test_a_perfect_foresight_is_told_from_chance_and_a_blind_one_is_not() -> None:
    """Success on the diagonal: who knows it gets all of it, above all random matchings but those that are it."""
    success = np.eye(6)
    seeing = worth_of([Block(success, success)] * 3, partners=1, rng=np.random.default_rng(1))
    blind = worth_of(
        [Block(np.full((6, 6), 0.5) + 0.01 * np.roll(np.eye(6), 1, axis=0), (np.indices((6, 6)).sum(0) % 2) * 1.0)],
        partners=1, rng=np.random.default_rng(1),
    )  # fmt: skip

    assert seeing is not None
    assert blind is not None
    assert seeing.proposed == seeing.hindsight == 1.0
    assert seeing.percentile > 0.99
    assert seeing.verdict.startswith("better")
    assert seeing.random == pytest.approx(1 / 6, abs=0.02)
    assert not blind.verdict.startswith("worse") or blind.percentile <= 0.025


def test_only_groups_where_all_have_met_once_are_counted() -> None:
    """The success of a matching is known only there."""
    pairs = [(c, e, "whole") for c in "ab" for e in "xy"] + [("a", "x", "half"), ("b", "y", "half")]
    rows = [Outcome(c, e, None, float(c == "a"), group=group) for c, e, group in pairs]
    table = outcomes_of(rows, ["a", "b"], ["x", "y"])

    (block,) = blocks_of(table, np.arange(6.0), groups_of(table))

    assert block.success.tolist() == [[1, 1], [0, 0]]
    assert block.probability.tolist() == [[0, 1], [2, 3]]


@pytest.fixture(scope="module")
def found(data: Data) -> Evaluation:
    """A whole evaluation, with a classifier trained on the first half."""
    scorer = fitted(data, np.arange(300), COMPETITORS[LEARNED], seed=0).scorer_
    return evaluate(data, current=scorer, current_until=float(data.outcomes.at[299]))


def test_an_evaluation_shows_everything_simpler_beside_what_was_learnt(found: Evaluation) -> None:
    """With and without values, and the classifier in force, each figure with an interval."""
    assert list(found.predictions) == [CONSTANT, *COMPETITORS, CURRENT]
    assert {"auc", "within_auc", "log_loss", "brier", "ece", "slope"} == set(found.measures[SAME])
    assert found.measures[LEARNED]["log_loss"].low <= found.measures[LEARNED]["log_loss"].value
    assert set(found.verdicts) == set(found.predictions) - {LEARNED}


def test_better_employees_are_worth_more_than_a_constant_and_values_nothing_here(found: Evaluation) -> None:
    """The world has employee effects of 30 points and no chemistry: that is what must be told."""
    assert found.verdicts[CONSTANT].startswith("better")
    assert not found.verdicts[MAIN].startswith("better")


def test_a_classifier_is_not_judged_by_outcomes_it_was_trained_on(data: Data) -> None:
    """It is left out of the table rather than flattered."""
    scorer = fitted(data, np.arange(600), COMPETITORS[MAIN], seed=0).scorer_

    found = evaluate(data, only=(MAIN, LEARNED), current=scorer, current_until=float(data.outcomes.at.max()))

    assert CURRENT not in found.predictions


def test_uplift_is_told_by_tenths_from_least_to_most(found: Evaluation, data: Data) -> None:
    """What pairing was said to add never falls from one tenth to the next."""
    tenths = uplift(found, data)

    assert len(tenths) == 10
    assert (np.diff([said for said, _ in tenths]) >= 0).all()


def test_too_little_to_judge_by_is_said(data: Data) -> None:
    """A cold start with customers who all came before leaves nobody."""
    with pytest.raises(InvalidInput, match="left to judge"):
        evaluate(data, start=COLD)


@pytest.mark.parametrize("world", WORLDS)
def test_placebos_run_on_worlds_without_anything_to_find(data: Data, world: str) -> None:
    """Three runs of each; the benchmark runs a hundred."""
    found = placebo(data, world, runs=3, seed=1)

    assert found.runs == 3
    assert found.reported <= 1


def test_a_method_that_finds_something_where_nothing_is_is_not_to_be_trusted() -> None:
    """At most 7 of 100."""
    assert Placebo(OUTCOMES, 100, 7).verdict.startswith("honest")
    assert Placebo(OUTCOMES, 100, 8).verdict.startswith("not to be trusted")


def test_taking_outcomes_keeps_rows_together(data: Data) -> None:
    """Columns of numbers and of words move alike."""
    some: Outcomes = data.outcomes.take(np.array([5, 2]))

    assert some.intents == (data.outcomes.intents[5], data.outcomes.intents[2])
    assert some.at.tolist() == [data.outcomes.at[5], data.outcomes.at[2]]
    assert WARM != COLD
