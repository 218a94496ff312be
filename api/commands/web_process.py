"""A web process: gunicorn's, but what cannot even be read as a request is refused as the application refuses."""

import http
import socket
from contextlib import suppress
from typing import Any
from uuid import uuid4

import orjson
from gunicorn import util  # type: ignore[import-untyped]  # gunicorn publishes no types
from gunicorn.http.errors import (  # type: ignore[import-untyped]  # as above
    LimitRequestHeaders,
    LimitRequestLine,
    ParseException,
)
from gunicorn.workers.gthread import ThreadWorker  # type: ignore[import-untyped]  # as above

from api.commands.timed_socket import RequestTooSlow, TimedSocket

REFUSALS = {
    LimitRequestLine: (414, "too_large", "The first line of the request is too long: shorten its path or query."),
    LimitRequestHeaders: (431, "too_large", "The request has too many headers, or too long ones: send fewer."),
    RequestTooSlow: (408, "too_slow", "The request took too long to arrive."),
}
UNREADABLE = (400, "bad_request", "This is no HTTP request that every reader understands alike.")


class WebProcess(ThreadWorker):  # type: ignore[misc]  # as above
    """Serves requests in threads; no client keeps a thread by being slow."""

    def enqueue_req(self, conn: Any) -> None:
        """Have a thread read the request that begins to arrive on the connection, and answer it."""
        if not isinstance(conn.sock, TimedSocket):
            conn.sock = TimedSocket(conn.sock)
        conn.sock.expect_request()
        super().enqueue_req(conn)

    def handle_request(self, req: Any, conn: Any) -> bool:
        """Answer the request; whether the connection can be kept. One whose body came too slowly is told that not."""
        conn.sock.when_given_up = req.force_close
        return bool(super().handle_request(req, conn))

    def is_parent_alive(self) -> bool:
        """Whether the master is there. Without it the address is let go at once, for whoever is started next.

        What was begun is answered all the same; gunicorn alone would hold the address until the last of it is.
        """
        if super().is_parent_alive():
            return True
        self.set_accept_enabled(False)
        for listener in self.sockets:
            listener.close()
        return False

    def handle_error(self, req: object, connection: socket.socket, addr: object, exc: Exception) -> None:
        """Refuse a request that could not be read, without a word of what it held in answer or log."""
        if not isinstance(exc, ParseException) or req is not None:
            super().handle_error(req, connection, addr, exc)
            return
        self.log.warning("A request could not be read: %s", type(exc).__name__)
        with suppress(OSError):  # whoever sent it may be gone
            util.write_nonblock(connection, refusal_of(exc))


def refusal_of(error: Exception) -> bytes:
    """The whole answer to a request that `error` kept from being read."""
    status, code, detail = REFUSALS.get(type(error), UNREADABLE)
    request_id = uuid4().hex
    title = http.HTTPStatus(status).phrase
    document = {
        "type": f"urn:klik:problem:{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
        "instance": f"urn:klik:request:{request_id}",
    }
    body = orjson.dumps(document)
    head = (
        f"HTTP/1.1 {status} {title}\r\nConnection: close\r\nContent-Type: application/problem+json\r\n"
        f"Content-Length: {len(body)}\r\nX-Request-ID: {request_id}\r\nX-Content-Type-Options: nosniff\r\n\r\n"
    )
    return head.encode("ascii") + body
