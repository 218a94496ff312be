"""Shares of many people on one facet, from folded evidence or from what a caller sent along."""

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import lru_cache

import numpy as np

from matcher.errors import Fault, InvalidInput
from matcher.profiles.facets import ShareTable, Sums, inline_share, share_table
from matcher.profiles.framework import Facet
from matcher.profiles.inline import InlineFacet, InlineProfile


def shares_of(
    facet: Facet,
    sums: Sequence[Sums | None],
    inline: Sequence[InlineFacet | None],
    at: datetime,
    *,
    pointer: Callable[[int], str] = str,
) -> ShareTable:
    """The n people's shares as they stand at `at`; an inline facet takes the place of the evidence.

    Raises InvalidInput with every fault of the inline ones; `pointer` tells where the one of an index stands.
    """
    if not any(sums) and not any(inline):
        return _nothing_known(facet.prior_mean, len(sums))
    table = share_table(facet, sums, at)
    stated = [(index, one) for index, one in enumerate(inline) if one is not None]
    if not stated:
        return table
    share, n_eff, declared = table.share.copy(), table.n_eff.copy(), table.n_declared.copy()
    faults: list[Fault] = []
    for index, one in stated:
        try:
            share[index], n_eff[index] = inline_share(facet, one, pointer=pointer(index))
        except InvalidInput as refusal:
            faults += refusal.faults
        declared[index] = n_eff[index]
    if faults:
        raise InvalidInput(faults)
    return ShareTable(share, n_eff, declared)


@lru_cache(maxsize=64)
def _nothing_known(prior_mean: tuple[float, ...], people: int) -> ShareTable:
    """The prior for everyone, as arrays that cannot be written to: rounds share them."""
    nothing = np.broadcast_to(0.0, (people,))
    return ShareTable(np.broadcast_to(prior_mean, (people, len(prior_mean))), nothing, nothing)


def inline_facet(profile: InlineProfile | None, name: str) -> InlineFacet | None:
    """The facet of that name that the caller sent along, if any."""
    if profile is None:
        return None
    found: InlineFacet | None = getattr(profile, name)
    return found
