"""What customers do when it matters teaches where to send the next: told by events, learnt by job, used by a match."""

import threading
from datetime import timedelta

from api.workers import Worker
from tests.api.installation import Installation


def test_where_everyone_writes_the_next_is_sent_to_write(service: Installation) -> None:
    """Sixty outages by e-mail, sixty bills by chat: nobody is at the phone, who sits in the dark is told to write."""
    for number in range(120):
        customer, is_outage = f"c{number % 20}", number < 60
        if number < 20:
            service.add_customer(customer)
        body = {
            "source": "behaviour", "facet": "channel", "event": "contact_started",
            "pick": "email" if is_outage else "chat",
            "intent": "outage" if is_outage else "bill", "urgent": is_outage,
        }  # fmt: skip
        assert service.call("router", "POST", f"/v1/customers/{customer}/evidence", json=body).status_code == 201
    service.add_employee("e1", channels={"chat": {"cost": 1}, "email": {"cost": 1}})
    service.add_customer("caller")
    contacts = [
        {"id": intent, "channel": "phone", "customer_id": "caller", "intent": intent, "priority": 8}
        for intent in ("outage", "bill")
    ]
    before = service.call("router", "POST", "/v1/matches", json={"contacts": contacts}).get_json()
    job = service.call("operations", "POST", "/v1/profiles/refit").get_json()
    Worker(service.klik, threading.Event()).work(job["id"])
    service.moment += timedelta(seconds=61)

    report = service.call("operations", "GET", "/v1/profiles/calibration").get_json()
    after = service.call("router", "POST", "/v1/matches", json={"contacts": contacts}).get_json()

    assert (report["contacts"], report["least_contacts"], report["situations_left_out"]) == (120, 50, 0)
    assert [(one["intent"], one["urgent"], one["contacts"]) for one in report["situations"]] == [
        ("bill", False, 60),
        ("outage", True, 60),
    ]
    assert report["situations"][1]["lift"]["email"] > 1 > report["situations"][1]["lift"]["chat"]
    assert {one["contact_id"]: one["suggested_channel"] for one in before["unassigned"]} == {
        "outage": "chat",
        "bill": "chat",
    }
    assert {one["contact_id"]: one["suggested_channel"] for one in after["unassigned"]} == {
        "outage": "email",
        "bill": "chat",
    }
