"""Rated statements: hand-computed scores."""

import numpy as np
import pytest

from matcher.profiles.choice_model import LogitPrior
from matcher.profiles.questionnaire import Answer, Form, Item, Mode, Norm
from matcher.profiles.rated_form import rated_scores
from matcher.profiles.survey import Filing, score_form, survey_evidence
from tests.matcher.profiles.evidence_builders import FRAMEWORK, NOW
from tests.matcher.profiles.form_builders import facet

OF = facet([0.5, 0.3, 0.2])
PRIOR = LogitPrior((0.4, 0.0, -0.4), 1.5)


def rated(scoring: str, **changes: object) -> Form:
    """Five statements on a scale of 1 to 5; the second is worded the other way round."""
    asked = [("A1", "k0", False), ("A2", "k0", True), ("B1", "k1", False), ("B2", "k1", False), ("C1", "k2", False)]
    items = {name: Item(name, {"en": name}, dim=dim, is_reversed=turned) for name, dim, turned in asked}
    return Form("rated", (Mode.RATE,), items, tuple(items), rating=(1.0, 5.0), scoring=scoring, **changes)  # type: ignore[arg-type]  # a test's


def ratings(**given: float) -> list[Answer]:
    """Answers by item."""
    return [Answer(name, rating=rating) for name, rating in given.items()]


PERSON = ratings(A1=5, A2=2, B1=3, B2=2, C1=1)  # turned over: 5, 4 | 3, 2 | 1


def test_reversed_statements_are_turned_over() -> None:
    """Agreeing with the opposite is disagreeing: 2 of 5 counts as 4."""
    assert rated_scores(rated("mrat"), OF, [PERSON], PRIOR).raw[0] == pytest.approx([4.5, 2.5, 1.0])


def test_scores_are_centred_on_the_persons_own_mean() -> None:
    """MRAT: mean 3 and sd √2 of 5, 4, 3, 2, 1, so (1.5, −.5, −2)/√2."""
    theta = rated_scores(rated("mrat"), OF, [PERSON], PRIOR).theta[0]

    assert theta == pytest.approx(np.array([1.5, -0.5, -2.0]) / np.sqrt(2))


def test_agreeing_with_everything_leans_to_nothing() -> None:
    """The sd is floored at .3, so the same box all the way down is 0 and not a division by zero."""
    always = ratings(A1=4, A2=2, B1=4, B2=4, C1=4)

    assert rated_scores(rated("mrat"), OF, [always], PRIOR).theta[0] == pytest.approx([0, 0, 0])


def test_scores_by_mean_are_laid_beside_the_norms() -> None:
    """(4.5 − 3.5)/.5 = 2, (2.5 − 3)/1 = −.5, (1 − 2)/.8 = −1.25; variance is what the reliability leaves."""
    norms = {"k0": Norm(3.5, 0.5, 0.9), "k1": Norm(3.0, 1.0, 0.8), "k2": Norm(2.0, 0.8)}
    scores = rated_scores(rated("mean", norms=norms), OF, [PERSON], PRIOR)

    assert scores.theta[0] == pytest.approx([2.0, -0.5, -1.25])
    assert scores.covariance[0] == pytest.approx(np.diag([0.1, 0.2, 0.3]))


def test_a_category_nobody_asked_about_keeps_its_prior() -> None:
    """Someone who stopped half-way has said nothing of the rest."""
    scores = rated_scores(rated("mrat"), OF, [ratings(A1=5, B1=1)], PRIOR)

    assert scores.theta[0] == pytest.approx([1.0, -1.0, -0.4])
    assert np.diagonal(scores.covariance[0]) == pytest.approx([0.3, 0.3, 2.25])
    assert np.isnan(scores.raw[0, 2])


def test_a_rated_form_becomes_evidence_with_the_ratings_kept() -> None:
    """Centred scores make the shares; the raw means are kept beside them."""
    evidence = survey_evidence(
        rated("mrat"),
        OF,
        PERSON,
        wave="w-1",
        filing=Filing(
            subject="e-1", who="employee", framework=FRAMEWORK.name, actor="e-1", now=NOW, new_id=lambda: "ev"
        ),
    )
    scores = score_form(rated("mrat"), OF, [PERSON, []])

    assert evidence.detail["ratings"] == {"k0": 4.5, "k1": 2.5, "k2": 1.0}
    assert "worst" not in evidence.detail
    assert evidence.weight > 0
    assert max(range(3), key=lambda place: evidence.share[place]) == 0
    assert scores.weight[1] == 0.0
