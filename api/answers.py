"""Answers as bytes: JSON written by orjson, never cached on the way."""

from collections.abc import Mapping
from typing import Any

import orjson
from flask import Response

JSON_TYPE = "application/json"


def json_answer(document: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """`document` as JSON. Numbers in it are finite: orjson would write NaN as null, so whoever makes them checks."""
    return Response(orjson.dumps(document, option=orjson.OPT_SERIALIZE_NUMPY), status, headers, content_type=JSON_TYPE)


def no_content() -> Response:
    """204: done, and nothing to tell."""
    answer = Response(status=204)
    del answer.headers["Content-Type"]
    return answer
