"""`klik rules` from a draft to going back, on files and on the installation."""

import csv
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from matcher.rules import DEFAULT_RULE_SET
from matcher.use_cases.learning_ports import Asked, LoggedDecision
from models.store import open_store
from tests.cli.commands import Klik

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def draft(tmp_path: Path) -> Path:
    """A rule set in which complaints need a mandate."""
    return write_draft(tmp_path / "winter.json", least=1)


def write_draft(path: Path, *, least: int) -> Path:
    """A draft that asks for such a mandate."""
    rule: dict[str, Any] = {
        "id": "r1",
        "title": "Complaints need a mandate",
        "when": {"field": "contact.intent", "operator": "is", "value": "complaint"},
        "employees": {"field": "employee.mandate", "operator": "at_least", "value": least},
        "effect": {"require": True},
        "relax_after_s": 60,
        "reason": {"en": "So it is.", "nl": "Zo is het."},
    }
    document = {"schema": "rule-set/1", "title": "Winter", "strategy": {"preset": "customer_intimacy"}, "rules": [rule]}
    path.write_text(json.dumps(document))
    return path


@pytest.fixture
def week(tmp_path: Path) -> Path:
    """A folder with 60 contacts and two employees."""
    with (tmp_path / "employees.csv").open("w", newline="") as stream:
        rows = [["id", "team", "mandate", "channels"], ["e1", "north", 1, "phone=1"], ["e2", "south", 0, "phone=1"]]
        csv.writer(stream).writerows(rows)
    with (tmp_path / "contacts.csv").open("w", newline="") as stream:
        sheet = csv.writer(stream)
        sheet.writerow(["id", "channel", "intent", "arrived_at", "service_s"])
        for n in range(60):
            intent = "complaint" if n % 3 else "billing"
            sheet.writerow([f"c{n}", "phone", intent, f"2026-03-0{2 + n // 12}T09:{n % 12 * 4:02}:00Z", 300])
    return tmp_path


def test_a_version_comes_into_force_and_goes_again(klik: Klik, draft: Path) -> None:
    """Every step says what it did, for machines too, and the history tells all of it."""
    made = klik.run("rules", "publish", draft, "--note", "why not", "--json")
    shown = klik.run("rules", "show", "--json").json
    again = klik.run("rules", "publish", draft)
    back = klik.run("rules", "rollback", "--note", "because", "--json")
    none_left = klik.run("rules", "rollback")
    told = klik.run("rules", "history", "--json").json

    assert made.json["version"].startswith("winter@")
    assert (shown["version"], shown["document"]["title"]) == (made.json["version"], "Winter")
    assert (again.code, "in force already" in again.err) == (1, True)
    assert (back.json["version"], back.json["kind"]) == (DEFAULT_RULE_SET.version, "rollback")
    assert (none_left.code, "nothing to go back to" in none_left.err) == (1, True)
    assert told["current"] == DEFAULT_RULE_SET.version
    assert [(one["what"], one["note"]) for one in told["changes"]][:2] == [
        ("rolled back", "because"),
        ("published", "why not"),
    ]
    (of_one,) = klik.run("rules", "history", "--version", made.json["version"], "--json").json["changes"]
    assert (of_one["what"], of_one["detail"]["removed"]) == ("published", [])
    assert of_one["detail"]["added"] == [one["id"] for one in shown["document"]["rules"]]


def test_a_former_version_is_published_by_its_name(klik: Klik, draft: Path) -> None:
    """And a name that means nothing is refused."""
    name = klik.run("rules", "publish", draft, "--json").json["version"]
    klik.run("rules", "rollback")

    assert klik.run("rules", "publish", name, "--json").json["version"] == name
    assert klik.run("rules", "publish", "winter@000").code == 1


def test_what_nobody_meets_is_not_published(klik: Klik, week: Path) -> None:
    """The check says so with exit code 1, and publication holds it against the staff that is stored."""
    strict = write_draft(week / "strict.json", least=3)
    klik.run("import", "employees", week / "employees.csv")
    on_file = klik.run("rules", "check", strict, "--employees", week / "employees.csv", "--lang", "nl")
    stored = klik.run("rules", "check", strict, "--stored", "--json")
    refused = klik.run("rules", "publish", strict)

    assert on_file.code == stored.code == refused.code == 1
    assert "requirement_nobody_meets" in on_file.out
    assert "refused" in {one["severity"] for one in stored.json["findings"]}
    assert klik.run("rules", "show", "--json").json["version"] == DEFAULT_RULE_SET.version
    assert klik.run("rules", "check", strict).code == 0


def test_a_second_person_is_asked_for(klik: Klik, draft: Path) -> None:
    """On the command line one may go on alone, but only with a reason, which is kept."""
    on = {"KLIK_SECOND_PERSON": "on"}
    asked = klik.run("rules", "publish", draft, "--json", **on)
    silent = klik.run("rules", "publish", draft, "--alone", **on)
    alone = klik.run("rules", "publish", draft, "--alone", "--note", "Ann is ill", "--json", **on)

    assert asked.json["content"].startswith("winter@")
    assert silent.code == 2
    assert alone.json["note"] == "Without a second person: Ann is ill"


def test_a_rehearsal_says_what_would_change(klik: Klik, week: Path, draft: Path) -> None:
    """In sentences, as a document, as rows and as a picture; and twice the same."""
    files = ("--contacts", week / "contacts.csv", "--employees", week / "employees.csv")
    once = klik.run("rules", "rehearse", draft, *files, "--out", week / "out", "--json")
    twice = klik.run("rules", "rehearse", draft, *files, "--json")
    spoken = klik.run("rules", "rehearse", draft, *files, "--lang", "nl")

    assert once.json == twice.json == json.loads((week / "out" / "rehearsal.json").read_text())
    assert once.json["contacts"] == 60
    assert {group["name"] for group in once.json["employee_groups"]} == {"north", "south"}
    assert "Van 60 contacten" in spoken.out
    assert "changes nothing" not in once.json["sentences"]["en"][0]
    assert (week / "out" / "rehearsal.png").read_bytes().startswith(PNG)
    with (week / "out" / "moved.csv").open() as stream:
        assert len(list(csv.DictReader(stream))) == once.json["moved"]


def test_a_rehearsal_needs_contacts_that_say_when_they_came(klik: Klik, files: Path, draft: Path) -> None:
    """Without a moment there is no queue to replay."""
    told = klik.run(
        "rules", "rehearse", draft, "--contacts", files / "contacts.csv", "--employees", files / "employees.csv"
    )

    assert told.code == 1
    assert "arrived_at" in told.err
    assert klik.run("rules", "rehearse", draft).code == 2


def test_a_rehearsal_runs_on_the_contacts_that_were_logged(klik: Klik, week: Path, draft: Path) -> None:
    """No file of contacts has to be made where matches were logged; what an earlier version kept is told."""
    klik.run("import", "employees", week / "employees.csv")
    store = open_store(f"sqlite:///{klik.home / 'klik.db'}")
    with store.writing() as records:
        records.decisions.add_many([logged(number) for number in range(600)])
    store.close()
    period = ("--from", "2026-03-02", "--to", "2026-03-08")
    told = klik.run("rules", "rehearse", draft, *period, "--json")
    spoken = klik.run("rules", "rehearse", draft, *period, "--sample", "50")
    nothing = klik.run("rules", "rehearse", draft, "--from", "2026-04-01", "--to", "2026-04-02")
    both = klik.run("rules", "rehearse", draft, *period, "--contacts", week / "contacts.csv")
    files = klik.run("rules", "rehearse", draft, *period, "--employees", week / "employees.csv")

    assert (told.json["source"]["name"], told.json["contacts"]) == ("stored", 590)
    assert told.json["source"]["left_out"] == {"not_told_what_was_asked": 10}
    assert told.json["source"]["usual_service_s"] == 240.0
    assert "Left out, not told what was asked: 10 contacts." in spoken.err
    assert (nothing.code, "another" in nothing.err) == (1, True)
    assert (both.code, files.code) == (2, 2)


def logged(number: int) -> LoggedDecision:
    """A decision of that week; the first ten are as versions before kept them."""
    at = datetime(2026, 3, 2, 8, tzinfo=UTC) + timedelta(days=number % 5, minutes=4 * (number // 5))
    asked = Asked(skills={}, mandate=0, waiting_s=5.0) if number >= 10 else None
    intent = "complaint" if number % 3 == 0 else "billing"
    return LoggedDecision(id=f"d{number}", contact_id=f"k{number}", at=at, basis="rules", strategy="customer_intimacy",
                          channel="phone", intent=intent, asked=asked)  # fmt: skip


def test_a_workflow_becomes_a_draft(klik: Klik, tmp_path: Path) -> None:
    """Ready to be checked, with all that was lost told."""
    workflow = {"task_routing": {"filters": [
        {"expression": "intent == 'billing'", "targets": [{"queue": "WQ1", "skip_if": "1==1"}]}]}}  # fmt: skip
    (tmp_path / "flow.json").write_text(json.dumps(workflow))
    (tmp_path / "queues.json").write_text(json.dumps([{"sid": "WQ1", "target_workers": "skills HAS 'billing'"}]))
    out = tmp_path / "draft.json"
    made = klik.run(
        "rules", "import-twilio", tmp_path / "flow.json", "--queues", tmp_path / "queues.json", "--out", out
    )

    assert made.code == 0
    assert "/task_routing/filters/0/targets/0/skip_if" in made.out
    assert klik.run("rules", "check", out, "--json").json["rules"] == ["f1"]


def test_an_expression_that_cannot_be_read_stops_the_import(klik: Klik, tmp_path: Path) -> None:
    """Nothing is written, and the file, the place and the character are told."""
    (tmp_path / "flow.json").write_text('{"task_routing": {"filters": [{"expression": "a = = 1"}]}}')
    told = klik.run("rules", "import-twilio", tmp_path / "flow.json", "--out", tmp_path / "draft.json")

    assert told.code == 1
    assert "/task_routing/filters/0/expression" in told.err
    assert not (tmp_path / "draft.json").exists()


def test_the_doctor_tells_which_rule_set_counts(klik: Klik, draft: Path) -> None:
    """A file that was changed after the first publication has no effect: whoever wonders why finds it here."""
    klik.run("rules", "publish", draft)
    other = write_draft(draft.with_name("other.json"), least=2)
    told = klik.run("doctor", "--json", KLIK_RULE_SET=str(other), KLIK_SECOND_PERSON="on").json
    found = {each["check"]: each for each in told}

    assert found["Rule set"]["state"] == "warning"
    assert "counts no more" in found["Rule set"]["detail"]
    assert "Publishing rules" not in found
