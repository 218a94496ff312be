"""`klik replay`: real traffic of a call log through the router, beside what really happened."""

import csv
import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from matcher.errors import InvalidInput, MatcherError

if TYPE_CHECKING:  # what a run needs is imported by the run, so that `klik --help` stays quick
    from rich.progress import Progress as Bar

    from api.replay_report import Report
    from matcher.simulation.engine import Progress

POLICIES = ("longest_idle", "first_come", "klik")
SHORT_S = 5  # who hangs up sooner is counted apart: hardly anyone could have been answered by then
STEP = 200  # arrivals between two looks of the progress bar


@click.command()
@click.argument("log", type=click.Path(path_type=Path))
@click.option("--policy", "policies", type=click.Choice(POLICIES), multiple=True, help="May be given several times.")
@click.option("--employees", type=click.Path(path_type=Path), help="Employee file: skills and profiles by log name.")
@click.option("--draw-profiles", type=click.IntRange(min=0), metavar="SEED", help="Draw value profiles at random.")
@click.option("--answer-within", type=click.FloatRange(min=0), default=20.0, show_default=True, metavar="SECONDS")
@click.option("--seed", type=click.IntRange(min=0), default=1, show_default=True, help="Seed of all that is drawn.")
@click.option("--skip-malformed", is_flag=True, help="Count rows that cannot be used instead of refusing the file.")
@click.option("--json", "as_json", is_flag=True, help="The report as JSON.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), help="Folder for JSON, CSV and the picture.")
@click.option("--picture", type=click.Choice(("png", "svg")), default="png", show_default=True)
def replay(
    log: Path,
    policies: tuple[str, ...],
    employees: Path | None,
    draw_profiles: int | None,
    answer_within: float,
    seed: int,
    skip_malformed: bool,
    as_json: bool,
    out: Path | None,
    picture: str,
) -> None:
    """Replay a bank's call log (CSV or CSV.gz) under one or more policies, beside what really happened."""
    from api.commands.replay_run import Request, replayed
    from api.replay_report import Setting
    from matcher.simulation.staffing import StaffingTerms

    request = Request(log, tuple(dict.fromkeys(policies)) or POLICIES, employees, skip_malformed)
    setting = Setting(log.name, answer_within, SHORT_S, seed, draw_profiles, StaffingTerms())
    try:
        with watched() as watcher:
            report = replayed(request, setting, watcher)
        show(report, as_json=as_json)
        if out is not None:
            write(report, out, picture)
    except MatcherError as error:
        raise click.ClickException(explained(error)) from None
    except OSError as error:
        raise click.ClickException(f"{error.filename or log}: {error.strerror}") from None


class Bars:
    """A progress bar a policy, on a terminal's error stream."""

    def __init__(self, bar: "Bar") -> None:
        self.bar = bar

    def watch(self, policy: str) -> "Progress":
        """A bar for `policy`."""
        task = self.bar.add_task(policy, total=None)

        def tell(done: int, total: int) -> None:
            if done % STEP == 0 or done == total:
                self.bar.update(task, completed=done, total=total)

        return tell


@contextmanager
def watched() -> Iterator[Bars]:
    """Progress bars for as long as the block runs; silent where standard error is no terminal."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not console.is_terminal) as bar:
        yield Bars(bar)


def show(report: "Report", *, as_json: bool) -> None:
    """Print the report: tables, or one JSON document."""
    from rich.console import Console

    from api.commands.replay_table import shown
    from api.replay_method import method
    from api.replay_report import document

    if as_json:
        click.echo(json.dumps(document(report, method(report)), indent=2, ensure_ascii=False))
    else:
        Console().print(shown(report), highlight=False)


def write(report: "Report", folder: Path, ending: str) -> None:
    """Write replay.json, who_got_whom.csv and the picture into `folder`, made if need be, and say where they are."""
    from api.commands.replay_picture import draw
    from api.replay_method import method
    from api.replay_report import document, who_got_whom

    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(document(report, method(report)), indent=2, ensure_ascii=False)
    (folder / "replay.json").write_text(text + "\n", encoding="utf-8")
    with (folder / "who_got_whom.csv").open("w", encoding="utf-8", newline="") as stream:
        csv.writer(stream).writerows(who_got_whom(report))
    draw(report, folder / f"replay.{ending}")
    click.echo(f"Written to {folder}: replay.json, who_got_whom.csv, replay.{ending}", err=True)


def explained(error: MatcherError) -> str:
    """The error's sentence; of an input with many faults, every fault on a line of its own."""
    if isinstance(error, InvalidInput):
        return "\n".join(fault.detail for fault in error.faults)
    return error.detail
