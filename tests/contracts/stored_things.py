"""Builders of things to store: valid as they are, each field open to change."""

import threading
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import numpy as np
from sqlalchemy import select

from matcher.contacts.outcome import ContactOutcome
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import SourceSum, Sums
from matcher.profiles.overlay import Overlay
from matcher.profiles.people import ChannelLoad, Consent, Customer, Employee, Interval
from matcher.profiles.questionnaire import Answer, Mode
from matcher.routing.prices import KindPrice, Prices
from matcher.use_cases.learning_ports import Asked, Candidate, LoggedDecision, Said
from matcher.use_cases.ports import ApiKey, FormAnswer, ImportRow, Job, Records, SegmentPrior, SourceCalibration
from models.store import SqlStore
from models.tables import metadata

NOW = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC)
FRAMEWORK = "colours8@1.0.0"
EVEN = (0.125,) * 8

T = TypeVar("T")


def some_prices(*employees: str, version: str = "prices-1", at: datetime = NOW) -> Prices:
    """What the time of these employees is worth."""
    count = len(employees)
    kinds = (KindPrice("phone · billing", 32.5, 0.25), KindPrice("chat", 4.0, 0.0))
    second = np.linspace(0.0, 0.001, count)
    return Prices(version, at, employees, second, second / 2, np.full((2, count), 240.5), ("billing",), kinds)


def later(seconds: float) -> datetime:
    """So many seconds after NOW."""
    return NOW + timedelta(seconds=seconds)


def a_customer(customer_id: str = "c-1", **changes: Any) -> Customer:
    """A customer of whom everything is known."""
    known: dict[str, Any] = {
        "language": "nl",
        "segment": "retail",
        "tier": "gold",
        "no_push": False,
        "attributes": {"branch": "Gent", "years": 3, "score": 0.5, "vip": True},
        "consent": Consent(value_profiling=True, text_version="2026-01"),
    }
    return Customer(customer_id, **{**known, **changes})


def an_employee(employee_id: str = "e-1", **changes: Any) -> Employee:
    """An employee of whom everything is known."""
    known: dict[str, Any] = {
        "name": "Ann",
        "team": "north",
        "languages": ("nl", "en"),
        "skills": {"billing": 4, "sales": 2},
        "mandate": 2,
        "capacity": 3,
        "channels": {"phone": ChannelLoad(cost=3), "chat": ChannelLoad(cost=1, max=2)},
        "hours": (Interval(480, 1020), Interval(1920, 2460)),
        "attributes": {"floor": 2},
    }
    return Employee(employee_id, **{**known, **changes})


def introduce(records: Records, who: str, *people: str) -> None:
    """Store the people, for something to be known of them."""
    for person in people:
        if who == "customer":
            records.customers.put(a_customer(person), now=NOW)
        else:
            records.employees.put(an_employee(person), now=NOW)


def hire(records: Records, people: Iterable[str]) -> None:
    """Store the employees, however many, by a file without tags."""
    lines = [ImportRow(line, an_employee(person)) for line, person in enumerate(people, start=2)]
    records.imports.stage("i-hire", lines)
    records.imports.classify("i-hire", framework=FRAMEWORK)
    records.imports.apply("i-hire", actor="key-1", framework=FRAMEWORK, facet="values", tag_weight=1.0, now=NOW)
    records.imports.discard("i-hire")


def some_evidence(evidence_id: str = "v-1", **changes: Any) -> Evidence:
    """A piece of evidence about employee e-1."""
    known: dict[str, Any] = {
        "who": "employee",
        "subject_id": "e-1",
        "framework": FRAMEWORK,
        "facet": "values",
        "source": Source.HR_TAG,
        "occurred_at": NOW,
        "recorded_at": later(1),
        "share": (0.6, 0.25, 0.025, 0.025, 0.025, 0.025, 0.025, 0.025),
        "weight": 2.3,
        "actor": "key-1",
        "reason": "six months together",
        "detail": {"flags": ["speed"]},
    }
    return Evidence(evidence_id, **{**known, **changes})


def some_sums(weight: float = 2.3, source: str = "survey") -> Sums:
    """A person's folded evidence with all its parts."""
    return Sums(
        by_source={source: SourceSum(tuple(weight * part for part in EVEN), NOW)},
        rejection=(1.0, 0.0, 0.0, 2.0, 0.0, 0.0, 0.0, 1 / 3),
        prior=EVEN,
        prior_at=later(-60),
    )


def an_answer(answer_id: str = "a-1", **changes: Any) -> FormAnswer:
    """What employee e-1 chose on one item of the staff's form."""
    known: dict[str, Any] = {
        "who": "employee",
        "subject_id": "e-1",
        "framework": FRAMEWORK,
        "form": "staff",
        "wave": "w-1",
        "language": "nl",
        "mode": Mode.BEST_WORST,
        "answer": Answer("S01", best="a", worst="d", latency_ms=4200),
        "answered_at": NOW,
    }
    return FormAnswer(answer_id, **{**known, **changes})


def an_overlay(cause: str = "outage", **changes: Any) -> Overlay:
    """A state that employee e-1 is in for an hour."""
    known: dict[str, Any] = {
        "who": "employee",
        "subject_id": "e-1",
        "facet": "values",
        "share": (0.5, 0.25, 0.25, 0.0, 0.0, 0.0, 0.0, 0.0),
        "rho": 0.3,
        "expires_at": later(3600),
    }
    return Overlay(cause=cause, **{**known, **changes})


def a_prior(segment: str = "retail", **changes: Any) -> SegmentPrior:
    """What to expect of a member of the segment."""
    known: dict[str, Any] = {
        "framework": FRAMEWORK,
        "facet": "values",
        "mean": EVEN,
        "strength": 7.1,
        "members": 120,
        "fitted_at": NOW,
    }
    return SegmentPrior(segment=segment, **{**known, **changes})


def a_calibration(source: str = "hr_tag", **changes: Any) -> SourceCalibration:
    """How well a source agreed with questionnaires one night."""
    known: dict[str, Any] = {
        "framework": FRAMEWORK,
        "facet": "values",
        "validity": 0.47,
        "cap": 2.0,
        "members": 80,
        "fitted_at": NOW,
    }
    return SourceCalibration(source=source, **{**known, **changes})


def a_key(key_id: str = "k1", **changes: Any) -> ApiKey:
    """A key that is valid for a year."""
    known: dict[str, Any] = {
        "secret_sha256": "0" * 64,
        "role": "router",
        "person_id": None,
        "created_at": NOW,
        "expires_at": NOW + timedelta(days=365),
    }
    return ApiKey(key_id, **{**known, **changes})


def an_outcome(event_id: str = "o-1", **changes: Any) -> ContactOutcome:
    """What came of a contact of customer c-1 with employee e-1, with everything that can be told."""
    known: dict[str, Any] = {
        "occurred_at": NOW,
        "contact_id": "k-1",
        "customer_id": "c-1",
        "employee_id": "e-1",
        "intent": "invoice",
        "channel": "phone",
        "segment": "retail",
        "group": "billing",
        "decision_at": later(-600),
        "resolved": True,
        "satisfaction": 4,
        "effort": 2,
        "minutes": 7.25,
        "money_cents": 150,
        "complaint": False,
        "broken_promise": False,
        "told_success": 0.75,
        "propensity": 0.1,
        "note": "Mevrouw belt terug",
        "success": 1.0,
        "net_value": 305.0,
        "recorded_at": later(60),
    }
    return ContactOutcome(event_id=event_id, **{**known, **changes})


def a_decision(decision_id: str = "d-1", **changes: Any) -> LoggedDecision:
    """A decision that gave employee e-1 a contact of customer c-1; e-2 might have got it."""
    known: dict[str, Any] = {
        "contact_id": "k-1",
        "at": NOW,
        "basis": "prior",
        "strategy": "customer_intimacy",
        "channel": "phone",
        "versions": {"rule_set": "default@1", "classifier": None},
        "seed": 2**53 - 1,
        "customer_id": "c-1",
        "employee_id": "e-1",
        "propensity": 0.75,
        "candidates": (Candidate("e-1", 1.5, 0.75), Candidate("e-2", 1 / 3, None)),
        "candidates_left_out": 3,
        "queue": "billing",
        "intent": "invoice",
        "asked": Asked(
            language="nl",
            skills={"billing": 2},
            wanted_skills={"sales": 4},
            mandate=1,
            priority=7,
            waiting_s=12.5,
            due_from=later(60),
            due_to=later(3600),
            transfers=1,
            difficult=True,
            segment="retail",
        ),
        "said": (Said("c-old", 0.7, "e-2", 0.75), Said("c-new", 0.625, "e-1", 0.625)),
    }
    return LoggedDecision(id=decision_id, **{**known, **changes})


def a_job(job_id: str = "j-1", **changes: Any) -> Job:
    """A queued job."""
    known: dict[str, Any] = {
        "kind": "import_employees",
        "arguments": {"file": "x"},
        "created_by": "k1",
        "created_at": NOW,
    }
    return Job(job_id, **{**known, **changes})


def all_at_once(number: int, act: Callable[[int], T]) -> list[T | Exception]:
    """What `act(0) … act(number - 1)` gave or raised, started at the same moment in as many threads."""
    barrier = threading.Barrier(number)
    results: list[Any] = [None] * number

    def run(index: int) -> None:
        barrier.wait()
        try:
            results[index] = act(index)
        except Exception as error:  # noqa: BLE001  # the test looks at it
            results[index] = error

    threads = [threading.Thread(target=run, args=(index,)) for index in range(number)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def everything_in(store: object) -> str:
    """All that the store holds, as one text to search."""
    if not isinstance(store, SqlStore):
        return repr(store._committed)  # type: ignore[attr-defined]  # the memory store's tables have no other window
    rows = []
    with store._connections().reader.connect() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)):
                rows.append(f"{table.name}: {tuple(row)!r}")
    return "\n".join(rows)
