"""Files of tags over HTTP: all or nobody, at once or as a job, and taken back as a whole."""

from typing import Any

import pytest

from api.csv_body import AT_ONCE_ROWS
from tests.api.installation import Installation

PATH = "/v1/employees/profiles/imports"
TAGS = b"id,dominant,secondary,reason\ne1,blue,green,Agreed\ne2,red,,Seen\n"


@pytest.fixture
def staffed(service: Installation) -> Installation:
    for each in ("e1", "e2"):
        service.add_employee(each)
    return service


def send(service: Installation, content: bytes = TAGS, query: str = "", *, role: str = "hr", **headers: str) -> Any:
    return service.call(role, "POST", PATH + query, data=content, content_type="text/csv", headers=headers)


def undo(service: Installation, batch: str, reason: str = "wrong file") -> Any:
    path = f"/v1/employees/profiles/batches/{batch}"
    return service.call("hr", "DELETE", path, query_string={"reason": reason})


def tops(service: Installation) -> list[list[str]]:
    profiles = [service.call("hr", "GET", f"/v1/employees/{each}/profile").get_json() for each in ("e1", "e2")]
    return [profile["top"] if profile["n_eff"] else [] for profile in profiles]


def test_a_file_tags_everyone_and_is_taken_back_as_a_whole(staffed: Installation) -> None:
    """One request to tag a team, one to undo it."""
    report = send(staffed).get_json()

    assert report["applied"]
    assert report["counts"] == {"tag": 2, "skip": 0, "error": 0}
    assert [(row["line"], row["employee_id"], row["action"]) for row in report["rows"]] == [
        (2, "e1", "tag"),
        (3, "e2", "tag"),
    ]
    assert [top[0] for top in tops(staffed)] == ["blue", "red"]
    undone = undo(staffed, report["batch_id"])
    assert (undone.status_code, undone.get_json()) == (
        200,
        {"batch_id": report["batch_id"], "revoked": 2, "employees": 2},
    )
    assert tops(staffed) == [[], []]
    assert undo(staffed, report["batch_id"]).get_json()["revoked"] == 0
    (piece,) = staffed.call("employee", "GET", "/v1/employees/e1/profile/evidence").get_json()["items"]
    assert (piece["batch"], piece["revoked_reason"]) == (report["batch_id"], "wrong file")


def test_a_dry_run_and_a_faulty_file_tag_nobody(staffed: Installation) -> None:
    """HR looks first, and half a file is worse than none."""
    dry = send(staffed, query="?dry_run=true").get_json()
    faulty = send(staffed, TAGS + b"e9,blue,,x\ne1,Blue,,x\n").get_json()

    assert (dry["applied"], dry["batch_id"], dry["counts"]["tag"]) == (False, None, 2)
    assert not faulty["applied"]
    assert [row["line"] for row in faulty["rows"] if row["action"] == "error"] == [2, 4, 5]
    assert tops(staffed) == [[], []]


def test_sound_lines_may_go_in_alone(staffed: Installation) -> None:
    """When someone asks for that, and only then."""
    report = send(staffed, TAGS + b"e9,blue,,x\n", "?skip_faulty=true").get_json()

    assert (report["applied"], report["counts"]) == (True, {"tag": 2, "skip": 0, "error": 1})


def test_one_reason_may_stand_for_all(staffed: Installation) -> None:
    """Without any reason nobody is tagged."""
    without = b"id,dominant\ne1,blue\n"

    assert send(staffed, without).get_json()["counts"]["error"] == 1
    assert send(staffed, without, "?reason=Yearly%20talk").get_json()["applied"]


def test_a_file_sent_twice_under_one_key_is_one_batch(staffed: Installation) -> None:
    """A lost reply does not tag twice."""
    answers = [send(staffed, **{"Idempotency-Key": "k"}) for _ in range(2)]

    assert answers[0].get_data() == answers[1].get_data()
    assert len(staffed.call("hr", "GET", "/v1/employees/e1/profile/evidence").get_json()["items"]) == 1


def test_a_long_file_becomes_a_job(staffed: Installation) -> None:
    """Taking it over would keep others waiting."""
    answer = send(staffed, b"id,dominant,reason\n" + b"e1,blue,x\n" * (AT_ONCE_ROWS + 1))
    job = answer.get_json()

    assert (answer.status_code, job["kind"], staffed.klik.bell.rang) == (202, "tag_employees", [job["id"]])
    assert staffed.call("hr", "GET", answer.headers["Location"]).status_code == 200


@pytest.mark.parametrize(
    ("content", "status", "code"),
    [
        (b"id,dominant,colour\n", 422, "unknown_column"),
        (b"id,value:pink\n", 422, "unknown_value_system"),
        (b"id,dominant\ne1,ros\xe9\n", 422, "not_utf8"),
        ("id,dominant\n".encode("utf-16"), 422, "not_utf8"),
        (b"", 422, "empty_file"),
        (b"PK\x03\x04rest", 415, "unsupported_media_type"),
    ],
)
def test_a_file_that_is_no_table_of_tags_is_refused(
    staffed: Installation, content: bytes, status: int, code: str
) -> None:
    """At once, with its place."""
    answer = send(staffed, content)

    assert (answer.status_code, answer.get_json(force=True)["code"]) == (status, code)


def test_two_million_rows_are_refused(service: Installation) -> None:
    """413 before anything is begun; the body was counted, not kept in objects."""
    answer = send(service, b"id,dominant\n" + b"e1,blue\n" * 2_000_000)

    assert answer.status_code == 413


def test_other_media_types_and_other_words_are_refused(staffed: Installation) -> None:
    """JSON is no table; a flag is true or false; a reason is text one can read."""
    assert staffed.call("hr", "POST", PATH, json={}).status_code == 415
    assert send(staffed, query="?dry_run=yes").status_code == 422
    assert send(staffed, query="?reason=%20").status_code == 422
    assert send(staffed, query="?apply=true").status_code == 422


def test_a_batch_nobody_knows_is_not_there_and_a_reason_is_owed(staffed: Installation) -> None:
    """Nothing is undone by accident."""
    assert undo(staffed, "none").status_code == 404
    assert staffed.call("hr", "DELETE", "/v1/employees/profiles/batches/none").status_code == 422


def test_the_word_profiles_is_no_employee(staffed: Installation) -> None:
    """Else a route and a person could be mistaken for each other."""
    assert staffed.call("hr", "GET", "/v1/employees/profiles").status_code == 404
    assert staffed.call("hr", "PUT", "/v1/employees/profiles", json={}).status_code == 404


def test_the_export_gives_assigned_tags_and_never_measured_shares(staffed: Installation) -> None:
    """What an employee answered stays between them and the matching."""
    send(staffed)
    claim = {"source": "self_tag", "facet": "values", "pick": "turquoise"}
    staffed.call("employee", "POST", "/v1/employees/e1/evidence", json=claim)
    content = staffed.call("hr", "GET", "/v1/employees/exports").get_data(as_text=True)
    header, first, *_ = content.splitlines()
    cells = dict(zip(header.split(","), first.split(","), strict=True))

    assert (cells["id"], cells["value:blue"], cells["value:green"]) == ("e1", "0.6", "0.25")
    assert float(cells["value:turquoise"]) == pytest.approx(0.15 / 6)
