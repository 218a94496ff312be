"""The statements about frameworks that were ever in force here."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from matcher.errors import FrameworkChanged
from models.dialects import insert_new
from models.tables import framework

CHANGED = (
    "The framework {name} was in force with another meaning, and what was stored under a name and version keeps its "
    "meaning: give the changed file a new version, or put the former file back."
)


class SqlFrameworks:
    """Known frameworks in SQL (port `Frameworks`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def register(
        self, framework_id: str, version: str, document_sha256: str, document: Mapping[str, object], *, now: datetime
    ) -> bool:
        """Keep the framework; whether it is new here. Raises FrameworkChanged on another digest."""
        values = {"id": framework_id, "version": version, "sha256": document_sha256, "document": dict(document)}
        if self.sha256_of(framework_id, version) is None and insert_new(
            self._connection, framework, {**values, "loaded_at": now}
        ):
            return True
        if self.sha256_of(framework_id, version) != document_sha256:
            raise FrameworkChanged(CHANGED.format(name=f"{framework_id}@{version}"))
        return False

    def names(self) -> list[str]:
        """`id@version` of each, sorted."""
        query = select(framework.c.id, framework.c.version)
        return sorted(f"{framework_id}@{version}" for framework_id, version in self._connection.execute(query))

    def sha256_of(self, framework_id: str, version: str) -> str | None:
        """The SHA-256 (hex) under which it was registered, if it was."""
        query = select(framework.c.sha256).where(framework.c.id == framework_id, framework.c.version == version)
        return self._connection.execute(query).scalar()
