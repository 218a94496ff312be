"""A classifier judged by decisions made without it: in worlds whose truth is known, and where nothing can be told."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import numpy as np
import pytest

from matcher.contacts.outcome import ContactOutcome
from matcher.use_cases import judge_classifier
from matcher.use_cases.learning_ports import Candidate, LoggedDecision
from tests.api.installation import NOW, Installation
from tests.api.past_outcomes import CUSTOMERS, EMPLOYEES, trained, with_a_past

LATER = NOW + timedelta(days=60)


def decisions_since(
    count: int, *, apart: float, seed: int = 5, chances: tuple[float, float] = (0.5, 0.5)
) -> tuple[list[LoggedDecision], list[ContactOutcome]]:
    """Decisions between an employee with the customer's hobby and one without, drawn with these chances.

    Half of the outcomes are good, `apart` more where the hobby is shared."""
    rng, decided, came = np.random.default_rng(seed), [], []
    for place in range(count):
        asking = int(rng.choice([one for one in range(CUSTOMERS) if one % 10]))
        alike = int(rng.choice(range(asking % 2, EMPLOYEES, 2)))
        other = int(rng.choice(range(1 - asking % 2, EMPLOYEES, 2)))
        is_alike = bool(rng.random() < chances[0])
        taken, at = alike if is_alike else other, NOW + timedelta(minutes=1 + place)
        good = rng.random() < 0.5 + (apart / 2 if is_alike else -apart / 2)
        might = (Candidate(f"e{alike}", 0.5, chances[0]), Candidate(f"e{other}", 0.5, chances[1]))
        who: dict[str, Any] = {
            "contact_id": f"x{place}", "customer_id": f"c{asking}", "employee_id": f"e{taken}", "intent": "move",
            "channel": "phone", "propensity": chances[0] if is_alike else chances[1],
        }  # fmt: skip
        decided.append(
            LoggedDecision(id=f"d{place:06}", at=at, basis="rules", strategy="cost", candidates=might, **who)
        )
        came.append(ContactOutcome(event_id=f"x{place}", occurred_at=at + timedelta(minutes=9), recorded_at=LATER,
                                   told_success=float(good), **who))  # fmt: skip
    return decided, came


def with_a_classifier(decided: list[LoggedDecision], came: list[ContactOutcome]) -> tuple[Installation, str]:
    """A service whose classifier learnt, before, that a shared hobby is worth .6; and what was decided since."""
    service = with_a_past()
    version = str(trained(service, seed=3).result["version"])
    with service.store.writing() as records:
        records.decisions.add_many(decided)
        records.outcomes.add_many(came)
    service.moment = LATER
    return service, version


def judged(service: Installation, version: str, query: str = "") -> dict[str, Any]:
    answer = service.call("analyst", "GET", f"/v1/classifiers/{version}/judgement{query}")
    assert answer.status_code == 200, answer.get_data(as_text=True)
    told: dict[str, Any] = answer.get_json()
    return told


@pytest.mark.parametrize(
    ("apart", "truth", "verdict"),
    [(0.6, 0.8, "better than"), (0.0, 0.5, "not distinguishable from"), (-0.6, 0.2, "worse than")],
)
def test_the_interval_holds_what_the_classifier_would_have_brought(apart: float, truth: float, verdict: str) -> None:
    """It chooses the shared hobby; what that brings was planted. Half was chosen so, which brought a half."""
    service, version = with_a_classifier(*decisions_since(900, apart=apart))
    told = judged(service, version)

    assert told["verdict"].startswith(verdict)
    assert (told["used"], told["refused"], sum(told["left_out"].values())) == (900, None, 0)
    for name in ("IPS", "SNIPS", "DR", "Switch-DR"):
        assert told["estimates"][name]["low"] <= truth <= told["estimates"][name]["high"]
    assert told["gain"]["low"] <= truth - 0.5 <= told["gain"]["high"]
    assert service.call("analyst", "GET", f"/v1/classifiers/{version}").get_json()["state"] == "shadow"


def test_what_had_no_chance_then_cannot_be_judged() -> None:
    """A router that never leaves anything to chance says nothing about the alternative."""
    decided, came = decisions_since(900, apart=0.6)
    decided[0] = replace(decided[0], propensity=1.0, candidates=tuple(
        replace(one, probability=float(one.employee_id == decided[0].employee_id)) for one in decided[0].candidates
    ))  # fmt: skip
    told = judged(*with_a_classifier(decided, came))

    assert "no chance then" in told["refused"]
    assert told["verdict"].startswith("no verdict")


def test_candidates_not_named_in_the_log_take_nothing_from_the_judgement() -> None:
    """A large round names the likeliest only. One in five was served by somebody it does not name: what they brought,
    nothing ever, is no part of what the classifier would have done, which chooses among those named."""
    decided, came = decisions_since(900, apart=0.6, chances=(0.5, 0.5))
    for place in range(900):
        named = tuple(replace(one, probability=0.4) for one in decided[place].candidates)
        changes: dict[str, Any] = {"propensity": 0.4}
        if place % 5 == 0:
            ids = {one.employee_id for one in named}
            changes = {"propensity": 0.1, "employee_id": next(f"e{n}" for n in range(EMPLOYEES) if f"e{n}" not in ids)}
            came[place] = replace(came[place], employee_id=changes["employee_id"], told_success=0.0)
        decided[place] = replace(decided[place], candidates=named, candidates_left_out=2, **changes)
    told = judged(*with_a_classifier(decided, came))

    assert (told["used"], told["refused"]) == (900, None)
    for name in ("IPS", "SNIPS", "DR", "Switch-DR"):
        assert told["estimates"][name]["low"] <= 0.8 <= told["estimates"][name]["high"]


def test_too_few_are_refused_in_words() -> None:
    """By number, and by what their weights leave where the classifier's choice was rarely drawn."""
    few = judged(*with_a_classifier(*decisions_since(41, apart=0.6)))
    rare = judged(*with_a_classifier(*decisions_since(900, apart=0.6, chances=(0.05, 0.95))))

    assert few["refused"] == "41 usable decisions of at least 200"
    assert (few["estimates"], few["gain"]) == ({}, None)
    assert "when weighed, and it takes 200" in rare["refused"]
    assert rare["effective"] < 200


def test_what_cannot_be_used_is_counted_by_its_reason() -> None:
    """Nothing is dropped in silence; a number without them would be about other decisions than it says."""
    decided, came = decisions_since(300, apart=0.6)
    decided[0] = replace(decided[0], propensity=None)
    decided[1] = replace(decided[1], candidates_left_out=2)
    decided[2] = replace(decided[2], customer_id=None)
    decided[3] = replace(decided[3], candidates=decided[3].candidates[:1])
    again = replace(decided[5], id="d5-again", at=decided[5].at + timedelta(seconds=5))
    told = judged(*with_a_classifier([*decided, again], [one for one in came if one.event_id != "x4"]))

    assert (told["decisions"], told["used"]) == (301, 295)
    assert told["left_out"] == {
        "person_gone": 2, "no_propensity": 1, "candidates_left_out": 1, "decided_again": 1, "no_outcome": 1, "older": 0
    }  # fmt: skip


def test_what_it_was_learnt_from_never_judges_it() -> None:
    """Asked for an earlier window, it begins after the last outcome that it learnt from."""
    service, version = with_a_classifier(*decisions_since(250, apart=0.6))
    told = judged(service, version, "?from=2020-01-01T00:00:00Z")
    none = judged(service, version, "?from=2026-03-10T00:00:00Z")

    assert told["window"][0] > "2026-03-02T07:"
    assert told["used"] == 250
    assert none["refused"] == "0 usable decisions of at least 200"


def test_whoever_reads_a_card_reads_the_judgement_and_nobody_else() -> None:
    """Figures about a classifier are for those who answer for it."""
    service, version = with_a_classifier([], [])
    path = f"/v1/classifiers/{version}"
    roles = ("operations", "analyst", "auditor", "admin", "hr", "router")
    codes = {role: service.call(role, "GET", f"{path}/judgement").status_code for role in roles}

    assert codes == {role: service.call(role, "GET", path).status_code for role in roles}
    assert codes["analyst"] == 200
    assert codes["router"] == 403
    assert service.call("analyst", "GET", "/v1/classifiers/none/judgement").status_code == 404


def test_of_too_many_decisions_the_latest_judge(monkeypatch: pytest.MonkeyPatch) -> None:
    """The answer stays bounded, and says how many it did not look at."""
    monkeypatch.setattr(judge_classifier, "MOST_DECISIONS", 250)
    told = judged(*with_a_classifier(*decisions_since(300, apart=0.6)))

    assert (told["decisions"], told["used"], told["left_out"]["older"]) == (300, 250, 50)


def test_an_erased_employee_takes_their_decisions_out() -> None:
    """Without one of its candidates nobody can tell what else might have been chosen."""
    decided, came = decisions_since(300, apart=0.6)
    service, version = with_a_classifier(decided, came)
    with service.store.writing() as records:
        records.decisions.erase_person("employee", "e1")
    told = judged(service, version)
    touched = sum(any(each.employee_id == "e1" for each in one.candidates) for one in decided)

    assert told["left_out"]["person_gone"] == touched > 0
    assert told["used"] == 300 - touched
