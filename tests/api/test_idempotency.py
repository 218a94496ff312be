"""One effect and one answer for an Idempotency-Key, however often the request is sent."""

from typing import Any

import pytest

from matcher.use_cases.ports import StoredAnswer
from tests.api.installation import CUSTOMER, EMPLOYEE, Installation

KEY = {"Idempotency-Key": "k-1"}


def put(
    service: Installation, path: str = "/v1/customers/c1", role: str = "router", json: Any = CUSTOMER, **headers: str
) -> Any:
    return service.call(role, "PUT", path, json=json, headers=KEY | headers)


def test_the_same_request_gets_the_same_answer(service: Installation) -> None:
    """A router that lost the reply must learn what happened, not make it happen twice (P4)."""
    first = put(service)
    service.call("router", "PUT", "/v1/customers/c1", json=CUSTOMER | {"tier": "gold"})
    again = put(service)

    assert (first.status_code, first.get_data()) == (again.status_code, again.get_data()) == (201, first.get_data())
    assert again.headers["Idempotent-Replay"] == "true"
    assert "Idempotent-Replay" not in first.headers
    assert again.content_type == first.content_type
    assert service.call("router", "GET", "/v1/customers/c1").get_json()["tier"] == "gold"


def test_evidence_sent_twice_counts_once(service: Installation) -> None:
    """POST is where a second effect would hurt: the profile would lean on one statement twice."""
    service.add_employee()
    claim = {"source": "self_tag", "facet": "channel", "pick": "phone"}
    answers = [service.call("hr", "POST", "/v1/employees/e1/evidence", json=claim, headers=KEY) for _ in range(3)]

    assert {answer.get_data() for answer in answers} == {answers[0].get_data()}
    assert {answer.headers["ETag"] for answer in answers} == {'"channel-1"'}
    assert len(service.call("hr", "GET", "/v1/employees/e1/profile/evidence").get_json()["items"]) == 1


def test_another_body_under_the_same_key_is_refused(service: Installation) -> None:
    """Answering it with the first answer would be a lie; running it, a second effect."""
    put(service)
    other = put(service, json=CUSTOMER | {"tier": "gold"})

    assert other.status_code == 422
    assert other.get_json(force=True)["code"] == "idempotency_key_reused"


@pytest.mark.parametrize(
    ("path", "role", "json"),
    [
        ("/v1/customers/c2", "router", CUSTOMER),
        ("/v1/employees/c1", "router", EMPLOYEE),
        ("/v1/employees/c1", "hr", EMPLOYEE),
    ],
)
def test_a_key_counts_for_one_sender_on_one_path(service: Installation, path: str, role: str, json: Any) -> None:
    """Two routers that both count from one must not meet (row 64)."""
    put(service)

    assert put(service, path, role, json).status_code == 201


def test_a_request_under_way_is_not_run_beside_itself(service: Installation) -> None:
    """409 with a time to wait, until the first one has answered."""
    put(service)
    digest = _stored(service)
    with service.store.writing() as records:
        records.answers.save(_scope(service), StoredAnswer(digest, 0, {}, b""))

    answer = put(service)

    assert answer.status_code == 409
    assert answer.get_json(force=True)["code"] == "request_in_flight"
    assert answer.headers["Retry-After"] == "1"


def test_a_refused_request_keeps_nothing(service: Installation) -> None:
    """What was refused changed nothing, so a corrected request may use the key."""
    assert put(service, json={"tier": 5}).status_code == 422
    assert put(service).status_code == 201


def _scope(service: Installation) -> str:
    return f"{service.tokens['router'].split('_')[1]} PUT /v1/customers/c1 k-1"


def _stored(service: Installation) -> str:
    with service.store.writing() as records:
        found = records.answers.claim(_scope(service), "unknown", now=service.moment)
        assert found is not None
        return found.body_sha256


def test_erasing_twice_is_answered_alike_and_leaves_no_trace(service: Installation) -> None:
    """The kept answer of an erasure must not be the last place that names the person (P21)."""
    service.add_customer("someone")
    assert "someone" in repr(service.store._committed)
    answers = [service.call("router", "DELETE", "/v1/customers/someone", headers=KEY) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [204, 204]
    assert "someone" not in repr(service.store._committed)
