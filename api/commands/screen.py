"""What commands write: tables for people at a terminal, plain lines for pipes, JSON for machines."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

import click

AS_JSON = "klik.as_json"

F = TypeVar("F", bound=Callable[..., Any])


def json_option(command: F) -> F:
    """Adds `--json`; see `wants_json`."""

    def note(context: click.Context, _: click.Parameter, value: bool) -> None:
        context.meta[AS_JSON] = value

    option = click.option(
        "--json", is_flag=True, expose_value=False, callback=note, help="Answer as JSON, for machines."
    )
    return option(command)


def wants_json(context: click.Context | None = None) -> bool:
    """Whether the running command was asked for JSON."""
    context = context or click.get_current_context(silent=True)
    return context is not None and bool(context.meta.get(AS_JSON))


def say_json(document: object) -> None:
    """One JSON document on standard output."""
    click.echo(json.dumps(document, ensure_ascii=False, indent=2, default=str, allow_nan=False))


def say_table(columns: Sequence[str], rows: Iterable[Sequence[str]], *, title: str | None = None) -> None:
    """A table: drawn at a terminal, separated by tabs elsewhere."""
    if not sys.stdout.isatty():
        for row in (columns, *rows):
            click.echo("\t".join(row))
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*columns, title=title, title_justify="left")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)


def say_records(records: Sequence[Mapping[str, object]], columns: Sequence[str]) -> None:
    """Records as JSON when asked for, else as a table of these columns."""
    if wants_json():
        say_json(list(records))
    else:
        say_table(columns, [[_cell(record.get(column)) for column in columns] for record in records])


@contextmanager
def progress(title: str) -> Iterator[Callable[[int, int | None], None]]:
    """A bar on standard error while a terminal looks on; call what it gives with what is done, and of how much."""
    if not sys.stderr.isatty():
        yield lambda _done, _total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task(title, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)


def _cell(value: object) -> str:
    return "" if value is None else str(value)
