"""Reads the pieces of a framework file: gives something harmless for a broken one and remembers what was broken."""

import math
import re
from collections.abc import Iterable, Mapping, Sequence

from matcher.errors import Fault, InvalidInput, pointer_to
from matcher.profiles.protected import is_protected_trait

IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
VERSION = re.compile(r"[0-9A-Za-z][0-9A-Za-z._-]{0,31}")
LONGEST_ID = 64
LEAST, MOST = 1e-6, 1e6  # of strengths, half-lives and caps: beyond them arithmetic means nothing any more
SUM_TOLERANCE = 1e-9
PROTECTED_GROUNDS = ("age", "leeftijd", "origin", "herkomst")  # of people here, though innocent as an attribute's name


class Reading:
    """One look at a document. `languages` are set once the title has been read; every text is wanted in each."""

    def __init__(self) -> None:
        self.languages: tuple[str, ...] = ()
        self._faults: list[Fault] = []

    def note(self, pointer: str, code: str, detail: str) -> None:
        """Remember a fault."""
        self._faults.append(Fault(pointer, code, detail))

    def finish(self) -> None:
        """Raise InvalidInput with every fault there was."""
        if self._faults:
            raise InvalidInput(self._faults)

    def keys(
        self, entry: Mapping[str, object], base: str, *, required: Sequence[str], optional: Sequence[str] = ()
    ) -> None:
        """Note what is missing and what nobody knows."""
        for key in required:
            if key not in entry:
                self.note(pointer_to(base, key), "missing_field", f"{key} is required")
        for key in entry:
            if key not in required and key not in optional:
                self.note(pointer_to(base, key), "unknown_field", f"{str(key)[:64]!r} is not known here")

    def table(self, owner: Mapping[str, object], key: str, base: str) -> Mapping[str, object]:
        """The object under `key`; empty when there is none."""
        return self.entry(owner.get(key, {}), f"{base}/{key}") or {}

    def entry(self, value: object, where: str) -> Mapping[str, object] | None:
        """The object itself, or `None` with a fault."""
        if isinstance(value, Mapping):
            return value
        self.note(where, "wrong_type", "an object is needed")
        return None

    def listing(self, owner: Mapping[str, object], key: str, base: str) -> Sequence[object]:
        """The list under `key`; empty when there is none."""
        entry = owner.get(key, ())
        if isinstance(entry, Sequence) and not isinstance(entry, str):
            return entry
        self.note(f"{base}/{key}", "wrong_type", f"{key} must be a list")
        return ()

    def numbers(self, entry: object, where: str) -> list[float]:
        """A list of numbers, 0 in place of what is none."""
        if not isinstance(entry, Sequence) or isinstance(entry, str):
            self.note(where, "wrong_type", "a list of numbers is needed")
            return []
        read = [plain_number(value) for value in entry]
        for place, number in enumerate(read):
            if number is None:
                self.note(f"{where}/{place}", "wrong_type", "a number is needed")
        return [0.0 if number is None else number for number in read]

    def positive(self, value: object, where: str, *, most: float = MOST) -> float:
        """A number above 0 that is no larger than `most`."""
        number = plain_number(value)
        if number is not None and LEAST <= number <= most:
            return number
        self.note(where, "out_of_range", f"a number above 0 and at most {most:,.10g} is needed")
        return 1.0

    def text(self, value: object, where: str) -> str:
        """A text that is not empty."""
        if isinstance(value, str) and value.strip():
            return value
        self.note(where, "empty_text", "a text is needed")
        return ""

    def texts(self, value: object, where: str, *, beside: Sequence[str] = ()) -> dict[str, str]:
        """A text in every language of the file; keys in `beside` are not languages and are left alone."""
        entry = value if isinstance(value, Mapping) else {}
        if not entry:
            self.note(where, "empty_text", "a text by language is needed")
            return {}
        found = {key: text for key, text in entry.items() if key not in beside}
        for language in self.languages:
            if language not in found:
                self.note(f"{where}/{language}", "missing_text", f"the text in {language!r} is missing")
        for key in found:
            if self.languages and key not in self.languages:
                detail = f"{str(key)[:64]!r} is no language of this file, which has {', '.join(self.languages)}"
                self.note(pointer_to(where, key), "unknown_language", detail)
        return {key: self.text(text, pointer_to(where, key)) for key, text in found.items()}

    def texts_at(self, owner: Mapping[str, object], key: str, base: str) -> dict[str, str]:
        """The text under `key`, in every language; empty where there is none, which is noted as a missing key."""
        return self.texts(owner[key], f"{base}/{key}") if key in owner else {}

    def identifier(self, value: object, where: str) -> str:
        """An id; empty for what is none."""
        if isinstance(value, str) and len(value) <= LONGEST_ID and IDENTIFIER.fullmatch(value):
            return value
        detail = f"an id is a letter followed by letters, digits and underscores, {LONGEST_ID} at most"
        self.note(where, "bad_id", detail)
        return ""

    def choice(self, value: object, where: str, *, of: Sequence[str], code: str) -> str:
        """One of these words; the first of them in place of what is none."""
        if isinstance(value, str) and value in of:
            return value
        self.note(where, code, f"use one of: {', '.join(of)}")
        return of[0]

    def dimension(self, value: object, where: str, dims: Sequence[str]) -> str:
        """One of these dimensions; empty for what is none."""
        if isinstance(value, str) and value in dims:
            return value
        names = ", ".join(dims)
        self.note(where, "unknown_value_system", f"{str_of(value)!r} is no dimension here; use one of: {names}")
        return ""

    def names(self, names: Iterable[str], base: str, *, suffix: str = "", by_name: bool = False) -> None:
        """Note doubled and protected names."""
        seen: set[str] = set()
        for place, name in enumerate(names):
            where = pointer_to(base, name) if by_name else f"{base}/{place}{suffix}"
            if name and name in seen:
                self.note(where, "doubled_id", f"{name[:64]!r} stands here twice")
            if is_protected_trait(name, also=PROTECTED_GROUNDS):
                self.note(where, "protected_trait", f"{name[:64]!r} is a protected trait and cannot be profiled")
            seen.add(name)


def plain_number(value: object) -> float | None:
    """A finite number, never a boolean."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


def sums_to_one(numbers: Sequence[float]) -> bool:
    """Whether these sum to 1 within 1e-9."""
    return abs(math.fsum(numbers) - 1.0) <= SUM_TOLERANCE


def str_of(value: object) -> str:
    """A short text of what should have been a name, for a sentence."""
    return value[:64] if isinstance(value, str) else type(value).__name__
