"""Priors of segments: fitted to surveyed members, shrunk to the population, never built on a protected ground."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize
from scipy.stats import dirichlet_multinomial

from matcher.errors import InvalidInput
from matcher.profiles.framework import Facet
from matcher.profiles.questionnaire import Answer, Form, Item, Mode, Option
from matcher.profiles.segments import (
    LEAST_MEMBERS,
    MOST_STRENGTH,
    count_picks,
    fit_dirichlet,
    fit_prior,
    fit_segments,
    log_likelihood,
)
from tests.matcher.profiles.evidence_builders import VALUES

K = VALUES.size
seeds = st.integers(0, 2**32 - 1)


def picks_of(alpha: np.ndarray, members: int, picks: int, rng: np.random.Generator) -> np.ndarray:
    """Counts of members whose shares are drawn from Dirichlet(alpha)."""
    return rng.multinomial(picks, rng.dirichlet(alpha, size=members))


def three_ways(strength: float = 2.0) -> Facet:
    """A facet of three categories, none preferred."""
    return Facet("three", ("a", "b", "c"), (0.25, 0.25, 0.5), strength, {}, 1.0)


@given(seed=seeds, size=st.integers(2, 6), members=st.integers(1, 40))
def test_no_step_makes_the_counts_less_likely(seed: int, size: int, members: int) -> None:
    """Minka's law: a step maximises a lower bound that touches the likelihood where it starts."""
    rng = np.random.default_rng(seed)
    counts = picks_of(rng.uniform(0.1, 3.0, size), members, int(rng.integers(1, 20)), rng)
    alpha = rng.uniform(0.2, 4.0, size)
    likelihoods = [log_likelihood(counts, alpha)]
    for _ in range(15):
        alpha = fit_dirichlet(counts, start=alpha, most_steps=1)
        likelihoods.append(log_likelihood(counts, alpha))

    assert min(np.diff(likelihoods)) >= -1e-7 * (1 + abs(likelihoods[0]))


def test_the_likelihood_is_that_of_a_second_library() -> None:
    """Counts' probabilities differ from scipy's only by a constant: how many orders the picks could come in."""
    rng = np.random.default_rng(1)
    one, other = rng.uniform(0.2, 4.0, (2, 4))
    counts = picks_of(one, 30, 9, rng)
    expected = dirichlet_multinomial.logpmf(counts, one, 9).sum() - dirichlet_multinomial.logpmf(counts, other, 9).sum()

    assert log_likelihood(counts, one) - log_likelihood(counts, other) == pytest.approx(expected, abs=1e-9)


def test_the_fixed_point_is_where_a_second_optimiser_ends() -> None:
    """The fixed point and a quasi-Newton search over ln α must name the same maximum."""
    counts = picks_of(np.array([0.6, 1.5, 3.0]), 400, 12, np.random.default_rng(2))
    other = minimize(lambda logs: -log_likelihood(counts, np.exp(logs)), np.zeros(3), method="BFGS").x

    assert fit_dirichlet(counts, start=np.ones(3)) == pytest.approx(np.exp(other), rel=1e-3)


def test_what_was_true_is_found_again() -> None:
    """With many members and picks the estimate must approach the parameters the members were drawn with."""
    true = np.array([0.5, 1.0, 2.5, 3.0])
    found = fit_dirichlet(picks_of(true, 20_000, 40, np.random.default_rng(3)), start=np.ones(4))

    assert found == pytest.approx(true, rel=0.04)


@given(seed=seeds)
def test_renaming_the_categories_renames_the_prior(seed: int) -> None:
    """T7: the file's order of the value systems may not matter."""
    rng = np.random.default_rng(seed)
    counts, order = picks_of(rng.uniform(0.3, 2.0, K), 60, 8, rng), rng.permutation(K)
    mean = tuple(np.array(VALUES.prior_mean)[order])
    renamed = Facet("values", tuple(VALUES.dims[k] for k in order), mean, VALUES.prior_strength, {}, 0.0)
    straight, turned = fit_prior(VALUES, counts), fit_prior(renamed, counts[:, order])
    assert straight is not None
    assert turned is not None

    assert np.array(turned.mean) == pytest.approx(np.array(straight.mean)[order], abs=1e-9)
    assert turned.strength == pytest.approx(straight.strength, rel=1e-9)


@given(seed=seeds)
def test_the_order_of_the_members_does_not_matter(seed: int) -> None:
    """A refit after people were stored in another order must give the same prior, bit for bit."""
    rng = np.random.default_rng(seed)
    counts = picks_of(rng.uniform(0.3, 2.0, K), 60, 8, rng)

    assert fit_prior(VALUES, rng.permutation(counts)) == fit_prior(VALUES, counts)


@given(
    rows=st.lists(st.lists(st.integers(0, 30), min_size=3, max_size=3), min_size=0, max_size=8),
    copies=st.integers(1, 60),
)
def test_every_prior_can_be_used(rows: list[list[int]], copies: int) -> None:
    """Whatever people picked, the mean is a distribution without zeros and the strength is finite."""
    facet = three_ways()
    prior = fit_prior(facet, rows * copies)
    if prior is None:
        return

    assert math.isclose(sum(prior.mean), 1.0, abs_tol=1e-12)
    assert min(prior.mean) > 0
    assert 0 < prior.strength <= MOST_STRENGTH
    assert prior.members >= LEAST_MEMBERS


def test_members_without_picks_say_nothing() -> None:
    """An empty form is no opinion: it may neither sway the prior nor help to reach the fifty."""
    counts = picks_of(np.full(K, 0.8), 60, 8, np.random.default_rng(4))
    padded = np.vstack([counts, np.zeros((500, K))])

    assert fit_prior(VALUES, padded) == fit_prior(VALUES, counts)
    assert fit_prior(VALUES, np.zeros((500, K))) is None


def test_nothing_counted_leaves_the_start() -> None:
    """No members, no step."""
    assert fit_dirichlet(np.zeros((5, 3)), start=[1.0, 2.0, 3.0]).tolist() == [1.0, 2.0, 3.0]


def test_one_pick_each_tells_the_mean_and_not_the_strength() -> None:
    """With a single pick a pure person and a mixed one look alike; then the strength stays what was assumed."""
    counts = np.repeat(np.eye(3), [10, 20, 70], axis=0)
    alpha = fit_dirichlet(counts, start=[3.0, 3.0, 3.0])

    assert alpha.sum() == pytest.approx(9.0)
    assert alpha / alpha.sum() == pytest.approx([0.1, 0.2, 0.7])


def test_a_group_that_picks_one_category_only_keeps_some_doubt() -> None:
    """The limits of the strength: unanimity, however loud, is no certainty about the next member."""
    prior = fit_prior(three_ways(), np.tile([8, 0, 0], (70, 1)))
    assert prior is not None

    # (70·(1, 0, 0) + 30·(.25, .25, .5)) / 100
    assert prior.mean == pytest.approx((0.775, 0.075, 0.15), abs=1e-6)
    assert prior.strength <= MOST_STRENGTH


def test_the_population_weighs_as_much_as_thirty_members() -> None:
    """By hand: 70 members, a third picks a, b and c each, one pick: π̂ = (1, 1, 1)/3 less one, A0 stays 2."""
    counts = np.repeat(np.eye(3), [28, 21, 21], axis=0)
    prior = fit_prior(three_ways(2.0), counts)
    assert prior is not None

    # .7·(.4, .3, .3) + .3·(.25, .25, .5)
    assert prior.mean == pytest.approx((0.355, 0.285, 0.36), abs=1e-9)
    assert prior.strength == pytest.approx(2.0, rel=1e-9)
    assert prior.members == 70


def test_shrinking_the_strength_is_done_on_the_log_scale() -> None:
    """Strengths are ratios: a fitted 200 and an assumed 2, at 70 to 30 members, meet at 200^.7·2^.3."""
    alike = np.tile([2, 2, 4], (70, 1))  # members more alike than chance: their strength has no maximum
    prior = fit_prior(three_ways(2.0), alike)
    assert prior is not None

    assert prior.strength == pytest.approx(200**0.7 * 2**0.3, rel=1e-6)


@pytest.mark.parametrize(("members", "known"), [(LEAST_MEMBERS - 1, False), (LEAST_MEMBERS, True)])
def test_fifty_members_make_a_prior(members: int, known: bool) -> None:
    """Fewer people would be recognisable in it."""
    counts = picks_of(np.full(K, 1.0), members, 8, np.random.default_rng(5))

    assert (fit_prior(VALUES, counts) is not None) is known


def test_each_segment_is_fitted_by_itself() -> None:
    """One segment's members may not colour another's prior; people in no segment belong to none."""
    rng = np.random.default_rng(6)
    small, large = picks_of(np.full(K, 0.5), 60, 8, rng), picks_of(np.full(K, 2.0), 80, 8, rng)
    lone = picks_of(np.full(K, 2.0), 20, 8, rng)
    names = ["small firms"] * 60 + ["large firms"] * 80 + [None] * 20
    shuffled = rng.permutation(160)
    fit = fit_segments(VALUES, [names[row] for row in shuffled], np.vstack([small, large, lone])[shuffled])

    assert fit.priors == {"small firms": fit_prior(VALUES, small), "large firms": fit_prior(VALUES, large)}
    assert fit.too_few == {}
    assert fit.refused == ()


def test_segments_too_small_and_segments_on_protected_grounds_get_none() -> None:
    """The first would show a few people, the second would steer by what no one may steer by."""
    counts = picks_of(np.full(K, 1.0), 130, 8, np.random.default_rng(7))
    fit = fit_segments(VALUES, ["age 65+"] * 60 + ["vakbondsleden"] * 60 + ["new"] * 10, counts)

    assert fit.priors == {}
    assert fit.too_few == {"new": 10}
    assert fit.refused == ("age 65+", "vakbondsleden")


def test_a_night_without_answers_gives_no_priors() -> None:
    """The first night of an installation is not an error."""
    assert fit_segments(VALUES, [], []).priors == {}


@pytest.mark.parametrize(
    ("picks", "code"),
    [([[1, 2]], "wrong_length"), ([[-1.0] * K], "out_of_range"), ([[math.nan] * K], "out_of_range")],
)
def test_counts_that_cannot_be_are_refused(picks: list[list[float]], code: str) -> None:
    """A negative or missing count would turn into a prior that nobody could explain."""
    with pytest.raises(InvalidInput) as refused:
        fit_prior(VALUES, picks)

    assert [fault.code for fault in refused.value.faults] == [code]


def test_a_segment_missing_for_a_member_is_refused() -> None:
    """Rows out of step would put people into others' segments."""
    with pytest.raises(InvalidInput, match="2 members"):
        fit_segments(VALUES, ["new"], np.ones((2, K)))


def form_of(*options: str) -> Form:
    """A form with one question, which has an option for each category named."""
    item = Item("q1", {"en": "?"}, tuple(Option(dim, {"en": dim}) for dim in options))
    return Form("f", (Mode.BEST_WORST,), {"q1": item}, ("q1",))


@pytest.mark.parametrize(
    ("answer", "counts"),
    [
        (Answer("q1", best="b", worst="a"), (0.0, 1.0, 0.0)),
        (Answer("q1", points={"a": 6, "b": 3, "c": 1}), (0.6, 0.3, 0.1)),
        (Answer("q1", points={"a": 0, "b": 0}), (0.0, 0.0, 0.0)),
        (Answer("q1", worst="a"), (0.0, 0.0, 0.0)),
        (Answer("q1", best="z"), (0.0, 0.0, 0.0)),
        (Answer("gone", best="a"), (0.0, 0.0, 0.0)),
        (Answer("q1", rating=4.0), (0.0, 0.0, 0.0)),
    ],
)
def test_picks_are_counted_by_category(answer: Answer, counts: tuple[float, ...]) -> None:
    """One answer is one pick, however it was given; what is no pick counts nothing."""
    assert count_picks(three_ways(), form_of("a", "b", "c"), [answer]) == pytest.approx(counts)


def test_options_of_other_facets_are_no_picks() -> None:
    """A question on channels tells nothing of values."""
    answers = [Answer("q1", best="a"), Answer("q1", best="b")]

    assert count_picks(three_ways(), form_of("phone", "c"), answers) == (0.0, 0.0, 1.0)
