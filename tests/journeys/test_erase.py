"""A person asks what is held about them, and then to be forgotten."""

import pytest

from tests.api.installation import Installation
from tests.contracts.stored_things import an_answer, an_overlay


@pytest.mark.parametrize(("who", "role"), [("customers", "router"), ("employees", "hr")])
def test_a_person_is_exported_in_full_and_then_gone(service: Installation, who: str, role: str) -> None:
    """After erasure every route answers as if the person had never been there (GDPR 15, 17, 20)."""
    path = f"/v1/{who}/p1"
    (service.add_customer if who == "customers" else service.add_employee)("p1", attributes={"note": "canary"})
    claim = {"source": "self_tag", "facet": "values", "pick": "blue", "reason": "canary reason"}
    assert (
        service.call(role, "POST", f"{path}/evidence", json=claim, headers={"Idempotency-Key": "k1"}).status_code == 201
    )

    export = service.call(role, "GET", f"{path}/export").get_json()
    assert export[export["who"]]["attributes"] == {"note": "canary"}
    assert [one["reason"] for one in export["evidence"]] == ["canary reason"]
    assert {one["facet"] for one in export["profiles"]} == {"values", "channel", "decision_style", "service_window"}

    assert service.call(role, "DELETE", path, headers={"Idempotency-Key": "k2"}).status_code == 204
    for part in ("", "/export", "/profile", "/profile/evidence"):
        assert service.call(role, "GET", path + part).status_code == 404
    assert service.call(role, "DELETE", path).status_code == 404
    assert service.call(role, "DELETE", path, headers={"Idempotency-Key": "k2"}).status_code == 204


def test_an_export_tells_of_answers_states_and_the_wish_to_be_hidden(service: Installation) -> None:
    """What the person does not see there, they cannot contest."""
    service.add_employee("p1")
    with service.store.writing() as records:
        records.form_answers.add([an_answer(subject_id="p1")])
        records.overlays.put(an_overlay(subject_id="p1"))
        records.profiles.hide("employee", "p1", True, now=service.moment, actor="key-1")
    export = service.call("hr", "GET", "/v1/employees/p1/export").get_json()

    assert [(one["item"], one["best"], one["worst"]) for one in export["answers"]] == [("S01", "a", "d")]
    assert [(one["cause"], one["rho"]) for one in export["overlays"]] == [("outage", 0.3)]
    assert export["profile_hidden"] is True


def test_an_erased_employee_is_out_of_the_next_round_and_their_key_is_dead(service: Installation) -> None:
    """Nothing may be given to someone who is gone, and their key opens nothing."""
    service.add_employee("e1")
    contact = {"contact": {"id": "x1", "channel": "phone"}}
    assert service.call("router", "POST", "/v1/rankings", json=contact).get_json()["assignments"]
    service.call("hr", "DELETE", "/v1/employees/e1")

    assert service.call("router", "POST", "/v1/rankings", json=contact).get_json()["assignments"] == []
    assert service.call("employee", "GET", "/v1/frameworks").status_code == 401
