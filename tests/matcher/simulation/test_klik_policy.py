"""Klik as a policy: the live service's decision, met by simulated contacts."""

from dataclasses import replace

import numpy as np
import pytest

from matcher.profiles.inline import InlineFacet, InlineProfile
from matcher.profiles.people import Customer
from matcher.rules import DEFAULT_RULE_SET, compile_rules, parse_rule_set
from matcher.simulation.chemistry import compatibility_of_pairs, with_drawn_profiles
from matcher.simulation.engine import run
from matcher.simulation.klik import Klik
from matcher.simulation.policies import LongestIdle
from models.frameworks import load_framework
from tests.matcher.simulation.worlds import arrival, employee, ends, ran, scenario

FRAMEWORK = load_framework()
FIRST, SECOND = FRAMEWORK.values.dims[:2]


def klik() -> Klik:
    """Klik under the rule set it ships with."""
    return Klik(FRAMEWORK, compile_rules(DEFAULT_RULE_SET))


def leaning(system: str) -> InlineProfile:
    """A person of one value system."""
    return InlineProfile(values=InlineFacet({system: 1.0}, n_eff=40.0))


def test_klik_serves_who_can_be_served_and_only_by_who_can() -> None:
    """The stock question goes to the stock desk though the other employee has been idle as long."""
    world = scenario(
        [arrival("stock", 5, kind="NE"), arrival("regular", 6)], [employee("emma"), employee("noor", "NE")]
    )

    assert ends(ran(world, klik())) == {"stock": ("completed", 0.0, "noor"), "regular": ("completed", 0.0, "emma")}


@pytest.mark.parametrize(("emma_s", "noor_s", "next_one"), [(10, 60, "emma"), (60, 10, "noor")])
def test_between_equals_klik_gives_the_contact_to_who_has_been_idle_longest(
    emma_s: float, noor_s: float, next_one: str
) -> None:
    """Chance must not decide where one of two has rested longer."""
    rows = [arrival("a", 0, emma_s, kind="A"), arrival("b", 0, noor_s, kind="B"), arrival("c", 500)]
    world = scenario(rows, [employee("emma", "A", "PS"), employee("noor", "B", "PS")])

    assert ends(ran(world, klik()))["c"] == ("completed", 0.0, next_one)


def test_difficult_contacts_in_a_row_are_counted_in_a_run() -> None:
    """Emma's time is cheaper; after two complaints the third goes to Noor, and after an easy one Emma may again."""
    says = {"en": "Hard.", "nl": "Zwaar."}
    when = {"field": "contact.intent", "operator": "is", "value": "complaint"}
    hard = {"id": "h", "title": "Hard", "when": when, "effect": {"set": {"difficult": True}}, "reason": says}
    document = {"schema": "rule-set/1", "title": "T", "strategy": {"preset": "customer_intimacy"}, "rules": [hard]}
    rules = parse_rule_set({**document, "limits": {"difficult_in_a_row": 2}})
    intents = ["complaint", "complaint", "complaint", "billing", "complaint"]
    rows = [arrival(f"c{k}", 1000.0 * k, 10.0) for k in range(5)]
    rows = [replace(row, contact=replace(row.contact, intent=intents[k])) for k, row in enumerate(rows)]
    world = scenario(rows, [employee("emma"), replace(employee("noor"), mandate=3)])
    ended = ends(ran(world, Klik(FRAMEWORK, compile_rules(rules))))

    assert [ended[f"c{k}"][2] for k in range(5)] == ["emma", "emma", "noor", "emma", "emma"]


def test_without_profiles_klik_judges_by_rules_alone() -> None:
    """Chemistry weighs nothing when nobody has a profile, and the policy can say so."""
    policy = klik()
    ran(scenario([arrival("a", 0), arrival("b", 10)], [employee("emma"), employee("noor")]), policy)

    assert dict(policy.bases) == {"rules": 2}


def test_with_profiles_klik_brings_together_whom_the_framework_would() -> None:
    """Two customers, two employees: the pairing with the higher compatibility, whichever of the two that is."""
    people = [replace(employee("emma"), profile=leaning(FIRST)), replace(employee("noor"), profile=leaning(SECOND))]
    rows = []
    for name, system in (("a", FIRST), ("b", SECOND)):
        one = arrival(name, 5.0)
        rows.append(replace(one, contact=replace(one.contact, customer=Customer(name, profile=leaning(system)))))
    world = scenario(rows, people)
    made = {one.arrival.contact.id: one.life.employee_id or "" for one in ran(world, klik()).stays}
    swapped = {"a": made["b"], "b": made["a"]}
    same, other = (
        sum(_compatibility(world, contact, who) for contact, who in pairing.items()) for pairing in (made, swapped)
    )

    assert same > other


def _compatibility(world: object, contact_id: str, employee_id: str) -> float:
    """Compatibility of one pair, by running the world with only that employee's desk."""
    from matcher.simulation.scenario import Scenario

    assert isinstance(world, Scenario)
    only = replace(world, employees={employee_id: world.employees[employee_id]},
                   spells=tuple(spell for spell in world.spells if spell.employee_id == employee_id))  # fmt: skip
    return compatibility_of_pairs([ran(only)], only, FRAMEWORK, mode="prior")[contact_id, employee_id]


def test_drawn_profiles_are_seeded_and_a_customer_keeps_the_same_one() -> None:
    """The same seed draws the same people; who calls twice is the same person twice."""
    known = replace(employee("emma"), profile=leaning(FIRST))
    calls = [replace(one, contact=replace(one.contact, customer_id="17")) for one in (arrival("a", 0), arrival("b", 9))]
    world = scenario([*calls, arrival("c", 20)], [known, employee("noor")])
    once, again, other = (with_drawn_profiles(world, FRAMEWORK, rng=np.random.default_rng(seed)) for seed in (7, 7, 8))
    profiles = [one.contact.customer.profile for one in once.arrivals if one.contact.customer is not None]

    assert once == again
    assert once != other
    assert profiles[0] == profiles[1] != profiles[2]
    assert once.employees["emma"] == known
    assert once.employees["noor"].profile is not None


def test_in_a_drawn_world_klik_gains_compatibility_at_no_cost_in_customers_served() -> None:
    """Where profiles are true by construction: better pairs than the longest idle makes, and as many served."""
    rng = np.random.default_rng(11)
    people = [employee(f"e{number}") for number in range(12)]
    rows = [arrival(f"c{number}", at, 300.0) for number, at in enumerate(np.sort(rng.uniform(0, 20_000, 300)))]
    world = with_drawn_profiles(scenario(rows, people), FRAMEWORK, rng=rng)
    idle, chosen = (run(world, policy, rng=np.random.default_rng(1)) for policy in (LongestIdle(), klik()))
    table = compatibility_of_pairs([idle, chosen], world, FRAMEWORK, mode="prior")
    means = [
        np.mean([table[stay.arrival.contact.id, stay.life.employee_id or ""] for stay in result.stays])
        for result in (idle, chosen)
    ]

    assert means[1] > means[0] + 0.002
    assert sum(stay.is_answered for stay in chosen.stays) == pytest.approx(300)
