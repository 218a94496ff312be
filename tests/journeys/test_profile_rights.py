"""An employee reads how their profile came to be, contests a tag, and hides; HR sees it and does not undo it unseen."""

from datetime import timedelta
from typing import Any

import pytest

from tests.api.installation import Installation

PATH = "/v1/employees/e1/profile"


@pytest.fixture
def tagged(service: Installation) -> Installation:
    """e1, whom HR tagged red."""
    service.add_employee()
    tag(service, "red")
    return service


def tag(service: Installation, dominant: str, **changes: Any) -> Any:
    service.moment += timedelta(minutes=5)
    etag = service.call("hr", "GET", PATH).headers["ETag"]
    body = {"dominant": dominant, "reason": "seen"} | changes
    return service.call("hr", "PUT", PATH, json=body, headers={"If-Match": etag})


def contest(service: Installation, **said: Any) -> Any:
    service.moment += timedelta(minutes=5)
    (tag_id,) = (
        one["id"]
        for one in service.call("employee", "GET", f"{PATH}/evidence").get_json()["items"]
        if one["source"] == "hr_tag" and "revoked_at" not in one
    )
    return service.call("employee", "POST", f"{PATH}/evidence/{tag_id}/contest", json={"reason": "not me"} | said)


def history(service: Installation, role: str = "employee", **query: Any) -> dict[str, Any]:
    answer = service.call(role, "GET", f"{PATH}/history", query_string=query)
    assert answer.status_code == 200
    document: dict[str, Any] = answer.get_json()
    return document


def test_a_tag_is_contested_answered_and_restored_in_the_open(tagged: Installation) -> None:
    """Nobody is sorted against their word, and HR's second try stands beside the contest for all to read."""
    contested = contest(tagged, dominant="green", secondary="yellow")
    assert contested.status_code == 200
    assert contested.get_json()["top"][0] == "green"
    assert contested.headers["ETag"] == tagged.call("hr", "GET", PATH).headers["ETag"]
    assert [one["source"] for one in contested.get_json()["provenance"]] == ["self_tag"]

    assert tag(tagged, "red", reason="").status_code == 422
    assert tag(tagged, "red", reason="talked it over").status_code == 200
    steps = history(tagged)["items"]
    assert [(one["action"], one["source"], one.get("reason")) for one in steps] == [
        ("recorded", "hr_tag", "seen"),
        ("contested", "hr_tag", "not me"),
        ("recorded", "self_tag", "not me"),
        ("recorded", "hr_tag", "talked it over"),
    ]
    assert history(tagged, "hr")["items"] == steps


def test_a_roster_with_old_tags_does_not_restore_what_was_contested(tagged: Installation) -> None:
    """The file that comes in every night knows nothing of the contest, and must neither fail nor undo it."""
    contest(tagged)
    file = b"id,name,value:red\ne1,Ann,1\n"

    report = tagged.call("hr", "POST", "/v1/employees/imports", data=file, content_type="text/csv").get_json()

    assert (report["applied"], report["counts"]["update"]) == (True, 1)
    assert tagged.call("hr", "GET", PATH).get_json()["n_eff"] == 0
    assert tagged.call("hr", "GET", "/v1/employees/e1").get_json()["name"] == "Ann"


def test_every_share_of_the_history_has_its_interval(tagged: Installation) -> None:
    """Never a bare colour."""
    contest(tagged)

    for step in history(tagged)["items"]:
        profile = step["profile"]
        assert sum(profile["share"].values()) == pytest.approx(1)
        assert all(low <= profile["share"][dim] <= high for dim, (low, high) in profile["ci90"].items())


def test_the_history_comes_page_by_page(tagged: Installation) -> None:
    """Each page holds for this person, facet and key."""
    contest(tagged)
    first = history(tagged, limit=1)
    rest = history(tagged, limit=1, cursor=first["next"])

    assert [one["number"] for one in first["items"] + rest["items"]] == [1, 2]
    assert rest["next"] is None
    query = {"cursor": first["next"], "facet": "channel"}
    assert tagged.call("employee", "GET", f"{PATH}/history", query_string=query).status_code == 422
    assert history(tagged, facet="channel")["items"] == []


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "required"),
        ({"reason": " "}, "blank"),
        ({"reason": "x", "dominant": "pink"}, "unknown_value_system"),
        ({"reason": "x", "dominant": "blue", "secondary": "blue"}, "same_value_system"),
        ({"reason": "x", "secondary": "blue"}, "one_of"),
        ({"reason": "x", "share": {"blue": 0.4}}, "not_a_distribution"),
        ({"reason": "x", "share": {"blue": -1.0, "red": 2.0}}, "not_a_distribution"),
        ({"reason": "x", "share": {}}, "not_a_distribution"),
        ({"reason": "x", "dominant": "blue", "share": {"blue": 1.0}}, "one_of"),
        ({"reason": "x", "hidden": True}, "unknown_field"),
    ],
)
def test_a_contest_that_makes_no_sense_changes_nothing(tagged: Installation, body: dict[str, Any], code: str) -> None:
    """The tag stands as it did."""
    (piece,) = tagged.call("employee", "GET", f"{PATH}/evidence").get_json()["items"]

    answer = tagged.call("employee", "POST", f"{PATH}/evidence/{piece['id']}/contest", json=body)

    assert (answer.status_code, answer.get_json(force=True)["code"]) == (422, code)
    (after,) = tagged.call("employee", "GET", f"{PATH}/evidence").get_json()["items"]
    assert "revoked_at" not in after


def test_an_own_word_cannot_be_contested(service: Installation) -> None:
    """409: a new word replaces it."""
    service.add_employee()
    claim = {"source": "self_tag", "facet": "values", "pick": "blue"}
    service.call("employee", "POST", "/v1/employees/e1/evidence", json=claim)
    (piece,) = service.call("employee", "GET", f"{PATH}/evidence").get_json()["items"]

    answer = service.call("employee", "POST", f"{PATH}/evidence/{piece['id']}/contest", json={"reason": "x"})

    assert answer.status_code == 409


def test_whoever_hides_is_matched_as_if_unprofiled_and_keeps_everything(tagged: Installation) -> None:
    """The gate is closed and nothing else changes; only the employee opens it again."""
    before = tagged.call("hr", "GET", PATH).get_json()
    assert tagged.call("employee", "PUT", f"{PATH}/visibility", json={"hidden": True}).get_json() == {"hidden": True}

    assert tagged.call("hr", "GET", f"{PATH}/visibility").get_json() == {"hidden": True}
    assert tagged.call("hr", "PUT", f"{PATH}/visibility", json={"hidden": False}).status_code == 403
    assert tagged.klik.staff.current(tagged.moment).values.n_declared.tolist() == [0]
    assert tagged.call("hr", "GET", PATH).get_json() == before
    tagged.call("employee", "PUT", f"{PATH}/visibility", json={"hidden": False})
    assert tagged.klik.staff.current(tagged.moment).values.n_declared.tolist() != [0]


@pytest.mark.parametrize("body", [{}, {"hidden": "yes"}, {"hidden": 1}, {"hidden": None}, {"hidden": True, "x": 1}])
def test_hiding_is_true_or_false(tagged: Installation, body: dict[str, Any]) -> None:
    """A word taken for no would show what someone hides."""
    assert tagged.call("employee", "PUT", f"{PATH}/visibility", json=body).status_code == 422
