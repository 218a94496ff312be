"""Rule sets over HTTP: drafts, publication, second persons, and every process deciding by what is in force."""

import threading
from typing import Any

import pytest

from api.workers import Worker
from matcher.rules import DEFAULT_RULE_SET
from tests.api.installation import EMPLOYEE, Installation

PATH = "/v1/rule-sets"
CONTACT = {"id": "x", "channel": "phone", "intent": "complaint"}
MANDATE = {
    "id": "r1",
    "title": "Complaints need a mandate",
    "when": {"field": "contact.intent", "operator": "is", "value": "complaint"},
    "employees": {"field": "employee.mandate", "operator": "at_least", "value": 2},
    "effect": {"require": True},
    "reason": {"en": "Complaints need a mandate.", "nl": "Klachten vragen een mandaat."},
}


def a_document(title: str = "Winter", **changes: Any) -> dict[str, Any]:
    """A rule set as operations write it."""
    document = {"schema": "rule-set/1", "title": title, "strategy": {"preset": "customer_intimacy"}}
    return {**document, "rules": [MANDATE], **changes}


def a_draft(service: Installation, **changes: Any) -> tuple[str, str]:
    """(id, ETag) of a new draft."""
    answer = service.call("operations", "POST", PATH, json=a_document(**changes))
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return answer.get_json()["version"], answer.headers["ETag"]


def publish(service: Installation, version: str, tag: str | None, role: str = "operations", **said: Any) -> Any:
    """The answer to a publication."""
    headers = {} if tag is None else {"If-Match": tag}
    return service.call(role, "POST", f"{PATH}/{version}/publication", json=said, headers=headers)


def decided_by(service: Installation, **asked: Any) -> tuple[str, int]:
    """(version, assignments) of a match of one complaint."""
    answer = service.call("router", "POST", "/v1/matches", json={"contacts": [CONTACT], **asked})
    assert answer.status_code == 200, answer.get_data(as_text=True)
    return answer.get_json()["versions"]["rule_set"], len(answer.get_json()["assignments"])


def test_the_first_rule_set_is_there_from_the_start(service: Installation) -> None:
    """A decision names a version that can be read."""
    current = service.call("router", "GET", f"{PATH}/current").get_json()

    assert current["state"] == "published"
    assert current["is_current"] is True
    assert decided_by(service)[0] == current["version"]


def test_the_next_decision_is_made_by_what_was_published(service: Installation) -> None:
    """Nobody restarts anything at the start of a morning."""
    service.add_employee(mandate=1)
    service.call("hr", "PUT", "/v1/employees/away", json={**EMPLOYEE, "mandate": 2})
    first = decided_by(service)
    version, tag = a_draft(service)
    unmoved = decided_by(service)
    made = publish(service, version, tag, note="winter comes")
    then = decided_by(service)
    back = service.call("operations", "POST", f"{PATH}/current/rollback", json={"note": "too strict"})

    assert first == unmoved == (first[0], 1)
    assert made.status_code == 200
    assert made.get_json() | {"published_at": ""} == {
        "seq": 2, "version": then[0], "published_at": "", "kind": "publish", "note": "winter comes",
        "by": made.get_json()["by"],
    }  # fmt: skip
    assert then[0].startswith("winter@")
    assert then[1] == 0
    assert back.get_json()["version"] == first[0]
    assert back.get_json()["kind"] == "rollback"
    assert decided_by(service) == first


def test_a_match_may_be_made_by_a_draft_or_a_former_version(service: Installation) -> None:
    """What-if, without anything being published."""
    service.add_employee(mandate=1)
    current, _ = decided_by(service)
    version, tag = a_draft(service)
    tried = decided_by(service, rule_set=version)
    publish(service, version, tag)
    former = decided_by(service, rule_set=current)
    unknown = service.call("router", "POST", "/v1/rankings", json={"contact": CONTACT, "rule_set": "winter@0"})

    assert tried[0].startswith("winter@")
    assert tried[1] == 0
    assert former == (current, 1)
    assert (unknown.status_code, unknown.get_json()["code"]) == (422, "unknown_rule_set")


def test_a_faulty_document_is_refused_with_every_fault(service: Installation) -> None:
    """Mending one fault an hour is no way to spend a morning."""
    faulty = a_document(title="", rules=[{**MANDATE, "effect": {"require": 1}, "when": {"field": "contact.mood"}}])

    answer = service.call("operations", "POST", PATH, json=faulty)

    assert answer.status_code == 422
    pointers = {fault["pointer"] for fault in answer.get_json()["errors"]}
    assert pointers >= {"/title", "/rules/0/effect/require", "/rules/0/when/field"}


def test_a_draft_changes_only_for_who_has_read_it(service: Installation) -> None:
    """Two people write at once more often than one thinks."""
    version, tag = a_draft(service)
    place = f"{PATH}/{version}"
    blind = service.call("operations", "PUT", place, json=a_document("Spring"))
    good = service.call("operations", "PUT", place, json=a_document("Spring"), headers={"If-Match": tag})
    late = service.call("operations", "PUT", place, json=a_document("Autumn"), headers={"If-Match": tag})
    stale = publish(service, version, tag)

    assert [one.status_code for one in (blind, good, late, stale)] == [428, 200, 412, 412]
    assert service.call("operations", "GET", place).get_json()["title"] == "Spring"
    assert good.headers["ETag"] != tag


def test_what_is_published_never_changes(service: Installation) -> None:
    """Old decisions name it."""
    version, tag = a_draft(service)
    name = publish(service, version, tag).get_json()["version"]
    headers = {"If-Match": tag}
    changed = service.call("operations", "PUT", f"{PATH}/{name}", json=a_document("Spring"), headers=headers)
    gone = service.call("operations", "DELETE", f"{PATH}/{name}", headers=headers)

    assert (changed.status_code, gone.status_code) == (409, 409)
    assert service.call("operations", "GET", f"{PATH}/{version}").status_code == 404


def test_a_draft_is_thrown_away_by_who_has_read_it(service: Installation) -> None:
    """And that it was there stays noted."""
    version, tag = a_draft(service)
    blind = service.call("operations", "DELETE", f"{PATH}/{version}")
    gone = service.call("operations", "DELETE", f"{PATH}/{version}", headers={"If-Match": tag})
    told = service.call("auditor", "GET", f"{PATH}/changes?version={version}").get_json()["items"]

    assert (blind.status_code, gone.status_code) == (428, 204)
    assert [one["what"] for one in told] == ["discarded", "drafted"]


def test_who_publishes_over_an_unseen_version_is_told(service: Installation) -> None:
    """A draft written before yesterday's change would silently take that change away."""
    one, its_tag = a_draft(service)
    other, other_tag = a_draft(service, title="Other")
    publish(service, one, its_tag)
    now_current = decided_by(service)[0]
    refused = publish(service, other, other_tag)
    knowing = publish(service, other, other_tag, replaces=now_current)

    assert (refused.status_code, refused.get_json()["code"]) == (409, "rule_set_moved")
    assert now_current in refused.get_json()["detail"]
    assert knowing.status_code == 200


def test_the_same_content_is_not_published_twice(service: Installation) -> None:
    """A publication that changes nothing would hide what is undone by going back."""
    version, tag = a_draft(service)
    again, again_tag = a_draft(service)
    publish(service, version, tag)

    assert publish(service, again, again_tag, replaces=decided_by(service)[0]).status_code == 409


def test_a_difference_is_told_in_sentences(service: Installation) -> None:
    """In the language of who asks, against what is in force unless another is named."""
    version, _ = a_draft(service)
    headers = {"Accept-Language": "nl"}
    told = service.call("analyst", "GET", f"{PATH}/{version}/difference", headers=headers).get_json()
    current = service.call("analyst", "GET", f"{PATH}/current").get_json()["version"]
    back = service.call("analyst", "GET", f"{PATH}/{current}/difference?from={version}").get_json()

    assert told["added"] == ["r1"] == back["removed"]
    assert any(one.startswith("Nieuw: Complaints need a mandate.") for one in told["sentences"])
    assert any(one.startswith("Gone: Complaints need a mandate.") for one in back["sentences"])


def test_lists_go_on_where_they_ended(service: Installation) -> None:
    """A page at a time, each rule set once."""
    made = {a_draft(service, title=f"T{n}")[0] for n in range(5)}
    seen, cursor = [], ""
    while cursor is not None:
        page = service.call("auditor", "GET", f"{PATH}?state=draft&limit=2{cursor and '&cursor=' + cursor}").get_json()
        seen += [one["version"] for one in page["items"]]
        cursor = page["next"]

    assert sorted(seen) == sorted(made)
    first = service.call("auditor", "GET", f"{PATH}/changes?limit=3").get_json()
    rest = service.call("auditor", "GET", f"{PATH}/changes?limit=3&cursor={first['next']}").get_json()
    assert len(first["items"]) == len(rest["items"]) == 3
    assert rest["next"] is None
    assert service.call("auditor", "GET", f"{PATH}/publications").get_json()["items"][0]["kind"] == "installed"


@pytest.fixture
def two_persons() -> Installation:
    """A service where publishing takes two, with a second key for operations."""
    service = Installation({"KLIK_SECOND_PERSON": "on"})
    service.tokens["second"] = service.add_key("operations")
    return service


def test_another_persons_key_puts_it_in_force(two_persons: Installation) -> None:
    """Nobody approves their own change; going back waits for nobody."""
    version, tag = a_draft(two_persons)
    asked = publish(two_persons, version, tag, note="please")
    again = publish(two_persons, version, tag, note="please")
    before = decided_by(two_persons)[0]
    place = f"/v1/approvals/{asked.get_json()['id']}"
    own = two_persons.call("operations", "POST", f"{place}/acceptance", json={})
    waiting = two_persons.call("auditor", "GET", "/v1/approvals").get_json()["items"]
    agreed = two_persons.call("second", "POST", f"{place}/acceptance", json={"reason": "rehearsed"})
    now_by = decided_by(two_persons)[0]
    twice = two_persons.call("second", "POST", f"{place}/rejection", json={})
    back = two_persons.call("operations", "POST", f"{PATH}/current/rollback", json={})

    assert (asked.status_code, asked.headers["Location"]) == (202, place)
    assert again.get_json()["id"] == asked.get_json()["id"]
    assert (own.status_code, own.get_json()["code"]) == (409, "own_approval")
    assert [one["content"] for one in waiting] == [now_by]
    assert (agreed.status_code, agreed.get_json()["state"]) == (200, "accepted")
    assert now_by != before
    assert twice.status_code == 409
    assert back.get_json()["version"] == before


def test_an_edit_voids_the_approval(two_persons: Installation) -> None:
    """What was agreed to is that very version."""
    version, tag = a_draft(two_persons)
    place = f"/v1/approvals/{publish(two_persons, version, tag).get_json()['id']}/acceptance"
    edited = a_document("Sneaky")
    two_persons.call("operations", "PUT", f"{PATH}/{version}", json=edited, headers={"If-Match": tag})
    answer = two_persons.call("second", "POST", place, json={})

    assert (answer.status_code, answer.get_json()["code"]) == (409, "approval_void")


def test_ten_thousand_rules_are_refused_in_words(service: Installation) -> None:
    """And deep nesting too: no rule set stops the service."""
    many = a_document(rules=[{"id": f"r{n}"} for n in range(10_000)])
    deep: Any = MANDATE["employees"]
    for _ in range(20):
        deep = {"not": deep}
    nested = a_document(rules=[{**MANDATE, "employees": deep}])
    answers = [service.call("operations", "POST", PATH, json=one) for one in (many, nested)]

    assert [one.status_code for one in answers] == [422, 422]


def test_a_rule_on_a_deleted_skill_is_refused(service: Installation) -> None:
    """It would leave its contacts to nobody; tried as a draft, it does so to them and to no others."""
    service.add_employee(**EMPLOYEE)
    gone = {**MANDATE, "employees": {"field": "employee.skill.telex", "operator": "at_least", "value": 1}}
    version, tag = a_draft(service, rules=[gone])
    checked = service.call("analyst", "POST", f"{PATH}/{version}/checks").get_json()["items"]
    refused = publish(service, version, tag)
    both = {"contacts": [CONTACT, {"id": "y", "channel": "phone", "intent": "order"}], "rule_set": version}
    answer = service.call("router", "POST", "/v1/matches", json=both).get_json()

    assert "refused" in {one["severity"] for one in checked}
    assert (refused.status_code, refused.get_json()["code"]) == (422, "rules_refused")
    told = {one["code"] for one in refused.get_json()["errors"]}
    assert told == {one["code"] for one in checked if one["severity"] == "refused"}
    assert decided_by(service)[0] == DEFAULT_RULE_SET.version
    assert [one["contact_id"] for one in answer["assignments"]] == ["y"]
    assert [one["reason"] for one in answer["unassigned"]] == ["no_eligible_employee"]


def test_a_rehearsal_tells_what_a_draft_would_change(service: Installation) -> None:
    """Before anybody feels it: for whom it would be better or worse, and who would do the work."""
    for number in range(4):
        service.add_employee(f"e{number}", team="AB"[number % 2], mandate=number, **{**EMPLOYEE, "capacity": 1})
    skilled = {**MANDATE, "when": {"field": "contact.intent", "operator": "is", "value": "billing"}}
    version, _ = a_draft(service, rules=[skilled])
    asked = {"scenario": {"contacts": 120, "hours": 2}, "seed": 3}
    begun = service.call("analyst", "POST", f"{PATH}/{version}/rehearsal", json=asked)
    worker = Worker(service.klik, threading.Event())
    worker.work(begun.get_json()["id"])
    job = service.call("analyst", "GET", begun.headers["Location"]).get_json()

    assert begun.status_code == 202
    assert job["state"] == "done", job
    assert job["done"] == job["total"] == 240
    told = job["result"]
    assert (told["contacts"], told["source"]["employees"]) == (120, 4)
    work = {group["name"]: group["changes"][0] for group in told["employee_groups"]}
    assert work["A"]["current"] + work["B"]["current"] == pytest.approx(1.0)
    assert told["moved"] > 0
    assert set(told["sentences"]) == {"en", "nl"}
    assert decided_by(service)[0] == told["current"]


def test_a_rehearsal_needs_something_to_replay(service: Installation) -> None:
    """An empty period would show that nothing changes."""
    version, _ = a_draft(service)
    period = {"from": "2026-01-01T00:00:00Z", "to": "2026-02-01T00:00:00Z"}
    answers = [
        service.call("operations", "POST", f"{PATH}/{version}/rehearsal", json=asked)
        for asked in (period, {}, {"from": period["to"], "to": period["from"]})
    ]

    assert [one.get_json()["code"] for one in answers] == ["nothing_stored", "required", "window_order"]


def test_a_rule_that_excludes_by_language_takes_a_second_person(service: Installation) -> None:
    """Whatever the settings say: some grounds nobody judges alone."""
    service.add_employee(languages=["nl", "en"])
    ground = {**MANDATE, "employees": {"field": "employee.language", "operator": "contains", "value": "en"}}
    version, tag = a_draft(service, rules=[ground])
    checked = service.call("operations", "POST", f"{PATH}/{version}/checks").get_json()["items"]

    asks = "second_person" in {one["severity"] for one in checked}
    assert publish(service, version, tag).status_code == (202 if asks else 200)


def test_the_editor_is_told_what_a_rule_may_look_at(service: Installation) -> None:
    """A list that only the source knows would be guessed at."""
    listed = {one["field"]: one for one in service.call("operations", "GET", f"{PATH}/fields").get_json()["items"]}

    assert listed["contact.intent"]["side"] == "contact"
    assert "at_least" in listed["employee.mandate"]["operators"]
    assert listed["employee.skill.<name>"]["values"] == [1, 2, 3, 4, 5]


def test_who_changed_what_and_why_is_kept(service: Installation) -> None:
    """A year later somebody asks who let complaints go anywhere, and why: the draft is gone, the answer is not."""
    version, tag = a_draft(service)
    changed = a_document(rules=[{**MANDATE, "order": 7}, {**MANDATE, "id": "r2"}], limits={"transfers": 2})
    path = f"{PATH}/{version}?note=after+the+storm"
    tag = service.call("operations", "PUT", path, json=changed, headers={"If-Match": tag}).headers["ETag"]
    publish(service, version, tag, note="agreed on Monday")
    service.call("operations", "POST", f"{PATH}/current/rollback", json={"note": "too strict"})
    spare, tag = a_draft(service, title="Spare")
    service.call("operations", "DELETE", f"{PATH}/{spare}?note=not+needed", headers={"If-Match": tag})
    told = service.call("auditor", "GET", f"{PATH}/changes").get_json()["items"]
    by_what = {one["what"]: one for one in told}

    assert [one["what"] for one in told] == [
        "discarded", "drafted", "rolled back", "published", "changed", "drafted", "installed",
    ]  # fmt: skip
    notes = {what: one["note"] for what, one in by_what.items() if one["note"]}
    assert notes == {
        "changed": "after the storm", "published": "agreed on Monday", "rolled back": "too strict",
        "discarded": "not needed",
    }  # fmt: skip
    assert by_what["changed"]["detail"] | {"from": "", "content": ""} == {
        "from": "", "content": "", "added": ["r2"], "removed": [], "changed": ["r1"], "settings": ["limits"],
    }  # fmt: skip
    assert by_what["published"]["detail"]["added"] == ["r1", "r2"]
    assert by_what["rolled back"]["detail"]["removed"] == ["r1", "r2"]
