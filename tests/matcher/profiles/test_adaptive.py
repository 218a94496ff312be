"""The next question: the most telling one by a second reckoning, and none once enough is known."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.profiles.adaptive import expected_information, information_gain, next_item
from matcher.profiles.bridge import logit_prior
from matcher.profiles.choice_model import choices_of, posterior
from matcher.profiles.questionnaire import Answer, Form, Item, Mode
from matcher.profiles.survey import score_form
from tests.matcher.profiles.form_builders import CUSTOMER, FLAT, STAFF, facet, form, item, picks, random_answers

seeds = st.integers(0, 2**32 - 1)


def informed_by_enumeration(theta: np.ndarray, scale: float, asks_worst: bool) -> np.ndarray:
    """Fisher information as the expected square of the score, over every answer that can be given."""
    size = len(theta)
    total = np.zeros((size, size))
    up = np.exp(scale * theta)
    for best in range(size):
        chance_best = up[best] / up.sum()
        score_best = scale * (np.eye(size)[best] - up / up.sum())
        if not asks_worst:
            total += chance_best * np.outer(score_best, score_best)
            continue
        down = np.exp(-scale * theta)
        down[best] = 0.0
        for worst in range(size):
            chance = chance_best * down[worst] / down.sum()
            score = score_best - scale * (np.eye(size)[worst] - down / down.sum()) * (worst != best)
            total += chance * np.outer(score, score)
    return total


@pytest.mark.parametrize("asks_worst", [False, True])
def test_the_information_of_an_item_is_the_expected_squared_score(asks_worst: bool) -> None:
    """Two definitions of Fisher information agree only when best and worst stages are both right."""
    rng = np.random.default_rng(3)
    theta = rng.normal(size=(5, 4))
    found = expected_information(theta, 1.3, asks_worst=asks_worst)
    wanted = [informed_by_enumeration(row, 1.3, asks_worst) for row in theta]

    assert np.allclose(found, wanted, atol=1e-12)


@pytest.mark.parametrize("asks_worst", [False, True])
def test_the_gain_is_the_variance_of_shares_that_the_answer_takes_away(asks_worst: bool) -> None:
    """tr(D C D) before less after, the covariance after an answer being (C⁻¹ + J)⁻¹."""
    asked = [STAFF.items[name] for name in STAFF.order]
    fitted = posterior(
        choices_of(STAFF, FLAT, [random_answers(STAFF, np.random.default_rng(4), items=5)]), logit_prior(FLAT)
    )
    share = np.exp(fitted.theta[0]) / np.exp(fitted.theta[0]).sum()
    slope = np.diag(share) - np.outer(share, share)
    before = np.trace(slope @ fitted.covariance[0] @ slope)
    gains = information_gain(asked, FLAT, fitted.theta, fitted.covariance, asks_worst=asks_worst)[0]
    for place, question in enumerate(asked):
        block = [FLAT.index(option.dim) for option in question.options]
        information = np.zeros((8, 8))
        information[np.ix_(block, block)] = informed_by_enumeration(fitted.theta[0][block], 1.0, asks_worst)
        after = np.linalg.inv(np.linalg.inv(fitted.covariance[0]) + information)

        assert gains[place] == pytest.approx(before - np.trace(slope @ after @ slope), abs=1e-12)


def test_among_equals_the_forms_order_decides() -> None:
    """At a flat prior all items of a balanced form tell as much; the shortest form begins where the file says."""
    assert next_item(CUSTOMER, FLAT, []) == CUSTOMER.order[0] == "C7"
    assert next_item(CUSTOMER, FLAT, [], mode=Mode.BEST_WORST) == "C7"


def test_an_item_about_the_undecided_is_asked_first() -> None:
    """After k0 beat k1 outright, the pair of which nothing is known tells more than the same question again."""
    asked = form(item("same", ["k0", "k1"]), item("new", ["k2", "k3"]), item("done", ["k0", "k1"]))
    of = facet([0.25] * 4, strength=7.0)

    assert next_item(asked, of, [Answer("done", best="a", worst="b")]) == "new"


@settings(deadline=None)
@given(seed=seeds)
def test_no_question_comes_twice(seed: int) -> None:
    """Whatever was answered, the next item is one of the form's that was not."""
    rng = np.random.default_rng(seed)
    answers = random_answers(CUSTOMER, rng, items=int(rng.integers(1, 8)))
    asked = next_item(CUSTOMER, FLAT, answers, mode=Mode.BEST_ONLY)

    assert asked is None or asked in set(CUSTOMER.order) - {answer.item for answer in answers}


def test_after_eight_items_nobody_is_asked_more() -> None:
    """Eight are enough for anyone's patience."""
    torn = [Answer(name, best="abcd"[place % 4]) for place, name in enumerate(STAFF.order[:8])]

    assert next_item(STAFF, FLAT, torn[:7]) is not None
    assert next_item(STAFF, FLAT, torn) is None


def test_asking_ends_at_half_confidence() -> None:
    """c ≥ .5 is where the answers outweigh the prior: with a weak prior a few suffice, with a strong one none do."""
    answers = picks(STAFF, "abc", "bcd")
    weight = float(score_form(STAFF, FLAT, [answers]).weight[0])
    weak = replace(FLAT, prior_strength=0.5)

    assert weight < FLAT.prior_strength
    assert next_item(STAFF, FLAT, answers) is not None
    assert score_form(STAFF, weak, [answers]).weight[0] > 0.5
    assert next_item(STAFF, weak, answers) is None


def test_asking_ends_when_the_leading_value_system_is_clear() -> None:
    """P(leading) ≥ .7 is enough to route by, long before the whole profile is known."""
    of = facet([0.25] * 4, strength=2.0)
    asked = form(*(item(f"Q{n}", ["k0", "k1", "k2", "k3"]) for n in range(8)), modes=[Mode.BEST_ONLY])
    steps = [next_item(asked, of, picks(asked, "a" * count)) for count in range(8)]
    torn = [next_item(asked, of, picks(asked, "abcd"[:count])) for count in range(3)]

    assert steps[0] == "Q0"
    assert None in steps[:5]
    assert None not in torn


def test_a_finished_form_has_no_next_item() -> None:
    """204, not an error."""
    short = form(item("Q", ["k0", "k1"]))

    assert next_item(short, facet([0.5, 0.5]), [Answer("Q", best="a")]) is None


def test_statements_to_rate_come_in_the_forms_order() -> None:
    """They have no choice model from which to reckon."""
    items = {name: Item(name, {"en": name}, dim="k0") for name in ("R1", "R2", "R3")}
    asked = Form("rated", (Mode.RATE,), items, ("R2", "R3", "R1"), rating=(1.0, 5.0), scoring="mrat")

    assert next_item(asked, facet([0.5, 0.5]), [Answer("R2", rating=3.0)]) == "R3"


def test_fewer_worst_picks_tell_less() -> None:
    """A best–worst answer holds everything a best-only answer does, and more."""
    theta = np.zeros((1, 4))
    more = expected_information(theta, 1.0, asks_worst=True) - expected_information(theta, 1.0, asks_worst=False)

    assert np.linalg.eigvalsh(more[0]).min() > -1e-12
    assert math.isclose(float(np.trace(more[0])), 2 / 3)  # by hand: three left, each 1/3 · 2/3
