"""HR tags an employee: read, decide, write, without losing what a colleague did meanwhile."""

from typing import Any

from tests.api.installation import Installation

PATH = "/v1/employees/e1/profile"
TAG = {"dominant": "blue", "secondary": "green", "reason": "calm with complaints"}


def tag(service: Installation, etag: str, **changes: Any) -> Any:
    return service.call("hr", "PUT", PATH, json=TAG | changes, headers={"If-Match": etag})


def test_hr_tags_an_employee_who_reads_it_and_answers(service: Installation) -> None:
    """The employee sees the tag with its reason and may speak against it; HR may take its own tag back."""
    service.add_employee()
    before = service.call("hr", "GET", PATH)
    assert before.get_json()["n_eff"] == 0

    tagged = tag(service, before.headers["ETag"])
    assert tagged.status_code == 200
    assert tagged.get_json()["top"][0] == "blue"
    assert tagged.get_json()["share"]["blue"] > before.get_json()["share"]["blue"]

    (piece,) = service.call("employee", "GET", f"{PATH}/evidence").get_json()["items"]
    assert (piece["source"], piece["reason"]) == ("hr_tag", TAG["reason"])
    claim = {"source": "self_tag", "facet": "values", "pick": "orange", "reason": "that was one week"}
    contested = service.call("employee", "POST", "/v1/employees/e1/evidence", json=claim)
    assert contested.status_code == 201
    assert contested.get_json()["share"]["orange"] > tagged.get_json()["share"]["orange"]

    assert service.call("hr", "DELETE", f"{PATH}/evidence/{piece['id']}").status_code == 204
    pieces = service.call("hr", "GET", f"{PATH}/evidence").get_json()["items"]
    assert [("revoked_at" in one) for one in pieces if one["source"] == "hr_tag"] == [True]
    assert service.call("hr", "GET", PATH).get_json()["top"][0] == "orange"


def test_two_of_hr_do_not_overwrite_each_other(service: Installation) -> None:
    """The second one reads again and decides anew (412), and nobody writes without having read (428)."""
    service.add_employee()
    read = service.call("hr", "GET", PATH).headers["ETag"]
    first, second = tag(service, read), tag(service, read, dominant="red", secondary="blue")

    assert (first.status_code, second.status_code) == (200, 412)
    assert service.call("hr", "PUT", PATH, json=TAG).status_code == 428
    assert (
        tag(service, service.call("hr", "GET", PATH).headers["ETag"], dominant="red", secondary="blue").status_code
        == 200
    )


def test_a_tag_sent_twice_under_one_key_counts_once(service: Installation) -> None:
    """A screen that sends again after a lost reply gets its answer, not a conflict with itself."""
    service.add_employee()
    headers = {"If-Match": service.call("hr", "GET", PATH).headers["ETag"], "Idempotency-Key": "click-1"}
    answers = [service.call("hr", "PUT", PATH, json=TAG, headers=headers) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].get_data() == answers[1].get_data()
    assert answers[0].headers["ETag"] == answers[1].headers["ETag"]
    assert len(service.call("hr", "GET", f"{PATH}/evidence").get_json()["items"]) == 1
