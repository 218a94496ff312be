"""`klik classifiers list | show | train | judge | promote | rollback`: what outcomes taught, and what serves."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from api.commands.clean_output import clean_output
from api.commands.evaluate import COLUMNS, shown, tell_segments
from api.commands.installation import open_klik, settings_from_environment
from api.commands.moments import MOMENT, aware
from api.commands.screen import json_option, progress, say_json, say_table, wants_json
from matcher.errors import Conflict

if TYPE_CHECKING:
    from matcher.compatibility.measures import Figure
    from matcher.use_cases.ports import Job, KnownClassifier, Records
    from matcher.use_cases.read_live_record import LiveRecord

ACTOR = "command line"
MOST_LISTED = 500
MOST_SEED = 2**53 - 1  # as over HTTP: a whole number that every reader of JSON holds
PARTS = ("value", "low", "high")
VERSION = click.argument("version")


@click.group()
def classifiers() -> None:
    """Learn classifiers from the outcomes in the store, read their cards, and decide which one serves."""


@classifiers.command("list")
@json_option
def list_them() -> None:
    """List every classifier, newest first, refused ones too.

    \b
    Example:
      klik classifiers list
    """
    from api.schemas.classifiers import shown_classifier
    from matcher.use_cases.read_classifiers import list_classifiers

    with open_klik(settings_from_environment()) as klik, klik.store.reading() as records:
        found = list_classifiers(records, limit=MOST_LISTED).items
    if wants_json():
        say_json([shown_classifier(one) for one in found])
        return
    columns = ("version", "state", "outcomes", "until", "gate", "alarms")
    say_table(columns, [_row(one) for one in found])


@classifiers.command()
@VERSION
@json_option
def show(version: str) -> None:
    """Show the card of a classifier.

    \b
    Example:
      klik classifiers show c20261122-0123456789ab
    """
    from api.schemas.classifiers import shown_card
    from matcher.use_cases.promote_classifier import classifier_named
    from matcher.use_cases.read_live_record import read_live_record

    with open_klik(settings_from_environment()) as klik:
        terms = klik.rule_set.outcome_terms
        with klik.store.reading() as records:
            one = classifier_named(records, version)
            live = read_live_record(records, one, terms=terms)
    if wants_json():
        say_json(shown_card(one, live))
    else:
        _tell(one)
        _tell_live(live)


@classifiers.command()
@click.option("--from", "since", type=MOMENT, help="First moment to learn from; default 365 days before the end.")
@click.option("--to", "until", type=MOMENT, help="The end, itself left out; default now.")
@click.option("--seed", type=click.IntRange(0, MOST_SEED), default=0, show_default=True, help="Decides draws.")
@json_option
def train(since: datetime | None, until: datetime | None, seed: int) -> None:
    """Learn a classifier from the outcomes in the store, and put it to the gate.

    \b
    Example:
      klik classifiers train --from 2026-01-01
    """
    from api.commands.own_job import done_here
    from matcher.use_cases.start_training import start_training

    with open_klik(settings_from_environment()) as klik:

        def start(records: "Records") -> "Job":
            window = {"since": aware(since), "until": aware(until)}
            return start_training(records, **window, seed=seed, actor=ACTOR, now=klik.now(), new_id=klik.new_id)

        with progress("Learning from outcomes") as told, clean_output():
            job = done_here(klik, start, show=told)
    if job.error is not None or not job.result:
        raise Conflict(job.error or "It was stopped; nothing changed.")
    if wants_json():
        say_json(job.result)
        return
    click.echo(f"{job.result['version']} is {job.result['state']}.")
    _tell_gate(job.result["gate"])


@classifiers.command()
@VERSION
@click.option("--from", "since", type=MOMENT, help="First moment; default, and at the earliest, its last outcome.")
@click.option("--to", "until", type=MOMENT, help="The end, itself left out; default now.")
@json_option
def judge(version: str, since: datetime | None, until: datetime | None) -> None:
    """Judge a classifier by logged decisions, before it decides anything. It changes nothing.

    \b
    Example:
      klik classifiers judge c20261122-0123456789ab
    """
    from api.schemas.classifier_judgements import shown_judgement
    from matcher.use_cases.judge_classifier import judge_classifier

    with open_klik(settings_from_environment()) as klik, klik.store.reading() as records:
        found = judge_classifier(
            records,
            klik.shelf,
            version,
            framework=klik.framework,
            rule_set=klik.rule_set,
            since=aware(since),
            until=aware(until),
            now=klik.now(),
        )
    if wants_json():
        say_json(shown_judgement(found))
    else:
        _tell_judgement(shown_judgement(found))


@classifiers.command()
@VERSION
@json_option
def promote(version: str) -> None:
    """Put a classifier that passed its gate in service. Every process follows within a minute.

    \b
    Example:
      klik classifiers promote c20261122-0123456789ab
    """
    from api.schemas.classifiers import shown_classifier
    from matcher.use_cases.promote_classifier import promote_classifier

    with open_klik(settings_from_environment()) as klik, klik.store.writing() as records:
        one = promote_classifier(records, version, actor=ACTOR, now=klik.now())
    if wants_json():
        say_json(shown_classifier(one))
    else:
        click.echo(f"{one.version} is in service.")


@classifiers.command()
@json_option
def rollback() -> None:
    """Take the classifier in service out of it: the one before serves again, or none does.

    \b
    Example:
      klik classifiers rollback
    """
    from api.schemas.classifiers import shown_classifier
    from matcher.use_cases.roll_back_classifier import roll_back_classifier

    with open_klik(settings_from_environment()) as klik, klik.store.writing() as records:
        one = roll_back_classifier(records, actor=ACTOR, now=klik.now())
    if wants_json():
        say_json({"current": None if one is None else shown_classifier(one)})
    else:
        click.echo("No classifier is in service now." if one is None else f"{one.version} is in service again.")


def _row(one: "KnownClassifier") -> list[str]:
    notes = [*one.alarms, *(["asks for retraining"] if one.person_erased else [])]
    notes += [] if one.removed_at is None else ["files let go"]
    gate = "passed" if one.passed_gate else "not passed"
    until = f"{one.last_outcome_at:%Y-%m-%d}"
    return [one.version, str(one.state), f"{one.outcomes:,}", until, gate, "; ".join(notes)]


def _tell(one: "KnownClassifier") -> None:
    from matcher.compatibility.story import weighing_told

    card: Mapping[str, Any] = one.card
    measures = card["evaluation"].get("measures", {})
    rows = [[name, *(shown(figures.get(each)) for each in COLUMNS[1:])] for name, figures in measures.items()]
    click.echo(f"{one.version}: {one.state}, learnt from {one.outcomes:,} outcomes, made {one.made_at:%Y-%m-%d %H:%M}.")
    if rows:
        say_table(COLUMNS, rows, title="On later outcomes, 95 % intervals")
    else:
        click.echo(f"How good it is cannot be told: {card['evaluation'].get('not_told')}")
    tell_segments(card["evaluation"])
    weighed = weighing_told(card)
    if weighed is not None:
        click.echo(f"Its outcomes are {weighed}.")
    _tell_gate(one.gate)
    for alarm in one.alarms:
        click.echo(f"Alarm: {alarm}")
    if one.person_erased:
        click.echo("Somebody it was learnt from was erased: learn anew.")


def _tell_live(live: "LiveRecord") -> None:
    asked = f"{live.decisions:,} of {live.looked_at:,} logged since {live.since:%Y-%m-%d %H:%M} UTC"
    came, agreement = f"{live.outcomes:,} outcomes", live.agreement
    share = "" if agreement is None else f"{agreement.value:.1%} ({agreement.low:.1%} to {agreement.high:.1%})"
    rows = [
        ["it spoke of", "", asked],
        ["chose as the current one", share, f"{live.compared:,} choices"],
        ["log-loss", _span(live.log_loss), came],
        ["log-loss of the current one", _span(live.current_log_loss), came],
        ["how much lower", _span(live.gain), came],
    ]
    say_table(("on live decisions", "with 95 % interval", "of"), rows)


def _span(one: "Figure | None") -> str:
    return "" if one is None else f"{one.value:.4f} ({one.low:.4f} to {one.high:.4f})"


def _tell_judgement(one: Mapping[str, Any]) -> None:
    click.echo(f"{one['version']}: {one['verdict']}")
    told = "" if one["effective"] is None else f", worth {one['effective']:,.0f} when weighed"
    click.echo(f"{one['used']:,} of {one['decisions']:,} decisions used{told}.")
    for reason, count in one["left_out"].items():
        if count:
            click.echo(f"Left out, {reason}: {count:,}")
    if one["estimates"]:
        cells = [[name, *(_cell(each[part]) for part in PARTS)] for name, each in one["estimates"].items()]
        say_table(("success a decision", *PARTS), cells, title="95 % intervals")


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:.4f}"


def _tell_gate(gate: Any) -> None:
    marks = [["passed" if line["passed"] else "failed", line["name"], line["told"]] for line in gate["lines"]]
    say_table(("gate", "line", "what was found"), marks)
