"""Declared traits as numbers: numeric ones standardised, words as levels; an unknown one is told apart from 0.

What is learnt of a trait (mean, spread, levels) is learnt from the people trained on and used for whoever comes later.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from math import isfinite, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.profiles.people import Attribute

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MOST_DEVIATIONS = 5.0  # a standardised trait is cut off there, so that one odd cell cannot outweigh everything
LEAST_PER_LEVEL = 5  # people; a rarer word reads as any other
MOST_LEVELS = 20
MOSTLY = 0.9  # numbers among what people have: then it is a number, and a word among them (n/a) says that it is unknown
MOST_TRAITS = 200  # of a side; the commonest are kept

NUMBER, WORD = "number", "word"


@dataclass(frozen=True, slots=True)
class Trait:
    """How one trait is read: a number by `mean` and `spread`, a word by its `levels`.

    `has_unknown`: some people trained on had none, so that not saying may itself be told apart.
    """

    name: str
    kind: str
    mean: float = 0.0
    spread: float = 1.0
    levels: tuple[str, ...] = ()
    has_unknown: bool = False

    @property
    def columns(self) -> tuple[str, ...]:
        """The names of the columns that `encode` gives."""
        unknown = (f"{self.name}=unknown",) if self.has_unknown else ()
        own = (self.name,) if self.kind == NUMBER else tuple(f"{self.name}={level}" for level in self.levels)
        return own + unknown

    def encode(self, people: Sequence[Mapping[str, Attribute]]) -> Floats:
        """One row a person: standard deviations from the mean, or 1 at the level; the unknown has 0 and its own 1."""
        if self.kind == NUMBER:
            deviations, known = self.deviations(people)
            own = deviations[:, None]
        else:
            own, known = self.one_hot(people)
        return np.column_stack([own, ~known]) if self.has_unknown else own

    def deviations(self, people: Sequence[Mapping[str, Attribute]]) -> tuple[Floats, Bools]:
        """Standard deviations from the mean (n, −5 to 5, 0 where unknown), and who is known (n)."""
        numbers = numbers_of(self.name, people)
        known = np.isfinite(numbers)
        scaled = np.clip((np.where(known, numbers, self.mean) - self.mean) / self.spread, -5.0, MOST_DEVIATIONS)
        return scaled, known

    def one_hot(self, people: Sequence[Mapping[str, Attribute]]) -> tuple[Floats, Bools]:
        """1 at the person's level (n × levels; all 0 where it is rare or unknown), and who is known (n)."""
        words = [None if (value := each.get(self.name)) is None else word_of(value) for each in people]
        return one_hot(self.levels, words), np.array([word is not None for word in words], dtype=bool)

    def to_document(self) -> dict[str, Any]:
        """As JSON takes it; `Trait(**document)` with tuples reads it back."""
        return asdict(self)

    @staticmethod
    def from_document(document: Mapping[str, Any]) -> "Trait":
        """The trait that `to_document` told of."""
        return Trait(**{**document, "levels": tuple(document["levels"])})


def learn_traits(people: Sequence[Mapping[str, Attribute]]) -> tuple[Trait, ...]:
    """The traits these people declare, by name; one that is the same for everybody says nothing and is left out."""
    counts = Counter(name for each in people for name in each)
    commonest = sorted(counts, key=lambda name: (-counts[name], name))[:MOST_TRAITS]
    learnt = [_learn(name, [each.get(name) for each in people]) for name in sorted(commonest)]
    return tuple(trait for trait in learnt if trait is not None)


def numbers_of(name: str, people: Sequence[Mapping[str, Attribute]]) -> Floats:
    """The numbers people have under a name; NaN where there is none."""
    return np.array([_number(each.get(name)) for each in people], dtype=float)


def one_hot(levels: Sequence[str], words: Sequence[str | None]) -> Floats:
    """1 where the word is the level (n × levels); a word that is none of them has 0 everywhere."""
    place = {level: column for column, level in enumerate(levels)}
    table = np.zeros((len(words), len(levels)))
    for row, word in enumerate(words):
        if word in place:
            table[row, place[word]] = 1.0
    return table


def levels_of(words: Sequence[str | None], *, least: int = 1, most: int = MOST_LEVELS) -> tuple[str, ...]:
    """The words that at least `least` people have, by name, the commonest `most`."""
    counts = Counter(word for word in words if word is not None)
    common = sorted((word for word in counts if counts[word] >= least), key=lambda word: (-counts[word], word))
    return tuple(sorted(common[:most]))


def word_of(value: Attribute) -> str:
    """The value as a level's name."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def _learn(name: str, values: Sequence[Attribute | None]) -> Trait | None:
    given = [value for value in values if value is not None]
    numbers = np.array([number for value in given if isfinite(number := _number(value))])
    if numbers.size and numbers.size >= MOSTLY * len(given):
        spread = float(numbers.std())
        if spread <= 1e-9 * float(np.abs(numbers).max()):
            return None
        return Trait(name, NUMBER, float(numbers.mean()), spread, has_unknown=numbers.size < len(values))
    has_unknown = len(given) < len(values)
    levels = levels_of([word_of(value) for value in given], least=LEAST_PER_LEVEL)
    return Trait(name, WORD, levels=levels, has_unknown=has_unknown) if len(levels) + has_unknown > 1 else None


def _number(value: Attribute | None) -> float:
    return nan if value is None or isinstance(value, bool | str) else float(value)
