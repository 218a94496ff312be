"""The classifier's contract: scikit-learn's, the service's, and what it may never do."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.exceptions import NotFittedError
from sklearn.utils import estimator_checks

from matcher.compatibility import PairClassifier
from matcher.compatibility.outcomes import Outcome, outcomes_of
from matcher.errors import InvalidInput
from tests.matcher.compatibility.pairs import FRAMEWORK, employee, outcomes, people

APPLICABLE = (
    "check_parameters_default_constructible",
    "check_estimator_cloneable",
    "check_estimator_repr",
    "check_get_params_invariance",
    "check_set_params",
    "check_no_attributes_set_in_init",
)

ASKING, STAFF = people(60, 12, seed=4)
OUTCOMES = outcomes(ASKING, STAFF, 900, seed=4)


@pytest.fixture(scope="module")
def fitted() -> PairClassifier:
    """A classifier that learnt from drawn outcomes."""
    return PairClassifier(FRAMEWORK).fit(ASKING, STAFF, OUTCOMES)


@pytest.mark.parametrize("check", APPLICABLE)
def test_it_keeps_the_part_of_scikit_learns_contract_that_applies(check: str) -> None:
    """Those that ask nothing of X and y: here `fit` takes people and outcomes (see the module's word on it)."""
    getattr(estimator_checks, check)("PairClassifier", PairClassifier())


def test_a_clone_has_the_settings_and_nothing_learnt(fitted: PairClassifier) -> None:
    """As scikit-learn's search and pipelines expect."""
    again = clone(fitted.set_params(seed=3))

    assert again.get_params()["seed"] == 3
    assert not hasattr(again, "scorer_")
    fitted.set_params(seed=0)


def test_before_learning_it_refuses_to_answer() -> None:
    """A number out of nothing would be taken for a probability."""
    with pytest.raises(NotFittedError):
        PairClassifier(FRAMEWORK).predict_proba(ASKING, STAFF)


def test_it_gives_a_probability_for_every_customer_with_every_employee(fitted: PairClassifier) -> None:
    """Customers × employees, each strictly between 0 and 1."""
    found = fitted.predict_proba(ASKING[:5], STAFF)

    assert found.shape == (5, 12)
    assert ((found > 0) & (found < 1)).all()


def test_the_same_outcomes_and_seed_give_the_same_classifier_bit_for_bit(fitted: PairClassifier) -> None:
    """What cannot be made again cannot be audited."""
    again = PairClassifier(FRAMEWORK).fit(ASKING, STAFF, OUTCOMES)

    for name, array in fitted.scorer_.to_arrays().items():
        np.testing.assert_array_equal(array, again.scorer_.to_arrays()[name])


def test_the_order_of_people_does_not_matter(fitted: PairClassifier) -> None:
    """Files come in any order."""
    again = PairClassifier(FRAMEWORK).fit(ASKING[::-1], STAFF[::-1], OUTCOMES)

    np.testing.assert_allclose(again.predict_proba(ASKING, STAFF), fitted.predict_proba(ASKING, STAFF), atol=1e-4)


def test_good_employees_are_found_whoever_they_serve(fitted: PairClassifier) -> None:
    """Every second one is better by 30 points: main effects come first."""
    by_employee = fitted.predict_proba(ASKING, STAFF).mean(axis=0)

    assert by_employee[1::2].min() > by_employee[0::2].max()


def test_a_new_employee_starts_at_the_mean_of_the_team(fitted: PairClassifier) -> None:
    """Nothing known is neither held against anybody nor counted for them."""
    veterans = [employee("e1", team="t1"), employee("e3", team="t1"), employee("e0", team="t0")]
    known = fitted.decision_function(ASKING[:1], veterans)[0]

    new = fitted.decision_function(ASKING[:1], [employee("new", team="t1"), employee("other", team="t0")])[0]

    assert new[0] > new[1]
    assert abs(new[0] - known[:2].mean()) < abs(known[:2].mean() - known[2])


def test_an_interval_holds_its_score_and_is_wider_for_people_nobody_met(fitted: PairClassifier) -> None:
    """Whoever reads a score must see how little is known."""
    met = fitted.score_pairs(ASKING[:1], STAFF[:1])
    unmet = fitted.score_pairs([replace(ASKING[0], id="x")], [replace(STAFF[0], id="y")])

    assert met.low < met.probability < met.high
    assert unmet.high - unmet.low > met.high - met.low


def test_pairs_score_as_in_the_whole_table(fitted: PairClassifier) -> None:
    """One number for a pair, whichever way it was asked for."""
    table = fitted.predict_proba(ASKING[:12], STAFF)

    np.testing.assert_allclose(fitted.score_pairs(ASKING[:12], STAFF).probability, np.diag(table), atol=1e-6)


def test_propensities_weigh_rare_pairings_up_and_no_further_than_ten_times() -> None:
    """What a router hardly ever tried must not vanish, nor may one outcome outvote hundreds."""
    rows = [Outcome("c", "e", None, 1.0, propensity=chance) for chance in (0.5, 0.5, 0.1, 1e-9)]

    weight = outcomes_of(rows * 5, ["c"], ["e"]).weight

    assert weight.mean() == pytest.approx(1.0)
    assert weight.max() / weight.min() <= 100 + 1e-9


@pytest.mark.parametrize(
    ("rows", "codes"),
    [
        (OUTCOMES[:49], {"too_few_outcomes"}),
        ([each for each in OUTCOMES if each.employee_id == "e1"], {"one_employee"}),
        ([replace(each, success=1.0) for each in OUTCOMES], {"one_class"}),
        ([replace(OUTCOMES[0], success=0.0)] * 20, {"too_few_outcomes", "one_employee", "one_class"}),
        ([], {"too_few_outcomes"}),
    ],
    ids=["few", "one employee", "all good", "all three", "none"],
)
def test_what_cannot_be_learnt_from_is_refused_with_every_reason(rows: list[Outcome], codes: set[str]) -> None:
    """A classifier out of nothing is worse than the prior: it looks as if it knew."""
    with pytest.raises(InvalidInput) as refusal:
        PairClassifier(FRAMEWORK).fit(ASKING, STAFF, rows)

    assert {fault.code for fault in refusal.value.faults} == codes
    assert refusal.value.detail.count("until then use the prior") == 1


@pytest.mark.parametrize(
    ("count", "said"),
    [(0, "no outcomes to learn from"), (1, "1 outcome is too few to"), (2, "2 outcomes are too few to")],
)
def test_what_is_missing_is_said_in_grammar(count: int, said: str) -> None:
    """One outcome is one, and nothing is none."""
    with pytest.raises(InvalidInput) as refusal:
        PairClassifier(FRAMEWORK).fit(ASKING, STAFF, OUTCOMES[:count])

    assert said in refusal.value.detail


def test_people_nobody_named_are_refused_by_row() -> None:
    """An outcome of somebody unknown would be learnt as somebody else's."""
    with pytest.raises(InvalidInput) as refusal:
        PairClassifier(FRAMEWORK).fit(ASKING, STAFF, [replace(OUTCOMES[0], customer_id="nobody")])

    assert [fault.pointer for fault in refusal.value.faults] == ["/0/customer_id"]


def test_handle_seconds_come_by_intent_and_employee(fitted: PairClassifier) -> None:
    """Every second employee takes e times as long (drawn so)."""
    seconds = fitted.predict_seconds(["move"], STAFF)

    assert seconds is not None
    assert seconds[0, 1::2].min() > 1.5 * seconds[0, 0::2].max()
