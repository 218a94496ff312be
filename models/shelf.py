"""Classifiers in folders: `card.json`, `arrays.npz`, the SHA-256 of both; never unpickled, never half written."""

import os
import shutil
from pathlib import Path

from matcher.compatibility.card import ARRAYS, CARD, SUMS, Opened, Sealed, open_sealed
from matcher.errors import invalid

LARGEST = {CARD: 64 * 2**20, ARRAYS: 2 * 2**30, SUMS: 4096}  # bytes


def put_classifier(folder: Path, sealed: Sealed) -> str:
    """Lay the classifier down in `folder`, in place of one that lies there; its SHA-256 (hex).

    The whole folder appears at once. Raises InvalidInput `not_a_classifier` where something else lies there.
    """
    if folder.exists() and (not folder.is_dir() or {each.name for each in folder.iterdir()} - set(LARGEST)):
        raise invalid("", "not_a_classifier", f"{folder} exists and holds other things; name a new folder.")
    beside = folder.with_name(f"{folder.name}.{os.getpid()}.part")
    beside.mkdir(parents=True, mode=0o700)
    try:
        for name, content in sealed.files.items():
            (beside / name).write_bytes(content)
            (beside / name).chmod(0o600)
        if folder.exists():
            shutil.rmtree(folder)
        beside.replace(folder)
    finally:
        shutil.rmtree(beside, ignore_errors=True)
    return sealed.digest


def read_classifier(folder: Path, *, framework: str | None = None) -> Opened:
    """The classifier that lies in `folder`. Raises InvalidInput `bad_classifier` for anything that was not put there
    whole, or was written for other libraries, schemas or another framework."""
    content = {name: _bytes(folder / name, largest) for name, largest in LARGEST.items()}
    return open_sealed(Sealed(content[CARD], content[ARRAYS], content[SUMS]), framework=framework)


def _bytes(path: Path, largest: int) -> bytes:
    try:
        if path.stat().st_size > largest:
            raise invalid("", "bad_classifier", f"{path} is larger than a classifier's can be.")
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise invalid("", "bad_classifier", f"{path}: {reason}; a classifier has {', '.join(LARGEST)}.") from None
