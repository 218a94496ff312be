"""TaskRouter workflows as drafts: who may help whom and when, as their own documentation has it."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest

from api.adapters.twilio_expressions import Compared, Joined, Listed, Name, Negated, read_expression
from api.adapters.twilio_workflow import Queue, import_workflow
from matcher.contacts.contact import Contact
from matcher.errors import InvalidInput
from matcher.profiles.people import ChannelLoad, Employee, Presence, PresenceState
from matcher.profiles.staff import EmployeeRecord
from matcher.routing import CustomerTable, KnownCustomer, Roster, Snapshot, decide
from matcher.rules import compile_rules, parse_rule_set
from matcher.rules.lint import lint
from models.frameworks import load_framework

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
QUEUES = {
    "gold": Queue("Gold", "routing.skills HAS 'gold' AND routing.levels.billing >= 3"),
    "billing": Queue("Billing", "skills HAS 'billing'"),
    "all": Queue("Everyone"),
}
STAFF = {
    "ann": {"skills": {"gold": 1, "billing": 4}, "languages": ("nl",)},
    "bo": {"skills": {"gold": 1, "billing": 2}, "languages": ("nl", "en")},
    "cas": {"skills": {"moving": 3}, "languages": ("en",)},
}


def a_workflow(*filters: dict[str, Any], default: str | None = "all") -> dict[str, Any]:
    """A workflow of these filters."""
    routing: dict[str, Any] = {"filters": list(filters)}
    return {"task_routing": routing | ({} if default is None else {"default_filter": {"queue": default}})}


def who_may(workflow: dict[str, Any], waited_s: float = 0.0, **asked: Any) -> set[str]:
    """Who may help such a contact, asked one employee at a time."""
    framework = load_framework()
    imported = import_workflow(workflow, title="Imported", queues=QUEUES)
    rules = compile_rules(parse_rule_set(imported.document, framework=framework))
    staff = [
        Employee(who, channels={"phone": ChannelLoad(), "chat": ChannelLoad()}, **known) for who, known in STAFF.items()
    ]
    there = Presence(PresenceState.AVAILABLE)
    roster = Roster.of([EmployeeRecord(one, there, None) for one in staff], framework, at=NOW)
    table = CustomerTable.of([KnownCustomer(None)], framework, at=NOW)
    able = set()
    for who in STAFF:
        others = tuple(set(STAFF) - {who})
        contact = Contact("c", **{"channel": "phone", "waiting_s": waited_s, "exclude_employees": others, **asked})
        snapshot = Snapshot((contact,), roster, table, framework, rules, explain="none")
        made = decide(snapshot, NOW, np.random.default_rng(1))
        able |= {one.employee_id for one in made.decisions if one.employee_id is not None}
    return able


GOLD = {
    "filter_friendly_name": "Gold",
    "expression": "tier == 'gold'",
    "targets": [{"queue": "gold", "timeout": 30}, {"queue": "billing", "timeout": 60}],
}
BILLING = {"expression": "intent IN ['billing', 'invoice']", "targets": [{"queue": "billing"}]}


@pytest.mark.parametrize(
    ("asked", "waited_s", "able"),
    [
        ({"attributes": {"tier": "gold"}}, 0, {"ann"}),
        ({"attributes": {"tier": "gold"}}, 29, {"ann"}),
        ({"attributes": {"tier": "gold"}}, 30, {"ann", "bo"}),
        ({"attributes": {"tier": "gold"}}, 90, {"ann", "bo", "cas"}),
        ({"attributes": {"tier": "gold"}, "intent": "billing"}, 0, {"ann"}),
        ({"intent": "invoice"}, 0, {"ann", "bo"}),
        ({"intent": "invoice"}, 3600, {"ann", "bo"}),
        ({"intent": "moving"}, 0, {"ann", "bo", "cas"}),
        ({}, 0, {"ann", "bo", "cas"}),
    ],
)
def test_filters_targets_and_timeouts_mean_what_they_meant(asked: Any, waited_s: float, able: set[str]) -> None:
    """First filter that holds decides; each timeout lets the next target's workers in; the rest goes to everyone."""
    assert who_may(a_workflow(GOLD, BILLING), waited_s, **asked) == able


@pytest.mark.parametrize(
    ("expression", "asked", "holds"),
    [
        ("a > 5", {"a": 5}, False),
        ("a > 5", {"a": 6}, True),
        ("a >= 5 AND b == true", {"a": 5, "b": True}, True),
        ("5 < a", {"a": 6}, True),
        ("NOT (a == 1 OR a == 2)", {"a": 3}, True),
        ("NOT (a == 1 OR a == 2)", {"a": 2}, False),
        ("a == 1 OR a == 2 AND b == 1", {"a": 1, "b": 9}, True),
        ("a NOT IN [1, 2]", {"a": 2}, False),
        ("task.name CONTAINS 'urg'", {"name": "very urgent"}, True),
        ('a <> "x"', {"a": "y"}, True),
    ],
)
def test_expressions_hold_for_the_same_tasks(expression: str, asked: Any, holds: bool) -> None:
    """AND binds tighter than OR, comparisons may stand either way round, and strict bounds stay strict."""
    one = {"expression": expression, "targets": [{"queue": "gold"}]}

    assert (who_may(a_workflow(one), attributes=asked) == {"ann"}) is holds


def test_a_shared_language_is_carried_over() -> None:
    """Of comparisons between worker and task it is the one that rules know."""
    one = {"targets": [{"queue": "all", "expression": "worker.languages HAS task.language"}]}

    assert who_may(a_workflow(one, default=None), language="en") == {"bo", "cas"}


@pytest.mark.parametrize(("waited_s", "priority"), [(0, 2), (29, 2), (30, 5), (500, 5)])
def test_each_target_sets_its_priority_from_its_turn_on(waited_s: float, priority: int) -> None:
    """Escalation raises a task's priority; of several rules the latest target's must win."""
    targets = [{"queue": "gold", "timeout": 30, "priority": 2}, {"queue": "all", "priority": "5"}]
    imported = import_workflow(a_workflow({"expression": "a == 1", "targets": targets}), title="T", queues=QUEUES)
    compiled = compile_rules(parse_rule_set(imported.document))
    contact = Contact("c", "phone", attributes={"a": 1}, waiting_s=waited_s)
    spoken = [rule for rule, rows in compiled.set_for([contact], [None]) if rows[0]]

    lowest = min(spoken, key=lambda rule: rule.order)
    assert lowest.effect.changes is not None
    assert lowest.effect.changes.priority == priority
    assert "unreachable_rule" not in {one.code for one in lint(compiled.rule_set)}


def test_what_cannot_be_carried_over_is_told_with_its_place() -> None:
    """Half a workflow taken over in silence would be worse than none."""
    one = {
        "expression": "a == 1 AND workers.available > 2",
        "targets": [
            {"queue": "?", "known_worker_sid": "task.worker", "skip_if": "1==1", "priority": 99, "order_by": "x DESC"},
            {"queue": "all", "expression": "worker.uri != task.ignored"},
            {"queue": "all"},
        ],
    }  # fmt: skip
    imported = import_workflow(a_workflow(one), title="T", queues=QUEUES)

    start = "/task_routing/filters/0"
    assert {lost.pointer for lost in imported.lost} >= {
        f"{start}/expression", f"{start}/targets/0/queue", f"{start}/targets/0/known_worker_sid",
        f"{start}/targets/0/skip_if", f"{start}/targets/0/priority", f"{start}/targets/0/order_by",
    }  # fmt: skip
    assert all(lost.what.endswith(".") for lost in imported.lost)


def test_a_filter_of_which_a_part_was_lost_takes_nothing_from_later_ones() -> None:
    """It would have held for fewer tasks than what is left of it."""
    partly = {"expression": "intent == 'billing' AND workers.available > 2", "targets": [{"queue": "gold"}]}
    later = {"expression": "intent == 'billing'", "targets": [{"queue": "billing"}]}
    imported = import_workflow(a_workflow(partly, later), title="T", queues=QUEUES)
    rules = imported.document["rules"]

    assert isinstance(rules, list)
    assert rules[1]["when"] == {"field": "contact.intent", "operator": "is", "value": "billing"}


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("a = = 3", 5),
        ("a HAS (", 7),
        ("a ==", 5),
        ("a", 2),
        ("(a == 1", 8),
        ("a == 1 b", 8),
        ("a IN [1 2]", 9),
        ("é", 1),
    ],
)
def test_an_expression_that_cannot_be_read_is_refused_with_its_place(text: str, place: int) -> None:
    """Whoever wrote it should not have to search."""
    with pytest.raises(InvalidInput) as refused:
        read_expression(text, pointer="/x")

    (fault,) = refused.value.faults
    assert (fault.pointer, fault.code) == ("/x", "bad_expression")
    assert f"at character {place}," in fault.detail


def test_deep_nesting_is_refused_and_not_followed() -> None:
    """A file from outside must not exhaust the stack."""
    with pytest.raises(InvalidInput):
        read_expression("(" * 5000 + "a == 1" + ")" * 5000)
    with pytest.raises(InvalidInput):
        read_expression("(" * 50 + "a == 1" + ")" * 50)


def test_an_expression_is_read_as_it_is_grouped() -> None:
    """Brackets first, then AND, then OR."""
    read = read_expression("a == 1 OR NOT (b HAS 'x' AND c IN [1, 2.5, true])")

    inner = Joined("AND", (Compared(Name("b"), "HAS", "x"), Compared(Name("c"), "IN", Listed((1, 2.5, True)))))
    assert read == Joined("OR", (Compared(Name("a"), "==", 1), Negated(inner)))


@pytest.mark.parametrize("document", [{}, {"task_routing": []}, {"task_routing": {"filters": {}}}])
def test_what_is_no_workflow_is_refused(document: Any) -> None:
    """And says what was expected."""
    with pytest.raises(InvalidInput, match="no workflow"):
        import_workflow(document, title="T")
