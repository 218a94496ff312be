"""The framework as its file has it, with what the nights have taught on top."""

from dataclasses import replace
from datetime import datetime, timedelta

from matcher.profiles.evidence import Source
from matcher.profiles.framework import VALUES, Framework
from matcher.profiles.framework_types import Expected
from matcher.use_cases.ports import Records

# "New caps apply from the next night": whenever in the night or by hand they were measured, a working day lies between.
READ_BEFORE_USED = timedelta(hours=18)


def learnt_framework(records: Records, filed: Framework, *, now: datetime, text_cap: float | None = None) -> Framework:
    """`filed` with the caps measured up to the night before, and the priors of segments, on its values.

    `text_cap` is what the scorer of texts has shown itself worth: texts never weigh more than that.
    """
    place = (filed.name, VALUES)
    measured = records.calibrations.current(*place, until=now - READ_BEFORE_USED)
    facet = filed.values
    caps = {source: one.cap for source, one in measured.items() if source in facet.sources}
    text = Source.TEXT.value
    if text_cap is not None and text in facet.sources:
        caps[text] = min(text_cap, caps.get(text, facet.terms(text).cap))
    priors = records.segment_priors.of_facet(*place)
    segments = {
        name: Expected(prior.mean, prior.strength, prior.fitted_at)
        for name, prior in priors.items()
        if len(prior.mean) == facet.size
    }
    if not caps and not segments:
        return filed
    values = replace(facet.with_caps(caps), segments=segments)
    return replace(filed, facets={**filed.facets, VALUES: values})
