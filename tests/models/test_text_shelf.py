"""The scorer of texts on its shelf: the same after a restart, and nothing else than what was put there."""

import json
from pathlib import Path

import pytest

from matcher.errors import InvalidInput
from matcher.profiles.text import TextScorer
from models.text_shelf import TextShelf
from tests.matcher.profiles.evidence_builders import FRAMEWORK, VALUES
from tests.matcher.profiles.text_builders import TEXTS, trained_scorer


@pytest.fixture(scope="module")
def scorer() -> TextScorer:
    return trained_scorer()


def shelf_in(folder: Path) -> TextShelf:
    return TextShelf(folder / "text", FRAMEWORK.name, VALUES)


def test_a_scorer_says_the_same_after_a_restart(scorer: TextScorer, tmp_path: Path) -> None:
    """It is kept as numbers and words: bit for bit, and no code."""
    digest = shelf_in(tmp_path).put(scorer)
    kept = shelf_in(tmp_path).current()

    assert kept is not None
    assert kept.share_of(TEXTS[0].text, language="nl") == scorer.share_of(TEXTS[0].text, language="nl")
    assert (kept.cap, len(digest)) == (scorer.cap, 64)


def test_a_new_scorer_is_taken_over_by_running_processes(scorer: TextScorer, tmp_path: Path) -> None:
    """Training is a command; the service needs no restart for it."""
    shelf = shelf_in(tmp_path)
    assert shelf.current() is None
    shelf_in(tmp_path).put(scorer)
    first = shelf.current()

    assert first is not None
    assert shelf.current() is first


@pytest.mark.parametrize(
    "spoil",
    [
        lambda document: document["scorer"].update(weight=0.4),
        lambda document: document.update(schema="klik-text/0"),
        lambda document: document.update(framework="other@1"),
        lambda document: document.pop("scorer"),
    ],
)
def test_what_was_changed_on_the_shelf_is_not_used(scorer: TextScorer, tmp_path: Path, spoil: object) -> None:
    """A file that someone made a little more sure of itself must not speak of people."""
    shelf = shelf_in(tmp_path)
    shelf.put(scorer)
    document = json.loads(shelf.path.read_text())
    spoil(document)
    shelf.path.write_text(json.dumps(document))

    assert shelf.current() is None
    with pytest.raises(InvalidInput, match="train it anew"):
        shelf.read()


def test_a_file_that_is_no_document_is_not_used(tmp_path: Path) -> None:
    """Half a file after a full disk, or a pickle."""
    shelf = shelf_in(tmp_path)
    shelf.path.parent.mkdir(parents=True)
    shelf.path.write_bytes(b"\x80\x04\x95")

    assert shelf.current() is None
    assert shelf.cap() is None
