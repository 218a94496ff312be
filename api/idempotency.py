"""Writes by machines: one effect and one answer for an Idempotency-Key, however often it is sent."""

import hashlib
import re
from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response, request

from api.blueprint import whole_body
from api.reach import key, klik
from matcher.errors import RequestInFlight, invalid
from matcher.use_cases.ports import StoredAnswer

F = TypeVar("F", bound=Callable[..., Response])

_VISIBLE = re.compile(r"[\x21-\x7e]{1,255}", re.ASCII)
_KEPT_HEADERS = ("Content-Type", "ETag", "Location")


def writes(view: F) -> F:
    """Run the route in one transaction handed to it as `records`, together with the answer kept for its repetition.

    Same Idempotency-Key and body: the same answer again and no second effect. Other body: 422. First one still under
    way: 409. Refusals keep nothing, as they change nothing.
    """

    @wraps(view)
    def in_one_transaction(*args: Any, **kwargs: Any) -> Response:
        scope = _scope()
        with klik().store.writing() as records:
            if scope is None:
                return view(*args, records=records, **kwargs)
            digest = _digest()
            stored = records.answers.claim(scope, digest, now=klik().now())
            if stored is not None:
                return _again(stored, digest)
            answer = view(*args, records=records, **kwargs)
            records.answers.save(scope, _kept(answer, digest))
            return answer

    in_one_transaction.is_idempotent = True  # type: ignore[attr-defined]  # told to the documentation
    return in_one_transaction  # type: ignore[return-value]  # the same signature without `records`


def _scope() -> str | None:
    """API key, method, path and Idempotency-Key as one string; `None` without that header.

    Only its hash where something is deleted, so that the answer kept does not name whom was erased.
    """
    given = request.environ.get("HTTP_IDEMPOTENCY_KEY")
    if given is None:
        return None
    if _VISIBLE.fullmatch(given) is None:
        raise invalid("", "invalid_idempotency_key", "Idempotency-Key has 1 to 255 visible ASCII characters.")
    scope = f"{key().id} {request.method} {request.path} {given}"
    return hashlib.sha256(scope.encode()).hexdigest() if request.method == "DELETE" else scope


def _digest() -> str:
    """SHA-256 over what the request says: its parameters and its body."""
    return hashlib.sha256(request.query_string + b"\n" + whole_body()).hexdigest()


def _kept(answer: Response, digest: str) -> StoredAnswer:
    headers = {name: answer.headers[name] for name in _KEPT_HEADERS if name in answer.headers}
    return StoredAnswer(digest, answer.status_code, headers, answer.get_data())


def _again(stored: StoredAnswer, digest: str) -> Response:
    if stored.body_sha256 != digest:
        raise invalid("", "idempotency_key_reused", "This Idempotency-Key came with another request before.")
    if stored.status == 0:
        raise RequestInFlight
    answer = Response(stored.body, stored.status)
    answer.headers.pop("Content-Type", None)
    answer.headers.update(stored.headers)
    answer.headers["Idempotent-Replay"] = "true"
    return answer
