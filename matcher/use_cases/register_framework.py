"""Let a framework of value systems come into force where it means what it meant before."""

import hashlib
import json
from datetime import datetime

from matcher.profiles.framework import Framework
from matcher.use_cases.ports import Records


def register_framework(records: Records, framework: Framework, *, now: datetime) -> bool:
    """Note that the framework is in force; whether it is the first time here.

    Raises FrameworkChanged when the same id and version was in force with another content.
    """
    digest = framework_sha256(framework)
    return records.frameworks.register(framework.id, framework.version, digest, framework.document, now=now)


def framework_sha256(framework: Framework) -> str:
    """The SHA-256 (hex) of what the framework's file says; blanks and the order of keys say nothing."""
    said = json.dumps(
        framework.document, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False, default=dict
    )
    return hashlib.sha256(said.encode()).hexdigest()
