"""Channels by situation, over HTTP: told with behaviour, read with a profile."""

from typing import Any

import pytest

from tests.api.installation import Installation

STARTED = {"source": "behaviour", "facet": "channel", "event": "contact_started", "pick": "phone"}
PROFILE = "/v1/customers/c1/profile"


def told(service: Installation, **changes: Any) -> Any:
    service.add_customer("c1")
    return service.call("router", "POST", "/v1/customers/c1/evidence", json=STARTED | changes)


def test_a_profile_is_read_in_the_situation_asked_for_and_says_so(service: Installation) -> None:
    """A called outage makes a call likelier in the next one; the person in general stays as they are."""
    for _ in range(2):
        assert told(service, intent="outage", urgent=True).status_code == 201
    told(service, intent="bill", pick="email")
    general = service.call("router", "GET", f"{PROFILE}?facet=channel").get_json()
    outage = service.call("router", "GET", f"{PROFILE}?facet=channel&intent=outage&urgent=true").get_json()
    calm = service.call("router", "GET", f"{PROFILE}?facet=channel&intent=outage&urgent=false").get_json()

    assert "situation" not in general
    assert outage.pop("situation") == {"intent": "outage", "urgent": True, "contacts": 2}
    assert calm.pop("situation") == {"intent": "outage", "urgent": False, "contacts": 0}
    assert calm["share"] == pytest.approx(general["share"])
    assert outage["share"]["phone"] == pytest.approx((5 * general["share"]["phone"] + 2) / 7)
    assert {**outage, "share": None} == {**general, "share": None}


@pytest.mark.parametrize(
    ("query", "code"),
    [
        ("intent=outage", "unknown_facet"),
        ("facet=decision_style&intent=outage", "unknown_facet"),
        ("facet=channel&urgent=true", "missing_field"),
        ("facet=channel&intent=outage&urgent=yes", "not_a_boolean"),
        ("facet=channel&intent=", "blank"),
        ("facet=channel&intent=" + "x" * 65, "too_long"),
    ],
)
def test_a_situation_that_cannot_be_meant_is_refused(service: Installation, query: str, code: str) -> None:
    """A share for another question than the one asked would be worse than none."""
    service.add_customer("c1")

    answer = service.call("router", "GET", f"{PROFILE}?{query}")

    assert (answer.status_code, answer.get_json(force=True)["code"]) == (422, code)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"urgent": True}, "missing_field"),
        ({"source": "self_tag", "event": None, "intent": "outage"}, "unknown_field"),
        ({"intent": "outage", "urgent": "true"}, "not_a_boolean"),
        ({"intent": 7}, "not_a_string"),
    ],
)
def test_a_situation_goes_with_behaviour_alone(service: Installation, changes: dict[str, Any], code: str) -> None:
    """What someone states of themselves holds in every situation."""
    service.add_customer("c1")
    body = {name: value for name, value in (STARTED | changes).items() if value is not None}

    answer = service.call("router", "POST", "/v1/customers/c1/evidence", json=body)

    assert (answer.status_code, answer.get_json(force=True)["code"]) == (422, code)
