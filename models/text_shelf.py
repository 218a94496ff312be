"""Where the scorer of texts lies: one JSON document with its own SHA-256, in a folder under KLIK_HOME; no code."""

import hashlib
import os
import threading
from collections.abc import Mapping
from pathlib import Path

import orjson

from matcher.errors import InvalidInput, invalid
from matcher.profiles.framework import Facet
from matcher.profiles.text import TextScorer

SCHEMA = "klik-text/1"

Stamp = tuple[int, int, int]


class TextShelf:
    """The scorer for one framework's values. Threads may share it; a file put there anew is read at its next use."""

    def __init__(self, folder: Path, framework: str, facet: Facet) -> None:
        self.path = folder / f"{framework}.json"
        self._framework = framework
        self._facet = facet
        self._reading = threading.Lock()
        self._kept: tuple[Stamp, TextScorer | None] | None = None

    def current(self) -> TextScorer | None:
        """The scorer, or `None` where there is none that can be trusted: `read` says why."""
        stamp = self._stamp()
        if stamp is None:
            return None
        with self._reading:
            if self._kept is None or self._kept[0] != stamp:
                try:
                    self._kept = (stamp, self.read())
                except InvalidInput:
                    self._kept = (stamp, None)
            return self._kept[1]

    def cap(self) -> float | None:
        """What all texts of a person may be worth, in pseudo-counts; `None` without a scorer."""
        scorer = self.current()
        return None if scorer is None else scorer.cap

    def read(self) -> TextScorer:
        """The scorer as it lies there. Raises InvalidInput `bad_scorer` for anything else than `put` wrote."""
        try:
            document = orjson.loads(self.path.read_bytes())
        except (OSError, orjson.JSONDecodeError):
            raise self._bad("cannot be read as JSON") from None
        if not isinstance(document, Mapping) or document.get("schema") != SCHEMA:
            raise self._bad(f"is no document of the schema {SCHEMA!r}")
        said = document.get("scorer")
        if not isinstance(said, Mapping) or _sha256(said) != document.get("sha256"):
            raise self._bad("was changed since it was written: its SHA-256 is another")
        scorer = TextScorer.from_document(said)
        if document.get("framework") != self._framework or scorer.dims != self._facet.dims:
            raise self._bad(f"was trained for another framework than {self._framework}")
        return scorer

    def put(self, scorer: TextScorer) -> str:
        """Lay the scorer down in place of the former one, whole or not at all; its SHA-256 (hex)."""
        said = scorer.to_document()
        digest = _sha256(said)
        document = {"schema": SCHEMA, "framework": self._framework, "sha256": digest, "scorer": said}
        self.path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        beside = self.path.with_suffix(f".{os.getpid()}.part")
        beside.write_bytes(orjson.dumps(document, option=orjson.OPT_SORT_KEYS))
        beside.chmod(0o600)
        beside.replace(self.path)
        return digest

    def _stamp(self) -> Stamp | None:
        try:
            found = self.path.stat()
        except OSError:
            return None
        return found.st_ino, found.st_mtime_ns, found.st_size

    def _bad(self, reason: str) -> InvalidInput:
        return invalid("", "bad_scorer", f"{self.path} {reason}; train it anew with `klik profiles train-text`")


def _sha256(document: Mapping[str, object]) -> str:
    return hashlib.sha256(orjson.dumps(document, option=orjson.OPT_SORT_KEYS)).hexdigest()
