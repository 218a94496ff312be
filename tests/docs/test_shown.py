"""The comparison of shown answers with real ones finds what differs and nothing else."""

import json

import pytest

from tests.docs.shown import differences

REAL = {
    "id": "k-81",
    "share": {"blue": 0.3149, "red": 0.1},
    "top": ["blue", "red"],
    "n": 8,
    "text": "Zeg [iets].",
    "on": True,
}


@pytest.mark.parametrize(
    "shown",
    [
        REAL,
        {},
        {"share": {"blue": 0.31}},
        {"share": {"blue": 0.315}, "…": "…"},
        {"top": ["blue", "…"]},
        {"top": ["…"]},
        {"top": ["blue", "red", "…"]},
        {"id": "…", "text": "Zeg […"},
    ],
)
def test_a_shortened_answer_is_recognised(shown: object) -> None:
    """A page shows what matters; a reader with the whole answer must find it there."""
    assert differences(json.dumps(shown), json.dumps(REAL)) == []


@pytest.mark.parametrize(
    "shown",
    [
        {"share": {"blue": 0.32}},
        {"share": {"green": 0.1}},
        {"top": ["blue"]},
        {"top": ["red", "…"]},
        {"top": ["blue", "red", "green", "…"]},
        {"n": 7},
        {"n": True},
        {"on": 1},
        {"id": "m…"},
        {"text": "Zeg i…"},
        [],
    ],
)
def test_an_answer_that_differs_is_found(shown: object) -> None:
    """A comparison that passes everything would let pages go stale."""
    assert differences(json.dumps(shown), json.dumps(REAL)) != []
