"""Rules that nobody at work meets together: the least important gives way, no further than needed."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings

from matcher.profiles.people import Employee
from matcher.rules import apply_rules
from matcher.rules.pairs import refuse
from matcher.rules.together import AtWork
from tests.matcher.rules import test_rules_apply as world
from tests.matcher.rules.test_rules_relax import asks, compiled, effects, mandate, open_pairs, rule, stepped, waiting

TEAM = asks("employee.team", value="x")
CHIEF, CLERK, OTHER = Employee("chief", mandate=3), Employee("clerk", team="x"), Employee("other", mandate=1)
STAFF = [CHIEF, CLERK, OTHER]
DROP = {"relax_after_s": 600}


def served_by(*rules, staff=STAFF, contacts=None):
    """Who may help a contact that has not waited yet, everyone being at work."""
    pairs = open_pairs(compiled(*rules), contacts or waiting(0), staff, everyone_fits=True)
    return [one.id for one, is_open in zip(staff, pairs[0], strict=True) if is_open]


@pytest.mark.parametrize(("orders", "expected"), [((1, 2), ["chief"]), ((2, 1), ["clerk"]), ((5, 5), ["chief"])])
def test_the_least_important_of_two_rules_gives_way(orders, expected):
    """A chief is asked for, and so is team x; nobody is both. Of equal order the later id gives way."""
    first, second = orders
    rules = (rule("a", employees=mandate(3), order=first, **DROP), rule("b", employees=TEAM, order=second, **DROP))

    assert served_by(*rules) == expected
    assert served_by(*reversed(rules)) == expected


def test_a_rule_that_always_holds_does():
    """However unimportant: only what may relax gives way."""
    hard = rule("z", employees=TEAM, order=9)

    assert served_by(rule("a", employees=mandate(3), order=1, **DROP), hard) == ["clerk"]


def test_a_rule_gives_way_no_further_than_needed():
    """One step lets in who is needed; the drop is not taken, and a rule that is in nobody's way stays."""
    steps = [{"after_s": 60, "employees": mandate(1)}, {"after_s": 120, "drop": True}]
    both = Employee("both", mandate=1, team="x")
    rules = (
        rule("team", employees=TEAM, order=1, **DROP),
        rule("chief", employees=mandate(3), order=2, relax=steps),
        rule("not other", "forbid", employees=asks("employee.id", value="other"), order=3, **DROP),
    )

    assert served_by(*rules, staff=[*STAFF, both]) == ["both"]


def test_where_nothing_helps_nothing_gives_way():
    """Two hard rules leave nobody: that a third one could relax helps no one."""
    rules = (
        rule("a", employees=mandate(3), order=1), rule("b", employees=TEAM, order=2),
        rule("c", employees=mandate(1), order=3, **DROP),
    )  # fmt: skip
    found = effects(compiled(*rules), waiting(0), STAFF, everyone_fits=True)

    assert served_by(*rules) == []
    assert found.relaxations == ()


def test_what_gave_way_together_is_told_apart():
    """“Nobody meets this rule” would be untrue: the clerk is of team x."""
    rules = (rule("a", employees=mandate(3), order=1, **DROP), rule("b", employees=TEAM, order=2, **DROP))
    (alone,) = effects(compiled(rules[0]), waiting(0), STAFF[1:], everyone_fits=True).relaxations
    (joint,) = effects(compiled(*rules), waiting(0), STAFF, everyone_fits=True).relaxations

    assert (alone.rule.id, alone.together.tolist()) == ("a", [False])
    assert (joint.rule.id, joint.together.tolist(), joint.at_once.tolist()) == ("b", [True], [True])


@settings(deadline=None, max_examples=80)
@given(made=stepped(), asked=world.crowd, staff=world.staffs)
def test_what_gives_way_is_the_least_there_is(made, asked, staff):
    """Held against every combination of steps, tried one by one in the order of importance."""
    rules = compiled(*made)
    contacts, customers = [contact for contact, _ in asked], [customer for _, customer in asked]
    masks, of_staff = rules.contact_side(contacts, customers), rules.employee_side(staff)
    at_work = AtWork(np.ones((1, len(staff)), bool), np.zeros(len(asked), np.int64), of_staff)

    def opened(waits, *, there=None):
        pairs = np.ones((len(contacts), len(staff)), dtype=bool)
        refuse(pairs, apply_rules(rules, masks, of_staff, waiting_s=waits, at_work=there).refusals)
        return pairs

    found = opened(np.full(len(asked), -1.0), there=at_work)  # a step may be due at 0 s
    refusing = [k for k, one in enumerate(rules.rules) if one.rule.effect.kind != "boost"]
    for row in range(len(asked)):
        ways = [_ways(rules, k, masks, of_staff, row) for k in refusing]
        alone = [next((s for s, way in enumerate(each) if way.any()), len(each) - 1) for each in ways]
        tried = product(*(range(first, len(each)) for first, each in zip(alone, ways, strict=True)))
        let_in = (
            np.logical_and.reduce([np.ones(len(staff), bool), *(each[s] for each, s in zip(ways, steps, strict=True))])
            for steps in tried
        )
        all_alone = [each[s] for each, s in zip(ways, alone, strict=True)]
        expected = next(filter(np.any, let_in), np.logical_and.reduce([np.ones(len(staff), bool), *all_alone]))

        assert found[row].tolist() == expected.tolist()


def _ways(rules, place, masks, of_staff, row):
    """Whom the rule lets in at each of its steps, for that contact."""
    size = len(of_staff.employees)
    if not masks.by_rule[place][row]:
        return [np.ones(size, bool)]
    return [~of_staff.by_rule[place][step] for step in range(len(rules.rules[place].stages))]
