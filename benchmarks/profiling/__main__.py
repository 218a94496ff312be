"""`python -m benchmarks.profiling`: every threshold with its seed; exit code 1 when one is not kept."""

import argparse
import importlib
import math
import sys
from collections.abc import Sequence

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from benchmarks.profiling.threshold import Threshold

PARTS = (
    "recovery",
    "bridge",
    "adaptive",
    "information",
    "engine",
    "closed_channels",
    "segments",
    "placebo",
    "fairness",
    "speed",
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.profiling", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help=f"parts to run, of {', '.join(PARTS)}")
    options = parser.parse_args()
    measured: list[Threshold] = []
    for part in options.only.split(","):
        measured += importlib.import_module(f"benchmarks.profiling.{part}").thresholds()
    show(measured)
    sys.exit(0 if all(one.is_met for one in measured) else 1)


def show(measured: Sequence[Threshold]) -> None:
    """Print the table."""
    table = Table(box=SIMPLE_HEAD, title="Profiles of simulated people", title_justify="left")
    for column in ("", "what", "seed", "measured", "required", ""):
        table.add_column(column)
    for one in measured:
        seed = "" if one.seed is None else str(one.seed)
        verdict = "kept" if one.is_met else "MISSED"
        table.add_row(one.part, one.what, seed, f"{one.measured:.4g}", required(one), verdict)
    Console(width=150).print(table)


def required(one: Threshold) -> str:
    """The bounds in words."""
    if math.isinf(one.at_least):
        return "" if math.isinf(one.at_most) else f"≤ {one.at_most:g}"
    return f"≥ {one.at_least:g}" if math.isinf(one.at_most) else f"{one.at_least:g}–{one.at_most:g}"


if __name__ == "__main__":
    main()
