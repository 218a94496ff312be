"""The statements about answers kept for requests that may come twice."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Text, delete, literal, or_, select, type_coerce, update
from sqlalchemy.exc import OperationalError

from matcher.errors import RequestInFlight
from matcher.use_cases.ports import StoredAnswer
from models.columns import json_text
from models.dialects import insert_new, is_lock_timeout, lock_wait_ms
from models.expressions import position
from models.tables import answer

KEPT = timedelta(hours=24)
IN_FLIGHT_WAIT_MS = 1_000


class SqlAnswers:
    """Stored answers in SQL (port `Answers`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def claim(self, scope: str, body_sha256: str, *, now: datetime) -> StoredAnswer | None:
        """Take the key for this transaction (`None`), or what another request stored under it.

        Raises RequestInFlight when the other request is still under way after a second.
        """
        blank = {"body_sha256": body_sha256, "status": 0, "headers": {}, "body": b"", "created_at": now}
        if self._insert({"scope": scope, **blank}):
            return None
        too_old = answer.c.created_at <= now - KEPT
        again = update(answer).where(answer.c.scope == scope, too_old).values(**blank)
        if self._connection.execute(again).rowcount == 1:
            return None
        row = self._connection.execute(select(answer).where(answer.c.scope == scope)).one()
        return StoredAnswer(row.body_sha256, row.status, row.headers, bytes(row.body))

    def _insert(self, values: dict[str, Any]) -> bool:
        try:
            with lock_wait_ms(self._connection, IN_FLIGHT_WAIT_MS):
                return insert_new(self._connection, answer, values)
        except OperationalError as error:
            if is_lock_timeout(error):
                raise RequestInFlight from error
            raise

    def save(self, scope: str, stored: StoredAnswer) -> None:
        """Keep the answer under the key taken before."""
        values = {"status": stored.status, "headers": dict(stored.headers), "body": stored.body}
        self._connection.execute(
            update(answer).where(answer.c.scope == scope).values(body_sha256=stored.body_sha256, **values)
        )

    def forget_before(self, moment: datetime) -> int:
        """Remove answers claimed before the moment; how many."""
        return self._connection.execute(delete(answer).where(answer.c.created_at < moment)).rowcount


def forget_person(connection: Connection, person_id: str) -> None:
    """Remove every answer that names the person: as a part of a path, or as a text in its JSON body."""
    paths = (type_coerce(answer.c.scope, Text).concat(" "), type_coerce(answer.c.headers, Text))
    in_paths = (position(path, end) > 0 for path in paths for end in path_ends(person_id))
    in_body = position(answer.c.body, literal(json_text(person_id).encode())) > 0
    connection.execute(delete(answer).where(or_(in_body, *in_paths)))


def path_ends(person_id: str) -> list[str]:
    """How a path that names the person may go on after the name; a longer id that begins alike is another person."""
    return [f"/{person_id}{end}" for end in ("/", " ", "\n", "?", '"')]
