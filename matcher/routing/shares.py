"""Shares of many people on one facet, from folded evidence or from what a caller sent along."""

from collections.abc import Callable, Sequence
from datetime import datetime

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
        nothing = np.zeros(len(sums))
        return ShareTable(np.broadcast_to(facet.prior_mean, (len(sums), facet.size)), nothing, nothing)
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


def inline_facet(profile: InlineProfile | None, name: str) -> InlineFacet | None:
    """The facet of that name that the caller sent along, if any."""
    if profile is None:
        return None
    found: InlineFacet | None = getattr(profile, name)
    return found
