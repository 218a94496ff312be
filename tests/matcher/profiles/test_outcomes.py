"""Evidence from a customer's own contacts: weak, tempered, and silent where it knows nothing."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from matcher.errors import InvalidInput
from matcher.profiles.framework import Facet, SourceTerms
from matcher.profiles.outcomes import ContactOutcomes, OutcomeShare, chemistry_of, outcome_share

seeds = st.integers(0, 2**32 - 1)


def two_ways(prior: tuple[float, ...] = (0.5, 0.5), **changes: float) -> Facet:
    """A facet that takes outcomes: half-life 365 d, cap 4, temper .5."""
    terms = SourceTerms(**({"half_life_days": 365.0, "cap": 4.0, "temper": 0.5} | changes))
    names = tuple(f"way{number}" for number in range(len(prior)))
    return Facet("values", names, prior, 7.0, {"outcome": terms}, 0.0)


def contacts(
    is_good: list[float], chemistry: list[list[float]], *, age_days: list[float] | None = None, main: float = 0.0
) -> ContactOutcomes:
    """Contacts of today, with employees and intents like any other."""
    ages = np.zeros(len(is_good)) if age_days is None else np.array(age_days)
    table = np.array(chemistry, dtype=float).reshape(len(is_good), -1 if is_good else 2)
    return ContactOutcomes(np.array(is_good), ages, np.full(len(is_good), main), table)


def test_no_contacts_say_nothing() -> None:
    """No evidence gives weight 0, and the prior."""
    assert outcome_share(two_ways((0.3, 0.7)), contacts([], [])) == OutcomeShare(
        pytest.approx((0.3, 0.7), abs=1e-15), 0.0
    )


def test_one_success_by_hand() -> None:
    """P = .8 and .2: halves of the logs make √.8 : √.2 = 2 : 1; KL = ⅔·ln(4/3) + ⅓·ln(2/3) over ln 2."""
    said = outcome_share(two_ways(), contacts([1.0], [[math.log(4), -math.log(4)]]))
    expected = 4 * (2 / 3 * math.log(4 / 3) + 1 / 3 * math.log(2 / 3)) / math.log(2)

    assert said.share == pytest.approx((2 / 3, 1 / 3))
    assert said.weight == pytest.approx(expected)


def test_a_success_a_half_life_ago_speaks_half_as_loud() -> None:
    """By hand: the fourth root of 4 to 1 instead of the square root."""
    said = outcome_share(two_ways(), contacts([1.0], [[math.log(4), -math.log(4)]], age_days=[365.0]))

    assert said.share[0] / said.share[1] == pytest.approx(math.sqrt(2))


@given(seed=seeds, number=st.integers(1, 40))
def test_employees_good_with_everybody_say_nothing_of_the_customer(seed: int, number: int) -> None:
    """Where the systems make no difference the outcomes, good or bad, leave the prior and weigh nothing."""
    rng = np.random.default_rng(seed)
    alike = np.repeat(rng.normal(size=(number, 1)), 2, axis=1)
    said = outcome_share(two_ways((0.3, 0.7)), contacts(list(rng.integers(0, 2, number).astype(float)), alike.tolist()))

    assert said.share == pytest.approx((0.3, 0.7), abs=1e-9)
    assert said.weight == pytest.approx(0.0, abs=1e-9)


def test_success_that_was_to_be_expected_tells_little() -> None:
    """Main effects first: the better the employee is with everybody, the less a success says of the chemistry."""
    chemistry = [[0.3, -0.3]] * 5
    weights = [outcome_share(two_ways(), contacts([1.0] * 5, chemistry, main=main)).weight for main in (0.0, 2.0, 4.0)]

    assert weights == sorted(weights, reverse=True)
    assert weights[2] < weights[0] / 100


@given(seed=seeds, number=st.integers(0, 300))
def test_any_history_gives_a_share_and_a_weight_within_the_cap(seed: int, number: int) -> None:
    """Extreme logits may neither overflow nor buy more than the cap."""
    rng = np.random.default_rng(seed)
    facet = two_ways((0.1, 0.2, 0.7))
    history = ContactOutcomes(
        rng.integers(0, 2, number).astype(float),
        rng.uniform(0, 4000, number),
        rng.normal(size=number) * 50,
        rng.normal(size=(number, 3)) * 10 ** rng.uniform(-2, 3),
    )
    said = outcome_share(facet, history)

    assert sum(said.share) == pytest.approx(1.0, abs=1e-12)
    assert min(said.share) >= 0
    assert 0 <= said.weight <= 4.0


def test_the_order_of_contacts_does_not_matter() -> None:
    """They are evidence, not a story."""
    rng = np.random.default_rng(1)
    columns = (rng.integers(0, 2, 20).astype(float), rng.uniform(0, 900, 20), rng.normal(size=20))
    chemistry, order = rng.normal(size=(20, 2)), rng.permutation(20)
    straight = outcome_share(two_ways(), ContactOutcomes(*columns, chemistry))
    turned = outcome_share(two_ways(), ContactOutcomes(*(column[order] for column in columns), chemistry[order]))

    assert turned.share == pytest.approx(straight.share, abs=1e-12)


def test_outcomes_hardly_find_a_colour_in_twenty_contacts() -> None:
    """The honest limit (profiling.md 1.8): with 20-point effects some 20 % right of eight, where chance is 12.5 %."""
    rng = np.random.default_rng(2)
    facet = two_ways((1 / 8,) * 8)
    affinity = np.eye(8) * 1.2  # about twenty points between the own and another system
    hits = 0
    for _ in range(1500):
        true = rng.integers(8)
        chemistry = chemistry_of(affinity, rng.dirichlet(np.ones(8), 20))
        good = (rng.random(20) < 1 / (1 + np.exp(-(0.8 + chemistry[:, true])))).astype(float)
        said = outcome_share(facet, ContactOutcomes(good, np.zeros(20), np.full(20, 0.8), chemistry))
        hits += int(np.argmax(said.share)) == true

    assert 0.125 < hits / 1500 < 0.35


def test_a_matrix_that_favours_an_employee_is_centred() -> None:
    """Rows and columns sum to 0: an employee system that suits everyone gives no chemistry with anyone."""
    favoured = np.tile([3.0, 0.0, 0.0], (3, 1))

    assert chemistry_of(favoured, [[0.6, 0.2, 0.2]]) == pytest.approx(np.zeros((1, 3)), abs=1e-12)


def test_chemistry_by_hand() -> None:
    """Identity of two, centred to ±½, with an employee of .8 and .2: ±.3."""
    assert chemistry_of(np.eye(2), [[0.8, 0.2]]) == pytest.approx(np.array([[0.3, -0.3]]))


@pytest.mark.parametrize(
    ("columns", "code"),
    [
        (([2.0], [0.0], [0.0], [[0.0, 0.0]]), "out_of_range"),
        (([1.0], [-1.0], [0.0], [[0.0, 0.0]]), "out_of_range"),
        (([1.0], [0.0], [math.inf], [[0.0, 0.0]]), "out_of_range"),
        (([1.0], [0.0], [0.0, 0.0], [[0.0, 0.0]]), "wrong_length"),
    ],
)
def test_impossible_contacts_are_refused(columns: tuple, code: str) -> None:
    """Where a value is built, not where it surprises."""
    with pytest.raises(InvalidInput) as refused:
        ContactOutcomes(*(np.array(column) for column in columns))

    assert [fault.code for fault in refused.value.faults] == [code]


def test_a_facet_that_takes_no_outcomes_says_so() -> None:
    """Outcomes are off where the framework file does not name them."""
    facet = Facet("values", ("a", "b"), (0.5, 0.5), 7.0, {}, 0.0)
    with pytest.raises(InvalidInput, match="outcome"):
        outcome_share(facet, contacts([], []))
