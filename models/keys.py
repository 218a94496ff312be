"""The statements about API keys."""

from datetime import datetime

from sqlalchemy import Connection, bindparam, func, insert, literal, select, update

from matcher.use_cases.ports import ApiKey
from models.columns import UtcTime
from models.tables import api_key

_GET = select(api_key).where(api_key.c.id == bindparam("key_id"))


class SqlApiKeys:
    """API keys in SQL (port `ApiKeys`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def get(self, key_id: str) -> ApiKey | None:
        """The key, if there is one."""
        row = self._connection.execute(_GET, {"key_id": key_id}).first()
        return None if row is None else ApiKey(**row._mapping)

    def add(self, key: ApiKey) -> None:
        """Keep a new key. Raises Conflict, at the latest at the commit, when its id is taken."""
        self._connection.execute(insert(api_key).values({name: getattr(key, name) for name in ApiKey.__slots__}))

    def revoke(self, key_id: str, *, now: datetime) -> bool:
        """End the key now; whether there is one. The first revocation stands."""
        ended = func.coalesce(api_key.c.revoked_at, literal(now, UtcTime))
        change = update(api_key).where(api_key.c.id == key_id).values(revoked_at=ended)
        return self._connection.execute(change).rowcount == 1

    def all(self) -> list[ApiKey]:
        """Every key, oldest first."""
        rows = self._connection.execute(select(api_key).order_by(api_key.c.created_at, api_key.c.id))
        return [ApiKey(**row._mapping) for row in rows]
