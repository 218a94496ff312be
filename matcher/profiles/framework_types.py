"""What a value framework is once it has been read. Source: profiling.md section 10."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from matcher.errors import Fault, InvalidInput, invalid
from matcher.profiles.effects import Effect, Observation
from matcher.profiles.questionnaire import Form, Item

VALUES = "values"  # the facet made of the file's own dimensions and sources

Texts = Mapping[str, str]  # by language


@dataclass(frozen=True, slots=True)
class SourceTerms:
    """How far a source is believed: half-life, cap on its pseudo-counts in all, weight of one piece of evidence.

    `validity` is the correlation with the truth that the file assumes, where it gives one instead of a cap; `temper`
    softens what one outcome says.
    """

    half_life_days: float
    cap: float
    weight: float = 1.0
    validity: float | None = None
    temper: float | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """What a segment's members are like, as fitted at `fitted_at`: the mean share, worth `strength` pseudo-counts.

    Of a situation: what whoever likes all categories alike chooses there, as `strength` contacts showed.
    """

    mean: tuple[float, ...]
    strength: float
    fitted_at: datetime


@dataclass(frozen=True, slots=True)
class Facet:
    """One side of a person: K categories, their prior mean (sums to 1) and strength A0 in pseudo-counts.

    `half_life_days` is that of observed behaviour. A source that is not in `sources` cannot speak on this facet. `item`
    asks for it in one question, where the file has one; `events` tell of it by the way, and `effects` say what each
    category asks of whoever serves the person. `segments` is what was learnt of customers' segments, `situations` of
    contacts by the name of what they were about (see `situations`); files know neither.
    """

    id: str
    dims: tuple[str, ...]
    prior_mean: tuple[float, ...]
    prior_strength: float
    sources: Mapping[str, SourceTerms]
    half_life_days: float
    item: Item | None = None
    events: Mapping[str, Observation] = field(default_factory=dict)
    effects: Mapping[str, tuple[Effect, ...]] = field(default_factory=dict)
    segments: Mapping[str, Expected] = field(default_factory=dict)
    situations: Mapping[str, Expected] = field(default_factory=dict)

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

    def with_caps(self, caps: Mapping[str, float]) -> "Facet":
        """The facet with these caps (0 or more) on its sources, as a calibration found them; others keep theirs.

        A source of which one piece was worth the whole cap, as a tag is, has pieces of the new cap's weight where that
        is more; where it is less the cap limits what is read, so that a tag recorded now counts in full once the source
        is believed again. Raises InvalidInput `source_not_accepted` for a source that does not speak here,
        `out_of_range` for an impossible cap.
        """
        sources = dict(self.sources)
        for source, cap in caps.items():
            terms = self.terms(source)
            if not 0 <= cap < math.inf:
                raise invalid(f"/caps/{source}", "out_of_range", "a cap is a finite number of pseudo-counts, 0 or more")
            weight = max(cap, terms.weight) if terms.weight == terms.cap else terms.weight
            sources[source] = replace(terms, cap=cap, weight=weight)
        return replace(self, sources=sources)


@dataclass(frozen=True, slots=True)
class Cue:
    """What an employee does, and does not do, with a customer in whom a value system stands out; by language."""

    do: Texts
    dont: Texts


@dataclass(frozen=True, slots=True)
class StateTrigger:
    """What shifts a person's state for some hours: an intent or event, and where it shifts the share to.

    `share` follows the dimensions and sums to 1; `rho` in (0, .5] is how far it shifts, `cause` the reason shown.
    """

    id: str
    intents: tuple[str, ...]
    events: tuple[str, ...]
    share: tuple[float, ...]
    rho: float
    hours: float
    cause: Texts


@dataclass(frozen=True, slots=True, eq=False)
class Crosswalk:
    """How shares of another framework read in this one: a row for each dimension there, summing to 1."""

    dims: tuple[str, ...]
    matrix: NDArray[np.float64]

    def translate(self, share: NDArray[np.float64]) -> NDArray[np.float64]:
        """Shares of the other framework (… × its dimensions) as shares of this one (… × K); they sum to 1 as before."""
        translated: NDArray[np.float64] = share @ self.matrix
        return translated


@dataclass(frozen=True, slots=True)
class FileWarning:
    """Something in a file that is allowed but hardly meant: where, a stable code, and a sentence."""

    pointer: str
    code: str
    detail: str


@dataclass(frozen=True, slots=True, eq=False)
class Framework:
    """Value systems and what is assumed of them; `affinity` is K×K in [0, 1], rows customer, columns employee.

    `notice` is shown with every form: `notices` has it by language. `languages` are those of every text; `lexicon` has
    words by language and value system. What the file leaves out is empty here.
    """

    id: str
    version: str
    title: Texts
    notice: str
    facets: Mapping[str, Facet]
    labels: Mapping[str, Texts]
    affinity: NDArray[np.float64]
    document: Mapping[str, object]
    affinity_kind: str = "hypothesis"
    languages: tuple[str, ...] = ()
    notices: Texts = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    lexicon: Mapping[str, Mapping[str, tuple[str, ...]]] = field(default_factory=dict)
    cues: Mapping[str, Cue] = field(default_factory=dict)
    service_concepts: Mapping[str, Texts] = field(default_factory=dict)
    state_triggers: tuple[StateTrigger, ...] = ()
    crosswalks: Mapping[str, Crosswalk] = field(default_factory=dict)
    warnings: tuple[FileWarning, ...] = ()

    @property
    def name(self) -> str:
        """Id and version in one, as stored with each piece of evidence."""
        return f"{self.id}@{self.version}"

    @property
    def values(self) -> Facet:
        """The facet of the value systems."""
        return self.facets[VALUES]

    @property
    def preference_items(self) -> Mapping[str, tuple[Facet, Item]]:
        """The questions about the other facets, by the item's id, in the file's order."""
        return {facet.item.id: (facet, facet.item) for facet in self.facets.values() if facet.item is not None}

    def facet(self, facet_id: str, *, pointer: str = "/facet") -> Facet:
        """The facet of that name. Raises InvalidInput `unknown_facet`."""
        if facet_id not in self.facets:
            detail = f"{facet_id[:64]!r} is no facet of {self.name}; use one of: {', '.join(self.facets)}"
            raise invalid(pointer, "unknown_facet", detail)
        return self.facets[facet_id]

    def form(self, form_id: str, *, pointer: str = "/form") -> Form:
        """The form of that name. Raises InvalidInput `unknown_form`, listing the forms."""
        if form_id not in self.forms:
            forms = f"use one of: {', '.join(self.forms)}" if self.forms else "it has none"
            raise invalid(pointer, "unknown_form", f"{form_id[:64]!r} is no form of {self.name}; {forms}")
        return self.forms[form_id]
