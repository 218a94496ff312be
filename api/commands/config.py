"""`klik config`: the settings in force."""

import click

from api.commands.installation import settings_from_environment
from api.commands.screen import json_option, say_records
from api.settings import shown

COLUMNS = ("variable", "value", "source", "meaning")


@click.group()
def config() -> None:
    """Show the settings and where they come from."""


@config.command()
@json_option
def show() -> None:
    """Show every setting with its value (passwords masked), where it comes from and what it means.

    \b
    Example:
      KLIK_WORKERS=4 klik config show
    """
    rows = shown(settings_from_environment())
    say_records([dict(zip(COLUMNS, row, strict=True)) for row in rows], COLUMNS)
