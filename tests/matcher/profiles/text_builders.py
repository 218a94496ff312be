"""Texts of invented people: each value system has a few words of its own among many that everybody uses."""

from datetime import datetime, timedelta
from functools import cache

import numpy as np

from matcher.profiles.text import TextScorer
from matcher.profiles.text_training import LabelledText, own_sentences, train_text_scorer
from tests.matcher.profiles.evidence_builders import FRAMEWORK, NOW, VALUES

SYLLABLES = ("ba", "do", "ke", "li", "mu", "na", "po", "ri", "sa", "tu", "ver", "zin")
OWN = own_sentences(VALUES, FRAMEWORK.forms.values(), FRAMEWORK.lexicon)


def word(rng: np.random.Generator) -> str:
    """An invented word of three syllables."""
    return "".join(SYLLABLES[place] for place in rng.integers(0, len(SYLLABLES), 3))


def labelled(
    people: int, *, seed: int = 1, signal: float = 0.15, texts: int = 3, timed: bool = True, words: int = 25
) -> list[LabelledText]:
    """Texts of people; each word is, with probability `signal`, one of those of the writer's own system."""
    rng = np.random.default_rng(seed)
    common = [word(rng) for _ in range(150)]
    of_dim = {dim: [word(rng) for _ in range(10)] for dim in VALUES.dims}
    told = []
    for number in range(people):
        dim = VALUES.dims[rng.integers(VALUES.size)]
        for _ in range(texts):
            drawn = [of_dim[dim] if rng.random() < signal else common for _ in range(words)]
            text = " ".join(source[rng.integers(len(source))] for source in drawn)
            told.append(LabelledText(text, dim, "nl", f"p{number}", _when(number, rng) if timed else None))
    return told


def _when(number: int, rng: np.random.Generator) -> datetime:
    return NOW + timedelta(days=number + float(rng.uniform(0.0, 20.0)))


TEXTS = labelled(90)


@cache
def trained_scorer() -> TextScorer:
    """A scorer of TEXTS that has shown itself worth something; trained once, for it takes seconds."""
    return train_text_scorer(VALUES, OWN, TEXTS, seed=0)
