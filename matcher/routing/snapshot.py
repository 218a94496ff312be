"""All that one round looks at, taken at one moment, so that the same snapshot gives the same decisions."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, tzinfo
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from matcher.contacts.contact import Contact
from matcher.profiles.channels import CHANNEL, CHANNELS
from matcher.profiles.effects import Effect
from matcher.profiles.facets import ShareTable, Sums
from matcher.profiles.framework import VALUES, Framework
from matcher.profiles.inline import InlineFacet
from matcher.profiles.overlay import Overlay
from matcher.profiles.people import Customer
from matcher.profiles.preferences import SURE_ENOUGH
from matcher.profiles.situations import Situation, share_there
from matcher.routing.roster import Roster
from matcher.routing.shares import inline_facet, shares_of
from matcher.routing.wishes import shifted, wishes_of
from matcher.rules import CompiledRules

if TYPE_CHECKING:
    from matcher.compatibility.serving import ServedClassifier  # the types alone: most rounds have none
    from matcher.routing.prices import Prices

Rng = np.random.Generator  # chance is handed in: the same seed gives the same decisions


NO_STATES: Mapping[int, Sequence[Overlay]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class KnownCustomer:
    """What is known of a contact's customer: master data, and folded evidence by facet; everything may be missing."""

    customer: Customer | None = None
    evidence: Mapping[str, Sums] = field(default_factory=dict)

    def on(self, facet: str) -> Sums | None:
        """The folded evidence on that facet, if there is any."""
        return self.evidence.get(facet)


NOBODY = KnownCustomer()


@dataclass(frozen=True, slots=True)
class CustomerTable:
    """The contacts' customers, in the contacts' order: their value shares (n × K), and who withholds them (n).

    The shares are as acute states shift them; `causes` names those states, and `wishes` what preferences ask, by row.
    """

    known: tuple[KnownCustomer, ...]
    values: ShareTable
    withheld: NDArray[np.bool_]
    at: datetime
    causes: Mapping[int, tuple[str, ...]]
    wishes: Mapping[int, tuple[Effect, ...]]

    @classmethod
    def of(
        cls,
        known: Sequence[KnownCustomer],
        framework: Framework,
        *,
        at: datetime,
        states: Mapping[int, Sequence[Overlay]] = NO_STATES,
    ) -> "CustomerTable":
        """The table of these customers; values are left out where consent is missing, which `withheld` tells.

        Raises InvalidInput for shares sent along that are no distribution, with pointers /contacts/i/customer/…
        """
        if not states and known.count(NOBODY) == len(known):
            return _of_nobody(framework, tuple(known), at)
        withheld = [_withholds_values(one) for one in known]
        values = [None if held else one.on(VALUES) for one, held in zip(known, withheld, strict=True)]
        inline = [None if held else _inline(one, VALUES) for one, held in zip(known, withheld, strict=True)]
        shares = shares_of(framework.values, values, inline, at, pointer="/contacts/{}/customer/profile/values".format)
        felt = {row: felt for row, felt in states.items() if not withheld[row]}
        shares, causes = shifted(shares, felt, at)
        wishes = wishes_of(known, framework, at)
        return cls(tuple(known), shares, np.array(withheld, dtype=bool), at, causes, wishes)

    @property
    def customers(self) -> tuple[Customer | None, ...]:
        """Their master data, where known."""
        return tuple(one.customer for one in self.known)

    def preferred_channel(self, row: int, framework: Framework) -> tuple[str, float] | None:
        """The channel this customer likes best, and its share; `None` where too little is known of that."""
        facet, one = framework.facets.get(CHANNEL), self.known[row]
        if facet is None or (one.on(CHANNEL) is None and _inline(one, CHANNEL) is None):
            return None
        table = shares_of(facet, [one.on(facet.id)], [_inline(one, facet.id)], self.at)
        known = float(table.n_eff[0])
        if known / (known + facet.prior_strength) < SURE_ENOUGH:
            return None
        best = int(table.share[0].argmax())
        return facet.dims[best], float(table.share[0, best])

    def channel_share(self, row: int, framework: Framework, *, situation: Situation | None = None) -> dict[str, float]:
        """How much the customer of that contact likes each channel, in that situation; shares sum to 1.

        What everyone does in the situation counts, not what this customer did in it before: those are pieces of
        evidence, and to read them would cost a statement on the way of every match. A profile read by itself has both.
        """
        facet, one = framework.facets.get(CHANNEL), self.known[row]
        if facet is None:
            return dict.fromkeys(CHANNELS, 1.0 / len(CHANNELS))
        table = shares_of(facet, [one.on(facet.id)], [_inline(one, facet.id)], self.at)
        share = table.share[0].tolist()
        return dict(zip(facet.dims, share if situation is None else share_there(facet, share, situation), strict=True))


@dataclass(frozen=True, slots=True)
class Snapshot:
    """Contacts, employees and terms of one round. `are_named`: the caller chose the employees and vouches for them.

    `everyone` is the whole staff where `roster` was narrowed to those the round is about. `classifier` is what was
    learnt from outcomes, where there is one to judge by. Each decision names its best `candidates`, so many at most.
    `prices` are what employees' time is worth, for rule sets that hold contacts for a better fit.
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
    classifier: "ServedClassifier | None" = None
    candidates: int = 0
    prices: "Prices | None" = None

    def narrowed(self, roster: Roster) -> "Snapshot":
        """The same round over a part of its staff."""
        if roster is self.roster:
            return self
        return Snapshot(  # written out: `replace` takes ten times as long, and this stands before every decision
            self.contacts, roster, self.customers, self.framework, self.rules, self.are_named, self.explain,
            self.language, self.timezone, self.deadline_s, self.roster, self.classifier, self.candidates,
            self.prices,
        )  # fmt: skip

    @property
    def whole(self) -> "Snapshot":
        """The same round over the whole staff."""
        return self if self.everyone is None else replace(self, roster=self.everyone, everyone=None)


def _of_nobody(framework: Framework, known: tuple[KnownCustomer, ...], at: datetime) -> CustomerTable:
    """The table of contacts of whose customers nothing is known: there are most of these, and one at a time."""
    shares = shares_of(framework.values, (None,) * len(known), (None,) * len(known), at)
    return CustomerTable(known, shares, np.zeros(len(known), dtype=bool), at, {}, {})


def _withholds_values(known: KnownCustomer) -> bool:
    """Consent refused; or a stored profile without consent. An inline profile without a word on consent is used."""
    customer = known.customer
    if customer is None:
        return False
    return not customer.allows_values if customer.consent is not None else customer.profile is None


def _inline(known: KnownCustomer, facet: str) -> InlineFacet | None:
    return None if known.customer is None else inline_facet(known.customer.profile, facet)
