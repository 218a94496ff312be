"""`klik rules`: check a rule set, rehearse it, put it in force, go back, and see what was in force when."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from api.commands.checks import check_rules
from api.commands.import_workflow import import_twilio
from api.commands.installation import open_klik, settings_from_environment
from api.commands.refusal import of_file
from api.commands.rehearse import rehearse
from api.commands.screen import json_option, say_json, say_table, wants_json

if TYPE_CHECKING:
    from api.wiring import Klik
    from matcher.use_cases.ports import Records
    from matcher.use_cases.rule_ports import Approval, Publication, RuleChange, StoredRuleSet

ACTOR = "command line"
MOST_SHOWN = 1000


@click.group()
def rules() -> None:
    """Check, rehearse, publish and roll back rule sets."""


rules.add_command(check_rules)
rules.add_command(rehearse)
rules.add_command(import_twilio)


@rules.command()
@click.argument("source", metavar="FILE|VERSION")
@click.option("--note", help="Why; it is kept with the publication.")
@click.option("--replaces", metavar="VERSION", help="The version you take to be in force (a file: the present one).")
@click.option("--alone", is_flag=True, help="Without the second person this installation asks for: it is noted.")
@json_option
def publish(source: str, note: str | None, replaces: str | None, alone: bool) -> None:
    """Put a rule set in force, from the next decision on: a file, a draft, or a version of before.

    \b
    Example:
      klik rules publish winter.json --note "Sick leave in team north"
    """
    from matcher.use_cases.rule_ports import Publication

    if alone and not note:
        raise click.UsageError("--alone needs --note: say why nobody else could be asked.")
    with open_klik(settings_from_environment()) as klik:
        before = klik.rule_set.version
        made = _published(klik, source, note=note, replaces=replaces, alone=alone)
    if isinstance(made, Publication):
        _say_publication(made, before)
    else:
        _say_approval(made)


@rules.command()
@click.option("--note", help="Why; it is kept with the publication.")
@json_option
def rollback(note: str | None) -> None:
    """Put the rule set of before in force again, at once; once more goes back one further.

    \b
    Example:
      klik rules rollback --note "Chat waits too long"
    """
    from matcher.use_cases.roll_back_rules import roll_back_rules

    with open_klik(settings_from_environment()) as klik:
        before = klik.rule_set.version
        with klik.store.writing() as records:
            made = roll_back_rules(records, actor=ACTOR, now=klik.now(), note=note)
    _say_publication(made, before)


@rules.command()
@click.argument("version", default="current")
@json_option
def show(version: str) -> None:
    """Show a rule set as a document: the one in force, or a version or draft by name.

    \b
    Example:
      klik rules show > now.json
    """
    from matcher.use_cases.change_draft import the_rule_set

    with open_klik(settings_from_environment()) as klik, klik.store.reading() as records:
        found = the_rule_set(records, version)
    if wants_json():
        say_json({**_said_of(found), "document": found.document})
        return
    click.echo(f"{found.version} ({found.state}), by {found.author}, {found.created_at:%Y-%m-%d %H:%M} UTC.", err=True)
    click.echo(json.dumps(found.document, indent=2, ensure_ascii=False))


@rules.command()
@click.option("--limit", type=click.IntRange(1, MOST_SHOWN), default=20, show_default=True, help="How many changes.")
@click.option("--version", help="Only what was done with this version or draft.")
@json_option
def history(limit: int, version: str | None) -> None:
    """List who drafted, published and rolled back what, when and why, newest first; as JSON with what it changed.

    \b
    Example:
      klik rules history --json
    """
    with open_klik(settings_from_environment()) as klik, klik.store.reading() as records:
        found = records.publications.changes(limit=limit, version=version)
        current = klik.rule_set.version
    if wants_json():
        say_json({"current": current, "changes": [_change(one) for one in found]})
        return
    columns = ("at (UTC)", "by", "what", "version", "why")
    say_table(columns, [[f"{one.at:%Y-%m-%d %H:%M}", one.by, one.what, one.version, one.note or ""] for one in found])
    click.echo(f"In force: {current}", err=True)


def _published(
    klik: "Klik", source: str, *, note: str | None, replaces: str | None, alone: bool
) -> "Publication | Approval":
    """What came of publishing the file or the version."""
    from matcher.rules.lint import needs_second_person, refused
    from matcher.use_cases.check_rule_set import check_rule_set
    from matcher.use_cases.publish_rule_set import Order, publish_rule_set

    document = _document(Path(source)) if Path(source).is_file() else None
    with klik.store.writing() as records:
        found = _drafted(klik, records, document) if document is not None else _kept(records, source)
        findings = check_rule_set(records, found, framework=klik.framework)
        asks = klik.settings.second_person or needs_second_person(findings)
        order = Order(
            actor=ACTOR,
            person=ACTOR,
            revision=found.revision,
            replaces=replaces,
            note=f"Without a second person: {note}" if alone and asks else note,
            refusals=[one.fault("en") for one in refused(findings)],
            needs_second=asks and not alone,
        )
        return publish_rule_set(records, found.version, order, now=klik.now(), new_id=klik.new_id)


def _document(file: Path) -> dict[str, Any]:
    from api.files.documents import read_document

    with of_file(file):
        return dict(read_document(file))


def _drafted(klik: "Klik", records: "Records", document: Mapping[str, object]) -> "StoredRuleSet":
    from matcher.use_cases.draft_rule_set import draft_rule_set

    terms = (klik.framework, klik.now(), klik.new_id)
    return draft_rule_set(records, document, framework=terms[0], actor=ACTOR, now=terms[1], new_id=terms[2])


def _kept(records: "Records", version: str) -> "StoredRuleSet":
    from matcher.use_cases.change_draft import the_rule_set

    return the_rule_set(records, version)


def _say_publication(made: "Publication", before: str) -> None:
    if wants_json():
        told = {"version": made.version, "seq": made.seq, "kind": str(made.kind), "replaced": before}
        say_json({**told, "published_at": made.published_at.isoformat(), "note": made.note})
        return
    click.echo(f"In force from the next decision on: {made.version}")
    click.echo(f"It replaces {before}; `klik rules rollback` goes back.", err=True)


def _say_approval(asked: "Approval") -> None:
    if wants_json():
        say_json({"approval": asked.id, "content": asked.content, "expires_at": asked.expires_at.isoformat()})
        return
    click.echo(f"Another person must agree before {asked.expires_at:%Y-%m-%d %H:%M} UTC to {asked.content}:")
    click.echo(f"POST /v1/approvals/{asked.id}/acceptance with a key of theirs. Until then nothing changes.")


def _said_of(found: "StoredRuleSet") -> dict[str, object]:
    told = {"version": found.version, "state": str(found.state), "title": found.title, "author": found.author}
    return {**told, "created_at": found.created_at.isoformat()}


def _change(one: "RuleChange") -> dict[str, object]:
    told = {"at": one.at.isoformat(), "by": one.by, "what": one.what, "version": one.version, "note": one.note}
    return {**told, "detail": dict(one.detail)}
