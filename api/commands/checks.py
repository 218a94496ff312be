"""`klik rules check`: every fault of a rule set, and what it would do that nobody can have meant."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.installation import open_klik, settings_from_environment
from api.commands.refusal import of_file
from api.commands.screen import json_option, say_json, wants_json

if TYPE_CHECKING:
    from matcher.profiles.framework import Framework
    from matcher.profiles.people import Employee
    from matcher.rules.lint import Finding

PATH = click.Path(path_type=Path)


@click.command("check")
@click.argument("file", type=PATH)
@click.option("--employees", type=PATH, help="CSV of employees to hold it against.")
@click.option("--stored", is_flag=True, help="Hold it against the employees of this installation.")
@click.option("--lang", type=click.Choice(("en", "nl")), default="en", show_default=True, help="Of the sentences.")
@json_option
@click.pass_context
def check_rules(context: click.Context, file: Path, employees: Path | None, stored: bool, lang: str) -> None:
    """Report every fault of the rule set FILE (JSON) and what it would do, each with its place and what to do.

    Exit code 1 where it could not be published so.

    \b
    Example:
      klik rules check winter.json --employees employees.csv
    """
    from api.files.documents import read_document
    from api.wiring import read_framework
    from matcher.rules import parse_rule_set
    from matcher.rules.lint import lint, refused

    framework_in_use = read_framework(settings_from_environment())
    staff = _staff(employees, framework_in_use, stored=stored)
    with of_file(file):
        found = parse_rule_set(read_document(file), framework=framework_in_use)
    findings = lint(found, framework=framework_in_use, staff=staff)
    if wants_json():
        answer = {"version": found.version, "title": found.title, "rules": [rule.id for rule in found.rules]}
        say_json({**answer, "findings": [_shown(one, lang) for one in findings]})
    else:
        click.echo(f"{file}: no fault. {len(found.rules)} rules, strategy {found.strategy.preset}.")
        for one in findings:
            click.echo(f"- {one.severity.upper()} {one.pointer} {one.code}: {one.sentence[lang]} {one.advice[lang]}")
    context.exit(1 if refused(findings) else 0)


def _staff(path: Path | None, framework: "Framework", *, stored: bool) -> "list[Employee]":
    """The employees named; none where none were."""
    from api.rehearsal_case import read_staff
    from matcher.use_cases.check_rule_set import stored_staff

    found: list[Employee] = []
    if path is not None:
        with of_file(path):
            found += read_staff(path, framework).values()
    if stored:
        with open_klik(settings_from_environment()) as klik, klik.store.reading() as records:
            found += stored_staff(records, framework)
    return found


def _shown(one: "Finding", lang: str) -> dict[str, object]:
    told = {"code": one.code, "severity": str(one.severity), "pointer": one.pointer, "rules": list(one.rules)}
    return {**told, "sentence": one.sentence[lang], "advice": one.advice[lang]}
