"""A survey of a segment teaches what to expect of its other members: asked by form, learnt by job, used by a match."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from api.workers import Worker
from tests.api.installation import Installation

SURVEYED = 55


def answer_form(service: Installation, customer_id: str) -> Any:
    """Everyone of the segment is for blue wherever it can be picked, and otherwise takes what comes first."""
    form = service.klik.framework.forms["customer"]
    answers = []
    for name, item in form.items.items():
        dims = [option.dim for option in item.options]
        answers.append({"item": name, "best": item.keys[dims.index("blue") if "blue" in dims else 0]})
    body = {"form": "customer", "lang": "nl", "answers": answers}
    return service.call("router", "POST", f"/v1/customers/{customer_id}/responses", json=body)


def test_what_the_surveyed_said_is_where_the_next_of_their_segment_begins(service: Installation) -> None:
    """Fifty-five people answered so that the fifty-sixth need not be met as a stranger."""
    for number in range(SURVEYED):
        service.add_customer(f"c{number}", segment="retail")
        assert answer_form(service, f"c{number}").status_code in (200, 201)
    service.add_customer("fresh", segment="retail")
    service.add_customer("stranger", segment="unheard of")
    job = service.call("operations", "POST", "/v1/profiles/refit").get_json()
    Worker(service.klik, threading.Event()).work(job["id"])
    service.moment += timedelta(seconds=61)

    report = service.call("operations", "GET", "/v1/profiles/calibration").get_json()
    fresh = service.call("router", "GET", "/v1/customers/fresh/profile").get_json()
    stranger = service.call("router", "GET", "/v1/customers/stranger/profile").get_json()

    assert report["surveyed"] == SURVEYED
    assert [(one["segment"], one["members"]) for one in report["segments"]] == [("retail", SURVEYED)]
    assert fresh["share"] == pytest.approx(report["segments"][0]["mean"])
    assert fresh["share"]["blue"] > stranger["share"]["blue"]
    assert (fresh["n_eff"], fresh["confidence"]) == (0.0, 0.0)
