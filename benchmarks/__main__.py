"""`python -m benchmarks`: every part in one run. `--only a,c` runs some, `--update` writes the report of the docs."""

import argparse
import json

from benchmarks import import_under_load, large_round, ranking_cost, rehearsal, rules, start_times, validation_cost
from benchmarks.figures import Figure, show, write_report

PARTS = {
    "a": ranking_cost.measure,
    "b": validation_cost.measure,
    "c": large_round.measure,
    "d": import_under_load.measure,
    "e": start_times.measure,
    "r": rules.measure,
    "h": rehearsal.measure,
}


def main() -> None:
    """Measure and print; exit code 0 whether or not targets are met: a busy machine is no fault of the code."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--only", default=",".join(PARTS), help="parts to run, as in a,c")
    parser.add_argument("--update", action="store_true", help="write docs/reference/benchmarks.md")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")
    options = parser.parse_args()
    parts = options.only.split(",")
    if unknown := [part for part in parts if part not in PARTS]:
        parser.error(f"no part is called {', '.join(unknown)}; there are {', '.join(PARTS)}")
    figures: list[Figure] = []
    for part in parts:
        figures += PARTS[part]()
    if options.json:
        from dataclasses import asdict

        print(json.dumps([asdict(one) for one in figures], indent=1))
    else:
        show(figures)
    if options.update:
        write_report(figures)


if __name__ == "__main__":
    main()
