"""Speed dating: every evening is a complete bipartite graph, so the success of any matching is known.

    python -m benchmarks.compatibility.speed_dating --data DIR [--convert TO]

DIR holds persons.csv and dyads.csv. They are turned into customers, employees and outcomes as api.md section 9 has
them, in a temporary folder, and read from there as any operator's files would be: nothing in the package knows them.
Only what was asked before the evening is used; what stands for a protected trait is left out. Each decision is an
outcome: who decides is its customer, who is decided on its employee. A match is that both say yes.
Source: Fisman, Iyengar, Kamenica, Simonson, QJE 121 (2006), doi 10.1162/qjec.2006.121.2.673.
"""

import argparse
import csv
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np

from api.files.outcomes import outcome_rows
from api.files.people import customer_rows, employee_rows
from benchmarks.compatibility.figures import Reached, show
from matcher.compatibility.evaluate import COMPETITORS, LEARNED, MAIN, Data, fitted, logits_of_rows, predicted
from matcher.compatibility.measures import auc, log_loss, within_group_auc
from matcher.compatibility.outcomes import Outcomes, outcomes_of
from matcher.compatibility.people_table import customer_table, employee_table
from matcher.compatibility.splits import Split, groups_of, within_groups
from matcher.compatibility.worth import Block, blocks_of, worth_of
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
    parser.add_argument("--convert", type=Path, metavar="TO", help="only write the converted files there, and stop")
    options = parser.parse_args()
    for name in ("persons.csv", "dyads.csv"):
        if not (options.data / name).is_file():
            sys.exit(
                f"{options.data / name} is not there: --data names the folder that holds persons.csv and dyads.csv"
            )
    if options.convert:
        options.convert.mkdir(parents=True, exist_ok=True)
        convert(options.data, options.convert)
        sys.exit(0)
    with tempfile.TemporaryDirectory() as folder:
        convert(options.data, Path(folder))
        data = read(Path(folder))
        reached = [*cold(data), *warm(data)]
    show("Speed dating", reached)
    sys.exit(0 if all(one.is_reached for one in reached) else 1)


def convert(source: Path, folder: Path) -> None:
    """Write customers.csv, employees.csv and outcomes.csv: each decision is an outcome, who decides is the customer."""
    people = list(_table(source / "persons.csv"))
    for name in ("customers", "employees"):
        side = "segment" if name == "customers" else "team"
        _write(folder / f"{name}.csv", [{**_person(each), side: f"table side {each['gender']}"} for each in people])
    _write(folder / "outcomes.csv", [_outcome(each) for each in _table(source / "dyads.csv")])


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
    groups = groups_of(data.outcomes)
    splits = [Split("group", np.flatnonzero(groups != one), np.flatnonzero(groups == one)) for one in np.unique(groups)]
    rows = np.concatenate([each.later for each in splits])
    later, ones = data.outcomes.take(rows), np.ones(len(rows))
    ranks, ours = _scores(data, splits, LEARNED)
    main_ranks, _ = _scores(data, splits, MAIN)
    constant = np.concatenate([np.full(len(each.later), data.outcomes.success[each.train].mean()) for each in splits])
    worth = worth_of(_matches(data, later, ours), partners=PARTNERS, rng=np.random.default_rng(0), draws=10_000)
    assert worth is not None
    yield Reached("AUC of 5,336 decisions, evening left out", auc(ranks, later.success, ones), at_least=0.615)
    yield Reached("  main effects only", auc(main_ranks, later.success, ones))
    yield Reached("  within evenings", within_group_auc(ranks, later.success, ones, groups[rows]))
    yield Reached("  of probabilities, each evening calibrated by others", auc(ours, later.success, ones))
    less = log_loss(constant, later.success, ones) - log_loss(ours, later.success, ones)
    yield Reached("log-loss below a constant", less, at_least=0.010)
    yield Reached(f"{PARTNERS}-matching: both say yes", worth.proposed)
    yield Reached("  random matching", worth.random)
    yield Reached("  share of random matchings that do worse", worth.percentile, at_least=0.99)


def warm(data: Data) -> Iterator[Reached]:
    """The second half of each evening is foretold from the first and from the other evenings."""
    split = within_groups(data.outcomes, LATER_SHARE)
    assert split is not None
    ours = predicted(data, [split], COMPETITORS[LEARNED], seed=0)
    yield Reached(
        "AUC, second half of each evening", auc(ours, data.outcomes.success[split.later], np.ones(len(ours))), 0.76
    )


def _scores(data: Data, splits: Sequence[Split], name: str) -> tuple[np.ndarray, np.ndarray]:
    """The scores of the splits' later rows, which rank, and the calibrated probabilities."""
    may = {**COMPETITORS[name], "split": "group"}
    ranks, probability = [], []
    for each in splits:
        scorer = fitted(data, each.train, may, seed=0).scorer_
        ranks.append(logits_of_rows(scorer, data, each.later))
        probability.append(scorer.calibration.probability(ranks[-1]))
    return np.concatenate(ranks), np.concatenate(probability)


def _matches(data: Data, decisions: Outcomes, probability: np.ndarray) -> list[Block]:
    """The evenings as tables in which a pair's success is that both say yes, its probability the product of theirs."""
    ids, groups = data.customers.ids, groups_of(decisions)
    asked = {
        (ids[a], data.employees.ids[b]): place
        for place, (a, b) in enumerate(zip(decisions.customer, decisions.employee, strict=True))
    }
    first = [place for place in asked.values() if data.customers.groups[decisions.customer[place]] == "table side 0"]
    back = [asked[data.employees.ids[decisions.employee[place]], ids[decisions.customer[place]]] for place in first]
    both = decisions.success[first] * decisions.success[back]
    met = replace(decisions.take(np.array(first)), success=both)
    return blocks_of(met, probability[first] * probability[back], groups[first])


def _person(row: Mapping[str, str]) -> dict[str, str]:
    wants = {f"wants:{each}": row[f"{each}1_1"] for each in QUALITIES}
    has = {f"has:{each}": row[f"{each}3_1"] for each in SELF_RATED}
    words = {f"trait:{each}": f'"{row[each]}"' if row[each] else "" for each in WORDS}
    numbers = {f"trait:{each}": row[each] for each in NUMBERS} | {
        f"trait:interest.{each}": row[each] for each in INTERESTS
    }
    return {"id": row["iid"], **wants, **has, **words, **numbers}


def _outcome(row: Mapping[str, str]) -> dict[str, str]:
    at = FIRST_EVENING + timedelta(days=int(row["wave"]), minutes=DATE_MINUTES * int(row["order"]))
    return {
        "customer_id": row["iid"],
        "employee_id": row["pid"],
        "at": at.isoformat(),
        "success": row["dec"],
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
