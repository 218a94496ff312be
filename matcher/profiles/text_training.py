"""Training the scorer of texts: the framework's own sentences, the operator's labelled texts, and people held out.

The last quarter of the people, by when they first wrote, is held out; nobody stands on both sides, and nothing that was
written after the first held-out text is trained on. Where texts bear no times a quarter of the people is drawn by
the seed. What is measured is what is served: the scorer is not trained again on those held out.

Source: profiling.md section 5 (text); learning.md section 3 (splits).
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from matcher.errors import Fault, InvalidInput, invalid, pointer_to
from matcher.profiles.evidence import Source
from matcher.profiles.framework import Facet
from matcher.profiles.logistic import Regression, fit_multinomial, fit_sharpness
from matcher.profiles.questionnaire import Form
from matcher.profiles.text import TextScorer, unreadable
from matcher.profiles.text_features import Vocabulary, learn_vocabulary, plain_words
from matcher.profiles.text_measurement import LEAST_TEXTS, cap_of_measurement, measure

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]

HELD_OUT = 0.25  # of the people
LEAST_PER_CATEGORY = 5  # texts to train on (design)
LEAST_PER_LANGUAGE = 50
MOST_TEXTS = 20_000
FOLDS = 4
LEAST_KEPT = 0.5  # of the texts of those not held out: below it a split by time wastes too much


@dataclass(frozen=True, slots=True)
class LabelledText:
    """A text whose writer's value system is known; `person` is a pseudonym, `None` for a sentence of the framework."""

    text: str
    dim: str
    language: str
    person: str | None = None
    written_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Split:
    """Texts to train on and texts of the people held out; `kind` is `time` or `people`, by what they were parted."""

    kind: str
    train: list[LabelledText]
    held_out: list[LabelledText]


def own_sentences(
    facet: Facet, forms: Iterable[Form], lexicon: Mapping[str, Mapping[str, Sequence[str]]]
) -> list[LabelledText]:
    """The framework's sentences: option texts of its forms and entries of its lexicon (by language and category).

    Each sentence counts once a language and category; options and entries of other facets are left out.
    """
    told = [
        LabelledText(text, option.dim, language)
        for form in forms
        for item in form.items.values()
        for option in item.options
        for language, text in option.text.items()
        if option.dim in facet.dims
    ]
    told += [
        LabelledText(text, dim, language)
        for language, by_dim in lexicon.items()
        for dim, texts in by_dim.items()
        for text in texts
        if dim in facet.dims
    ]
    return list(dict.fromkeys(told))


def train_text_scorer(
    facet: Facet, own: Sequence[LabelledText], labelled: Sequence[LabelledText], *, seed: int
) -> TextScorer:
    """A scorer trained on the framework's own sentences and on labelled texts, and measured on people held out.

    Labelled texts need a person; unreadable ones are left out. With too few people or texts held out the scorer is not
    measured and weighs nothing. The same texts, in any order, and the same seed give the same scorer.
    Raises InvalidInput with every fault: `unknown_value_system`, `missing_field` (a person), `too_few_texts` (under 5
    to train on in a category), `too_large` (over 20,000 texts), `source_not_accepted` (the facet takes no texts).
    """
    facet.terms(Source.TEXT.value)
    _check(facet, labelled)
    readable = sorted({text for text in labelled if unreadable(text.text) is None}, key=_order)
    split = hold_out(readable, seed=seed)
    train = [*sorted(own, key=_order), *split.train]
    labels = np.array([facet.dims.index(text.dim) for text in train], dtype=np.intp)
    _check_enough(facet, labels)
    vocabulary = learn_vocabulary([text.text for text in train], [text.person for text in train])
    features = vocabulary.table([text.text for text in train])
    languages = [text.language for text in train]
    unmeasured = TextScorer(
        dims=facet.dims,
        prior_mean=facet.prior_mean,
        languages=tuple(one for one in sorted(set(languages)) if languages.count(one) >= LEAST_PER_LANGUAGE),
        vocabulary=vocabulary,
        regression=fit_multinomial(features, labels, classes=facet.size),
        sharpness=_sharpness(train, labels, vocabulary, facet.size),
        measurement=None,
        cap=0.0,
        weight=0.0,
    )
    return measured_scorer(facet, unmeasured, split.held_out, split=split.kind, seed=seed)


def measured_scorer(
    facet: Facet, scorer: TextScorer, held_out: Sequence[LabelledText], *, split: str, seed: int
) -> TextScorer:
    """The same scorer with its figures on texts of people it has not seen, and the cap and weight they earn.

    One text weighs what the facet's terms say, less in proportion where the measured cap is below the assumed one.
    """
    terms = facet.terms(Source.TEXT.value)
    shares = [scorer.share_of(text.text, language=text.language) for text in held_out]
    silent = ("nothing_known", "language_not_trained")
    measurement = measure(
        np.array([one.share for one in shares]).reshape(len(shares), facet.size),
        np.array([facet.dims.index(text.dim) for text in held_out], dtype=np.intp),
        [str(text.person) for text in held_out],
        abstained=np.array([one.why in silent for one in shares], dtype=np.bool_),
        split=split,
        seed=seed,
    )
    cap = cap_of_measurement(measurement, facet.prior_strength)
    worth = min(1.0, cap / terms.cap) if terms.cap > 0 else 0.0
    return TextScorer(
        scorer.dims, scorer.prior_mean, scorer.languages, scorer.vocabulary, scorer.regression, scorer.sharpness,
        measurement, cap, min(cap, terms.weight * worth),
    )  # fmt: skip


def hold_out(texts: Sequence[LabelledText], *, seed: int) -> Split:
    """The latest quarter of the people held out where times tell, otherwise a quarter drawn by the seed.

    A held-out text of the same words as one to train on is left out.
    """
    by_time = _split_by_time(texts)
    kind = "time" if by_time else "people"
    train, held_out = by_time or _split_by_people(texts, seed)
    seen = {tuple(plain_words(text.text)) for text in train}
    return Split(kind, train, [text for text in held_out if tuple(plain_words(text.text)) not in seen])


def _split_by_time(texts: Sequence[LabelledText]) -> tuple[list[LabelledText], list[LabelledText]] | None:
    first: dict[str | None, datetime] = {}
    for text in texts:
        if text.written_at is None:
            return None
        first[text.person] = min(text.written_at, first.get(text.person, text.written_at))
    order = sorted(first, key=lambda person: (first[person], str(person)))
    late = set(order[len(order) - round(HELD_OUT * len(order)) :])
    if not late:
        return None
    begins = min(first[person] for person in late)
    others = [text for text in texts if text.person not in late]
    train = [text for text in others if text.written_at is not None and text.written_at < begins]
    if len(train) < LEAST_KEPT * len(others):
        return None
    return train, [text for text in texts if text.person in late]


def _split_by_people(texts: Sequence[LabelledText], seed: int) -> tuple[list[LabelledText], list[LabelledText]]:
    order = sorted({str(text.person) for text in texts}, key=lambda person: _draw(seed, person))
    late = set(order[: round(HELD_OUT * len(order))])
    return (
        [text for text in texts if str(text.person) not in late],
        [text for text in texts if str(text.person) in late],
    )


def _sharpness(train: Sequence[LabelledText], labels: Ints, vocabulary: Vocabulary, classes: int) -> float:
    """Calibration on logits of folds that were left out of their fit; each person is in one fold, so is each sentence.

    The folds of people count where there are enough of their texts; a sentence of a form is not how people write.
    """
    features = vocabulary.table([text.text for text in train])
    folds = np.array([int(_draw(0, text.person or f"\0{text.text}")[:8], 16) % FOLDS for text in train])
    logits = np.zeros((len(train), classes))
    tested = np.zeros(len(train), dtype=np.bool_)
    for fold in range(FOLDS):
        inside = folds != fold
        if len(np.unique(labels[inside])) < classes or inside.all():
            continue
        fit: Regression = fit_multinomial(features[inside], labels[inside], classes=classes)
        logits[~inside] = features[~inside] @ fit.slopes.T + fit.intercepts
        tested[~inside] = True
    of_people = tested & np.array([text.person is not None for text in train])
    counted = of_people if of_people.sum() >= LEAST_TEXTS else tested
    return fit_sharpness(logits[counted], labels[counted], classes=classes) if counted.any() else 0.0


def _check(facet: Facet, labelled: Sequence[LabelledText]) -> None:
    if len(labelled) > MOST_TEXTS:
        raise invalid("/texts", "too_large", f"at most {MOST_TEXTS:,} texts can be trained on at once")
    faults = [
        facet.unknown(text.dim, pointer_to("/texts", place, "dim"))
        for place, text in enumerate(labelled)
        if text.dim not in facet.dims
    ]
    faults += [
        Fault(pointer_to("/texts", place, "person"), "missing_field", "a labelled text needs its writer's pseudonym")
        for place, text in enumerate(labelled)
        if not text.person
    ]
    if faults:
        raise InvalidInput(faults)


def _check_enough(facet: Facet, labels: Ints) -> None:
    numbers = np.bincount(labels, minlength=facet.size)
    detail = f"texts to train on, where {LEAST_PER_CATEGORY} are needed"
    faults = [
        Fault("/texts", "too_few_texts", f"{dim} has {number} {detail}")
        for dim, number in zip(facet.dims, numbers, strict=True)
        if number < LEAST_PER_CATEGORY
    ]
    if faults:
        raise InvalidInput(faults)


def _order(text: LabelledText) -> tuple[str, ...]:
    when = text.written_at.isoformat() if text.written_at else ""
    return (text.person or "", when, text.language, text.dim, text.text)


def _draw(seed: int, name: str) -> str:
    return hashlib.sha256(f"{seed}|{name}".encode("utf-8", "surrogatepass")).hexdigest()
