"""`klik demo`: the first thing that a visitor runs, so it must work, end by itself and leave nothing behind."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from api.demo_world.day import read_day
from api.demo_world.words import LANGUAGES, WORDS

KLIK = [sys.executable, "-c", "from api.cli import main; main()"]


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """What the demonstration printed in Dutch, and the folder that it had for temporary files."""
    folder = tmp_path_factory.mktemp("demo")
    environ = {name: text for name, text in os.environ.items() if not name.startswith("KLIK_")}
    environ |= {"TMPDIR": str(folder), "COLUMNS": "200"}
    run = subprocess.run([*KLIK, "demo", "--lang", "nl"], env=environ, capture_output=True, text=True, timeout=300)
    assert run.returncode == 0, run.stdout + run.stderr
    return run.stdout, folder


def test_every_customer_of_the_day_is_either_helped_or_told_why_not(shown: tuple[str, Path]) -> None:
    """The story only convinces if nobody falls out of it."""
    text, _ = shown

    assert [one.name for one in read_day().customers.values() if one.name not in text] == []


def test_the_two_turkish_callers_compete_for_the_one_who_speaks_turkish(shown: tuple[str, Path]) -> None:
    """The bottleneck names contacts, employee and how many are short: worked out by hand from the day's files."""
    text = " ".join(shown[0].split())

    assert "Ayşe Demir, Mehmet Kaya dingen naar Deniz Yıldız: 1 te weinig." in text


def test_a_channel_is_suggested_where_another_one_would_help(shown: tuple[str, Path]) -> None:
    """Nobody staffs the desk that morning, and the one specialist in solar does not take calls."""
    text = " ".join(shown[0].split())

    assert "Mevrouw Smit" in text
    assert "Bied telefoon aan." in text or "Bied chat aan." in text or "Bied e-mail aan." in text


def test_a_second_morning_is_decided_by_what_outcomes_taught(shown: tuple[str, Path]) -> None:
    """The first one rests on a hypothesis and says what is missing; the next one on outcomes, which passed the gate."""
    text = " ".join(shown[0].split())

    assert "besliste een hypothese over waarden" in text
    assert "it takes at least 50" in text
    assert "toegestaan is 0,70 tot 1,40, of wat toeval verklaart" in text
    assert "✗" not in text
    assert "nu beslist door de classificator c2" in text
    assert "Wie een ander krijgt nu uitkomsten meetellen" in text


def test_drawn_outcomes_are_never_passed_off_as_measured(shown: tuple[str, Path]) -> None:
    """A made-up world proves that the machine works, and nothing of customers: every table says so."""
    text = " ".join(shown[0].split())

    assert "het zegt niets over echte klanten" in text
    assert text.count("zijn geloot, niet gemeten") == 2


def test_a_request_to_go_on_with_is_printed_with_a_key(shown: tuple[str, Path]) -> None:
    """The way from watching to trying is one copy and paste."""
    text, _ = shown

    assert "curl -s http://127.0.0.1:" in text
    assert "Authorization: Bearer klik_" in text


def test_nothing_is_left_behind(shown: tuple[str, Path]) -> None:
    """A demonstration that leaves databases about is not run twice."""
    _, folder = shown

    assert list(folder.glob("klik-demo-*")) == []


def test_every_sentence_is_there_in_both_languages() -> None:
    """A missing translation would end the demonstration half-way."""
    assert {word for word, texts in WORDS.items() if set(texts) != set(LANGUAGES)} == set()
    assert [one for one in read_day().contacts if set(one.story) != set(LANGUAGES)] == []
