"""A TaskRouter workflow sent to the API becomes a draft like any other, or is refused with its places."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.adapters.twilio_workflow import draft_of_workflow
from matcher.errors import InvalidInput
from matcher.rules import parse_rule_set
from models.frameworks import load_framework
from tests.api.installation import Installation

PATH = "/v1/rule-sets/imports/twilio"
FRAMEWORK = load_framework()
WORKFLOW: dict[str, Any] = {
    "task_routing": {
        "filters": [
            {
                "filter_friendly_name": "Gold",
                "expression": "tier == 'gold'",
                "targets": [{"queue": "WQ1", "priority": "5", "timeout": 30, "skip_if": "workers.available == 0"}],
            }
        ],
        "default_filter": {"queue": "WQ2"},
    },
    "task_queues": [
        {"sid": "WQ1", "friendly_name": "Gold", "target_workers": "skills HAS 'gold'"},
        {"sid": "WQ2", "friendly_name": "Everyone", "target_workers": "1==1"},
    ],
}


def test_a_workflow_becomes_a_draft_with_a_report(service: Installation) -> None:
    """What could not be carried over is told at once, with its place; the draft is one like any other."""
    answer = service.call("operations", "POST", f"{PATH}?title=From+TaskRouter", json=WORKFLOW)
    made = answer.get_json()
    version = made["draft"]["version"]

    assert answer.status_code == 201
    assert (made["draft"]["title"], made["draft"]["state"]) == ("From TaskRouter", "draft")
    assert [one["pointer"] for one in made["not_carried_over"]] == ["/task_routing/filters/0/targets/0/skip_if"]
    assert made["named"]["task.tier"] == "contact.attributes.tier"
    stored = service.call("operations", "GET", f"/v1/rule-sets/{version}")
    assert stored.get_json()["document"] == made["draft"]["document"]
    assert stored.headers["ETag"] == answer.headers["ETag"]
    (change,) = service.call("auditor", "GET", f"/v1/rule-sets/changes?version={version}").get_json()["items"]
    assert (change["what"], change["note"]) == ("drafted", "imported from TaskRouter")


def test_a_match_may_try_an_imported_draft(service: Installation) -> None:
    """Gold customers first go to who serves gold."""
    made = service.call("operations", "POST", PATH, json=WORKFLOW).get_json()
    staff = [{"id": "any", "channels": {"phone": {}}}, {"id": "gold", "channels": {"phone": {}}, "skills": {"gold": 1}}]
    contact = {"id": "c", "channel": "phone", "attributes": {"tier": "gold"}}
    body = {"contact": contact, "employees": staff, "rule_set": made["draft"]["version"]}
    ranked = service.call("router", "POST", "/v1/rankings", json=body).get_json()

    assert [one["employee_id"] for one in ranked["assignments"]] == ["gold"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({}, "/task_routing/filters"),
        ({"task_routing": {"filters": [{"expression": "tier =="}]}}, "/task_routing/filters/0/expression"),
        ({"task_routing": {"filters": []}, "task_queues": [{"name": "x"}]}, "/task_queues/0"),
        (
            {"task_routing": {"filters": [{"targets": [{"expression": "a HAS 'b'", "timeout": 0}] * 3}]}},
            "/task_routing",
        ),
    ],
)
def test_what_is_no_workflow_is_refused_with_its_place(service: Installation, body: Any, pointer: str) -> None:
    """Nothing is stored then."""
    answer = service.call("operations", "POST", PATH, json=body)

    assert answer.status_code == 422
    assert answer.get_json(force=True)["errors"][0]["pointer"] == pointer
    assert service.call("operations", "GET", "/v1/rule-sets?state=draft").get_json()["items"] == []


def test_only_who_may_draft_may_import(service: Installation) -> None:
    """It is a draft like any other."""
    assert service.call("router", "POST", PATH, json=WORKFLOW).status_code == 403


values = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 10**25) | st.floats(allow_nan=False) | st.text(max_size=5)
    | st.sampled_from(["nan", "inf", "-1", "1e999", "tier == 'gold'", "skills HAS 'x'", "NOT a", "1==1", "WQ1"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(
        ["filters", "targets", "expression", "queue", "priority", "timeout", "filter_friendly_name", "skip_if"]
    ), inner, max_size=4),
    max_leaves=8,
)  # fmt: skip
targets = st.fixed_dictionaries({}, optional={"queue": values, "expression": values, "priority": values,
                                              "timeout": values})  # fmt: skip
filters = st.fixed_dictionaries({}, optional={"filter_friendly_name": values, "expression": values,
                                              "targets": st.lists(targets, max_size=4) | values})  # fmt: skip


@settings(deadline=None, max_examples=200)
@given(listed=st.lists(filters | values, max_size=3) | values, default=targets | values, queues=st.none() | values)
def test_whatever_is_sent_is_a_draft_or_refused(listed: Any, default: Any, queues: Any) -> None:
    """Exports of other systems hold what nobody foresaw."""
    body = {"task_routing": {"filters": listed, "default_filter": default}}
    body |= {} if queues is None else {"task_queues": queues}
    made, faults = None, ()
    try:
        made = draft_of_workflow(body, title="Imported", framework=FRAMEWORK)
    except InvalidInput as refused:
        faults = refused.faults

    assert all(fault.pointer.startswith("/task_") for fault in faults)
    assert made is None or parse_rule_set(made.document, framework=FRAMEWORK).title == "Imported"
