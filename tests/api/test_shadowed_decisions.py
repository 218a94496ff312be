"""What classifiers in service say of live decisions: kept at that moment, and told with what came of them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from matcher.contacts.outcome import ContactOutcome
from matcher.use_cases.learning_ports import Candidate, LoggedDecision, Said
from matcher.use_cases.ports import ClassifierState
from tests.api.installation import NOW, Installation
from tests.api.past_outcomes import trained, with_a_past

SHADOW = "c-shadow"
CONTACTS = [
    {"id": f"k{number}", "channel": "phone", "customer_id": f"c{number}", "intent": "move"} for number in range(6)
]


def in_service() -> tuple[Installation, str]:
    """A service with a classifier, and its twin as the shadow."""
    service = with_a_past()
    version = str(trained(service).result["version"])
    assert service.call("operations", "POST", f"/v1/classifiers/{version}/promotion").status_code == 200
    with service.store.writing() as records:
        known = records.classifiers.get(version)
        twin = replace(known, version=SHADOW, state=ClassifierState.SHADOW, promoted_by=None, promoted_at=None)
        records.classifiers.add(twin)
    service.klik.shelf.kept[SHADOW] = service.klik.shelf.kept[version]
    service.klik.served.refresh(NOW, at_once=True)
    return service, version


def matched(service: Installation, **asked: Any) -> dict[str, Any]:
    answer = service.call("router", "POST", "/v1/matches", json={"contacts": CONTACTS, **asked})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    told: dict[str, Any] = answer.get_json()
    return told


def logged(service: Installation) -> list[LoggedDecision]:
    with service.store.reading() as records:
        found: list[LoggedDecision] = records.decisions.window(None, None, limit=1_000)
    return found


def live(service: Installation, version: str) -> dict[str, Any]:
    told: dict[str, Any] = service.call("analyst", "GET", f"/v1/classifiers/{version}").get_json()["live"]
    return told


def test_a_logged_decision_carries_what_each_classifier_said() -> None:
    """Said at that moment, of those people as they were: nothing has to be computed anew of people who change."""
    service, version = in_service()
    told = {one["contact_id"]: one for one in matched(service, log=True)["assignments"]}
    kept = logged(service)

    assert len(kept) == len(CONTACTS)
    for one in kept:
        assert [said.version for said in one.said] == [version, SHADOW]
        assert one.said[0].probability == pytest.approx(told[one.contact_id]["compatibility"], abs=1e-5)
        assert one.said[1] == replace(one.said[0], version=SHADOW)
        assert one.said[0].favourite in {each.employee_id for each in one.candidates}
        assert (one.said[0].favourite_probability or 0) >= one.said[0].probability


def test_a_match_that_is_not_logged_asks_no_shadow(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever only wants an answer does not wait for a second opinion."""
    service, _ = in_service()
    monkeypatch.setattr("matcher.use_cases.log_round.opinions_on", None)  # calling it would fail

    assert len(matched(service)["assignments"]) == len(CONTACTS)


def test_a_record_on_live_decisions_is_as_worked_out_on_paper() -> None:
    """Thirty of forty came out well: log-loss -(30·ln .8 + 10·ln .2)/40 = .5697 against .6122 for the current one."""
    service, version = in_service()
    later = NOW + timedelta(days=1)
    decided = [a_decision(number, version) for number in range(40)]
    came = [
        ContactOutcome(event_id=f"l{number}", contact_id=f"l{number}", customer_id=f"c{number}", employee_id="e1",
                       occurred_at=later + timedelta(hours=1), recorded_at=later, told_success=float(number >= 10))
        for number in range(40)
    ]  # fmt: skip
    with service.store.writing() as records:
        records.decisions.add_many([*decided, replace(a_decision(40, version), said=()), a_decision(41, version)])
        records.outcomes.add_many(came)
    told = live(service, SHADOW)
    current = live(service, version)
    headers = {"Accept": "text/html", "Accept-Language": "nl"}
    page = service.call("analyst", "GET", f"/v1/classifiers/{SHADOW}", headers=headers).get_data(as_text=True)

    assert (told["looked_at"], told["decisions"], told["outcomes"]) == (42, 41, 40)
    assert (told["compared"], told["agreed"]) == (41, 30)
    assert told["agreement"]["low"] < 30 / 41 < told["agreement"]["high"]
    assert told["log_loss"]["value"] == pytest.approx(0.5697, abs=1e-4)
    assert told["current_log_loss"]["value"] == pytest.approx(0.6122, abs=1e-4)
    assert told["gain"]["value"] == pytest.approx(0.0425, abs=1e-4)
    assert told["gain"]["low"] < told["gain"]["value"] < told["gain"]["high"]
    assert (current["log_loss"]["value"], current["gain"]) == (told["current_log_loss"]["value"], None)
    assert "41 van 42 bewaarde" in page
    assert "0,5697 (" in page
    assert current["agreed"] == 41  # of the one in service: whom the router took


def test_too_few_outcomes_say_nothing() -> None:
    """An interval over a handful would be taken for a finding."""
    service, _ = in_service()
    told = live(service, SHADOW)

    assert (told["decisions"], told["agreement"], told["log_loss"], told["gain"]) == (0, None, None, None)


def a_decision(number: int, version: str) -> LoggedDecision:
    """Given to e1, whom the current one likes best; of the first eleven the shadow would have preferred e2."""
    said = (Said(version, 0.6, "e1", 0.6), Said(SHADOW, 0.8, "e2" if number % 41 < 10 or number == 41 else "e1", 0.9))
    return LoggedDecision(
        id=f"l{number}", contact_id=f"l{number}", at=NOW + timedelta(days=1, seconds=number), basis="classifier",
        strategy="s", channel="phone", customer_id=f"c{number % 80}", employee_id="e1", said=said,
        candidates=(Candidate("e1", 1.0), Candidate("e2", 0.5)),
    )  # fmt: skip
