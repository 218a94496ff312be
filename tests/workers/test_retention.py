"""What is older than it is kept goes in the night; nothing that a rollback, an erasure or an open job still needs."""

import threading
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from api.workers import Worker
from matcher.contacts.outcome import ContactOutcome
from matcher.errors import Conflict
from matcher.use_cases import forget_old
from matcher.use_cases.learning_ports import LoggedDecision
from matcher.use_cases.ports import ClassifierState, JobState, Store
from matcher.use_cases.promote_classifier import promote_classifier
from matcher.use_cases.roll_back_classifier import roll_back_classifier
from matcher.use_cases.rule_ports import Approval
from matcher.use_cases.start_training import start_training
from tests.contracts.test_port_classifiers import a_classifier
from tests.workers.builders import NOW, klik_on

DAY = timedelta(days=1)
AGES = (10, 200, 400, 800)  # days


def a_night(store: Store, home: Path, at: datetime = NOW, **settings: str) -> dict[str, Any]:
    """What the night's job of that moment told; other jobs stay where they are."""
    nightly = {"KLIK_NIGHTLY_AT": "03:00", "KLIK_TIMEZONE": "Europe/Amsterdam", **settings}
    klik = replace(klik_on(store, home, **nightly), now=lambda: at)
    worker = Worker(klik, threading.Event())
    worker._plan()
    job_id = f"{forget_old.FORGET_OLD}.{at.date()}"
    worker.work(job_id)
    with store.reading() as records:
        job = records.jobs.get(job_id)
    assert job is not None
    assert (job.state, job.error) == (JobState.DONE, None)
    return dict(job.result)


@pytest.fixture
def aged(store: Store) -> Store:
    """A store with an outcome and a decision of each age."""
    with store.writing() as records:
        records.outcomes.add_many([
            ContactOutcome(event_id=f"o{age}", contact_id=f"k{age}", occurred_at=NOW - age * DAY, recorded_at=NOW)
            for age in AGES
        ])  # fmt: skip
        records.decisions.add_many([
            LoggedDecision(id=f"d{age}", contact_id=f"k{age}", at=NOW - age * DAY, basis="rules", strategy="s",
                           channel="phone")
            for age in AGES
        ])  # fmt: skip
    return store


def left_in(store: Store) -> tuple[set[str], set[str]]:
    """The outcomes and the decisions that are still there."""
    with store.reading() as records:
        outcomes = records.outcomes.window(None, None, limit=99)
        decisions = records.decisions.window(None, None, limit=99)
    return {one.event_id for one in outcomes}, {one.id for one in decisions}


def test_what_is_older_than_it_is_kept_goes(aged: Store, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two years unless somebody says otherwise, and a line in the log tells what went."""
    told = a_night(aged, tmp_path)

    assert left_in(aged) == ({"o10", "o200", "o400"}, {"d10", "d200", "d400"})
    assert (told["outcomes"], told["decisions"], told["held_by"]) == (1, 1, [])
    assert told["outcomes_before"] == (NOW - 730 * DAY).isoformat()
    assert "old_forgotten" in capsys.readouterr().out


def test_each_has_its_own_limit_and_off_means_for_ever(aged: Store, tmp_path: Path) -> None:
    """Outcomes teach longer than decisions are asked about."""
    told = a_night(aged, tmp_path, KLIK_KEEP_OUTCOMES_DAYS="off", KLIK_KEEP_DECISIONS_DAYS="183")

    assert left_in(aged) == ({"o10", "o200", "o400", "o800"}, {"d10"})
    assert (told["outcomes_before"], told["decisions"]) == (None, 3)


def test_many_rows_go_in_small_batches(aged: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever wants to write meanwhile waits for one batch at most; all go in the end."""
    monkeypatch.setattr(forget_old, "BATCH", 1)
    told = a_night(aged, tmp_path, KLIK_KEEP_OUTCOMES_DAYS="183", KLIK_KEEP_DECISIONS_DAYS="183")

    assert (told["outcomes"], told["decisions"]) == (3, 3)
    assert left_in(aged) == ({"o10"}, {"d10"})


def test_what_an_open_job_was_asked_to_read_stays_until_it_ended(aged: Store, tmp_path: Path) -> None:
    """It was asked for on those outcomes, and would quietly learn from fewer."""
    with aged.writing() as records:
        asked = {"since": NOW - 1000 * DAY, "until": NOW - 500 * DAY}
        job = start_training(records, **asked, actor="key-1", now=NOW, new_id=lambda: "j-1")
    told = a_night(aged, tmp_path)
    before = left_in(aged)
    with aged.writing() as records:
        records.jobs.cancel(job.id, now=NOW)
    a_night(aged, tmp_path, NOW + DAY)

    assert (told["held_by"], "o800" in before[0], "d800" in before[1]) == (["j-1"], True, True)
    assert left_in(aged) == ({"o10", "o200", "o400"}, {"d10", "d200", "d400"})


def test_outcomes_that_a_classifier_in_service_learnt_from_stay(aged: Store, tmp_path: Path) -> None:
    """When one of these people is erased, the classifier has to be found that asks for retraining."""
    serving = a_classifier("c-1", state=ClassifierState.CURRENT, promoted_by="key-1", promoted_at=NOW,
                           first_outcome_at=NOW - 900 * DAY, last_outcome_at=NOW - 300 * DAY)  # fmt: skip
    with aged.writing() as records:
        records.classifiers.add(serving)
    told = a_night(aged, tmp_path)

    assert told["held_by"] == ["c-1"]
    assert left_in(aged)[0] == {"o10", "o200", "o400", "o800"}


def test_files_of_old_classifiers_go_and_rollback_works_on(store: Store, tmp_path: Path) -> None:
    """Cards stay for whoever asks what decided then; what still may serve keeps its files."""
    shelf = tmp_path / "classifiers"
    with store.writing() as records:
        for number in range(5):
            changes = {"promoted_by": "key-1", "promoted_at": NOW - (9 - number) * DAY, "made_at": NOW - 20 * DAY}
            state = ClassifierState.CURRENT if number == 4 else ClassifierState.RETIRED
            records.classifiers.add(a_classifier(f"r-{number}", state=state, **changes))
        for number in range(4):
            records.classifiers.add(a_classifier(f"n-{number}", made_at=NOW - (9 - number) * DAY))
        asked = Approval("a-1", "promotion", "n-0", "n-0", "r-4", "key-1", "ann", NOW, NOW + 9 * DAY)
        records.approvals.add(asked)
    for version in (*(f"r-{number}" for number in range(5)), *(f"n-{number}" for number in range(4))):
        (shelf / version).mkdir(parents=True)
    told = a_night(store, tmp_path, KLIK_KEEP_CLASSIFIERS="2")

    assert set(told["classifiers"]) == {"r-0", "r-1", "n-1"}  # n-0 waits for a second person
    assert {each.name for each in shelf.iterdir()} == {"r-2", "r-3", "r-4", "n-0", "n-2", "n-3"}
    with store.writing() as records:
        back = [roll_back_classifier(records, actor="key-1", now=NOW) for _ in range(3)]
        card = records.classifiers.get("r-0")
        with pytest.raises(Conflict, match="learn anew"):
            promote_classifier(records, "n-1", actor="key-1", now=NOW)
    assert [one and one.version for one in back] == ["r-3", "r-2", None]
    assert card is not None
    assert (card.card, card.removed_at) == (a_classifier().card, NOW)
    assert a_night(store, tmp_path, NOW + DAY, KLIK_KEEP_CLASSIFIERS="9")["classifiers"] == []
