"""`klik match`: files in, assignments out; nothing is stored."""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import click

from api.commands.clean_output import clean_output
from api.commands.installation import settings_from_environment
from api.commands.pair_files import FOLDER, PATH, read_served
from api.commands.refusal import keep_apart, of_file
from api.commands.screen import json_option, progress, say_json, wants_json
from matcher.rules.strategy import PRESETS

if TYPE_CHECKING:
    from api.files.contacts import LoggedContact
    from api.settings import Settings
    from matcher.compatibility.serving import ServedClassifier
    from matcher.contacts.contact import Contact
    from matcher.profiles.framework import Framework
    from matcher.profiles.people import Customer, Employee
    from matcher.routing import Decision, Round
    from matcher.use_cases.match_contacts import MatchRequest

COLUMNS = ("contact_id", "employee_id", "score", "compatibility", "reason")
TOLD = ("objective", "bound", "gap", "solver", "decision_basis", "versions", "unassigned")


@dataclass(frozen=True, slots=True)
class Question:
    """Who waits, who may serve, and the moment."""

    contacts: tuple["Contact", ...]
    employees: tuple["Employee", ...]
    at: datetime


@click.command()
@click.option("--contacts", type=PATH, required=True, help="CSV of waiting contacts.")
@click.option("--employees", type=PATH, required=True, help="CSV of the employees who may serve them.")
@click.option("--customers", type=PATH, help="CSV of the customers behind the contacts.")
@click.option("--out", type=PATH, required=True, help="CSV of assignments to write.")
@click.option("--rule-set", type=PATH, help="Rule set (JSON); default the one in force.")
@click.option("--classifier", type=FOLDER, help="Folder of a classifier, as `klik train` laid it; default none.")
@click.option("--strategy", type=click.Choice(tuple(PRESETS)), help="What to excel in, instead of the rule set's.")
@click.option("--explain", is_flag=True, help="Give every reason, not only the first.")
@click.option("--lang", type=click.Choice(["en", "nl"]), default="en", show_default=True, help="Language of reasons.")
@click.option("--at", metavar="TIME", help="Moment of matching (RFC 3339); default the last arrival, else now.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Decides between equals.")
@json_option
def match(
    contacts: Path,
    employees: Path,
    customers: Path | None,
    out: Path,
    rule_set: Path | None,
    classifier: Path | None,
    strategy: str | None,
    explain: bool,
    lang: str,
    at: str | None,
    seed: int,
) -> None:
    """Match the contacts of one file with the employees of another: the best whole, not one by one.

    \b
    Example:
      klik match --contacts contacts.csv --employees employees.csv --out assignments.csv --explain
    """
    from api.wiring import read_framework
    from matcher.use_cases.match_contacts import MatchRequest

    keep_apart(out, contacts, employees, customers, rule_set)
    settings = settings_from_environment()
    if rule_set is not None:
        settings = replace(settings, rule_set=rule_set)
    framework = read_framework(settings)
    learnt = None if classifier is None else read_served(classifier, framework)
    with progress("Matching") as show:
        question = _question(contacts, employees, customers, framework, at)
        show(1, 2)
        asked = MatchRequest(
            question.contacts,
            question.employees,
            strategy=strategy,
            explain="full" if explain else "short",
            language=lang,
            at=question.at,
        )
        with clean_output():
            found = _round(asked, settings, framework, learnt, now=question.at, seed=seed)
    _write(out, found.decisions, is_full=explain)
    _tell(found, out)
    if learnt is not None:
        _tell_of(learnt, found)


def _question(
    contacts: Path, employees: Path, customers: Path | None, framework: "Framework", at: str | None
) -> Question:
    """The three files, read. Raises InvalidInput with every fault of the first file that has any."""
    from api.files.contacts import contact_rows
    from api.files.people import customer_rows, employee_rows

    with of_file(employees), employees.open("rb") as stream:
        staff = tuple(employee_rows(stream, framework, required=("id", "channels")).values())
    known: dict[str, Customer] = {}
    if customers is not None:
        with of_file(customers), customers.open("rb") as stream:
            known = {each.id: each for each in customer_rows(stream, framework).values()}
    with of_file(contacts), contacts.open("rb") as stream:
        logged = contact_rows(stream).values()
    moment = _moment(at, logged)
    return Question(tuple(_waiting(each, moment, known) for each in logged), staff, moment)


def _moment(at: str | None, logged: Sequence["LoggedContact"]) -> datetime:
    from api.files.cells import moment

    if at is not None:
        try:
            return moment(at)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--at") from None
    return max((each.arrived_at for each in logged if each.arrived_at is not None), default=datetime.now(UTC))


def _waiting(logged: "LoggedContact", at: datetime, customers: Mapping[str, "Customer"]) -> "Contact":
    contact = logged.contact
    waiting_s = contact.waiting_s
    if logged.arrived_at is not None:
        waiting_s = max(0.0, (at - logged.arrived_at).total_seconds())
    return replace(contact, waiting_s=waiting_s, customer=customers.get(contact.customer_id or ""))


def _round(
    asked: "MatchRequest",
    settings: "Settings",
    framework: "Framework",
    learnt: "ServedClassifier | None",
    *,
    now: datetime,
    seed: int,
) -> "Round":
    """The round, by the use case that serves HTTP, on a memory that holds nothing."""
    from api.wiring import fresh_rng, read_rule_set
    from matcher.routing import Roster
    from matcher.rules import compile_rules
    from matcher.use_cases.match_contacts import Terms, match_contacts
    from models.memory import MemoryStore

    terms = Terms(
        staff=Roster.of([], framework, at=now),
        framework=framework,
        rules=compile_rules(read_rule_set(settings, framework)),
        timezone=ZoneInfo(settings.timezone),
        classifier=learnt,
    )
    return match_contacts(MemoryStore(), asked, terms=terms, now=now, rng=fresh_rng(seed))


def _write(out: Path, decisions: Sequence["Decision"], *, is_full: bool) -> None:
    from api.files.export import safe_cell

    with out.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream)
        writer.writerow(COLUMNS)
        for each in decisions:
            who = (each.contact_id, each.employee_id or "")
            numbers = (f"{each.score:.6f}", f"{each.compatibility:.6f}") if each.employee_id else ("", "")
            writer.writerow([*map(safe_cell, who), *numbers, safe_cell(_reason(each, is_full=is_full))])


def _reason(decision: "Decision", *, is_full: bool) -> str:
    if decision.unassigned is not None:
        return decision.unassigned.detail
    sentences = [reason.text for reason in decision.reasons]
    return " ".join(sentences if is_full else sentences[:1])


def _tell(found: "Round", out: Path) -> None:
    from api.schemas.matching import shown_round

    served = sum(each.employee_id is not None for each in found.decisions)
    if wants_json():
        shown = shown_round(found)  # as HTTP answers; the assignments are in the file
        told = {name: shown[name] for name in TOLD}
        say_json({"contacts": len(found.decisions), "assigned": served, "solve_s": found.solve_s, **told})
    else:
        click.echo(
            f"{served} of {len(found.decisions)} contacts have an employee (at most {found.gap:.2%} below the best "
            f"possible, {found.solver}, {found.solve_s:.3f} s); written to {out}."
        )


def _tell_of(learnt: "ServedClassifier", found: "Round") -> None:
    """Whether the classifier that was given decided: a rule set may keep what was learnt out of it."""
    from matcher.routing.decision import Basis

    name = f"the classifier {learnt.version[:12]}, learnt from {learnt.outcomes:,} outcomes"
    if found.basis is Basis.CLASSIFIER:
        click.echo(f"Who fits whom was judged by {name}.", err=True)
    else:
        click.echo(f"Not used is {name}: the rule set's values.mode leaves out what was learnt.", err=True)
