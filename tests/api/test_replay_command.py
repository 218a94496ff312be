"""`klik replay` end to end on a made-up log: the report accounts for every row and says what it rests on."""

import csv
import gzip
import json
import xml.etree.ElementTree as ET
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.cli import main
from tests.api.replay_days import call, log_text, made_up_days
from tests.api.trained_folder import lay_classifier


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Three made-up days, packed."""
    path = tmp_path / "calls.csv.gz"
    path.write_bytes(gzip.compress(log_text(made_up_days()).encode()))
    return path


def klik(*arguments: object) -> Result:
    """`klik replay` with these arguments, on a wide screen."""
    return CliRunner(env={"COLUMNS": "200"}).invoke(main, ["replay", *map(str, arguments)])


def document(*arguments: object) -> Any:
    """The JSON report."""
    result = klik(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_every_row_is_accounted_for_once(log: Path) -> None:
    """Whoever counts the file's lines finds the same number in the report."""
    report = document(log, "--policy", "longest_idle")
    served, gave_up = report["accounting"]["served"], report["accounting"]["gave_up"]

    assert report["rows"] == report["accounted_for"] == sum(report["accounting"].values()) == 183
    assert report["accounting"] | {"served": 0, "gave_up": 0} == {
        "served": 0, "served_length_unknown": 0, "gave_up": 0, "gave_up_short": 0, "never_queued": 1,
        "served_unnamed": 1, "phantom": 1, "malformed": 0,
    }  # fmt: skip
    assert report["contacts"] == served + gave_up == 180


def test_every_policy_ends_every_contact_and_reality_stands_beside(log: Path) -> None:
    """Answered, given up and still open sum to the contacts, in each run."""
    report = document(log)

    assert [run["policy"] for run in report["runs"]] == ["reality", "longest_idle", "first_come", "klik"]
    for run in report["runs"]:
        assert run["answered"] + run["abandoned"] + run["still_open"] == 180
        assert sum(one["contacts"] for one in run["employees"]) == run["answered"]
        assert sum(run["by_hour"]["arrived"]) == 180
    assert report["runs"][0]["abandoned"] == report["accounting"]["gave_up"]


@pytest.mark.parametrize("seed", range(4))
def test_a_log_made_by_a_policy_replays_under_that_policy_as_it_happened(tmp_path: Path, seed: int) -> None:
    """Shifts, patience and services read from the log of a perfect floor must give it back, wait by wait."""
    path = tmp_path / "calls.csv"
    path.write_text(log_text(made_up_days(seed=seed)))
    klik(path, "--policy", "longest_idle", "--out", tmp_path)
    with (tmp_path / "who_got_whom.csv").open(encoding="utf-8") as stream:
        rows = [(row["run"], row["contact_id"], row["waited_s"], row["state"]) for row in csv.DictReader(stream)]
    happened, replayed = ([row[1:] for row in rows if row[0] == run] for run in ("reality", "longest_idle"))

    assert len(happened) == 180
    assert replayed == happened


def test_the_same_seed_gives_the_same_report_and_another_seed_another(log: Path) -> None:
    """What cannot be repeated cannot be checked; intervals that never vary were not drawn."""
    log.write_bytes(gzip.compress(log_text(made_up_days(8)).encode()))
    reports = [document(log, "--seed", seed) for seed in (3, 3, 4)]
    for report in reports:
        for run in report["runs"]:
            run.pop("took_s")

    assert reports[0] == reports[1]
    assert reports[0]["runs"] != reports[2]["runs"]


def test_without_drawn_profiles_the_report_says_that_chemistry_weighs_nothing(log: Path) -> None:
    """Nobody may take a replay for proof of matching by values."""
    report = document(log, "--policy", "klik")

    assert report["value_profiles_drawn"] is False
    assert "chemistry weighs nothing" in report["value_profiles_note"]
    assert "mean_compatibility" not in report["runs"][1]["figures"]
    assert "chemistry weighs nothing" in klik(log, "--policy", "longest_idle").output


def test_drawn_profiles_are_called_drawn_on_every_output(log: Path, tmp_path: Path) -> None:
    """A table, a file or a picture passed on alone must still say that the people in it are made up."""
    out = tmp_path / "report"
    result = klik(log, "--policy", "klik", "--draw-profiles", 7, "--out", out, "--picture", "svg")
    report = json.loads((out / "replay.json").read_text())
    words = "".join(ET.parse(out / "replay.svg").getroot().itertext()) + (out / "replay.svg").read_text()

    assert result.exit_code == 0, result.output
    assert "DRAWN AT RANDOM (seed 7)" in result.output
    assert "DRAWN AT RANDOM (seed 7)" in report["value_profiles_note"]
    assert "DRAWN AT RANDOM (seed 7)" in words
    assert (out / "who_got_whom.csv").read_text().count("drawn, seed 7") == 2 * 180
    assert 0 < report["runs"][1]["figures"]["mean_compatibility"]["value"] < 1


def test_the_folder_holds_report_picture_and_who_got_whom(log: Path, tmp_path: Path) -> None:
    """Each contact once a run, with the employee the report counted."""
    result = klik(log, "--policy", "first_come", "--out", tmp_path / "new" / "folder")
    folder = tmp_path / "new" / "folder"
    rows = list(csv.DictReader((folder / "who_got_whom.csv").read_text().splitlines()))
    report = json.loads((folder / "replay.json").read_text())

    assert result.exit_code == 0, result.output
    assert (folder / "replay.png").read_bytes().startswith(b"\x89PNG")
    assert len(rows) == 2 * 180
    assert (
        sum(row["run"] == "first_come" and row["state"] == "completed" for row in rows) == report["runs"][1]["answered"]
    )


def test_the_tables_say_how_it_was_done_and_how_far_to_trust_it(log: Path) -> None:
    """Rows, figures, verdicts, load, method: in one look, without reading the code."""
    said = " ".join(klik(log, "--policy", "longest_idle", "--policy", "first_come").output.split())

    for words in ("of 183 rows in the file", "first come against longest idle", "not distinguishable", "EMMA",
                  "How this was done", "Kaplan–Meier", "How true the replay is", "no gain to expect"):  # fmt: skip
        assert words in said


def test_a_wait_that_counts_as_good_can_be_chosen(log: Path) -> None:
    """Another house answers within ten seconds, or sixty."""
    quick, slow = (document(log, "--policy", "longest_idle", "--answer-within", limit) for limit in (0, 200))
    levels = [report["runs"][0]["figures"]["service_level"]["value"] for report in (quick, slow)]

    assert levels[0] < levels[1] == pytest.approx(1 - quick["accounting"]["gave_up"] / 180)


def test_an_employee_file_adds_to_the_skills_the_log_shows(log: Path, tmp_path: Path) -> None:
    """The file's people are matched by the log's names; strangers in it do no harm."""
    staff = tmp_path / "staff.csv"
    staff.write_text("id,name,skills\nEMMA,Emma,billing=4\nSTRANGER,Someone,\n")
    report = document(log, "--policy", "klik", "--employees", staff)

    assert any("1 of them are in the employee file" in line for line in report["how_this_was_done"])
    assert report["runs"][1]["answered"] > 0


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "The log is empty"),
        ("a,b\n1,2\n", "line 1: missing are vru_line"),
        (log_text([call(1), call(2, ser_start_s=-4)]), "line 3, ser_start_s: -4"),
    ],
    ids=["empty", "wrong columns", "negative time"],
)
def test_a_log_that_cannot_be_used_ends_in_a_sentence_and_exit_code_1(tmp_path: Path, text: str, said: str) -> None:
    """No traceback, no half report."""
    path = tmp_path / "calls.csv"
    path.write_text(text)
    result = klik(path)

    assert result.exit_code == 1
    assert said in result.stderr
    assert result.stdout == ""


def test_missing_files_are_named_and_the_public_log_is_pointed_to(log: Path, tmp_path: Path) -> None:
    """Klik does not bring the bank's log along."""
    missing, staffless = klik(tmp_path / "no.csv"), klik(log, "--employees", tmp_path / "no-staff.csv")

    assert (missing.exit_code, staffless.exit_code) == (1, 1)
    assert "no.csv" in missing.stderr
    assert "SEE Laboratory" in missing.stderr
    assert "no-staff.csv" in staffless.stderr


@pytest.mark.parametrize(("good", "bad"), [("EMMA", "NOOR"), ("NOOR", "EMMA")])
def test_a_classifier_decides_who_gets_the_calls_and_the_report_names_it(tmp_path: Path, good: str, bad: str) -> None:
    """With time between the calls both are free each time: then most go to whom the classifier knows to do well."""
    calls = [call(number, 30_000 + 600 * number, server=("EMMA", "NOOR")[number % 2]) for number in range(40)]
    log, learnt = tmp_path / "calls.csv", tmp_path / "learnt"
    log.write_text(log_text(calls))
    digest = lay_classifier(learnt, good=good, bad=bad, intent="PS")
    report = document(log, "--policy", "klik", "--classifier", learnt)
    busy = {one["id"]: one["contacts"] for one in report["runs"][1]["employees"]}

    assert busy[good] > 2 * busy[bad]
    assert report["classifier"] == {"sha256": digest, "outcomes": 120}
    assert any(" by classifier; " in line for line in report["how_this_was_done"])
    assert any(digest[:12] in line for line in report["how_this_was_done"])


def test_a_classifier_without_the_policy_that_uses_it_is_wrong_usage(log: Path, tmp_path: Path) -> None:
    """Nothing would be judged by it."""
    ran = klik(log, "--policy", "longest_idle", "--classifier", tmp_path)

    assert ran.exit_code == 2
    assert "--policy klik" in ran.stderr


def test_wrong_usage_is_exit_code_2(log: Path) -> None:
    """An unknown policy or a seed that is no number is told before anything runs."""
    assert klik(log, "--policy", "best_guess").exit_code == 2
    assert klik(log, "--draw-profiles", "x").exit_code == 2


def test_a_log_of_one_day_in_which_nobody_asked_for_a_person_still_reports(tmp_path: Path) -> None:
    """Figures that do not exist are shown as such, in tables, JSON and picture alike."""
    path = tmp_path / "calls.csv"
    path.write_text(log_text([call(1, outcome="PHANTOM", server="NO_SERVER")]))
    result = klik(path, "--out", tmp_path / "out")
    report = json.loads((tmp_path / "out" / "replay.json").read_text())

    assert result.exit_code == 0, result.output
    assert report["runs"][3]["figures"]["mean_wait_s"] == {"value": None, "low": None, "high": None}
