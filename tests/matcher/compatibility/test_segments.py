"""Figures by segment by hand and beside fairlearn's, intervals that hold the truth, and groups too small to tell of."""

import numpy as np
import pytest
from fairlearn import metrics

from matcher.compatibility.measures import Judged
from matcher.compatibility.segments import Segment, parity_of, segments_of


def judged(success: list[float] | np.ndarray, probability: np.ndarray | None = None) -> Judged:
    """Outcomes of weight one, each a group of its own."""
    came = np.asarray(success, dtype=float)
    said = np.full(len(came), 0.5) if probability is None else probability
    places = np.arange(len(came))
    return Judged(said, came, np.ones(len(came)), places, places)


def told(success: list[float] | np.ndarray, names: list[str | None], seed: int = 1) -> dict[str, Segment]:
    found = segments_of(judged(success), names, side="segment", rng=np.random.default_rng(seed))
    return {one.name: one for one in found}


def rated(**shares: tuple[int, int]) -> tuple[list[float], list[str | None]]:
    """So many good ones of so many, by name."""
    success: list[float] = []
    names: list[str | None] = []
    for name, (good, count) in shares.items():
        success += [1.0] * good + [0.0] * (count - good)
        names += [name] * count
    return success, names


def test_the_ratio_and_the_difference_are_those_worked_out_by_hand() -> None:
    """30 of 60 beside 48 of 60: .5/.8 and −.3."""
    found = told(*rated(low=(30, 60), high=(48, 60)))

    assert found["low"].figures["came"].value == pytest.approx(0.5)
    assert found["low"].figures["ratio"].value == pytest.approx(0.625)
    assert found["low"].figures["difference"].value == pytest.approx(-0.3)
    assert found["high"].figures["ratio"].value == pytest.approx(1.0)


def test_fewer_than_fifty_have_no_figures_and_fewer_than_five_no_count() -> None:
    """Of four people a figure would be four people's affair."""
    found = told(*rated(many=(40, 60), some=(20, 49), few=(2, 4)))

    assert found["many"].figures
    assert (found["some"].outcomes, dict(found["some"].figures)) == (49, {})
    assert (found["few"].outcomes, dict(found["few"].figures)) == (None, {})


def test_fifty_and_five_are_enough() -> None:
    """The bounds themselves are told of."""
    found = told(*rated(just=(40, 50), counted=(2, 5)))

    assert found["just"].figures
    assert found["counted"].outcomes == 5


def test_who_belongs_to_no_segment_is_in_none() -> None:
    """Nor is anybody compared with them."""
    success, names = rated(one=(30, 60))

    assert list(told(success + [0.0] * 60, [*names, *([None] * 60)])) == ["one"]


@pytest.mark.parametrize(
    ("low", "verdict"),
    [((700, 1000), "four fifths are kept: low has 0.87"), ((300, 1000), "four fifths are not kept: low has 0.37"),
     ((40, 64), "whether four fifths are kept cannot be told: low has 0.78")],
)  # fmt: skip
def test_four_fifths_are_judged_by_the_interval(low: tuple[int, int], verdict: str) -> None:
    """A ratio just below .8 in a small group is no proof."""
    compared = parity_of(list(told(*rated(low=low, high=(800, 1000))).values()))

    assert compared is not None
    assert (compared.lowest, compared.highest) == ("low", "high")
    assert compared.verdict.startswith(verdict)


def test_one_group_alone_is_compared_with_nobody() -> None:
    """Nor with groups that are too small to be told of."""
    assert parity_of(list(told(*rated(one=(30, 60), few=(1, 20))).values())) is None


def test_where_nothing_ever_went_well_no_ratio_is_made_up() -> None:
    """None of none is no four fifths."""
    compared = parity_of(list(told(*rated(a=(0, 60), b=(0, 60))).values()))

    assert compared is not None
    assert compared.verdict == "cannot be told: nobody had a good outcome"


def test_intervals_of_equal_groups_hold_equality() -> None:
    """Two groups of one rate, a hundred worlds: the interval of their difference holds 0 in nine of ten or more."""
    held = 0
    for seed in range(100):
        success = (np.random.default_rng(seed).random(400) < 0.6).astype(float)
        found = told(success, ["a", "b"] * 200, seed)
        held += all(one.figures["difference"].high >= 0 for one in found.values())

    assert held >= 90


def test_ranking_is_told_by_segment() -> None:
    """Right in one, wrong way round in the other: AUC 1 and 0, whatever it is on the whole."""
    success = np.tile([0.0, 1.0], 60)
    names: list[str | None] = [*["right"] * 60, *["wrong"] * 60]
    said = np.where(np.arange(120) < 60, success, 1 - success) * 0.8 + 0.1
    found = {
        one.name: one.figures["auc"].value
        for one in segments_of(judged(success, said), names, side="team", rng=np.random.default_rng(1))
    }

    assert found == {"right": 1.0, "wrong": 0.0}


def test_rates_ratio_and_difference_are_fairlearns() -> None:
    """The second opinion: fairlearn's frame of selection rates, with weights."""
    rng = np.random.default_rng(6)
    names = rng.choice(["a", "b", "c"], size=600, p=[0.5, 0.3, 0.2])
    came, weight = (rng.random(600) < np.where(names == "a", 0.7, 0.5)).astype(float), rng.uniform(0.5, 2.0, 600)
    places = np.arange(600)
    found = segments_of(
        Judged(np.full(600, 0.5), came, weight, places, places), names.tolist(), side="segment", rng=rng
    )
    compared = parity_of(found)
    frame = metrics.MetricFrame(
        metrics=metrics.selection_rate, y_true=came, y_pred=came, sensitive_features=names,
        sample_params={"sample_weight": weight},
    )  # fmt: skip

    assert compared is not None
    assert {one.name: one.figures["came"].value for one in found} == pytest.approx(frame.by_group.to_dict())
    assert compared.ratio.value == pytest.approx(frame.ratio())
    assert -compared.difference.value == pytest.approx(frame.difference())
