"""Traits that may never steer a match: attributes, segments, facets and value systems may not bear their names.

Source: trust.md E (GDPR article 9, equal treatment law); profiling.md section 6 for the grounds that apply to segments.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping

from matcher.errors import Fault, pointer_to

# A word that begins like this names a protected trait, in English or Dutch.
STEMS = (
    "ethni", "etni", "afkomst", "huidskleur", "geboorteland",
    "religi", "geloof", "godsdienst", "levensbeschouw", "levensovertuig",
    "gezondheid", "ziekte", "disabilit", "handicap", "medisch", "diagnos",
    "sexual", "seksu", "geaardheid",
    "vakbond", "vakvereniging", "tradeunion",
    "politic", "politiek",
    "gender", "geslacht",
    "nationali",
)  # fmt: skip
WORDS = frozenset({
    "race", "racial", "ras", "faith", "belief", "church", "kerk", "health", "medical", "illness", "sex", "sekse",
    "union", "unions",
    "citizenship", "staatsburgerschap",
})  # fmt: skip
# Grounds that are protected for a group of people, though an attribute of that name may be innocent (a lead's origin).
GROUP_WORDS = frozenset({"age", "ages", "leeftijd", "leeftijden", "origin", "herkomst", "orientation", "orientatie"})

_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")


def is_protected_trait(name: str, *, also: Iterable[str] = ()) -> bool:
    """Whether a name speaks of a protected trait, as a whole word or its beginning; `also` adds whole words."""
    further = frozenset(also)
    return any(word.startswith(STEMS) or word in WORDS or word in further for word in _words(name))


def is_protected_group(name: str) -> bool:
    """Whether a group of people named so (a segment) would be built on a protected ground."""
    return is_protected_trait(name, also=GROUP_WORDS)


def _words(name: str) -> list[str]:
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode("ascii")
    return [word.lower() for word in _WORD.findall(plain)]


def protected_attributes(attributes: Mapping[str, object]) -> list[Fault]:
    """A fault for every attribute that is named after a protected trait."""
    detail = "an attribute named after a protected trait may not steer a match: leave it out"
    return [
        Fault(pointer_to("/attributes", name), "protected_attribute", f"{name[:64]!r}: {detail}")
        for name in attributes
        if is_protected_trait(name)
    ]
