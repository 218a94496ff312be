"""All that one round looks at, taken at one moment, so that the same snapshot gives the same decisions."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, tzinfo

import numpy as np
from numpy.typing import NDArray

from matcher.contacts.contact import Contact
from matcher.profiles.channels import CHANNELS
from matcher.profiles.facets import ShareTable, Sums
from matcher.profiles.framework import Framework
from matcher.profiles.inline import InlineFacet
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
    """The contacts' customers, in the contacts' order: their value shares (n × K), and who withholds them (n)."""

    known: tuple[KnownCustomer, ...]
    values: ShareTable
    withheld: NDArray[np.bool_]
    at: datetime

    @classmethod
    def of(cls, known: Sequence[KnownCustomer], framework: Framework, *, at: datetime) -> "CustomerTable":
        """The table of these customers; values are left out where consent is missing, which `withheld` tells.

        Raises InvalidInput for shares sent along that are no distribution, with pointers /contacts/i/customer/…
        """
        withheld = [_withholds_values(one) for one in known]
        values = [None if held else one.values for one, held in zip(known, withheld, strict=True)]
        inline = [None if held else _inline(one, "values") for one, held in zip(known, withheld, strict=True)]
        shares = shares_of(framework.values, values, inline, at, pointer="/contacts/{}/customer/profile/values".format)
        return cls(tuple(known), shares, np.array(withheld, dtype=bool), at)

    @property
    def customers(self) -> tuple[Customer | None, ...]:
        """Their master data, where known."""
        return tuple(one.customer for one in self.known)

    def channel_share(self, row: int, framework: Framework) -> dict[str, float]:
        """How much the customer of that contact likes each channel; shares sum to 1."""
        facet, one = framework.facets.get("channel"), self.known[row]
        if facet is None:
            return dict.fromkeys(CHANNELS, 1.0 / len(CHANNELS))
        table = shares_of(facet, [one.channel], [_inline(one, "channel")], self.at)
        return dict(zip(facet.dims, table.share[0].tolist(), strict=True))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Contacts, employees and terms of one round. `are_named`: the caller chose the employees and vouches for them.

    `everyone` is the whole staff where `roster` was narrowed to those the round is about.
    """

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
    everyone: Roster | None = None

    def narrowed(self, roster: Roster) -> "Snapshot":
        """The same round over a part of its staff."""
        if roster is self.roster:
            return self
        return Snapshot(  # written out: `replace` takes ten times as long, and this stands before every decision
            self.contacts, roster, self.customers, self.framework, self.rules, self.are_named, self.explain,
            self.language, self.timezone, self.deadline_s, self.roster,
        )  # fmt: skip

    @property
    def whole(self) -> "Snapshot":
        """The same round over the whole staff."""
        return self if self.everyone is None else replace(self, roster=self.everyone, everyone=None)


def _withholds_values(known: KnownCustomer) -> bool:
    """Consent refused; or a stored profile without consent. An inline profile without a word on consent is used."""
    customer = known.customer
    if customer is None:
        return False
    return not customer.allows_values if customer.consent is not None else customer.profile is None


def _inline(known: KnownCustomer, facet: str) -> InlineFacet | None:
    return None if known.customer is None else inline_facet(known.customer.profile, facet)
