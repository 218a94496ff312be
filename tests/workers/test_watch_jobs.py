"""The weekly look: counted once, alarms raised and taken back, the shadow compared with the one in service."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from api.workers import job_kinds
from matcher.use_cases.learning_ports import Candidate, LoggedDecision, Said
from matcher.use_cases.ports import ClassifierState, JobState
from matcher.use_cases.run_job import begin_job, run_job
from matcher.use_cases.start_training import LEAST_NEW, TRAIN_CLASSIFIER, plan_training
from matcher.use_cases.start_watch import WATCH_CLASSIFIERS, plan_watch
from tests.api.installation import NOW, Installation
from tests.api.past_outcomes import past, trained, with_a_past, work

WEEK_LATER = NOW + timedelta(days=7)


def a_decision(place: int, version: str) -> LoggedDecision:
    """c1 might have been served by e1, whom the classifier liked best, and by e2, whom the router took."""
    candidates = (Candidate("e2", 0.9), Candidate("e1", 0.8))
    return LoggedDecision(id=f"d{place}", contact_id=f"k{place}", at=NOW + timedelta(days=1), basis="prior",
                          strategy="cost", channel="phone", customer_id="c1", employee_id="e2", intent="move",
                          candidates=candidates, said=(Said(version, 0.4, "e1", 0.7),))  # fmt: skip


def watched(service: Installation, *, decisions: int = 3, **of_week: Any) -> Any:
    """The report after a week with such outcomes and so many decisions."""
    with service.store.writing() as records:
        records.outcomes.add_many(past(160, until=NOW + timedelta(days=6, hours=20), seed=9, **of_week))
        current = records.classifiers.in_state(ClassifierState.CURRENT)
        assert current is not None
        records.decisions.add_many([a_decision(place, current.version) for place in range(decisions)])
    service.moment = WEEK_LATER
    with service.store.writing() as records:
        job = plan_watch(records, WEEK_LATER.date(), now=WEEK_LATER)
        assert plan_watch(records, WEEK_LATER.date(), now=WEEK_LATER) is None
    assert job is not None
    assert work(service, job.id).state is JobState.DONE
    query = f"from={(NOW - timedelta(days=1)).date()}T00:00:00Z"
    return service.call("analyst", "GET", f"/v1/reports/calibration?{query}").get_json()


def in_service(service: Installation) -> str:
    version = str(trained(service).result["version"])
    answer = service.call("operations", "POST", f"/v1/classifiers/{version}/promotion")
    assert answer.status_code == 200
    return version


def test_a_week_is_counted_day_by_day() -> None:
    """What was told and what came, and in how many decisions it would have chosen alike."""
    service = with_a_past()
    version = in_service(service)
    told = watched(service)
    (one,) = told["classifiers"]

    assert one["version"] == version
    assert one["alarms"] == []
    assert one["outcomes"] == sum(day["outcomes"] or 0 for day in told["days"]) > 100
    assert sum(day["decisions"] for day in told["days"]) == 3
    assert sum(day["agreed"] for day in told["days"]) == 0  # the router took e2
    assert all(0 < day["told"] < 1 for day in told["days"] if day["told"] is not None)


def test_a_changed_world_raises_an_alarm_on_the_card() -> None:
    """Whoever looks at the classifier sees it, and so does `klik doctor`."""
    service = with_a_past()
    version = in_service(service)
    bad = past(160, until=NOW + timedelta(days=6, hours=20), seed=10, apart=0.0)
    with service.store.writing() as records:
        records.outcomes.add_many([_failed(one) for one in bad])
    told = watched(service, decisions=0, apart=-0.8)
    card = service.call("analyst", "GET", f"/v1/classifiers/{version}").get_json()

    assert any("more good outcomes are told than come" in alarm for alarm in told["classifiers"][0]["alarms"])
    assert card["alarms"] == told["classifiers"][0]["alarms"]


def test_nothing_is_looked_at_where_nothing_serves() -> None:
    """A job that has nothing to do is not planned."""
    service = with_a_past()
    with service.store.writing() as records:
        assert plan_watch(records, NOW.date(), now=NOW) is None
    assert service.call("analyst", "GET", "/v1/reports/calibration").get_json() == {
        "days": [], "looked_at": None, "classifiers": []
    }  # fmt: skip


def test_a_training_that_is_cancelled_leaves_nothing_behind() -> None:
    """No row in the registry and no folder on the shelf."""
    service = with_a_past()
    job_id = service.call("analyst", "POST", "/v1/classifiers", json={}).get_json()["id"]
    run = begin_job(service.store, job_id, holder="w", now=lambda: service.moment, lease=timedelta(hours=1))
    assert run is not None
    with service.store.writing() as records:
        records.jobs.cancel(job_id, now=NOW)
    run_job(run, job_kinds(service.klik))

    with service.store.reading() as records:
        job = records.jobs.get(job_id)
        assert job is not None
        assert job.state is JobState.CANCELLED
        assert records.classifiers.newest(limit=9) == []
    assert service.klik.shelf.kept == {}


def test_a_night_learns_only_when_enough_came() -> None:
    """Two hundred outcomes since those learnt from last; and once a day, whoever plans it."""
    service = with_a_past(past(LEAST_NEW - 1))
    with service.store.writing() as records:
        too_early = plan_training(records, NOW.date(), now=NOW)
        records.outcomes.add_many(past(1, seed=99))
        job = plan_training(records, NOW.date(), now=NOW)
        again = plan_training(records, NOW.date(), now=NOW)
    assert job is not None
    assert work(service, job.id).state is JobState.DONE
    tomorrow = NOW + timedelta(days=1)
    with service.store.writing() as records:
        nothing_new = plan_training(records, tomorrow.date(), now=tomorrow)

    assert (too_early, again, nothing_new) == (None, None, None)
    assert job.kind == TRAIN_CLASSIFIER
    assert WATCH_CLASSIFIERS != TRAIN_CLASSIFIER


def _failed(one: Any) -> Any:
    return replace(one, event_id=f"x{one.event_id}", contact_id=f"x{one.contact_id}", told_success=0.0)
