"""`klik serve`: the web processes and the worker together."""

import os
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from api.commands.installation import settings_from_environment
from matcher.errors import Conflict

if TYPE_CHECKING:
    from api.settings import Settings
    from models.store import SqlStore


@click.command()
@click.option("--host", help="Address to listen on, instead of KLIK_BIND's.")
@click.option("--port", type=click.IntRange(0, 65535), help="Port to listen on, instead of KLIK_BIND's; 0: a free one.")
@click.option("--workers", type=click.IntRange(1, 64), help="Web processes, instead of KLIK_WORKERS.")
@click.option("--upgrade", is_flag=True, help="Bring a PostgreSQL schema up to date first (SQLite: always done).")
def serve(host: str | None, port: int | None, workers: int | None, upgrade: bool) -> None:
    """Serve HTTP and run the worker, until told to stop. The first start makes an admin key and shows it once.

    \b
    Example:
      klik serve --port 8080 --workers 4
    """
    # The requests of several threads share the cores; numpy's own threads beside them only get in the way.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    from api.commands.web_server import run_server

    settings = _settings(host, port, workers)
    token = _prepared(settings, upgrade=upgrade)
    if token is not None:
        click.echo(f"The first key, with the role admin. Keep it safe, it is not shown again:\n{token}")
    run_server(settings)


def _settings(host: str | None, port: int | None, workers: int | None) -> "Settings":
    """The settings with what the command line gave on top; half an address is completed from the setting."""
    plain = settings_from_environment(workers=None if workers is None else str(workers))
    if host is None and port is None:
        return plain
    place = host or plain.bind.host
    bind = f"[{place}]" if ":" in place else place
    number = plain.bind.port if port is None else port
    return settings_from_environment(workers=None if workers is None else str(workers), bind=f"{bind}:{number}")


def _prepared(settings: "Settings", *, upgrade: bool) -> str | None:
    """Bring the schema up to date; the token of a first admin key when there was no key at all."""
    from api.wiring import read_framework, read_rule_set
    from models.store import open_store

    read_rule_set(settings, read_framework(settings))  # a faulty document stops the start, with every fault told
    settings.home.mkdir(parents=True, exist_ok=True, mode=0o700)
    store = open_store(settings.database_url)
    try:
        if settings.uses_sqlite or upgrade:
            store.migrate()
        elif not store.is_current():
            advice = "run `klik db upgrade` first, or start with --upgrade"
            raise Conflict(f"The database's schema is {store.schema_version() or 'empty'}: {advice}.")
        return _first_key(store)
    finally:
        store.close()


def _first_key(store: "SqlStore") -> str | None:
    from api.auth import new_key

    with store.writing() as records:
        if records.keys.all():
            return None
        made, token = new_key("admin", now=datetime.now(UTC))
        records.keys.add(made)
    return token
