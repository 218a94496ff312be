"""Employee files over HTTP: whole or not at all, at once or as a job, and out again."""

import io
import zipfile

import pytest

from api.csv_body import AT_ONCE_BYTES, AT_ONCE_ROWS
from tests.api.installation import Installation

HEADER = b"id,name,channels,capacity\n"
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LONG = HEADER + b"".join(b"e%d,%s,phone=1,2\n" % (i, b"n" * 150) for i in range(AT_ONCE_BYTES // 150))
NEXT_LINE = LONG.count(b"\n") + 1


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
    answer = send(service, LONG, "?dry_run=true", **{"Idempotency-Key": "k"})
    job = answer.get_json()

    assert answer.status_code == 202
    assert answer.headers["Location"] == f"/v1/jobs/{job['id']}"
    assert service.klik.bell.rang == [job["id"]]
    assert service.call("hr", "GET", answer.headers["Location"]).get_json() == job
    again = send(service, LONG, "?dry_run=true", **{"Idempotency-Key": "k"})
    assert (again.status_code, again.headers["Location"]) == (202, answer.headers["Location"])


def test_many_short_lines_become_a_job_too(service: Installation) -> None:
    """Nobody else can write while a file is taken over at once, and rows take the time, not bytes."""
    content = b"id,channels\n" + b"".join(b"e%d,chat=1\n" % number for number in range(AT_ONCE_ROWS + 1))

    assert len(content) < AT_ONCE_BYTES
    assert send(service, content, "?dry_run=true").status_code == 202


@pytest.mark.parametrize(
    ("content", "status", "place", "word"),
    [
        (LONG.replace(b"capacity", b"capasity", 1), 422, "/1/capasity", "capacity"),
        (LONG.replace(b"name", b"channels", 1), 422, "/1/channels", "twice"),
        (LONG + b'e,"open\n', 422, f"/{NEXT_LINE}", "quote"),
        (LONG + b"e,Ren\xe9,phone=1,2\n", 422, f"/{NEXT_LINE}", "position 6"),
        (b"id,name\n" + b"\n".join(b"%d," % number for number in range(200_001)), 413, None, "200,000"),
    ],
    ids=["unknown column", "header twice", "open quote", "cp1252", "too many rows"],
)
def test_a_long_file_that_cannot_be_read_is_refused_at_once(
    service: Installation, content: bytes, status: int, place: str | None, word: str
) -> None:
    """A job that can only fail costs a day: HR sends it in the evening and looks next morning."""
    answer = send(service, content)
    problem = answer.get_json()

    assert answer.status_code == status
    assert word in str(problem)
    if place is not None:
        assert [fault["pointer"] for fault in problem["errors"]] == [place]
    assert service.klik.bell.rang == []


@pytest.mark.parametrize("media_type", ["text/csv", "application/octet-stream", WORKBOOK])
def test_a_workbook_is_refused_with_advice(service: Installation, media_type: str) -> None:
    """Excel's own files are what HR has at hand; the answer says what to save instead (row 99)."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")

    for content in (packed.getvalue(), packed.getvalue() * 20_000):
        answer = service.call("hr", "POST", "/v1/employees/imports", data=content, content_type=media_type)

        assert answer.status_code == 415
        assert answer.content_type == "application/problem+json"
        assert "CSV UTF-8" in answer.get_json()["detail"]


def test_a_packed_file_is_refused(service: Installation) -> None:
    """Unpacking unread bytes is how small bodies become large ones."""
    assert send(service, b"\x1f\x8b\x08", **{"Content-Encoding": "gzip"}).status_code == 415


def test_hours_and_activity_change_by_file(service: Installation) -> None:
    """The whole list of employees lives with HR, also who left and who works part time."""
    service.add_employee("e1", hours={"mon": ["09:00-17:30"]})
    report = send(service, b"id,hours,active\ne1,tue 09:00-12:00|wed 22:00-thu 06:00,false\n").get_json()
    employee = service.call("hr", "GET", "/v1/employees/e1").get_json()

    assert (report["applied"], report["counts"]["update"]) == (True, 1)
    assert employee["active"] is False
    assert employee["hours"] == {"tue": ["09:00-12:00"], "wed": ["22:00-24:00"], "thu": ["00:00-06:00"]}
    out = service.call("hr", "GET", "/v1/employees/exports").get_data()
    assert send(service, out).get_json()["counts"]["skip"] == 1


def test_another_hr_key_does_not_see_the_job_and_may_not_stop_it(service: Installation) -> None:
    """HR reaches the jobs it began; operations reaches all."""
    path = send(service, LONG).headers["Location"]
    own = service.tokens["hr"]
    service.tokens["hr"] = service.add_key("hr")

    assert service.call("hr", "GET", path).status_code == 404
    assert service.call("hr", "POST", f"{path}/cancellation").status_code == 404
    service.tokens["hr"] = own
    stopped = service.call("hr", "POST", f"{path}/cancellation")
    assert (stopped.status_code, stopped.get_json()["state"]) == (200, "cancelled")
    assert service.call("operations", "GET", path).get_json()["state"] == "cancelled"


def test_an_export_goes_back_in_as_it_came_out(service: Installation) -> None:
    """Also a name that a spreadsheet would compute (row 96), and the tag that HR assigned, to the last digit."""
    service.add_employee("e1", name="=1+1", team="north", hours={"mon": ["09:00-17:30"]})
    service.add_employee("e2", name="Bo")
    send(service, b"id,value:red,value:blue\ne2,0.333,0.667\n")
    before = service.call("hr", "GET", "/v1/employees").get_json()
    answer = service.call("hr", "GET", "/v1/employees/exports")

    assert answer.content_type.startswith("text/csv")
    assert b"'=1+1" in answer.get_data()
    assert b",0.333,0.667," in answer.get_data()
    report = send(service, answer.get_data()).get_json()
    assert report["counts"] == {"create": 0, "update": 0, "skip": 2, "error": 0}
    assert service.call("hr", "GET", "/v1/employees").get_json() == before


def test_too_large_a_file_is_refused() -> None:
    """The limit is a setting of the installation (413, before it is read)."""
    service = Installation({"KLIK_IMPORT_LIMIT_BYTES": "2048"})

    assert send(service, b"x" * 3000).status_code == 413
