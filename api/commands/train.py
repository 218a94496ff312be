"""`klik train`: outcomes in, a classifier out, with a card that says how good it is."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.commands.clean_output import clean_output
from api.commands.evaluate import COLUMNS, shown
from api.commands.installation import settings_from_environment
from api.commands.pair_files import FOLDER, PATH, read_pairs
from api.commands.refusal import of_file
from api.commands.screen import json_option, progress, say_json, say_table, wants_json

if TYPE_CHECKING:
    from matcher.compatibility.evaluate import Data

STEPS = 3  # read, judge, learn


@click.command()
@click.option("--customers", type=PATH, required=True, help="CSV of customers.")
@click.option("--employees", type=PATH, required=True, help="CSV of employees.")
@click.option("--outcomes", type=PATH, required=True, help="CSV of who met whom, and how well it went.")
@click.option("--out", type=FOLDER, required=True, help="Folder to lay the classifier in.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Decides draws of groups.")
@json_option
def train(customers: Path, employees: Path, outcomes: Path, out: Path, seed: int) -> None:
    """Learn from outcomes who fits whom, and lay the classifier down with its card.

    The card's figures are of the last quarter of the outcomes, by a classifier that saw only those before; the
    classifier itself is then learnt from all. `klik evaluate` says more.

    \b
    Example:
      klik train --customers customers.csv --employees employees.csv --outcomes outcomes.csv --out classifier
    """
    from api.wiring import read_framework
    from matcher.compatibility.card import seal
    from matcher.compatibility.making import learnt, making_document
    from models.shelf import put_classifier

    framework = read_framework(settings_from_environment())
    with progress("Learning") as show:
        data = read_pairs(customers, employees, outcomes, framework)
        show(1, STEPS)
        with of_file(outcomes), clean_output():
            figures = _figures(data, seed=seed)
            show(2, STEPS)
            classifier = learnt(data, seed=seed)
        show(STEPS, STEPS)
        told = {**making_document(data, classifier, figures), "promoted_by": None}
        digest = put_classifier(out, seal(classifier.scorer_, told, framework=framework.name))
    _tell(told, out, digest)


def _figures(data: "Data", *, seed: int) -> dict[str, Any]:
    """How good it is on outcomes it has not seen; why that cannot be said, where too few are left to judge by."""
    from matcher.compatibility.evaluate import LEARNED, MAIN, evaluate
    from matcher.compatibility.story import evaluation_document
    from matcher.compatibility.training import check_enough
    from matcher.errors import InvalidInput

    check_enough(data.outcomes)
    try:
        return evaluation_document(evaluate(data, only=(MAIN, LEARNED), seed=seed))
    except InvalidInput as refusal:
        return {"not_told": refusal.detail}


def _tell(told: dict[str, Any], out: Path, digest: str) -> None:
    if wants_json():
        say_json({"out": str(out), "sha256": digest, **told})
        return
    measures = told["evaluation"].get("measures", {})
    rows = [[name, *(shown(figures.get(each)) for each in COLUMNS[1:])] for name, figures in measures.items()]
    if rows:
        say_table(COLUMNS, rows, title=f"On {told['evaluation']['judged_by']:,} later outcomes, 95 % intervals")
        click.echo(f"Learnt is {told['evaluation']['verdicts']['main effects only']}.", err=True)
    else:
        click.echo(f"How good it is cannot be told: {told['evaluation'].get('not_told')}", err=True)
    click.echo(f"Learnt from {told['outcomes']:,} outcomes; laid down in {out}, SHA-256 {digest}.", err=True)
