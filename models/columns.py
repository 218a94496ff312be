"""Kinds of column: UTC times and compact JSON, the same on every database."""

from datetime import UTC, datetime
from typing import Any

import orjson
from sqlalchemy import DateTime, Dialect, String, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

_ISO_LENGTH = 32


def identifier() -> Text:
    """A column type for ids, ordered by character code on every database; how long one may be is a constraint's."""
    return Text().with_variant(Text(collation="C"), "postgresql")


def json_text(value: object) -> str:
    """The value as compact JSON with sorted keys, so that equal values are equal texts."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


class Json(TypeDecorator[Any]):
    """A value kept as compact JSON text; `None` is NULL."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:  # noqa: ARG002  # the hook's signature
        """The text to store."""
        return None if value is None else json_text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:  # noqa: ARG002  # the hook's signature
        """The value that was stored."""
        return None if value is None else orjson.loads(value)


class UtcTime(TypeDecorator[datetime]):
    """A moment, kept and given back in UTC. Where the database knows no time zones it is text that sorts by time."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """Text of fixed width for SQLite, a time with zone elsewhere."""
        if dialect.name == "sqlite":
            return dialect.type_descriptor(String(_ISO_LENGTH))
        return dialect.type_descriptor(DateTime(timezone=True))

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """The moment in UTC, as the database wants it."""
        if value is None:
            return None
        in_utc = value.astimezone(UTC)
        return in_utc.isoformat(timespec="microseconds") if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """The moment in UTC."""
        if value is None:
            return None
        moment = datetime.fromisoformat(value) if dialect.name == "sqlite" else value
        return moment.astimezone(UTC)
