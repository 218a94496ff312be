"""The files that commands read which learn, and which use what was learnt."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.refusal import of_file

if TYPE_CHECKING:
    from matcher.compatibility.evaluate import Data
    from matcher.compatibility.people_table import PeopleTable
    from matcher.compatibility.serving import ServedClassifier
    from matcher.profiles.framework import Framework

PATH = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)


def read_customers(path: Path, framework: "Framework") -> "PeopleTable":
    """The customers of a file. Raises InvalidInput with the file, line and column of each fault."""
    from api.files.people import customer_rows
    from matcher.compatibility.people_table import customer_table

    with of_file(path), path.open("rb") as stream:
        rows = customer_rows(stream, framework)
        _warn(path, rows.warnings)
        return customer_table(rows.values(), framework)


def read_employees(path: Path, framework: "Framework") -> "PeopleTable":
    """The employees of a file. Raises InvalidInput with the file, line and column of each fault."""
    from api.files.people import employee_rows
    from matcher.compatibility.people_table import employee_table

    with of_file(path), path.open("rb") as stream:
        rows = employee_rows(stream, framework)
        _warn(path, rows.warnings)
        return employee_table(rows.values(), framework)


def read_pairs(customers: Path, employees: Path, outcomes: Path, framework: "Framework") -> "Data":
    """All three files, an outcome told twice once. Raises InvalidInput with the faults of the first that has any."""
    from api.files.outcomes import outcome_rows, told_once
    from matcher.compatibility.evaluate import Data
    from matcher.compatibility.outcomes import outcomes_of

    asking, staff = read_customers(customers, framework), read_employees(employees, framework)
    with of_file(outcomes), outcomes.open("rb") as stream:
        rows = outcome_rows(stream, customers=frozenset(asking.ids), employees=frozenset(staff.ids)).values()
    once = list(told_once(rows))
    if len(once) < len(rows):
        lines = f"lines that say exactly what an earlier one says: {len(rows) - len(once):,}; an outcome counts once."
        _warn(outcomes, (lines,))
    return Data(asking, staff, outcomes_of(once, asking.ids, staff.ids), framework)


def read_served(folder: Path, framework: "Framework") -> "ServedClassifier":
    """The classifier that `klik train` laid down in the folder, as decisions are made by it; its version is its
    SHA-256.

    Raises InvalidInput, with the folder, for anything that was not put there whole, or belongs to another framework.
    """
    from matcher.compatibility.serving import ServedClassifier
    from models.shelf import read_classifier

    with of_file(folder):
        opened = read_classifier(folder, framework=framework.name)
    return ServedClassifier(opened.digest, opened.scorer, int(opened.card.get("outcomes", 0)))


def _warn(path: Path, warnings: tuple[str, ...]) -> None:
    for warning in warnings:
        click.echo(f"{path}: {warning}", err=True)
