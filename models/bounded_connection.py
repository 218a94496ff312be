"""A PostgreSQL connection that gives a silent server up.

The server's own limits (`statement_timeout` and the like) do not count while the server itself stands still: a frozen
process or machine, a paused container, a network that swallows everything.
"""

import time
from typing import Any

import psycopg
from psycopg.abc import RV, PQGen
from psycopg.waiting import Ready


class BoundedConnection(psycopg.Connection[Any]):
    """psycopg's connection; no silence of the server is waited for longer than `patience_s`, whatever it came over.

    After a wait in vain the connection is closed: nobody knows what the server did. What asked raises psycopg's
    OperationalError, and a pool lets go of it.
    """

    patience_s = 12.0  # who opens a connection may set another

    def wait(self, gen: PQGen[RV], *args: Any, **options: Any) -> RV:
        """What the exchange with the server gives. Raises OperationalError when the server stays silent."""
        try:
            return super().wait(_until_silent(gen, self.patience_s), *args, **options)
        except ServerSilent:
            self.pgconn.finish()
            raise


class ServerSilent(psycopg.OperationalError):
    """The server said nothing for longer than anyone waits."""


def _until_silent(gen: PQGen[RV], patience_s: float) -> PQGen[RV]:
    """The exchange, which breaks off after so long a silence; psycopg looks in ten times a second."""
    try:
        wanted = next(gen)
        heard_at = time.monotonic()
        while True:
            ready = yield wanted
            now = time.monotonic()
            if ready != Ready.NONE:
                heard_at = now
            elif now - heard_at > patience_s:
                raise ServerSilent("The server stays silent.")
            wanted = gen.send(ready)
    except StopIteration as end:
        result: RV = end.value
        return result
