"""Rules meet contacts and employees by masks; judged here pair by pair, by a reader that shares no code with them."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.contacts.contact import Contact
from matcher.profiles.people import Customer, Employee
from matcher.rules import DEFAULT_RULE_SET, apply_rules, compile_rules, difference, parse_rule_set

REASON = {"nl": "Daarom.", "en": "Because."}

# ---- any people, any rules -------------------------------------------------------------------------------------------

words = st.sampled_from(["a", "b", "ab"])
attributes = st.dictionaries(
    st.sampled_from(["x", "y"]), st.one_of(words, st.integers(0, 2), st.booleans()), max_size=2
)
levels = st.dictionaries(st.sampled_from(["x", "y"]), st.integers(1, 5), max_size=2)
contacts = st.builds(
    Contact,
    id=st.just("c"),
    channel=words,
    intent=st.none() | words,
    language=st.none() | words,
    skills=levels,
    mandate=st.integers(0, 3),
    priority=st.integers(0, 9),
    waiting_s=st.sampled_from([0.0, 50.0, 100.0]),
    attributes=attributes,
)
customers = st.none() | st.builds(
    Customer,
    id=st.just("k"),
    segment=st.none() | words,
    tier=st.none() | words,
    language=st.none() | words,
    no_push=st.none() | st.booleans(),
    attributes=attributes,
)
employees = st.builds(
    Employee,
    id=st.just("e"),
    team=st.none() | words,
    languages=st.lists(words, max_size=2).map(tuple),
    skills=levels,
    mandate=st.integers(0, 3),
    attributes=attributes,
)

TEXT = (
    "contact.intent",
    "contact.channel",
    "contact.language",
    "customer.segment",
    "customer.tier",
    "customer.language",
)
NUMBER = ("contact.priority", "contact.waiting_s", "contact.mandate", "contact.skill.x")
OWN = ("contact.attributes.x", "customer.attributes.x", "customer.attributes.y")


def questions(text, number, own, several=(), yes_no=()):
    """Tests {field, operator, value} over these fields, of every operator that fits."""
    scalar = st.one_of(words, st.integers(0, 2), st.booleans())

    def test(fields, operators, value):
        parts = {"field": st.sampled_from(fields), "operator": st.sampled_from(operators), "value": value}
        return st.fixed_dictionaries(parts)

    made = [
        test(text, ["is", "is_not", "contains"], words),
        test(text, ["in", "not_in"], st.lists(words, min_size=1, max_size=2)),
        test(number, ["is", "is_not", "at_least", "at_most"], st.sampled_from([0, 1, 2, 3, 50])),
        test(number, ["in", "not_in"], st.lists(st.integers(0, 3), min_size=1, max_size=2)),
        test(own, ["is", "is_not"], scalar),
        test(own, ["in", "not_in"], st.lists(scalar, min_size=1, max_size=2)),
        test(own, ["at_least", "at_most"], st.integers(0, 2)),
        test(own, ["contains"], words),
        test((*text, *number, *own, *several, *yes_no), ["exists"], st.booleans()),
    ]
    if several:
        made += [
            test(several, ["contains"], words),
            test(several, ["in", "not_in"], st.lists(words, min_size=1, max_size=2)),
        ]
    if yes_no:
        made.append(test(yes_no, ["is", "is_not"], st.booleans()))
    return st.one_of(made)


def conditions(tests):
    return st.recursive(
        tests,
        lambda inner: st.one_of(
            st.fixed_dictionaries({"all": st.lists(inner, min_size=1, max_size=3)}),
            st.fixed_dictionaries({"any": st.lists(inner, min_size=1, max_size=3)}),
            st.fixed_dictionaries({"not": inner}),
        ),
        max_leaves=5,
    )


whens = conditions(questions(TEXT, NUMBER, OWN, yes_no=("customer.no_push",)))
whose = conditions(
    questions(
        ("employee.team",), ("employee.mandate", "employee.skill.x"), ("employee.attributes.x",), ("employee.language",)
    )
)
effects = st.sampled_from([{"require": True}, {"forbid": True}, {"boost": 0.5}])


@st.composite
def rules(draw, most=4):
    made = []
    for k in range(draw(st.integers(0, most))):
        effect = draw(effects)
        one = {"id": f"r{k}", "title": "T", "effect": effect, "reason": REASON, "employees": draw(whose)}
        one["order"], one["active"] = draw(st.integers(0, 1)), draw(st.sampled_from([True, True, False]))
        if draw(st.booleans()):
            one["when"] = draw(whens)
        if "boost" not in effect and draw(st.booleans()):
            one["relax_after_s"] = draw(st.sampled_from([0, 60, 100]))
        made.append(one)
    return made


def document(made):
    return {"schema": "rule-set/1", "title": "T", "strategy": {"preset": "cost_leadership"}, "rules": made}


# ---- the slow reader -------------------------------------------------------------------------------------------------


def value_of(path, contact, customer, employee):
    owner, name, *own = path.split(".")
    subject = {"contact": contact, "customer": customer, "employee": employee}[owner]
    if subject is None:
        return None
    name = {"skill": "skills"}.get(name, name)
    if own:
        return getattr(subject, name).get(own[0])
    return subject.languages if path == "employee.language" else getattr(subject, name)


def equal(value, operand):
    return json.dumps(value) == json.dumps(operand) or (
        type(value) in (int, float) and type(operand) in (int, float) and value == operand
    )


def answers(condition, people):
    match condition:
        case {"all": parts}:
            return all(answers(part, people) for part in parts)
        case {"any": parts}:
            return any(answers(part, people) for part in parts)
        case {"not": part}:
            return not answers(part, people)
    value, operand = value_of(condition["field"], *people), condition["value"]
    match condition["operator"]:
        case "exists":
            return (value not in (None, ())) == operand
        case "is":
            return equal(value, operand)
        case "is_not":
            return not equal(value, operand)
        case "in" | "not_in" as operator:
            mine = value if isinstance(value, tuple) else [value]
            return any(equal(a, b) for a in mine for b in operand) == (operator == "in")
        case "contains":
            return isinstance(value, str | tuple) and operand in value
        case operator:
            if type(value) not in (int, float):
                return False
            return value >= operand if operator == "at_least" else value <= operand


def judged(rule, waiting, people):
    """(refused, boost) of one pair under one rule."""
    if not rule["active"] or ("when" in rule and not answers(rule["when"], people)):
        return False, 0.0
    meant = answers(rule["employees"], people)
    if "boost" in rule["effect"]:
        return False, rule["effect"]["boost"] * meant
    if "relax_after_s" in rule and waiting >= rule["relax_after_s"]:
        return False, 0.0
    return meant == ("forbid" in rule["effect"]), 0.0


def effects_of(made, asked, staff, waiting):
    """What the compiled rules do: refused pairs and score added, contacts × employees."""
    compiled = compile_rules(parse_rule_set(document(made)))
    masks = compiled.contact_side([one for one, _ in asked], [customer for _, customer in asked])
    done = apply_rules(compiled, masks, compiled.employee_side(staff), waiting_s=np.array(waiting, float))
    refused, added = np.zeros((len(asked), len(staff)), bool), np.zeros((len(asked), len(staff)))
    for one in done.refusals:
        refused[np.ix_(one.contacts, one.employees)] = True
    for one in done.boosts:
        added[np.ix_(one.contacts, one.employees)] += one.amount
    return refused, added


crowd = st.lists(st.tuples(contacts, customers), max_size=4)
staffs = st.lists(employees, max_size=4)


@settings(deadline=None, max_examples=250)
@given(made=rules(), asked=crowd, staff=staffs)
def test_masks_say_what_reading_every_pair_says(made, asked, staff):
    """Speed comes from looking at each side once; it may not change one verdict."""
    waiting = [contact.waiting_s for contact, _ in asked]
    refused, added = effects_of(made, asked, staff, waiting)
    for i, (contact, customer) in enumerate(asked):
        for j, employee in enumerate(staff):
            verdicts = [judged(rule, waiting[i], (contact, customer, employee)) for rule in made]

            assert refused[i, j] == any(no for no, _ in verdicts)
            assert added[i, j] == pytest.approx(sum(boost for _, boost in verdicts))


@settings(deadline=None, max_examples=100)
@given(made=rules(), asked=crowd, staff=staffs, longer=st.sampled_from([0.0, 10.0, 60.0, 1e6]))
def test_waiting_longer_never_makes_an_employee_ineligible(made, asked, staff, longer):
    """Requirements relax with waiting; a contact that waits must not see doors close."""
    waiting = np.array([contact.waiting_s for contact, _ in asked])
    before, _ = effects_of(made, asked, staff, waiting)
    after, _ = effects_of(made, asked, staff, waiting + longer)

    assert not (after & ~before).any()


@settings(deadline=None, max_examples=100)
@given(made=rules(), asked=crowd, staff=staffs, chance=st.randoms(use_true_random=False))
def test_where_a_rule_stands_in_the_list_does_not_matter(made, asked, staff, chance):
    """Rules of one order are equals: dragging one up on the screen may not change who is served."""
    waiting = [contact.waiting_s for contact, _ in asked]
    shuffled = made.copy()
    chance.shuffle(shuffled)

    for one, other in zip(
        effects_of(made, asked, staff, waiting), effects_of(shuffled, asked, staff, waiting), strict=True
    ):
        assert (one == other).all()


def run(made, contact, staff, *, customer=None, waiting_s=0.0):
    refused, added = effects_of(made, [(contact, customer)], staff, [waiting_s])
    return refused[0].tolist(), added[0].tolist()


NEEDS_MANDATE = {
    "id": "r1", "title": "T", "effect": {"require": True}, "reason": REASON, "relax_after_s": 120, "active": True,
    "when": {"field": "contact.intent", "operator": "is", "value": "complaint"},
    "employees": {"field": "employee.mandate", "operator": "at_least", "value": 2},
}  # fmt: skip
STAFF = [Employee("low", mandate=1), Employee("high", mandate=2)]


def test_a_requirement_holds_until_it_relaxes():
    """By hand: 119 seconds of waiting and the mandate counts, 120 and anyone may help."""
    complaint = Contact("c", "phone", intent="complaint")

    assert run([NEEDS_MANDATE], complaint, STAFF, waiting_s=119.9) == ([True, False], [0.0, 0.0])
    assert run([NEEDS_MANDATE], complaint, STAFF, waiting_s=120.0) == ([False, False], [0.0, 0.0])
    assert run([NEEDS_MANDATE], Contact("c", "phone"), STAFF) == ([False, False], [0.0, 0.0])


def test_boosts_add_up_and_may_be_negative():
    """Two reasons for an employee weigh more than one."""
    made = [
        {**NEEDS_MANDATE, "id": str(k), "effect": {"boost": amount}, "relax_after_s": None}
        for k, amount in enumerate([1, -0.25])
    ]

    assert run(made, Contact("c", "phone", intent="complaint"), STAFF) == ([False, False], [0.0, 0.75])


def test_a_rule_without_when_speaks_of_every_contact():
    """The closed door: a team in training takes nothing yet."""
    closed = {
        "id": "r", "title": "T", "effect": {"forbid": True}, "reason": REASON, "active": True,
        "employees": {"field": "employee.team", "operator": "is", "value": "new"},
    }  # fmt: skip

    assert run([closed], Contact("c", "chat"), [Employee("a", team="new"), Employee("b")])[0] == [True, False]


def test_true_is_not_one():
    """Python thinks so; an operator who asks for 1 did not mean yes."""
    asks_one = {**NEEDS_MANDATE, "when": {"field": "contact.attributes.vip", "operator": "is", "value": 1}}
    contacts_ = [(Contact("c", "phone", attributes={"vip": vip}), None) for vip in (True, 1, 1.0)]

    assert effects_of([asks_one], contacts_, STAFF, [0.0] * 3)[0][:, 0].tolist() == [False, True, True]


def test_no_rules_touch_nothing():
    """Without rules a round must not pay for them."""
    compiled = compile_rules(DEFAULT_RULE_SET)
    masks = compiled.contact_side([Contact("c", "phone")], [None]), compiled.employee_side(STAFF)
    done = apply_rules(compiled, *masks, waiting_s=np.zeros(1))

    assert (done.refusals, done.boosts) == ((), ())


def test_the_difference_names_what_was_added_removed_and_changed():
    """Before publishing, operations see what they are about to change."""
    before = parse_rule_set(document([NEEDS_MANDATE, {**NEEDS_MANDATE, "id": "r2"}, {**NEEDS_MANDATE, "id": "r3"}]))
    after = parse_rule_set(
        {
            **document([{**NEEDS_MANDATE, "id": "r4"}, {**NEEDS_MANDATE, "id": "r2", "order": 5}, NEEDS_MANDATE]),
            "strategy": {"preset": "customer_intimacy"},
        }
    )

    change = difference(before, after)

    assert (change.added, change.removed, change.changed, change.settings) == (("r4",), ("r3",), ("r2",), ("strategy",))
    assert difference(before, before).settings == ()
