"""`klik rules rehearse`: the same contacts under the rule set in force and under a draft."""

import csv
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.commands.clean_output import clean_output
from api.commands.installation import open_klik, settings_from_environment
from api.commands.moments import MOMENT, aware
from api.commands.refusal import of_file
from api.commands.screen import json_option, progress, say_json, wants_json

if TYPE_CHECKING:
    from api.rehearsal_case import Source
    from api.wiring import Klik
    from matcher.profiles.people import Employee
    from matcher.rules import RuleSet
    from matcher.simulation.rehearse import Case, Rehearsed

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
FOLDER = click.Path(path_type=Path, file_okay=False)
PAGE = 500


@click.command()
@click.argument("draft", metavar="FILE|VERSION")
@click.option("--contacts", type=FILE, help="CSV of contacts, with arrived_at; service_s and patience_s if known.")
@click.option("--log", type=FILE, help="A bank's call log as `klik replay` reads it, instead of --contacts.")
@click.option("--from", "since", type=MOMENT, help="Contacts decided here since, which were logged; instead of a file.")
@click.option("--to", "until", type=MOMENT, help="The end of that period, itself left out; default now.")
@click.option("--employees", type=FILE, help="CSV of employees; without it those of this installation.")
@click.option("--customers", type=FILE, help="CSV of customers: segments and profiles.")
@click.option("--current", metavar="FILE|VERSION", help="What to compare with; without it the rule set in force here.")
@click.option("--sample", type=click.IntRange(1), metavar="N", help="Replay N contacts drawn at random.")
@click.option("--answer-within", type=click.FloatRange(0), default=20.0, show_default=True, metavar="SECONDS")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Seed of all that is drawn.")
@click.option("--lang", type=click.Choice(("en", "nl")), default="en", show_default=True, help="Of the sentences.")
@click.option("--out", type=FOLDER, help="Folder for rehearsal.json, moved.csv and the picture.")
@click.option("--picture", type=click.Choice(("png", "svg")), default="png", show_default=True)
@json_option
def rehearse(draft: str, lang: str, out: Path | None, picture: str, **asked: Any) -> None:
    """Replay contacts under the rule set in force and under a draft, and say what would have changed for whom.

    \b
    Example:
      klik rules rehearse winter.json --contacts contacts.csv --employees employees.csv --out rehearsal/
      klik rules rehearse winter.json --from 2026-11-16 --to 2026-11-21
    """
    _check(asked)
    with open_klik(settings_from_environment()) as klik, clean_output():
        current = klik.rule_set if asked["current"] is None else _rule_set(klik, asked["current"])
        found, source = _rehearsed(klik, current, _rule_set(klik, draft), asked)
    told = _document(found, source, asked)
    if wants_json():
        say_json(told)
    else:
        _tell(told, lang)
    if out is not None:
        _write(found, told, out, picture, lang)


def _rehearsed(klik: "Klik", current: "RuleSet", draft: "RuleSet", asked: dict[str, Any]) -> "tuple[Rehearsed, Source]":
    from matcher.use_cases.rehearse_rules import rehearse_rules

    case, source = _case(klik, asked)
    with progress("Rehearsing") as show:
        return rehearse_rules(case, current, draft, progress=show), source


def _case(klik: "Klik", asked: dict[str, Any]) -> "tuple[Case, Source]":
    """What it runs on, from the files named or out of the store."""
    if asked["since"] is not None:
        return _stored(klik, asked)
    from api.rehearsal_case import case_of_contacts, case_of_log, read_contacts, read_known
    from matcher.simulation.klik import Known

    framework, within_s, seed = klik.framework, asked["answer_within"], asked["seed"]
    staff = _staff(klik, asked["employees"], is_log=asked["log"] is not None)
    if asked["log"] is not None:
        with of_file(asked["log"]):
            return case_of_log(asked["log"], staff, framework, within_s=within_s, seed=seed)
    known = Known()
    if asked["customers"] is not None:
        with of_file(asked["customers"]):
            known = read_known(asked["customers"], framework)
    path: Path = asked["contacts"]
    zone = klik.settings.timezone
    with of_file(path):
        seen = read_contacts(path, sample=asked["sample"], seed=seed)
        return case_of_contacts(
            seen, staff, framework, known=known, timezone=zone, within_s=within_s, seed=seed, name=path.name
        )


def _check(asked: dict[str, Any]) -> None:
    """Refuse calls that cannot be meant."""
    if sum(asked[name] is not None for name in ("contacts", "log", "since")) != 1:
        raise click.UsageError("Give the contacts to replay: one of --contacts, --log and --from.")
    if asked["until"] is not None and asked["since"] is None:
        raise click.UsageError("--to ends a period that --from begins.")
    if asked["since"] is not None and (asked["employees"] or asked["customers"]):
        raise click.UsageError("Stored contacts are replayed with the people stored here: leave out the files.")


def _stored(klik: "Klik", asked: dict[str, Any]) -> "tuple[Case, Source]":
    """The contacts that were logged in the period, with the people stored here."""
    from api.rehearsal_job import case_of_order
    from matcher.use_cases.start_rehearsal import RehearsalOrder, check_order

    since, until = aware(asked["since"]), aware(asked["until"]) or klik.now()
    order = RehearsalOrder(
        since=since, until=until, sample=asked["sample"], within_s=asked["answer_within"], seed=asked["seed"]
    )
    with klik.store.reading() as records:
        check_order(records, order)
        return case_of_order(klik, records, order)


def _staff(klik: "Klik", path: Path | None, *, is_log: bool) -> "dict[str, Employee]":
    """The employees of the file, or those stored; a log names its own."""
    from api.rehearsal_case import read_staff

    if path is not None:
        with of_file(path):
            return read_staff(path, klik.framework)
    if is_log:
        return {}
    found: dict[str, Employee] = {}
    after: str | None = None
    with klik.store.reading() as records:
        while True:
            page = records.employees.page(after=after, limit=PAGE)
            found |= {one.id: one for one in page.items if one.active}
            after = page.next_after
            if after is None:
                return found


def _rule_set(klik: "Klik", source: str) -> "RuleSet":
    """The rule set of a file, or a version or draft of this installation."""
    from api.files.documents import read_document
    from matcher.rules import parse_rule_set
    from matcher.use_cases.change_draft import the_rule_set

    path = Path(source)
    if path.is_file():
        with of_file(path):
            return parse_rule_set(read_document(path), framework=klik.framework)
    with klik.store.reading() as records:
        return parse_rule_set(the_rule_set(records, source).document)


def _document(found: "Rehearsed", source: "Source", asked: dict[str, Any]) -> dict[str, Any]:
    from api.rehearsal_report import document

    return document(found, source=source, seed=asked["seed"], within_s=asked["answer_within"])


def _tell(told: dict[str, Any], lang: str) -> None:
    source = told["source"]
    click.echo(f"{told['draft']} against {told['current']}, on {source['name']}: {source['contacts']:,} contacts, "
               f"{source['employees']:,} employees.")  # fmt: skip
    for sentence in told["sentences"][lang]:
        click.echo(f"- {sentence}")
    if source["nobody_gives_up"]:
        click.echo("No patience is known: nobody gives up in this rehearsal.", err=True)
    if source["services_drawn"]:
        click.echo(f"{source['services_drawn']:,} service times were drawn, as they are not known.", err=True)
    for reason, count in source.get("left_out", {}).items():
        if count:
            click.echo(f"Left out, {reason.replace('_', ' ')}: {count:,} contacts.", err=True)
    if source.get("read_until"):
        click.echo(f"Only contacts until {source['read_until']}: more than that is not replayed at once.", err=True)


def _write(found: "Rehearsed", told: dict[str, Any], folder: Path, ending: str, lang: str) -> None:
    from api.commands.rehearsal_picture import draw
    from api.files.export import safe_cell
    from api.rehearsal_report import moved_rows

    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(told, indent=2, ensure_ascii=False, allow_nan=False)
    (folder / "rehearsal.json").write_text(text + "\n", encoding="utf-8")
    with (folder / "moved.csv").open("w", encoding="utf-8", newline="") as stream:
        rows = ([safe_cell(cell) if isinstance(cell, str) else cell for cell in row] for row in moved_rows(found))
        csv.writer(stream).writerows(rows)
    draw(found, folder / f"rehearsal.{ending}", language=lang)
    click.echo(f"Written to {folder}: rehearsal.json, moved.csv, rehearsal.{ending}", err=True)
