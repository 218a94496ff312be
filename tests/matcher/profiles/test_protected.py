"""Names that speak of protected traits, and names that only look like them."""

import pytest

from matcher.profiles.protected import is_protected_group, is_protected_trait


@pytest.mark.parametrize(
    "name",
    [
        "ethnicity", "Ethnic_group", "etniciteit", "afkomst", "race", "religion", "religie", "geloof",
        "geloofsovertuiging", "health", "healthStatus", "HEALTH", "gezondheid", "gezondheidstoestand", "sexuality",
        "sexual_orientation",
        "seksualiteit", "geaardheid", "union", "union_member", "tradeunion", "vakbond", "vakbondslid", "politics",
        "political-party", "politiek", "politieke_voorkeur", "gender", "geslacht", "sex", "nationality",
        "nationaliteit", "trait.nationality2", "séxuality",
    ],
)  # fmt: skip
def test_a_protected_trait_is_seen_in_english_and_in_dutch(name: str) -> None:
    """A field that exists will be filled, and then used (trust.md E)."""
    assert is_protected_trait(name)


@pytest.mark.parametrize(
    "name",
    [
        "language",
        "reunion_date",
        "message",
        "passage",
        "politie_contact",
        "sussex_office",
        "erased",
        "trace_id",
        "terras",
        "vip",
    ],
)
def test_an_innocent_name_that_holds_the_letters_is_left_alone(name: str) -> None:
    """Refusing half a dictionary would teach people to write around the rule."""
    assert not is_protected_trait(name)


def test_groups_are_held_to_the_stricter_list() -> None:
    """A segment by age or origin steers by it; an attribute may mean a lead's origin or an account's age."""
    assert is_protected_group("age_50_plus")
    assert is_protected_group("herkomst-groep")
    assert not is_protected_trait("origin")
