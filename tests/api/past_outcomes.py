"""An installation with a past: people with a hobby, and outcomes that are better where two share it."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from api.workers import job_kinds
from matcher.contacts.outcome import ContactOutcome
from matcher.profiles.people import ChannelLoad, Consent, Customer, Employee, Presence, PresenceState
from matcher.use_cases.ports import Job, Records
from matcher.use_cases.run_job import begin_job, run_job
from tests.api.installation import NOW, Installation

CUSTOMERS, EMPLOYEES, OUTCOMES = 80, 12, 1_200
HOBBIES = ("art", "sport")
INTENTS = ("move", "bill")


def put_people(records: Records, *, now: datetime = NOW) -> None:
    """Everyone with a hobby, in turn."""
    for place in range(CUSTOMERS):
        told = Customer(
            f"c{place}",
            segment=f"s{place % 2}",
            attributes={"hobby": HOBBIES[place % 2]},
            consent=Consent(place % 10 > 0),
        )
        records.customers.put(told, now=now)
    for place in range(EMPLOYEES):
        one = Employee(
            f"e{place}",
            team=f"t{place % 3}",
            channels={"phone": ChannelLoad()},
            capacity=4,
            attributes={"hobby": HOBBIES[place % 2]},
        )
        records.employees.put(one, now=now)
        records.employees.put_presence(one.id, Presence(PresenceState.AVAILABLE), now=now)


def past(
    count: int = OUTCOMES, *, until: datetime = NOW, apart: float = 0.6, seed: int = 7, employees: int = EMPLOYEES
) -> list[ContactOutcome]:
    """Outcomes, an hour apart: half are good, `apart` more where both have the same hobby."""
    rng, told = np.random.default_rng(seed), []
    for place in range(count):
        asking, by = int(rng.integers(CUSTOMERS)), int(rng.integers(employees))
        chance = 0.5 + (apart / 2 if asking % 2 == by % 2 else -apart / 2)
        told.append(
            ContactOutcome(
                event_id=f"o{seed}-{place}",
                occurred_at=until - timedelta(hours=count - place),
                contact_id=f"k{seed}-{place}",
                customer_id=f"c{asking}",
                employee_id=f"e{by}",
                intent=INTENTS[place % 2],
                channel="phone",
                told_success=float(rng.random() < chance),
                recorded_at=until,
            )
        )
    return told


def with_a_past(
    outcomes: list[ContactOutcome] | None = None, settings: Mapping[str, str] | None = None
) -> Installation:
    """A service in memory with these people and outcomes."""
    service = Installation(dict(settings or {}))
    with service.store.writing() as records:
        put_people(records)
        records.outcomes.add_many(past() if outcomes is None else outcomes)
    return service


def work(service: Installation, job_id: str) -> Job:
    """The job after its worker was at it."""
    run = begin_job(service.store, job_id, holder="w", now=lambda: service.moment, lease=timedelta(hours=1))
    assert run is not None
    run_job(run, job_kinds(service.klik))
    with service.store.reading() as records:
        job: Job | None = records.jobs.get(job_id)
    assert job is not None
    return job


def trained(service: Installation, **body: Any) -> Job:
    """The job of a training that was asked for over HTTP."""
    answer = service.call("analyst", "POST", "/v1/classifiers", json=body)
    assert answer.status_code == 202, answer.get_data(as_text=True)
    return work(service, answer.get_json()["id"])
