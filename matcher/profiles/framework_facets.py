"""Reads the sides of a person from a framework file: dimensions, prior, sources, facets, and the matrix of affinities.

Source: profiling.md sections 5, 8 and 10; the refusals are those of section 10, rules 2–5, 9, 10 and 12.
"""

import math
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.errors import pointer_to
from matcher.profiles.effects import Effect, Observation
from matcher.profiles.evidence import Source
from matcher.profiles.framework_forms import read_choice_item
from matcher.profiles.framework_reading import LEAST, MOST, Reading, plain_number, sums_to_one
from matcher.profiles.framework_types import VALUES, Facet, SourceTerms

# One piece of evidence on `values` (design, profiling.md section 5); a tag is worth its whole cap.
BEHAVIOUR_WEIGHT = 0.1
TEXT_WEIGHT = 0.05
# The other facets (profiling.md section 8): a stated preference, how long it lasts, and one observed choice.
STATED_WEIGHT = 5.0
STATED_HALF_LIFE_DAYS = 365.0
OBSERVED_WEIGHT = {"channel": 1.0}  # a contact the customer started: the choice itself
HINT_WEIGHT = 0.3  # elsewhere behaviour only hints at a preference

AFFINITY_KINDS = ("hypothesis", "data")
AFFINITY_MODES = ("same", "prior", "learned")


def read_values(reading: Reading, document: Mapping[str, object]) -> tuple[Facet, dict[str, dict[str, str]]]:
    """The facet of the value systems, and what each is called by language."""
    dims, labels = _read_dimensions(reading, document)
    mean, strength = _read_prior(reading, document, "", len(dims))
    sources = _read_sources(reading, document, strength)
    behaviour = sources.get(Source.BEHAVIOUR.value)
    half_life_days = behaviour.half_life_days if behaviour else STATED_HALF_LIFE_DAYS
    return Facet(VALUES, dims, mean, strength, sources, half_life_days), labels


def _read_dimensions(
    reading: Reading, document: Mapping[str, object]
) -> tuple[tuple[str, ...], dict[str, dict[str, str]]]:
    labels: dict[str, dict[str, str]] = {}
    dims = []
    for place, value in enumerate(reading.listing(document, "dimensions", "")):
        where = f"/dimensions/{place}"
        entry = reading.entry(value, where)
        if entry is None:
            continue
        reading.keys(entry, where, required=("id",), optional=("label",))
        name = reading.identifier(entry["id"], f"{where}/id") if "id" in entry else ""
        dims.append(name)
        labels[name] = reading.texts_at(entry, "label", where)
    reading.names(dims, "/dimensions", suffix="/id")
    _check_size(reading, dims, "/dimensions")
    return tuple(dims), labels


def _check_size(reading: Reading, dims: Sequence[str], where: str) -> None:
    if len(dims) < 2:
        reading.note(where, "too_few_dimensions", "at least two categories are needed")


def _read_prior(reading: Reading, owner: Mapping[str, object], base: str, size: int) -> tuple[tuple[float, ...], float]:
    prior = reading.table(owner, "prior", base)
    where = f"{base}/prior"
    if not prior:
        return (1.0 / max(size, 1),) * size, 1.0
    reading.keys(prior, where, required=("mean", "A0"))
    mean = tuple(reading.numbers(prior.get("mean", ()), f"{where}/mean"))
    if len(mean) != size or min(mean, default=0.0) < LEAST or not sums_to_one(mean):
        reading.note(f"{where}/mean", "bad_prior", f"the mean needs {size} numbers above 0 that sum to 1")
    return mean, reading.positive(prior["A0"], f"{where}/A0") if "A0" in prior else 1.0


def _read_sources(reading: Reading, document: Mapping[str, object], strength: float) -> dict[str, SourceTerms]:
    known = {source.value for source in Source} - {Source.SEGMENT.value}
    sources = {}
    for name, value in reading.table(document, "sources", "").items():
        where = pointer_to("/sources", name)
        if name not in known:
            reading.note(where, "unknown_source", f"a source is one of: {', '.join(sorted(known))}")
        entry = reading.entry(value, where)
        if entry is not None:
            sources[name] = _read_source(reading, name, entry, where, strength=strength)
    return sources


def _read_source(
    reading: Reading, name: str, entry: Mapping[str, object], where: str, *, strength: float
) -> SourceTerms:
    """Caps from validities (A0·r²/(1−r²), profiling.md section 5) and the weight of one piece of each source."""
    reading.keys(entry, where, required=("half_life_days",), optional=("cap", "validity", "temper"))
    half_life_days = reading.positive(entry.get("half_life_days", 1.0), f"{where}/half_life_days")
    temper = reading.positive(entry["temper"], f"{where}/temper", most=1.0) if "temper" in entry else None
    cap, validity = plain_number(entry.get("cap")), plain_number(entry.get("validity"))
    cap_is_fine = LEAST <= cap <= MOST if cap is not None else "cap" not in entry
    validity_is_fine = 0 < validity < 1 if validity is not None else "validity" not in entry
    if not (cap_is_fine and validity_is_fine) or (cap is None and validity is None):
        reading.note(where, "bad_source", "a source needs a cap above 0 or a validity between 0 and 1")
        cap, validity = 1.0, None
    if cap is None:
        cap = cap_of_validity(validity or 0.0, strength)
    pieces = {Source.BEHAVIOUR.value: BEHAVIOUR_WEIGHT, Source.TEXT.value: TEXT_WEIGHT}
    return SourceTerms(half_life_days, cap, pieces.get(name, cap), validity, temper)


def cap_of_validity(validity: float, prior_strength: float) -> float:
    """The pseudo-counts a source is worth whose estimates correlate `validity` with the truth: A0·r²/(1−r²)."""
    return prior_strength * validity**2 / (1.0 - validity**2)


def read_facets(reading: Reading, document: Mapping[str, object]) -> dict[str, Facet]:
    """The other facets, by name."""
    facets = {}
    entries = reading.table(document, "facets", "")
    reading.names(map(str, entries), "/facets", by_name=True)
    for name, value in entries.items():
        where = pointer_to("/facets", name)
        if name == VALUES:
            reading.note(where, "doubled_id", f"{VALUES!r} is the facet of the dimensions; choose another name")
        reading.identifier(name, where)
        entry = reading.entry(value, where)
        if entry is not None:
            facets[name] = _read_facet(reading, name, entry, where)
    return facets


def _read_facet(reading: Reading, name: str, entry: Mapping[str, object], where: str) -> Facet:
    reading.keys(entry, where, required=("dims", "prior", "half_life_days"), optional=("item", "events", "effects"))
    listed = reading.listing(entry, "dims", where)
    dims = tuple(reading.identifier(dim, f"{where}/dims/{place}") for place, dim in enumerate(listed))
    reading.names(dims, f"{where}/dims")
    _check_size(reading, dims, f"{where}/dims")
    half_life_days = reading.positive(entry.get("half_life_days", 1.0), f"{where}/half_life_days")
    mean, strength = _read_prior(reading, entry, where, len(dims))
    item = read_choice_item(reading, entry["item"], f"{where}/item", dims) if "item" in entry else None
    return Facet(
        name, dims, mean, strength, _direct_sources(name, half_life_days), half_life_days, item,
        events=_read_events(reading, entry, where, dims), effects=_read_effects(reading, entry, where, dims),
    )  # fmt: skip


def _read_events(
    reading: Reading, owner: Mapping[str, object], base: str, dims: Sequence[str]
) -> dict[str, Observation]:
    """How each event speaks on the facet."""
    events = {}
    for name, value in reading.table(owner, "events", base).items():
        where = pointer_to(f"{base}/events", name)
        entry = reading.entry(value, where)
        if not reading.identifier(name, where) or entry is None:
            continue
        reading.keys(entry, where, required=("weight",), optional=("dim", "spread"))
        weight = reading.positive(entry.get("weight", 1.0), f"{where}/weight", most=STATED_WEIGHT)
        dim = reading.dimension(entry["dim"], f"{where}/dim", dims) if "dim" in entry else None
        spread = entry.get("spread", False)
        if not isinstance(spread, bool) or (spread and dim is not None):
            reading.note(f"{where}/spread", "wrong_type", "spread is true or false, and goes without dim")
        events[name] = Observation(weight, dim, spread is True)
    return events


def _read_effects(
    reading: Reading, owner: Mapping[str, object], base: str, dims: Sequence[str]
) -> dict[str, tuple[Effect, ...]]:
    """What each category asks of whoever serves the person."""
    known = [effect.value for effect in Effect]
    effects = {}
    for name in (table := reading.table(owner, "effects", base)):
        where = pointer_to(f"{base}/effects", name)
        dim = reading.dimension(name, where, dims)
        words = [
            reading.choice(word, f"{where}/{place}", of=known, code="unknown_effect")
            for place, word in enumerate(reading.listing(table, name, f"{base}/effects"))
        ]
        effects[dim] = tuple(Effect(word) for word in dict.fromkeys(words))
    return effects


def _direct_sources(name: str, half_life_days: float) -> dict[str, SourceTerms]:
    """Uncapped sources: on these facets behaviour is direct observation (profiling.md section 8)."""
    stated = SourceTerms(STATED_HALF_LIFE_DAYS, math.inf, STATED_WEIGHT)
    observed = SourceTerms(half_life_days, math.inf, OBSERVED_WEIGHT.get(name, HINT_WEIGHT))
    return {
        Source.SURVEY.value: stated,
        Source.SELF_TAG.value: stated,
        Source.HR_TAG.value: stated,
        Source.BEHAVIOUR.value: observed,
    }


def read_affinity(reading: Reading, document: Mapping[str, object], size: int) -> tuple[NDArray[np.float64], str]:
    """The matrix (size × size, rows customer, columns employee; it cannot be written to) and what it rests on."""
    entry = reading.table(document, "affinity_prior", "")
    if not entry:
        return np.zeros((size, size)), AFFINITY_KINDS[0]
    where = "/affinity_prior"
    reading.keys(entry, where, required=("kind", "rows", "cols", "matrix"), optional=("mode",))
    for key, meaning in (("rows", "customer"), ("cols", "employee")):
        if key in entry and entry[key] != meaning:
            reading.note(f"{where}/{key}", "bad_matrix", f"{key} must be {meaning!r}")
    kind = AFFINITY_KINDS[0]
    if "kind" in entry:
        kind = reading.choice(entry["kind"], f"{where}/kind", of=AFFINITY_KINDS, code="unknown_kind")
    if "mode" in entry:
        reading.choice(entry["mode"], f"{where}/mode", of=AFFINITY_MODES, code="unknown_mode")
    return _read_matrix(reading, reading.listing(entry, "matrix", where), f"{where}/matrix", size), kind


def _read_matrix(reading: Reading, rows: Sequence[object], where: str, size: int) -> NDArray[np.float64]:
    numbers = [reading.numbers(row, f"{where}/{place}") for place, row in enumerate(rows)]
    fits = len(numbers) == size and all(len(row) == size for row in numbers)
    if not fits or any(not 0 <= number <= 1 for row in numbers for number in row):
        reading.note(where, "bad_matrix", f"the matrix needs {size} rows of {size} numbers between 0 and 1")
        return np.zeros((size, size))
    affinity = np.array(numbers, dtype=np.float64).reshape(size, size)
    affinity.flags.writeable = False
    return affinity
