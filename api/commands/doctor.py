"""`klik doctor`: whether everything is in order, and what to do where it is not."""

import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from api.commands.installation import settings_from_environment
from api.commands.screen import json_option, say_json, say_table, wants_json
from matcher.errors import MatcherError

if TYPE_CHECKING:
    from api.settings import Settings
    from matcher.profiles.framework import Framework
    from matcher.rules import RuleSet
    from matcher.use_cases.ports import KnownClassifier

OLDEST_PYTHON = (3, 11)
REMOTE_FILE_SYSTEMS = ("nfs", "cifs", "smb", "9p", "fuse.sshfs", "fuse.glusterfs", "ceph", "lustre", "afs")
IN_SERVICE = ("current", "shadow")  # states of classifiers
OLDEST_PULSE_S = 10.0
LOOPBACK = ("127.", "::1", "localhost")

OK, WARNING, FAULT = "ok", "warning", "fault"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one check found; `advice` says what to do when it is not ok."""

    check: str
    state: str
    detail: str
    advice: str = ""


@click.command()
@json_option
def doctor() -> None:
    """Look whether everything is in order, and say what to do where it is not. Ends with 1 when something is broken.

    \b
    Example:
      klik doctor
    """
    settings = settings_from_environment()
    findings = [finding for check in CHECKS for finding in _found(check, settings)]
    if wants_json():
        say_json([{name: getattr(each, name) for name in ("check", "state", "detail", "advice")} for each in findings])
    else:
        say_table(("check", "state", "found", "what to do"), [[f.check, f.state, f.detail, f.advice] for f in findings])
    if any(each.state == FAULT for each in findings):
        raise click.exceptions.Exit(1)


def _found(check: "Callable[[Settings], Iterator[Finding]]", settings: "Settings") -> list[Finding]:
    name = (check.__doc__ or "").rstrip(".")
    try:
        return list(check(settings))
    except MatcherError as error:
        return [Finding(name, FAULT, error.detail, "See the message; then run `klik doctor` again.")]
    except OSError as error:
        return [Finding(name, FAULT, str(error), "Check the path and your rights.")]


def _python(_settings: "Settings") -> Iterator[Finding]:
    """Python."""
    version = ".".join(map(str, sys.version_info[:3]))
    state = OK if sys.version_info >= OLDEST_PYTHON else FAULT
    yield Finding("Python", state, version, "" if state == OK else "Install Python 3.11 or later.")


def _home(settings: "Settings") -> Iterator[Finding]:
    """Home."""
    home = settings.home
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    probe = home / f".probe-{os.getpid()}"
    probe.write_bytes(b"klik")
    probe.unlink()
    yield Finding("Home", OK, f"{home} is writable")
    kind = _file_system(home)
    if settings.uses_sqlite and kind.startswith(REMOTE_FILE_SYSTEMS):
        yield Finding("Disk", FAULT, f"{home} lies on {kind}", "Put KLIK_HOME on a local disk, or use PostgreSQL.")
    else:
        yield Finding("Disk", OK, f"local ({kind})")


def _store(settings: "Settings") -> Iterator[Finding]:
    """Store."""
    from models.store import open_store

    store = open_store(settings.database_url)
    try:
        version = store.schema_version()
        yield Finding("Store", OK, "SQLite file" if settings.uses_sqlite else "PostgreSQL answers")
        if not store.is_current():
            yield Finding("Schema", FAULT, version or "none yet", "Run `klik db upgrade`.")
            return
        yield Finding("Schema", OK, f"current ({version})")
        with store.reading() as records:
            keys = records.keys.all()
    finally:
        store.close()
    now = datetime.now(UTC)
    admins = [key for key in keys if key.role == "admin" and key.revoked_at is None and key.expires_at > now]
    advice = "" if admins else "Run `klik key create admin`."
    yield Finding("Keys", OK if admins else WARNING, f"{len(keys)}, of which {len(admins)} admin in force", advice)


def _framework(settings: "Settings") -> Iterator[Finding]:
    """Framework."""
    from api.wiring import read_framework, read_rule_set
    from matcher.errors import InvalidInput
    from models.frameworks import find_frameworks

    for other in find_frameworks(extra_folder=settings.home / "frameworks"):
        if other.framework is None and other.name != settings.framework:
            detail = f"{other.path} has {len(other.faults)} faults and is left out"
            yield Finding("Framework", WARNING, detail, f"Run `klik framework check {other.path}`.")
    try:
        framework = read_framework(settings)
    except InvalidInput as error:
        advice = "Mend the file, or choose another framework with KLIK_FRAMEWORK."
        yield from (Finding("Framework", FAULT, fault.detail, advice) for fault in error.faults)
        return
    yield _framework_finding(settings, framework)
    yield _rule_set_finding(settings, read_rule_set(settings, framework))
    if not settings.second_person:
        advice = "Set KLIK_SECOND_PERSON=on once there are two."
        yield Finding("Publishing rules", WARNING, "one person alone may publish a rule set", advice)


def _rule_set_finding(settings: "Settings", filed: "RuleSet") -> Finding:
    """Which rule set is in force, and whether the installation's own still counts."""
    from matcher.errors import Unavailable
    from models.store import open_store

    store = open_store(settings.database_url)
    try:
        with store.reading() as records:
            current = records.publications.current()
    except Unavailable:  # no store or no tables yet: the check of the store says so
        current = None
    finally:
        store.close()
    if current is None or current.version == filed.version:
        return Finding("Rule set", OK, filed.version)
    told = f"{current.version}, {current.kind} {current.published_at:%Y-%m-%d} by {current.by}"
    if settings.rule_set is None:
        return Finding("Rule set", OK, told)
    advice = "Publish the file with `klik rules publish`, or leave KLIK_RULE_SET out."
    return Finding("Rule set", WARNING, f"{told}; KLIK_RULE_SET names another, which counts no more", advice)


def _framework_finding(settings: "Settings", framework: "Framework") -> Finding:
    """Whether the framework means what it meant to all that is stored under its name and version."""
    from matcher.use_cases.register_framework import framework_sha256

    digest, stored = framework_sha256(framework), _sha256_in_force(settings, framework)
    if stored is None:
        return Finding("Framework", OK, f"{framework.name}, never in force here yet")
    if stored != digest:
        advice = "Give the changed file a new version, or put the former file back."
        return Finding("Framework", FAULT, f"{framework.name} was in force here with another meaning", advice)
    return Finding(
        "Framework", OK, f"{framework.name}, which means what it meant when it came into force (SHA-256 {digest[:12]})"
    )


def _sha256_in_force(settings: "Settings", framework: "Framework") -> str | None:
    from matcher.errors import Unavailable
    from models.store import open_store

    store = open_store(settings.database_url)
    try:
        with store.reading() as records:
            return records.frameworks.sha256_of(framework.id, framework.version)
    except Unavailable:  # no store or no tables yet: the check of the store says so
        return None
    finally:
        store.close()


def _texts(settings: "Settings") -> Iterator[Finding]:
    """Texts."""
    if not settings.text_profiles:
        return
    from api.wiring import read_framework
    from models.text_shelf import TextShelf

    framework = read_framework(settings)
    scorer = TextShelf(settings.home / "text", framework.name, framework.values).read()
    if scorer.weight > 0:
        yield Finding("Texts", OK, f"read; all of a person's are worth {scorer.cap:.2f} pseudo-counts")
    else:
        yield Finding("Texts", WARNING, "the scorer weighs nothing", "Train it on more texts of more people.")


def _classifiers(settings: "Settings") -> Iterator[Finding]:
    """Classifiers."""
    from matcher.errors import Unavailable
    from matcher.use_cases.classifier_ports import ClassifierState
    from models.store import open_store

    store = open_store(settings.database_url)
    try:
        with store.reading() as records:
            known = [records.classifiers.in_state(ClassifierState(state)) for state in IN_SERVICE]
    except Unavailable:  # no store or no tables yet: the check of the store says so
        return
    finally:
        store.close()
    for one in known:
        if one is not None:
            yield _classifier_finding(settings, one)


def _classifier_finding(settings: "Settings", one: "KnownClassifier") -> Finding:
    """Whether a classifier that should serve can be read, and is still to be trusted."""
    from api.wiring import read_framework
    from matcher.errors import InvalidInput
    from models.classifier_shelf import ClassifierShelf

    shelf, framework = ClassifierShelf(settings.home / "classifiers"), read_framework(settings)
    try:
        shelf.read(one.version, digest=one.digest, framework=framework.name)
    except InvalidInput as error:
        advice = "Put its folder back from a backup, or run `klik classifiers rollback` or `train`."
        return Finding("Classifier", FAULT, f"{one.version} ({one.state}): {error.detail}", advice)
    notes = [*one.alarms, *(["somebody it was learnt from was erased"] if one.person_erased else [])]
    told = f"{one.version} ({one.state}), learnt from {one.outcomes:,} outcomes"
    if notes:
        return Finding("Classifier", WARNING, f"{told}: {'; '.join(notes)}", "Run `klik classifiers train`.")
    return Finding("Classifier", OK, told)


def _clock(settings: "Settings") -> Iterator[Finding]:
    """Clock."""
    written_at = Path(__file__).stat().st_mtime
    if time.time() < written_at - 86_400:
        advice = "Set the clock; switch time synchronisation on."
        yield Finding("Clock", FAULT, f"{datetime.now(UTC):%Y-%m-%d %H:%M} is before Klik was installed", advice)
    else:
        yield Finding("Clock", OK, f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} UTC, shown in {settings.timezone}")


def _cores(settings: "Settings") -> Iterator[Finding]:
    """Workers."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    detail = f"{settings.workers} web processes on {cores} cores"
    if settings.workers > 2 * cores + 1:
        yield Finding("Workers", WARNING, detail, f"Set KLIK_WORKERS to at most {2 * cores + 1}.")
    else:
        yield Finding("Workers", OK, detail)


def _worker(settings: "Settings") -> Iterator[Finding]:
    """Worker."""
    from api.workers import pulse_file

    pulse = pulse_file(settings.home)
    age_s = time.time() - pulse.stat().st_mtime if pulse.exists() else None
    if age_s is not None and age_s < OLDEST_PULSE_S:
        yield Finding("Worker", OK, "alive")
    else:
        advice = "Start `klik serve`, or `klik worker` beside another web server."
        yield Finding("Worker", WARNING, "not running on this machine", advice)


def _reach(settings: "Settings") -> Iterator[Finding]:
    """Address."""
    if settings.bind.host.startswith(LOOPBACK):
        yield Finding("Address", OK, f"{settings.bind}, reached from this machine only")
    else:
        advice = "Let a proxy in front do TLS and buffering; set KLIK_TRUSTED_HOPS to the number of proxies."
        yield Finding(
            "Address", OK if settings.trusted_hops else WARNING, f"{settings.bind}, reached from outside", advice
        )


def _file_system(path: Path) -> str:
    """The kind of file system a path lies on, as far as this system tells."""
    try:
        mounts = [line.split()[1:3] for line in Path("/proc/mounts").read_text().splitlines()]
    except OSError:
        return "unknown"
    above = [(len(place), kind) for place, kind in mounts if path.is_relative_to(place.replace("\\040", " "))]
    return max(above, default=(0, "unknown"))[1]


CHECKS: tuple[Callable[["Settings"], Iterator[Finding]], ...] = (
    _python,
    _home,
    _store,
    _framework,
    _texts,
    _classifiers,
    _clock,
    _cores,
    _worker,
    _reach,
)
