"""The framework as its file has it, with what the nights have taught on top."""

from dataclasses import replace
from datetime import datetime, timedelta

from matcher.profiles.channels import CHANNEL
from matcher.profiles.evidence import Source
from matcher.profiles.framework import VALUES, Facet, Framework
from matcher.profiles.framework_types import Expected
from matcher.use_cases.ports import Records

# "New caps apply from the next night": whenever in the night or by hand they were measured, a working day lies between.
READ_BEFORE_USED = timedelta(hours=18)


def learnt_framework(records: Records, filed: Framework, *, now: datetime, text_cap: float | None = None) -> Framework:
    """`filed` with the caps measured up to the night before, and the priors of segments, on its values.

    Its channels get what was learnt of situations.

    `text_cap` is what the scorer of texts has shown itself worth: texts never weigh more than that.
    """
    place = (filed.name, VALUES)
    measured = records.calibrations.current(*place, until=now - READ_BEFORE_USED)
    facet = filed.values
    caps = {source: one.cap for source, one in measured.items() if source in facet.sources}
    text = Source.TEXT.value
    if text_cap is not None and text in facet.sources:
        caps[text] = min(text_cap, caps.get(text, facet.terms(text).cap))
    segments, channel = _fitted(records, filed, facet), filed.facets.get(CHANNEL)
    situations = {} if channel is None else _fitted(records, filed, channel)
    learnt: dict[str, Facet] = {}
    if caps or segments:
        learnt[VALUES] = replace(facet.with_caps(caps), segments=segments)
    if channel is not None and situations:
        learnt[CHANNEL] = replace(channel, situations=situations)
    return replace(filed, facets={**filed.facets, **learnt}) if learnt else filed


def _fitted(records: Records, filed: Framework, facet: Facet) -> dict[str, Expected]:
    """What was fitted on that facet, by name; what was fitted to another number of categories is left alone."""
    return {
        name: Expected(prior.mean, prior.strength, prior.fitted_at)
        for name, prior in records.segment_priors.of_facet(filed.name, facet.id).items()
        if len(prior.mean) == facet.size
    }
