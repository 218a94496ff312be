"""The list of things worth logging: one JSON line each, with fields that say nothing about a person.

Route templates stand in for paths (ids are people's), key ids for keys, codes for messages.
"""

import logging
import sys
from collections.abc import MutableMapping
from functools import cache
from typing import Any

import orjson

_SECRET_FIELDS = ("authorization", "token", "secret", "password", "body")


@cache
def _log() -> Any:
    import structlog  # here: it takes a fifth of the time to import this application

    return structlog.get_logger("klik")


def configure_logging(level: str = "info") -> None:
    """Have events written to standard output as JSON lines, from `level` on. For processes, not for imports."""
    import structlog

    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            redacted,
            structlog.processors.JSONRenderer(serializer=_as_json),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelNamesMapping()[level.upper()]),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stdout),
        cache_logger_on_first_use=True,
    )


def _as_json(event: Any, **_: Any) -> str:
    return orjson.dumps(event, default=str).decode()


def redacted(_logger: Any, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """The event without the values of fields that never belong in a log."""
    for name in _SECRET_FIELDS:
        if name in event:
            event[name] = "***"
    return event


def request_answered(
    *, request_id: str, method: str, route: str, status: int, seconds: float, key_id: str | None
) -> None:
    """A request was answered."""
    _log().info(
        "request_answered",
        request_id=request_id,
        method=method,
        route=route,
        status=status,
        ms=round(seconds * 1000, 2),
        key_id=key_id,
    )


def request_failed(error: Exception, *, request_id: str | None) -> None:
    """A request met an error nobody foresaw: its kind and where, without the values it carried."""
    _log().error("request_failed", request_id=request_id, error=type(error).__name__, where=_where(error))


def _where(error: Exception) -> list[str]:
    """File, line and function of each frame, innermost last; messages of errors may hold what people sent."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-12:]
