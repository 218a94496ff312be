"""Decisions are kept when a router asks for it, and outcomes find them; otherwise a match leaves no trace."""

from typing import Any

import pytest

from matcher.use_cases.learning_ports import MOST_CANDIDATES
from tests.api.installation import Installation
from tests.contracts.stored_things import everything_in

CONTACT = {
    "id": "k-1",
    "channel": "phone",
    "customer_id": "c1",
    "intent": "invoice",
    "attributes": {"queue": "billing"},
}


@pytest.fixture
def here(service: Installation) -> Installation:
    """A service that knows a customer and an employee at work."""
    service.add_customer("c1", segment="retail")
    service.add_employee("e1")
    return service


def match(service: Installation, **asked: Any) -> Any:
    """The answer to a match of one contact."""
    answer = service.call("router", "POST", "/v1/matches", json={"contacts": [CONTACT], **asked})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def test_a_match_leaves_no_trace_unless_asked(here: Installation) -> None:
    """Routers that only ask are promised that nothing is stored."""
    before = everything_in(here.store)
    match(here)
    match(here, log=False)

    assert everything_in(here.store) == before


def test_a_kept_decision_says_how_it_came_about(here: Installation) -> None:
    """Years later it must be possible to say by which rules, from whom, and in which turn of chance."""
    answer = match(here, log=True, seed=7, strategy="cost_leadership", at="2026-03-02T08:00:00Z")
    with here.store.reading() as records:
        (kept,) = records.decisions.window(None, None, limit=9)

    assert (kept.contact_id, kept.customer_id, kept.employee_id) == ("k-1", "c1", "e1")
    assert (kept.seed, kept.strategy, kept.basis) == (7, "cost_leadership", answer["decision_basis"])
    assert (kept.channel, kept.intent, kept.queue) == ("phone", "invoice", "billing")
    assert kept.versions == answer["versions"]
    assert kept.at.isoformat() == "2026-03-02T08:00:00+00:00"
    assert kept.propensity is None
    assert [(each.employee_id, each.score) for each in kept.candidates] == [
        ("e1", pytest.approx(answer["assignments"][0]["score"]))
    ]
    assert kept.candidates_left_out == 0


def test_a_kept_decision_names_who_else_might_have_been_chosen(here: Installation) -> None:
    """Best first, fifty at most and the rest counted; who may not take the contact is no candidate."""
    for number in range(2, 60):
        here.add_employee(f"e{number}", skills={"billing": 5 if number == 7 else 1})
    here.add_employee("chatter", channels={"chat": {"cost": 1}})
    wanted = {**CONTACT, "wanted_skills": {"billing": 5}}
    match(here, log=True, contacts=[wanted])
    with here.store.reading() as records:
        (kept,) = records.decisions.window(None, None, limit=9)
    scores = [each.score for each in kept.candidates]

    assert (len(kept.candidates), kept.candidates_left_out) == (MOST_CANDIDATES, 59 - MOST_CANDIDATES)
    assert scores == sorted(scores, reverse=True)
    assert kept.employee_id == kept.candidates[0].employee_id == "e7"
    assert "chatter" not in {each.employee_id for each in kept.candidates}


def test_nobody_chosen_is_no_decision_to_learn_from(here: Installation) -> None:
    """Whoever waits on was served by nobody."""
    answer = match(here, log=True, employees=[])
    with here.store.reading() as records:
        kept = records.decisions.window(None, None, limit=9)

    assert (len(answer["unassigned"]), kept) == (1, [])


def test_an_outcome_finds_its_decision(here: Installation) -> None:
    """The router tells the contact alone; Klik knows who served it."""
    match(here, log=True)
    told = {"event_id": "o-1", "contact_id": "k-1", "resolved": True, "occurred_at": "2026-03-02T09:00:00Z"}
    report = here.call("router", "POST", "/v1/outcomes", json={"items": [told]}).get_json()
    (one,) = here.call("operations", "GET", "/v1/outcomes").get_json()["items"]

    assert report["joined"] == 1
    assert (one["employee_id"], one["customer_id"], one["group"], one["intent"]) == ("e1", "c1", "billing", "invoice")


def test_kept_decisions_go_with_the_customer(here: Installation) -> None:
    """Also where nothing ever came of them."""
    match(here, log=True)
    assert here.call("router", "GET", "/v1/customers/c1/export").get_json()["decisions"][0]["contact_id"] == "k-1"
    here.call("operations", "DELETE", "/v1/customers/c1")

    assert "k-1" not in everything_in(here.store)


def test_what_a_contact_asked_is_kept_and_no_more(here: Installation) -> None:
    """A rehearsal needs skills and promises; who was excluded, preferred or described in attributes it does not."""
    asked = {"language": "nl", "skills": {"billing": 2}, "wanted_skills": {"sales": 4}, "mandate": 0, "priority": 3,
             "transfers": 2, "difficult": True}  # fmt: skip
    beside = {"exclude_employees": ["e-secret"], "preferred_employee": "e-wished",
              "attributes": {"queue": "billing", "remark": "told in confidence"}}  # fmt: skip
    due = {"due_from": "2026-03-02T10:00:00+01:00", "due_to": "2026-03-02T12:00:00+01:00"}
    match(here, log=True, contacts=[{**CONTACT, **asked, **beside, **due, "waiting_s": 42}])
    to_customer = here.call("router", "GET", "/v1/customers/c1/export").get_json()["decisions"][0]["asked"]
    to_employee = here.call("hr", "GET", "/v1/employees/e1/export").get_json()["decisions"][0]["asked"]
    stored = everything_in(here.store)

    moments = {"due_from": "2026-03-02T09:00:00Z", "due_to": "2026-03-02T11:00:00Z"}
    assert to_employee == {**asked, **moments, "waiting_s": 42.0}
    assert to_customer == {**to_employee, "segment": "retail"}
    assert not [word for word in ("e-secret", "e-wished", "confidence") if word in stored]


@pytest.mark.parametrize("log", ["yes", 1, None])
def test_log_is_true_or_false(here: Installation, log: Any) -> None:
    """A word taken for no would lose what someone wanted to learn from."""
    answer = here.call("router", "POST", "/v1/matches", json={"contacts": [CONTACT], "log": log})

    assert answer.status_code == 422
    assert answer.get_json(force=True)["errors"][0]["pointer"] == "/log"
