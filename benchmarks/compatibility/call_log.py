"""A bank's call log: is handle time better foretold by type and employee than by type alone, on later days?

    python -m benchmarks.compatibility.call_log --data DIR

DIR holds the log (anonymous_bank_*.csv.gz), one row a call. Every served call counts, those that ended within seconds
and those without a named employee (one more employee here) too.
"""

import argparse
import csv
import gzip
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from benchmarks.compatibility.figures import Reached, show
from matcher.compatibility.handle_time import fit_handle_time

EARLIER_SHARE = 0.7  # of the days


@dataclass(frozen=True, slots=True)
class Call:
    """A call that was served."""

    day: str
    intent: str
    employee: str
    seconds: float


def main() -> None:
    """Learn from the earlier days, judge by the later; exit code 1 where the figure is not reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compatibility.call_log", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of the call log")
    found = sorted(parser.parse_args().data.glob("anonymous_bank_*.csv.gz"))
    if not found:
        sys.exit("no anonymous_bank_*.csv.gz is there: --data names the folder of the call log")
    reached = list(figures([call for path in found for call in _calls(path)]))
    show("Call log", reached)
    sys.exit(0 if all(one.is_reached for one in reached) else 1)


def figures(calls: list[Call]) -> Iterator[Reached]:
    """R² of log seconds on later days against type only."""
    days = sorted({call.day for call in calls})
    border = days[int(len(days) * EARLIER_SHARE)]
    earlier, later = [each for each in calls if each.day < border], [each for each in calls if each.day >= border]
    known = {each.intent for each in earlier}
    later = [each for each in later if each.intent in known]
    seconds = np.array([each.seconds for each in earlier])
    handle = fit_handle_time(
        [each.intent for each in earlier], [each.employee for each in earlier], seconds, np.ones(len(earlier))
    )
    assert handle is not None
    truth = np.log([each.seconds for each in later])
    ours = np.array([handle.log_expected([each.intent], [each.employee])[0, 0] for each in later])
    logs = np.log(seconds)
    intents = np.array([each.intent for each in earlier])
    by_type = {one: float(logs[intents == one].mean()) for one in known}
    theirs = np.array([by_type[each.intent] for each in later])
    yield Reached("calls learnt from", len(earlier))
    yield Reached("calls of later days", len(later))
    yield Reached("R² of log seconds", 1 - _squares(truth - ours) / _squares(truth - truth.mean()), at_least=0.13)
    yield Reached("  by type only", 1 - _squares(truth - theirs) / _squares(truth - truth.mean()))
    yield Reached("  what type only leaves, explained", 1 - _squares(truth - ours) / _squares(truth - theirs))


def _squares(rest: np.ndarray) -> float:
    return float(rest @ rest)


def _calls(path: Path) -> Iterator[Call]:
    with gzip.open(path, "rt", encoding="utf-8", newline="") as stream:
        for row in csv.DictReader(stream):
            seconds = float(row["ser_time"])
            if row["outcome"] == "AGENT" and seconds > 0:
                yield Call(row["date"], row["type"], row["server"], seconds)


if __name__ == "__main__":
    main()
