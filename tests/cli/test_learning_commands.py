"""`klik profiles refit`, `calibration` and `train-text`."""

import csv
import json
from pathlib import Path

from matcher.profiles.text_training import LabelledText
from models.store import open_store
from tests.cli.commands import Klik
from tests.matcher.profiles.text_builders import TEXTS
from tests.matcher.use_cases.surveyed import put_surveyed
from tests.matcher.use_cases.told_contacts import OUTAGES, put_contacts

COLUMNS = ("text", "dim", "language", "person", "written_at")


def write_texts(path: Path, texts: list[LabelledText]) -> Path:
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(COLUMNS)
        for one in texts:
            when = one.written_at.isoformat() if one.written_at else ""
            writer.writerow([one.text, one.dim, one.language, one.person, when])
    return path


def test_a_refit_tells_what_was_found_and_calibration_tells_it_again(klik: Klik) -> None:
    """The report of the night is one command away in the morning."""
    assert klik.run("profiles", "calibration").code == 1
    assert klik.run("db", "upgrade").code == 0
    store = open_store(f"sqlite:///{klik.home / 'klik.db'}")
    with store.writing() as records:
        put_surveyed(records, 60)
        put_contacts(records, OUTAGES)
    store.close()

    refit = klik.run("profiles", "refit")
    again = klik.run("profiles", "calibration", "--json")

    assert refit.code == 0
    assert "too few people to say; what was assumed stands" in refit.out
    assert "60 people surveyed" in refit.err
    assert "outage, urgent" in refit.out
    assert {one["intent"]: one["contacts"] for one in again.json["situations"]} == {"outage": 50, "bill": 50}
    assert [one["segment"] for one in again.json["segments"]] == ["retail"]
    assert {one["source"]: one["people"] for one in again.json["sources"]}["self_tag"] == 60


def test_a_scorer_is_trained_measured_and_kept(klik: Klik, tmp_path: Path) -> None:
    """What it is worth is told with intervals, and that nothing is read before it is switched on."""
    texts = write_texts(tmp_path / "texts.csv", TEXTS)

    told = klik.run("profiles", "train-text", texts)

    assert told.code == 0
    for figure in ("macro-F1", "top-1", "validity", "95 % interval"):
        assert figure in told.out
    assert "KLIK_TEXT_PROFILES=on" in told.err
    (kept,) = (klik.home / "text").iterdir()
    document = json.loads(kept.read_text())
    assert document["sha256"] in told.err
    assert 0 < document["scorer"]["cap"] <= 0.5
    assert kept.stat().st_mode & 0o077 == 0


def test_every_bad_line_of_texts_is_named_and_none_is_quoted(klik: Klik, tmp_path: Path) -> None:
    """A fault goes into logs; a customer's sentence must not go with it."""
    file = tmp_path / "texts.csv"
    file.write_text("text,dim,language,person\nheel geheim,blauw,nl,p1\n,blue,nl,p2\nook geheim,blue,dutch,\n")

    refused = klik.run("profiles", "train-text", file)

    assert refused.code == 1
    assert "line 2, column dim" in refused.err
    assert "line 3, column text" in refused.err
    assert "line 4, column language" in refused.err
    assert "line 4, column person" in refused.err
    assert "geheim" not in refused.err + refused.out


def test_a_file_without_its_columns_is_refused(klik: Klik, tmp_path: Path) -> None:
    """The wrong file is found out before an hour of training."""
    file = tmp_path / "texts.csv"
    file.write_text("tekst,dim,language,person\nhallo,blue,nl,p1\n")

    refused = klik.run("profiles", "train-text", file)

    assert refused.code == 1
    assert "the column text is missing" in refused.err


def test_the_doctor_sees_that_texts_are_on_and_nothing_was_trained(klik: Klik) -> None:
    """Whoever switched it on would otherwise wonder for weeks why every text is refused."""
    found = {each["check"]: each for each in klik.run("doctor", "--json", KLIK_TEXT_PROFILES="on").json}

    assert found["Texts"]["state"] == "fault"
    assert "train-text" in found["Texts"]["detail"]
    assert "Texts" not in {each["check"] for each in klik.run("doctor", "--json").json}
