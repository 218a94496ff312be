"""Let a framework of value systems come into force where it means what it meant before."""

import hashlib
import json
from collections.abc import Collection, Mapping
from datetime import datetime

from matcher.profiles.framework import Framework
from matcher.use_cases.ports import Records

NOTICE = "notice"


def register_framework(records: Records, framework: Framework, *, now: datetime) -> bool:
    """Note that the framework is in force; whether it is the first time here.

    Raises FrameworkChanged when the same id and version was in force with another meaning.
    """
    digest = framework_sha256(framework)
    return records.frameworks.register(framework.id, framework.version, digest, framework.document, now=now)


def framework_sha256(framework: Framework) -> str:
    """The SHA-256 (hex) of what gives stored profiles and answers their meaning: all of the file but its wording.

    Texts in the languages of the file, the notice, blanks and the order of keys say nothing about what is stored: a
    text may be mended and a language added under the same version, for a new one would start with empty profiles.
    """
    meaning = _without_wording(framework.document, {NOTICE, *framework.languages})
    said = json.dumps(meaning, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    return hashlib.sha256(said.encode()).hexdigest()


def _without_wording(value: object, wording: Collection[str]) -> object:
    if isinstance(value, Mapping):
        return {name: _without_wording(each, wording) for name, each in value.items() if name not in wording}
    if isinstance(value, list | tuple):
        return [_without_wording(each, wording) for each in value]
    return value
