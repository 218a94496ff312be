"""Speed dating: every evening is a complete bipartite graph, so the success of any matching is known.

    python -m benchmarks.compatibility.speed_dating --data DIR

DIR holds persons.csv and dyads.csv. They are turned into customers, employees and outcomes as api.md section 9 has
them, in a temporary folder, and read from there as any operator's files would be: nothing in the package knows them.
Only what was asked before the evening is used; what stands for a protected trait is left out. Women are the customers,
men the employees, success is that both said yes.
Source: Fisman, Iyengar, Kamenica, Simonson, QJE 121 (2006), doi 10.1162/qjec.2006.121.2.673.
"""

import argparse
import csv
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from api.files.outcomes import outcome_rows
from api.files.people import customer_rows, employee_rows
from benchmarks.compatibility.figures import Reached, show
from matcher.compatibility.evaluate import COMPETITORS, LEARNED, MAIN, Data, predicted, within_groups
from matcher.compatibility.measures import auc, log_loss
from matcher.compatibility.outcomes import outcomes_of
from matcher.compatibility.people_table import customer_table, employee_table
from matcher.compatibility.splits import Split, groups_of
from matcher.compatibility.worth import blocks_of, worth_of
from models.frameworks import load_framework

QUALITIES = ("attr", "sinc", "intel", "fun", "amb", "shar")
SELF_RATED = QUALITIES[:5]
INTERESTS = (
    "sports", "tvsports", "exercise", "dining", "museums", "art", "hiking", "gaming", "clubbing", "reading", "tv",
    "theater", "movies", "concerts", "music", "shopping", "yoga",
)  # fmt: skip
WORDS = ("field_cd", "goal", "career_c")
NUMBERS = ("age", "date", "go_out", "exphappy")
FIRST_EVENING = datetime(2002, 10, 1, 18, tzinfo=UTC)
DATE_MINUTES = 4
PARTNERS = 5
LATER_SHARE = 0.5


def main() -> None:
    """Convert, learn, print; exit code 1 where a figure is not reached."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.compatibility.speed_dating", description=__doc__)
    parser.add_argument("--data", type=Path, required=True, help="folder of persons.csv and dyads.csv")
    parser.add_argument("--keep", type=Path, help="write the converted files here, to try the commands on them")
    options = parser.parse_args()
    for name in ("persons.csv", "dyads.csv"):
        if not (options.data / name).is_file():
            sys.exit(
                f"{options.data / name} is not there: --data names the folder that holds persons.csv and dyads.csv"
            )
    if options.keep:
        options.keep.mkdir(parents=True, exist_ok=True)
        convert(options.data, options.keep)
    with tempfile.TemporaryDirectory() as folder:
        convert(options.data, Path(folder))
        reached = [*cold(read(Path(folder))), *warm(read(Path(folder)))]
    show("Speed dating", reached)
    sys.exit(0 if all(one.is_reached for one in reached) else 1)


def convert(source: Path, folder: Path) -> None:
    """Write customers.csv, employees.csv and outcomes.csv."""
    people = list(_table(source / "persons.csv"))
    for name, gender in (("customers", "0"), ("employees", "1")):
        rows = [_person(each) for each in people if each["gender"] == gender]
        _write(folder / f"{name}.csv", rows)
    women = {each["iid"] for each in people if each["gender"] == "0"}
    dyads = [each for each in _table(source / "dyads.csv") if each["iid"] in women]
    _write(folder / "outcomes.csv", [_outcome(each) for each in dyads])


def read(folder: Path) -> Data:
    """The files, by the readers of the command line."""
    framework = load_framework()
    with (folder / "customers.csv").open("rb") as stream:
        customers = customer_table(customer_rows(stream, framework).values(), framework)
    with (folder / "employees.csv").open("rb") as stream:
        employees = employee_table(employee_rows(stream, framework).values(), framework)
    with (folder / "outcomes.csv").open("rb") as stream:
        rows = outcome_rows(stream, customers=set(customers.ids), employees=set(employees.ids)).values()
    return Data(customers, employees, outcomes_of(rows, customers.ids, employees.ids), framework)


def cold(data: Data) -> Iterator[Reached]:
    """Each evening in turn is foretold from the others, by questionnaires alone."""
    untimed = replace(data, outcomes=replace(data.outcomes, at=np.full(len(data.outcomes), np.nan)))
    groups = groups_of(data.outcomes)
    splits = [Split("group", np.flatnonzero(groups != one), np.flatnonzero(groups == one)) for one in np.unique(groups)]
    rows = np.concatenate([each.later for each in splits])
    success, weight = data.outcomes.success[rows], np.ones(len(rows))
    ours = predicted(untimed, splits, COMPETITORS[LEARNED], seed=0)
    mains = predicted(untimed, splits, COMPETITORS[MAIN], seed=0)
    constant = np.concatenate([np.full(len(each.later), data.outcomes.success[each.train].mean()) for each in splits])
    less = log_loss(constant, success, weight) - log_loss(ours, success, weight)
    worth = worth_of(
        blocks_of(data.outcomes.take(rows), ours, groups[rows]), partners=PARTNERS, rng=np.random.default_rng(0)
    )
    assert worth is not None
    yield Reached("AUC, evening left out", auc(ours, success, weight), at_least=0.615)
    yield Reached("the same, main effects only", auc(mains, success, weight))
    yield Reached("log-loss below a constant", less, at_least=0.010)
    yield Reached(f"{PARTNERS}-matching: success", worth.proposed)
    yield Reached("random matching: success", worth.random)
    yield Reached("share of random matchings that do worse", worth.percentile, at_least=0.99)


def warm(data: Data) -> Iterator[Reached]:
    """The second half of each evening is foretold from the first and from the other evenings."""
    splits = within_groups(data.outcomes, LATER_SHARE)
    rows = splits[0].later
    success, weight = data.outcomes.success[rows], np.ones(len(rows))
    ours = predicted(data, splits, COMPETITORS[LEARNED], seed=0)
    yield Reached("AUC, second half of each evening", auc(ours, success, weight), at_least=0.76)


def _person(row: Mapping[str, str]) -> dict[str, str]:
    wants = {f"wants:{each}": row[f"{each}1_1"] for each in QUALITIES}
    has = {f"has:{each}": row[f"{each}3_1"] for each in SELF_RATED}
    words = {f"trait:{each}": f'"{row[each]}"' if row[each] else "" for each in WORDS}
    numbers = {f"trait:{each}": row[each] for each in (*NUMBERS, *INTERESTS)}
    return {"id": row["iid"], **wants, **has, **words, **numbers}


def _outcome(row: Mapping[str, str]) -> dict[str, str]:
    at = FIRST_EVENING + timedelta(days=int(row["wave"]), minutes=DATE_MINUTES * int(row["order"]))
    return {
        "customer_id": row["iid"],
        "employee_id": row["pid"],
        "at": at.isoformat(),
        "success": row["match"],
        "group": f"evening {row['wave']}",
    }


def _table(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as stream:
        yield from csv.DictReader(stream)


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", newline="", encoding="utf-8") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)


if __name__ == "__main__":
    main()
