"""Routes with their documentation: flask-smorest's blueprint with a strict reader and problem documents."""

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, TypeVar

import flask_smorest
import marshmallow as ma
from flask import Request, request

from api.answers import JSON_TYPE
from api.errors import BadRequest, UnsupportedMediaType, pointer_to
from api.json_reader import NotJson, read_json
from api.schemas.strict import Told
from matcher.errors import Fault, InvalidInput, TooLarge

F = TypeVar("F", bound=Callable[..., Any])

_JSON = re.compile(r'application/json\s*(?:;\s*charset="?utf-8"?\s*)?;?\s*', re.IGNORECASE)
MAX_FAULTS = 50
BODY = "klik.body"  # where a request keeps its body once it was read
OR = " or "  # between the media types of a route that has two
IS_WRITE = "x-klik-write"  # a mark for the documentation of routes that keep their answers


def faults_of(messages: Any) -> list[Fault]:
    """marshmallow's nested messages as faults with JSON Pointers, at most fifty."""
    faults: list[Fault] = []
    _gather(messages, (), faults)
    return faults[:MAX_FAULTS]


def this_request() -> Request:
    """The request itself: every look through flask's proxy costs as much as reading a field."""
    carrier: Request = request._get_current_object()  # type: ignore[attr-defined]  # flask types the proxy as a request
    return carrier


def check_media_type(carrier: Request, accepted: re.Pattern[str] = _JSON) -> None:
    """Raise UnsupportedMediaType unless the body is of an accepted type and not packed."""
    if "HTTP_CONTENT_ENCODING" in carrier.environ:
        raise UnsupportedMediaType("Send the body as it is, without Content-Encoding.")
    if accepted.fullmatch(carrier.environ.get("CONTENT_TYPE", "")) is None:
        raise UnsupportedMediaType("Send application/json in UTF-8." if accepted is _JSON else "")


def whole_body() -> bytes:
    """The body, read once. Raises TooLarge past the limit, BadRequest where less came than was announced.

    Of a chunked body Werkzeug hands on what fits within the limit and says nothing of the rest; one of announced
    length is read past Werkzeug, whose way to the same bytes costs as much as reading the JSON in them.
    """
    carrier = this_request()
    kept: bytes | None = carrier.environ.get(BODY)
    if kept is not None:
        return kept
    limit, announced = carrier.max_content_length, carrier.content_length
    if announced and (limit is None or announced <= limit):
        raw = _announced_body(carrier.environ["wsgi.input"], announced)
    else:
        raw = carrier.get_data(cache=False)  # refuses what was announced too large
    if limit is not None and len(raw) >= limit and announced is None:
        raise TooLarge(f"A body may have at most {limit} bytes here.")
    if announced is not None and len(raw) < announced:
        raise BadRequest("The body ended before its announced length; nothing was done with it. Send it again.")
    carrier.environ[BODY] = raw
    return raw


def _announced_body(stream: Any, size: int) -> bytes:
    """At most `size` bytes of the stream; fewer where it ends or breaks off before."""
    with suppress(OSError):  # a connection lost, which the caller sees by what is missing
        raw: bytes = stream.read(size)
        while len(raw) < size and (more := stream.read(size - len(raw))):
            raw += more
        return raw
    return b""


def load_json() -> object:
    """The body, read strictly. Raises NotJson, UnsupportedMediaType, or 413 from the size limit."""
    check_media_type(this_request())
    raw = whole_body()
    if not raw:
        raise NotJson("This needs a body, and there is none.")
    return read_json(raw)


def load_query() -> dict[str, str]:
    """The query parameters. Raises InvalidInput for one that is given twice."""
    faults = [
        Fault(pointer_to([name]), "repeated_parameter", "This parameter may be given once.")
        for name, values in request.args.lists()
        if len(values) > 1
    ]
    if faults:
        raise InvalidInput(faults)
    return dict(request.args.items())


def read_by(schema: ma.Schema, place: str) -> Any:
    """What the request says in its body (`json`) or its query, as the schema makes of it. Raises InvalidInput."""
    said = load_json() if place == "json" else load_query()
    try:
        return schema.load(said)  # type: ignore[arg-type]  # a body that is no object is the schema's to refuse
    except ma.ValidationError as error:
        raise InvalidInput(faults_of(error.messages)) from None


@dataclass(frozen=True, slots=True, kw_only=True)
class Traits:
    """What the guard must know of a route before it runs."""

    takes_query: bool = False
    size_limit: str = "body_limit_bytes"  # the setting that bounds the body
    produces: str = JSON_TYPE


class Blueprint(flask_smorest.Blueprint):
    """A group of routes."""

    def on(
        self,
        method: str,
        rule: str,
        *,
        gives: Mapping[int, Any],
        body: type[ma.Schema] | None = None,
        query: type[ma.Schema] | None = None,
        limit: str = "body_limit_bytes",
        produces: str = JSON_TYPE,
        also: str | None = None,
        doc: Mapping[str, Any] | None = None,
    ) -> Callable[[F], F]:
        """Have a function answer `method` on `rule`: handed the body, then the query, each read by its schema.

        `gives` maps a status to the schema of its answer; `limit` names the setting that bounds the body's size; `doc`
        adds to the documentation; `also` is another media type that may be asked for. The function makes its answer
        itself: no schema's dump stands in the way.
        """
        readers = [(schema(), place) for schema, place in ((body, "json"), (query, "query")) if schema is not None]

        def decorate(handle: F) -> F:
            def view(**path: Any) -> Any:
                given = [read_by(schema, place) for schema, place in readers]
                return handle(*given, **path)

            view.__doc__, view.__name__ = handle.__doc__, handle.__name__
            marks = {**(doc or {}), IS_WRITE: True} if getattr(handle, "is_idempotent", False) else doc
            view._apidoc = self._documented(readers, gives, produces, marks)  # type: ignore[attr-defined]  # smorest's way
            spoken = produces if also is None else f"{produces}{OR}{also}"
            view.traits = Traits(takes_query=query is not None, size_limit=limit, produces=spoken)  # type: ignore[attr-defined]  # told to the guard
            self.add_url_rule(rule, handle.__name__, view, methods=[method])
            return handle

        return decorate

    def _documented(
        self, readers: Any, gives: Mapping[int, Any], produces: str, doc: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """What flask-smorest's own decorators would have noted of the route."""

        def stub() -> None: ...

        for schema, place in readers:
            stub = self.arguments(schema, location=place)(stub)
        for status, schema in gives.items():
            content_type = None if produces == JSON_TYPE else produces
            stub = self.alt_response(status, schema=schema, content_type=content_type, success=True)(stub)
        if doc:
            stub = self.doc(**doc)(stub)
        noted: dict[str, Any] = stub._apidoc  # type: ignore[attr-defined]  # smorest's way
        return noted


def refuse_query() -> None:
    """Raise InvalidInput when a route that takes no query parameters is given some."""
    if request.query_string:
        faults = [
            Fault(pointer_to([name]), "unknown_parameter", "There is no such parameter here.") for name in request.args
        ]
        raise InvalidInput(faults or [Fault("", "unknown_parameter", "This route takes no parameters.")])


def _gather(messages: Any, path: tuple[object, ...], faults: list[Fault]) -> None:
    if len(faults) >= MAX_FAULTS:
        return
    if isinstance(messages, Mapping):
        # In one order always: marshmallow finds unknown fields in that of a set.
        for name, inner in sorted(messages.items(), key=lambda item: (isinstance(item[0], str), item[0])):
            _gather(inner, path if name == "_schema" else (*path, name), faults)
        return
    for sentence in messages if isinstance(messages, list) else [messages]:
        code = sentence.code if isinstance(sentence, Told) else "invalid"
        faults.append(Fault(pointer_to(path), code, str(sentence)))
