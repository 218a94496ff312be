"""A client's connection on which nobody waits for ever: a request that trickles in is given up."""

import socket
import time
from collections.abc import Callable

from gunicorn.http.errors import ParseException  # type: ignore[import-untyped]  # gunicorn publishes no types

READ_WITHIN_S = 10.0  # a whole request has that long to arrive,
SLOWEST_BYTES_S = 32 * 1024  # and a second more for each so many bytes that did
SEND_WITHIN_S = 60.0  # a piece of an answer has that long to be taken


class RequestTooSlow(ParseException):  # type: ignore[misc]  # as above
    """The request did not arrive in time."""


class TimedSocket(socket.socket):
    """A socket that bounds the reading of a request as a whole, not only each wait for a byte.

    Apache's mod_reqtimeout has the same form: a time for the request, extended by what arrives at an honest speed.
    Whoever sets a time-out of their own keeps it. After a time-out the client counts as gone: nothing more is read.
    """

    __slots__ = ("_began_at", "_is_given_up", "_received", "when_given_up")

    def __init__(self, plain: socket.socket) -> None:
        super().__init__(plain.family, plain.type, plain.proto, plain.detach())
        self.when_given_up: Callable[[], None] | None = None
        self._is_given_up = False
        self.expect_request()

    def expect_request(self) -> None:
        """The next byte read is the first of a request: the time begins with it."""
        self._began_at: float | None = None
        self._received = 0
        self.when_given_up = None

    def recv(self, bufsize: int, flags: int = 0, /) -> bytes:
        """The next bytes. Raises RequestTooSlow when the request has had its time."""
        if self._is_given_up:
            return b""
        if self.gettimeout() is not None:
            return self._received_in_time(bufsize, flags)
        self.settimeout(max(self._left_s(), 0.001))
        try:
            content = self._received_in_time(bufsize, flags)
        except TimeoutError:
            if self.when_given_up is not None:
                self.when_given_up()
            raise RequestTooSlow("the request did not arrive in time") from None
        finally:
            self.settimeout(None)
        self._received += len(content)
        return content

    def sendall(self, content: bytes, flags: int = 0, /) -> None:  # type: ignore[override]  # only bytes are sent here
        """Send it all. Raises TimeoutError where the other end does not take it."""
        former = self.gettimeout()
        self.settimeout(SEND_WITHIN_S if former is None else former)
        try:
            super().sendall(content, flags)
        finally:
            self.settimeout(former)

    def _left_s(self) -> float:
        now = time.monotonic()
        if self._began_at is None:
            self._began_at = now
        return self._began_at + READ_WITHIN_S + self._received / SLOWEST_BYTES_S - now

    def _received_in_time(self, bufsize: int, flags: int) -> bytes:
        try:
            return super().recv(bufsize, flags)
        except TimeoutError:
            self._is_given_up = True
            raise
