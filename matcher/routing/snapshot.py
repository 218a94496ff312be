"""All that one round looks at, taken at one moment, so that the same snapshot gives the same decisions."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

import numpy as np
from numpy.typing import NDArray

from matcher.contacts.contact import Contact
from matcher.profiles.facets import ShareTable, Sums
from matcher.profiles.framework import Framework
from matcher.profiles.people import Customer
from matcher.routing.roster import Roster
from matcher.routing.shares import inline_facet, shares_of
from matcher.rules import CompiledRules

Rng = np.random.Generator  # chance is handed in: the same seed gives the same decisions


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """What is known of a contact's customer; everything may be missing. `values` and `channel` are folded evidence."""

    customer: Customer | None = None
    values: Sums | None = None
    channel: Sums | None = None


@dataclass(frozen=True, slots=True)
class CustomerTable:
    """The contacts' customers, in the contacts' order: value shares (n × K), channel shares (n × C), consent (n)."""

    customers: tuple[Customer | None, ...]
    values: ShareTable
    channel: ShareTable
    withheld: NDArray[np.bool_]

    @classmethod
    def of(cls, known: Sequence[KnownCustomer], framework: Framework, *, at: datetime) -> "CustomerTable":
        """The table of these customers; values are left out where consent is missing, which `withheld` tells."""
        withheld = np.array([_withholds_values(one) for one in known], dtype=bool)
        values = [None if held else one.values for one, held in zip(known, withheld, strict=True)]
        profiles = [None if one.customer is None else one.customer.profile for one in known]
        inline = [None if held else inline_facet(one, "values") for one, held in zip(profiles, withheld, strict=True)]
        return cls(
            customers=tuple(one.customer for one in known),
            values=shares_of(framework.values, values, inline, at),
            channel=shares_of(
                framework.facets["channel"],
                [one.channel for one in known],
                [inline_facet(one, "channel") for one in profiles],
                at,
            ),
            withheld=withheld,
        )


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Contacts, employees and terms of one round. `are_named`: the caller chose the employees and vouches for them."""

    contacts: tuple[Contact, ...]
    roster: Roster
    customers: CustomerTable
    framework: Framework
    rules: CompiledRules
    are_named: bool = False
    explain: str = "short"
    language: str = "en"
    timezone: tzinfo = UTC
    deadline_s: float | None = None


def _withholds_values(known: KnownCustomer) -> bool:
    """Consent refused; or a stored profile without consent. An inline profile without a word on consent is used."""
    customer = known.customer
    if customer is None:
        return False
    return not customer.allows_values if customer.consent is not None else customer.profile is None
