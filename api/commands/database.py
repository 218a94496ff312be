"""`klik db`: the schema."""

import click

from api.commands.installation import settings_from_environment
from api.commands.screen import json_option, say_json, wants_json
from api.settings import masked


@click.group()
def db() -> None:
    """Bring the database up to date."""


@db.command()
@json_option
def upgrade() -> None:
    """Bring the schema to this version's. Safe to repeat, and while an older version serves.

    \b
    Example:
      KLIK_DATABASE_URL=postgresql://klik@localhost/klik klik db upgrade
    """
    from models.store import open_store

    settings = settings_from_environment()
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = open_store(settings.database_url)
    try:
        before = store.schema_version()
        store.migrate()
        after = store.schema_version()
    finally:
        store.close()
    if wants_json():
        say_json({"database": masked(settings.database_url), "from": before, "to": after})
    elif before == after:
        click.echo(f"The schema is current ({after}).")
    else:
        click.echo(f"The schema went from {before or 'nothing'} to {after}.")
