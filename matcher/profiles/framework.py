"""A value framework, read from its file: the value systems, what is assumed before anything is known, and source terms.

No code knows the name of a value system: names, number and meaning come from the file. Source: profiling.md section 10.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.errors import Fault, InvalidInput, invalid, pointer_to
from matcher.profiles.evidence import Source
from matcher.profiles.protected import is_protected_trait

SCHEMA = "value-framework/1"
VALUES = "values"  # the facet made of the file's own dimensions and sources
REQUIRED = (
    "schema", "id", "version", "title", "notice", "dimensions", "prior", "sources", "forms", "affinity_prior",
)  # fmt: skip
OPTIONAL = ("facets", "lexicon", "cues", "service_concepts", "state_triggers", "crosswalk")
IDENTIFIER = re.compile(r"[A-Za-z][A-Za-z0-9_]*")
PRIOR_SUM_TOLERANCE = 1e-9

# One piece of evidence on `values` (design, profiling.md section 5); a tag is worth its whole cap.
BEHAVIOUR_WEIGHT = 0.1
TEXT_WEIGHT = 0.05
# The other facets (profiling.md section 8): a stated preference, how long it lasts, and one observed choice.
STATED_WEIGHT = 5.0
STATED_HALF_LIFE_DAYS = 365.0
OBSERVED_WEIGHT = {"channel": 1.0}  # a contact the customer started: the choice itself
HINT_WEIGHT = 0.3  # elsewhere behaviour only hints at a preference


@dataclass(frozen=True, slots=True)
class SourceTerms:
    """How far a source is believed: half-life, cap on its pseudo-counts in all, weight of one piece of evidence."""

    half_life_days: float
    cap: float
    weight: float = 1.0


@dataclass(frozen=True, slots=True)
class Facet:
    """One side of a person: K categories, their prior mean (sums to 1) and strength A0 in pseudo-counts.

    `half_life_days` is that of observed behaviour. A source that is not in `sources` cannot speak on this facet.
    """

    id: str
    dims: tuple[str, ...]
    prior_mean: tuple[float, ...]
    prior_strength: float
    sources: Mapping[str, SourceTerms]
    half_life_days: float

    @property
    def size(self) -> int:
        """K, the number of categories."""
        return len(self.dims)

    def index(self, dim: str, *, pointer: str = "") -> int:
        """The place of a category. Raises InvalidInput `unknown_value_system`, listing the names."""
        if dim not in self.dims:
            raise InvalidInput([self.unknown(dim, pointer)])
        return self.dims.index(dim)

    def unknown(self, dim: str, pointer: str) -> Fault:
        """The fault for a name this facet does not have; it lists the names it has."""
        names = ", ".join(self.dims)
        detail = f"{dim[:64]!r} is unknown in facet {self.id}; use one of: {names}"
        return Fault(pointer, "unknown_value_system", detail)

    def terms(self, source: str) -> SourceTerms:
        """The terms of a source. Raises InvalidInput `source_not_accepted` where it cannot speak on this facet."""
        if source not in self.sources:
            raise invalid("/source", "source_not_accepted", f"source {source!r} does not speak on facet {self.id}")
        return self.sources[source]


@dataclass(frozen=True, slots=True, eq=False)
class Framework:
    """Value systems and what is assumed of them; `affinity` is K×K in [0, 1], rows customer, columns employee."""

    id: str
    version: str
    title: Mapping[str, str]
    notice: str
    facets: Mapping[str, Facet]
    labels: Mapping[str, Mapping[str, str]]
    affinity: NDArray[np.float64]
    document: Mapping[str, object]

    @property
    def name(self) -> str:
        """Id and version in one, as stored with each piece of evidence."""
        return f"{self.id}@{self.version}"

    @property
    def values(self) -> Facet:
        """The facet of the value systems."""
        return self.facets[VALUES]

    def facet(self, facet_id: str, *, pointer: str = "/facet") -> Facet:
        """The facet of that name. Raises InvalidInput `unknown_facet`."""
        if facet_id not in self.facets:
            names = ", ".join(self.facets)
            raise invalid(
                pointer, "unknown_facet", f"{facet_id[:64]!r} is no facet of {self.name}; use one of: {names}"
            )
        return self.facets[facet_id]


def parse_framework(document: Mapping[str, object]) -> Framework:
    """The framework a document describes. Raises InvalidInput with every fault at once, each with its JSON Pointer."""
    reading = _Reading()
    reading.keys(document, "", required=REQUIRED, optional=OPTIONAL)
    if "schema" in document and document["schema"] != SCHEMA:
        reading.fault("/schema", "unknown_schema", f"the schema must be {SCHEMA!r}")
    dims, labels = _read_dimensions(reading, document)
    values = Facet(
        VALUES, dims, *_read_prior(reading, document, "", len(dims)), sources=_read_sources(reading, document),
        half_life_days=0.0,
    )  # fmt: skip
    facets = {VALUES: _with_worth(values)} | _read_facets(reading, document)
    framework = Framework(
        id=reading.identifier(document.get("id"), "/id"),
        version=reading.text(document.get("version"), "/version"),
        title=reading.texts(document.get("title"), "/title"),
        notice=reading.text(document.get("notice"), "/notice"),
        facets=facets,
        labels=labels,
        affinity=_read_affinity(reading, document, len(dims)),
        document=document,
    )
    reading.table(document, "forms", "")
    reading.finish()
    return framework


def _with_worth(values: Facet) -> Facet:
    """Caps from validities (A0·r²/(1−r²), profiling.md section 5) and the weight of one piece of each source."""
    pieces = {Source.BEHAVIOUR.value: BEHAVIOUR_WEIGHT, Source.TEXT.value: TEXT_WEIGHT}
    sources = {}
    for name, terms in values.sources.items():
        cap = terms.cap if terms.cap > 0 else _cap_of_validity(-terms.cap, values.prior_strength)
        sources[name] = SourceTerms(terms.half_life_days, cap, pieces.get(name, cap))
    behaviour = sources.get(Source.BEHAVIOUR.value)
    half_life_days = behaviour.half_life_days if behaviour else STATED_HALF_LIFE_DAYS
    return Facet(values.id, values.dims, values.prior_mean, values.prior_strength, sources, half_life_days)


def _cap_of_validity(validity: float, prior_strength: float) -> float:
    return prior_strength * validity**2 / (1.0 - validity**2)


def _read_dimensions(
    reading: "_Reading", document: Mapping[str, object]
) -> tuple[tuple[str, ...], dict[str, dict[str, str]]]:
    entries = reading.listing(document, "dimensions", "")
    labels: dict[str, dict[str, str]] = {}
    dims = []
    for place, entry in enumerate(entries):
        where = f"/dimensions/{place}"
        if not isinstance(entry, Mapping):
            reading.fault(where, "wrong_type", "a dimension is an object with an id")
            continue
        reading.keys(entry, where, required=("id",), optional=("label",))
        name = reading.identifier(entry.get("id"), f"{where}/id")
        dims.append(name)
        labels[name] = reading.texts(entry["label"], f"{where}/label") if "label" in entry else {}
    reading.check_names(dims, "/dimensions", suffix="/id")
    return tuple(dims), labels


def _read_prior(
    reading: "_Reading", owner: Mapping[str, object], base: str, size: int
) -> tuple[tuple[float, ...], float]:
    prior = reading.table(owner, "prior", base)
    where = f"{base}/prior"
    if prior:
        reading.keys(prior, where, required=("mean", "A0"))
    mean = tuple(reading.numbers(prior.get("mean", ()), f"{where}/mean"))
    if prior and (len(mean) != size or min(mean, default=0.0) <= 0 or abs(sum(mean) - 1) > PRIOR_SUM_TOLERANCE):
        reading.fault(f"{where}/mean", "bad_prior", f"the mean needs {size} numbers above 0 that sum to 1")
    return mean, reading.positive(prior.get("A0"), f"{where}/A0") if "A0" in prior else 1.0


def _read_sources(reading: "_Reading", document: Mapping[str, object]) -> dict[str, SourceTerms]:
    """Terms by source; a validity r waits for A0 as the cap −r."""
    known = {source.value for source in Source} - {Source.SEGMENT.value}
    sources = {}
    for name, entry in reading.table(document, "sources", "").items():
        where = pointer_to("/sources", name)
        if name not in known:
            reading.fault(where, "unknown_source", f"a source is one of: {', '.join(sorted(known))}")
        if not isinstance(entry, Mapping):
            reading.fault(where, "wrong_type", "a source is an object with a half-life and a cap or validity")
            continue
        reading.keys(entry, where, required=("half_life_days",), optional=("cap", "validity", "temper"))
        half_life_days = reading.positive(entry.get("half_life_days", 1.0), f"{where}/half_life_days")
        sources[name] = SourceTerms(half_life_days, _cap_or_validity(reading, entry, where))
    return sources


def _cap_or_validity(reading: "_Reading", entry: Mapping[str, object], where: str) -> float:
    cap, validity = _number(entry.get("cap")), _number(entry.get("validity"))
    if cap is not None and cap > 0:
        return cap
    if "cap" not in entry and validity is not None and 0 < validity < 1:
        return -validity
    reading.fault(where, "bad_source", "a source needs a cap above 0 or a validity between 0 and 1")
    return 1.0


def _read_facets(reading: "_Reading", document: Mapping[str, object]) -> dict[str, Facet]:
    if "facets" not in document:
        return {}
    facets = {}
    entries = reading.table(document, "facets", "")
    reading.check_names(entries, "/facets", by_name=True)
    for name, entry in entries.items():
        where = pointer_to("/facets", name)
        if name == VALUES:
            reading.fault(where, "doubled_id", f"{VALUES!r} is the facet of the dimensions; choose another name")
        if not isinstance(entry, Mapping):
            reading.fault(where, "wrong_type", "a facet is an object")
            continue
        facets[name] = _read_facet(reading, name, entry, where)
    return facets


def _read_facet(reading: "_Reading", name: str, entry: Mapping[str, object], where: str) -> Facet:
    reading.keys(entry, where, required=("dims", "prior", "half_life_days"), optional=("item",))
    listed = reading.listing(entry, "dims", where)
    dims = tuple(reading.identifier(dim, f"{where}/dims/{place}") for place, dim in enumerate(listed))
    reading.check_names(dims, f"{where}/dims")
    half_life_days = reading.positive(entry.get("half_life_days", 1.0), f"{where}/half_life_days")
    mean, strength = _read_prior(reading, entry, where, len(dims))
    return Facet(name, dims, mean, strength, _direct_sources(name, half_life_days), half_life_days)


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


def _read_affinity(reading: "_Reading", document: Mapping[str, object], size: int) -> NDArray[np.float64]:
    entry = reading.table(document, "affinity_prior", "")
    if not entry:
        return np.zeros((size, size))
    reading.keys(entry, "/affinity_prior", required=("kind", "rows", "cols", "matrix"))
    for key, meaning in (("rows", "customer"), ("cols", "employee")):
        if key in entry and entry[key] != meaning:
            reading.fault(f"/affinity_prior/{key}", "bad_matrix", f"{key} must be {meaning!r}")
    rows = entry.get("matrix", ())
    listed = rows if isinstance(rows, Sequence) and not isinstance(rows, str) else ()
    numbers = [reading.numbers(row, f"/affinity_prior/matrix/{place}") for place, row in enumerate(listed)]
    fits = len(numbers) == size and all(len(row) == size for row in numbers)
    if not fits or any(not 0 <= number <= 1 for row in numbers for number in row):
        detail = f"the matrix needs {size} rows of {size} numbers between 0 and 1"
        reading.fault("/affinity_prior/matrix", "bad_matrix", detail)
        return np.zeros((size, size))
    affinity = np.array(numbers, dtype=np.float64)
    affinity.flags.writeable = False
    return affinity


def _number(value: object) -> float | None:
    """A finite number, never a boolean."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        number = float(value)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None


class _Reading:
    """Reads pieces of a document, returns something harmless for a broken one, and remembers what was broken."""

    def __init__(self) -> None:
        self._faults: list[Fault] = []

    def fault(self, pointer: str, code: str, detail: str) -> None:
        self._faults.append(Fault(pointer, code, detail))

    def finish(self) -> None:
        if self._faults:
            raise InvalidInput(self._faults)

    def keys(
        self, entry: Mapping[str, object], base: str, *, required: Sequence[str], optional: Sequence[str] = ()
    ) -> None:
        for key in required:
            if key not in entry:
                self.fault(f"{base}/{key}", "missing_field", f"{key} is required")
        for key in entry:
            if key not in required and key not in optional:
                self.fault(pointer_to(base, key), "unknown_field", f"{key[:64]!r} is not known here")

    def table(self, owner: Mapping[str, object], key: str, base: str) -> Mapping[str, object]:
        entry = owner.get(key, {})
        if isinstance(entry, Mapping):
            return entry
        self.fault(f"{base}/{key}", "wrong_type", f"{key} must be an object")
        return {}

    def listing(self, owner: Mapping[str, object], key: str, base: str) -> Sequence[object]:
        entry = owner.get(key, ())
        if isinstance(entry, Sequence) and not isinstance(entry, str):
            return entry
        self.fault(f"{base}/{key}", "wrong_type", f"{key} must be a list")
        return ()

    def numbers(self, entry: object, where: str) -> list[float]:
        if not isinstance(entry, Sequence) or isinstance(entry, str):
            self.fault(where, "wrong_type", "a list of numbers is needed")
            return []
        read = [_number(value) for value in entry]
        if None in read:
            self.fault(f"{where}/{read.index(None)}", "wrong_type", "a number is needed")
        return [0.0 if number is None else number for number in read]

    def positive(self, value: object, where: str) -> float:
        number = _number(value)
        if number is not None and number > 0:
            return number
        self.fault(where, "out_of_range", "a number above 0 is needed")
        return 1.0

    def text(self, value: object, where: str) -> str:
        if isinstance(value, str) and value.strip():
            return value
        if value is not None:
            self.fault(where, "empty_text", "a text is needed")
        return ""

    def texts(self, value: object, where: str) -> dict[str, str]:
        if isinstance(value, Mapping) and value:
            return {language: self.text(text, pointer_to(where, language)) for language, text in value.items()}
        if value is not None:
            self.fault(where, "empty_text", "a text by language is needed")
        return {}

    def identifier(self, value: object, where: str) -> str:
        if isinstance(value, str) and IDENTIFIER.fullmatch(value):
            return value
        if value is not None:
            self.fault(where, "bad_id", "an id is a letter followed by letters, digits and underscores")
        return str(value)

    def check_names(self, names: Iterable[str], base: str, *, suffix: str = "", by_name: bool = False) -> None:
        """Refuse doubled and protected names; of dimensions, also fewer than two."""
        seen = list(names)
        for place, name in enumerate(seen):
            where = pointer_to(base, name) if by_name else f"{base}/{place}{suffix}"
            if name in seen[:place]:
                self.fault(where, "doubled_id", f"{name[:64]!r} stands here twice")
            if is_protected_trait(name):
                self.fault(where, "protected_trait", f"{name[:64]!r} is a protected trait and cannot be profiled")
        if len(seen) < 2 and not by_name:
            self.fault(base, "too_few_dimensions", "at least two categories are needed")
