"""A classifier's files: read back as written, and refused when a single byte is another."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from matcher.compatibility import PairClassifier
from matcher.compatibility.card import ARRAYS, CARD, Sealed, open_sealed, seal
from matcher.compatibility.people_table import customer_table, employee_table
from matcher.compatibility.scorer import Scorer
from matcher.errors import InvalidInput
from models.shelf import put_classifier, read_classifier
from tests.matcher.compatibility.pairs import FRAMEWORK, customer, employee, outcomes, people

ASKING, STAFF = people(20, 4, seed=6)


def small() -> Scorer:
    """A scorer of few numbers: two features and four people."""
    asking, staff = [customer("a"), customer("b")], [employee("x"), employee("y")]
    rows = [replace(each, intent=None, handle_s=None) for each in outcomes(asking, staff, 60, seed=1)]
    return PairClassifier(FRAMEWORK).fit(asking, staff, rows).scorer_


@pytest.fixture(scope="module")
def sealed() -> Sealed:
    """The files of a small classifier."""
    return seal(small(), {"seed": 0, "window": None}, framework=FRAMEWORK.name)


def test_what_was_sealed_scores_as_before() -> None:
    """Handle times, effects, features: nothing may be lost on the way to the shelf."""
    scorer = PairClassifier(FRAMEWORK).fit(ASKING, STAFF, outcomes(ASKING, STAFF, 300, seed=2)).scorer_
    opened = open_sealed(seal(scorer, {}, framework=FRAMEWORK.name), framework=FRAMEWORK.name).scorer
    table, staff = customer_table(ASKING, FRAMEWORK), employee_table(STAFF, FRAMEWORK)
    before, after = (
        one.scored(one.contact_half(table, ["move"] * 20, ["chat"] * 20), one.employee_half(staff))
        for one in (scorer, opened)
    )

    np.testing.assert_allclose(after.probability, before.probability, atol=1e-7)
    np.testing.assert_allclose(after.low, before.low, atol=1e-5)
    assert scorer.handle_time is not None
    assert opened.handle_time is not None
    np.testing.assert_array_equal(
        opened.handle_time.seconds(["move"], staff.ids), scorer.handle_time.seconds(["move"], staff.ids)
    )


def test_the_same_classifier_is_the_same_bytes(sealed: Sealed) -> None:
    """Two machines that trained alike can compare one hash."""
    assert seal(small(), {"seed": 0, "window": None}, framework=FRAMEWORK.name) == sealed


def test_each_byte_of_a_small_one_flipped_is_refused(sealed: Sealed) -> None:
    """A shelf is a folder anybody may touch: whatever is not what was written must not decide about people."""
    for name in ("card", "arrays", "sums"):
        whole = getattr(sealed, name)
        for place in range(len(whole)):
            bent = whole[:place] + bytes([whole[place] ^ 0x20]) + whole[place + 1 :]
            with pytest.raises(InvalidInput):
                open_sealed(replace(sealed, **{name: bent}))


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"schema": "klik-classifier/0"}, "schema"),
        ({"libraries": {"numpy": "1.26.4"}}, "numpy"),
        ({"libraries": {}}, "numpy"),
        ({"arrays_sha256": "0" * 64}, "arrays"),
        ({"framework": "other@1.0.0"}, "framework"),
    ],
    ids=["schema", "library", "no library", "arrays of another", "framework"],
)
def test_what_was_written_for_something_else_is_refused(sealed: Sealed, change: dict[str, object], word: str) -> None:
    """Even with the right sums: whoever renews them by hand has still not made it fit."""
    from matcher.compatibility.card import _sums

    card = json.dumps({**json.loads(sealed.card), **change}).encode()

    with pytest.raises(InvalidInput, match=word):
        open_sealed(Sealed(card, sealed.arrays, _sums(card, sealed.arrays)), framework=FRAMEWORK.name)


def test_no_id_stands_in_a_classifiers_files() -> None:
    """Who is erased from the records must not live on, by name, in what was learnt."""
    asking, staff = people(20, 4, seed=6)
    marked = [replace(each, id=f"erase-me-{each.id}") for each in asking]
    files = seal(
        PairClassifier(FRAMEWORK).fit(marked, staff, outcomes(marked, staff, 200, seed=3)).scorer_, {}, framework="f"
    )

    assert b"erase-me" not in files.card
    assert b"erase-me" not in files.arrays


def test_the_card_names_every_feature_with_its_unit(sealed: Sealed) -> None:
    """A card is read by people who were not there."""
    card = json.loads(sealed.card)

    assert card["features"]
    assert all(each["unit"] and len(each["range"]) == 2 for each in card["features"])


def test_a_folder_gives_back_what_was_put_there(sealed: Sealed, tmp_path: Path) -> None:
    """And takes a newer classifier in the place of the former."""
    digest = put_classifier(tmp_path / "c", sealed)
    again = put_classifier(tmp_path / "c", sealed)

    assert read_classifier(tmp_path / "c").digest == digest == again
    assert sorted(each.name for each in tmp_path.iterdir()) == ["c"]


def test_a_folder_of_other_things_is_left_alone(sealed: Sealed, tmp_path: Path) -> None:
    """A mistyped --out must not cost anybody their files."""
    (tmp_path / "letter.txt").write_text("dear")

    with pytest.raises(InvalidInput, match="other things"):
        put_classifier(tmp_path, sealed)
    assert (tmp_path / "letter.txt").read_text() == "dear"


@pytest.mark.parametrize("name", [CARD, ARRAYS])
def test_a_folder_without_one_of_its_files_is_refused_by_name(sealed: Sealed, tmp_path: Path, name: str) -> None:
    """Half a copy is no classifier."""
    put_classifier(tmp_path / "c", sealed)
    (tmp_path / "c" / name).unlink()

    with pytest.raises(InvalidInput, match=name):
        read_classifier(tmp_path / "c")
