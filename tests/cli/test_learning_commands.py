"""`klik train`, `klik score` and `klik evaluate`: from files to files, without any database."""

import csv
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from api.files.outcomes import told_once
from matcher.compatibility.outcomes import Outcome
from tests.cli.commands import Klik

CUSTOMERS = 40
EMPLOYEES = 6
PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def pairs(tmp_path: Path) -> Path:
    """A folder with customers, employees and 300 outcomes; the later employees are better."""
    rng = random.Random(5)
    shared = ["value:red", "value:blue", "trait:hobby"]
    _write(
        tmp_path / "customers.csv", ["id", "language", "segment", *shared],
        [[f"c{n}", "nl", f"s{n % 2}", *_person(rng, n)] for n in range(CUSTOMERS)],
    )  # fmt: skip
    _write(
        tmp_path / "employees.csv", ["id", "team", "languages", *shared],
        [[f"e{n}", f"t{n % 2}", "nl|en", *_person(rng, n)] for n in range(EMPLOYEES)],
    )  # fmt: skip
    _write(tmp_path / "outcomes.csv", ["customer_id", "employee_id", "at", "success"], _outcomes(rng, 300))
    return tmp_path


def _person(rng: random.Random, number: int) -> list[object]:
    red = round(rng.random(), 2)
    return [red, round(1 - red, 2), ("art", "sport")[number % 2]]


def _outcomes(rng: random.Random, count: int) -> list[list[object]]:
    rows: list[list[object]] = []
    for n in range(count):
        by = rng.randrange(EMPLOYEES)
        success = int(rng.random() < 0.3 + 0.1 * by)
        rows.append([f"c{rng.randrange(CUSTOMERS)}", f"e{by}", f"2026-03-{1 + n // 24:02}T{n % 24:02}:00:00Z", success])
    return rows


def _write(path: Path, columns: list[str], rows: list[list[object]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.writer(stream)
        writer.writerow(columns)
        writer.writerows(rows)


def given(folder: Path) -> list[object]:
    return [part for name in ("customers", "employees", "outcomes") for part in (f"--{name}", folder / f"{name}.csv")]


def trained(klik: Klik, folder: Path) -> Path:
    out = folder / "classifier"
    assert klik.run("train", *given(folder), "--out", out).code == 0
    return out


def test_train_lays_down_a_classifier_with_its_card(klik: Klik, pairs: Path) -> None:
    """The card says from what, how well, with which seed, and what it is not for."""
    ran = klik.run("train", *given(pairs), "--out", pairs / "classifier", "--seed", 3, "--json")
    card = json.loads((pairs / "classifier" / "card.json").read_text())

    assert ran.code == 0
    assert sorted(each.name for each in (pairs / "classifier").iterdir()) == ["SHA256SUMS", "arrays.npz", "card.json"]
    assert (card["seed"], card["outcomes"], card["promoted_by"]) == (3, 300, None)
    assert card["window"] == ["2026-03-01T00:00:00+00:00", "2026-03-13T11:00:00+00:00"]
    assert set(card["evaluation"]["measures"]) == {"constant", "main effects only", "learned"}
    assert any("hiring" in limit for limit in card["limits"])
    assert ran.json["sha256"]


def test_the_sums_are_those_that_sha256sum_checks(klik: Klik, pairs: Path) -> None:
    """Anybody can check a shelf without us."""
    out = trained(klik, pairs)

    ran = subprocess.run(["sha256sum", "-c", "SHA256SUMS"], cwd=out, capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stderr


def test_the_same_files_and_seed_give_the_same_classifier(klik: Klik, pairs: Path) -> None:
    """One hash says that two trainings agree."""
    first, again = (klik.run("train", *given(pairs), "--out", pairs / name, "--json").json for name in "ab")

    assert first["sha256"] == again["sha256"]


def test_score_writes_every_pair_with_its_interval(klik: Klik, pairs: Path) -> None:
    """Customers × employees, each probability inside its interval."""
    out, scores = trained(klik, pairs), pairs / "scores.csv"
    ran = klik.run("score", "--classifier", out, *given(pairs)[:4], "--out", scores)
    rows = list(csv.DictReader(scores.read_text().splitlines()))

    assert ran.code == 0
    assert list(rows[0]) == ["customer_id", "employee_id", "probability", "low", "high"]
    assert {(row["customer_id"], row["employee_id"]) for row in rows} == {
        (f"c{a}", f"e{b}") for a in range(CUSTOMERS) for b in range(EMPLOYEES)
    }
    assert all(0 < float(row["low"]) < float(row["probability"]) < float(row["high"]) < 1 for row in rows)


def test_a_classifier_that_was_touched_is_refused_by_its_folder(klik: Klik, pairs: Path) -> None:
    """And nothing is written."""
    out = trained(klik, pairs)
    card = (out / "card.json").read_text()
    (out / "card.json").write_text(card.replace('"seed": 0', '"seed": 1'))
    ran = klik.run("score", "--classifier", out, *given(pairs)[:4], "--out", pairs / "scores.csv")

    assert ran.code == 1
    assert "SHA-256" in ran.err
    assert str(out) in ran.err
    assert not (pairs / "scores.csv").exists()


def test_evaluate_compares_with_everything_simpler_and_says_it_in_words(klik: Klik, pairs: Path) -> None:
    """The tables, the verdicts, the placebos, and the pictures."""
    ran = klik.run("evaluate", *given(pairs), "--placebos", 1, "--plots", pairs / "plots")

    assert ran.code == 0
    for word in ("constant", "main effects only", "same system", "prior", "without values", "learned", "within_auc"):
        assert word in ran.out
    assert "What was learnt is" in ran.out
    assert "placebo, profiles permuted" in ran.out
    assert "segment\ts0\t" in ran.out
    for name in ("reliability", "uplift", "segments"):
        assert (pairs / "plots" / f"{name}.png").read_bytes().startswith(PNG)


def test_evaluate_answers_machines_in_json(klik: Klik, pairs: Path) -> None:
    """Each figure with its interval; what cannot be told is null, never NaN."""
    ran = klik.run("evaluate", *given(pairs), "--placebos", 0, "--json")

    assert set(ran.json["measures"]["learned"]["auc"]) == {"value", "low", "high"}
    assert ran.json["measures"]["constant"]["slope"]["value"] is None
    assert ran.json["gains"]["prior"]["low"] <= ran.json["gains"]["prior"]["high"]
    assert [(one["side"], one["name"]) for one in ran.json["segments"]] == [
        ("segment", "s0"), ("segment", "s1"), ("team", "t0"), ("team", "t1"),
    ]  # fmt: skip
    assert {name for one in ran.json["segments"] for name in one["figures"]} <= {
        "auc", "log_loss", "slope", "said", "came", "ratio", "difference",
    }  # fmt: skip


def test_a_classifier_trained_on_the_same_outcomes_is_not_judged_by_them(klik: Klik, pairs: Path) -> None:
    """It would be flattered; later outcomes are asked for."""
    ran = klik.run("evaluate", "--classifier", trained(klik, pairs), *given(pairs), "--placebos", 0)

    assert ran.code == 0
    assert "current classifier" not in ran.out
    assert "only later ones" in ran.err


@pytest.mark.parametrize(
    ("line", "place"),
    [
        ("nobody,e1,2026-03-01T00:00:00Z,1", "line 2, column customer_id"),
        ("c1,nobody,2026-03-01T00:00:00Z,1", "line 2, column employee_id"),
        ("c1,e1,yesterday,1", "line 2, column at"),
        ("c1,e1,2026-03-01T00:00:00Z,1.5", "line 2, column success"),
        ("c1,e1,2026-03-01T00:00:00Z,", "line 2, column success"),
        ("c1,e1,2026-03-01T00:00:00Z", "line 2"),
    ],
)
def test_faults_of_outcomes_are_told_with_line_and_column(klik: Klik, pairs: Path, line: str, place: str) -> None:
    """A hundred thousand lines are mended only where the place is known."""
    (pairs / "outcomes.csv").write_text(f"customer_id,employee_id,at,success\n{line}\n")
    ran = klik.run("train", *given(pairs), "--out", pairs / "classifier")

    assert ran.code == 1
    assert f"{pairs / 'outcomes.csv'}: {place}" in ran.err
    assert not (pairs / "classifier").exists()


def test_an_outcome_told_twice_counts_once(klik: Klik, pairs: Path) -> None:
    """A file put together from two exports that overlap; without a time the same people may well have met twice."""
    header, *lines = (pairs / "outcomes.csv").read_text().splitlines()
    (pairs / "outcomes.csv").write_text("\n".join([header, *lines, *lines[:40]]))
    ran = klik.run("train", *given(pairs), "--out", pairs / "classifier")

    assert ran.code == 0
    assert "an earlier one says: 40; an outcome counts once" in ran.err
    assert json.loads((pairs / "classifier" / "card.json").read_text())["outcomes"] == len(lines)
    assert len(list(told_once([Outcome("c1", "e1", None, 1.0)] * 2))) == 2


@pytest.mark.parametrize(
    ("rows", "word"),
    [
        ([["c1", "e1", 1], ["c2", "e2", 0]] * 10, "20 outcomes are too few"),
        ([["c1", "e1", 1], ["c2", "e1", 0]] * 40, "two employees or more"),
        ([["c1", "e1", 1], ["c2", "e2", 1]] * 40, "so far all are good"),
    ],
)
@pytest.mark.parametrize("command", ["train", "evaluate"])
def test_what_cannot_be_learnt_from_says_what_is_missing(
    klik: Klik, pairs: Path, rows: list[list[object]], word: str, command: str
) -> None:
    """Nothing is written, and the prior is named as what to use until then."""
    _write(pairs / "outcomes.csv", ["customer_id", "employee_id", "success"], rows)
    out = ["--out", pairs / "classifier"] if command == "train" else []
    ran = klik.run(command, *given(pairs), *out)

    assert ran.code == 1
    assert word in ran.err
    assert ran.err.count("until then use the prior") == 1
    assert not (pairs / "classifier").exists()


def test_help_is_shown_without_loading_what_trains() -> None:
    """scikit-learn takes seconds; nobody who asks for help should wait for it."""
    source = (
        "import sys\nfrom api.cli import main\n"
        "for words in (['--help'], ['train', '--help'], ['evaluate', '--help']):\n"
        "    try:\n        main(words)\n    except SystemExit:\n        pass\n"
        "import api.app\n"
        "sys.exit(bool({'sklearn', 'matplotlib.figure'} & set(sys.modules)))"
    )
    ran = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=False)

    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_boosting_is_compared_where_asked_and_told_in_words(klik: Klik, pairs: Path) -> None:
    """Offline only, and with what it would cost."""
    ran = klik.run("evaluate", *given(pairs), "--placebos", 0, "--compare-boosting", "--json")
    boosting = ran.json["boosting"]

    assert ran.code == 0
    assert set(boosting["gain"]) == {"value", "low", "high"}
    assert boosting["pair_s"] > boosting["bilinear_pair_s"] > 0
    assert boosting["verdict"].startswith("boosting is")
