"""Value frameworks as files: those that are shipped, and those an operator adds.

Source: profiling.md section 10.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from matcher.errors import Fault, InvalidInput, NotFound, invalid
from matcher.profiles.framework import IDENTIFIER, Framework, parse_framework

SHIPPED = Path(__file__).parent
DEFAULT = "colours8"


class InvalidFramework(InvalidInput):
    """A framework's file is faulty; the message holds every fault, for whoever reads only the last words of a start."""

    def __init__(self, faults: Iterable[Fault]) -> None:
        super().__init__(faults)
        self.args = ("\n".join(fault.detail for fault in self.faults),)


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A framework's file: the name it goes by, where it lies, and what it holds or what is wrong with it."""

    name: str
    path: Path
    framework: Framework | None
    faults: tuple[Fault, ...] = ()

    @property
    def is_shipped(self) -> bool:
        """Whether it came with Klik."""
        return self.path.parent == SHIPPED


def load_framework(name: str = DEFAULT, *, extra_folder: Path | None = None) -> Framework:
    """The framework of that name, from the shipped files or from `extra_folder`.

    Raises InvalidInput with every fault of the file, NotFound when no file bears the name. A file that repeats a
    shipped name is refused: what was stored under a name and version keeps its meaning.
    """
    if not IDENTIFIER.fullmatch(name):
        raise invalid("", "bad_id", f"{name[:64]!r} is no framework name: letters, digits and underscores")
    folders = [SHIPPED] if extra_folder is None else [SHIPPED, extra_folder]
    found = [path for path in (folder / f"{name}.json" for folder in folders) if path.is_file()]
    if not found:
        raise NotFound(f"no framework {name!r} in {', '.join(map(str, folders))}")
    if len(found) > 1:
        raise invalid("/id", "doubled_id", f"{found[1]} repeats a shipped framework: give it an id of its own")
    return _load(found[0])


def shipped_names() -> tuple[str, ...]:
    """The names of the frameworks that Klik comes with."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.json")))


def find_frameworks(*, extra_folder: Path | None = None) -> tuple[FoundFile, ...]:
    """Every framework's file, the shipped ones first, each read or with its faults; a broken one raises nothing."""
    paths = [SHIPPED / f"{name}.json" for name in shipped_names()]
    if extra_folder is not None:
        paths += sorted(extra_folder.glob("*.json"))
    return tuple(_found(path, extra_folder) for path in paths)


def _found(path: Path, extra_folder: Path | None) -> FoundFile:
    try:
        return FoundFile(path.stem, path, load_framework(path.stem, extra_folder=extra_folder))
    except InvalidInput as error:
        return FoundFile(path.stem, path, None, error.faults)


def _load(path: Path) -> Framework:
    document = _read(path)
    try:
        framework = parse_framework(document)
    except InvalidInput as error:
        raise InvalidFramework(_placed(path, fault) for fault in error.faults) from None
    if framework.id != path.stem:
        raise invalid("/id", "bad_id", f"{path} must have the id {path.stem!r}, not {framework.id!r}")
    return framework


def _placed(path: Path, fault: Fault) -> Fault:
    return replace(fault, detail=f"{path}, {fault.pointer}: {fault.detail}")


def _read(path: Path) -> Mapping[str, object]:
    try:
        text = path.read_text("utf-8-sig")
        document = json.loads(text, object_pairs_hook=_once_each, parse_constant=_refuse_constant)
    except OSError as error:
        detail = f"{path}: {error.strerror}; check the path and your rights"
        raise InvalidInput([Fault("", "unreadable", detail)]) from None
    except (ValueError, RecursionError) as error:
        raise InvalidInput([Fault("", "not_json", f"{path} is not JSON: {error}")]) from error
    if not isinstance(document, dict):
        raise invalid("", "wrong_type", f"{path} must hold one object")
    return document


def _once_each(pairs: Iterable[tuple[str, object]]) -> dict[str, object]:
    entries: dict[str, object] = {}
    for key, value in pairs:
        if key in entries:
            raise ValueError(f"key {key!r} stands twice")
        entries[key] = value
    return entries


def _refuse_constant(constant: str) -> object:
    raise ValueError(f"{constant} is no number of JSON")
