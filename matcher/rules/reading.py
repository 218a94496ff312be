"""Reading a document part by part while every fault is noted, so that all of them come back at once."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from matcher.errors import Fault, pointer_to

LARGEST_NUMBER = 1e15  # beyond it whole numbers are no longer exact as JSON numbers
UNWRITTEN = ("Cc", "Cs")  # Unicode's control characters, and halves of a character
SHOWN = 64  # characters of the input that a message repeats


class Faults:
    """The faults found so far, in order; reading goes on after each. What is refused is read as `None`."""

    def __init__(self) -> None:
        self.found: list[Fault] = []

    def note(self, pointer: str, code: str, detail: str) -> None:
        """One more fault."""
        self.found.append(Fault(pointer, code, detail))

    def mapping(
        self, value: object, pointer: str, *, required: Iterable[str], optional: Iterable[str] = ()
    ) -> Mapping[str, object] | None:
        """An object that has the required keys and no unknown ones. With faulty keys it is still read."""
        if not isinstance(value, Mapping):
            self.note(pointer, "wrong_type", f"{_place(pointer)} must be an object.")
            return None
        required = tuple(required)
        known = (*required, *optional)
        for key in value:
            if key not in known:
                what = f"{shown(key)} is unknown here; known are: {', '.join(known)}."
                self.note(pointer_to(pointer, str(key)[:SHOWN]), "unknown_key", what)
        for key in required:
            if key not in value:
                self.note(pointer_to(pointer, key), "missing", f"{key!r} is missing.")
        return value

    def text(self, value: object, pointer: str, *, most: int, least: int = 1) -> str | None:
        """A text of `least` to `most` characters."""
        if not isinstance(value, str):
            self.note(pointer, "wrong_type", f"{_place(pointer)} must be text.")
        elif not least <= len(value.strip()) or len(value) > most:
            self.note(pointer, "wrong_length", f"{_place(pointer)} must have {least}–{most} characters.")
        elif any(unicodedata.category(character) in UNWRITTEN for character in value):
            self.note(pointer, "not_printable", f"{_place(pointer)} may hold no line breaks or control characters.")
        else:
            return value
        return None

    def number(
        self, value: object, pointer: str, *, least: float = -LARGEST_NUMBER, most: float = LARGEST_NUMBER
    ) -> float | None:
        """A finite number within the limits."""
        if not is_number(value):
            self.note(pointer, "wrong_type", f"{_place(pointer)} must be a number.")
        elif not least <= value <= most:  # type: ignore[operator]  # a number, as just seen; NaN fails here
            self.note(pointer, "out_of_range", f"{_place(pointer)} must lie between {least:g} and {most:g}.")
        else:
            return float(value)  # type: ignore[arg-type]  # same
        return None

    def whole(self, value: object, pointer: str, *, least: int, most: int) -> int | None:
        """A whole number within the limits."""
        if not isinstance(value, int) or isinstance(value, bool):
            self.note(pointer, "wrong_type", f"{_place(pointer)} must be a whole number.")
            return None
        return None if self.number(value, pointer, least=least, most=most) is None else value

    def flag(self, value: object, pointer: str) -> bool | None:
        """True or false."""
        if isinstance(value, bool):
            return value
        self.note(pointer, "wrong_type", f"{_place(pointer)} must be true or false.")
        return None

    def items(self, value: object, pointer: str, *, most: int, least: int = 0) -> Sequence[object] | None:
        """A list of `least` to `most` items."""
        if not isinstance(value, list | tuple):
            self.note(pointer, "wrong_type", f"{_place(pointer)} must be a list.")
        elif not least <= len(value) <= most:
            self.note(pointer, "wrong_length", f"{_place(pointer)} must have {least}–{most} items.")
        else:
            return value
        return None

    def one_of(self, value: object, pointer: str, code: str, names: Iterable[str]) -> str | None:
        """One of these names."""
        names = tuple(names)
        if isinstance(value, str) and value in names:
            return value
        self.note(pointer, code, f"{shown(value)} is none of: {', '.join(names)}.")
        return None


def is_number(value: object) -> bool:
    """Whether this is a JSON number; true and false are none."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def shown(value: object) -> str:
    """The value as a message repeats it; a list or an object is not read through for that."""
    return repr(str(value)[:SHOWN]) if isinstance(value, str | int | float | bool | None) else "What stands here"


def _place(pointer: str) -> str:
    return pointer or "The document"
