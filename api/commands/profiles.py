"""`klik profiles`: HR's work on employees' profiles, by the same use cases that serve HTTP."""

import io
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.commands.installation import open_klik, settings_from_environment
from api.commands.learning import calibration, refit, train_text
from api.commands.refusal import of_file
from api.commands.screen import json_option, progress, say_json, say_records, say_table, wants_json
from matcher.errors import Conflict, TooLarge

if TYPE_CHECKING:
    from api.wiring import Klik
    from matcher.use_cases.ports import Job, Records
    from matcher.use_cases.tag_employees import TagOrder

ACTOR = "command line"
FACET = "values"
ROWS_SHOWN = 50
MOST_TOLD = 500
WORDS = {"tag": "tagged", "skip": "left as they are", "error": "with errors"}
PICTURES = (".png", ".svg")


@click.group()
def profiles() -> None:
    """Tag staff by a file, see who is not profiled yet and how a profile came to be, and learn from the surveyed."""


@profiles.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--dry-run", is_flag=True, help="Only tell what would happen.")
@click.option("--reason", help="Why, for the lines that give no reason of their own.")
@click.option("--skip-faulty", is_flag=True, help="Apply the sound lines even where others have errors.")
@json_option
def tag(file: Path, dry_run: bool, reason: str | None, skip_faulty: bool) -> None:
    """Tag the employees of FILE (CSV): all lines, or none when one has an error.

    Columns: id, dominant, secondary, reason; or value:… shares in place of dominant and secondary. A line that names no
    value system leaves its employee as they are. What is applied bears a batch, for `klik profiles undo`.

    \b
    Example:
      klik profiles tag tags.csv --reason "Agreed in the yearly talk" --dry-run
    """
    from matcher.use_cases.tag_employees import TagOrder

    order = TagOrder(_line(reason, "--reason"), dry_run, skip_faulty)
    with open_klik(settings_from_environment()) as klik:
        with of_file(file):
            content = _content(klik, file)
        with progress(f"Tagging by {file.name}") as show:
            job = _tagged(klik, content, order, show)
    if job.error is not None or not job.result:
        raise Conflict(job.error or "It was stopped; nobody was tagged.")
    _tell_tagged(job.result, order)


@profiles.command()
@click.argument("batch")
@click.option("--reason", required=True, help="Why the tags are taken back; the employees read it.")
@json_option
def undo(batch: str, reason: str) -> None:
    """Take back every tag of BATCH: former tags count again, later ones stay. Twice is as good as once.

    \b
    Example:
      klik profiles undo 019f…c1 --reason "Wrong file"
    """
    from matcher.use_cases.undo_tags import undo_tags

    why = _line(reason, "--reason") or ""
    with open_klik(settings_from_environment()) as klik, klik.store.writing() as records:
        undone = undo_tags(records, klik.framework, batch, reason=why, actor=ACTOR, now=klik.now())
    if wants_json():
        say_json({"batch_id": undone.batch, "revoked": undone.revoked, "employees": undone.employees})
    else:
        click.echo(f"Taken back: {undone.revoked:,} tags of {undone.employees:,} employees.")


@profiles.command()
@click.option("--team", help="Only this team.")
@click.option(
    "--limit", type=click.IntRange(1, 100_000), default=MOST_TOLD, show_default=True, help="How many at most."
)
@json_option
def missing(team: str | None, limit: int) -> None:
    """List active employees without a profile that counts, and why.

    hidden: their own wish, so do not ask; nothing: nobody said anything; tagged_only, answered: too long ago to count.

    \b
    Example:
      klik profiles missing --team Storingen
    """
    from matcher.use_cases.read_staff_coverage import read_unprofiled

    with open_klik(settings_from_environment()) as klik, klik.store.reading() as records:
        page = read_unprofiled(records, klik.framework, team=team, limit=limit, now=klik.now())
    rows = [{**asdict(one), "why": str(one.why)} for one in page.items]
    say_records(rows, ("employee_id", "name", "team", "why"))
    if page.next_after is not None:
        click.echo(f"… and more: these are the first {limit:,}.", err=True)


@profiles.command()
@json_option
def summary() -> None:
    """Show how far the staff is profiled, by team.

    Groups under five people are told of together, or not at all.

    \b
    Example:
      klik profiles summary
    """
    from api.schemas.staff_reports import shown_coverage
    from matcher.use_cases.read_staff_coverage import read_staff_coverage

    with open_klik(settings_from_environment()) as klik, klik.store.reading() as records:
        shown = shown_coverage(read_staff_coverage(records, klik.framework, now=klik.now()))
    if wants_json():
        say_json(shown)
        return
    columns = ("team", "employees", "profiled", "tagged_only", "answered", "hidden", "mean_confidence")
    rows = [_cells(_team_name(row), row, columns) for row in shown["items"]]
    say_table(columns, [*rows, _cells("all of these", shown["total"], columns)])
    if shown["suppressed"]:
        click.echo(f"Groups under {shown['least_group']} people are told of together, or left out.", err=True)


@profiles.command()
@click.option("--limit", type=click.IntRange(1, 10_000), default=MOST_TOLD, show_default=True, help="How many at most.")
@json_option
def contested(limit: int) -> None:
    """List the tags that employees contested, the last one first.

    \b
    Example:
      klik profiles contested
    """
    from api.schemas.staff_reports import shown_contested
    from matcher.use_cases.read_contested_tags import read_contested_tags

    with open_klik(settings_from_environment()) as klik, klik.store.reading() as records:
        page = read_contested_tags(records, klik.framework, limit=limit)
    columns = ("employee_id", "tagged_at", "tag_reason", "contested_at", "contest_reason", "tagged_anew")
    say_records([shown_contested(one) for one in page.items], columns)


@profiles.command()
@click.argument("employee")
@click.option("--facet", default=FACET, show_default=True, help="Which side of the person.")
@click.option("--after", type=click.IntRange(0), default=0, help="The number of the step to go on after.")
@click.option("--limit", type=click.IntRange(1, MOST_TOLD), default=100, show_default=True, help="Steps at most.")
@json_option
def history(employee: str, facet: str, after: int, limit: int) -> None:
    """Show what was recorded, revoked and contested about EMPLOYEE: when, by whom, why, and the profile after each.

    The shares with their intervals come with --json, and as a picture with `klik profiles plot`.

    \b
    Example:
      klik profiles history m-anouk
    """
    from api.schemas.history import shown_step
    from matcher.use_cases.read_profile_history import read_profile_history

    with open_klik(settings_from_environment()) as klik, klik.store.reading() as records:
        page = read_profile_history(records, klik.framework, employee, facet=facet, after=after, limit=limit)
    steps = [shown_step(step) for step in page.steps]
    if wants_json():
        say_json({"subject": employee, "facet": facet, "items": steps, "next_after": page.next_after})
        return
    columns = ("number", "at", "action", "source", "actor", "reason", "n_eff")
    say_table(columns, [[_cell(row.get(name)) for name in columns] for row in (_flat(step) for step in steps)])
    if page.next_after is not None:
        click.echo(f"… and more: go on with --after {page.next_after}.", err=True)


@profiles.command()
@click.argument("employee")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="Where to: a .png or an .svg file.")
@click.option("--facet", default=FACET, show_default=True, help="Which side of the person.")
@click.option("--language", type=click.Choice(("nl", "en")), default="en", show_default=True, help="Of the labels.")
def plot(employee: str, out: Path, facet: str, language: str) -> None:
    """Draw EMPLOYEE's profile with its 90 % intervals, and how it moved over time.

    \b
    Example:
      klik profiles plot m-anouk --out anouk.png --language nl
    """
    if out.suffix.lower() not in PICTURES:
        raise click.BadParameter(f"end the file's name in {' or '.join(PICTURES)}", param_hint="--out")
    from api.commands.profile_picture import draw
    from matcher.use_cases.read_profile_history import read_profile_story

    with open_klik(settings_from_environment()) as klik, klik.store.reading() as records:
        story = read_profile_story(records, klik.framework, employee, facet=facet, now=klik.now())
    draw(story, out, language=language)
    click.echo(f"Drawn: {out}", err=True)


for _command in (refit, calibration, train_text):
    profiles.add_command(_command)


def _line(text: str | None, option: str) -> str | None:
    """The reason as one clean line. Raises BadParameter, as for any option that cannot be used."""
    from api.schemas.text import BadText, clean_line

    if text is None:
        return None
    try:
        return clean_line(text)
    except BadText as bad:
        raise click.BadParameter(bad.sentence, param_hint=option) from None


def _content(klik: "Klik", file: Path) -> bytes:
    """The file, once it is known to be readable as a table of tags."""
    from api.files.table import Limits, count_rows
    from api.files.tags import tag_rows

    limits = Limits(file_bytes=klik.settings.import_limit_bytes, rows=klik.settings.import_rows)
    with file.open("rb") as stream:
        content = stream.read(limits.file_bytes + 1)
    if len(content) > limits.file_bytes:
        raise TooLarge(f"is larger than {limits.file_bytes:,} bytes; split it.")
    tag_rows(io.BytesIO(content), klik.framework, limits=limits)
    count_rows(io.BytesIO(content), limits=limits)
    return content


def _tagged(klik: "Klik", content: bytes, order: "TagOrder", show: Callable[[int, int | None], None]) -> "Job":
    from api.commands.own_job import done_here
    from matcher.use_cases.start_tagging import start_tagging

    def start(records: "Records") -> "Job":
        return start_tagging(records, content, order, actor=ACTOR, now=klik.now(), new_id=klik.new_id)

    return done_here(klik, start, show=show)


def _tell_tagged(result: Mapping[str, Any], order: "TagOrder") -> None:
    """The report; an error on a line makes the command end with 1, unless faulty lines were to be skipped."""
    if wants_json():
        say_json(result)
    else:
        told = [row for row in result["rows"] if row["action"] == "error"] or result["rows"]
        columns = ("line", "employee_id", "action", "detail")
        say_table(columns, [[_cell(row[name]) for name in columns] for row in told[:ROWS_SHOWN]])
        click.echo(_told_in_short(result, order), err=True)
    if result["counts"]["error"] and not order.skip_faulty:
        raise click.exceptions.Exit(1)


def _told_in_short(result: Mapping[str, Any], order: "TagOrder") -> str:
    counted = [f"{result['counts'][action]:,} {word}" for action, word in WORDS.items() if result["counts"][action]]
    counts = ", ".join(counted) or "no lines"
    if result["applied"]:
        return f"Applied: {counts}. Batch {result['batch_id']}: take it back with `klik profiles undo`."
    if order.dry_run:
        return f"A dry run, nobody was tagged: {counts}."
    advice = " Correct the lines with errors and send the file again." if result["counts"]["error"] else ""
    return f"Nobody was tagged: {counts}.{advice}"


def _flat(step: Mapping[str, Any]) -> dict[str, Any]:
    return {**step, "n_eff": f"{step['profile']['n_eff']:.1f}"}


def _team_name(row: Mapping[str, Any]) -> str:
    return "all others" if row["team"] is None else str(row["team"])


def _cells(name: str, figures: Mapping[str, Any], columns: tuple[str, ...]) -> list[str]:
    mean = figures["mean_confidence"]
    counts = [str(figures[column]) for column in columns[1:-1]]
    return [name, *counts, "withheld" if mean is None else f"{mean:.2f}"]


def _cell(value: object) -> str:
    return "" if value is None else str(value)
