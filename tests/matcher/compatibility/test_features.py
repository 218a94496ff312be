"""What is trained on is what serves: one function, both ways; and missing is not zero."""

import json

import numpy as np
import pytest

from matcher.compatibility.features import FeatureMap, learn_features
from matcher.compatibility.people_table import PeopleTable, customer_table, employee_table
from matcher.compatibility.traits import learn_traits
from matcher.profiles.people import Attribute, Customer, Employee
from tests.matcher.compatibility.pairs import DIMS, FRAMEWORK, customer, employee, even, people

INTENTS = ("move", "bill", None, "move")


def learnt(values: str = "learned") -> tuple[FeatureMap, PeopleTable, PeopleTable]:
    asking, staff = people(30, 12, seed=1)
    customers, employees = customer_table(asking, FRAMEWORK), employee_table(staff, FRAMEWORK)
    return learn_features(customers, employees, INTENTS, FRAMEWORK, values=values), customers, employees


def columns(asking: Customer, staff: Employee, of: FeatureMap, **contact: str) -> dict[str, float]:
    """The named features of one pair."""
    left = of.left(customer_table([asking], FRAMEWORK), *([contact.get(each)] for each in ("intent", "channel")))
    right = of.right(employee_table([staff], FRAMEWORK))
    names = [each.name for each in of.all_features]
    return dict(zip(names, of.design(left, right)[0].tolist(), strict=True))


def test_the_factored_product_is_the_sum_over_named_features() -> None:
    """Thousands of pairs are scored by a product of thin matrices; it must be what the regression was fitted to."""
    of, customers, employees = learnt()
    left = of.left(customers, ["move"] * len(customers), ["phone"] * len(customers))
    right = of.right(employees)
    rng = np.random.default_rng(7)
    weights = rng.normal(size=len(of.pair_features))
    rows, places = rng.integers(len(left), size=200), rng.integers(len(right), size=200)
    one_by_one = of.design(left.take(rows), right.take(places))[:, -len(weights) :] @ weights

    at_once = left.pair @ of.pair_weights(weights) @ right.pair.T

    np.testing.assert_allclose(at_once[rows, places], one_by_one, atol=1e-12)


def test_every_feature_has_a_name_a_unit_and_stays_in_its_range() -> None:
    """A card that names features without saying what they measure cannot be checked."""
    of, customers, employees = learnt()
    rng = np.random.default_rng(3)
    rows, places = rng.integers(len(customers), size=300), rng.integers(len(employees), size=300)
    design = of.design(of.left(customers).take(rows), of.right(employees).take(places))

    assert len({each.name for each in of.all_features}) == len(of.all_features) == design.shape[1]
    assert all(each.unit for each in of.all_features)
    for column, each in zip(design.T, of.all_features, strict=True):
        assert each.low - 1e-9 <= column.min(), each.name
        assert column.max() <= each.high + 1e-9, each.name


def test_interactions_of_somebody_who_leans_nowhere_are_zero() -> None:
    """Deviations from even are what interacts: sum-to-zero, so that main effects stay main effects."""
    of, _, _ = learnt()
    found = columns(customer("c", even()), employee("e", {DIMS[0]: 1.0}), of)

    assert all(found[name] == pytest.approx(0) for name in found if name.startswith("values.") or name == "chemistry")
    assert found["customer.values=known"] == 1.0


def test_an_unknown_profile_is_told_apart_from_an_even_one() -> None:
    """Nothing known is not the same as known to lean nowhere."""
    of, _, _ = learnt()
    unknown = columns(customer("c"), employee("e", even()), of)
    known = columns(customer("c", even()), employee("e", even()), of)

    assert (unknown["customer.values=known"], known["customer.values=known"]) == (0.0, 1.0)


def test_chemistry_is_that_of_the_double_centred_matrix_by_hand() -> None:
    """Two pure people: their cell of the matrix, less its row's and column's mean, plus the mean of all."""
    of, _, _ = learnt()
    matrix = FRAMEWORK.affinity
    by_hand = matrix[1, 3] - matrix[1].mean() - matrix[:, 3].mean() + matrix.mean()

    found = columns(customer("c", {DIMS[1]: 1.0}), employee("e", {DIMS[3]: 1.0}), of)

    assert found["chemistry"] == pytest.approx(by_hand)


def test_values_without_consent_do_not_count() -> None:
    """A profile that came along without the customer's agreement is not looked at."""
    of, _, _ = learnt()
    asking = customer("c", {DIMS[1]: 1.0})
    silent = type(asking)("c", profile=asking.profile)

    assert columns(silent, employee("e", {DIMS[3]: 1.0}), of)["chemistry"] == 0.0


def test_a_shared_language_counts_a_half_another_minus_a_half_and_an_unknown_nothing() -> None:
    """Nobody is marked down for what nobody knows of them; nl-BE and nl are one language."""
    of, _, _ = learnt()
    told = [
        columns(customer("c", language=spoken), employee("e", languages=("nl",)), of)["language.shared"]
        for spoken in ("nl-BE", "en", None)
    ]

    assert told == [0.5, -0.5, 0.0]
    assert columns(customer("c", language="nl"), employee("e"), of)["language.shared"] == 0.0


def test_the_skill_of_the_intent_counts_by_level() -> None:
    """Level 4 of 5 in what is asked; another skill is none."""
    of, _, _ = learnt()
    staff = employee("e", skills={"move": 4})

    assert columns(customer("c"), staff, of, intent="move")["skill.of_intent"] == pytest.approx(0.8)
    assert columns(customer("c"), staff, of, intent="bill")["skill.of_intent"] == 0.0


def test_wishes_meet_qualities_in_standard_deviations() -> None:
    """One wish weighs 1 whatever its size; who has it two deviations above the mean counts two."""
    of, _, _ = learnt()
    has = next(each for each in of.employee_traits if each.name == "has:warmth")
    staff = employee("e", attributes={"has:warmth": has.mean + 2 * has.spread})

    assert columns(customer("c", attributes={"wants:warmth": 0.3}), staff, of)["wish.customer"] == pytest.approx(2.0)
    assert columns(customer("c"), staff, of)["wish.customer"] == 0.0


def test_equal_words_and_near_numbers_count_and_unknown_ones_do_not() -> None:
    """Likeness is −½ of the squared distance in deviations; an unknown trait says neither like nor unlike."""
    of, _, _ = learnt()
    alike = columns(
        customer("c", attributes={"hobby": "art", "years": 1.0}),
        employee("e", attributes={"hobby": "art", "years": 1.0}), of,
    )  # fmt: skip
    unlike = columns(
        customer("c", attributes={"hobby": "art", "years": 1.0}),
        employee("e", attributes={"hobby": "sport", "years": -1.0}), of,
    )  # fmt: skip
    unknown = columns(customer("c"), employee("e", attributes={"hobby": "art", "years": 1.0}), of)

    assert (alike["equal.hobby"], unlike["equal.hobby"], unknown["equal.hobby"]) == (0.5, -0.5, 0.0)
    assert alike["likeness.years"] == pytest.approx(0.0)
    assert unlike["likeness.years"] < -1
    assert unknown["likeness.years"] == 0.0


def test_a_stray_word_among_numbers_is_an_unknown_number() -> None:
    """One "n/a" in a column of a million must not turn years into a million words, and the trait into nothing."""
    years_of: list[Attribute] = [*map(float, range(19)), "n/a"]
    (years,) = learn_traits([{"years": one} for one in years_of])
    (half,) = learn_traits([{"years": "few" if i % 2 else 3.0} for i in range(20)])

    assert years.columns == ("years", "years=unknown")
    assert years.mean == 9.0
    assert years.encode([{"years": "n/a"}, {"years": 9.0}]).tolist() == [[0.0, 1.0], [0.0, 0.0]]
    assert half.columns == ("years=3.0", "years=few")


def test_traits_named_after_protected_grounds_are_never_read() -> None:
    """Not even when a caller slips one past the files' readers."""
    asking, staff = people(10, 4, seed=2)
    marked = [type(each)(each.id, attributes={"religion": str(place % 2)}) for place, each in enumerate(asking)]
    of = learn_features(customer_table(marked, FRAMEWORK), employee_table(staff, FRAMEWORK), (), FRAMEWORK)

    assert not any("religion" in each.name for each in of.all_features)


@pytest.mark.parametrize("values", ["off", "main", "same", "prior", "learned"])
def test_a_map_written_as_json_reads_back_the_same(values: str) -> None:
    """What serves is read from a file: not a column may move."""
    of, customers, employees = learnt(values)
    read = FeatureMap.from_document(json.loads(json.dumps(of.to_document())))

    assert read == of
    np.testing.assert_array_equal(
        read.design(read.left(customers), read.right(employees).take(np.zeros(len(customers), dtype=np.intp))),
        of.design(of.left(customers), of.right(employees).take(np.zeros(len(customers), dtype=np.intp))),
    )
