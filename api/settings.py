"""What an installation may set: one frozen object read from `KLIK_…` variables, every bad value reported at once."""

import difflib
import re
import zoneinfo
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields
from datetime import time
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from matcher.errors import Fault, InvalidInput

PREFIX = "KLIK_"
MIB = 1024 * 1024

DEFAULT = "default"
ENVIRONMENT = "environment"
COMMAND_LINE = "command line"

ON, OFF = "on", "off"
NIGHTLY = "nightly"
MANUAL, GATE = "manual", "gate"
LEAST_DAYS, MOST_DAYS = 183, 36_500  # the law asks for six months of decisions (decision 0016)


@dataclass(frozen=True, slots=True)
class Bind:
    """The address the web processes listen on."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Every setting of one installation. Build it with `load_settings`; limits are in bytes, durations as named."""

    home: Path
    database_url: str = field(repr=False)
    redis_url: str | None = field(repr=False)
    bind: Bind
    workers: int
    threads: int
    trusted_hops: int
    log_level: str
    timezone: str
    framework: str
    rule_set: Path | None
    decision_budget_ms: int
    body_limit_bytes: int
    batch_limit_bytes: int
    import_limit_bytes: int
    import_rows: int
    nightly_at: time | None
    text_profiles: bool
    second_person: bool
    retrain: str
    promote: str
    keep_outcomes_days: int | None
    keep_decisions_days: int | None
    keep_classifiers: int
    sources: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def uses_sqlite(self) -> bool:
        """Whether records lie in a file of this machine rather than in a database server."""
        return self.database_url.startswith("sqlite")


def load_settings(environ: Mapping[str, str], overrides: Mapping[str, str] | None = None) -> Settings:
    """The settings `environ` gives, with `overrides` (variable → text) from the command line on top.

    Raises InvalidInput with every unknown name and every bad value, each with what to do.
    """
    given = {name: text for name, text in environ.items() if name.startswith(PREFIX)}
    given.update(overrides or {})
    faults = [_unknown(name) for name in sorted(set(given) - set(VARIABLES))]
    values: dict[str, Any] = {}
    for name, variable in VARIABLES.items():
        try:
            values[variable.field] = variable.read(given.get(name, variable.default))
        except ValueError as error:
            faults.append(Fault(f"/{name}", "bad_setting", f"{name}: {error}"))
    if faults:
        raise InvalidInput(faults)
    values["database_url"] = values["database_url"] or f"sqlite:///{values['home'] / 'klik.db'}"
    return Settings(**values, sources=MappingProxyType(_sources(given, overrides or {})))


def shown(settings: Settings) -> list[tuple[str, str, str, str]]:
    """(variable, value with passwords masked, source, meaning) of every setting, for people to read."""
    rows = []
    for name, variable in VARIABLES.items():
        value = getattr(settings, variable.field)
        text = OFF if value is None and variable.default else masked(_as_text(value))
        rows.append((name, text, settings.sources[name], variable.meaning))
    return rows


def _as_text(value: object) -> str:
    """The value as it would be set."""
    if isinstance(value, bool):
        return ON if value else OFF
    if isinstance(value, time):
        return f"{value:%H:%M}"
    return "" if value is None else str(value)


def masked(text: str) -> str:
    """The text with the password of a URL replaced by `***`, in its user part and in its query."""
    if "://" not in text:
        return text
    parts = urlsplit(text)
    place = parts.netloc
    if "@" in place:
        user, _, host = place.rpartition("@")
        place = f"{user.split(':', 1)[0]}:***@{host}" if ":" in user else place
    query = re.sub(r"(?i)((?:^|&)[^=&]*password[^=&]*=)[^&]*", r"\1***", parts.query)
    if place == parts.netloc and query == parts.query:
        return text
    return urlunsplit((parts.scheme, place, parts.path, query, parts.fragment))


def _sources(given: Mapping[str, str], overrides: Mapping[str, str]) -> dict[str, str]:
    return {
        name: COMMAND_LINE if name in overrides else ENVIRONMENT if name in given else DEFAULT for name in VARIABLES
    }


def _unknown(name: str) -> Fault:
    known = [each.removeprefix(PREFIX) for each in VARIABLES]
    near = difflib.get_close_matches(name.removeprefix(PREFIX), known, n=1, cutoff=0.7)
    advice = f"did you mean {PREFIX}{near[0]}?" if near else "`klik config show` lists every name."
    return Fault(f"/{name}", "unknown_setting", f"{name} is not a setting; {advice}")


def _text(text: str) -> str:
    if not text.strip():
        raise ValueError("it is empty; give a value or leave the variable out")
    return text


def _whole(low: int, high: int, unit: str = "") -> Callable[[str], int]:
    def read(text: str) -> int:
        if not re.fullmatch(r"[0-9]{1,12}", text) or not low <= int(text) <= high:
            raise ValueError(f"{_quoted(text)} must be a whole number {low}–{high}{unit}")
        return int(text)

    return read


def _days(text: str) -> int | None:
    return None if text.lower() == OFF else _whole(LEAST_DAYS, MOST_DAYS, " days, or off")(text)


def _one_of(*allowed: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text.lower() not in allowed:
            raise ValueError(f"{_quoted(text)} must be one of {', '.join(allowed)}")
        return text.lower()

    return read


def _switch(text: str) -> bool:
    return _one_of(ON, OFF)(text) == ON


def _time_of_day(text: str) -> time | None:
    if text.lower() == OFF:
        return None
    if not re.fullmatch(r"([01][0-9]|2[0-3]):[0-5][0-9]", text):
        raise ValueError(f"{_quoted(text)} must be a time of day as 03:00, or off")
    return time.fromisoformat(text)


def _home(text: str) -> Path:
    return Path(_text(text)).expanduser().absolute()


def _bind(text: str) -> Bind:
    host, colon, port = text.rpartition(":")
    host = host.removeprefix("[").removesuffix("]")
    if (
        not colon
        or not host
        or re.search(r"[\s/@]", host)
        or not re.fullmatch(r"[0-9]{1,5}", port)
        or int(port) > 65535
    ):
        raise ValueError(f"{_quoted(text)} must be host:port, as in 127.0.0.1:8080 (port 0 picks a free one)")
    return Bind(host, int(port))


def _database_url(text: str) -> str:
    if not text:
        return ""
    if not re.match(r"(sqlite|postgresql|postgres)(\+psycopg)?:", text):
        raise ValueError("it must begin with sqlite:/// or postgresql://, as in postgresql://user@host/klik")
    return re.sub(r"^postgres(ql)?(\+psycopg)?:", "postgresql+psycopg:", text)


def _redis_url(text: str) -> str | None:
    if text and not re.match(r"(redis|rediss|unix)://", text):
        raise ValueError("it must begin with redis://, rediss:// or unix://")
    return text or None


def _timezone(text: str) -> str:
    """A zone's name; it comes from a list and is never opened as a path."""
    names = zoneinfo.available_timezones()
    if not names:
        raise ValueError("this system has no time zone data; install its tzdata package")
    if text not in names:
        near = difflib.get_close_matches(text, names, n=1)
        advice = f"did you mean {near[0]}?" if near else "use a name as Europe/Amsterdam"
        raise ValueError(f"{_quoted(text)} is no time zone; {advice}")
    return text


def _framework(text: str) -> str:
    if not re.fullmatch(r"[a-z0-9_][a-z0-9_.@-]{0,63}", text):
        raise ValueError(f"{_quoted(text)} must be the name of a framework, as in colours8")
    return text


def _optional_file(text: str) -> Path | None:
    if not text:
        return None
    path = Path(text).expanduser().absolute()
    if not path.is_file():
        raise ValueError(f"there is no file {_quoted(text)}; give the path of a rule set document or leave it out")
    return path


def _quoted(text: str) -> str:
    """At most 64 characters, escaped: a bad value may be a secret pasted in the wrong place, or a whole file."""
    return repr(text[:64]) + ("…" if len(text) > 64 else "")


@dataclass(frozen=True, slots=True)
class Variable:
    """One `KLIK_…` variable: the field it fills, how it is read, its default as text and what it means."""

    field: str
    read: Callable[[str], object]
    default: str
    meaning: str


VARIABLES: Mapping[str, Variable] = MappingProxyType(
    {
        "KLIK_HOME": Variable("home", _home, "~/.klik", "Folder of the embedded database, frameworks and run files."),
        "KLIK_DATABASE_URL": Variable(
            "database_url", _database_url, "", "Where records are kept; default a SQLite file in KLIK_HOME."
        ),
        "KLIK_REDIS_URL": Variable(
            "redis_url", _redis_url, "", "Optional: rings the worker's bell through Redis; needs the extra redis."
        ),
        "KLIK_BIND": Variable("bind", _bind, "127.0.0.1:8080", "host:port the web processes listen on."),
        "KLIK_WORKERS": Variable("workers", _whole(1, 64), "2", "Web processes."),
        "KLIK_THREADS": Variable("threads", _whole(1, 64), "4", "Threads in each web process."),
        "KLIK_TRUSTED_HOPS": Variable(
            "trusted_hops", _whole(0, 8), "0", "Proxies in front whose X-Forwarded-… is believed."
        ),
        "KLIK_LOG_LEVEL": Variable(
            "log_level", _one_of("debug", "info", "warning", "error"), "info", "Least severe event that is logged."
        ),
        "KLIK_TIMEZONE": Variable(
            "timezone", _timezone, "Europe/Amsterdam", "Local time of hours and of due times shown."
        ),
        "KLIK_FRAMEWORK": Variable("framework", _framework, "colours8", "Framework of value systems in use."),
        "KLIK_RULE_SET": Variable(
            "rule_set", _optional_file, "", "First rule set in force, until one is published; default the built-in one."
        ),
        "KLIK_DECISION_BUDGET_MS": Variable(
            "decision_budget_ms", _whole(10, 60_000, " ms"), "500", "Longest a decision may take, in ms."
        ),
        "KLIK_BODY_LIMIT_BYTES": Variable(
            "body_limit_bytes", _whole(1024, 64 * MIB, " bytes"), str(MIB), "Largest request body."
        ),
        "KLIK_BATCH_LIMIT_BYTES": Variable(
            "batch_limit_bytes",
            _whole(1024, 256 * MIB, " bytes"),
            str(16 * MIB),
            "Largest body of matches, rankings and outcomes.",
        ),
        "KLIK_IMPORT_LIMIT_BYTES": Variable(
            "import_limit_bytes", _whole(1024, 256 * MIB, " bytes"), str(32 * MIB), "Largest file of an import."
        ),
        "KLIK_IMPORT_ROWS": Variable("import_rows", _whole(1, 2_000_000, " rows"), "200000", "Most rows in an import."),
        "KLIK_NIGHTLY_AT": Variable(
            "nightly_at", _time_of_day, "03:00", "Local time at which profiles learn from the day, or off."
        ),
        "KLIK_TEXT_PROFILES": Variable(
            "text_profiles", _switch, OFF, "Whether customers' texts may speak of their values: on or off."
        ),
        "KLIK_SECOND_PERSON": Variable(
            "second_person",
            _switch,
            OFF,
            "Whether publishing rules, and promoting a classifier, takes the key of a second person: on or off.",
        ),
        "KLIK_RETRAIN": Variable(
            "retrain", _one_of(OFF, NIGHTLY), OFF, "When classifiers are learnt unasked: off, or nightly."
        ),
        "KLIK_PROMOTE": Variable(
            "promote",
            _one_of(MANUAL, GATE),
            MANUAL,
            "Who puts a new classifier in service: manual (people), or gate (whatever passes).",
        ),
        "KLIK_KEEP_OUTCOMES_DAYS": Variable(
            "keep_outcomes_days", _days, "730", "Days that outcomes are kept, or off for ever."
        ),
        "KLIK_KEEP_DECISIONS_DAYS": Variable(
            "keep_decisions_days", _days, "730", "Days that logged decisions are kept, or off for ever."
        ),
        "KLIK_KEEP_CLASSIFIERS": Variable(
            "keep_classifiers",
            _whole(1, 1_000),
            "10",
            "How many retired classifiers, and how many candidates, keep their files.",
        ),
    }
)

assert {variable.field for variable in VARIABLES.values()} | {"sources"} == {each.name for each in fields(Settings)}
