"""From matches that a router acted on to a rehearsal of other rules on the very same contacts."""

import threading
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from api.workers import Worker
from matcher.use_cases.learning_ports import LoggedDecision
from tests.api.installation import Installation

CONTACTS, AT_ONCE, DAYS = 3_000, 50, 6
START = datetime(2026, 2, 16, 9, tzinfo=UTC)
PERIOD = {"from": "2026-02-15T00:00:00Z", "to": "2026-03-01T00:00:00Z"}
BILLING_MINUTES, SALES_MINUTES = 6.0, 3.0
SENIORS_ONLY = {
    "id": "seniors",
    "title": "Business customers get a senior",
    "when": {"field": "customer.segment", "operator": "is", "value": "business"},
    "employees": {"field": "employee.mandate", "operator": "at_least", "value": 2},
    "effect": {"require": True},
    "reason": {"en": "Business customers get a senior.", "nl": "Zakelijke klanten krijgen een senior."},
}


def contact(number: int) -> dict[str, Any]:
    """Three of four ask for billing, one for sales; one customer of ten is a business, and asks for billing."""
    skill = "sales" if number % 4 == 3 else "billing"
    who = {"customer_id": f"c{number % 20 // 10 * 10}"} if number % 10 == 0 else {}
    return {"id": f"k{number:04}", "channel": "phone", "intent": skill, "skills": {skill: 3}, "waiting_s": 60, **who}


def staffed(service: Installation) -> Installation:
    """Twelve employees: of nine who know billing one is senior, three know sales."""
    for number in range(12):
        skill = "billing" if number < 9 else "sales"
        mandate, capacity = (2, 1) if number == 0 else (1, 10)
        service.add_employee(f"e{number}", team=skill, skills={skill: 3}, mandate=mandate, capacity=capacity)
    for customer_id in ("c0", "c10"):
        service.add_customer(customer_id, segment="business")
    return service


def lived(service: Installation) -> None:
    """Six days of matches that were logged, and what came of every other contact."""
    for first in range(0, CONTACTS, AT_ONCE):
        batch = first // AT_ONCE
        at = START + timedelta(days=batch % DAYS, minutes=10 * (batch // DAYS))
        asked = {"contacts": [contact(number) for number in range(first, first + AT_ONCE)], "at": at.isoformat()}
        made = service.call("router", "POST", "/v1/matches", json={**asked, "log": True, "explain": "none"})
        assert not made.get_json()["unassigned"]
        told = [
            {"event_id": f"o{one}", "contact_id": f"k{one:04}", "resolved": True, "occurred_at": at.isoformat(),
             "minutes": SALES_MINUTES if one % 4 == 3 else BILLING_MINUTES}
            for one in range(first, first + AT_ONCE) if one % 3 == 0
        ]  # fmt: skip
        assert service.call("router", "POST", "/v1/outcomes", json={"items": told}).status_code == 200


def rehearsed(service: Installation, **asked: Any) -> dict[str, Any]:
    """What a rehearsal of the rule told, by the job that the worker does."""
    document = {"schema": "rule-set/1", "title": "Seniors", "rules": [SENIORS_ONLY],
                "strategy": {"preset": "customer_intimacy"}}  # fmt: skip
    version = service.call("operations", "POST", "/v1/rule-sets", json=document).get_json()["version"]
    begun = service.call("operations", "POST", f"/v1/rule-sets/{version}/rehearsal", json={**PERIOD, **asked})
    assert begun.status_code == 202, begun.get_data(as_text=True)
    Worker(service.klik, threading.Event()).work(begun.get_json()["id"])
    job: dict[str, Any] = service.call("operations", "GET", begun.headers["Location"]).get_json()
    assert job["state"] == "done", job.get("error")
    told: dict[str, Any] = job["result"]
    return told


def test_a_rule_is_rehearsed_on_the_contacts_of_before(service: Installation) -> None:
    """Skills, segments and handle times are those of then: who works how much, and who waits, can be told by hand."""
    lived(staffed(service))
    told = rehearsed(service)
    work = {group["name"]: group["changes"][0] for group in told["employee_groups"]}
    segments = {group["name"]: group for group in told["segments"]}
    # Three of four contacts take six minutes, one takes three, and each goes to a team that has the skill.
    billing = 3 * BILLING_MINUTES / (3 * BILLING_MINUTES + SALES_MINUTES)

    assert (told["contacts"], told["source"]["name"], told["source"]["employees"]) == (CONTACTS, "stored", 12)
    assert told["source"]["services_drawn"] == CONTACTS - CONTACTS // 3
    assert told["source"]["left_out"] == {"not_told_what_was_asked": 0}
    assert told["source"]["read_until"] is None
    assert work["billing"]["current"] == pytest.approx(billing)
    assert segments["business"]["contacts"] == CONTACTS // 10
    assert segments["business"]["fortune"] == "worse"  # five every ten minutes, of six minutes each, for one senior
    assert told["overall"][0]["draft"] > told["overall"][0]["current"]


def test_contacts_that_do_not_tell_what_they_asked_are_told_and_left_out(service: Installation) -> None:
    """Their skills would have to be guessed, and the rehearsal would say who is skilled for what nobody knows."""
    lived(staffed(service))
    old = [
        LoggedDecision(id=f"old{one}", contact_id=f"old{one}", at=START, basis="rules", strategy="s", channel="phone")
        for one in range(7)
    ]
    with service.store.writing() as records:
        records.decisions.add_many(old)
    told = rehearsed(service, sample=200)

    assert (told["contacts"], told["source"]["left_out"]) == (200, {"not_told_what_was_asked": 7})


def test_a_period_that_tells_nothing_is_refused_in_words(service: Installation) -> None:
    """An empty rehearsal would look like a rule without effect."""
    staffed(service)
    old = LoggedDecision(id="d1", contact_id="k1", at=START, basis="rules", strategy="s", channel="phone")
    with service.store.writing() as records:
        records.decisions.add_many([old])
    with pytest.raises(AssertionError, match="None of the 1 contacts then tells what it asked"):
        rehearsed(service)
