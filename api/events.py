"""The list of things worth logging: one JSON line each, with fields that say nothing about a person.

Route templates stand in for paths (ids are people's), key ids for keys, codes for messages.
"""

import logging
import sys
from collections.abc import MutableMapping
from functools import cache
from typing import TYPE_CHECKING, Any

import orjson

from matcher.errors import MatcherError, Unavailable

if TYPE_CHECKING:
    from matcher.use_cases.classifier_ports import Unread
    from matcher.use_cases.ports import Job  # the type alone: it brings numpy with it
    from matcher.use_cases.rule_ports import Publication

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


def worker_started(*, pid: int) -> None:
    """A worker looks for jobs."""
    _log().info("worker_started", pid=pid)


def worker_stopped(*, pid: int) -> None:
    """A worker has put its work down."""
    _log().info("worker_stopped", pid=pid)


def parent_gone(*, parent_pid: int) -> None:
    """The server that started this worker is gone; the worker stops."""
    _log().warning("parent_gone", parent_pid=parent_pid)


def store_away(error: Unavailable) -> None:
    """The database did not answer the worker, which tries again."""
    _log().warning("store_away", detail=error.detail)


def job_begun(job: "Job") -> None:
    """A worker took a job."""
    _log().info("job_begun", job_id=job.id, kind=job.kind, attempt=job.attempts)


def job_left(job: "Job") -> None:
    """A worker is done with a job, or put it down for another."""
    _log().info("job_left", job_id=job.id, kind=job.kind)


def job_broke(job: "Job", error: Exception) -> None:
    """A job met an error nobody foresaw: its kind and where, as in `request_failed`."""
    _log().error("job_broke", job_id=job.id, kind=job.kind, error=type(error).__name__, where=_where(error))


def prices_made(version: str, *, employees: int, kinds: int) -> None:
    """What employees' time is worth was worked out anew."""
    _log().info("prices_made", version=version, employees=employees, kinds=kinds)


def prices_broke(error: Exception) -> None:
    """Prices could not be made: as in `request_failed`. Once the last ones are too old nobody is held."""
    _log().error("prices_broke", error=type(error).__name__, where=_where(error))


def classifier_unread(one: "Unread") -> None:
    """A classifier should serve and cannot be read: rules and the framework's hypothesis go on."""
    _log().error("classifier_unread", version=one.version, reason=one.reason)


def classifier_promoted(version: str, *, by: str) -> None:
    """A classifier was put in service."""
    _log().info("classifier_promoted", version=version, by=by)


def classifier_rolled_back(version: str | None, *, by: str) -> None:
    """The classifier in service was taken out of it; the one named serves now, if one does."""
    _log().warning("classifier_rolled_back", version=version, by=by)


def rule_set_in_force(made: "Publication") -> None:
    """A rule set was put in force, or the former one again; who changed what and why is kept with the rule sets."""
    _log().info("rule_set_in_force", version=made.version, seq=made.seq, kind=made.kind.value, by=made.by)


def old_forgotten(**told: object) -> None:
    """What was older than it is kept was let go: how many rows, from before when, whose files, and what held more."""
    _log().info("old_forgotten", **told)


def heartbeat_missed(job: "Job", error: MatcherError) -> None:
    """A worker could not say that its job goes on; it tries again."""
    _log().warning("heartbeat_missed", job_id=job.id, detail=error.detail)


def _where(error: Exception) -> list[str]:
    """File, line and function of each frame, innermost last; messages of errors may hold what people sent."""
    frames = []
    trace = error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-12:]
