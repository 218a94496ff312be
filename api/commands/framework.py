"""`klik framework`: every fault of a framework's file with its place, and which frameworks there are."""

from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.installation import settings_from_environment
from api.commands.screen import json_option, say_json, say_records, wants_json

if TYPE_CHECKING:
    from matcher.errors import InvalidInput
    from matcher.profiles.framework import Framework
    from models.frameworks import FoundFile

REFUSED = 1
COLUMNS = ("framework", "title", "state", "file")


@click.group()
def framework() -> None:
    """Check a framework of value systems, and list those there are."""


@framework.command("check")
@click.argument("file", type=click.Path(path_type=Path))
@json_option
def check(file: Path) -> None:
    """Report every fault of the framework FILE (JSON) with its place, and what is allowed but hardly meant.

    Ends with 1 when there is a fault; a warning is none.

    \b
    Example:
      klik framework check my-framework.json
    """
    from api.files.documents import read_document
    from matcher.errors import InvalidInput
    from matcher.profiles.framework import parse_framework

    document = read_document(file)
    lines = _Lines(file)
    try:
        found = parse_framework(document)
    except InvalidInput as error:
        _tell_faults(error, lines)
        raise click.exceptions.Exit(REFUSED) from None
    _tell(found, lines)


@framework.command("list")
@json_option
def listing() -> None:
    """List the frameworks that come with Klik and those in KLIK_HOME/frameworks.

    \b
    Example:
      klik framework list
    """
    from models.frameworks import find_frameworks

    settings = settings_from_environment()
    found = find_frameworks(extra_folder=settings.home / "frameworks")
    say_records([_row(each, active=settings.framework) for each in found], COLUMNS)


def _row(found: "FoundFile", *, active: str) -> dict[str, object]:
    framework = found.framework
    ready = "in use" if found.name == active else "ready"
    state = f"{len(found.faults)} faults" if framework is None else ready
    title = "" if framework is None else framework.title.get("en", next(iter(framework.title.values())))
    name = found.name if framework is None else framework.name
    return {"framework": name, "title": title, "state": state, "file": str(found.path)}


class _Lines:
    """The lines of a file, read when the first is asked for."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._text: str | None = None

    def line(self, pointer: str) -> int:
        from api.files.json_lines import line_of

        if self._text is None:
            self._text = self.path.read_text(encoding="utf-8-sig")
        return line_of(self._text, pointer)

    def told(self, pointer: str, code: str, detail: str) -> dict[str, object]:
        return {"pointer": pointer, "line": self.line(pointer), "code": code, "detail": detail}

    def sentence(self, pointer: str, detail: str) -> str:
        return f"{self.path}, line {self.line(pointer)}, {pointer or 'the document'}: {detail}"


def _tell_faults(error: "InvalidInput", lines: _Lines) -> None:
    if wants_json():
        faults = [lines.told(fault.pointer, fault.code, fault.detail) for fault in error.faults]
        say_json({"code": error.code, "detail": f"{lines.path} has {len(faults)} faults.", "errors": faults})
        return
    for fault in error.faults:
        click.echo(f"Error: {lines.sentence(fault.pointer, fault.detail)}", err=True)


def _tell(found: "Framework", lines: _Lines) -> None:
    if wants_json():
        warnings = [lines.told(each.pointer, each.code, each.detail) for each in found.warnings]
        answer = {"framework": found.name, "title": found.title, "value_systems": list(found.values.dims)}
        say_json(answer | {"languages": list(found.languages), "forms": list(found.forms), "warnings": warnings})
        return
    for warning in found.warnings:
        click.echo(f"Warning: {lines.sentence(warning.pointer, warning.detail)}", err=True)
    told = f"{found.name} has the value systems {', '.join(found.values.dims)}"
    click.echo(f"{lines.path}: no fault. {told}; in {', '.join(found.languages)}.")
