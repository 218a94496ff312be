"""`klik score`: a classifier and two files of people in, a probability with its interval for every pair out."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.installation import settings_from_environment
from api.commands.pair_files import FOLDER, PATH, read_customers, read_employees
from api.commands.refusal import keep_apart, of_file
from api.commands.screen import json_option, progress, say_json, wants_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from matcher.compatibility.people_table import PeopleTable
    from matcher.compatibility.scorer import Scorer

CUSTOMERS_AT_ONCE = 200


@click.command()
@click.option("--classifier", type=FOLDER, required=True, help="Folder of the classifier, as `klik train` laid it.")
@click.option("--customers", type=PATH, required=True, help="CSV of customers.")
@click.option("--employees", type=PATH, required=True, help="CSV of employees.")
@click.option("--out", type=PATH, required=True, help="CSV of scores to write.")
@json_option
def score(classifier: Path, customers: Path, employees: Path, out: Path) -> None:
    """Score every customer with every employee: the probability of a good outcome, with its 90 % interval.

    \b
    Example:
      klik score --classifier classifier --customers customers.csv --employees employees.csv --out scores.csv
    """
    from api.files.outcomes import write_scores
    from api.wiring import read_framework
    from models.shelf import read_classifier

    keep_apart(out, customers, employees)
    framework = read_framework(settings_from_environment())
    with of_file(classifier):
        opened = read_classifier(classifier, framework=framework.name)
    asking, staff = read_customers(customers, framework), read_employees(employees, framework)
    with progress("Scoring") as show:
        count = write_scores(out, _scores(opened.scorer, asking, staff, show))
    if wants_json():
        say_json({"pairs": count, "out": str(out), "classifier": opened.digest})
    else:
        click.echo(f"{count:,} pairs scored; written to {out}.")


def _scores(
    scorer: "Scorer", asking: "PeopleTable", staff: "PeopleTable", show: "Callable[[int, int | None], None]"
) -> Iterator[tuple[str, str, float, float, float]]:
    half = scorer.employee_half(staff)
    for start in range(0, len(asking), CUSTOMERS_AT_ONCE):
        some = asking.take(list(range(start, min(start + CUSTOMERS_AT_ONCE, len(asking)))))
        found = scorer.scored(scorer.contact_half(some), half)
        for row, customer in enumerate(some.ids):
            yield from zip(
                [customer] * len(staff), staff.ids,
                found.probability[row].tolist(), found.low[row].tolist(), found.high[row].tolist(), strict=True,
            )  # fmt: skip
        show(start + len(some), len(asking))
