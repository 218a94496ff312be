"""From a match to what a classifier learns from: decisions, outcomes, complaints and erasure through HTTP."""

from typing import Any

import numpy as np

from matcher.compatibility.outcomes import outcomes_of
from matcher.use_cases.read_meetings import read_meetings
from tests.api.installation import Installation

HEADER = b"event_id,at,customer_id,employee_id,success,propensity,group,intent,channel,handle_s\n"


def contact(number: int) -> dict[str, Any]:
    """A contact of one of three customers."""
    return {"id": f"k-{number}", "channel": "phone", "customer_id": f"c{number % 3}", "intent": "invoice"}


def tell(service: Installation, **said: Any) -> dict[str, Any]:
    """The report on one outcome."""
    item = {"occurred_at": "2026-03-02T09:00:00Z", **said}
    answer = service.call("router", "POST", "/v1/outcomes", json={"items": [item]})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    report: dict[str, Any] = answer.get_json()
    return report


def meetings(service: Installation) -> dict[tuple[str, str], float | None]:
    """The success of everyone who met, as a classifier is told."""
    with service.store.reading() as records:
        return {(one.customer_id, one.employee_id): one.success for one in read_meetings(records, None, None)}


def test_what_was_decided_and_what_came_of_it_meet(service: Installation) -> None:
    """A router says which contact went how; a classifier knows who met whom, and complaints have weight."""
    for number in range(3):
        service.add_customer(f"c{number}")
        service.add_employee(f"e{number + 1}", capacity=1)
    asked = {"contacts": [contact(number) for number in range(3)], "log": True, "seed": 3}
    made = service.call("router", "POST", "/v1/matches", json=asked).get_json()["assignments"]
    employee_of = {one["contact_id"]: one["employee_id"] for one in made}
    for number in range(3):
        assert tell(service, event_id=f"log-{number}", contact_id=f"k-{number}", resolved=True)["joined"] == 1
    before = meetings(service)
    assert tell(service, event_id="complaint-1", contact_id="k-1", complaint=True)["relabelled"] == 1

    assert len(made) == 3
    assert before == {(f"c{number}", employee_of[f"k-{number}"]): 1.0 for number in range(3)}
    assert meetings(service) == {**before, ("c1", employee_of["k-1"]): 0.0}
    complaints = service.call("operations", "GET", "/v1/outcomes?complaint=true").get_json()["items"]
    assert [(one["event_id"], one["employee_id"]) for one in complaints] == [("complaint-1", employee_of["k-1"])]

    assert service.call("operations", "DELETE", "/v1/customers/c0").status_code == 204
    assert ("c0", employee_of["k-0"]) not in meetings(service)
    assert len(meetings(service)) == 2


def test_who_gave_up_is_a_failure_of_the_pair_that_was_decided(service: Installation) -> None:
    """A router tells only that the caller hung up; whoever was to serve them, and the caller, Klik knows itself."""
    service.add_customer("c1")
    service.add_employee("e1")
    service.call("router", "POST", "/v1/matches", json={"contacts": [contact(1)], "log": True, "seed": 3})
    report = tell(service, event_id="gone-1", contact_id="k-1", resolved=False)
    tell(service, event_id="gone-9", contact_id="k-9", customer_id="c1", resolved=False)
    listed = service.call("operations", "GET", "/v1/outcomes").get_json()["items"]

    assert report["joined"] == 1
    assert meetings(service) == {("c1", "e1"): 0.0}
    assert [one["judged_success"] for one in listed] == [0.0, 0.0]


def test_a_file_of_the_past_is_ready_for_training(service: Installation) -> None:
    """Weights by the chance of the choice, times in order, people who are known: the columns a classifier takes."""
    for number in range(2):
        service.add_customer(f"c{number}")
        service.add_employee(f"e{number + 1}")
    line = b"o-%d,2026-02-%02dT10:00:00Z,c%d,e%d,%d,%s,north,invoice,phone,240\n"
    lines = [
        line % (number, number % 27 + 1, number % 2, number % 3 + 1, number % 2, b"0.2" if number % 2 else b"0.8")
        for number in range(54)
    ]
    report = service.call(
        "operations", "POST", "/v1/outcomes/imports", data=HEADER + b"".join(lines), content_type="text/csv"
    ).get_json()
    with service.store.reading() as records:
        read = [one.outcome() for one in read_meetings(records, None, None)]
    columns = outcomes_of(read, ["c0", "c1"], ["e1", "e2"])

    assert (report["outcomes"]["recorded"], report["outcomes"]["unknown_employees"]) == (54, 18)
    assert len(columns) == 36
    assert columns.has_times
    assert (np.diff(columns.at) >= 0).all()
    assert columns.weight[columns.success == 1].mean() == 4 * columns.weight[columns.success == 0].mean()
    assert set(columns.handle_s) == {240.0}
