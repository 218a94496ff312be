"""What would help: the smallest change that would serve one contact more, told in both languages."""

import numpy as np
import pytest

from matcher.routing import decide
from matcher.routing.decision import Help, ShortOf, Unassigned
from matcher.rules import RuleSet, parse_rule_set
from tests.matcher.routing.rounds import FRAMEWORK, NOON, contact, decided, employee, snapshot

SOLAR = {"skills": {"solar": 2}}


def unserved(contacts: list, employees: list, **changes: object) -> Unassigned:
    """Why the one contact that nobody got has nobody."""
    (one,) = [each for each in decided(contacts, employees, **changes).decisions if each.unassigned]
    assert one.unassigned is not None
    return one.unassigned


def shortage(contacts: list, employees: list, **changes: object) -> ShortOf:
    """The bottleneck of that contact."""
    found = unserved(contacts, employees, **changes).bottleneck
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("asked", "expert", "other", "code", "subject"),
    [
        (SOLAR, {"skills": {"solar": 3}}, {"skills": {"solar": 1}}, "skill", "solar 2"),
        ({"language": "tr"}, {"languages": ("tr",)}, {"languages": ("nl",)}, "language", "tr"),
        ({"mandate": 2}, {"mandate": 3}, {"mandate": 1}, "mandate", "2"),
    ],
)
def test_the_one_thing_an_idle_colleague_lacks_is_named(asked, expert, other, code, subject) -> None:
    """Operations learn whom to train, not only that it went wrong."""
    waiting = [contact("c1", **asked), contact("c2", **asked), contact("c3")]
    found = shortage(waiting[:2], [employee("expert", **expert), employee("idle", **other)])

    assert found.help is not None
    assert found.help == Help(code, subject, ("idle",), contact_id=found.help.contact_id)
    found = shortage(
        waiting, [employee("expert", **expert), employee("idle", **other), employee("busy", **other, capacity=1)]
    )

    assert found.help is not None
    assert (found.help.code, found.help.subject) == (code, subject)
    assert set(found.help.employee_ids) <= {"idle", "busy"}


def test_where_all_are_alike_more_places_are_what_helps() -> None:
    """Nobody needs training; there is simply one contact too many."""
    found = shortage([contact("c1"), contact("c2")], [employee("e1")])

    assert found.help == Help("slots", "", ("e1",), slots=1)


def rule_set() -> RuleSet:
    """Complaints need a mandate."""
    document = {
        "schema": "rule-set/1",
        "title": "t",
        "strategy": {"preset": "customer_intimacy"},
        "values": {"mode": "off"},
        "rules": [
            {
                "id": "r1", "title": "complaints", "active": True, "order": 1, "category": "c",
                "when": {"field": "contact.intent", "operator": "is", "value": "complaint"},
                "employees": {"field": "employee.mandate", "operator": "at_least", "value": 2},
                "effect": {"require": True}, "reason": {"en": "complaints need a mandate", "nl": "klachten"},
            }
        ],
    }  # fmt: skip
    return parse_rule_set(document, framework=FRAMEWORK)


def test_a_rule_that_stands_in_the_way_is_named_with_its_reason() -> None:
    """Whoever wrote it can weigh it against the customer who waits."""
    waiting = [contact("c1", intent="complaint"), contact("c2", intent="complaint")]
    found = shortage(waiting, [employee("chief", mandate=2), employee("clerk")], rule_set=rule_set())

    assert found.help is not None
    assert (found.help.code, found.help.subject) == ("rule", "complaints need a mandate")
    assert found.help.employee_ids == ("clerk",)


@pytest.mark.parametrize(("language", "words"), [("en", "Places more needed at e1: 1"), ("nl", "Plaatsen meer nodig")])
def test_the_change_is_told_in_a_sentence(language: str, words: str) -> None:
    """Not everyone reads JSON."""
    round_ = snapshot([contact("c1"), contact("c2")], [employee("e1")], language=language)
    told = [one.unassigned for one in decide(round_, NOON, np.random.default_rng(1)).decisions if one.unassigned]

    assert words in told[0].detail
