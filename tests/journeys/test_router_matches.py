"""A router with a queue of its own asks who should take which contact."""

from tests.api.installation import Installation

BILLING = {"skills": {"billing": 2}, "channel": "phone"}


def test_a_router_stores_people_and_matches_its_queue(service: Installation) -> None:
    """Each contact gets someone who can and may take it; whoever is left over is told why."""
    service.add_employee("e1", skills={"billing": 4}, capacity=1)
    service.add_employee("e2", skills={"technical": 4}, capacity=1)
    service.add_employee("e3", skills={"billing": 5}, is_available=False)
    service.add_customer("c1")
    queue = [
        {"id": "x1", "customer_id": "c1", "priority": 5, **BILLING},
        {"id": "x2", "channel": "phone", "skills": {"technical": 3}},
        {"id": "x3", **BILLING},
        {"id": "x4", "channel": "desk"},
    ]

    answer = service.call("router", "POST", "/v1/matches", json={"contacts": queue, "seed": 1})
    found = answer.get_json()

    assert {one["contact_id"]: one["employee_id"] for one in found["assignments"]} == {"x1": "e1", "x2": "e2"}
    assert {one["contact_id"]: one["reason"] for one in found["unassigned"]} == {
        "x3": "no_capacity",
        "x4": "suggest_channel",
    }
    assert found["unassigned"][-1]["suggested_channel"] == "phone"
    assert all(one["reasons"] for one in found["assignments"])
    assert found["gap"] == 0


def test_presence_counts_at_the_next_match(service: Installation) -> None:
    """Who goes away gets nothing new; who comes back does, without a restart."""
    service.add_employee("e1")
    path, contact = "/v1/employees/e1/presence", {"contact": {"id": "x1", **BILLING}}

    def ranked() -> list[str]:
        found = service.call("router", "POST", "/v1/rankings", json=contact).get_json()
        return [one["employee_id"] for one in found["assignments"]]

    assert ranked() == ["e1"]
    service.call("employee", "PUT", path, json={"state": "away"})
    assert ranked() == []
    service.call("employee", "PUT", path, json={"state": "available", "channels": ["phone"]})
    assert ranked() == ["e1"]


def test_a_limit_looks_at_what_a_presence_says(service: Installation) -> None:
    """The desktop keeps count of difficult contacts; the next one goes to a colleague, and an easy one may come."""
    for name, count in (("e1", 3), ("e2", 0)):
        service.add_employee(name)
        said = {"state": "available", "difficult_in_a_row": count, "busy_share": 0.5 if count else 0.25}
        answer = service.call("router", "PUT", f"/v1/employees/{name}/presence", json=said)
        assert answer.get_json() == said
    limited = {
        "schema": "rule-set/1", "title": "Limits", "strategy": {"preset": "customer_intimacy"},
        "limits": {"difficult_in_a_row": 3},
    }  # fmt: skip
    draft = service.call("operations", "POST", "/v1/rule-sets", json=limited).get_json()["version"]

    def ranked(**more: object) -> list[str]:
        body = {"contact": {"id": "x1", **BILLING, **more}, "rule_set": draft}
        found = service.call("router", "POST", "/v1/rankings", json=body).get_json()
        return sorted(one["employee_id"] for one in found["assignments"])

    assert ranked() == ["e1", "e2"]
    assert ranked(difficult=True) == ["e2"]


def test_values_count_only_with_consent(service: Installation) -> None:
    """A customer who did not agree is served by the rules, and no value evidence can be added."""
    service.add_customer("agreed")
    service.call("router", "PUT", "/v1/customers/refused", json={"consent": {"value_profiling": False}})
    claim = {"source": "self_tag", "facet": "values", "pick": "blue"}

    assert service.call("router", "POST", "/v1/customers/agreed/evidence", json=claim).status_code == 201
    refused = service.call("router", "POST", "/v1/customers/refused/evidence", json=claim)
    assert (refused.status_code, refused.get_json(force=True)["code"]) == (409, "consent_missing")
    assert service.call("router", "GET", "/v1/customers/refused/profile").get_json()["consent"] == "none"
