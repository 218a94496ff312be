"""A profile that travels inside a request or a file row, instead of being stored as evidence."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InlineFacet:
    """Shares by category (a missing one is 0) that sum to 1; `n_eff` pseudo-counts, `None` meaning the facet's A0."""

    share: Mapping[str, float]
    n_eff: float | None = None


@dataclass(frozen=True, slots=True)
class InlineProfile:
    """What a caller says of a person, facet by facet."""

    values: InlineFacet | None = None
    channel: InlineFacet | None = None
    decision_style: InlineFacet | None = None
    service_window: InlineFacet | None = None
