"""A rule set is read whole: what is right is kept, what is wrong is named, all of it at once."""

import copy
import json
import re
from types import SimpleNamespace

import pytest

from matcher.errors import InvalidInput
from matcher.rules import DEFAULT_RULE_SET, parse_rule_set, strategy_named
from matcher.rules.rule_set import Changes
from matcher.rules.strategy import PRESETS
from matcher.rules.terms import Explore, Floor, Hold, Limits, PaidSlot, Service, Style, Tier

COST = {"preset": "cost_leadership"}


def rule(**changes):
    """A valid rule; a change to `...` leaves the key out."""
    whole = {
        "id": "r1",
        "title": "Complaints need a mandate",
        "when": {"field": "contact.intent", "operator": "is", "value": "complaint"},
        "employees": {"field": "employee.mandate", "operator": "at_least", "value": 2},
        "effect": {"require": True},
        "reason": {"nl": "Een klacht vraagt mandaat.", "en": "A complaint needs a mandate."},
        **changes,
    }
    return {key: part for key, part in whole.items() if part is not ...}


def document(*rules, **changes):
    """A valid rule set with these rules."""
    whole = {
        "schema": "rule-set/1",
        "title": "Winter 2027",
        "strategy": {"preset": "customer_intimacy"},
        "rules": list(rules),
        **changes,
    }
    return {key: part for key, part in whole.items() if part is not ...}


def faults(doc, **given):
    with pytest.raises(InvalidInput) as refusal:
        parse_rule_set(doc, **given)
    return [(fault.pointer, fault.code) for fault in refusal.value.faults]


def asks(field, operator="is", **value):
    return {"field": field, "operator": operator, **value}


def nested(depth):
    condition = asks("contact.intent", value="x")
    for _ in range(depth - 1):
        condition = {"not": condition}
    return condition


def test_the_example_of_the_design_is_read():
    """What operations were promised in writing must be what is accepted."""
    doc = document(
        rule(active=True, order=10, category="complaints", relax_after_s=120),
        values={"mode": "same", "max_weight": 0.25},
        strategy={"preset": "customer_intimacy", "weights": {"fit": 2, "wait": 0.4}},
    )

    rule_set = parse_rule_set(doc)

    assert rule_set.title == "Winter 2027"
    assert (rule_set.strategy.weights.fit, rule_set.strategy.weights.wait) == (2.0, 0.4)
    assert rule_set.strategy.weights.load == PRESETS["customer_intimacy"].load
    assert (rule_set.values.mode, rule_set.values.max_weight) == ("same", 0.25)
    assert [(one.id, one.order, one.relax_after_s) for one in rule_set.rules] == [("r1", 10, 120.0)]
    assert rule_set.rules[0].reason["nl"] == "Een klacht vraagt mandaat."


@pytest.mark.parametrize(
    ("doc", "fault"),
    [
        ([], ("", "wrong_type")),
        (document(schema="rule-set/2"), ("/schema", "unknown_schema")),
        (document(schema=...), ("/schema", "missing")),
        (document(title=""), ("/title", "wrong_length")),
        (document(title=7), ("/title", "wrong_type")),
        (document(strategy=...), ("/strategy", "missing")),
        (document(strategy={"preset": "all_three"}), ("/strategy/preset", "unknown_strategy")),
        (document(strategy={**COST, "weights": {"fit": -1}}), ("/strategy/weights/fit", "out_of_range")),
        (document(strategy={**COST, "weights": {"love": 1}}), ("/strategy/weights/love", "unknown_key")),
        (document(values={"mode": "guess"}), ("/values/mode", "unknown_mode")),
        (document(values={"mode": "off", "max_weight": 2}), ("/values/max_weight", "out_of_range")),
        (document(rules={}), ("/rules", "wrong_type")),
        (document("r1"), ("/rules/0", "wrong_type")),
        (document(colour="red"), ("/colour", "unknown_key")),
        (document(**{"a/b~": 1}), ("/a~1b~0", "unknown_key")),
        (document(rule(), rule()), ("/rules/1/id", "duplicate_id")),
        (document(*(rule(id=str(k)) for k in range(1001))), ("/rules", "wrong_length")),
    ],
)  # fmt: skip
def test_a_fault_is_named_where_it_stands(doc, fault):
    """An operator who is told where and what repairs it in a minute."""
    assert faults(doc) == [fault]


@pytest.mark.parametrize(
    ("faulty", "fault"),
    [
        (rule(id=...), ("/id", "missing")),
        (rule(reason={"nl": "Alleen Nederlands."}), ("/reason/en", "missing")),
        (rule(reason={"nl": "Ja.", "en": " "}), ("/reason/en", "wrong_length")),
        (rule(order=1.5), ("/order", "wrong_type")),
        (rule(active="yes"), ("/active", "wrong_type")),
        (rule(relax_after_s=-1), ("/relax_after_s", "out_of_range")),
        (rule(effect={}), ("/effect", "one_effect")),
        (rule(effect={"require": True, "forbid": True}), ("/effect", "one_effect")),
        (rule(effect={"require": False}), ("/effect/require", "wrong_type")),
        (rule(effect={"boost": float("nan")}), ("/effect/boost", "out_of_range")),
        (rule(effect={"boost": 10**400}), ("/effect/boost", "out_of_range")),
        (rule(effect={"boost": True}), ("/effect/boost", "wrong_type")),
        (rule(effect={"set": {"priority": 10}}, employees=...), ("/effect/set/priority", "out_of_range")),
        (rule(effect={"set": {}}, employees=...), ("/effect/set", "nothing_set")),
        (rule(effect={"set": {"channel": "fax"}}, employees=...), ("/effect/set/channel", "unknown_channel")),
        (rule(effect={"set": {"answer_within_s": 0}}, employees=...), ("/effect/set/answer_within_s", "out_of_range")),
        (rule(effect={"set": {"difficult": False}}, employees=...), ("/effect/set/difficult", "wrong_type")),
        (rule(effect={"set": {"priority": 9}}), ("/employees", "no_employees_here")),
        (rule(effect={"stop": True}, when=..., employees=...), ("/employees", "missing")),
        (rule(effect={"stop": {"rules": ["r0"]}}), ("/employees", "no_employees_here")),
        (rule(effect={"stop": {"rules": ["r7"]}}, employees=...), ("/effect/stop/rules/0", "unknown_rule")),
        (rule(effect={"stop": {"rules": ["r1"]}}, employees=...), ("/effect/stop/rules/0", "stop_of_a_stop")),
        (rule(effect={"stop": False}), ("/effect/stop", "wrong_type")),
        (rule(effect={"stop": True}, relax_after_s=5), ("/relax_after_s", "nothing_to_relax")),
        (rule(relax=[{"after_s": 5, "drop": True}], relax_after_s=5), ("/relax", "relaxed_twice")),
        (rule(relax=[]), ("/relax", "wrong_length")),
        (rule(relax=[{"after_s": 5}]), ("/relax/0", "one_way_to_relax")),
        (rule(relax=[{"after_s": 5, "drop": False}]), ("/relax/0/drop", "wrong_type")),
        (rule(relax=[{"after_s": 5, "drop": True}] * 2), ("/relax/1/after_s", "steps_not_in_order")),
        (rule(relax=[{"after_s": k, "drop": True} for k in (5, 6)]), ("/relax/1", "steps_not_in_order")),
        (rule(relax=[{"after_s": 5, "employees": asks("customer.tier", value="x")}]),
         ("/relax/0/employees/field", "wrong_side")),
        (rule(title="a\nb"), ("/title", "not_printable")),
        (rule(effect={"boost": 1}, relax_after_s=9), ("/relax_after_s", "nothing_to_relax")),
        (rule(employees=...), ("/employees", "missing")),
        (rule(when=asks("contact.mood", value="x")), ("/when/field", "unknown_field")),
        (rule(when=asks("contact.attributes.", value="x")), ("/when/field", "unknown_field")),
        (rule(when=asks("contact.intent", "like", value="x")), ("/when/operator", "unknown_operator")),
        (rule(when=asks("contact.intent", "at_least", value=1)), ("/when/operator", "operator_does_not_fit")),
        (rule(employees=asks("employee.language", value="x")), ("/employees/operator", "operator_does_not_fit")),
        (rule(when=asks("contact.intent", value=1)), ("/when/value", "wrong_type")),
        (rule(when=asks("contact.priority", value="1")), ("/when/value", "wrong_type")),
        (rule(when=asks("contact.priority", value=True)), ("/when/value", "wrong_type")),
        (rule(when=asks("contact.intent", "in", value="x")), ("/when/value", "wrong_type")),
        (rule(when=asks("contact.intent", "in", value=["x", 1])), ("/when/value/1", "wrong_type")),
        (rule(when=asks("contact.intent", "exists", value="x")), ("/when/value", "wrong_type")),
        (rule(when=asks("contact.intent")), ("/when/value", "missing")),
        (rule(when=asks("employee.team", value="x")), ("/when/field", "wrong_side")),
        (rule(employees=asks("customer.tier", value="x")), ("/employees/field", "wrong_side")),
        (rule(when={"all": []}), ("/when/all", "wrong_length")),
        (rule(when={"all": [asks("contact.intent", value="x")], "any": []}), ("/when/any", "unknown_key")),
        (rule(when="always"), ("/when", "wrong_type")),
        (rule(when=nested(9)), ("/when" + "/not" * 8, "too_deep")),
    ],
)  # fmt: skip
def test_a_fault_in_a_rule_is_named_where_it_stands(faulty, fault):
    """A rule set has many rules; the pointer says which part of which."""
    pointer, code = fault

    assert faults(document(rule(id="r0"), faulty)) == [(f"/rules/1{pointer}", code)]


@pytest.mark.parametrize(
    ("part", "faulty", "fault"),
    [
        ("service", {}, ("", "wrong_type")),
        ("service", [{"segment": "a"}], ("/0/channels", "missing")),
        ("service", [{"channels": ["fax"]}], ("/0/channels/0", "unknown_channel")),
        ("service", [{"channels": []}], ("/0/channels", "wrong_length")),
        ("service", [{"channels": ["chat"], "tier": "poor"}], ("/0/tier", "unknown_tier")),
        ("service", [{"channels": ["chat"], "tier": "minimal"}], ("/0/floor", "missing")),
        ("service", [{"channels": ["chat"], "style": "pushy"}], ("/0/style", "unknown_style")),
        ("service", [{"channels": ["chat"]}, {"channels": ["chat"]}], ("/1/segment", "duplicate_segment")),
        ("service", [{"channels": ["chat"], "segment": "age 65 plus"}], ("/0/segment", "protected_attribute")),
        ("service", [{"channels": ["chat"], "segment": "Warm"}], ("/0/segment", "value_system_in_rule")),
        ("service", [{"channels": ["chat"], "floor": {}}], ("/0/floor/answer_within_s", "missing")),
        ("service", [{"channels": ["chat"], "paid_slot": {"price_cents": 0, "width_s": 60}}],
         ("/0/paid_slot/price_cents", "out_of_range")),
        ("hold", {"h0": 0.1, "h2": 0.2}, ("/cap_s", "missing")),
        ("hold", {"h0": -1, "h2": 0.2, "cap_s": 5}, ("/h0", "out_of_range")),
        ("limits", {"transfers": 1.5}, ("/transfers", "wrong_type")),
        ("limits", {"tickets": 1}, ("/tickets", "unknown_key")),
        ("limits", {"busy_share": 1.1}, ("/busy_share", "out_of_range")),
        ("offer", {"expires_s": {"phone": 0}}, ("/expires_s/phone", "out_of_range")),
        ("offer", {"expires_s": {"fax": 20}}, ("/expires_s/fax", "unknown_key")),
        ("explore", {"floor": 0.5}, ("/floor", "out_of_range")),
        ("explore", {}, ("/floor", "missing")),
        ("outcome", {"effort_cents": -1}, ("/effort_cents", "out_of_range")),
        ("outcome", {"segments": {"koel": {}}}, ("/segments/koel", "value_system_in_rule")),
        ("strategy", {**COST, "segments": {"a": {"preset": "x"}}}, ("/segments/a/preset", "unknown_strategy")),
        ("strategy", {**COST, "segments": []}, ("/segments", "wrong_type")),
    ],
)  # fmt: skip
def test_a_fault_beside_the_rules_is_named_where_it_stands(part, faulty, fault):
    """Service, holding, limits and the rest are as easily mistyped as rules are."""
    pointer, code = fault

    assert faults(document(**{part: faulty}), framework=NAMES) == [(f"/{part}{pointer}", code)]


def test_everything_a_rule_set_can_say_is_kept():
    """What was accepted and then lost is believed to work."""
    doc = document(
        rule(relax=[{"after_s": 60, "employees": asks("employee.mandate", "at_least", value=1)},
                    {"after_s": 120, "drop": True}]),
        rule(id="r2", effect={"set": {"priority": 7, "answer_within_s": 3600, "channel": "desk", "difficult": True}},
             employees=...),
        rule(id="r3", effect={"stop": {"rules": ["r1"]}}, employees=...),
        strategy={**COST, "segments": {"business": {"preset": "customer_intimacy", "weights": {"fit": 2}}}},
        values={"mode": "learned", "max_weight": 0.4},
        service=[{"segment": "thrifty", "channels": ["chat", "email"], "tier": "minimal", "style": "done_for_you",
                  "floor": {"answer_within_s": 86400, "promises": "kept"},
                  "paid_slot": {"price_cents": 500, "width_s": 3600}}],
        hold={"h0": 0.15, "h2": 0.3, "cap_s": 18},
        limits={"transfers": 2, "difficult_in_a_row": 3, "busy_share": 0.85},
        offer={"expires_s": {"phone": 20, "chat": 120}},
        explore={"floor": 0.02},
        outcome={"effort_cents": 100, "segments": {"business": {"minute_cents": 90}}},
    )  # fmt: skip

    read = parse_rule_set(doc)

    assert [(step.after_s, step.employees is None) for step in read.rules[0].steps] == [(60.0, False), (120.0, True)]
    assert read.rules[0].relax_after_s == 120.0
    assert read.rules[1].effect.changes == Changes(7, 3600.0, "desk", difficult=True)
    assert read.rules[2].effect.rules == ("r1",)
    assert (read.strategy.weights_for("business").fit, read.strategy.weights_for("thrifty").fit) == (2.0, 0.4)
    assert read.service_for("thrifty") == Service(
        "thrifty", ("chat", "email"), Tier.MINIMAL, Floor(86400.0), Style.DONE_FOR_YOU, PaidSlot(500, 3600.0)
    )
    assert read.service_for("business") is None
    assert (read.hold, read.explore) == (Hold(0.15, 0.3, 18.0), Explore(0.02))
    assert (read.limits, read.offer.expires_s) == (Limits(2, 3, 0.85), {"phone": 20.0, "chat": 120.0})
    assert (read.outcome_weights("business"), read.outcome_weights(None)) == ((100.0, 90.0), (100.0, 20.0))
    assert DEFAULT_RULE_SET.outcome_weights("business") == (None, None)


def test_every_fault_comes_at_once():
    """Who repairs one fault at a time gives up after three."""
    doc = document(
        rule(when=asks("contact.mood", value="x"), effect={"boost": "much"}),
        "r2",
        title="",
        hold={},
        values={"mode": "x"},
    )

    found = faults(doc)

    assert set(found) == {
        ("/hold/h0", "missing"),
        ("/hold/h2", "missing"),
        ("/hold/cap_s", "missing"),
        ("/title", "wrong_length"),
        ("/values/mode", "unknown_mode"),
        ("/rules/0/when/field", "unknown_field"),
        ("/rules/0/effect/boost", "wrong_type"),
        ("/rules/1", "wrong_type"),
    }


def test_eight_levels_are_deep_enough_and_allowed():
    """The limit is where it is said to be."""
    assert parse_rule_set(document(rule(when=nested(8)))).rules[0].id == "r1"


@pytest.mark.parametrize("name", ["gender", "religion", "etniciteit", "TradeUnion", "health_status", "nationality"])
@pytest.mark.parametrize("owner", ["customer", "contact", "employee"])
def test_protected_attributes_are_no_fields(owner, name):
    """Equal treatment law: not one rule may look at these, whoever wrote it."""
    side = "employees" if owner == "employee" else "when"
    found = faults(document(rule(**{side: asks(f"{owner}.attributes.{name}", value="x")})))

    assert found == [(f"/rules/0/{side}/field", "protected_attribute")]


def test_a_segment_named_after_a_protected_ground_is_refused():
    """A segment is as good a way to exclude a group as a field is."""
    found = faults(document(rule(when=asks("customer.segment", "in", value=["gold", "age 65 plus"]))))

    assert found == [("/rules/0/when/value/1", "protected_attribute")]


NAMES = SimpleNamespace(  # all that the parser looks at in a framework
    labels={"warm": {"en": "warm", "nl": "hartelijk"}, "cold": {"en": "cold", "nl": "koel"}},
    values=SimpleNamespace(dims=("warm", "cold")),
)


@pytest.mark.parametrize(
    ("side", "condition", "pointer"),
    [
        ("when", asks("customer.segment", value="Warm"), "/rules/0/when/value"),
        ("when", asks("customer.attributes.kind", "in", value=["a", "hartelijk"]), "/rules/0/when/value/1"),
        ("when", asks("customer.attributes.koel", "exists"), "/rules/0/when/field"),
        ("when", asks("customer.attributes.value_system", value="x"), "/rules/0/when/field"),
        ("employees", asks("employee.team", "is_not", value="cold"), "/rules/0/employees/value"),
    ],
)
def test_a_rule_never_speaks_of_value_systems(side, condition, pointer):
    """A value system may weigh in a score; a rule that names one shuts people out."""
    found = faults(document(rule(**{side: condition})), framework=NAMES)

    assert found == [(pointer, "value_system_in_rule")]


def test_the_colour_of_a_product_is_no_value_system():
    """What a contact is about may be warm or cold."""
    doc = document(rule(when=asks("contact.attributes.meal", value="warm")))

    assert parse_rule_set(doc, framework=NAMES).rules[0].id == "r1"


def test_equal_documents_have_equal_versions_and_others_do_not():
    """The version in every decision proves which rules were in force."""
    doc = document(rule())
    turned = dict(reversed(json.loads(json.dumps(doc)).items()))
    other = document(rule(order=1))

    assert parse_rule_set(doc).version == parse_rule_set(turned).version
    assert parse_rule_set(doc).version != parse_rule_set(other).version
    assert re.fullmatch(r"winter-2027@[0-9a-f]{12}", parse_rule_set(doc).version)


@pytest.mark.parametrize("title", ["Ĉerkón žima — ÉÉN!", "冬", "x" * 200])
def test_any_title_gives_a_version_that_fits_a_path(title):
    """Versions stand in addresses and file names."""
    assert re.fullmatch(r"[a-z0-9-]{1,40}@[0-9a-f]{12}", parse_rule_set(document(title=title)).version)


def test_a_rule_set_does_not_change_with_the_document_it_came_from():
    """Published is immutable."""
    doc = document(rule())
    rule_set = parse_rule_set(doc)
    kept = copy.deepcopy(rule_set.document)
    doc["rules"].clear()

    assert rule_set.document == kept
    assert parse_rule_set(rule_set.document).version == rule_set.version


def test_without_rules_of_their_own_operations_get_intimacy_and_values_by_prior():
    """What runs before anyone chose must be what the documentation says."""
    assert DEFAULT_RULE_SET.strategy == strategy_named("customer_intimacy")
    assert (DEFAULT_RULE_SET.values.mode, DEFAULT_RULE_SET.rules) == ("prior", ())


def test_each_strategy_stresses_what_it_is_named_after():
    """Treacy and Wiersema: cost leaders save most, product leaders never spare the specialist."""
    intimacy, cost, product = (
        PRESETS[f"{name}"] for name in ("customer_intimacy", "cost_leadership", "product_leadership")
    )

    assert cost.cost > max(intimacy.cost, product.cost)
    assert intimacy.fit > cost.fit
    assert product.specialist < min(intimacy.specialist, cost.specialist)


def test_an_unknown_strategy_is_refused_with_the_known_ones():
    """The names are few; a message that lists them ends the search."""
    with pytest.raises(InvalidInput, match="cost_leadership"):
        strategy_named("everything")
