"""The language of sentences: what the caller prefers of those Klik speaks."""

from functools import lru_cache

from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

SPOKEN = ("en", "nl")
OTHERWISE = "en"


@lru_cache(maxsize=256)
def spoken_language(accept_language: str | None) -> str:
    """`en` or `nl` by the q-values of an Accept-Language header; English when neither is asked for."""
    if not accept_language:
        return OTHERWISE
    return parse_accept_header(accept_language, LanguageAccept).best_match(SPOKEN) or OTHERWISE
