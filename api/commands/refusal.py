"""How a command ends that was refused or failed: what is wrong, where, and exit code 1."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import click

from api.commands.screen import wants_json
from matcher.errors import Fault, InvalidInput, MatcherError, TooLarge

MOST_FAULTS_SHOWN = 100  # a document is mended fault by fault; a file of thousands of people is not
FAILED = 1


class Refused(click.ClickException):
    """An error of Klik's own as the command line tells it."""

    exit_code = FAILED

    def __init__(self, error: MatcherError, *, as_json: bool) -> None:
        super().__init__(error.detail)
        self.error = error
        self.as_json = as_json

    def show(self, file: IO[Any] | None = None) -> None:
        """Every fault on standard error; as one JSON document on standard output when that was asked for."""
        if self.as_json:
            click.echo(json.dumps(document_of(self.error), ensure_ascii=False, indent=2))
            return
        for line in lines_of(self.error):
            click.echo(line, err=True, file=file)


class UnusableFile(MatcherError):
    """A file cannot be read or written."""

    code = "unusable_file"


def keep_apart(out: Path, *read: Path | None) -> None:
    """Raises UnusableFile where an answer would be written over a file that it is made from, by whatever name."""
    for one in read:
        if one is not None and out.exists() and one.exists() and out.samefile(one):
            raise UnusableFile(f"{out}: the answer would be written over what it is made from; name another file.")


@contextmanager
def of_file(path: Path) -> Iterator[None]:
    """Puts the file's name before each fault found in it."""
    try:
        yield
    except InvalidInput as error:
        raise InvalidInput([_named(path, fault) for fault in error.faults]) from None
    except TooLarge as error:
        raise TooLarge(f"{path}: {error.detail}") from None


@contextmanager
def told_refusals(context: click.Context) -> Iterator[None]:
    """Turns errors of Klik's own, and files that cannot be used, into a told refusal."""
    try:
        yield
    except MatcherError as error:
        raise Refused(error, as_json=wants_json(context)) from None
    except (BrokenPipeError, click.ClickException):
        raise
    except OSError as error:
        place = f"{error.filename}: " if error.filename else ""
        fault = UnusableFile(f"{place}{error.strerror or error}; check the path, your rights and the room on the disk.")
        raise Refused(fault, as_json=wants_json(context)) from None


def document_of(error: MatcherError) -> dict[str, object]:
    """The error as JSON, with the stable code of each fault."""
    faults = error.faults if isinstance(error, InvalidInput) else ()
    return {
        "code": error.code,
        "detail": error.detail,
        "errors": [{"pointer": fault.pointer, "code": fault.code, "detail": fault.detail} for fault in faults],
    }


def lines_of(error: MatcherError) -> list[str]:
    """The error in sentences, a line a fault."""
    if not isinstance(error, InvalidInput):
        return [f"Error: {error.detail}"]
    shown = [f"Error: {_sentence(fault)}" for fault in error.faults[:MOST_FAULTS_SHOWN]]
    left_out = len(error.faults) - len(shown)
    return [*shown, f"… and {left_out} more."] if left_out else shown


def _named(path: Path, fault: Fault) -> Fault:
    """The fault with the file's name, and with its place there where its words do not say it already."""
    if fault.detail.startswith(str(path)):
        return fault
    place = "" if fault.detail.startswith("line ") or not fault.pointer else f", {fault.pointer}"
    return Fault(fault.pointer, fault.code, f"{path}{place}: {fault.detail}")


def _sentence(fault: Fault) -> str:
    """The fault with its place, where its words do not say it already."""
    last = fault.pointer.rpartition("/")[2]
    return fault.detail if last in fault.detail else f"{fault.pointer}: {fault.detail}"
