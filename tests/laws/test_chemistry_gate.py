"""Who said too little is matched by skill, wait and fairness alone (profiling.md section 15.2, T16)."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import product

import numpy as np
import pytest

from matcher.compatibility.prior import BASE_SUCCESS, PriorCompatibility
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import Sums, rebuild, share_table
from matcher.profiles.questionnaire import Answer
from matcher.profiles.survey import Filing, survey_evidence
from models.frameworks import load_framework

NOW = datetime(2026, 1, 1, tzinfo=UTC)
FRAMEWORK = load_framework()
VALUES, FORM = FRAMEWORK.values, FRAMEWORK.forms["customer"]
KEYS = "abcd"
COMPATIBILITY = PriorCompatibility(FRAMEWORK, mode="prior")


def taps(*keys: str) -> Sums:
    """A customer who tapped these options, of as many questions, as best."""
    answers = [Answer(item, best=key) for item, key in zip(FORM.order, keys, strict=False)]
    tapped = survey_evidence(
        FORM,
        VALUES,
        answers,
        wave="w-1",
        filing=Filing(
            subject="c-1", who="customer", framework=FRAMEWORK.name, actor="c-1", now=NOW, new_id=lambda: "ev-1"
        ),
    )
    return rebuild([tapped], VALUES)


def texts(number: int, source: Source = Source.TEXT) -> Sums:
    """A customer of whom much was guessed and who never said a thing."""
    one = Evidence(
        id="t", who="customer", subject_id="c-1", framework=FRAMEWORK.name, facet=VALUES.id, source=source,
        occurred_at=NOW, recorded_at=NOW, share=tuple(np.eye(VALUES.size)[2]), weight=1.0, actor="machine",
    )  # fmt: skip
    return rebuild([replace(one, id=f"t-{place}") for place in range(number)], VALUES)


def is_open(*people: Sums | None) -> list[bool]:
    """Whether each one's gate is open."""
    return COMPATIBILITY.open_gate(share_table(VALUES, people, NOW)).tolist()


def test_two_taps_open_the_gate_whichever_they_are() -> None:
    """A customer who answered two questions was promised to be met by someone who fits: all sixteen ways to do so."""
    assert is_open(*(taps(*keys) for keys in product(KEYS, repeat=2))) == [True] * 16


def test_one_tap_is_too_little() -> None:
    """One answer is worth .6 pseudo-counts: nobody is sorted by it."""
    assert is_open(*(taps(key) for key in KEYS)) == [False] * 4


@pytest.mark.parametrize("source", [Source.TEXT, Source.BEHAVIOUR, Source.OUTCOME])
def test_a_thousand_guesses_do_not_open_it(source: Source) -> None:
    """What is read into people, however often, is no statement of theirs."""
    assert is_open(texts(1000, source), texts(1000)) == [False, False]


@pytest.mark.parametrize("little", [None, texts(1000), taps("a")])
def test_behind_a_closed_gate_chemistry_is_exactly_nothing(little: Sums | None) -> None:
    """On either side, to the last bit, also for a hidden profile (none)."""
    some = share_table(VALUES, [taps(*keys) for keys in product(KEYS, repeat=2)], NOW)
    one = share_table(VALUES, [little], NOW)

    assert (COMPATIBILITY.probability(one, some) == BASE_SUCCESS).all()
    assert (COMPATIBILITY.probability(some, one) == BASE_SUCCESS).all()
    assert (COMPATIBILITY.probability(some, some) != BASE_SUCCESS).any()
