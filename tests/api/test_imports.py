"""Employee files over HTTP: whole or not at all, at once or as a job, and out again."""

import pytest

from api.routes.imports import AT_ONCE_BYTES
from tests.api.installation import Installation

HEADER = b"id,name,channels,capacity\n"


def send(service: Installation, content: bytes, query: str = "", **headers: str):
    return service.call(
        "hr", "POST", f"/v1/employees/imports{query}", data=content, content_type="text/csv", headers=headers
    )


def ids(service: Installation) -> list[str]:
    return [one["id"] for one in service.call("hr", "GET", "/v1/employees").get_json()["items"]]


def test_a_file_is_taken_over(service: Installation) -> None:
    """The day's roster goes in with one request."""
    report = send(service, HEADER + b"e1,Ans,phone=1,2\ne2,Bo,phone=1,3\n").get_json()

    assert report["applied"]
    assert [(row["line"], row["employee_id"], row["action"]) for row in report["rows"]] == [
        (2, "e1", "create"),
        (3, "e2", "create"),
    ]
    assert ids(service) == ["e1", "e2"]


def test_a_dry_run_changes_nothing(service: Installation) -> None:
    """HR looks first."""
    report = send(service, HEADER + b"e1,Ans,phone=1,2\n", "?dry_run=true").get_json()

    assert (report["applied"], report["counts"]["create"], ids(service)) == (False, 1, [])


def test_one_wrong_line_stops_the_file_and_is_named(service: Installation) -> None:
    """Half a roster is worse than none; an id twice is wrong on both lines (row 54)."""
    report = send(service, HEADER + b"e1,Ans,phone=1,2\ne1,Bo,phone=1,2\ne2,Cy,fax=1,2\n").get_json()

    assert not report["applied"]
    assert sorted(row["line"] for row in report["rows"] if row["action"] == "error") == [2, 3, 4]
    assert ids(service) == []


@pytest.mark.parametrize("flag", ["1", "yes", "True", ""])
def test_dry_run_is_true_or_false(service: Installation, flag: str) -> None:
    """A word taken for no would write what someone only wanted to see."""
    assert send(service, HEADER, f"?dry_run={flag}").status_code == 422


def test_a_long_file_becomes_a_job(service: Installation) -> None:
    """Reading it takes longer than a request should; the worker is told at once, once the job is stored."""
    content = HEADER + b"".join(b"e%d,%s,phone=1,2\n" % (i, b"n" * 150) for i in range(AT_ONCE_BYTES // 150))
    answer = send(service, content, "?dry_run=true", **{"Idempotency-Key": "k"})
    job = answer.get_json()

    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/v1/jobs/{job['id']}"
    assert service.klik.bell.rang == [job["id"]]
    assert service.call("hr", "GET", answer.headers["Location"]).get_json() == job
    again = send(service, content, "?dry_run=true", **{"Idempotency-Key": "k"})
    assert (again.status_code, again.headers["Location"]) == (202, answer.headers["Location"])


def test_another_hr_key_does_not_see_the_job_and_may_not_stop_it(service: Installation) -> None:
    """HR reaches the jobs it began; operations reaches all."""
    path = send(service, HEADER + b"x" * AT_ONCE_BYTES).headers["Location"]
    own = service.tokens["hr"]
    service.tokens["hr"] = service.add_key("hr")

    assert service.call("hr", "GET", path).status_code == 404
    assert service.call("hr", "POST", f"{path}/cancellation").status_code == 404
    service.tokens["hr"] = own
    stopped = service.call("hr", "POST", f"{path}/cancellation")
    assert (stopped.status_code, stopped.get_json()["state"]) == (200, "cancelled")
    assert service.call("operations", "GET", path).get_json()["state"] == "cancelled"


def test_an_export_goes_back_in_as_it_came_out(service: Installation) -> None:
    """Also a name that a spreadsheet would compute (row 96)."""
    service.add_employee("e1", name="=1+1", team="north", hours={"mon": ["09:00-17:30"]})
    service.add_employee("e2", name="Bo")
    before = service.call("hr", "GET", "/v1/employees").get_json()
    answer = service.call("hr", "GET", "/v1/employees/exports")

    assert answer.content_type.startswith("text/csv")
    assert b"'=1+1" in answer.get_data()
    report = send(service, answer.get_data()).get_json()
    assert report["counts"] == {"create": 0, "update": 0, "skip": 2, "error": 0}
    assert service.call("hr", "GET", "/v1/employees").get_json() == before


def test_too_large_a_file_is_refused() -> None:
    """The limit is a setting of the installation (413, before it is read)."""
    service = Installation({"KLIK_IMPORT_LIMIT_BYTES": "2048"})

    assert send(service, b"x" * 3000).status_code == 413
