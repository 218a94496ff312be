"""Recalibration of sources: measured on people with a form, mended for the form's error, shrunk, never exploding."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import bootstrap, pearsonr

from matcher.errors import InvalidInput
from matcher.profiles.calibration import (
    MOST_VALIDITY,
    Verdict,
    cap_of_validity,
    clustered_correlation,
    recalibrate,
    shrunk_validity,
)

seeds = st.integers(0, 2**32 - 1)


def people(number: int, validity: float, rng: np.random.Generator, *, confidence: float = 0.6) -> tuple:
    """Shares of a source that correlates `validity` with the truth, and of a form with that reliability.

    Gaussian stand-ins: the survey is the mean of the truth given an answer, so a shrunken estimate.
    """
    truth = rng.normal(size=(number, 8))
    answer = truth + rng.normal(size=truth.shape) * math.sqrt((1 - confidence) / confidence)
    source = validity * truth + math.sqrt(1 - validity**2) * rng.normal(size=truth.shape)
    common = np.linspace(0.04, 0.21, 8)
    return common + 0.03 * source, common + 0.05 * confidence * answer, np.full(number, confidence)


def measured(number: int, validity: float, seed: int, **assumptions: float) -> object:
    """The recalibration of such a source."""
    one, other, confidence = people(number, validity, np.random.default_rng(seed))
    terms = {"assumed": 0.5, "prior_strength": 7.0} | assumptions
    return recalibrate(one, other, survey_confidence=confidence, **terms)


@pytest.mark.parametrize("validity", [0.1, 0.4, 0.6])
@pytest.mark.parametrize("confidence", [0.3, 0.7])
def test_the_error_of_the_form_is_mended(validity: float, confidence: float) -> None:
    """Spearman's law: without it every source would look weaker the fewer questions the form has."""
    one, other, confidences = people(20_000, validity, np.random.default_rng(1), confidence=confidence)
    found = recalibrate(one, other, survey_confidence=confidences, assumed=0.5, prior_strength=7.0)
    assert found.measured is not None

    assert found.measured.value == pytest.approx(validity, abs=0.015)


def test_what_everybody_has_in_common_is_no_knowledge() -> None:
    """A source that only echoes the population's mean, with noise, must measure as nothing."""
    found = measured(5_000, 0.0, 2)

    assert abs(found.measured.value) < 0.02


def test_the_interval_holds_the_truth_as_often_as_it_says() -> None:
    """An interval that is too narrow would call every second source weaker than assumed."""
    rng = np.random.default_rng(3)
    held = 0
    for _ in range(600):
        one, other, confidence = people(80, 0.45, rng)
        found = recalibrate(one, other, survey_confidence=confidence, assumed=0.45, prior_strength=7.0)
        held += found.verdict is Verdict.AS_ASSUMED

    assert 0.92 <= held / 600 <= 0.98


def test_people_are_the_units_and_not_their_categories() -> None:
    """Each person told eight times over is still one person: the interval may not shrink."""
    rng = np.random.default_rng(4)
    one, other = rng.normal(size=(100, 3)), rng.normal(size=(100, 3))
    once = clustered_correlation(one, other)
    often = clustered_correlation(np.tile(one, 8), np.tile(other, 8))
    assert once is not None
    assert often is not None

    assert often.value == pytest.approx(once.value)
    assert often.interval == pytest.approx(once.interval)


def test_tables_that_are_the_same_correlate_wholly() -> None:
    """At the end of the scale, where Fisher's has none, the interval still holds its value."""
    one = np.random.default_rng(11).normal(size=(40, 3))
    found = clustered_correlation(one, one)
    assert found is not None

    assert found.value == pytest.approx(1.0)
    assert found.interval[0] <= found.value <= found.interval[1]


def test_with_one_category_it_is_the_textbook_correlation() -> None:
    """A second implementation agrees on the value, and a bootstrap on the width of the interval."""
    rng = np.random.default_rng(5)
    one = rng.normal(size=300)
    other = 0.6 * one + rng.normal(size=300)
    found = clustered_correlation(one[:, None], other[:, None])
    assert found is not None
    again = bootstrap(
        (one, other), lambda x, y: pearsonr(x, y)[0], paired=True, vectorized=False, n_resamples=800, rng=rng
    ).confidence_interval

    assert found.value == pytest.approx(pearsonr(one, other)[0])
    assert found.interval[1] - found.interval[0] == pytest.approx(again.high - again.low, rel=0.15)


def test_by_hand_shrinking_and_the_new_cap() -> None:
    """150 people with r̂ = .3 against 50 assumed .5 make .35; seven pseudo-counts times .1225/.8775 are .977."""
    assert shrunk_validity(0.3, 150, assumed=0.5) == pytest.approx(0.35)
    assert cap_of_validity(0.35, 7.0) == pytest.approx(0.97721, abs=1e-5)


@pytest.mark.parametrize(("validity", "cap"), [(0.6, 3.9), (0.5, 2.3), (0.3, 0.69), (0.25, 0.47)])
def test_the_caps_of_the_design(validity: float, cap: float) -> None:
    """The table of sources (profiling.md section 5)."""
    assert cap_of_validity(validity, 7.0) == pytest.approx(cap, rel=0.02)


@given(seed=seeds, number=st.integers(0, 60), assumed=st.floats(0.01, 0.99), confidence=st.floats(0, 1))
def test_no_cap_explodes_and_none_is_negative(seed: int, number: int, assumed: float, confidence: float) -> None:
    """Whatever was measured, no source comes to outweigh the form, and none is believed backwards."""
    rng = np.random.default_rng(seed)
    one = rng.dirichlet(np.ones(4), size=number)
    other = one if rng.random() < 0.3 else rng.dirichlet(np.ones(4), size=number)
    found = recalibrate(one, other, survey_confidence=np.full(number, confidence), assumed=assumed, prior_strength=7.0)

    assert 0 <= found.validity <= MOST_VALIDITY
    assert 0 <= found.cap <= 12.5
    if found.measured:
        low, high = found.measured.interval
        assert -1 <= low <= found.measured.value <= high <= 1


def test_a_source_that_points_the_wrong_way_ends_at_nothing() -> None:
    """Believing it backwards would be a bet on a fault in the data."""
    found = measured(2_000, -0.5, 6)

    assert found.validity == 0.0
    assert found.cap == 0.0
    assert found.verdict is Verdict.WEAKER


@pytest.mark.parametrize(
    ("validity", "verdict"), [(0.5, Verdict.AS_ASSUMED), (0.2, Verdict.WEAKER), (0.7, Verdict.STRONGER)]
)
def test_the_verdict_in_words(validity: float, verdict: Verdict) -> None:
    """`not distinguishable from what was assumed` is an answer, and the usual one."""
    assert measured(400, validity, 7).verdict is verdict


def test_few_people_leave_what_was_assumed() -> None:
    """Nineteen people are no measurement; the assumed validity and its cap stay."""
    found = measured(19, 0.1, 8)

    assert found.measured is None
    assert found.validity == 0.5
    assert found.cap == pytest.approx(7 / 3)
    assert found.verdict is Verdict.UNKNOWN
    assert found.subjects == 19


def test_nobody_yet_is_an_answer_too() -> None:
    """The first night of an installation."""
    assert recalibrate([], [], survey_confidence=[], assumed=0.3, prior_strength=7.0).verdict is Verdict.UNKNOWN


def test_a_source_that_says_the_same_of_everybody_was_not_measured() -> None:
    """Without variation there is no correlation, not even a bad one."""
    rng = np.random.default_rng(9)
    found = recalibrate(
        np.full((90, 4), 0.25), rng.dirichlet(np.ones(4), 90), survey_confidence=np.full(90, 0.5), assumed=0.3,
        prior_strength=7.0,
    )  # fmt: skip

    assert found.measured is None
    assert found.validity == 0.3


def test_text_can_be_held_to_half_an_answer() -> None:
    """However well a text scorer measures, it is never worth more than half an answer."""
    assert measured(2_000, 0.7, 10, most_cap=0.5).cap == 0.5


@given(seed=seeds)
def test_renaming_categories_and_reordering_people_change_nothing(seed: int) -> None:
    """The measurement is of a source, not of the order of a file."""
    rng = np.random.default_rng(seed)
    one, other, confidence = people(40, 0.4, rng)
    rows, columns = rng.permutation(40), rng.permutation(8)
    straight = recalibrate(one, other, survey_confidence=confidence, assumed=0.4, prior_strength=7.0)
    turned = recalibrate(
        one[rows][:, columns], other[rows][:, columns], survey_confidence=confidence, assumed=0.4, prior_strength=7.0
    )

    assert turned.cap == pytest.approx(straight.cap, rel=1e-9)
    assert turned.measured.interval == pytest.approx(straight.measured.interval, rel=1e-9)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"assumed": 1.0}, "out_of_range"),
        ({"survey_confidence": [0.5]}, "wrong_length"),
        ({"survey_confidence": [0.5, 1.5]}, "out_of_range"),
        ({"source_share": [[0.5, math.nan], [0.5, 0.5]]}, "out_of_range"),
    ],
)
def test_what_cannot_be_measured_is_refused(changes: dict, code: str) -> None:
    """A number that is not one would pass through a mean and come out as a cap."""
    given_ = {
        "source_share": [[0.5, 0.5], [0.4, 0.6]],
        "survey_share": [[0.5, 0.5], [0.4, 0.6]],
        "survey_confidence": [0.5, 0.5],
        "assumed": 0.5,
        "prior_strength": 7.0,
    } | changes
    with pytest.raises(InvalidInput) as refused:
        recalibrate(given_.pop("source_share"), given_.pop("survey_share"), **given_)

    assert [fault.code for fault in refused.value.faults] == [code]
