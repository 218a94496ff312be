"""The language of sentences: what the caller prefers of those Klik speaks."""

import re
from functools import lru_cache

SPOKEN = ("en", "nl")
OTHERWISE = "en"

_RANGE = re.compile(
    r"\s*([A-Za-z]{1,8}|\*)(?:-[A-Za-z0-9-]*)?\s*(?:;\s*q\s*=\s*(0(?:\.\d{0,3})?|1(?:\.0{0,3})?)\s*)?", re.ASCII
)


@lru_cache(maxsize=256)
def spoken_language(accept_language: str | None) -> str:
    """`en` or `nl`: the one an Accept-Language header gives the higher q-value (the first of equals), else English.

    A region is not looked at (nl-BE is Dutch), and a part that cannot be read counts for nothing.
    """
    best, best_quality = OTHERWISE, 0.0
    for part in (accept_language or "").split(","):
        found = _RANGE.fullmatch(part)
        language = found[1].lower() if found else ""
        quality = float(found[2] or 1.0) if found else 0.0
        if language in SPOKEN and quality > best_quality:
            best, best_quality = language, quality
    return best
