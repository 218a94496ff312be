"""The shelf of an installation's classifiers: a folder each, under its version, in KLIK_HOME/classifiers."""

import re
import shutil
from pathlib import Path

from matcher.compatibility.card import Opened, Sealed
from matcher.errors import invalid
from models.shelf import put_classifier, read_classifier

VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}")


class ClassifierShelf:
    """Folders of classifiers (port `Shelf`)."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, version: str, sealed: Sealed) -> None:
        """Lay the classifier down, whole or not at all."""
        put_classifier(self._place(version), sealed)

    def read(self, version: str, *, digest: str, framework: str) -> Opened:
        """The classifier. Raises InvalidInput `bad_classifier` for anything but what was put there.

        `digest` is the registry's: a folder that was exchanged for another whole one is refused too.
        """
        opened = read_classifier(self._place(version), framework=framework)
        if opened.digest != digest:
            raise invalid("", "bad_classifier", f"{self._place(version)} holds another classifier than was put there.")
        return opened

    def remove(self, version: str) -> None:
        """Take the classifier away, if it lies there."""
        shutil.rmtree(self._place(version), ignore_errors=True)

    def _place(self, version: str) -> Path:
        if VERSION.fullmatch(version) is None:
            raise invalid("", "bad_classifier", f"{version[:64]!r} is no version of a classifier.")
        return self.folder / version
