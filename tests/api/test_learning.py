"""What profiles learn, over HTTP: refits, what segments begin with, acute states, texts that are read and let go."""

import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from api.settings import load_settings
from matcher.profiles.text import TextScorer
from matcher.use_cases.ports import JobState, SegmentPrior
from matcher.use_cases.refit_profiles import PROFILES_NIGHTLY
from models.frameworks import load_framework
from models.memory import MemoryStore
from models.store import SqlStore
from tests.api.installation import NOW, Installation
from tests.matcher.profiles.text_builders import TEXTS, trained_scorer

CANARY = "kanariegeel"
LEANING = (0.02, 0.02, 0.02, 0.86, 0.02, 0.02, 0.02, 0.02)


@pytest.fixture(scope="module")
def scorer() -> TextScorer:
    return trained_scorer()


def reading_texts(scorer: TextScorer | None, store: Any = None) -> Installation:
    """A service where texts are read."""
    service = Installation(store=store or MemoryStore())
    service.klik.text_scorer = scorer
    service.add_customer("c1")
    return service


def send_text(service: Installation, said: str, **changes: Any) -> Any:
    body = {"source": "text", "facet": "values", "text": said, "language": "nl"} | changes
    body = {name: value for name, value in body.items() if value is not None}
    return service.call("router", "POST", "/v1/customers/c1/evidence", json=body)


def test_a_refit_is_a_job_that_the_worker_is_rung_for(service: Installation) -> None:
    """Operations need not wait for the night to see what a survey of last week was worth."""
    answer = service.call("operations", "POST", "/v1/profiles/refit")

    job = answer.get_json()
    assert (answer.status_code, job["kind"], job["state"]) == (202, PROFILES_NIGHTLY, "queued")
    assert answer.headers["Location"] == f"/v1/jobs/{job['id']}"
    assert service.klik.bell.heard() == job["id"]


def test_a_refit_asked_for_twice_under_one_key_is_one(service: Installation) -> None:
    """A router that retries must not set the worker to double work."""
    first, second = (
        service.call("operations", "POST", "/v1/profiles/refit", headers={"Idempotency-Key": "k"}) for _ in range(2)
    )

    assert first.get_json()["id"] == second.get_json()["id"]


def test_the_last_nights_report_is_read_or_said_to_be_missing(service: Installation) -> None:
    """Whoever believes a tag wants to know since when, and why."""
    missing = service.call("auditor", "GET", "/v1/profiles/calibration")
    job_id = service.call("admin", "POST", "/v1/profiles/refit").get_json()["id"]
    with service.store.writing() as records:
        records.jobs.take(job_id, holder="w", now=NOW, lease_until=NOW + timedelta(seconds=9))
        records.jobs.finish(
            job_id, holder="w", state=JobState.DONE, result={"surveyed": 0, "sources": []}, error=None, now=NOW
        )
    found = service.call("auditor", "GET", "/v1/profiles/calibration")

    assert missing.status_code == 404
    assert (found.status_code, found.get_json()["job_id"]) == (200, job_id)


def test_what_a_segment_taught_shows_in_profiles_within_a_minute(service: Installation) -> None:
    """And only for those who agreed; the provenance says where it comes from."""
    service.add_customer("c1", segment="retail")
    service.add_customer("c2", segment="retail", consent={"value_profiling": False})
    first = service.call("router", "GET", "/v1/customers/c1/profile").get_json()
    framework = load_framework()
    with service.store.writing() as records:
        prior = SegmentPrior(framework.name, "values", "retail", LEANING, 5.0, 80, NOW)
        records.segment_priors.replace(framework.name, "values", [prior])
    service.moment += timedelta(seconds=60)
    agreed = service.call("router", "GET", "/v1/customers/c1/profile").get_json()
    unasked = service.call("router", "GET", "/v1/customers/c2/profile").get_json()

    assert first["provenance"] == []
    assert agreed["share"]["blue"] == pytest.approx(0.86)
    assert agreed["provenance"] == [{"source": "segment", "weight": 0.0, "last": "2026-03-02T09:00:00Z"}]
    assert unasked["share"] == pytest.approx(first["share"])


def test_a_broken_promise_shows_in_the_profile_and_in_the_reasons_of_a_match(service: Installation) -> None:
    """The state is told in words, in the language of whoever reads, and counted once with that of the intent."""
    service.add_customer("c1")
    service.add_employee("e1")
    set_ = service.call("router", "PUT", "/v1/customers/c1/states", json={"event": "broken_promise"})
    profile = service.call("router", "GET", "/v1/customers/c1/profile").get_json()
    contact = {"id": "k1", "channel": "phone", "customer_id": "c1", "language": "nl", "intent": "complaint_repeated"}
    asked = {"contacts": [contact], "explain": "full"}
    matched = service.call("router", "POST", "/v1/matches", json=asked, headers={"Accept-Language": "nl"})

    expected = {"cause": "let_down", "rho": 0.4, "until": "2026-03-03T09:00:00Z"}
    assert set_.get_json() == {"items": [expected]}
    assert profile["states"] == [expected]
    assert "let_down" not in matched.get_data(as_text=True)
    assert matched.status_code == 200


def test_a_state_of_someone_who_did_not_agree_is_refused(service: Installation) -> None:
    """A state is a statement on values."""
    service.add_customer("c1", consent={"value_profiling": False})

    answer = service.call("router", "PUT", "/v1/customers/c1/states", json={"event": "broken_promise"})

    assert (answer.status_code, answer.get_json(force=True)["code"]) == (409, "consent_missing")


def test_texts_are_refused_where_nothing_reads_them() -> None:
    """Off is the default: nobody is read by accident."""
    assert load_settings({}).text_profiles is False

    answer = send_text(reading_texts(None), TEXTS[0].text)

    assert (answer.status_code, answer.get_json(force=True)["code"]) == (422, "text_not_enabled")


def test_a_text_speaks_quietly_and_is_let_go(scorer: TextScorer) -> None:
    """Never more than half an answer, and only share and weight stay."""
    service = reading_texts(scorer)
    answer = send_text(service, TEXTS[0].text)
    (kept,) = service.call("router", "GET", "/v1/customers/c1/profile/evidence").get_json()["items"]

    assert answer.status_code == 201
    assert "told" not in answer.get_json()
    assert 0 < answer.get_json()["n_eff"] <= 0.5
    assert (kept["source"], kept["weight"]) == ("text", pytest.approx(scorer.weight))


@pytest.mark.parametrize(
    ("text", "language", "told"),
    [("kort", "nl", "too_short"), (TEXTS[0].text, "fi", "language_not_trained"), ("xq zw kj vv " * 9, "nl", None)],
)
def test_a_text_that_tells_nothing_changes_nothing_and_says_why(
    scorer: TextScorer, text: str, language: str, told: str | None
) -> None:
    """The sender learns that it was no fault of theirs, and the profile has no piece that says nothing."""
    service = reading_texts(scorer)
    answer = send_text(service, text, language=language)
    kept = service.call("router", "GET", "/v1/customers/c1/profile/evidence").get_json()["items"]

    assert (answer.status_code, answer.get_json()["told"]) == (200, told or "nothing_known")
    assert (answer.get_json()["n_eff"], kept) == (0.0, [])


def test_consent_comes_before_the_first_word(scorer: TextScorer) -> None:
    """Also before it is known whether texts are read here at all."""
    service = reading_texts(scorer)
    service.add_customer("c1", consent={"value_profiling": False})

    assert send_text(service, "kort").get_json(force=True)["code"] == "consent_missing"


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({"pick": "blue"}, {"unknown_field"}),
        ({"text": None}, {"missing_field"}),
        ({"facet": "channel"}, {"source_not_accepted"}),
        ({"source": "self_tag"}, {"unknown_field"}),
        ({"occurred_at": "2027-01-01T00:00:00Z", "share": {"blue": 1}}, {"unknown_field", "in_the_future"}),
    ],
)
def test_a_text_goes_alone(scorer: TextScorer, changes: dict[str, Any], codes: set[str]) -> None:
    """Every fault at once."""
    answer = send_text(reading_texts(scorer), TEXTS[0].text, **changes)

    assert answer.status_code == 422
    assert {fault["code"] for fault in answer.get_json(force=True)["errors"]} == codes


def test_the_language_is_the_customers_own_where_none_is_named(scorer: TextScorer) -> None:
    """A router that knows the customer need not say it twice."""
    service = reading_texts(scorer)
    service.add_customer("c1", language="nl-BE")

    assert send_text(service, TEXTS[0].text, language=None).status_code == 201


def test_employees_are_not_read(scorer: TextScorer) -> None:
    """What staff write belongs to their work and not to their profile."""
    service = reading_texts(scorer)
    service.add_employee("e1")
    body = {"source": "text", "facet": "values", "text": TEXTS[0].text, "language": "nl"}

    answer = service.call("hr", "POST", "/v1/employees/e1/evidence", json=body)

    assert (answer.status_code, answer.get_json(force=True)["code"]) == (422, "source_not_accepted")


def test_no_word_of_a_text_stays_anywhere(
    scorer: TextScorer, sqlite_store: SqlStore, sqlite_url: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """Neither in the database, the answer kept for a repetition, nor the log; also where the text is refused."""
    service = reading_texts(scorer, sqlite_store)
    for changes in ({}, {"language": "fi"}, {"pick": "blue"}):
        body = {"source": "text", "facet": "values", "text": f"{TEXTS[0].text} {CANARY}", "language": "nl"} | changes
        headers = {"Idempotency-Key": f"k-{sorted(changes)}"}
        answer = service.call("router", "POST", "/v1/customers/c1/evidence", json=body, headers=headers)
        assert CANARY not in answer.get_data(as_text=True)

    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as connection:
        dump = "\n".join(connection.iterdump())
    connection.close()
    out, err = capfd.readouterr()
    assert "c1" in dump
    assert CANARY not in dump + out + err
    assert all(
        CANARY.encode() not in path.read_bytes()
        for path in Path(sqlite_url.removeprefix("sqlite:///")).parent.glob("klik.db*")
    )
