"""A classifier as two documents of bytes, and back: a card that people read and arrays that machines read.

The card tells window and sizes, features with units, metrics, limits, versions and seed; it names the arrays' SHA-256.
A third text lists the SHA-256 of both. Whatever differs by one byte is refused; nothing is ever unpickled.
Source: learning.md section 5.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.features import FEATURES_SCHEMA
from matcher.compatibility.scorer import Scorer
from matcher.errors import InvalidInput, invalid

SCHEMA = "klik-classifier/1"
CARD, ARRAYS, SUMS = "card.json", "arrays.npz", "SHA256SUMS"
LIBRARIES = ("numpy",)  # what reads the arrays and computes with them

Arrays = dict[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Sealed:
    """The three files of a classifier, as bytes."""

    card: bytes
    arrays: bytes
    sums: bytes

    @property
    def files(self) -> dict[str, bytes]:
        """The files by name."""
        return {CARD: self.card, ARRAYS: self.arrays, SUMS: self.sums}

    @property
    def digest(self) -> str:
        """SHA-256 of the card (hex), which names the arrays' own: what tells this classifier from any other."""
        return _sha256(self.card)


@dataclass(frozen=True, slots=True, eq=False)
class Opened:
    """A classifier that passed every check: the card as told, and what serves."""

    card: Mapping[str, Any]
    scorer: Scorer
    digest: str


def seal(scorer: Scorer, told: Mapping[str, Any], *, framework: str) -> Sealed:
    """The classifier's files; `told` is what the card says beside what the scorer says of itself.

    The same scorer and words give the same bytes.
    """
    stream = io.BytesIO()
    np.savez(stream, **scorer.to_arrays())  # type: ignore[arg-type]  # numpy's stub takes a bool for a further array
    arrays = stream.getvalue()
    card = {
        "schema": SCHEMA,
        **told,
        "framework": framework,
        "features": [
            {"name": each.name, "block": each.block, "unit": each.unit, "range": [each.low, each.high]}
            for each in scorer.features.all_features
        ],
        "scorer": scorer.to_document(),
        "libraries": {name: _version(name) for name in LIBRARIES},
        "arrays_sha256": _sha256(arrays),
    }
    shown = json.dumps(card, ensure_ascii=False, allow_nan=False, sort_keys=True, indent=1).encode() + b"\n"
    return Sealed(shown, arrays, _sums(shown, arrays))


def open_sealed(sealed: Sealed, *, framework: str | None = None) -> Opened:
    """The classifier, every byte checked first. Raises InvalidInput `bad_classifier` for hash, schema, library or
    framework that is not the one expected."""
    if _sums(sealed.card, sealed.arrays) != sealed.sums:
        raise _bad("was changed since it was written: a SHA-256 is another")
    card = json.loads(sealed.card)
    if card.get("schema") != SCHEMA or card["scorer"]["features"].get("schema") != FEATURES_SCHEMA:
        raise _bad(f"is not of the schemas {SCHEMA} and {FEATURES_SCHEMA}")
    for name in LIBRARIES:
        theirs, ours = str(card["libraries"].get(name)), _version(name)
        if theirs.partition(".")[0] != ours.partition(".")[0]:
            raise _bad(f"was written with {name} {theirs}, and this is {ours}")
    if card["arrays_sha256"] != _sha256(sealed.arrays):
        raise _bad("has arrays that are not its own")
    if framework is not None and card["framework"] != framework:
        raise _bad(f"was trained for {card['framework']}, and the framework in force is {framework}")
    return Opened(card, _scorer(card["scorer"], _read_arrays(sealed.arrays)), sealed.digest)


def _scorer(document: dict[str, Any], arrays: Arrays) -> Scorer:
    """What serves. Raises InvalidInput where arrays are missing, or of other sizes than the features ask for."""
    try:
        scorer = Scorer.from_parts(document, arrays)
    except (KeyError, IndexError, TypeError, ValueError):
        raise _bad("has arrays or features that are missing or of the wrong form") from None
    if not scorer.fits_together:
        raise _bad("has arrays of other sizes than its features ask for")
    return scorer


def _read_arrays(content: bytes) -> Arrays:
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as archive:
            return {name: archive[name] for name in archive.files}
    except (ValueError, OSError, zipfile.BadZipFile):
        raise _bad("has arrays that cannot be read as numbers") from None


def _sums(card: bytes, arrays: bytes) -> bytes:
    """As `sha256sum` lists and checks them."""
    return "".join(f"{_sha256(each)}  {name}\n" for name, each in ((CARD, card), (ARRAYS, arrays))).encode()


def _sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _version(library: str) -> str:
    assert library == "numpy"
    return np.__version__


def _bad(reason: str) -> InvalidInput:
    return invalid("", "bad_classifier", f"The classifier {reason}; train it anew with `klik train`.")
