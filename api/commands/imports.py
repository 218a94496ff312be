"""`klik import`: files taken over, by the same job that serves HTTP."""

import io
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.commands.installation import open_klik, settings_from_environment
from api.commands.own_job import done_here
from api.commands.refusal import of_file
from api.commands.screen import json_option, progress, say_json, say_table, wants_json
from matcher.errors import Conflict, TooLarge

if TYPE_CHECKING:
    from api.wiring import Klik
    from matcher.use_cases.ports import Job, Records

ACTOR = "command line"
ROWS_SHOWN = 50
OF_OUTCOMES = {
    "joined": "{:,} belong to decisions made here.",
    "relabelled": "{:,} earlier outcomes are failures now, by complaints.",
    "unknown_customers": "{:,} name a customer who is not here; they were kept without.",
    "unknown_employees": "{:,} name an employee who is not here; they were kept without.",
}
WORDS = {"create": "new", "update": "changed", "skip": "unchanged", "error": "with errors"}


@click.group()
def imports() -> None:
    """Take over a file of employees, or of outcomes."""


@imports.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
@json_option
def employees(file: Path, dry_run: bool) -> None:
    """Import the employees of FILE (CSV): all lines, or none when one has an error.

    Columns: id, name, team, languages (nl|en), skills (billing=4|sales=2), mandate, capacity, channels
    (phone=3|chat=1:2, cost and most at once), hours (mon 09:00-17:00|…), active, value:…, trait:…, wants:…, has:….
    What the file has no column for stays as it is.

    \b
    Example:
      klik import employees staff.csv --dry-run
    """
    with open_klik(settings_from_environment()) as klik:
        with of_file(file):
            content = _content(klik, file)
        with progress(f"Importing {file.name}") as show:
            job = _imported(klik, content, dry_run=dry_run, show=show)
    if job.error is not None or not job.result:
        raise Conflict(job.error or "The import was stopped; nothing was applied.")
    _tell(job.result, dry_run=dry_run)


@imports.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
@json_option
def outcomes(file: Path, dry_run: bool) -> None:
    """Remember the outcomes of FILE (CSV), for classifiers to learn from.

    Columns: at, customer_id, employee_id, contact_id, success or resolved and satisfaction, effort, minutes or
    handle_s, money_cents, complaint, broken_promise, propensity, group, intent, channel, decision_at, note, event_id.
    While a line has an error nothing is kept; a line that was kept before is skipped.

    \b
    Example:
      klik import outcomes outcomes.csv --dry-run
    """
    with open_klik(settings_from_environment()) as klik, of_file(file), progress(f"Importing {file.name}") as show:
        report = _outcomes_of(klik, file, dry_run=dry_run, show=show)
    _tell_lines(report, dry_run=dry_run)


def _outcomes_of(
    klik: "Klik", file: Path, *, dry_run: bool, show: Callable[[int, int | None], None]
) -> Mapping[str, Any]:
    """What the file did. It is read from the disk as it goes, so that it may be larger than memory."""
    from api.files.outcome_events import outcome_event_rows
    from api.files.outcomes import LIMITS
    from api.files.table import count_rows
    from api.schemas.outcomes import shown_outcome_import
    from matcher.use_cases.import_outcomes import OutcomeRow, import_outcomes

    def rows() -> Iterator[OutcomeRow]:
        with file.open("rb") as stream:
            yield from outcome_event_rows(stream, key=klik.cursor_key)

    with file.open("rb") as stream:
        total = count_rows(stream, limits=LIMITS) * (1 if dry_run else 2)
    report = import_outcomes(
        rows,
        reading=klik.store.reading,
        writing=klik.store.writing,
        now=klik.now(),
        dry_run=dry_run,
        terms=klik.rule_set.outcome_terms,
        go_on=lambda done: show(done, total),
    )
    return shown_outcome_import(report)


def _tell_lines(result: Mapping[str, Any], *, dry_run: bool) -> None:
    """The report; a line with an error makes the command end with 1."""
    if wants_json():
        say_json(result)
    else:
        told = [row for row in result["rows"] if row["action"] == "error"]
        if told:
            say_table(("line", "detail"), [[str(row["line"]), row["detail"]] for row in told[:ROWS_SHOWN]])
        click.echo(_summary(result, dry_run=dry_run), err=True)
        for name, sentence in OF_OUTCOMES.items():
            if result["outcomes"][name]:
                click.echo(sentence.format(result["outcomes"][name]), err=True)
    if result["counts"]["error"]:
        raise click.exceptions.Exit(1)


def _content(klik: "Klik", file: Path) -> bytes:
    """The file, once it is known to be readable as a table. Raises InvalidInput with the place of what is wrong."""
    from api.files.people import employee_rows
    from api.files.table import Limits, count_rows

    limits = Limits(file_bytes=klik.settings.import_limit_bytes, rows=klik.settings.import_rows)
    with file.open("rb") as stream:
        content = stream.read(limits.file_bytes + 1)
    if len(content) > limits.file_bytes:
        raise TooLarge(f"is larger than {limits.file_bytes:,} bytes; split it.")
    employee_rows(io.BytesIO(content), klik.framework, limits=limits)
    count_rows(io.BytesIO(content), limits=limits)
    return content


def _imported(klik: "Klik", content: bytes, *, dry_run: bool, show: Callable[[int, int | None], None]) -> "Job":
    """The job as it ended. When this process dies in between, a worker ends it."""
    from matcher.use_cases.start_import import start_import

    def start(records: "Records") -> "Job":
        return start_import(records, content, dry_run=dry_run, actor=ACTOR, now=klik.now(), new_id=klik.new_id)

    return done_here(klik, start, show=show)


def _tell(result: Mapping[str, Any], *, dry_run: bool) -> None:
    """The report; a line with an error makes the command end with 1."""
    if wants_json():
        say_json(result)
    else:
        told = [row for row in result["rows"] if row["action"] == "error"] or result["rows"]
        columns = ("line", "employee_id", "action", "detail")
        say_table(columns, [[str(row[name] or "") for name in columns] for row in told[:ROWS_SHOWN]])
        for warning in result["warnings"]:
            click.echo(f"Warning: {warning}", err=True)
        click.echo(_summary(result, dry_run=dry_run), err=True)
    if result["counts"]["error"]:
        raise click.exceptions.Exit(1)


def _summary(result: Mapping[str, Any], *, dry_run: bool) -> str:
    counts = ", ".join(
        f"{result['counts'][action]:,} {word}" for action, word in WORDS.items() if result["counts"].get(action)
    )
    counts = counts or "no lines"
    if result["applied"]:
        return f"Applied: {counts}."
    if dry_run:
        return f"A dry run, nothing applied: {counts}."
    return f"Nothing applied: {counts}. Correct the lines with errors and import the file again."
