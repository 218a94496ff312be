"""Reports about the staff's profiles: whom to ask, figures by team, contested tags; never a share of a person."""

import json
from typing import Any

import pytest

from tests.api.installation import Installation


@pytest.fixture
def staffed(service: Installation) -> Installation:
    """Six of team north, two of south; e1 answered, e2 hides, e3 is tagged."""
    for number in range(1, 9):
        service.add_employee(f"e{number}", team="north" if number < 7 else "south", name=f"Nr {number}")
    claim = {"source": "self_tag", "facet": "values", "pick": "blue"}
    assert service.call("employee", "POST", "/v1/employees/e1/evidence", json=claim).status_code == 201
    service.tokens["second"] = service.add_key("employee", "e2")
    assert (
        service.call("second", "PUT", "/v1/employees/e2/profile/visibility", json={"hidden": True}).status_code == 200
    )
    tag(service, "e3", 0)
    return service


def tag(service: Installation, who: str, revision: int) -> None:
    body = {"dominant": "red", "reason": "seen"}
    headers = {"If-Match": f'"values-{revision}"'}
    assert service.call("hr", "PUT", f"/v1/employees/{who}/profile", json=body, headers=headers).status_code == 200


def get(service: Installation, path: str, **query: Any) -> dict[str, Any]:
    answer = service.call("hr", "GET", f"/v1/reports/{path}", query_string=query)
    assert answer.status_code == 200, answer.get_data(as_text=True)
    document: dict[str, Any] = answer.get_json()
    return document


def test_who_is_not_profiled_is_listed_with_the_reason(staffed: Installation) -> None:
    """HR asks those of whom nothing is known, and leaves alone who hides."""
    found = get(staffed, "profiling")

    assert [(one["employee_id"], one["why"]) for one in found["items"]] == [
        ("e2", "hidden"),
        *((f"e{number}", "nothing") for number in range(4, 9)),
    ]
    assert found["next"] is None


def test_the_list_comes_by_team_and_page_by_page(staffed: Installation) -> None:
    """A cursor holds for its team alone."""
    first = get(staffed, "profiling", team="north", limit=2)
    rest = get(staffed, "profiling", team="north", limit=2, cursor=first["next"])

    assert [one["employee_id"] for one in first["items"] + rest["items"]] == ["e2", "e4", "e5", "e6"]
    assert rest["next"] is None
    other = staffed.call("hr", "GET", "/v1/reports/profiling", query_string={"cursor": first["next"], "limit": 2})
    assert (other.status_code, other.get_json(force=True)["code"]) == (422, "bad_cursor")


def test_who_is_not_active_is_not_asked(staffed: Installation) -> None:
    """They get no contacts."""
    staffed.add_employee("e8", is_available=False, team="south", active=False)

    assert "e8" not in [one["employee_id"] for one in get(staffed, "profiling")["items"]]


def test_figures_come_by_team_and_small_teams_together(staffed: Installation) -> None:
    """Two people of team south are never told apart, nor can they be found by subtraction."""
    report = get(staffed, "profiling/teams")

    assert [(row["team"], row["teams"], row["employees"]) for row in report["items"]] == [(None, 2, 8)]
    (row,) = report["items"]
    assert [row[name] for name in ("profiled", "tagged_only", "answered", "hidden")] == [2, 1, 1, 1]
    assert 0 < row["mean_confidence"] < 1
    assert report["suppressed"]
    for number in range(9, 12):
        staffed.add_employee(f"e{number}", team="south")
    rows = get(staffed, "profiling/teams")["items"]
    assert [(row["team"], row["employees"]) for row in rows] == [("north", 6), ("south", 5)]


def test_a_staff_of_four_has_no_figures(service: Installation) -> None:
    """They could be worked out for one of them."""
    for number in range(1, 5):
        service.add_employee(f"e{number}")

    report = get(service, "profiling/teams")

    assert (report["items"], report["total"]["employees"], report["total"]["mean_confidence"]) == ([], 0, None)


def test_contested_tags_are_listed_and_tagging_anew_does_not_hide_them(staffed: Installation) -> None:
    """The last one first, with what the employee said."""
    tag(staffed, "e1", 1)
    tags = staffed.call("hr", "GET", "/v1/employees/e1/profile/evidence").get_json()["items"]
    tag_id = next(one["id"] for one in tags if one["source"] == "hr_tag")
    path = f"/v1/employees/e1/profile/evidence/{tag_id}/contest"
    assert staffed.call("employee", "POST", path, json={"reason": "not me"}).status_code == 200

    (found,) = get(staffed, "contested")["items"]
    assert (found["evidence_id"], found["contest_reason"], found["tagged_anew"]) == (tag_id, "not me", False)
    revision = int(staffed.call("hr", "GET", "/v1/employees/e1/profile").headers["ETag"].strip('"').split("-")[1])
    staffed.moment = staffed.moment.replace(hour=12)
    tag(staffed, "e1", revision)
    assert [one["tagged_anew"] for one in get(staffed, "contested")["items"]] == [True]


@pytest.mark.parametrize("path", ["profiling", "profiling/teams", "contested"])
def test_no_report_tells_a_share(staffed: Installation, path: str) -> None:
    """Reports serve neither hiring nor appraisal nor dismissal (profiling.md section 12)."""
    told = json.dumps(get(staffed, path))

    assert not any(f'"{word}"' in told for word in ("share", "ci90", "top", "dominant", "blue", "red"))
