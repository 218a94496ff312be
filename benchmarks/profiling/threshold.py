"""A measured value beside the threshold it must keep."""

import math
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Threshold:
    """What was measured, on which seed, and between which bounds it must lie; `part` groups lines in the table."""

    part: str
    what: str
    measured: float
    at_least: float = -math.inf
    at_most: float = math.inf
    seed: int | None = None

    @property
    def is_met(self) -> bool:
        """Whether the value lies within its bounds."""
        return self.at_least <= self.measured <= self.at_most
