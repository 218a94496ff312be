"""What a preference asks of whoever serves a person, and how an event speaks of a preference: words and types.

Source: profiling.md section 8.
"""

from dataclasses import dataclass
from enum import StrEnum


class Effect(StrEnum):
    """What a preference asks of whoever serves the person."""

    NO_PUSH = "no_push"  # no sales talk
    INFORMATION_FIRST = "information_first"  # facts to decide by, and no decision taken for them
    CALL_BACK_WINDOW = "call_back_window"  # say when, rather than let wait
    ONE_OWNER = "one_owner"  # the same employee from beginning to end
    SPECIALIST_FIRST = "specialist_first"  # someone who may and can advise
    SPECIALIST_HOURS = "specialist_hours"  # rather later with a specialist than now with anyone


@dataclass(frozen=True, slots=True)
class Observation:
    """How an event speaks on a facet: with this weight for `dim`, or, where that is `None`, for the category it names.

    `is_spread`: it speaks against the category it names, for all others that were open alike.
    """

    weight: float
    dim: str | None = None
    is_spread: bool = False
