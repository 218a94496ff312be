"""What a person's choices tell of how they like to be served, and what that asks of whoever serves them.

The framework's file says which events speak on which facet and how loudly, and what each preference asks for: no code
knows the name of a preference. Source: profiling.md section 8.
"""

import math
from collections.abc import Collection, Sequence

import numpy as np
from numpy.typing import NDArray

from matcher.errors import invalid
from matcher.profiles.effects import Effect
from matcher.profiles.framework import Facet

Floats = NDArray[np.float64]

HABIT = 5.0  # contacts: what a person does in general weighs so much against what they do in this situation
LEADING = 0.5  # the least share of a preference that is acted upon: more than all others together
SURE_ENOUGH = 0.12  # the least confidence n/(n + A0) for that, as for the value profile


def observed_share(
    facet: Facet, event: str, *, pick: str | None = None, opened: Collection[str] | None = None
) -> tuple[tuple[float, ...], float]:
    """The share that an event tells on a facet (sums to 1), and the pseudo-counts it is worth.

    `pick` is the category the event names, `opened` those that could be chosen (`None`: all). Raises InvalidInput for
    an event that says nothing on the facet, a category named or left out wrongly, and when nothing else was open.
    """
    observation = facet.events.get(event)
    if observation is None:
        known = f"use one of: {', '.join(facet.events)}" if facet.events else "it is told by none"
        raise invalid("/event", "unknown_event", f"{event[:64]!r} tells nothing of {facet.id}; {known}")
    if observation.dim is not None:
        if pick is not None:
            raise invalid("/pick", "unknown_field", f"{event} names no category")
        return _all_on(facet, [observation.dim]), observation.weight
    if pick is None:
        raise invalid("/pick", "missing_field", f"{event} needs the category it is about")
    facet.index(pick, pointer="/pick")
    if not observation.is_spread:
        return _all_on(facet, [pick]), observation.weight
    others = [dim for dim in facet.dims if dim != pick and (opened is None or dim in opened)]
    if not others:
        raise invalid("/open", "nothing_open", f"{event} speaks for what else was open, and nothing was")
    return _all_on(facet, others), observation.weight


def effects_of(facet: Facet, share: Sequence[float], confidence: float) -> tuple[Effect, ...]:
    """What the leading preference asks, once it is known well enough and stands above all others together."""
    leading = max(range(facet.size), key=lambda place: share[place])
    if confidence < SURE_ENOUGH or share[leading] < LEADING:
        return ()
    return facet.effects.get(facet.dims[leading], ())


def share_in_situation(share: Floats, times: Floats, lift: Floats) -> Floats:
    """The preference given intent and urgency, p(c | i, u) ∝ (5·p_c + n_c|iu)·lift_c,iu; sums to 1.

    `times` counts what the person did in such a situation, `lift` is how much likelier each category is there in the
    population than in general, 1 where too few were seen.
    """
    weighed = (HABIT * share + times) * lift
    total = math.fsum(weighed.tolist())
    return weighed / total if total > 0 else share


def _all_on(facet: Facet, dims: Collection[str]) -> tuple[float, ...]:
    return tuple(1.0 / len(dims) if dim in dims else 0.0 for dim in facet.dims)
