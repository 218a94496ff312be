"""`klik portfolio`: every customer of a file to an account employee, on threads, processes or a cluster."""

import csv
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.commands.installation import settings_from_environment
from api.commands.refusal import keep_apart, of_file
from api.commands.screen import json_option, progress, say_json, wants_json
from matcher.errors import Unavailable

if TYPE_CHECKING:
    from matcher.assignment.transport import Ascent
    from matcher.profiles.framework import Framework
    from matcher.profiles.people import Employee
    from matcher.use_cases.assign_portfolio import Portfolio

COLUMNS = ("customer_id", "employee_id", "compatibility")
PATH = click.Path(path_type=Path, dir_okay=False)
BACKENDS = {"threads": "threading", "processes": "loky", "dask": "dask"}
RunEach = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]


@dataclass(frozen=True, slots=True)
class Terms:
    """What is asked of every account employee, and who works it out."""

    capacity_column: str
    skills: dict[str, int]
    mandate: int
    backend: str
    jobs: int
    cluster: str | None


def _skills(_context: click.Context, _parameter: click.Parameter, text: str) -> dict[str, int]:
    from api.files.cells import pairs
    from api.files.people import skill_level

    try:
        return pairs(text, skill_level) if text else {}
    except ValueError as error:
        raise click.BadParameter(str(error)) from None


@click.command()
@click.option("--customers", type=PATH, required=True, help="CSV of customers, of any length.")
@click.option("--employees", type=PATH, required=True, help="CSV of the account employees.")
@click.option("--out", type=PATH, required=True, help="CSV to write: customer, employee, compatibility.")
@click.option(
    "--capacity-column", default="capacity", show_default=True, help="Column with each employee's number of customers."
)
@click.option(
    "--skills", default="", callback=_skills, help="Skills each account employee must have: billing=2|moving=1."
)
@click.option("--mandate", type=click.IntRange(0, 3), default=0, help="Mandate each account employee must have.")
@click.option("--backend", type=click.Choice(tuple(BACKENDS)), default="threads", show_default=True)
@click.option("--jobs", type=click.IntRange(1, 1024), default=1, show_default=True, help="Workers.")
@click.option("--cluster", metavar="ADDRESS", help="Dask scheduler, as tcp://host:8786; default one on this machine.")
@click.option("--resume", is_flag=True, help="Go on where an earlier run of the same files was cut off.")
@json_option
def portfolio(customers: Path, employees: Path, out: Path, *, resume: bool, **options: Any) -> None:
    """Give every customer an account employee: the best whole, within the number of customers each may have.

    \b
    Example:
      klik portfolio --customers customers.csv --employees employees.csv --out accounts.csv --jobs 4
    """
    from api.wiring import read_framework

    terms = Terms(**options)
    framework = read_framework(settings_from_environment())
    kept = out.with_name(f"{out.name}.state")
    spooled = out.with_name(f"{out.name}.customers")
    for written in (out, kept, spooled):
        keep_apart(written, customers, employees)
    try:
        found, staff = _assigned(customers, employees, spooled, kept, terms, framework, resume=resume)
    finally:
        spooled.unlink(missing_ok=True)
    _write(out, customers, staff, found)
    kept.unlink(missing_ok=True)
    _tell(found, out)


def _assigned(
    customers: Path, employees: Path, spooled: Path, kept: Path, terms: Terms, framework: "Framework", *, resume: bool
) -> tuple["Portfolio", Sequence["Employee"]]:
    """The files read, the prices raised, every customer placed."""
    from api.files.portfolio import account_employees, fingerprint, read_state, spool_customers, write_state
    from matcher.routing.accounts import AccountChunks, bench_of
    from matcher.use_cases.assign_portfolio import assign_portfolio

    at = datetime.now(UTC)
    with of_file(employees):
        staff, capacity = account_employees(employees, framework, capacity_column=terms.capacity_column)
    with of_file(customers), progress("Reading customers") as show:
        spool = spool_customers(customers, spooled, framework, at=at, show=show)
    asked = (terms.capacity_column, repr(sorted(terms.skills.items())), str(terms.mandate), framework.name)
    question = fingerprint(customers, employees, *asked)
    bench = bench_of(
        staff, framework, languages=spool.languages, skills=terms.skills, mandate=terms.mandate, mode="prior", at=at
    )
    with _workers(terms) as run_each, progress("Moving prices") as show:

        def after_round(state: "Ascent", rounds: int) -> None:
            show(state.rounds, rounds)
            write_state(kept, state, question)

        start = read_state(kept, question) if resume else None
        chunks = AccountChunks(bench, spool, spool.sizes, run_each)
        return assign_portfolio(chunks, capacity, start=start, after_round=after_round), staff


@contextmanager
def _workers(terms: Terms) -> Iterator[RunEach]:
    """Who works: threads, processes or a cluster, all by joblib, which gives answers in the order of the questions."""
    from joblib import Parallel, delayed, parallel_config

    with (
        _cluster(terms),
        parallel_config(backend=BACKENDS[terms.backend], n_jobs=terms.jobs),
        Parallel() as parallel,
    ):
        yield lambda ask, items: parallel(delayed(ask)(item) for item in items)


@contextmanager
def _cluster(terms: Terms) -> Iterator[None]:
    """A client of the Dask cluster, where one is asked for."""
    if terms.backend != "dask":
        yield
        return
    try:
        from distributed import Client
    except ImportError:
        raise click.UsageError("Dask is not installed; install klik[dask], or take --backend processes.") from None
    on_this_machine = {"n_workers": terms.jobs, "threads_per_worker": 1, "dashboard_address": None}
    connect: Any = Client  # without types
    try:
        client = connect(terms.cluster) if terms.cluster else connect(**on_this_machine)
    except OSError as error:
        raise Unavailable(f"{error}; check the address, and that the scheduler runs.") from None
    with client:
        yield


def _write(out: Path, customers: Path, staff: Sequence["Employee"], found: "Portfolio") -> None:
    from api.files.export import safe_cell
    from api.files.portfolio import customer_ids

    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        rows = zip(customer_ids(customers), found.employee_of.tolist(), found.worth.tolist(), strict=True)
        for customer, employee, worth in rows:
            given = ("", "") if employee < 0 else (safe_cell(staff[employee].id), f"{worth:.6f}")
            writer.writerow([safe_cell(customer), *given])


def _tell(found: "Portfolio", out: Path) -> None:
    served = int((found.employee_of >= 0).sum())
    if wants_json():
        numbers = ("value", "bound", "gap", "rounds", "short")
        say_json(
            {"customers": len(found.employee_of), "assigned": served, **{one: getattr(found, one) for one in numbers}}
        )
        return
    short = f" Places fewer than customers: {found.short}." if found.short else ""
    click.echo(
        f"{served} of {len(found.employee_of)} customers have an account employee (at most {found.gap:.3%} below the "
        f"best possible; rounds: {found.rounds}); written to {out}.{short}"
    )
