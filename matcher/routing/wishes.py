"""What customers' preferences and acute states ask of a round: how they want to be served, and how they are today."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from matcher.contacts.contact import Contact
from matcher.profiles.effects import Effect
from matcher.profiles.facets import ShareTable, Sums
from matcher.profiles.framework import VALUES, Framework
from matcher.profiles.inline import InlineFacet
from matcher.profiles.overlay import Overlay, shift_of
from matcher.profiles.people import CUSTOMER, Customer
from matcher.profiles.preferences import effects_of
from matcher.routing.shares import inline_facet, shares_of


class Known(Protocol):
    """A customer with folded evidence on facets by their name."""

    @property
    def customer(self) -> Customer | None: ...
    def on(self, facet: str) -> Sums | None:
        """The folded evidence on that facet, if there is any."""
        ...


def wishes_of(known: Sequence[Known], framework: Framework, at: datetime) -> dict[int, tuple[Effect, ...]]:
    """By row, what each customer's preferences ask; whoever asks nothing is left out."""
    named = [row for row, one in enumerate(known) if one.customer is not None]
    wishes: dict[int, dict[Effect, None]] = {}
    for row in named:
        customer = known[row].customer
        if customer is not None and customer.no_push:
            wishes.setdefault(row, {})[Effect.NO_PUSH] = None
    for facet in framework.facets.values() if named else ():
        if not facet.effects:
            continue
        rows = [row for row in named if known[row].on(facet.id) or _stated(known[row], facet.id)]
        if not rows:
            continue
        table = shares_of(
            facet, [known[row].on(facet.id) for row in rows], [_stated(known[row], facet.id) for row in rows], at
        )
        confidence = table.n_eff / (table.n_eff + facet.prior_strength)
        for row, share, sure in zip(rows, table.share.tolist(), confidence.tolist(), strict=True):
            for effect in effects_of(facet, share, sure):
                wishes.setdefault(row, {})[effect] = None
    return {row: tuple(effects) for row, effects in wishes.items()}


def shifted(
    table: ShareTable, states: Mapping[int, Sequence[Overlay]], at: datetime
) -> tuple[ShareTable, dict[int, tuple[str, ...]]]:
    """The shares as acute states shift them now, and by row the causes; certainty and gate are the trait's."""
    if not states:
        return table, {}
    shift = shift_of([states.get(row, ()) for row in range(len(table.n_eff))], table.share.shape[1], at)
    causes = {row: named for row, named in enumerate(shift.causes) if named}
    return ShareTable(shift.of(table.share), table.n_eff, table.n_declared), causes


def states_called_up(
    contacts: Sequence[Contact], framework: Framework, at: datetime, *, language: str
) -> dict[int, tuple[Overlay, ...]]:
    """By row, the states that the intent of the contact brings with it, as the framework's file says."""
    felt: dict[int, tuple[Overlay, ...]] = {}
    for trigger in framework.state_triggers:
        rows = [row for row, contact in enumerate(contacts) if contact.intent in trigger.intents]
        if rows:
            cause, until = trigger.cause.get(language, trigger.id), at + timedelta(hours=trigger.hours)
            state = Overlay(CUSTOMER, "", VALUES, trigger.share, trigger.rho, cause, until)
            felt |= {row: (*felt.get(row, ()), state) for row in rows}
    return felt


def _stated(known: Known, facet: str) -> InlineFacet | None:
    return None if known.customer is None else inline_facet(known.customer.profile, facet)
