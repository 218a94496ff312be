"""Secrets an installation makes once and keeps, such as the key that signs cursors."""

import secrets
from datetime import datetime

from sqlalchemy import Connection, select

from matcher.use_cases.ports import Store
from models.dialects import insert_new
from models.tables import installation

SECRET_BYTES = 32


def installation_secret(store: Store, name: str, *, now: datetime) -> bytes:
    """The 32 secret bytes of that name, the same in every process; made at random on first use."""
    return store.kept_secret(name, secrets.token_bytes(SECRET_BYTES), now=now)


def kept(connection: Connection, name: str, fresh: bytes, *, now: datetime) -> bytes:
    """The value kept under the name: `fresh` if this transaction was the first to keep one."""
    insert_new(connection, installation, {"name": name, "value": fresh, "created_at": now})
    return bytes(connection.execute(select(installation.c.value).where(installation.c.name == name)).scalar_one())
