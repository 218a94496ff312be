"""JSON as strictly as RFC 8259 allows: what two readers could understand differently is refused."""

import json
import re
from itertools import chain
from typing import Any

import orjson

from matcher.errors import MatcherError

MAX_DEPTH = 32

# Escapes of a quote, a space and a colon: the three characters the duplicate check counts in their plain form.
_HIDDEN = re.compile(rb"\\u00(?:2[02]|3[aA])")
_MEMBER = re.compile(rb'"[ \t\n\r]*:')
_SPACE_BEFORE_COLON = (b" :", b"\n:", b"\r:", b"\t:")


class NotJson(MatcherError):
    """The body is not JSON that every reader understands alike."""

    code = "not_json"


def read_json(raw: bytes) -> object:
    """The value written in `raw` (UTF-8, no byte-order mark).

    Raises NotJson for anything RFC 8259 does not allow (NaN, comments, trailing bytes, lone surrogates), for numbers
    beyond a double, for names given twice in one object, and for more than 32 containers in each other.
    Integers beyond 64 bits come back as floats; fields for integers refuse those.
    """
    try:
        value: object = orjson.loads(raw)
    except orjson.JSONDecodeError as error:
        raise NotJson(f"The body is not JSON: {error.msg} (line {error.lineno}, column {error.colno}).") from None
    if is_deeper_than(value, MAX_DEPTH):
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

    Proof. Let c(text) count the quotes followed by optional white space and a colon. In a JSON text every member gives
    one such place, at the end of its name. Other places lie inside a string (its opening quote or an escaped quote,
    with plain spaces and a plain colon behind it); a string's value closes before `,`, `}`, `]` or the end, so it adds
    none. Written anew by orjson, a string keeps the places inside it: quotes stay `\\"`, spaces and colons stay plain,
    and no escape makes one of the three, as `raw` holds no `\\u0020`, `\\u0022` or `\\u003a` (else: true at once).
    Where a name stood twice, orjson kept one member of the two, so at least one place of `raw` is missing from what is
    written anew and nothing is added: c(raw) > c(anew). Equal counts hence prove that no name stood twice.
    """
    if _HIDDEN.search(raw) is not None:
        return True
    anew = orjson.dumps(value)
    if any(spaced in raw for spaced in _SPACE_BEFORE_COLON):
        return len(_MEMBER.findall(raw)) != len(_MEMBER.findall(anew))
    # No white space before any colon of `raw`, hence none in `anew` either: the places are exactly these two bytes.
    return raw.count(b'":') != anew.count(b'":')


def _refuse_repeated_names(raw: bytes) -> None:
    """Read again the slow way (about 50 ms a megabyte), looking at every name."""
    json.loads(raw, object_pairs_hook=_names_once, parse_int=float, parse_float=float)


def _names_once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise NotJson("An object in the body names a member twice.", code="duplicate_key")
    return members
