"""The linter finds what nobody can have meant, and leaves a sound rule set alone."""

import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.profiles.people import ChannelLoad, Employee, Interval
from matcher.rules import parse_rule_set
from matcher.rules.fields import holds
from matcher.rules.lint import SEVERITIES, Severity, lint, needs_second_person, refused
from matcher.rules.lint.space import can_hold, implies
from matcher.rules.lint.words import ADVICE, SENTENCES
from matcher.rules.rule_set import All, AnyOf, Not, Test
from models.frameworks import load_framework

REASON = {"nl": "Daarom.", "en": "Because."}
REFERENCE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "rules.md"


def asks(field, operator="is", value=True):
    return {"field": field, "operator": operator, "value": value}


COMPLAINT = asks("contact.intent", value="complaint")
CHIEF = asks("employee.mandate", "at_least", 2)
CLERK = asks("employee.mandate", "at_most", 1)
LOW, HIGH = asks("contact.priority", "at_most", 3), asks("contact.priority", "at_least", 5)
SOLAR = asks("employee.skill.solar", "at_least", 1)


def rule(rule_id="a", effect="require", when=COMPLAINT, employees=CHIEF, **more):
    made = {"id": rule_id, "title": rule_id, "reason": REASON, "when": when, "employees": employees, **more}
    made["effect"] = {effect: True} if isinstance(effect, str) else effect
    return {key: part for key, part in made.items() if part is not None}


def sets(rule_id, when, **changes):
    return rule(rule_id, {"set": changes}, when, None)


def read(*rules, **parts):
    document = {"schema": "rule-set/1", "title": "T", "strategy": {"preset": "customer_intimacy"}, "rules": list(rules)}
    return parse_rule_set({**document, **parts})


def codes(*rules, staff=None, framework=None, **parts):
    return {one.code for one in lint(read(*rules, **parts), staff=staff, framework=framework)}


BUSY = {"after_s": 60, "employees": CHIEF}
BAR = rule("b", "forbid", COMPLAINT, CHIEF)
SHIFT = (Interval(540, 1020),)
STAFF = (
    Employee("e1", team="Desk", languages=("nl",), mandate=2, skills={"solar": 2}, hours=SHIFT,
             channels={"phone": ChannelLoad(1)}),
    Employee("e2", team="Desk", languages=("nl",), mandate=1, channels={"chat": ChannelLoad(1)}),
)  # fmt: skip


@pytest.mark.parametrize(
    ("code", "rules", "parts"),
    [
        ("unreachable_rule", [rule(when={"all": [LOW, HIGH]})], {}),
        ("unreachable_rule", [rule(effect={"boost": 0.1}, employees={"all": [CHIEF, CLERK]})], {}),
        ("unreachable_rule", [sets("a", None, priority=5), {**sets("b", COMPLAINT, priority=9), "order": 5}], {}),
        ("redundant_rule", [rule(), rule("b", employees=asks("employee.mandate", "at_least", 1))], {}),
        ("stopped_rule", [rule(), rule("b", {"stop": {"rules": ["a"]}}, None, None)], {}),
        ("step_changes_nothing", [rule(relax=[BUSY])], {}),
        ("overlapping_rules", [sets("a", COMPLAINT, priority=3), sets("b", HIGH, priority=8)], {}),
        ("opposed_boosts", [rule(effect={"boost": 0.1}), rule("b", {"boost": -0.1})], {}),
        ("contradicting_rules", [rule(), rule("b", employees=CLERK)], {}),
        ("contradicting_rules", [rule(), BAR], {}),
        ("contradicting_rules", [BAR, rule("c", "forbid", None, CLERK)], {}),
        ("contradicting_until_relaxed", [rule(relax_after_s=60), rule("b", employees=CLERK)], {}),
        ("impossible_requirement", [rule(employees={"all": [CHIEF, CLERK]})], {}),
        ("priority_cycle", [sets("a", HIGH, priority=2), sets("b", LOW, priority=6)], {}),
        ("boost_outvotes_scores", [rule(effect={"boost": 9})], {}),
        ("boost_outvotes_requirement", [rule(relax_after_s=60), rule("b", {"boost": 0.2}, COMPLAINT, CLERK)], {}),
        ("boost_without_effect", [rule(), rule("b", {"boost": 0.2}, COMPLAINT, CLERK)], {}),
        ("requirement_nobody_meets", [rule(employees=asks("employee.mandate", "at_least", 3))], {"staff": STAFF}),
        ("requirement_unstaffed_hours", [rule()], {"staff": STAFF}),
        ("unknown_skill", [rule(employees=asks("employee.skill.wind", "at_least", 1))], {"staff": STAFF}),
        ("unknown_language", [rule(employees=asks("employee.language", "contains", "tr"))], {"staff": STAFF}),
        ("unknown_team", [rule("a", "forbid", None, asks("employee.team", "in", ["Desk", "Gone"]))], {"staff": STAFF}),
        ("unknown_employee", [rule("a", "stop", None, asks("employee.id", value="e9"))], {"staff": STAFF}),
        ("proxy_for_protected", [rule(when=asks("customer.attributes.birthDate", "exists"))], {}),
        ("proxy_for_protected", [rule(when=asks("customer.segment", value="postcode 1012"))], {}),
        ("language_as_ground", [rule("a", "forbid", asks("customer.language", "is_not", "nl"))], {}),
        ("discrimination_risk", [rule(when=asks("customer.segment", value="blue customers"))], {"framework": True}),
        ("tier_by_value_system", [], {"service": [{"segment": "Blue ones", "channels": ["chat"]}], "framework": True}),
        ("all_three_strategies", [], {"strategy": {"preset": "customer_intimacy", "segments": {
            "a": {"preset": "cost_leadership"}, "b": {"preset": "product_leadership"}}}}),
        ("all_three_strategies", [], {"strategy": {"preset": "customer_intimacy", "weights": {
            "cost": 1, "specialist": 0}}}),
        ("no_reachable_person", [], {"service": [{"channels": ["web_info", "self_service"]}]}),
        ("no_reachable_person", [rule("a", "stop", {"not": {"all": [LOW, HIGH]}}, None)], {}),
        ("dead_end", [rule("a", "stop", COMPLAINT, None)], {}),
        ("no_transfer", [], {"limits": {"transfers": 0}}),
        ("requirement_never_relaxes", [rule()], {}),
        ("closed_door_after_hours", [], {"staff": STAFF}),
        ("repeated_story", [], {"limits": {"transfers": 5}}),
        ("wait_without_estimate", [], {"hold": {"h0": 0.1, "h2": 0.3, "cap_s": 300}}),
        ("unkept_call_back", [], {"service": [{"channels": ["chat"], "floor": {
            "answer_within_s": 60, "promises": "best_effort"}}]}),
        ("unkept_call_back", [sets("a", asks("contact.promised"), priority=0)], {}),
        ("contacts_per_hour_target", [rule(employees=asks("employee.attributes.per_hour", "at_least", 9))], {}),
        ("pushing_sales", [rule(effect={"boost": 0.3}, when=None, employees=asks("employee.team", value="Sales"))], {}),
    ],
)  # fmt: skip
def test_each_thing_nobody_can_have_meant_is_found(code, rules, parts):
    """What the check does not say before publication, customers say after it."""
    given_framework = load_framework() if parts.pop("framework", None) else None

    assert code in codes(*rules, framework=given_framework, **parts)


@pytest.mark.parametrize(
    ("code", "rules", "parts"),
    [
        ("unreachable_rule", [rule(when={"all": [LOW, {"not": HIGH}]})], {}),
        ("redundant_rule", [rule(), rule("b", when=HIGH)], {}),
        ("overlapping_rules", [sets("a", LOW, priority=3), sets("b", HIGH, priority=8)], {}),
        ("contradicting_rules", [rule(when=LOW), rule("b", when=HIGH, employees=CLERK)], {}),
        ("contradicting_rules", [rule(), rule("b", employees=SOLAR)], {}),
        ("priority_cycle", [sets("a", LOW, priority=5), sets("b", HIGH, priority=9)], {}),
        ("priority_cycle", [sets("a", {"all": [HIGH, COMPLAINT]}, priority=2),
                            sets("b", {"all": [LOW, {"not": COMPLAINT}]}, priority=6)], {}),
        ("boost_outvotes_scores", [rule(effect={"boost": 0.5})], {}),
        ("requirement_nobody_meets", [rule()], {"staff": STAFF}),
        ("unknown_team", [rule(employees=asks("employee.team", value="Desk"))], {"staff": STAFF}),
        ("all_three_strategies", [], {}),
        ("dead_end", [rule("a", "stop", COMPLAINT, None), sets("b", None, channel="desk")], {}),
        ("requirement_never_relaxes", [rule(relax_after_s=60)], {}),
        ("closed_door_after_hours", [sets("a", None, answer_within_s=86400)], {"staff": STAFF}),
        ("pushing_sales", [rule(effect={"boost": 0.3}, when={"not": asks("customer.no_push")},
                                employees=asks("employee.team", value="Sales"))], {}),
        ("discrimination_risk", [rule(when=asks("customer.segment", value="business"))], {"framework": True}),
        ("language_as_ground", [rule(when=asks("customer.language", value="tr"),
                                     employees=asks("employee.shares_language"))], {}),
    ],
)  # fmt: skip
def test_what_is_sound_is_not_found(code, rules, parts):
    """A check that cries wolf is switched off."""
    given_framework = load_framework() if parts.pop("framework", None) else None

    assert code not in codes(*rules, framework=given_framework, **parts)


def test_a_finding_says_where_what_and_what_to_do_in_both_languages():
    """Operations read it in the console, and repair the rule it points at."""
    (found, *_) = lint(read(rule("z", when=HIGH, relax_after_s=9), rule(), rule("b", employees=CLERK)))

    assert (found.code, found.severity, found.pointer) == ("contradicting_rules", Severity.REFUSED, "/rules/1")
    assert found.rules == ("a", "b")
    assert found.sentence["nl"] == "“a” en “b” laten samen niemand over die mag helpen."
    assert found.advice["en"] == "Change one of them, or let it relax with waiting."


def test_what_is_refused_comes_first_and_a_second_person_is_asked_for():
    """Who publishes must see at once what stands in the way."""
    found = lint(read(rule(), BAR, rule("c", "forbid", asks("customer.language", "is_not", "nl"), SOLAR)))

    assert [one.code for one in refused(found)] == ["contradicting_rules"]
    assert found[0].severity is Severity.REFUSED
    assert needs_second_person(found)


def test_an_inactive_rule_is_no_finding():
    """It does nothing."""
    assert codes({**rule(when={"all": [LOW, HIGH]}), "active": False}) == set()


def test_the_reference_lists_every_finding_with_its_severity():
    """Whoever meets a code looks it up there."""
    rows = re.findall(r"^\| `([a-z_]+)` \| ([a-z_ ]+) \|", REFERENCE.read_text(encoding="utf-8"), re.MULTILINE)

    assert dict(rows) == {code: str(severity).replace("_", " ") for code, severity in SEVERITIES.items()}


def test_every_finding_has_its_words_in_both_languages():
    """A code without a sentence helps nobody."""
    assert set(SENTENCES) == set(ADVICE) == set(SEVERITIES)
    assert all(set(words) == {"nl", "en"} for table in (SENTENCES, ADVICE) for words in table.values())


# ---- satisfiability, judged by trying every value of a small world ---------------------------------------------------

FIELDS = {
    "contact.priority": list(range(10)),
    "contact.waiting_s": [0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 3.5],
    "customer.tier": [None, "a", "b", "za", "zb", "ab", "zz"],
    "customer.no_push": [None, True, False],
}
tests = st.one_of(
    st.builds(Test, st.just("contact.priority"), st.sampled_from(["is", "is_not", "at_least", "at_most"]),
              st.integers(0, 9)),
    st.builds(Test, st.just("contact.waiting_s"), st.sampled_from(["is", "at_least", "at_most"]),
              st.integers(0, 3)),
    st.builds(Test, st.just("customer.tier"), st.sampled_from(["is", "is_not", "contains"]),
              st.sampled_from(["a", "b"])),
    st.builds(Test, st.just("customer.tier"), st.sampled_from(["in", "not_in"]),
              st.lists(st.sampled_from(["a", "b"]), min_size=1, max_size=2).map(tuple)),
    st.builds(Test, st.just("customer.tier"), st.just("exists"), st.booleans()),
    st.builds(Test, st.just("customer.no_push"), st.sampled_from(["is", "is_not"]), st.booleans()),
)  # fmt: skip
conditions = st.recursive(
    tests,
    lambda inner: st.one_of(
        st.builds(All, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(AnyOf, st.lists(inner, min_size=1, max_size=3).map(tuple)),
        st.builds(Not, inner),
    ),
    max_leaves=5,
)


def answers(condition, world):
    match condition:
        case All(parts):
            return all(answers(part, world) for part in parts)
        case AnyOf(parts):
            return any(answers(part, world) for part in parts)
        case Not(part):
            return not answers(part, world)
    return holds(condition.operator, condition.operand, world[condition.field])


WORLDS = [
    dict(zip(FIELDS, (priority, waiting, tier, push), strict=True))
    for priority in FIELDS["contact.priority"]
    for waiting in FIELDS["contact.waiting_s"]
    for tier in FIELDS["customer.tier"]
    for push in FIELDS["customer.no_push"]
]


@settings(deadline=None, max_examples=120)
@given(first=conditions, second=conditions)
def test_whether_conditions_can_hold_is_told_exactly(first, second):
    """A linter that is wrong about logic is wrong about rules."""
    seen = [(answers(first, world), answers(second, world)) for world in WORLDS]

    assert can_hold(first, second) == any(one and other for one, other in seen)
    assert implies(first, second) == all(other for one, other in seen if one)
