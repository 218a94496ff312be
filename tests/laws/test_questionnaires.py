"""What questionnaires recover of simulated people, and what must not change it (profiling.md 15.1, T7).

`python -m benchmarks.profiling` measures the same with 4,000 people; here fewer, with wider bounds.
"""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest

from matcher.profiles.questionnaire import Answer, Form
from matcher.profiles.survey import Scores, score_form
from tests.matcher.profiles.form_builders import CUSTOMER, FLAT, STAFF, honest_answers

PEOPLE = 700


def answered(form: Form, *, seed: int, worst: bool) -> tuple[np.ndarray, list[list[Answer]]]:
    """People's true preferences and their whole forms."""
    rng = np.random.default_rng(seed)
    theta = rng.normal(size=(PEOPLE, 8))
    return theta, [honest_answers(form, row, rng, worst=worst) for row in theta]


def profile_r(scores: Scores, theta: np.ndarray) -> float:
    """Mean over people of the correlation with the truth over the value systems; who leans to nothing counts 0."""
    found, true = (values - values.mean(axis=1, keepdims=True) for values in (scores.theta, theta))
    spread = np.linalg.norm(found, axis=1) * np.linalg.norm(true, axis=1)
    together = (found * true).sum(axis=1)
    return float(np.divide(together, spread, out=np.zeros(len(theta)), where=spread > 1e-9).mean())


@pytest.mark.parametrize(
    ("form", "worst", "items", "correlation", "top"),
    [
        (STAFF, True, 4, 0.60, 0.395),
        (STAFF, True, 8, 0.73, 0.50),
        (STAFF, True, 16, 0.836, 0.61),
        (CUSTOMER, True, 8, 0.73, 0.495),
        (CUSTOMER, False, 2, 0.37, 0.29),
        (CUSTOMER, False, 4, 0.485, 0.38),
        (CUSTOMER, False, 8, 0.612, 0.475),
    ],
)
def test_a_form_recovers_what_was_promised(form: Form, worst: bool, items: int, correlation: float, top: float) -> None:
    """The table of 15.1: correlation within .03 and the leading value system within .055 (three errors at 700)."""
    theta, people = answered(form, seed=1, worst=worst)
    scores = score_form(form, FLAT, [answers[:items] for answers in people])
    leading = float((scores.theta.argmax(axis=1) == theta.argmax(axis=1)).mean())

    assert profile_r(scores, theta) == pytest.approx(correlation, abs=0.03)
    assert leading == pytest.approx(top, abs=0.055)


def test_a_best_worst_quartet_is_worth_about_one_count() -> None:
    """4.4: medians 15.8 for staff, 5.5 for eight taps of a customer, within a tenth."""
    _, staff = answered(STAFF, seed=2, worst=True)
    _, customers = answered(CUSTOMER, seed=2, worst=False)

    assert np.median(score_form(STAFF, FLAT, staff).weight) == pytest.approx(15.8, rel=0.1)
    assert np.median(score_form(CUSTOMER, FLAT, customers).weight) == pytest.approx(5.5, rel=0.1)


def test_the_expected_share_is_nearer_to_the_truth_with_every_answer() -> None:
    """4.4: total variation to the true share falls from .340 without answers to .229 with eight best–worst."""
    theta, people = answered(CUSTOMER, seed=3, worst=True)
    truth = np.exp(theta) / np.exp(theta).sum(axis=1, keepdims=True)
    distances = [
        np.abs(score_form(CUSTOMER, FLAT, [answers[:items] for answers in people]).mean - truth).sum(axis=1).mean() / 2
        for items in (0, 2, 4, 8)
    ]

    assert distances == pytest.approx([0.340, 0.299, 0.270, 0.229], abs=0.01)


def test_the_files_order_of_value_systems_changes_no_profile() -> None:
    """T7: the same answers under a shuffled file give the shuffled profile (1e-6; no two preferences are tied)."""
    rng = np.random.default_rng(4)
    order = rng.permutation(8)
    mean = rng.dirichlet(np.full(8, 4.0))
    plain = replace(FLAT, prior_mean=tuple(mean.tolist()))
    shuffled = replace(
        plain,
        dims=tuple(plain.dims[place] for place in order),
        prior_mean=tuple(mean[order].tolist()),
    )
    _, people = answered(STAFF, seed=4, worst=True)
    one, other = (score_form(STAFF, facet, people[:200]) for facet in (plain, shuffled))

    assert np.allclose(one.theta[:, order], other.theta, atol=1e-6)
    assert np.allclose(one.mean[:, order], other.mean, atol=1e-6)
    assert np.allclose(one.weight, other.weight, atol=1e-6)
    assert np.array_equal(one.rejection[:, order], other.rejection)


def test_the_files_order_of_options_changes_no_profile() -> None:
    """T8: where an option stands in the file decides its key and nothing else."""
    _, people = answered(STAFF, seed=5, worst=True)
    turned_items = {name: replace(item, options=item.options[::-1]) for name, item in STAFF.items.items()}
    turned_keys = dict(zip("abcd", "dcba", strict=True))
    turned_people = [
        [Answer(each.item, best=turned_keys[each.best or ""], worst=turned_keys[each.worst or ""]) for each in answers]
        for answers in people[:200]
    ]
    one = score_form(STAFF, FLAT, people[:200])
    other = score_form(replace(STAFF, items=turned_items), FLAT, turned_people)

    assert np.allclose(one.theta, other.theta, atol=1e-9)
    assert np.allclose(one.weight * one.share.T, other.weight * other.share.T, atol=1e-9)


@pytest.mark.parametrize(("form", "shown", "meetings"), [(STAFF, 8, {3, 4}), (CUSTOMER, 4, {1, 2, 3})])
def test_the_shipped_blocks_are_balanced(form: Form, shown: int, meetings: set[int]) -> None:
    """4.6: all value systems are shown as often, every pair meets, and any two items in turn show all eight."""
    blocks = [{option.dim for option in form.items[name].options} for name in form.order]

    assert all(sum(dim in block for block in blocks) == shown for dim in FLAT.dims)
    assert {sum({one, other} <= block for block in blocks) for one, other in combinations(FLAT.dims, 2)} == meetings
    assert all(len(first | second) == 8 for first, second in zip(blocks[::2], blocks[1::2], strict=True))
