"""`klik replay`: real traffic of a call log through the router, beside what really happened."""

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.clean_output import clean_output
from api.commands.pair_files import FOLDER
from api.commands.screen import json_option, progress, say_json, wants_json

if TYPE_CHECKING:  # what a run needs is imported by the run, so that `klik --help` stays quick
    from api.replay_report import Report

POLICIES = ("longest_idle", "first_come", "klik")
SHORT_S = 5  # who hangs up sooner is counted apart: hardly anyone could have been answered by then
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("log", type=FILE)
@click.option("--policy", "policies", type=click.Choice(POLICIES), multiple=True, help="May be given several times.")
@click.option("--employees", type=FILE, help="CSV of employees: skills and profiles by the names in the log.")
@click.option("--classifier", type=FOLDER, help="Folder of a classifier, as `klik train` laid it, for the policy klik.")
@click.option("--draw-profiles", type=click.IntRange(0), metavar="SEED", help="Draw value profiles at random.")
@click.option("--answer-within", type=click.FloatRange(0), default=20.0, show_default=True, metavar="SECONDS")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of all that is drawn.")
@click.option("--skip-malformed", is_flag=True, help="Count rows that cannot be used instead of refusing the file.")
@click.option("--out", type=FOLDER, help="Folder for replay.json, who_got_whom.csv and the picture.")
@click.option("--picture", type=click.Choice(("png", "svg")), default="png", show_default=True)
@json_option
def replay(
    log: Path,
    policies: tuple[str, ...],
    employees: Path | None,
    classifier: Path | None,
    draw_profiles: int | None,
    answer_within: float,
    seed: int,
    skip_malformed: bool,
    out: Path | None,
    picture: str,
) -> None:
    """Replay a bank's call log (CSV or CSV.gz) under one or more policies, beside what really happened.

    \b
    Example:
      klik replay calls.csv.gz --policy longest_idle --policy klik --out report/
    """
    from api.commands.replay_run import Request, replayed
    from api.replay_report import Setting
    from matcher.simulation.staffing import StaffingTerms

    named = tuple(dict.fromkeys(policies)) or POLICIES
    if classifier is not None and "klik" not in named:
        raise click.UsageError("--classifier counts only under the policy klik: add --policy klik.")
    request = Request(log, named, employees, skip_malformed, classifier)
    setting = Setting(log.name, answer_within, SHORT_S, seed, draw_profiles, StaffingTerms())
    with clean_output():
        report = replayed(request, setting, progress)
    show(report)
    if out is not None:
        write(report, out, picture)


def show(report: "Report") -> None:
    """Print the report: tables, or one JSON document when that was asked for."""
    from rich.console import Console

    from api.commands.replay_table import shown
    from api.replay_method import method
    from api.replay_report import document

    if wants_json():
        say_json(document(report, method(report)))
    else:
        Console().print(shown(report), highlight=False)


def write(report: "Report", folder: Path, ending: str) -> None:
    """Write replay.json, who_got_whom.csv and the picture into `folder`, made if need be, and say where they are."""
    from api.commands.replay_picture import draw
    from api.replay_method import method
    from api.replay_report import document, who_got_whom

    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document(report, method(report)), indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "replay.json").write_text(text + "\n", encoding="utf-8")
    with (folder / "who_got_whom.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(who_got_whom(report))
    draw(report, folder / f"replay.{ending}")
    click.echo(f"Written to {folder}: replay.json, who_got_whom.csv, replay.{ending}", err=True)
