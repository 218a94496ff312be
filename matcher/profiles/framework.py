"""A value framework, read from its file: the value systems, what is assumed before anything is known, and the forms.

No code knows the name of a value system: names, number and meaning come from the file. Source: profiling.md section 10.
"""

from collections.abc import Mapping
from dataclasses import replace

from matcher.errors import invalid, pointer_to
from matcher.profiles.framework_extras import (
    read_crosswalks,
    read_cues,
    read_lexicon,
    read_service_concepts,
    read_state_triggers,
)
from matcher.profiles.framework_facets import read_affinity, read_facets, read_values
from matcher.profiles.framework_forms import read_forms
from matcher.profiles.framework_reading import IDENTIFIER, LANGUAGE, VERSION, Reading
from matcher.profiles.framework_types import (
    VALUES,
    Crosswalk,
    Cue,
    Facet,
    FileWarning,
    Framework,
    SourceTerms,
    StateTrigger,
)
from matcher.profiles.framework_warnings import warnings_of
from matcher.profiles.questionnaire import Form

__all__ = [
    "IDENTIFIER",
    "VALUES",
    "Crosswalk",
    "Cue",
    "Facet",
    "FileWarning",
    "Framework",
    "SourceTerms",
    "StateTrigger",
    "parse_framework",
]

SCHEMA = "value-framework/1"
REQUIRED = (
    "schema", "id", "version", "title", "notice", "dimensions", "prior", "sources", "forms", "affinity_prior",
)  # fmt: skip
OPTIONAL = ("facets", "lexicon", "cues", "service_concepts", "state_triggers", "crosswalk")
NOT_A_LANGUAGE = "dim"  # stands beside the languages in an option


def parse_framework(document: Mapping[str, object]) -> Framework:
    """The framework a document describes. Raises InvalidInput with every fault at once, each with its JSON Pointer."""
    if not isinstance(document, Mapping):
        raise invalid("", "wrong_type", "a framework is one object")
    reading = Reading()
    reading.keys(document, "", required=REQUIRED, optional=OPTIONAL)
    if "schema" in document and document["schema"] != SCHEMA:
        reading.note("/schema", "unknown_schema", f"the schema must be {SCHEMA!r}")
    title = _read_title(reading, document)
    notices = _read_notices(reading, document)
    values, labels = read_values(reading, document)
    facets = {VALUES: values} | read_facets(reading, document)
    forms = read_forms(reading, document, values.dims)
    _check_item_ids(reading, facets, forms)
    affinity, affinity_kind = read_affinity(reading, document, values.size)
    framework_id = reading.identifier(document["id"], "/id") if "id" in document else ""
    framework = Framework(
        id=framework_id,
        version=_read_version(reading, document),
        title=title,
        notice=next(iter(notices.values()), ""),
        facets=facets,
        labels=labels,
        affinity=affinity,
        document=document,
        affinity_kind=affinity_kind,
        languages=reading.languages,
        notices=notices,
        forms=forms,
        lexicon=read_lexicon(reading, document, values.dims),
        cues=read_cues(reading, document, values.dims),
        service_concepts=read_service_concepts(reading, document, values.dims),
        state_triggers=read_state_triggers(reading, document, values.dims),
        crosswalks=read_crosswalks(reading, document, values.size),
    )
    reading.finish()
    return replace(framework, warnings=warnings_of(document, forms, facets, values.dims))


def _read_title(reading: Reading, document: Mapping[str, object]) -> dict[str, str]:
    """The title by language; its languages are those of the whole file."""
    title = reading.texts_at(document, "title", "")
    for language in title:
        if not isinstance(language, str) or language == NOT_A_LANGUAGE or not LANGUAGE.fullmatch(language):
            reading.note(pointer_to("/title", language), "bad_language", "a language is a tag like en, nl or pt-BR")
    reading.languages = tuple(title)
    return title


def _read_notices(reading: Reading, document: Mapping[str, object]) -> dict[str, str]:
    """The notice by language; a single text stands for every language."""
    if "notice" not in document:
        return {}
    if isinstance(document["notice"], Mapping):
        return reading.texts_at(document, "notice", "")
    return dict.fromkeys(reading.languages, reading.text(document["notice"], "/notice"))


def _read_version(reading: Reading, document: Mapping[str, object]) -> str:
    version = document.get("version", "")
    if isinstance(version, str) and (VERSION.fullmatch(version) or "version" not in document):
        return version
    reading.note("/version", "bad_version", "a version is text such as 1.0.0: letters, digits, points, - and _")
    return ""


def _check_item_ids(reading: Reading, facets: Mapping[str, Facet], forms: Mapping[str, Form]) -> None:
    """A facet's question is answered beside the items of a form: its id is no one else's."""
    taken = {item_id for form in forms.values() for item_id in form.items}
    for facet in facets.values():
        if facet.item is None or not facet.item.id:
            continue
        if facet.item.id in taken:
            where = pointer_to("/facets", facet.id, "item", "id")
            reading.note(where, "doubled_id", f"{facet.item.id!r} is an item elsewhere in this file")
        taken.add(facet.item.id)
