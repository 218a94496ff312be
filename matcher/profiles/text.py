"""What a text tells of its writer's value system: little, measured, and off until the operator turns it on.

Published classifiers of this kind reach r = .1–.4 (profiling.md section 1.7). So the weight follows from what was
measured on held-out people of the operator's own, is 0 where nothing was, and is never worth more than half an answer
to a form. A customer's text needs consent before it comes here. The text itself is not kept, and the vocabulary holds
only terms that several people used.

Source: profiling.md section 5 (text).
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import invalid
from matcher.profiles.logistic import Regression, log_softmax
from matcher.profiles.text_features import Vocabulary, plain_words
from matcher.profiles.text_measurement import HALF_AN_ANSWER, TextMeasurement

Floats = NDArray[np.float64]

SCHEMA = "text-scorer/1"

# Texts that nothing is read from (design).
LEAST_WORDS = 4
LONGEST = 20_000  # characters
LEAST_LETTERS = 0.6  # of all visible signs
LEAST_KNOWN = 12  # terms of the vocabulary


@dataclass(frozen=True, slots=True)
class TextShare:
    """A share (sums to 1) and its weight in pseudo-counts; with weight 0, `why` says in one word why not more.

    `empty`, `too_short`, `too_long`, `not_text`, `language_not_trained`, `nothing_known`: the share is the prior.
    `not_measured`, `no_better_than_guessing`: the scorer has not shown on held-out people that it knows anything.
    """

    share: tuple[float, ...]
    weight: float
    why: str | None = None


@dataclass(frozen=True, slots=True, eq=False)
class TextScorer:
    """A trained scorer of texts, made by `train_text_scorer` or read by `from_document`; arrays and words, no code.

    `prior_mean` is the facet's: a text that tells nothing leaves it. `sharpness` calibrates the regression's logits.
    `measurement` is what held-out people showed, `None` where there were too few.
    """

    dims: tuple[str, ...]
    prior_mean: tuple[float, ...]
    languages: tuple[str, ...]
    vocabulary: Vocabulary
    regression: Regression
    sharpness: float
    measurement: TextMeasurement | None
    cap: float
    weight: float

    def share_of(self, text: str, *, language: str) -> TextShare:
        """What the text tells, or the prior with weight 0 and the reason; nothing of the text stays here."""
        reason = unreadable(text) or ("language_not_trained" if language not in self.languages else None)
        if reason:
            return TextShare(self.prior_mean, 0.0, reason)
        places, weights = self.vocabulary.weigh(text)
        if len(places) < LEAST_KNOWN:
            return TextShare(self.prior_mean, 0.0, "nothing_known")
        logits = self.regression.slopes[:, places] @ weights + self.regression.intercepts
        share = np.exp(log_softmax(np.log(self.prior_mean) + self.sharpness * logits))
        return TextShare(tuple((share / share.sum()).tolist()), self.weight, self._silence())

    def to_document(self) -> dict[str, object]:
        """Everything as plain JSON values; `from_document` makes the same scorer of it, bit for bit."""
        return {
            "schema": SCHEMA,
            "dims": list(self.dims),
            "prior_mean": list(self.prior_mean),
            "languages": list(self.languages),
            "terms": list(self.vocabulary.terms),
            "rarity": self.vocabulary.rarity.tolist(),
            "slopes": self.regression.slopes.tolist(),
            "intercepts": self.regression.intercepts.tolist(),
            "sharpness": self.sharpness,
            "measurement": self.measurement.to_document() if self.measurement else None,
            "cap": self.cap,
            "weight": self.weight,
        }

    @classmethod
    def from_document(cls, document: Mapping[str, object]) -> "TextScorer":
        """The scorer of a document. Raises InvalidInput `bad_scorer` where a part is missing, too long or no number."""
        return _read(document)

    def _silence(self) -> str | None:
        if self.weight > 0:
            return None
        return "not_measured" if self.measurement is None else "no_better_than_guessing"


def unreadable(text: str) -> str | None:
    """Why nothing can be read from a text, in one word; `None` where something can."""
    if len(text) > LONGEST:
        return "too_long"
    visible = [sign for sign in text if not sign.isspace() and sign.isprintable()]
    if not visible:
        return "empty"
    if sum(sign.isalpha() for sign in visible) < LEAST_LETTERS * len(visible):
        return "not_text"
    return "too_short" if len(plain_words(text)) < LEAST_WORDS else None


def _read(document: Mapping[str, object]) -> TextScorer:
    if document.get("schema") != SCHEMA:
        raise invalid("/schema", "bad_scorer", f"the schema must be {SCHEMA!r}")
    dims, languages, terms = (_words(document, key) for key in ("dims", "languages", "terms"))
    size = len(dims)
    prior_mean = _numbers(document, "prior_mean", (size,))
    if size < 2 or (prior_mean <= 0).any():
        raise invalid("/prior_mean", "bad_scorer", "a scorer needs two categories or more, each with a prior above 0")
    measurement = document.get("measurement")
    return TextScorer(
        dims=dims,
        prior_mean=tuple(prior_mean.tolist()),
        languages=languages,
        vocabulary=Vocabulary(terms, _numbers(document, "rarity", (len(terms),))),
        regression=Regression(
            _numbers(document, "slopes", (size, len(terms))), _numbers(document, "intercepts", (size,))
        ),
        sharpness=_bounded(document, "sharpness", math.inf),
        measurement=TextMeasurement.from_document(measurement) if isinstance(measurement, Mapping) else None,
        cap=_bounded(document, "cap", HALF_AN_ANSWER),
        weight=_bounded(document, "weight", HALF_AN_ANSWER),
    )


def _words(document: Mapping[str, object], key: str) -> tuple[str, ...]:
    listed = document.get(key)
    if not isinstance(listed, list) or not all(isinstance(word, str) for word in listed):
        raise invalid(f"/{key}", "bad_scorer", "a list of words is needed")
    if len(set(listed)) < len(listed):
        raise invalid(f"/{key}", "bad_scorer", "a word stands here twice")
    return tuple(listed)


def _numbers(document: Mapping[str, object], key: str, shape: tuple[int, ...]) -> Floats:
    try:
        numbers = np.array(document.get(key), dtype=np.float64)
    except (TypeError, ValueError):
        raise invalid(f"/{key}", "bad_scorer", "numbers are needed") from None
    if numbers.shape != shape or not np.isfinite(numbers).all():
        wanted = " × ".join(str(length) for length in shape)
        raise invalid(f"/{key}", "bad_scorer", f"{wanted} finite numbers are needed")
    return numbers


def _bounded(document: Mapping[str, object], key: str, most: float) -> float:
    number = float(_numbers(document, key, ()))
    if not 0 <= number <= most:
        raise invalid(f"/{key}", "bad_scorer", f"a number between 0 and {most:g} is needed")
    return number
