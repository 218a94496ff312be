"""Many customers or employees as columns: what a classifier reads of a person, whether it trains or serves."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.prior import GATE
from matcher.profiles.facets import ShareTable, inline_share
from matcher.profiles.framework import Facet, Framework
from matcher.profiles.inline import InlineFacet
from matcher.profiles.people import Attribute, Customer, Employee
from matcher.profiles.protected import is_protected_trait

CHANNEL = "channel"

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class PeopleTable:
    """n people of one side. `values` are deviations of the share from even, m − 1/K (n × K), 0 behind a closed gate.

    `values_known` says where it is open; `channel` are shares of channels (n × C), for a customer those preferred, for
    an employee those served, evenly; `channel_known` where there are any. `groups` are segments or teams; `skills` are
    levels 1–5. Attributes named after a protected trait are left out.
    """

    ids: tuple[str, ...]
    groups: tuple[str | None, ...]
    values: Floats
    values_known: Bools
    channel: Floats
    channel_known: Bools
    languages: tuple[tuple[str, ...], ...]
    skills: tuple[Mapping[str, int], ...]
    attributes: tuple[Mapping[str, Attribute], ...]

    def __len__(self) -> int:
        return len(self.ids)

    def take(self, rows: NDArray[np.intp] | Sequence[int]) -> "PeopleTable":
        """The people at these places, in this order."""
        places = np.asarray(rows, dtype=np.intp)
        listed = places.tolist()
        return PeopleTable(
            tuple(self.ids[row] for row in listed),
            tuple(self.groups[row] for row in listed),
            self.values[places],
            self.values_known[places],
            self.channel[places],
            self.channel_known[places],
            tuple(self.languages[row] for row in listed),
            tuple(self.skills[row] for row in listed),
            tuple(self.attributes[row] for row in listed),
        )


def customer_table(
    customers: Sequence[Customer],
    framework: Framework,
    *,
    values: ShareTable | None = None,
    channels: ShareTable | None = None,
) -> PeopleTable:
    """The customers as columns; `values` and `channels` (shares in the same order) take the place of inline profiles.

    An inline profile counts only where the customer allows values. Raises InvalidInput for a share that is none.
    """
    stated = [each.profile.values if each.profile and each.allows_values else None for each in customers]
    liked = [each.profile.channel if each.profile else None for each in customers]
    preferred, preference_known = preferences(framework.facets[CHANNEL], liked, channels)
    return PeopleTable(
        tuple(each.id for each in customers),
        tuple(each.segment for each in customers),
        *deviations(framework.values, stated, values),
        preferred,
        preference_known,
        tuple((_spoken(each.language),) if each.language else () for each in customers),
        tuple({} for _ in customers),
        tuple(_permitted(each.attributes) for each in customers),
    )


def employee_table(
    employees: Sequence[Employee], framework: Framework, *, values: ShareTable | None = None
) -> PeopleTable:
    """The employees as columns; `values` (their shares in the same order) takes the place of inline profiles."""
    stated = [each.profile.values if each.profile else None for each in employees]
    dims = framework.facets[CHANNEL].dims
    served = np.array([[dim in each.channels for dim in dims] for each in employees], dtype=float).reshape(
        -1, len(dims)
    )
    any_served = served.sum(axis=1)
    return PeopleTable(
        tuple(each.id for each in employees),
        tuple(each.team for each in employees),
        *deviations(framework.values, stated, values),
        served / np.maximum(any_served, 1.0)[:, None],
        any_served > 0,
        tuple(tuple(map(_spoken, each.languages)) for each in employees),
        tuple(each.skills for each in employees),
        tuple(_permitted(each.attributes) for each in employees),
    )


def preferences(facet: Facet, stated: Sequence[InlineFacet | None], table: ShareTable | None) -> tuple[Floats, Bools]:
    """Shares and where they count; 0 where too little is known."""
    if table is None:
        return _shares(facet, stated)
    known = table.n_eff / (table.n_eff + facet.prior_strength) >= GATE
    return np.where(known[:, None], np.asarray(table.share, dtype=float), 0.0), known


def deviations(facet: Facet, stated: Sequence[InlineFacet | None], table: ShareTable | None) -> tuple[Floats, Bools]:
    """Deviations from even and where they count; a person with too little declared reads as nobody in particular."""
    if table is None:
        share, known = _shares(facet, stated)
    else:
        known = table.n_declared / (table.n_declared + facet.prior_strength) >= GATE
        share = np.asarray(table.share, dtype=float)
    return np.where(known[:, None], share - 1.0 / facet.size, 0.0), known


def _shares(facet: Facet, stated: Sequence[InlineFacet | None]) -> tuple[Floats, Bools]:
    """The shares, 0 where nothing was stated or too little to count."""
    share, known = np.zeros((len(stated), facet.size)), np.zeros(len(stated), dtype=bool)
    for row, one in enumerate(stated):
        if one is not None:
            share[row], n_eff = inline_share(facet, one, pointer=f"/{row}")
            known[row] = n_eff / (n_eff + facet.prior_strength) >= GATE
    return np.where(known[:, None], share, 0.0), known


def _spoken(language: str) -> str:
    """The language without its region: whoever speaks nl-BE understands nl."""
    return language.partition("-")[0].lower()


def _permitted(attributes: Mapping[str, Attribute]) -> Mapping[str, Attribute]:
    if not any(map(is_protected_trait, attributes)):
        return attributes
    return {name: value for name, value in attributes.items() if not is_protected_trait(name)}
