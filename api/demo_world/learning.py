"""The second half of the demonstration: outcomes come in, a classifier is learnt from them and decides a morning."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.demo_world.caller import Caller, Refused

LEARNT_WITHIN_S = 300.0
LOOK_S = 0.2
ENDED = ("done", "failed", "cancelled")
Steps = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class People:
    """Who calls the service for what: each with the key of their role."""

    router: Caller
    analyst: Caller
    operations: Caller


@dataclass(frozen=True, slots=True)
class Teller:
    """A customer of the weeks before: the master data to store, and the answers to the form for customers."""

    id: str
    master: Mapping[str, Any]
    answers: Sequence[Mapping[str, str]]


def tell_past(
    router: Caller, customers: Sequence[Teller], outcomes: Sequence[Mapping[str, Any]], steps: Steps
) -> Mapping[str, Any]:
    """Store the customers of the weeks before with what they answered, then what came of every contact."""
    for number, customer in enumerate(customers):
        router.send("PUT", f"/v1/customers/{customer.id}", customer.master)
        told = {"form": "customer", "lang": "nl", "answers": list(customer.answers)}
        router.send("POST", f"/v1/customers/{customer.id}/responses", told)
        steps(number + 1, len(customers))
    report: Mapping[str, Any] = router.send("POST", "/v1/outcomes", {"items": list(outcomes)})
    return report


def learn(analyst: Caller, steps: Steps) -> Mapping[str, Any]:
    """The job that learnt from all outcomes, ended one way or the other. Raises Refused when it takes too long."""
    job = analyst.send("POST", "/v1/classifiers", {})
    until = time.monotonic() + LEARNT_WITHIN_S
    while time.monotonic() < until:
        job = analyst.send("GET", f"/v1/jobs/{job['id']}")
        steps(job.get("done") or 0, job.get("total") or 1)
        if job["state"] in ENDED:
            return dict(job)
        time.sleep(LOOK_S)
    raise Refused(f"The job {job['id']} has learnt for {LEARNT_WITHIN_S:g} s and is not done.")


def put_in_service(people: People, version: str) -> Mapping[str, Any]:
    """Operations put the classifier in service; what its card tells."""
    people.operations.send("POST", f"/v1/classifiers/{version}/promotion")
    card: Mapping[str, Any] = people.operations.send("GET", f"/v1/classifiers/{version}")
    return card
