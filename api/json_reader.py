"""JSON as strictly as RFC 8259 allows: what two readers could understand differently is refused."""

import json
import re
from itertools import chain
from typing import Any

import orjson

from matcher.errors import MatcherError, TooLarge

MAX_DEPTH = 32
# A short text can stand for a large tree: five million empty lists fit in 16 MiB and take 300 MB once read.
MAX_CONTAINERS = 500_000
MAX_VALUES = 2_500_000

_HIDDEN_COLON = re.compile(rb"\\u003[aA]")


class NotJson(MatcherError):
    """The body is not JSON that every reader understands alike."""

    code = "not_json"


def read_json(raw: bytes) -> object:
    """The value written in `raw` (UTF-8, no byte-order mark).

    Raises NotJson for anything RFC 8259 does not allow (NaN, comments, trailing bytes, lone surrogates), for numbers
    beyond a double, for names given twice in one object, and for more than 32 containers in each other.
    Integers beyond 64 bits come back as floats; fields for integers refuse those. Raises TooLarge, before reading it,
    for a body that stands for more than half a million objects and arrays or 2.5 million values.
    """
    containers = raw.count(b"{") + raw.count(b"[")
    if containers > MAX_CONTAINERS or raw.count(b",") > MAX_VALUES:
        raise TooLarge("The body holds too many values; send it in parts.")
    try:
        value: object = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise NotJson(f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno}).") from None
    if containers > MAX_DEPTH and is_deeper_than(value, MAX_DEPTH):
        raise NotJson(f"The body nests deeper than {MAX_DEPTH} objects and arrays.", code="too_deep")
    if may_repeat_names(raw, value):
        _refuse_repeated_names(raw)
    return value


def is_deeper_than(value: object, levels: int) -> bool:
    """Whether more than `levels` objects and arrays lie in each other."""
    level: list[Any] = [value] if type(value) is dict or type(value) is list else []
    for _ in range(levels):
        if not level:
            return False
        inside = chain.from_iterable(one.values() if type(one) is dict else one for one in level)
        level = [one for one in inside if type(one) is dict or type(one) is list]
    return bool(level)


def may_repeat_names(raw: bytes, value: object) -> bool:
    """False only if no object in `raw`, read as `value`, names a member twice.

    Proof. Count the colons. In a JSON text each member has exactly one outside of strings; all others lie inside
    strings. Written anew by orjson, a string has the same colons: it writes them plainly, and `raw` has none in the
    other form JSON knows, \\u003a (else: true at once). So as long as no member is lost both counts agree. Where a name
    stood twice, orjson kept one member of the two: its colon is missing in what is written anew, and nothing is added
    there. Equal counts hence prove that no name stood twice.
    """
    if b"\\" in raw and _HIDDEN_COLON.search(raw) is not None:
        return True
    return raw.count(b":") != orjson.dumps(value).count(b":")


def _refuse_repeated_names(raw: bytes) -> None:
    """Read again the slow way (about 50 ms a megabyte), looking at every name."""
    json.loads(raw, object_pairs_hook=_names_once, parse_int=float, parse_float=float)


def _names_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotJson("An object in the body names a member twice.", code="duplicate_key")
    return members
