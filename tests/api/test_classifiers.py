"""A classifier over HTTP: learnt, judged, read, put in service, taken out; and the service goes on without one."""

import base64
import hashlib
from dataclasses import replace
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import pytest

from api.classifier_words import WORDS
from matcher.compatibility.evaluate import COMPETITORS
from matcher.compatibility.story import LIMITS
from matcher.contacts.outcome import ContactOutcome
from matcher.rules import DEFAULT_RULE_SET, compile_rules, parse_rule_set
from matcher.use_cases.ports import ClassifierState, JobState
from tests.api.installation import NOW, Installation
from tests.api.past_outcomes import past, trained, with_a_past


def matched(service: Installation, customer: str = "c1") -> dict[str, Any]:
    """The round of one contact of that customer."""
    contact = {"id": "k", "customer_id": customer, "channel": "phone", "intent": "move"}
    answer = service.call("router", "POST", "/v1/matches", json={"contacts": [contact], "seed": 1, "explain": "full"})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    told: dict[str, Any] = answer.get_json()
    return told


def promoted(service: Installation, version: str) -> Any:
    return service.call("operations", "POST", f"/v1/classifiers/{version}/promotion")


@pytest.fixture(scope="module")
def service() -> Installation:
    """A service with a classifier that passed its gate."""
    one = with_a_past()
    job = trained(one, seed=3)
    assert job.state is JobState.DONE, job.error
    return one


def the_version(service: Installation) -> str:
    return str(service.call("analyst", "GET", "/v1/classifiers").get_json()["items"][-1]["version"])


def test_from_outcomes_to_a_score_that_names_its_classifier(service: Installation) -> None:
    """The whole way, as an operator goes it: learnt, passed, promoted, used, explained, taken out again."""
    version = the_version(service)
    before = matched(service)
    promotion = promoted(service, version)
    after, in_dutch = matched(service), service.call("operations", "GET", f"/v1/classifiers/{version}").get_json()
    out = service.call("operations", "POST", "/v1/classifiers/current/rollback")
    again = matched(service)

    assert promotion.status_code == 200, promotion.get_data(as_text=True)
    assert (before["decision_basis"], before["versions"]["classifier"]) == ("rules", None)
    assert (after["decision_basis"], after["versions"]["classifier"]) == ("classifier", version)
    assert int(after["assignments"][0]["employee_id"][1:]) % 2 == 1  # c1's hobby is shared by every second employee
    codes = {reason["code"] for reason in after["assignments"][0]["reasons"]}
    assert {"compatibility", "experience", "traits_fit"} <= codes
    assert in_dutch["state"] == "current"
    assert in_dutch["promoted_by"].startswith("key:")
    assert out.get_json() == {"current": None}
    assert (again["decision_basis"], again["versions"]["classifier"]) == ("rules", None)


def test_the_card_tells_what_it_was_learnt_from_and_how_good_it_is(service: Installation) -> None:
    """Figures with intervals, sizes, limits; no id of a person."""
    answer = service.call("auditor", "GET", f"/v1/classifiers/{the_version(service)}")
    told = answer.get_json()

    assert told["outcomes"] == 1_200
    assert told["seed"] == 3
    assert told["gate"]["passed"] is True
    assert {line["name"] for line in told["gate"]["lines"]} >= {"beats_main_effects", "no_segment_worse"}
    auc = told["card"]["evaluation"]["measures"]["learned"]["auc"]
    assert auc["low"] < auc["value"] < auc["high"]
    assert any(each["name"] == "equal.hobby" for each in told["card"]["features"])
    assert "c17" not in answer.get_data(as_text=True)


def test_the_card_is_a_page_for_people_too(service: Installation) -> None:
    """Self-contained, and safe to open: no script, nothing from elsewhere."""
    path = f"/v1/classifiers/{the_version(service)}"
    answer = service.call("analyst", "GET", path, headers={"Accept": "text/html"})
    page = answer.get_data(as_text=True)
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()

    assert answer.content_type == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert f"style-src 'sha256-{digest}'" in answer.headers["Content-Security-Policy"]
    assert "<svg" in page
    assert "<script" not in page
    assert "main effects only" in page
    assert "By segment and team" in page
    assert "Its outcomes are worth" in page
    assert service.call("analyst", "GET", path, headers={"Accept": "image/png"}).status_code == 406


def test_the_page_speaks_dutch_to_who_asks_for_it(service: Installation) -> None:
    """A manager reads whether the gate was passed, and for whom it holds; numbers are parted as in Dutch."""
    path = f"/v1/classifiers/{the_version(service)}"
    headers = {"Accept": "text/html", "Accept-Language": "nl-BE"}
    page = service.call("analyst", "GET", path, headers=headers).get_data(as_text=True)

    assert '<html lang="nl">' in page
    assert "beter dan alleen hoofdeffecten" in page
    assert "1.200 uitkomsten" in page
    assert "viervijfderegel" in page
    assert "gelijk wegende waard" in page
    assert "None" not in page
    assert not {" better", "Limits", " outcomes"} & {
        word for word in (" better", "Limits", " outcomes") if word in page
    }


def test_every_word_of_the_page_is_there_in_both_languages(service: Installation) -> None:
    """A page that falls back on another language in the middle of a sentence looks broken."""
    english, dutch = (set(WORDS[language]) for language in ("en", "nl"))
    card = service.call("analyst", "GET", f"/v1/classifiers/{the_version(service)}").get_json()["card"]

    assert english <= dutch
    assert set(LIMITS) | set(COMPETITORS) | set(card["evaluation"]["measures"]) <= dutch
    assert {str(state) for state in ClassifierState if state is not ClassifierState.CURRENT} <= dutch


def test_too_few_outcomes_end_the_job_with_what_is_missing() -> None:
    """And nothing changes: no classifier is registered, and matches go on."""
    few = [one for one in past(300) if one.employee_id == "e3" and one.told_success == 1.0][:9]
    empty = with_a_past(few)
    job = trained(empty)

    assert job.state is JobState.FAILED
    assert job.error is not None
    assert "9 outcomes are too few" in job.error
    assert "two employees or more" in job.error
    assert "so far all are good" in job.error
    assert empty.call("analyst", "GET", "/v1/classifiers").get_json() == {"items": [], "next": None}
    assert empty.klik.shelf.kept == {}
    assert matched(empty)["assignments"]


def test_the_rules_in_force_judge_what_is_learnt_from() -> None:
    """What was told under other weights is held to those of now: nothing is judged twice over, or by two measures."""
    segments = [f"s{int((one.customer_id or 'c0')[1:]) % 2}" for one in past(300)]
    known: dict[str, Any] = {"told_success": None, "resolved": True, "minutes": 30.0}
    told = [replace(one, segment=segment, **known) for one, segment in zip(past(300), segments, strict=True)]
    service = with_a_past(told)
    before = trained(service)
    dear = {"minute_cents": 0, "segments": {"s1": {"minute_cents": 100}}}
    rules = compile_rules(parse_rule_set({**DEFAULT_RULE_SET.document, "outcome": dear}))
    service.klik.rulebook = SimpleNamespace(current=lambda _publication: rules)
    after = trained(service)
    version = after.result["version"]
    card = service.call("analyst", "GET", f"/v1/classifiers/{version}").get_json()["card"]

    assert "so far all are good" in (before.error or "")
    assert card["success"] == pytest.approx(segments.count("s0") / 300, abs=1e-6)


def test_a_classifier_that_adds_nothing_is_kept_out() -> None:
    """Where nothing is to be found the gate says so, and 409 names the lines."""
    service = with_a_past(past(600, apart=0.0))
    job = trained(service)
    version = job.result["version"]
    answer = promoted(service, str(version))

    assert job.result["state"] == "refused"
    assert answer.status_code == 409
    assert answer.get_json()["code"] == "gate_not_passed"
    assert "beats_main_effects" in answer.get_json()["detail"]
    assert service.klik.shelf.kept == {}
    assert matched(service)["versions"]["classifier"] is None


def test_a_successor_must_beat_the_one_in_service() -> None:
    """Learnt from the same outcomes it has nothing to show; from later ones of a changed world it has."""
    service = with_a_past()
    first = str(trained(service).result["version"])
    assert promoted(service, first).status_code == 200
    service.moment = NOW + timedelta(seconds=1)
    same = trained(service)
    changed = past(1_500, until=NOW + timedelta(hours=1_500), seed=8, apart=-0.8)
    with service.store.writing() as records:
        records.outcomes.add_many(changed)
    service.moment = NOW + timedelta(hours=1_500)
    later = trained(service, window={"from": NOW.isoformat()})
    assert promoted(service, str(later.result["version"])).status_code == 200
    back = service.call("operations", "POST", "/v1/classifiers/current/rollback").get_json()
    once_more = service.call("operations", "POST", "/v1/classifiers/current/rollback").get_json()

    assert same.result["state"] == "refused"
    assert later.result["state"] == "shadow"
    assert back["current"]["version"] == first
    assert once_more == {"current": None}
    nothing_left = service.call("operations", "POST", "/v1/classifiers/current/rollback")
    assert nothing_left.status_code == 409


def test_a_verdict_on_another_one_in_service_counts_no_more() -> None:
    """What beat A was never compared with B."""
    service = with_a_past()
    versions = []
    for second in range(2):
        service.moment = NOW + timedelta(seconds=second)
        versions.append(str(trained(service).result["version"]))
    assert promoted(service, versions[0]).status_code == 200
    answer = promoted(service, versions[1])

    assert answer.status_code == 409
    assert versions[0] in answer.get_json()["detail"]


def test_whatever_passes_is_promoted_where_the_setting_says_so() -> None:
    """An operator may trust the gate."""
    service = with_a_past(settings={"KLIK_PROMOTE": "gate"})
    job = trained(service)
    service.klik.served.refresh(NOW, at_once=True)

    assert job.result["state"] == "current"
    assert matched(service)["decision_basis"] == "classifier"


def test_a_window_is_what_is_learnt_from() -> None:
    """From one moment to another, the end left out."""
    service = with_a_past()
    window = {"from": (NOW - timedelta(hours=400)).isoformat(), "to": (NOW - timedelta(hours=100)).isoformat()}
    job = trained(service, window=window)
    told = service.call("analyst", "GET", f"/v1/classifiers/{job.result['version']}").get_json()

    assert told["outcomes"] == 300
    turned = service.call(
        "analyst", "POST", "/v1/classifiers", json={"window": {"from": window["to"], "to": window["from"]}}
    )
    assert turned.status_code == 422


def test_what_customers_without_consent_are_like_is_not_learnt() -> None:
    """Their hobby is in nobody's classifier; their outcomes count."""
    only_refusing: list[ContactOutcome] = [one for one in past(2_400) if str(one.customer_id).endswith("0")]
    service = with_a_past(only_refusing)
    job = trained(service)
    told = service.call("analyst", "GET", f"/v1/classifiers/{job.result['version']}").get_json()

    assert told["outcomes"] == len(only_refusing)
    assert not [each for each in told["card"]["features"] if each["name"].startswith(("customer.", "equal."))]


def test_a_classifier_nobody_knows_is_not_found(service: Installation) -> None:
    """Reading and promoting alike."""
    assert service.call("analyst", "GET", "/v1/classifiers/none").status_code == 404
    assert promoted(service, "none").status_code == 404


def test_who_is_erased_leaves_classifiers_that_ask_for_retraining() -> None:
    """Learnt weights keep a trace of everyone they were learnt from, and the card says so."""
    service = with_a_past()
    version = str(trained(service).result["version"])
    before = service.call("analyst", "GET", f"/v1/classifiers/{version}").get_json()["asks_for_retraining"]
    assert service.call("router", "DELETE", "/v1/customers/c7").status_code == 204
    after = service.call("analyst", "GET", f"/v1/classifiers/{version}").get_json()["asks_for_retraining"]

    assert (before, after) == (False, True)


def test_a_classifier_that_cannot_be_read_degrades_and_never_breaks() -> None:
    """Matches go on by rules and profiles, and readiness says what is wrong."""
    service = with_a_past()
    version = str(trained(service).result["version"])
    service.klik.shelf.kept.clear()
    assert promoted(service, version).status_code == 200
    ready = service.call(None, "GET", "/readyz")

    assert ready.status_code == 200
    assert ready.get_json()["status"] == "degraded"
    assert version in ready.get_json()["reasons"][0]
    assert matched(service)["decision_basis"] == "rules"


def test_where_a_second_person_is_needed_two_keys_promote() -> None:
    """Nobody agrees to their own change, and until another does nothing changes."""
    service = with_a_past(settings={"KLIK_SECOND_PERSON": "on"})
    version = str(trained(service).result["version"])
    asked = service.call("admin", "POST", f"/v1/classifiers/{version}/promotion")
    meanwhile = service.call("analyst", "GET", f"/v1/classifiers/{version}").get_json()["state"]
    mine = promoted(service, version).get_json()
    own = service.call("operations", "POST", f"/v1/approvals/{mine['id']}/acceptance", json={})
    agreed = service.call("operations", "POST", f"/v1/approvals/{asked.get_json()['id']}/acceptance", json={})
    afterwards = service.call("analyst", "GET", f"/v1/classifiers/{version}").get_json()

    assert asked.status_code == 202
    assert asked.get_json()["what"] == "promote_classifier"
    assert meanwhile == "shadow"
    assert own.status_code == 409
    assert agreed.status_code == 200
    assert afterwards["state"] == "current"
    assert afterwards["promoted_by"] == asked.get_json()["asked_by"]


def test_they_are_listed_page_by_page_newest_first() -> None:
    """Refused ones too: what was tried is part of the record."""
    service = with_a_past(past(300))
    made = []
    for second in range(3):
        service.moment = NOW + timedelta(seconds=second)
        made.append(trained(service, seed=second).result["version"])
    first = service.call("auditor", "GET", "/v1/classifiers?limit=2").get_json()
    rest = service.call("auditor", "GET", f"/v1/classifiers?limit=2&cursor={first['next']}").get_json()

    assert [one["version"] for one in first["items"] + rest["items"]] == made[::-1]
    assert rest["next"] is None


def test_a_page_shows_names_and_never_runs_them() -> None:
    """A segment may be called anything; a card is opened by an admin."""
    service = with_a_past()
    with service.store.writing() as records:
        for place in range(80):
            one = records.customers.get(f"c{place}")
            records.customers.put(replace(one, segment="<script>alert(1)</script>"), now=NOW)
    version = trained(service).result["version"]
    headers = {"Accept": "text/html"}
    page = service.call("admin", "GET", f"/v1/classifiers/{version}", headers=headers).get_data(as_text=True)

    assert "<script" not in page
    assert "&lt;script&gt;" in page
