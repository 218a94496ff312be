"""Reads what a framework file may hold besides: lexicon, cues, service concepts, state triggers, crosswalks.

Source: profiling.md sections 5, 7 and 10.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from matcher.errors import pointer_to
from matcher.profiles.framework_reading import LEAST, Reading, plain_number, sums_to_one
from matcher.profiles.framework_types import Crosswalk, Cue, StateTrigger

LARGEST_SHIFT = 0.5  # ρ (profiling.md section 7)
LONGEST_SHIFT_HOURS = 168.0  # an acute state is over within a week (design)

Lexicon = dict[str, dict[str, tuple[str, ...]]]


def read_cues(reading: Reading, document: Mapping[str, object], dims: Sequence[str]) -> dict[str, Cue]:
    """What to do and not to do with a customer, by value system."""
    cues = {}
    for name, value in reading.table(document, "cues", "").items():
        where = pointer_to("/cues", name)
        dim, entry = reading.dimension(name, where, dims), reading.entry(value, where)
        if not dim or entry is None:
            continue
        reading.keys(entry, where, required=("do", "dont"))
        cues[dim] = Cue(reading.texts_at(entry, "do", where), reading.texts_at(entry, "dont", where))
    return cues


def read_service_concepts(
    reading: Reading, document: Mapping[str, object], dims: Sequence[str]
) -> dict[str, Mapping[str, str]]:
    """The service that fits a value system, in words."""
    concepts: dict[str, Mapping[str, str]] = {}
    for name, value in reading.table(document, "service_concepts", "").items():
        where = pointer_to("/service_concepts", name)
        dim = reading.dimension(name, where, dims)
        concepts[dim] = reading.texts(value, where)
    return concepts


def read_lexicon(reading: Reading, document: Mapping[str, object], dims: Sequence[str]) -> Lexicon:
    """Words by language and value system."""
    lexicon: Lexicon = {}
    for language, value in reading.table(document, "lexicon", "").items():
        where = pointer_to("/lexicon", language)
        if reading.languages and language not in reading.languages:
            detail = f"this file has the languages {', '.join(reading.languages)}"
            reading.note(where, "unknown_language", detail)
        entry = reading.entry(value, where) or {}
        lexicon[language] = {
            reading.dimension(name, pointer_to(where, name), dims): _read_words(reading, entry, name, where)
            for name in entry
        }
    return lexicon


def _read_words(reading: Reading, entry: Mapping[str, object], name: str, base: str) -> tuple[str, ...]:
    where = pointer_to(base, name)
    words: list[str] = []
    if not isinstance(entry[name], Sequence) or isinstance(entry[name], str):
        reading.note(where, "wrong_type", "a list of words is needed")
        return ()
    for place, value in enumerate(reading.listing(entry, name, base)):
        if not isinstance(value, str) or not value.strip():
            reading.note(f"{where}/{place}", "empty_text", "a word is needed")
        elif value.casefold() in words:
            reading.note(f"{where}/{place}", "doubled_id", f"{value[:64]!r} stands here twice")
        else:
            words.append(value.casefold())
    return tuple(words)


def read_state_triggers(
    reading: Reading, document: Mapping[str, object], dims: Sequence[str]
) -> tuple[StateTrigger, ...]:
    """What shifts a person's state, in the file's order."""
    read = [
        _read_trigger(reading, value, f"/state_triggers/{place}", dims)
        for place, value in enumerate(reading.listing(document, "state_triggers", ""))
    ]
    reading.names([each.id if each else "" for each in read], "/state_triggers", suffix="/id")
    return tuple(each for each in read if each is not None)


def _read_trigger(reading: Reading, value: object, where: str, dims: Sequence[str]) -> StateTrigger | None:
    entry = reading.entry(value, where)
    if entry is None:
        return None
    reading.keys(
        entry, where, required=("id", "share", "rho", "hours", "cause"), optional=("intents", "events")
    )  # fmt: skip
    intents, events = (_read_keys(reading, entry, key, where) for key in ("intents", "events"))
    if not (intents or events):
        reading.note(where, "missing_field", "a trigger names intents or events")
    return StateTrigger(
        id=reading.identifier(entry["id"], f"{where}/id") if "id" in entry else "",
        intents=intents,
        events=events,
        share=_read_share(reading, reading.table(entry, "share", where), f"{where}/share", dims),
        rho=reading.positive(entry.get("rho", LARGEST_SHIFT), f"{where}/rho", most=LARGEST_SHIFT),
        hours=reading.positive(entry.get("hours", 1.0), f"{where}/hours", most=LONGEST_SHIFT_HOURS),
        cause=reading.texts_at(entry, "cause", where),
    )


def _read_keys(reading: Reading, entry: Mapping[str, object], key: str, where: str) -> tuple[str, ...]:
    listed = reading.listing(entry, key, where)
    return tuple(reading.identifier(value, f"{where}/{key}/{place}") for place, value in enumerate(listed))


def _read_share(reading: Reading, table: Mapping[str, object], where: str, dims: Sequence[str]) -> tuple[float, ...]:
    numbers = {}
    for name, value in table.items():
        number = plain_number(value)
        if reading.dimension(name, pointer_to(where, name), dims):
            numbers[name] = -1.0 if number is None else number
    if table and (min(numbers.values(), default=0.0) < 0 or not sums_to_one(list(numbers.values()))):
        reading.note(where, "not_a_distribution", "a share is numbers from 0 to 1 that sum to 1")
    return tuple(numbers.get(dim, 0.0) for dim in dims)


def read_crosswalks(reading: Reading, document: Mapping[str, object], size: int) -> dict[str, Crosswalk]:
    """How other frameworks, by their id or id@version, read in this one."""
    crosswalks = {}
    for name, value in reading.table(document, "crosswalk", "").items():
        where = pointer_to("/crosswalk", name)
        entry = reading.entry(value, where)
        if entry is not None:
            crosswalks[name] = _read_crosswalk(reading, entry, where, size)
    return crosswalks


def _read_crosswalk(reading: Reading, entry: Mapping[str, object], where: str, size: int) -> Crosswalk:
    reading.keys(entry, where, required=("dims", "matrix"))
    listed = reading.listing(entry, "dims", where)
    dims = tuple(reading.identifier(dim, f"{where}/dims/{place}") for place, dim in enumerate(listed))
    reading.names(dims, f"{where}/dims")
    listed = reading.listing(entry, "matrix", where)
    rows = [reading.numbers(row, f"{where}/matrix/{place}") for place, row in enumerate(listed)]
    fits = len(rows) == len(dims) > 0 and all(len(row) == size for row in rows)
    if not fits or any(min(row, default=-1.0) < 0 or abs(sum(row) - 1.0) > LEAST for row in rows):
        detail = f"a row of {size} shares that sum to 1 is needed for each of {len(dims)} dimensions"
        reading.note(f"{where}/matrix", "bad_matrix", detail)
        return Crosswalk(dims, np.zeros((len(dims), size)))
    matrix = np.array(rows, dtype=np.float64)
    matrix.flags.writeable = False
    return Crosswalk(dims, matrix)
