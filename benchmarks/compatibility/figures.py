"""A measured figure beside what it has to reach, and the table of them."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Reached:
    """What was measured, and the bounds it has to keep (none: it is told for comparison)."""

    what: str
    value: float
    at_least: float = -math.inf
    at_most: float = math.inf

    @property
    def is_reached(self) -> bool:
        """Whether it is within its bounds."""
        return self.at_least <= self.value <= self.at_most

    @property
    def target(self) -> str:
        """The bounds in words."""
        if math.isfinite(self.at_least):
            return f"≥ {self.at_least:g}"
        return f"≤ {self.at_most:g}" if math.isfinite(self.at_most) else ""


def show(title: str, figures: Iterable[Reached]) -> None:
    """Print the table."""
    table = Table(box=SIMPLE_HEAD, title=title, title_justify="left")
    for column in ("what", "measured", "target", ""):
        table.add_column(column)
    for one in figures:
        told = ("reached" if one.is_reached else "MISSED") if one.target else ""
        table.add_row(one.what, f"{one.value:.4g}", one.target, told)
    Console(width=120).print(table)
