"""`klik classifiers`: what HTTP does, typed; and `klik doctor` sees a harmed folder."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from models.store import open_store
from tests.api.past_outcomes import past, put_people
from tests.cli.commands import Klik


@pytest.fixture
def filled(klik: Klik) -> Klik:
    """An installation with a year's people and outcomes."""
    klik.home.mkdir(parents=True)
    store = open_store(f"sqlite:///{klik.home / 'klik.db'}")
    store.migrate()
    now = datetime.now(UTC)
    with store.writing() as records:
        put_people(records, now=now)
        records.outcomes.add_many(past(until=now))
    store.close()
    return klik


def test_a_classifier_is_learnt_shown_promoted_and_rolled_back(filled: Klik) -> None:
    """The whole of its life from the terminal, on a real database and real folders."""
    made = filled.run("classifiers", "train", "--seed", "3", "--json")
    version = made.json["version"]
    shown = filled.run("classifiers", "show", version)
    promoted = filled.run("classifiers", "promote", version)
    listed = filled.run("classifiers", "list", "--json").json
    sound = filled.run("doctor", "--json").json
    _harm(filled.home / "classifiers" / version / "arrays.npz")
    harmed = filled.run("doctor", "--json")
    back = filled.run("classifiers", "rollback")
    again = filled.run("classifiers", "rollback")

    assert made.code == 0, made.err
    assert made.json["state"] == "shadow"
    assert "beats_main_effects" in shown.out
    assert "main effects only" in shown.out
    assert "segment\ts0\t" in shown.out
    assert "segments: whether four fifths are kept cannot be told" in shown.out
    assert "Its outcomes are worth 1,200 even outcomes" in shown.out
    assert promoted.out == f"{version} is in service.\n"
    assert [(one["state"], one["promoted_by"]) for one in listed] == [("current", "command line")]
    assert [one["state"] for one in sound if one["check"] == "Classifier"] == ["ok"]
    assert harmed.code == 1
    assert [one["state"] for one in harmed.json if one["check"] == "Classifier"] == ["fault"]
    assert back.out == "No classifier is in service now.\n"
    assert again.code == 1


def test_too_few_outcomes_say_what_is_missing(klik: Klik) -> None:
    """And the exit code is that of a refusal."""
    ran = klik.run("classifiers", "train")

    assert ran.code == 1
    assert "it takes at least 50" in ran.err


def _harm(file: Path) -> None:
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(bytes(content))


def test_a_classifier_is_judged_from_the_terminal(filled: Klik) -> None:
    """A refusal to judge is an answer in words, with what is missing; and nothing is put in service."""
    version = filled.run("classifiers", "train", "--seed", "3", "--json").json["version"]
    told = filled.run("classifiers", "judge", version)
    as_json = filled.run("classifiers", "judge", version, "--from", "2026-01-01", "--json")

    assert told.code == 0, told.err
    assert f"{version}: no verdict: 0 usable decisions of at least 200" in told.out
    assert as_json.json["left_out"]["no_propensity"] == 0
    assert [one["state"] for one in filled.run("classifiers", "list", "--json").json] == ["shadow"]
