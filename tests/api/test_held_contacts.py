"""Holding over HTTP: prices made by the worker from what came in, obeyed by the next match, and told in its answer."""

import threading
from datetime import timedelta
from typing import Any

import pytest

from api.price_job import work_on_prices
from api.workers import Worker
from tests.api.installation import EMPLOYEE, NOW, Installation
from tests.api.test_rule_sets import a_draft, publish

RED = {"values": {"share": {"red": 1.0}, "n_eff": 40.0}}
BLUE = {"values": {"share": {"blue": 1.0}, "n_eff": 40.0}}
HOLD = {"h0": 0.02, "h2": 0.3, "cap_s": 18}


@pytest.fixture
def here(service: Installation) -> Installation:
    """A service that holds, with two employees of opposite values at work and an hour of contacts behind it."""
    for employee_id, system in (("fits", "red"), ("less", "blue")):
        service.add_employee(employee_id)
        tag = {"dominant": system, "reason": "a talk"}
        path = f"/v1/employees/{employee_id}/profile"
        assert service.call("hr", "PUT", path, json=tag, headers={"If-Match": '"values-0"'}).status_code == 200
    version, etag = a_draft(service, hold=HOLD, rules=[])
    assert publish(service, version, etag).status_code == 200
    contacts = [{"id": f"k{number}", "channel": "phone", "intent": "billing"} for number in range(40)]
    for contact in contacts:
        asked = {"contacts": [contact], "log": True}
        assert service.call("router", "POST", "/v1/matches", json=asked).status_code == 200
    service.moment = NOW + timedelta(minutes=1)
    return service


def priced(service: Installation) -> None:
    """The worker's five minutes have come, and the service has looked."""
    work_on_prices(service.klik)
    service.klik.price_book.refresh(service.moment + timedelta(minutes=2))


def matched(service: Installation, language: str = "en", **changes: Any) -> Any:
    """The answer on a contact that the busy employee would fit better."""
    staff = [
        {**EMPLOYEE, "id": "fits", "free_slots": 0, "profile": RED},
        {**EMPLOYEE, "id": "less", "profile": BLUE},
    ]
    contact = {"id": "k", "channel": "phone", "intent": "billing", "customer": {"profile": RED}, **changes}
    asked = {"contacts": [contact], "employees": staff}
    answer = service.call("router", "POST", "/v1/matches", json=asked, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()


def test_a_contact_is_held_and_told_so(here: Installation) -> None:
    """A router must know that nobody forgot it, how long at most, and when to ask again."""
    priced(here)
    answer = matched(here)
    (held,) = answer["unassigned"]

    assert answer["assignments"] == []
    assert (held["contact_id"], held["reason"]) == ("k", "held")
    assert held["detail"].startswith("Waits up to 18 s for somebody who fits better")
    assert 0 < held["next_look_s"] < 18.1
    assert answer["versions"]["prices"].startswith("prices-")
    assert matched(here, "nl")["unassigned"][0]["detail"].startswith("Wacht ten hoogste 18 s op iemand die beter past")


def test_it_is_served_when_it_has_waited_long_enough(here: Installation) -> None:
    """The cap is a promise."""
    priced(here)

    assert [one["employee_id"] for one in matched(here, waiting_s=18)["assignments"]] == ["less"]


def test_without_prices_nobody_is_held(here: Installation) -> None:
    """A worker that stands still must not keep customers waiting."""
    before = matched(here)
    priced(here)
    here.moment += timedelta(minutes=16)
    after = matched(here)

    assert [one["employee_id"] for one in before["assignments"]] == ["less"]
    assert [one["employee_id"] for one in after["assignments"]] == ["less"]
    assert before["versions"]["prices"] is after["versions"]["prices"] is None


def test_prices_are_made_every_five_minutes_and_no_oftener(here: Installation) -> None:
    """Several workers share the work."""
    made = []
    for minutes in (0, 1, 4, 3):
        here.moment += timedelta(minutes=minutes)
        work_on_prices(here.klik)
        with here.store.reading() as records:
            made.append(records.price_lists.made_at())

    assert made == [NOW + timedelta(minutes=1)] * 2 + [NOW + timedelta(minutes=6)] * 2


def test_where_the_rules_hold_nobody_no_prices_are_made(here: Installation) -> None:
    """They would cost time and serve nothing."""
    assert here.call("operations", "POST", "/v1/rule-sets/current/rollback", json={"note": "no"}).status_code == 200
    work_on_prices(here.klik)
    with here.store.reading() as records:
        assert records.price_lists.made_at() is None


def test_the_worker_makes_prices_and_goes_on_when_it_cannot(
    here: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A fault in a forecast must stop no import, and no later price list."""

    def broken(_klik: object) -> None:
        raise ZeroDivisionError

    with monkeypatch.context() as patched:
        patched.setattr("api.workers.work_on_prices", broken)
        Worker(here.klik, threading.Event()).look()
    with here.store.reading() as records:
        before = records.price_lists.made_at()
    Worker(here.klik, threading.Event()).look()
    with here.store.reading() as records:
        after = records.price_lists.made_at()

    assert (before, after) == (None, here.moment)
