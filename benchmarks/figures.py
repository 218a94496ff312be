"""A measured figure, the table people read and the JSON that machines read."""

import json
import math
import platform
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

REPORT = Path(__file__).resolve().parents[1] / "docs" / "reference" / "benchmarks.md"
MEASURED_WITH = ("numpy", "scipy", "flask", "gunicorn", "sqlalchemy", "orjson", "msgspec")


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured thing. `target`: the most it may be (`None`: only context); `limit`: what no code could beat."""

    part: str
    what: str
    measured: float
    unit: str
    target: float | None = None
    limit: float | None = None
    limit_is: str = ""
    spread: tuple[float, float] | None = None

    @property
    def verdict(self) -> str:
        """Whether the target is met, in a word."""
        if self.target is None:
            return ""
        return "met" if self.measured <= self.target else "missed"


def show(figures: Sequence[Figure]) -> None:
    """Print the table."""
    table = Table(box=SIMPLE_HEAD, title=f"Klik on {machine()}", title_justify="left")
    for column in ("", "what", "measured", "spread", "target", "", "limit"):
        table.add_column(column)
    for one in figures:
        table.add_row(*row(one))
    Console(width=170).print(table)


def row(one: Figure) -> tuple[str, ...]:
    """The cells of one figure."""
    spread = "" if one.spread is None else f"{number(one.spread[0])}–{number(one.spread[1])}"
    target = "" if one.target is None else f"≤ {number(one.target)}{one.unit}"
    limit = "" if one.limit is None else f"{number(one.limit)}{one.unit}"
    limit = f"{limit} ({one.limit_is})" if one.limit_is and limit else one.limit_is or limit
    return (one.part, one.what, f"{number(one.measured)}{one.unit}", spread, target, one.verdict, limit)


def number(value: float) -> str:
    """Three significant digits, without an exponent; a dash for what was not measured (NaN).

    >>> number(0.01234), number(1.5), number(1234.5)
    ('0.0123', '1.5', '1,234')
    """
    if math.isnan(value):
        return "–"
    if value == 0 or abs(value) >= 100:
        return f"{value:,.0f}"
    digits = max(0, 2 - len(str(int(abs(value)))) + 1) if abs(value) >= 1 else 4
    return f"{value:.{digits}f}".rstrip("0").rstrip(".")


def machine() -> str:
    """The machine in a phrase: figures from another one may not be compared."""
    names = [line.split(":", 1)[1].strip() for line in _cpu_lines() if line.startswith("model name")]
    return f"{len(names) or 1} × {names[0] if names else platform.processor()}, Python {platform.python_version()}"


def write_report(figures: Sequence[Figure], *, now: datetime | None = None) -> None:
    """Write docs/reference/benchmarks.md: the table, and the same as JSON."""
    day = (now or datetime.now(UTC)).date().isoformat()
    lines = [
        "# Benchmarks",
        "",
        f"Measured on {day} by `make bench-docs` in one run on {machine()}; "
        + ", ".join(f"{name} {version(name)}" for name in MEASURED_WITH)
        + ".",
        "Ratios travel better between machines than seconds do. A target is the most a figure may be; the limit",
        "is what no code could beat, and says what it is. The spread is that of the rounds (10th to 90th percentile).",
        "",
        "| part | what | measured | spread | target | | limit |",
        "|---|---|---|---|---|---|---|",
        *("| " + " | ".join(row(one)) + " |" for one in figures),
        "",
        "## The same for machines",
        "",
        "```json",
        json.dumps([{**asdict(one), "verdict": one.verdict} for one in figures], indent=1, ensure_ascii=False),
        "```",
        "",
    ]
    REPORT.write_text("\n".join(lines), encoding="utf-8")


def _cpu_lines() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return []
