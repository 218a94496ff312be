"""Fields and schemas that take a value as it is written or not at all: no number from text, no boolean from a word."""

import re
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import marshmallow as ma
from marshmallow import fields

from api.schemas.text import (
    ID_PATTERN,
    ID_SENTENCE,
    IDENTIFIER,
    LINE_PATTERN,
    MAX_KEY,
    MAX_NAME,
    MAX_NOTE,
    NOTE_PATTERN,
    BadText,
    clean_key,
    clean_line,
    clean_note,
)

MAX_KEYS = 200
LARGEST = 1e9
EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

_MOMENT = re.compile(
    r"\d{4}-\d{2}-\d{2}T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.\d{1,9})?(?:Z|[+-]([01]\d|2[0-3]):[0-5]\d)", re.ASCII
)
_NANOSECONDS = re.compile(r"(\.\d{6})\d+")


class Told(str):
    """A sentence about a fault that carries the fault's stable code."""

    __slots__ = ("code",)
    code: str

    def __new__(cls, code: str, sentence: str) -> "Told":
        made = super().__new__(cls, sentence)
        made.code = code
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]  # str has one argument, this has two
        """What makes a copy: schemas are copied, and their sentences with them."""
        return self.code, str(self)


SENTENCES: Mapping[str, Told] = {
    "required": Told("required", "This field is needed."),
    "null": Told("null_not_allowed", "Leave the field out instead of null."),
    "validator_failed": Told("invalid", "This value is not allowed."),
    "type": Told("not_an_object", "Expected an object."),
    "unknown": Told("unknown_field", "There is no such field here."),
}


class StrictSchema(ma.Schema):
    """A schema that refuses what it does not know, and tells every fault with its code."""

    error_messages = {"unknown": SENTENCES["unknown"], "type": SENTENCES["type"]}  # noqa: RUF012  # marshmallow's way

    class Meta:
        unknown = ma.RAISE

    def load(self, data: Any, **options: Any) -> Any:
        """What the schema makes of `data`; of far too many names not even the unknown ones are told."""
        if type(data) is dict and len(data) > MAX_KEYS:
            raise ma.ValidationError([Told("too_many_keys", f"At most {MAX_KEYS} names.")])
        return super().load(data, **options)


class Speaking(fields.Field[Any]):
    """A field whose faults carry stable codes."""

    def make_error(self, key: str, **_: Any) -> ma.ValidationError:
        """The fault of that name, as a sentence with a code."""
        return ma.ValidationError([SENTENCES.get(key, SENTENCES["validator_failed"])])

    @staticmethod
    def refuse(code: str, sentence: str) -> ma.ValidationError:
        """A fault of this field's own."""
        return ma.ValidationError([Told(code, sentence)])


class Line(Speaking, fields.String):
    """One line of visible text, kept in NFC."""

    def __init__(self, *, longest: int = MAX_NAME, **options: Any) -> None:
        self.longest = longest
        documented = {"minLength": 1, "maxLength": longest, "pattern": LINE_PATTERN}
        super().__init__(metadata=documented | options.pop("metadata", {}), **options)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if type(value) is not str:
            raise self.refuse("not_a_string", "Expected a string.")
        try:
            return self._clean(value)
        except BadText as bad:
            raise self.refuse(bad.code, bad.sentence) from None

    def _clean(self, text: str) -> str:
        return clean_line(text, longest=self.longest)


class Note(Line):
    """Text of several lines, at most 4,000 characters."""

    def __init__(self, *, longest: int = MAX_NOTE, **options: Any) -> None:
        super().__init__(longest=longest, metadata={"pattern": NOTE_PATTERN}, **options)

    def _clean(self, text: str) -> str:
        return clean_note(text, longest=self.longest)


class Key(Line):
    """A name inside a map, or the name of something a map may hold: at most 64 characters."""

    def __init__(self, **options: Any) -> None:
        super().__init__(longest=MAX_KEY, **options)

    def _clean(self, text: str) -> str:
        return clean_key(text)


class Patterned(Speaking, fields.String):
    """Text of one exact form."""

    def __init__(self, *, form: re.Pattern[str], shown_as: str, code: str, sentence: str, **options: Any) -> None:
        self.form, self.code, self.sentence = form, code, sentence
        super().__init__(metadata={"pattern": shown_as} | options.pop("metadata", {}), **options)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if type(value) is not str:
            raise self.refuse("not_a_string", "Expected a string.")
        if self.form.fullmatch(value) is None:
            raise self.refuse(self.code, self.sentence)
        return value


class Identifier(Patterned):
    """An id of the caller's or of ours."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            form=IDENTIFIER,
            shown_as=ID_PATTERN,
            code="invalid_id",
            sentence=ID_SENTENCE,
            **options,
        )


class Choice(Speaking, fields.String):
    """One of a few exact words."""

    def __init__(self, choices: tuple[str, ...], *, code: str = "unknown_choice", **options: Any) -> None:
        self.choices, self.code = choices, code
        super().__init__(metadata={"enum": list(choices)}, **options)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str:
        if type(value) is not str or value not in self.choices:
            raise self.refuse(self.code, f"Expected one of: {', '.join(self.choices)}.")
        return value


class Whole(Speaking, fields.Integer):
    """A whole number within a range, written as one (3, not 3.0)."""

    def __init__(self, low: int, high: int, **options: Any) -> None:
        self.low, self.high = low, high
        super().__init__(metadata={"minimum": low, "maximum": high} | options.pop("metadata", {}), **options)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if type(value) is not int:
            # A number beyond 64 bits is read as a float; either way it is out of range.
            raise self.refuse("not_an_integer", f"Expected a whole number {self.low}–{self.high}.")
        if not self.low <= value <= self.high:
            raise self.refuse("out_of_range", f"Expected a whole number {self.low}–{self.high}.")
        return value


class Number(Speaking, fields.Float):
    """A finite number within a range; −0.0 and numbers too small for full precision become 0."""

    def __init__(self, low: float = -LARGEST, high: float = LARGEST, **options: Any) -> None:
        self.low, self.high = low, high
        super().__init__(metadata={"minimum": low, "maximum": high} | options.pop("metadata", {}), **options)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> float:
        if type(value) is not float and type(value) is not int:
            raise self.refuse("not_a_number", "Expected a number.")
        if not self.low <= value <= self.high:
            raise self.refuse("out_of_range", f"Expected a number from {self.low:g} to {self.high:g}.")
        return plain_number(value)


class Flag(Speaking, fields.Boolean):
    """true or false."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if type(value) is not bool:
            raise self.refuse("not_a_boolean", "Expected true or false.")
        return value


class Moment(Speaking, fields.AwareDateTime):
    """A moment as RFC 3339 with an offset, from 2000 to 2200."""

    def __init__(self, **options: Any) -> None:
        super().__init__(format="iso", **options)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> datetime:
        moment = read_moment(value)
        if moment is None:
            raise self.refuse(
                "invalid_time", "Expected a time from 2000 to 2200 with an offset, as 2026-03-02T09:00:00+01:00."
            )
        return moment

    def _serialize(self, value: datetime | None, *_: Any, **__: Any) -> str | None:
        return None if value is None else shown_moment(value)


class ListOf(Speaking, fields.List[Any]):
    """A list within a length; with `is_unique` nothing may stand in it twice."""

    def __init__(
        self, inner: fields.Field[Any], *, most: int = MAX_KEYS, least: int = 0, is_unique: bool = False, **options: Any
    ) -> None:
        self.most, self.least, self.is_unique = most, least, is_unique
        documented: dict[str, Any] = {"maxItems": most}
        documented |= {"minItems": least} if least else {}
        documented |= {"uniqueItems": True} if is_unique else {}
        super().__init__(inner, metadata=documented, **options)

    def _deserialize(self, value: Any, *rest: Any, **options: Any) -> list[Any]:
        if type(value) is not list:
            raise self.refuse("not_a_list", "Expected a list.")
        if not self.least <= len(value) <= self.most:
            raise self.refuse(
                "too_many" if len(value) > self.most else "too_few", f"Expected {self.least}–{self.most} items."
            )
        items = super()._deserialize(value, *rest, **options)
        if self.is_unique and len(set(items)) != len(items):
            raise self.refuse("duplicate", "Each may be named once.")
        return items


class MapOf(Speaking, fields.Dict):
    """An object of at most 200 names (up to 64 characters each), every value read by `inner`."""

    def __init__(
        self, inner: fields.Field[Any], *, least: int = 0, key: fields.Field[Any] | None = None, **options: Any
    ) -> None:
        self.least, self.key, self.inner = least, key or Key(), inner
        documented: dict[str, Any] = {"maxProperties": MAX_KEYS, "propertyNames": dict(self.key.metadata)}
        documented |= {"minProperties": least} if least else {}
        super().__init__(keys=self.key, values=inner, metadata=documented, **options)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> dict[str, Any]:
        if type(value) is not dict:
            raise self.refuse("not_an_object", "Expected an object.")
        if len(value) > MAX_KEYS:
            raise self.refuse("too_many_keys", f"At most {MAX_KEYS} names.")
        if len(value) < self.least:
            raise self.refuse("too_few", f"At least {self.least} of them.")
        faults: dict[str, Any] = {}
        read: dict[str, Any] = {}
        for name, one in value.items():
            try:
                read[str(self.key.deserialize(name))] = self.inner.deserialize(one)
            except ma.ValidationError as error:
                faults[name] = error.messages
        if faults:
            raise ma.ValidationError(faults)
        if len(read) != len(value):
            raise self.refuse("duplicate", "Two names are the same once written in one form (NFC).")
        return read


class Part(Speaking, fields.Nested):
    """An object inside the object."""

    def _load(self, value: Any, partial: Any = None) -> Any:
        if type(value) is not dict:
            raise self.refuse("not_an_object", "Expected an object.")
        return super()._load(value, partial)


class Scalar(Speaking, fields.Raw):
    """A string of one line, a number or a boolean: what an attribute may hold."""

    def __init__(self, **options: Any) -> None:
        kinds = [
            {"type": "string", "minLength": 1, "maxLength": MAX_NAME, "pattern": LINE_PATTERN},
            {"type": "number", "minimum": -LARGEST, "maximum": LARGEST},
            {"type": "boolean"},
        ]
        super().__init__(metadata={"anyOf": kinds}, **options)

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> str | int | float | bool:
        if type(value) is bool:
            return value
        if type(value) is int or type(value) is float:
            if not -LARGEST <= value <= LARGEST:
                raise self.refuse("out_of_range", "Expected a number within ±1e9.")
            return value if type(value) is int else plain_number(value)
        if type(value) is not str:
            raise self.refuse("not_a_scalar", "Expected a string, a number or a boolean.")
        try:
            return clean_line(value)
        except BadText as bad:
            raise self.refuse(bad.code, bad.sentence) from None


class QueryWhole(Whole):
    """A whole number in a query: ASCII digits and nothing else."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> int:
        if not isinstance(value, str) or re.fullmatch(r"-?[0-9]{1,18}", value, re.ASCII) is None:
            raise self.refuse("not_an_integer", f"Expected a whole number {self.low}–{self.high}.")
        return super()._deserialize(int(value))


class QueryFlag(Flag):
    """true or false in a query."""

    def _deserialize(self, value: Any, *_: Any, **__: Any) -> bool:
        if value not in ("true", "false"):
            raise self.refuse("not_a_boolean", "Expected true or false.")
        return super()._deserialize(value == "true")


def plain_number(value: float) -> float:
    """`value` as a float; −0.0 and subnormal numbers are 0."""
    number = float(value)
    return number if abs(number) >= sys.float_info.min else 0.0


def read_moment(value: object) -> datetime | None:
    """The moment in UTC, or `None` when `value` is no RFC 3339 time with an offset from 2000 to 2200."""
    if not isinstance(value, str) or _MOMENT.fullmatch(value) is None:
        return None
    try:
        moment = datetime.fromisoformat(_NANOSECONDS.sub(r"\1", value)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment if EARLIEST <= moment < LATEST else None


def shown_moment(moment: datetime) -> str:
    """A moment as RFC 3339 in UTC, ending in Z."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def refuse_unless(is_true: bool, field_name: str, code: str, sentence: str) -> None:
    """Raise a fault at that field unless the claim holds: for what concerns several fields at once."""
    if not is_true:
        raise ma.ValidationError({field_name: [Told(code, sentence)]})
