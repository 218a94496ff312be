"""Forms and the answers to them: what is asked, how it may be answered, what a person chose.

Source: profiling.md sections 4 and 10. Respondents see option keys, never value systems.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

OPTION_KEYS = "abcdefghijklmnopqrstuvwxyz"  # an option's key is its place in the file


class Mode(StrEnum):
    """How an item is answered."""

    BEST_ONLY = "best_only"
    BEST_WORST = "best_worst"
    ALLOCATE = "allocate"
    RATE = "rate"


@dataclass(frozen=True, slots=True)
class Option:
    """One thing to choose: the category it speaks for, and its text by language."""

    dim: str
    text: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Item:
    """One question. `scale` is λ of the choice model; a rated item has no options but a `dim`, possibly reversed."""

    id: str
    stem: Mapping[str, str]
    options: tuple[Option, ...] = ()
    scale: float = 1.0
    select_max: int = 1
    dim: str | None = None
    is_reversed: bool = False

    @property
    def keys(self) -> str:
        """The keys of the options, by their place."""
        return OPTION_KEYS[: len(self.options)]


@dataclass(frozen=True, slots=True)
class Norm:
    """What people score on a category of a rated form: mean and sd (> 0), and the reliability of a score in (0, 1)."""

    mean: float = 0.0
    sd: float = 1.0
    reliability: float = 0.7


@dataclass(frozen=True, slots=True)
class Form:
    """A questionnaire: its items by id, in the file's order, and the `order` in which they are asked.

    `modes` holds the form's mode and, where the file allows another, that one too. A rated form has the lowest and
    highest `rating`, a `scoring` of mean or mrat, and `norms` by category: all of them where scoring is by mean.
    """

    id: str
    modes: tuple[Mode, ...]
    items: Mapping[str, Item]
    order: tuple[str, ...]
    rating: tuple[float, float] | None = None
    scoring: str | None = None
    norms: Mapping[str, Norm] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to one item: keys picked as best and worst, points by key, or a rating; how long it took."""

    item: str
    best: str | None = None
    worst: str | None = None
    points: Mapping[str, int] | None = None
    rating: float | None = None
    latency_ms: int | None = None
