"""Rules, their differences and their fields in words that operations read."""

import pytest

from matcher.rules import DEFAULT_RULE_SET, difference, difference_in_words, parse_rule_set
from matcher.rules.fields import EVERY_OPERATOR, FAMILIES, FIXED, OPERATORS, field_at, listed
from matcher.rules.words import OPERATOR_WORDS, rule_in_words

REASON = {"nl": "Daarom.", "en": "Because."}
COMPLAINT = {"field": "contact.intent", "operator": "is", "value": "complaint"}
CHIEF = {"field": "employee.mandate", "operator": "at_least", "value": 2}


def rule(**changes):
    made = {"id": "r1", "title": "Complaints", "when": COMPLAINT, "employees": CHIEF, "effect": {"require": True}}
    return {key: part for key, part in {**made, "reason": REASON, **changes}.items() if part is not None}


def read(*rules, **parts):
    document = {"schema": "rule-set/1", "title": "T", "strategy": {"preset": "customer_intimacy"}, "rules": list(rules)}
    return parse_rule_set({**document, **parts})


@pytest.mark.parametrize(
    ("made", "en", "nl"),
    [
        (
            rule(relax_after_s=60),
            "For contacts where the subject of the contact is “complaint”: only employees where the employee's mandate "
            "is at least 2; after 60 s it no longer holds.",
            "Voor contacten waarbij het onderwerp van het contact is “complaint”: alleen medewerkers waarbij het "
            "mandaat van de medewerker is minstens 2; na 60 s geldt dit niet meer.",
        ),
        (
            rule(when=None, effect={"boost": -0.25}, employees=None),
            "For every contact: all employees score -0.25.",
            "Voor elk contact: alle medewerkers scoren -0,25.",
        ),
        (
            rule(when={"not": {"field": "customer.tier", "operator": "exists", "value": True}}, employees=None,
                 effect={"set": {"priority": 3, "channel": "desk"}}),
            "For contacts where not (the customer's tier is known): priority 3; offer desk.",
            "Voor contacten waarbij niet (het serviceniveau van de klant is bekend): prioriteit 3; bied desk aan.",
        ),
    ],
)  # fmt: skip
def test_a_rule_is_told_in_a_sentence(made, en, nl):
    """Who approves a rule should not have to read JSON."""
    (one,) = read(made).rules

    assert (rule_in_words(one, "en"), rule_in_words(one, "nl")) == (en, nl)


def told(before, after, language="en"):
    return difference_in_words(read(*before[0], **before[1]), read(*after[0], **after[1]), language)


@pytest.mark.parametrize(
    ("before", "after", "sentence"),
    [
        (([], {}), ([rule(when=None)], {}),
         "New: Complaints. For every contact: only employees where the employee's mandate is at least 2."),
        (([rule(when=None)], {}), ([], {}),
         "Gone: Complaints. For every contact: only employees where the employee's mandate is at least 2."),
        (([rule()], {}), ([rule(active=False)], {}), "Switched off: Complaints."),
        (([rule()], {}), ([rule(order=5)], {}), "Complaints: order 0 before, 5 now."),
        (([rule()], {}), ([rule(title="Grave ones")], {}), "“Complaints” is now called “Grave ones”."),
        (([rule()], {}), ([rule(reason={**REASON, "en": "So."})], {}), "Complaints: the reason given is now “So.”."),
        (([rule()], {}), ([rule(category="c")], {}), "Complaints is now filed under “c”."),
        (([], {}), ([], {"title": "U"}), "“T” is now called “U”."),
        (([], {}), ([], {"strategy": {"preset": "customer_intimacy", "weights": {"wait": 0.9}}}),
         "Strategy, weights, wait: 0.4 before, 0.9 now."),
        (([], {}), ([], {"values": {"mode": "off"}}), "Values, mode: prior before, off now."),
        (([], {}), ([], {"explore": {"floor": 0.02}}), "Explore, floor: 0.02 (new)."),
        (([], {"limits": {"transfers": 2}}), ([], {}), "Limits, transfers: no longer 2."),
        (([], {"service": [{"segment": "a", "channels": ["chat"]}]}),
         ([], {"service": [{"segment": "a", "channels": ["chat", "desk"]}]}),
         "Service, a, channels: chat before, chat, desk now."),
        (([], {"hold": {"h0": 0.1, "h2": 0.3, "cap_s": 18}}), ([], {"hold": {"h0": 0.2, "h2": 0.3, "cap_s": 18}}),
         "Hold, h0: 0.1 before, 0.2 now."),
        (([], {}), ([], {"offer": {"expires_s": {"phone": 30}}}), "Offer, expires s, phone: 30 (new)."),
        (([], {"outcome": {}}), ([], {"outcome": {"effort_cents": 90}}),
         "Outcome, default, effort cents: 200 before, 90 now."),
        (([], {}), ([], {}), "The two do the same."),
    ],
)  # fmt: skip
def test_each_difference_is_told_in_a_sentence(before, after, sentence):
    """What is published unseen is undone at night."""
    assert told(before, after) == [sentence]


def test_a_changed_rule_is_told_as_it_was_and_as_it_is_in_dutch():
    """The planner reads both and sees what will happen."""
    (sentence,) = told(([rule(when=None)], {}), ([rule(when=None, effect={"forbid": True})], {}), "nl")

    assert sentence == (
        "Complaints zei: Voor elk contact: alleen medewerkers waarbij het mandaat van de medewerker is minstens 2. "
        "Nu: Voor elk contact: niet medewerkers waarbij het mandaat van de medewerker is minstens 2."
    )


def test_every_part_that_can_differ_is_named():
    """A part that is compared but not named would change in silence."""
    other = read(hold={"h0": 0, "h2": 0, "cap_s": 0}, limits={"transfers": 1}, explore={"floor": 0},
                 outcome={}, offer={"expires_s": {"chat": 9}}, service=[{"channels": ["chat"]}])  # fmt: skip

    assert difference(DEFAULT_RULE_SET, other).settings == (
        "title", "service", "hold", "limits", "offer", "explore", "outcome",
    )  # fmt: skip


@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_field_is_listed_with_its_operators_and_a_label(language):
    """A form builder asks here and never shows a question that the check refuses."""
    rows = {row["field"]: row for row in listed(language)}

    assert set(rows) == {*FIXED, *(f"{prefix}<name>" for prefix in FAMILIES)}
    assert all(tuple(row["operators"]) == OPERATORS[field_at(path).kind] for path, row in rows.items())
    assert all(row["label"] and "{" not in row["label"] for row in rows.values())
    assert rows["employee.knows_customer"]["is_relation"]
    assert rows["contact.mandate"]["values"] == [0, 1, 2, 3]
    assert set(OPERATOR_WORDS) == set(EVERY_OPERATOR)
