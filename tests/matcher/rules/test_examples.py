"""The rule sets of the guide are sound, and do what their strategy says."""

import json
from pathlib import Path

import pytest

from matcher.profiles.people import ChannelLoad, Customer
from matcher.rules import RuleSet, parse_rule_set
from matcher.rules.lint import Severity, lint
from tests.docs.pages import examples
from tests.matcher.routing.rounds import FRAMEWORK, contact, decided, employee

GUIDE = Path(__file__).resolve().parents[3] / "docs" / "how"
NAMES = ("customer_intimacy", "cost_leadership", "product_leadership")
REST = {"id": "x", "title": "X", "reason": {"nl": "Daarom.", "en": "Because."}}


def example(name: str) -> RuleSet:
    """The rule set of that name in the guide."""
    document = json.loads((GUIDE / "rule-sets" / f"{name}.json").read_text(encoding="utf-8"))
    return parse_rule_set(document, framework=FRAMEWORK)


@pytest.mark.parametrize("name", NAMES)
def test_the_example_of_each_strategy_has_nothing_to_repair(name: str) -> None:
    """Who begins from an example should not begin with a warning."""
    rule_set = example(name)
    found = lint(rule_set, framework=FRAMEWORK)

    assert rule_set.strategy.preset == name
    assert [one.code for one in found if one.severity is not Severity.NOTE] == []


def test_intimacy_brings_a_customer_to_who_knows_them() -> None:
    """Continuity before whoever has been free longest."""
    staff = [employee("stranger", idle_s=900.0), employee("friend")]
    known = contact(customer=Customer("k", attributes={"owner": "friend"}), language="nl")

    (decision,) = decided([known], staff, rule_set=example("customer_intimacy")).decisions

    assert decision.employee_id == "friend"


def test_cost_leadership_spares_the_specialist_and_shows_a_way_that_takes_nobody() -> None:
    """An address is changed without a specialist, who stays free for a complaint."""
    specialist = [employee("specialist", mandate=2, channels={"phone": ChannelLoad(1)}), employee("busy", free_slots=0)]

    (simple,) = decided([contact(intent="address_change")], specialist, rule_set=example("cost_leadership")).decisions
    (complaint,) = decided([contact(intent="complaint")], specialist, rule_set=example("cost_leadership")).decisions

    assert simple.unassigned is not None
    assert simple.unassigned.suggested_channel == "self_service"
    assert complaint.employee_id == "specialist"


def test_product_leadership_gives_faults_to_experts() -> None:
    """Who knows the product sees what is wrong."""
    staff = [employee("novice", idle_s=900.0), employee("expert", skills={"product": 4}, mandate=3)]

    (decision,) = decided([contact(intent="fault")], staff, rule_set=example("product_leadership")).decisions

    assert decision.employee_id == "expert"


@pytest.mark.parametrize("name", ["write-rules.md"])
def test_the_pieces_of_the_guide_are_read_as_they_stand(name: str) -> None:
    """A piece that is copied must fit."""
    pieces = [json.loads(one.text) for one in examples(GUIDE / name, "json")]

    assert pieces
    for piece in pieces:
        parts = {"rules": [{**REST, **piece}]} if "effect" in piece else piece
        parse_rule_set({"schema": "rule-set/1", "title": "T", "strategy": {"preset": "cost_leadership"}, **parts})
