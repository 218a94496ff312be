"""Finds the line of a JSON text on which a JSON Pointer points, so that a fault can be found with an editor."""

import json
import re

_SPACE = re.compile(r"[ \t\r\n]*")
_DECODER = json.JSONDecoder()


def line_of(text: str, pointer: str) -> int:
    """The line (from 1) of the value at `pointer` in a valid JSON text; of what it would stand in, if it is missing.

    >>> line_of('{"a": [1,\\n 2]}', "/a/1")
    2
    >>> line_of('{"a":\\n {}}', "/a/b")
    2
    """
    at = _skip(text, 0)
    for token in pointer.split("/")[1:]:
        inner = _child(text, at, token.replace("~1", "/").replace("~0", "~"))
        if inner is None:
            break
        at = inner
    return text.count("\n", 0, at) + 1


def _child(text: str, at: int, token: str) -> int | None:
    """Where the member or element of that name begins; `at` is where its owner begins."""
    if text[at] not in "{[":
        return None
    in_object = text[at] == "{"
    at, place = _skip(text, at + 1), 0
    while text[at] not in "}]":
        name = str(place)
        if in_object:
            name, at = _DECODER.raw_decode(text, at)
            at = _skip(text, _skip(text, at) + 1)
        if name == token:
            return at
        _, at = _DECODER.raw_decode(text, at)
        at = _skip(text, at)
        if text[at] == ",":
            at, place = _skip(text, at + 1), place + 1
    return None


def _skip(text: str, at: int) -> int:
    """The next place that is no white space."""
    space = _SPACE.match(text, at)
    return at if space is None else space.end()
