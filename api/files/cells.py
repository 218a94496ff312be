"""The cells of one line turned into values; what cannot be read is noted with its line and column."""

import math
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import TypeVar

from api.files.table import Line
from api.schemas.text import ID_SENTENCE, IDENTIFIER, LANGUAGE, MAX_NAME, BadText, clean_key, clean_line
from matcher.errors import Fault

NUMBER = re.compile(r"[+-]?[0-9]{1,15}(\.[0-9]{1,25})?([eE][+-]?[0-9]{1,3})?")
WHOLE = re.compile(r"-?[0-9]{1,15}")
MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)

MOST_NAMES = 200  # in one cell
MOST_LANGUAGES = 50
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)
LARGEST_NUMBER = 1e9  # wider values could overflow in sums
SMALLEST_NUMBER = 1e-300  # denormal numbers count as 0

TRUE_WORDS = ("true", "waar")  # as Excel writes them in English and in Dutch
FALSE_WORDS = ("false", "onwaar")

T = TypeVar("T")


class Cells:
    """One line being read. Each method gives the value of a column, or its `absent` for an empty or missing cell;
    a cell that cannot be read adds to `faults` and counts as absent."""

    def __init__(self, line: Line, *, uses_comma_decimals: bool) -> None:
        self.number = line.number
        self.faults: list[Fault] = [] if line.fault is None else [line.fault]
        self._cells = line.cells
        self.uses_comma_decimals = uses_comma_decimals

    def note(self, column: str, code: str, detail: str) -> None:
        """Add a fault of this line at a column."""
        place = f"line {self.number}, column {column}: {detail}"
        self.faults.append(Fault(f"/{self.number}/{column}", code, place))

    def raw(self, column: str) -> str:
        """The cell as it stands; empty when the column is not there."""
        return self._cells.get(column, "")

    def identity(self, column: str, *, is_required: bool = False) -> str | None:
        """An id of the caller's."""
        text = self.raw(column)
        if not text and not is_required:
            return None
        if IDENTIFIER.fullmatch(text):
            return text
        self.note(column, "invalid_id", f"{shown(text)} is no id. {ID_SENTENCE}")
        return None

    def text(self, column: str, *, longest: int = MAX_NAME) -> str | None:
        """A line of text in Unicode's composed form (NFC)."""
        return self.read(column, lambda text: plain_text(text, longest))

    def whole(self, column: str, low: int, high: int, *, absent: int) -> int:
        """A whole number in [low, high]."""
        value = self.read(column, lambda text: whole_number(text, low, high))
        return absent if value is None else value

    def number_of(self, column: str, low: float, high: float) -> float | None:
        """A number in [low, high], with a decimal comma where the file separates by `;`."""
        return self.read(column, lambda text: self.as_number(text, low, high))

    def moment(self, column: str) -> datetime | None:
        """A time as RFC 3339 writes it, with its offset."""
        return self.read(column, moment)

    def truth(self, column: str, *, absent: bool) -> bool:
        """`true` or `false`, also as Excel writes them."""
        value = self.read(column, truth)
        return absent if value is None else value

    def languages(self, column: str) -> tuple[str, ...]:
        """Languages separated by `|`, in their order."""
        return self.read(column, languages) or ()

    def pairs(self, column: str, read: Callable[[str, str], T]) -> dict[str, T]:
        """`name=value` pairs separated by `|`; `read(name, value)` gives each value and may raise ValueError."""
        return self.read(column, lambda text: pairs(text, read)) or {}

    def shares(self, columns: Mapping[str, str]) -> dict[str, float]:
        """The numbers ≥ 0 of `columns` (name → column) whose cells are filled."""
        found = {name: self.number_of(column, 0.0, LARGEST_NUMBER) for name, column in columns.items()}
        return {name: value for name, value in found.items() if value is not None}

    def as_number(self, text: str, low: float, high: float) -> float:
        """The number a text gives. Raises ValueError when it is none or out of range."""
        plain = text.strip()
        if self.uses_comma_decimals and plain.count(",") == 1 and "." not in plain:
            plain = plain.replace(",", ".")
        value = float(plain) if NUMBER.fullmatch(plain) else math.nan
        if not low <= value <= high:
            raise ValueError(f"{shown(text)} must be a number {low:g}–{high:g}.")
        return 0.0 if abs(value) < SMALLEST_NUMBER else value

    def read(self, column: str, read: Callable[[str], T]) -> T | None:
        """What `read` makes of a filled cell; its ValueError becomes a fault of the cell."""
        text = self.raw(column)
        if not text:
            return None
        try:
            return read(text)
        except ValueError as error:
            self.note(column, "invalid_cell", str(error))
            return None


def plain_text(text: str, longest: int) -> str:
    """One visible line of text in Unicode's composed form (NFC). Raises ValueError otherwise."""
    try:
        return clean_line(text, longest=longest)
    except BadText as error:
        raise ValueError(f"{shown(text)}: {error.sentence}") from None


def plain_name(text: str) -> str:
    """A name inside a list: one visible line of at most 64 characters. Raises ValueError otherwise."""
    try:
        return clean_key(text)
    except BadText as error:
        raise ValueError(f"{shown(text)}: {error.sentence}") from None


def language_tag(text: str) -> str:
    """A language as nl or en-GB. Raises ValueError when it is none."""
    if not LANGUAGE.fullmatch(text):
        raise ValueError(f"{shown(text)} must be a language as nl or en-GB.")
    return text


def whole_number(text: str, low: int, high: int) -> int:
    """A whole number written in plain digits. Raises ValueError when it is none or out of range."""
    plain = text.strip()
    if not WHOLE.fullmatch(plain) or not low <= int(plain) <= high:
        raise ValueError(f"{shown(text)} must be a whole number {low}–{high}.")
    return int(plain)


def moment(text: str) -> datetime:
    """A time with its offset. Raises ValueError when it is not RFC 3339."""
    try:
        if not MOMENT.fullmatch(text):
            raise ValueError
        value = datetime.fromisoformat(text.upper())
        if not EARLIEST <= value <= LATEST:
            raise ValueError
    except (ValueError, OverflowError):
        raise ValueError(
            f"{shown(text)} must be a time 2000–2200 with its offset, as 2026-11-22T09:00:00+01:00."
        ) from None
    return value


def truth(text: str) -> bool:
    """Whether the text says true. Raises ValueError when it says neither."""
    word = text.strip().lower()
    if word not in TRUE_WORDS + FALSE_WORDS:
        raise ValueError(f"{shown(text)} must be true or false.")
    return word in TRUE_WORDS


def languages(text: str) -> tuple[str, ...]:
    """Languages separated by `|`. Raises ValueError when one is none, or comes twice."""
    found = tuple(language_tag(part) for part in split(text))
    if len(set(found)) < len(found):
        raise ValueError(f"{shown(text)} names a language twice.")
    if len(found) > MOST_LANGUAGES:
        raise ValueError(f"{len(found)} languages are more than {MOST_LANGUAGES}.")
    return found


def pairs(text: str, read: Callable[[str, str], T]) -> dict[str, T]:
    """`name=value` pairs separated by `|`. Raises ValueError when one is not a pair, or a name comes twice."""
    found: dict[str, T] = {}
    for part in split(text):
        name, sign, value = part.rpartition("=")
        if not sign or not name:
            raise ValueError(f"{shown(part)} must be name=value; separate several by |.")
        name = plain_name(name)
        if name in found:
            raise ValueError(f"{shown(name)} is there twice.")
        found[name] = read(name, value)
    if len(found) > MOST_NAMES:
        raise ValueError(f"{len(found)} names are more than {MOST_NAMES}.")
    return found


def split(text: str) -> list[str]:
    r"""The parts between bars; a bar or backslash that belongs to a name is written `\|` or `\\`."""
    parts = [""]
    for piece in re.findall(r"\\.|[^\\|]+|\||\\$", text, re.DOTALL):
        if piece == "|":
            parts.append("")
        else:
            parts[-1] += piece[1:] if piece[0] == "\\" and len(piece) == 2 else piece
    return parts


def joined(parts: Iterable[str]) -> str:
    """The text that `split` takes apart again."""
    return "|".join(part.replace("\\", "\\\\").replace("|", "\\|") for part in parts)


def shown(text: str) -> str:
    """At most 64 characters of what was given, escaped."""
    return repr(text[:64]) + ("…" if len(text) > 64 else "")
