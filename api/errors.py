"""Every refusal leaves as one problem document (RFC 9457), made by one handler."""

import http
import re
from collections.abc import Iterable, Iterator, Mapping

import orjson
from flask import Flask, Response, g
from werkzeug.exceptions import HTTPException, RequestEntityTooLarge

from api import events
from api.json_reader import NotJson
from matcher.errors import (
    Conflict,
    Fault,
    InvalidInput,
    MatcherError,
    NotFound,
    RequestInFlight,
    RevisionRequired,
    StaleRevision,
    TooLarge,
    Unavailable,
)

PROBLEM_TYPE = "application/problem+json"
MAX_PROBLEM_BYTES = 4096
MAX_ECHO = 64
_MAX_FAULTS = 20
_MAX_SENTENCE = 300
_LONG_WORD = re.compile(rf"(\S{{{MAX_ECHO - 1}}})\S+")


class BadRequest(MatcherError):
    """The request cannot be read."""

    code = "bad_request"


class Unauthenticated(MatcherError):
    """This needs a key: send `Authorization: Bearer klik_…`."""

    code = "unauthenticated"


class Forbidden(MatcherError):
    """The role of this key may not do this."""

    code = "forbidden"


class NotAcceptable(MatcherError):
    """The Accept header asks for a form this route does not speak."""

    code = "not_acceptable"


class TooSlow(MatcherError):
    """The request took too long to arrive."""

    code = "too_slow"


class UnsupportedMediaType(MatcherError):
    """This route does not read that kind of body."""

    code = "unsupported_media_type"


class TooManyRequests(MatcherError):
    """Too many requests; wait as long as Retry-After says."""

    code = "too_many_requests"


STATUS: Mapping[type[MatcherError], int] = {
    NotJson: 400,
    BadRequest: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    NotAcceptable: 406,
    TooSlow: 408,
    Conflict: 409,
    StaleRevision: 412,
    TooLarge: 413,
    UnsupportedMediaType: 415,
    InvalidInput: 422,
    RevisionRequired: 428,
    TooManyRequests: 429,
    Unavailable: 503,
}


def echoed(value: object) -> str:
    """`value` as it may be shown back to a caller: escaped, at most 64 characters."""
    text = str(value)[: MAX_ECHO + 1].encode("unicode_escape").decode("ascii")
    return text if len(text) <= MAX_ECHO else text[: MAX_ECHO - 1] + "…"


def pointer_to(path: Iterable[object]) -> str:
    """The JSON Pointer (RFC 6901) of a path of names and positions; long names are cut."""
    return "".join("/" + echoed(part).replace("~", "~0").replace("/", "~1") for part in path)


def problem(
    status: int,
    *,
    code: str,
    detail: str,
    faults: Iterable[Fault] = (),
    headers: Mapping[str, str] | None = None,
) -> Response:
    """A problem document under 4 KB; of many faults the first are told."""
    document: dict[str, object] = {
        "type": f"urn:klik:problem:{code}",
        "title": http.HTTPStatus(status).phrase,
        "status": status,
        "detail": _shortened(detail),
        "code": code,
        "instance": f"urn:klik:request:{g.get('request_id', '')}",
    }
    told = [
        {"pointer": fault.pointer[:_MAX_SENTENCE], "detail": _shortened(fault.detail), "code": fault.code}
        for fault in list(faults)[:_MAX_FAULTS]
    ]
    if told:
        document["errors"] = told
    body = orjson.dumps(document)
    while len(body) > MAX_PROBLEM_BYTES - 1:
        told.pop()
        body = orjson.dumps(document)
    return Response(body, status, headers, content_type=PROBLEM_TYPE)


def answer_problem(error: Exception) -> Response:
    """The one handler: what the client may know of any error."""
    if isinstance(error, InvalidInput):
        codes = {fault.code for fault in error.faults} if error.code == InvalidInput.code else {error.code}
        code = codes.pop() if len(codes) == 1 else error.code
        return problem(422, code=code, detail=error.detail, faults=error.faults)
    if isinstance(error, MatcherError):
        return problem(_status_of(error), code=_code_of(error), detail=error.detail, headers=dict(_headers(error)))
    if isinstance(error, HTTPException):
        return _http_problem(error)
    events.request_failed(error, request_id=g.get("request_id"))
    return problem(500, code="internal_error", detail="Something went wrong here; the request id finds it in the log.")


def install(app: Flask) -> None:
    """Have every error of `app`, foreseen or not, answered by the one handler."""
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.register_error_handler(Exception, answer_problem)


def _shortened(sentence: str) -> str:
    """A sentence with what it quotes cut: no word of it is longer than 64 characters."""
    return _LONG_WORD.sub(r"\1…", sentence)[:_MAX_SENTENCE]


def _status_of(error: MatcherError) -> int:
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 500)


def _code_of(error: MatcherError) -> str:
    """A use case may name the case more closely than its class does."""
    named = error.facts.get("code")
    return named if isinstance(named, str) else error.code


def _headers(error: MatcherError) -> Iterator[tuple[str, str]]:
    if isinstance(error, Unavailable):
        yield "Retry-After", str(error.retry_after_s)
    elif isinstance(error, (TooManyRequests, RequestInFlight)):
        yield "Retry-After", str(error.facts.get("retry_after_s", 1))
    elif isinstance(error, Unauthenticated):
        yield "WWW-Authenticate", 'Bearer realm="klik"'


def _http_problem(error: HTTPException) -> Response:
    status = error.code or 500
    if isinstance(error, RequestEntityTooLarge):
        return problem(413, code=TooLarge.code, detail=(TooLarge.__doc__ or "").strip())
    phrase = http.HTTPStatus(status).phrase
    headers = {name: value for name, value in error.get_headers() if name in {"Allow", "Retry-After"}}
    if status == http.HTTPStatus.METHOD_NOT_ALLOWED:
        headers.setdefault("Allow", "")  # CONNECT names no path of ours: nothing is allowed there
    return problem(status, code=phrase.lower().replace(" ", "_"), detail=f"{phrase}.", headers=headers)
