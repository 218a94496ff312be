"""Matches and rankings over HTTP: what comes in is what the router sent, what goes out is what is documented."""

from typing import Any

import pytest
from jsonschema import Draft202012Validator

from api.schemas.matching import shown_ranking
from matcher.routing.decision import Basis, Decision, Ranking
from tests.api.installation import Installation

CONTACT = {"id": "x1", "channel": "phone", "skills": {"billing": 2}}
INLINE = {"id": "i1", "channels": {"phone": {"cost": 1}}, "skills": {"billing": 4}, "free_slots": 1}


def documented(service: Installation, path: str) -> Draft202012Validator:
    document = service.call(None, "GET", "/openapi.json").get_json()
    schema = document["paths"][path]["post"]["responses"]["200"]["content"]["application/json"]["schema"]
    return Draft202012Validator({**schema, "components": document["components"]})


@pytest.mark.parametrize(
    "body",
    [
        {"contacts": []},
        {"contacts": [CONTACT]},
        {"contacts": [CONTACT, CONTACT | {"id": "x2"}, CONTACT | {"id": "x3"}], "explain": "full"},
        {"contacts": [CONTACT | {"skills": {"unknown": 5}}], "explain": "none"},
        {"contacts": [CONTACT], "employees": [INLINE, "e1"], "strategy": "customer_intimacy", "seed": 3},
        {"contacts": [CONTACT | {"channel": "desk"}], "employees": [], "at": "2026-03-02T09:00:00+01:00"},
    ],
)
def test_a_match_answers_as_documented(service: Installation, body: Any) -> None:
    """The answer is written without the schema's dump; only this test keeps the two together."""
    service.add_employee()
    answer = service.call("router", "POST", "/v1/matches", json=body)

    assert answer.status_code == 200, answer.get_data(as_text=True)
    assert list(documented(service, "/v1/matches").iter_errors(answer.get_json())) == []
    found = answer.get_json()
    told = [one["contact_id"] for one in found["assignments"] + found["unassigned"]]
    assert sorted(told) == sorted(one["id"] for one in body["contacts"])
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_time_for_sale_is_answered_as_documented(service: Installation) -> None:
    """At noon nobody is there; on Monday at two somebody is, and this segment may buy half an hour of that."""
    sold = {"segment": "busy", "channels": ["phone"], "paid_slot": {"price_cents": 500, "width_s": 1800}}
    rules = {"schema": "rule-set/1", "title": "T", "strategy": {"preset": "customer_intimacy"}, "service": [sold]}
    draft = service.call("operations", "POST", "/v1/rule-sets", json=rules).get_json()["version"]
    contact, later = CONTACT | {"customer": {"segment": "busy"}}, INLINE | {"hours": {"mon": ["14:00-18:00"]}}
    body = {"contacts": [contact], "employees": [later], "rule_set": draft, "at": "2026-03-02T12:00:00+01:00"}
    answer = service.call("router", "POST", "/v1/matches", json=body)

    assert list(documented(service, "/v1/matches").iter_errors(answer.get_json())) == []
    assert answer.get_json()["unassigned"][0]["paid_slot"] == {
        "due_from": "2026-03-02T13:00:00Z",
        "due_to": "2026-03-02T13:30:00Z",
        "price_cents": 500,
    }


@pytest.mark.parametrize("contact", [CONTACT, CONTACT | {"skills": {"unknown": 5}}])
def test_a_ranking_answers_as_documented(service: Installation, contact: Any) -> None:
    """As for matches."""
    for number in range(4):
        service.add_employee(f"e{number}")
    answer = service.call("router", "POST", "/v1/rankings", json={"contact": contact, "limit": 2})

    assert answer.status_code == 200
    assert list(documented(service, "/v1/rankings").iter_errors(answer.get_json())) == []
    found = answer.get_json()
    assert len(found["assignments"]) == (2 if contact is CONTACT else 0)
    assert len(found["unassigned"]) == (0 if contact is CONTACT else 1)


@pytest.mark.parametrize(
    ("asked", "spoken"),
    [
        (None, "en"), ("nl", "nl"), ("nl-BE,en;q=0.5", "nl"), ("en;q=0.2, nl;q=0.8", "nl"), ("fr,de", "en"),
        ("x" * 200, "en"), ("nl;q=abc", "en"), ("nl;q=0", "en"), ("*", "en"),
    ],
)  # fmt: skip
def test_sentences_speak_the_language_asked_for(service: Installation, asked: str | None, spoken: str) -> None:
    """Employees read the reasons; in Dutch where the router asks for Dutch, in English for want of better."""
    service.add_employee()
    headers = {} if asked is None else {"Accept-Language": asked}
    answer = service.call("router", "POST", "/v1/matches", json={"contacts": [CONTACT]}, headers=headers)
    texts = " ".join(reason["text"] for reason in answer.get_json()["assignments"][0]["reasons"])

    assert ("kans" in texts) == (spoken == "nl"), texts
    assert ("chance" in texts) == (spoken == "en"), texts


def test_a_decision_that_is_no_number_is_never_written_as_null(service: Installation) -> None:
    """orjson would write NaN as null, and a router would read it as nothing."""
    ranking = Ranking("x", (Decision("x", "e1", score=float("nan")),), None, Basis.RULES, {})

    with pytest.raises(ArithmeticError):
        shown_ranking(ranking)


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"contacts": [CONTACT, CONTACT]}, "/contacts/1", "duplicate_contact"),
        ({"contacts": [CONTACT], "employees": ["nobody"]}, "/employees/0", "unknown_employee"),
        ({"contacts": [CONTACT], "employees": [5]}, "/employees/0", "not_an_employee"),
        ({"contacts": [CONTACT], "employees": [INLINE | {"capacity": "2"}]}, "/employees/0/capacity", "not_an_integer"),
        ({"contacts": [CONTACT], "rule_set": "other"}, "/rule_set", "unknown_rule_set"),
        ({"contacts": [CONTACT], "strategy": "luck"}, "/strategy", "unknown_strategy"),
        ({"contacts": [CONTACT | {"a/b~c": 1}]}, "/contacts/0/a~1b~0c", "unknown_field"),
        ({"contacts": {}}, "/contacts", "not_a_list"),
        ({}, "/contacts", "required"),
    ],
)
def test_a_fault_is_named_with_its_place(service: Installation, body: Any, pointer: str, code: str) -> None:
    """A JSON Pointer leads straight to what is wrong, meaning as well as form."""
    service.add_employee()
    answer = service.call("router", "POST", "/v1/matches", json=body)

    assert answer.status_code == 422
    assert {(one["pointer"], one["code"]) for one in answer.get_json(force=True)["errors"]} == {(pointer, code)}


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({}, "/contact", "required"),
        ({"contact": [CONTACT]}, "/contact", "not_an_object"),
        ({"contact": CONTACT | {"intent": "a\x00b"}}, "/contact/intent", "invalid_text"),
        ({"contact": CONTACT | {"customer": {"id": ""}}}, "/contact/customer/id", "invalid_id"),
        ({"contact": CONTACT | {"mood": "angry"}}, "/contact/mood", "unknown_field"),
        ({"contact": CONTACT, "contacts": []}, "/contacts", "unknown_field"),
        ({"contact": CONTACT, "employees": ["e1", "a/b"]}, "/employees/1", "invalid_id"),
        ({"contact": CONTACT, "limit": 0}, "/limit", "out_of_range"),
        ({"contact": CONTACT, "limit": 2.0}, "/limit", "not_an_integer"),
        ({"contact": CONTACT, "seed": "3"}, "/seed", "not_an_integer"),
        ({"contact": CONTACT, "at": "2026-03-02T09:00:00"}, "/at", "invalid_time"),
        ({"contact": CONTACT, "explain": None}, "/explain", "null_not_allowed"),
        ([CONTACT], "", "not_an_object"),
    ],
)
def test_a_fault_of_a_ranking_is_named_with_its_place(
    service: Installation, body: Any, pointer: str, code: str
) -> None:
    """Whatever the fast way refuses, the declared schema says why."""
    service.add_employee()
    answer = service.call("router", "POST", "/v1/rankings", json=body)

    assert answer.status_code == 422
    assert {(one["pointer"], one["code"]) for one in answer.get_json(force=True)["errors"]} == {(pointer, code)}


def test_nothing_is_stored_by_a_match(service: Installation) -> None:
    """Routers that keep their own queue keep their own data too."""
    customer = {"id": "c9", "profile": {"values": {"share": {"blue": 1.0}}}}
    service.call(
        "router", "POST", "/v1/matches", json={"contacts": [CONTACT | {"customer": customer}], "employees": [INLINE]}
    )

    assert service.call("router", "GET", "/v1/customers/c9").status_code == 404
    assert service.call("hr", "GET", "/v1/employees").get_json()["items"] == []
