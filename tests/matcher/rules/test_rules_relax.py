"""Steps, relations, red cards and what rules set: by hand, and as laws over any rules."""

import copy
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.contacts.contact import Contact
from matcher.errors import InvalidInput
from matcher.profiles.people import Customer, Employee
from matcher.rules import apply_rules, compile_rules, parse_rule_set
from matcher.rules.pairs import add_boosts, refuse
from matcher.rules.together import AtWork
from tests.matcher.rules import test_rules_apply as world

REASON = {"nl": "Daarom.", "en": "Because."}


def asks(field, operator="is", value=True):
    return {"field": field, "operator": operator, "value": value}


def rule(rule_id="a", effect="require", when=None, employees=None, **more):
    made = {"id": rule_id, "title": rule_id, "reason": REASON, "when": when, "employees": employees, **more}
    made["effect"] = {effect: True} if isinstance(effect, str) else effect
    return {key: part for key, part in made.items() if part is not None}


def compiled(*rules):
    document = {"schema": "rule-set/1", "title": "T", "strategy": {"preset": "customer_intimacy"}, "rules": list(rules)}
    return compile_rules(parse_rule_set(document))


def effects(rules, contacts, staff, *, customers=None, teams=None, everyone_fits=False):
    """What rules do to these contacts and employees; with `everyone_fits`, all of the staff is at work."""
    customers = [None] * len(contacts) if customers is None else customers
    masks = rules.contact_side(contacts, customers, team_of=(teams or {}).get)
    of_staff, at_work = rules.employee_side(staff), None
    if everyone_fits:
        at_work = AtWork(np.ones((1, len(staff)), bool), np.zeros(len(contacts), np.int64), of_staff)
    waiting = np.array([contact.waiting_s for contact in contacts], dtype=float)
    return apply_rules(rules, masks, of_staff, waiting_s=waiting, at_work=at_work)


def open_pairs(rules, contacts, staff, **more):
    """Who may go to whom, contacts × employees."""
    pairs = np.ones((len(contacts), len(staff)), dtype=bool)
    refuse(pairs, effects(rules, contacts, staff, **more).refusals)
    return pairs


def waiting(*seconds):
    return [Contact(f"c{k}", "phone", waiting_s=wait) for k, wait in enumerate(seconds)]


def mandate(level):
    return asks("employee.mandate", "at_least", level)


STAFF = [Employee(f"e{level}", mandate=level) for level in range(4)]
STEPS = [{"after_s": 60, "employees": mandate(2)}, {"after_s": 120, "employees": mandate(1)},
         {"after_s": 180, "drop": True}]  # fmt: skip


def test_a_requirement_relaxes_step_by_step():
    """The longer a customer waits, the more people may help."""
    pairs = open_pairs(compiled(rule(employees=mandate(3), relax=STEPS)), waiting(0, 60, 120, 180), STAFF)

    assert pairs.sum(axis=1).tolist() == [1, 2, 3, 4]


def test_a_ban_relaxes_step_by_step():
    """Those whom a step does not speak of are no longer barred."""
    steps = [{"after_s": 60, "employees": mandate(2)}, {"after_s": 120, "drop": True}]
    pairs = open_pairs(compiled(rule(effect="forbid", employees=mandate(1), relax=steps)), waiting(0, 60, 120), STAFF)

    assert pairs.tolist() == [[True] + [False] * 3, [True] * 2 + [False] * 2, [True] * 4]


def test_a_step_that_asks_more_shuts_no_door():
    """A slip of the pen in a step may not cost a waiting customer the only employee."""
    stricter = [{"after_s": 60, "employees": mandate(3)}]
    pairs = open_pairs(compiled(rule(employees=mandate(2), relax=stricter)), waiting(0, 60), STAFF)

    assert pairs[0].tolist() == pairs[1].tolist() == [False, False, True, True]


def test_a_requirement_nobody_at_work_meets_takes_the_next_step_at_once():
    """Waiting would bring nobody either."""
    rules = compiled(rule(employees=mandate(3), relax=STEPS))

    assert open_pairs(rules, waiting(0), STAFF[:3], everyone_fits=True).tolist() == [[False, False, True]]
    assert open_pairs(rules, waiting(0), STAFF[:1], everyone_fits=True).tolist() == [[True]]
    (relaxed,) = effects(rules, waiting(0), STAFF[:3], everyone_fits=True).relaxations
    assert (relaxed.employees.tolist(), relaxed.at_once.tolist()) == ([False, False, True], [True])


def test_a_requirement_without_steps_stays_whoever_is_there():
    """What must hold at any price does."""
    rules = compiled(rule(employees=mandate(3)))

    assert not open_pairs(rules, waiting(0), STAFF[:3], everyone_fits=True).any()


SPEAKERS = [
    Employee("nl", languages=("nl",), team="a"),
    Employee("tr", languages=("tr",), team="b"),
    Employee("none"),
]


@pytest.mark.parametrize(
    ("field", "contact", "customer", "expected"),
    [
        ("employee.shares_language", {"language": "tr"}, None, [False, True, False]),
        ("employee.shares_language", {}, Customer("k", language="nl"), [True, False, False]),
        ("employee.shares_language", {}, None, [False, False, False]),
        ("employee.knows_customer", {"preferred_employee": "tr"}, None, [False, True, False]),
        ("employee.knows_customer", {}, Customer("k", attributes={"owner": "nl"}), [True, False, False]),
        ("employee.same_team_as_owner", {}, Customer("k", attributes={"owner": "boss"}), [False, True, False]),
        ("employee.same_team_as_owner", {}, Customer("k"), [False, False, False]),
    ],
)
def test_a_relation_is_judged_contact_by_contact(field, contact, customer, expected):
    """By hand: boss, who owns the customer, is of team b."""
    asked = [Contact("c", "phone", **contact), Contact("d", "phone", language="nl")]
    rules = compiled(rule(employees=asks(field)))
    pairs = open_pairs(rules, asked, SPEAKERS, customers=[customer, None], teams={"boss": "b"})

    assert pairs[0].tolist() == expected


def test_a_relation_goes_with_other_questions_in_a_condition():
    """Who knows the customer, or else whoever shares the language and is of team a."""
    other = {"all": [asks("employee.shares_language"), asks("employee.team", value="a")]}
    rules = compiled(rule(employees={"any": [asks("employee.knows_customer"), other]}))
    asked = [Contact("c", "phone", language="nl", preferred_employee="none")]

    assert open_pairs(rules, asked, SPEAKERS).tolist() == [[True, False, True]]


def test_a_red_card_stops_employees_routes_and_rules():
    """At once, whatever the order, and without relaxing."""
    hard = rule(employees=mandate(3), order=-9)
    of_rule = compiled(hard, rule("z", {"stop": {"rules": ["a"]}}, asks("contact.channel", value="phone")))
    of_employee = compiled(rule("z", "stop", None, asks("employee.id", value="e1"), order=9))
    of_route = compiled(rule("z", "stop", asks("contact.channel", value="phone")))

    assert open_pairs(of_rule, waiting(0), STAFF).all()
    assert open_pairs(of_employee, waiting(0), STAFF).tolist() == [[True, False, True, True]]
    assert not open_pairs(of_route, waiting(0), STAFF).any()
    assert open_pairs(of_route, [Contact("c", "chat")], STAFF).all()


# ---- laws ------------------------------------------------------------------------------------------------------------


@st.composite
def stepped(draw):
    """Any rules, some of them relaxing in steps."""
    made = draw(world.rules())
    for one in made:
        if "boost" in one["effect"] or "relax_after_s" in one or not draw(st.booleans()):
            continue
        steps = [{"after_s": 50 * (k + 1), "employees": draw(world.whose)} for k in range(draw(st.integers(1, 2)))]
        one["relax"] = [*steps, *([{"after_s": 500, "drop": True}] if draw(st.booleans()) else [])]
    return made


@settings(deadline=None, max_examples=100)
@given(
    made=stepped(), asked=world.crowd, staff=world.staffs, longer=st.sampled_from([0.0, 10.0, 60.0, 1e6]),
    at_work=st.booleans(),
)  # fmt: skip
def test_relaxing_never_removes_anyone(made, asked, staff, longer, at_work):
    """A customer who waits must not see doors close, however the steps were written."""
    rules, customers = compiled(*made), [customer for _, customer in asked]
    first = [replace(contact, attributes={}) for contact, _ in asked]
    later = [replace(contact, waiting_s=contact.waiting_s + longer) for contact in first]
    masks = rules.contact_side(first, customers)  # the rules that speak of waiting itself are another matter
    of_staff = rules.employee_side(staff)
    there = AtWork(np.ones((1, len(staff)), bool), np.zeros(len(asked), np.int64), of_staff) if at_work else None
    pairs = []
    for contacts in (first, later):
        waits = np.array([contact.waiting_s for contact in contacts], dtype=float)
        made_open = np.ones((len(asked), len(staff)), dtype=bool)
        refuse(made_open, apply_rules(rules, masks, of_staff, waiting_s=waits, at_work=there).refusals)
        pairs.append(made_open)

    assert not (pairs[0] & ~pairs[1]).any()


@settings(deadline=None, max_examples=100)
@given(made=stepped(), asked=world.crowd, staff=world.staffs, barred=world.whose)
def test_a_ban_more_lets_nobody_in_while_it_leaves_somebody(made, asked, staff, barred):
    """Who adds a ban expects fewer to be let in; only where it would leave nobody may another rule give way for it."""
    contacts, customers = [contact for contact, _ in asked], [customer for _, customer in asked]
    ban = rule("ban", "forbid", None, barred)

    def opened(*rules, waits):
        found = compiled(*rules)
        masks, of_staff = found.contact_side(contacts, customers), found.employee_side(staff)
        at_work = AtWork(np.ones((1, len(staff)), bool), np.zeros(len(contacts), np.int64), of_staff)
        pairs = np.ones((len(contacts), len(staff)), dtype=bool)
        refuse(pairs, apply_rules(found, masks, of_staff, waiting_s=waits, at_work=at_work).refusals)
        return pairs

    waited, nothing = np.array([contact.waiting_s for contact in contacts], dtype=float), np.zeros(len(contacts))
    at_first, spared = opened(*made, waits=nothing), opened(ban, waits=nothing)
    leaves_somebody = (at_first & spared).any(axis=1) | ~at_first.any(axis=1)
    let_in = opened(*made, ban, waits=waited) & ~opened(*made, waits=waited)

    assert not let_in[leaves_somebody].any()


@settings(deadline=None, max_examples=60)
@given(seed=st.integers(0, 10_000), size=st.integers(1, 40), count=st.integers(1, 90))
def test_rules_laid_over_together_do_what_each_does_alone(seed, size, count):
    """The fast way packs many rules into numbers; it may not change one pair."""
    rng = np.random.default_rng(seed)
    rules = [
        rule(f"r{k}", "forbid" if k % 2 else {"boost": k / 10}, employees=mandate(1)) for k in range(count)
    ]  # fmt: skip
    made = effects(compiled(*rules), waiting(*[0.0] * size), STAFF)
    refusals = [replace(one, contacts=rng.random(size) < 0.3, employees=rng.random(4) < 0.4) for one in made.refusals]
    boosts = [replace(one, contacts=rng.random(size) < 0.3, employees=rng.random(4) < 0.4) for one in made.boosts]
    pairs, total = np.ones((size, 4), dtype=bool), np.zeros((size, 4))
    refuse(pairs, refusals)
    add_boosts(total, boosts)
    slow_pairs, slow_total = np.ones((size, 4), dtype=bool), np.zeros((size, 4))
    for one in refusals:
        slow_pairs[np.ix_(one.contacts, one.employees)] = False
    for one in boosts:
        slow_total[np.ix_(one.contacts, one.employees)] += one.amount

    assert (pairs == slow_pairs).all()
    assert total == pytest.approx(slow_total)


WHOLE = {
    "schema": "rule-set/1", "title": "T", "strategy": {"preset": "customer_intimacy", "segments": {"a": {
        "preset": "cost_leadership"}}}, "values": {"mode": "learned", "max_weight": 0.4},
    "rules": [rule(when=asks("contact.intent", "in", ["x"]), employees=mandate(2), relax=STEPS),
              rule("b", {"set": {"priority": 3, "channel": "desk"}}), rule("c", {"stop": {"rules": ["a"]}})],
    "service": [{"segment": "s", "channels": ["chat"], "tier": "minimal", "floor": {"answer_within_s": 60}}],
    "hold": {"h0": 0.1, "h2": 0.2, "cap_s": 18}, "limits": {"transfers": 2}, "offer": {"expires_s": {"phone": 20}},
    "explore": {"floor": 0.02}, "outcome": {"effort_cents": 3, "segments": {"b": {}}},
}  # fmt: skip
json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**20) | st.floats() | st.text(max_size=4)
    | st.sampled_from(["require", "employee.knows_customer", "is", "a", "\ud800", "\u0000"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["all", "any", "not", "field", "operator", "value", "rules", "stop", "after_s", "x~/"]), inner,
        max_size=3),
    max_leaves=6,
)  # fmt: skip


def places(value, path=()):
    """Every place in a document, as a path of keys."""
    yield path
    parts = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, part in parts:
        yield from places(part, (*path, key))


@settings(deadline=None, max_examples=300)
@given(data=st.data())
def test_no_document_breaks_the_parser(data):
    """Whatever a form or a person sends is read or refused with its faults, each with its place."""
    document = copy.deepcopy(WHOLE)
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(sorted(places(document), key=str)))
        value = data.draw(json_values)
        if not path:
            document = value
            break
        parent = document
        for key in path[:-1]:
            parent = parent[key]
        parent[path[-1]] = value
    found = ()
    try:
        parse_rule_set(document)
    except InvalidInput as refusal:
        found = refusal.faults

    assert all(fault.pointer == "" or fault.pointer.startswith("/") for fault in found)
