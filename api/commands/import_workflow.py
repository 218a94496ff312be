"""`klik rules import-twilio`: a TaskRouter workflow as a draft, with what could not be carried over."""

import json
from pathlib import Path

import click

from api.commands.installation import settings_from_environment
from api.commands.refusal import keep_apart, of_file
from api.commands.screen import json_option, say_json, wants_json

FILE = click.Path(path_type=Path, dir_okay=False, exists=True)


@click.command("import-twilio")
@click.argument("file", type=FILE)
@click.option("--out", type=click.Path(path_type=Path, dir_okay=False), required=True, help="Where to write the draft.")
@click.option("--queues", type=FILE, help="JSON list of task queues: sid, friendly_name, target_workers.")
@click.option("--title", help="The draft's title; without it the file's name.")
@json_option
def import_twilio(file: Path, out: Path, queues: Path | None, title: str | None) -> None:
    """Translate the TaskRouter workflow FILE (JSON) into a draft, and tell all that a rule set cannot say.

    \b
    Example:
      klik rules import-twilio workflow.json --queues queues.json --out draft.json
    """
    from api.adapters.twilio_workflow import import_workflow, read_queues
    from api.files.documents import parse_document, read_document
    from api.wiring import read_framework
    from matcher.rules import parse_rule_set

    keep_apart(out, file, queues)
    known = {}
    if queues is not None:
        with of_file(queues):
            listed = b'{"task_queues": ' + queues.read_bytes() + b"}"
            content = listed if queues.read_bytes().lstrip()[:1] == b"[" else queues.read_bytes()
            known = read_queues(parse_document(content, name=queues.name))
    with of_file(file):
        made = import_workflow(read_document(file), title=title or file.stem, queues=known)
        parsed = parse_rule_set(made.document, framework=read_framework(settings_from_environment()))
    out.write_text(json.dumps(made.document, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    lost = [{"pointer": one.pointer, "what": one.what} for one in made.lost]
    if wants_json():
        told = {"draft": str(out), "version": parsed.version, "rules": len(parsed.rules)}
        say_json({**told, "not_carried_over": lost, "named": dict(made.named)})
        return
    click.echo(f"{out}: {len(parsed.rules)} rules. Not carried over: {len(lost)}.")
    for one in lost:
        click.echo(f"- {one['pointer']}: {one['what']}")
    if made.named:
        click.echo("Names are read as:")
    for theirs, ours in sorted(made.named.items()):
        click.echo(f"- {theirs} → {ours}")
