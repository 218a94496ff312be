"""`klik evaluate`: does what was learnt help, judged by outcomes it has not seen, beside everything simpler?"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.commands.clean_output import clean_output
from api.commands.installation import settings_from_environment
from api.commands.pair_files import FOLDER, PATH, read_pairs
from api.commands.refusal import of_file
from api.commands.screen import json_option, progress, say_json, say_table, wants_json

if TYPE_CHECKING:
    from matcher.compatibility.boosting import Boosted
    from matcher.compatibility.card import Opened
    from matcher.compatibility.evaluate import Data, Evaluation
    from matcher.compatibility.placebo import Placebo

COLUMNS = ("", "auc", "within_auc", "log_loss", "brier", "ece", "slope")
SEGMENT_COLUMNS = ("side", "name", "outcomes", "auc", "log_loss", "slope", "said", "came", "ratio")


@click.command()
@click.option("--classifier", type=FOLDER, help="Folder of a classifier, to be judged by outcomes after its own.")
@click.option("--customers", type=PATH, required=True, help="CSV of customers.")
@click.option("--employees", type=PATH, required=True, help="CSV of employees.")
@click.option("--outcomes", type=PATH, required=True, help="CSV of who met whom, and how well it went.")
@click.option("--split", type=click.Choice(["auto", "time", "group"]), default="auto", show_default=True,
              help="What parts earlier from later outcomes; auto: time where outcomes have it.")  # fmt: skip
@click.option("--start", type=click.Choice(["warm", "cold"]), default="warm", show_default=True,
              help="cold: judge only by customers never met before.")  # fmt: skip
@click.option("--partners", type=click.IntRange(1, 50), default=1, show_default=True,
              help="How many each is matched with, where every pair of a group has met.")  # fmt: skip
@click.option("--placebos", type=click.IntRange(0, 1000), default=10, show_default=True,
              help="Runs in each of two worlds where there is nothing to find.")  # fmt: skip
@click.option("--compare-boosting", is_flag=True, help="Beside gradient boosting too: is it worth its cost? Slow.")
@click.option("--plots", type=FOLDER, help="Folder for reliability.png, uplift.png and segments.png.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Decides draws.")
@json_option
def evaluate(
    classifier: Path | None, customers: Path, employees: Path, outcomes: Path, split: str, start: str, partners: int,
    placebos: int, compare_boosting: bool, plots: Path | None, seed: int,
) -> None:  # fmt: skip
    """Learn from earlier outcomes, judge by later ones, and compare: with and without values, and with chance.

    Every figure has a 95 % interval over resampled groups. A gain whose interval holds 0 is called not distinguishable.

    \b
    Example:
      klik evaluate --classifier classifier --customers customers.csv --employees employees.csv --outcomes outcomes.csv
    """
    from api.wiring import read_framework
    from matcher.compatibility.evaluate import evaluate as evaluated
    from matcher.compatibility.placebo import WORLDS, placebo

    framework = read_framework(settings_from_environment())
    opened = None if classifier is None else _opened(classifier, framework.name)
    with progress("Evaluating") as show:
        data = read_pairs(customers, employees, outcomes, framework)
        with of_file(outcomes), clean_output():
            found = evaluated(
                data, split=split, start=start, seed=seed, partners=partners, progress=show,
                current=None if opened is None else opened.scorer, current_until=_until(opened),
            )  # fmt: skip
            worlds = [placebo(data, world, runs=placebos, seed=seed, progress=show) for world in WORLDS if placebos]
            boosted = _boosted(data, split=split, start=start, seed=seed) if compare_boosting else None
    if plots is not None:
        _draw(found, data, plots)
    _tell(found, worlds, opened, boosted)


def _opened(folder: Path, framework: str) -> "Opened":
    from models.shelf import read_classifier

    with of_file(folder):
        return read_classifier(folder, framework=framework)


def _until(opened: "Opened | None") -> float | None:
    """When the classifier's last outcome was, in seconds since 1970; `None` where its outcomes had no times."""
    window = None if opened is None else opened.card["window"]
    return None if window is None else datetime.fromisoformat(window[1]).timestamp()


def _boosted(data: "Data", *, split: str, start: str, seed: int) -> "Boosted":
    from matcher.compatibility.boosting import compare_boosting

    return compare_boosting(data, split=split, start=start, seed=seed)


def _draw(found: "Evaluation", data: "Data", folder: Path) -> None:
    from api.commands.evaluation_picture import draw_reliability, draw_segments, draw_uplift

    folder.mkdir(parents=True, exist_ok=True)
    draw_reliability(found, data, folder / "reliability.png")
    draw_uplift(found, data, folder / "uplift.png")
    draw_segments(found, folder / "segments.png")


def _tell(found: "Evaluation", worlds: Sequence["Placebo"], opened: "Opened | None", boosted: "Boosted | None") -> None:
    from matcher.compatibility.evaluate import CURRENT
    from matcher.compatibility.story import evaluation_document

    document = evaluation_document(found)
    if wants_json():
        placebos = {each.world: {"runs": each.runs, "reported": each.reported} for each in worlds}
        beside = None if boosted is None else asdict(boosted)
        digest = None if opened is None else opened.digest
        say_json({**document, "placebos": placebos, "boosting": beside, "classifier": digest})
        return
    measures = document["measures"]
    rows = [[name, *(shown(figures.get(each)) for each in COLUMNS[1:])] for name, figures in measures.items()]
    say_table(COLUMNS, rows, title=f"{len(found.rows):,} outcomes judged ({found.split}, {found.start})")
    click.echo("")
    for told in found.verdicts.values():
        click.echo(f"What was learnt is {told}.")
    if found.worth is not None:
        worth = found.worth
        click.echo(f"assignment, {worth.groups} groups: {worth.verdict}, above {worth.percentile:.1%} of random ones")
    tell_segments(document)
    for each in worlds:
        click.echo(f"placebo, {each.world}: {each.verdict}")
    if boosted is not None:
        click.echo(f"{boosted.verdict}. AUC {boosted.auc:.3f} beside {boosted.bilinear_auc:.3f}.")
    if opened is not None and CURRENT not in found.predictions:
        click.echo("The classifier given was trained on outcomes like these: only later ones can judge it.", err=True)


def tell_segments(evaluation: Mapping[str, Any]) -> None:
    """Each segment and team of an evaluation's document, and whether any is served worse."""
    segments = evaluation.get("segments")
    if not segments:
        return
    rows = [
        [one["side"], one["name"], "< 5" if one["outcomes"] is None else f"{one['outcomes']:,}",
         *(shown(one["figures"].get(each)) for each in SEGMENT_COLUMNS[3:])]
        for one in segments
    ]  # fmt: skip
    click.echo("")
    say_table(SEGMENT_COLUMNS, rows, title="By segment and team; a dash where fewer than 50 outcomes were judged")
    click.echo("")
    for side, one in evaluation["parity"].items():
        click.echo(f"{side}s: {one['verdict']}{_points(one['difference'])}")


def _points(difference: Mapping[str, float | None]) -> str:
    """A difference of shares in percentage points; nothing where it cannot be told."""
    value, low, high = (None if part is None else f"{100 * part:+.1f}" for part in difference.values())
    return "" if value is None else f"; {value} points ({low} to {high})"


def shown(figure: Mapping[str, Any] | None) -> str:
    """Value and interval in brackets; a dash where outcomes cannot tell."""
    if figure is None or figure["value"] is None:
        return "–"
    interval = "" if figure["low"] is None else f" ({figure['low']:.3f} to {figure['high']:.3f})"
    return f"{figure['value']:.3f}{interval}"
