"""`klik rules check`: every fault of a rule set, with its place."""

from pathlib import Path

import click

from api.commands.installation import settings_from_environment
from api.commands.refusal import of_file
from api.commands.screen import json_option, say_json, wants_json

FILE = click.argument("file", type=click.Path(path_type=Path))


@click.command("check")
@FILE
@json_option
def check_rules(file: Path) -> None:
    """Report every fault of the rule set FILE (JSON), with its place.

    \b
    Example:
      klik rules check winter.json
    """
    from api.files.documents import read_document
    from api.wiring import read_framework
    from matcher.rules import parse_rule_set

    framework_in_use = read_framework(settings_from_environment())
    with of_file(file):
        found = parse_rule_set(read_document(file), framework=framework_in_use)
    answer = {"version": found.version, "title": found.title, "rules": [rule.id for rule in found.rules]}
    if wants_json():
        say_json(answer)
    else:
        click.echo(f"{file}: no fault. {len(found.rules)} rules, strategy {found.strategy.preset}.")
