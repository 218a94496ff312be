"""Reads JSON documents (rule sets, frameworks, scenarios) strictly; a fault names its line and column."""

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import NoReturn

import orjson

from matcher.errors import invalid

LARGEST_DOCUMENT = 4 * 1024 * 1024  # bytes
DEEPEST = 32


def read_document(path: Path) -> Mapping[str, object]:
    """The object a JSON file holds. Raises InvalidInput when it cannot be read, is no JSON, or holds doubled names."""
    try:
        size = path.stat().st_size
        if size > LARGEST_DOCUMENT:
            raise invalid("", "too_large", f"{path}: {size:,} bytes are more than {LARGEST_DOCUMENT:,}.")
        content = path.read_bytes()
    except OSError as error:
        raise invalid("", "unreadable", f"{path}: {error.strerror}; check the path and your rights.") from None
    return parse_document(content, name=str(path))


def parse_document(content: bytes, *, name: str) -> Mapping[str, object]:
    """The object the bytes hold; `name` says in messages where they came from. Raises as `read_document`."""
    try:
        text = content.decode("utf-8-sig")
        document = json.loads(
            text, object_pairs_hook=_unique, parse_constant=_no_constant, parse_float=_finite, parse_int=_whole
        )
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise invalid("", "not_utf8", f"{name}, line {line}: is not UTF-8; save it as UTF-8.") from None
    except json.JSONDecodeError as error:
        place = f"{name}, line {error.lineno}, column {error.colno}"
        raise invalid("", "not_json", f"{place}: {error.msg}; this is no JSON.") from None
    except RecursionError:
        raise invalid("", "too_deep", f"{name}: is nested deeper than {DEEPEST} levels.") from None
    except ValueError as error:
        raise invalid("", "not_json", f"{name}{_place_in(text)}: {error}") from None
    if not isinstance(document, dict):
        raise invalid("", "not_an_object", f"{name}: must hold one JSON object {{…}}.")
    if _depth(document) > DEEPEST:
        raise invalid("", "too_deep", f"{name}: is nested deeper than {DEEPEST} levels.")
    return document


def _place_in(text: str) -> str:
    """Where a reader stops that takes nothing but JSON's own numbers; nothing where it does not stop."""
    try:
        orjson.loads(text)
    except orjson.JSONDecodeError as error:
        return f", line {error.lineno}, column {error.colno}"
    return ""


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        double = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"the name {double[:64]!r} stands twice in one object; keep one.")
    return found


def _no_constant(text: str) -> NoReturn:
    raise ValueError(f"{text} is no JSON number.")


def _finite(text: str) -> float:
    number = float(text)
    if math.isinf(number):
        raise ValueError(f"{text[:20]} is too large a number.")
    return number


def _whole(text: str) -> int:
    if len(text) > 19:
        raise ValueError(f"{text[:20]}… is too large a number.")
    return int(text)


def _depth(document: object) -> int:
    deepest = 0
    waiting = [(document, 1)]
    while waiting:
        value, depth = waiting.pop()
        deepest = max(deepest, depth)
        children = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting.extend((child, depth + 1) for child in children if isinstance(child, dict | list))
    return deepest
