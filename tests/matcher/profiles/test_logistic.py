"""Multinomial regression, checked against a second library; and the calibration of its logits."""

import numpy as np
import pytest
from scipy.sparse import csr_array, csr_matrix
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score

from matcher.profiles.logistic import balanced_weights, fit_multinomial, fit_sharpness, log_softmax
from matcher.profiles.text_features import Vocabulary, learn_vocabulary, terms_of
from matcher.profiles.text_measurement import macro_f1
from tests.matcher.profiles.text_builders import OWN


def rows(number: int = 300, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Features of which a few tell the class, classes unevenly frequent."""
    rng = np.random.default_rng(seed)
    features = rng.normal(size=(number, 12)) * (rng.random((number, 12)) < 0.4)
    logits = features @ rng.normal(size=(12, 4)) + np.array([1.0, 0.5, 0.0, -0.5])
    return features, (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)


@pytest.mark.parametrize("spread", [0.5, 2.0])
def test_a_second_library_finds_the_same_regression(spread: float) -> None:
    """scikit-learn, with C = spread² and balanced classes, must give the same probabilities."""
    features, labels = rows()
    ours = fit_multinomial(csr_array(features), labels, classes=4, spread=spread)
    theirs = LogisticRegression(C=spread**2, class_weight="balanced", tol=1e-8, max_iter=5000).fit(features, labels)
    probabilities = np.exp(log_softmax(features @ ours.slopes.T + ours.intercepts))

    assert probabilities == pytest.approx(theirs.predict_proba(features), abs=2e-4)


def test_a_second_library_weighs_the_words_alike() -> None:
    """Rarity and scaling are those of the textbook, not nearly those."""
    texts = [sentence.text for sentence in OWN[:60]]
    ours = learn_vocabulary(texts, [None] * len(texts))
    theirs = TfidfVectorizer(analyzer=lambda text: list(terms_of(text).elements()), vocabulary=ours.places,
                             sublinear_tf=True)  # fmt: skip
    expected: csr_matrix = theirs.fit_transform(texts)

    assert ours.table(texts).toarray() == pytest.approx(expected.toarray(), abs=1e-12)


def test_a_second_library_counts_macro_f1_alike() -> None:
    """The figure that is published must be the one others mean by that name."""
    rng = np.random.default_rng(2)
    true, named = rng.integers(0, 5, 80), rng.integers(0, 4, 80)
    confusion = np.zeros((7, 7))  # two categories occur nowhere
    np.add.at(confusion, (true, named), 1.0)

    assert macro_f1(confusion) == pytest.approx(f1_score(true, named, average="macro"))


def test_the_fit_has_no_chance_in_it() -> None:
    """Two nights with the same texts must give the same scorer."""
    features, labels = rows(80)
    one, other = (fit_multinomial(csr_array(features), labels, classes=4) for _ in range(2))

    assert (one.slopes == other.slopes).all()


def test_renaming_the_classes_renames_the_regression() -> None:
    """The order of the value systems in a file may not matter."""
    features, labels = rows()
    order = np.array([2, 0, 3, 1])
    straight = fit_multinomial(csr_array(features), labels, classes=4)
    turned = fit_multinomial(csr_array(features), order[labels], classes=4)

    assert turned.slopes[order] == pytest.approx(straight.slopes, abs=1e-3)


@pytest.mark.parametrize("blown_up", [0.5, 1.0, 4.0])
def test_calibration_finds_by_how_much_logits_were_blown_up(blown_up: float) -> None:
    """Labels drawn from known logits: whatever they are multiplied by must be taken back."""
    rng = np.random.default_rng(3)
    logits = rng.normal(size=(20_000, 5)) * 1.5
    labels = (logits + rng.gumbel(size=logits.shape)).argmax(axis=1)

    assert fit_sharpness(logits * blown_up, labels, classes=5) == pytest.approx(1 / blown_up, rel=0.04)


def test_logits_that_know_nothing_are_silenced() -> None:
    """Noise is worth a sharpness of nearly 0."""
    rng = np.random.default_rng(4)

    assert fit_sharpness(rng.normal(size=(5_000, 5)), rng.integers(0, 5, 5_000), classes=5) < 0.06


def test_every_class_that_occurs_weighs_the_same() -> None:
    """By hand: three of one and one of another, of four rows: ⅔ each and 2."""
    assert balanced_weights(np.array([0, 0, 0, 2]), classes=3) == pytest.approx([2 / 3, 2 / 3, 2 / 3, 2.0])


def test_a_text_without_known_words_has_no_features() -> None:
    """An empty row, not a division by zero."""
    vocabulary = Vocabulary(("=a",), np.ones(1))

    assert vocabulary.table(["nothing here", ""]).nnz == 0
