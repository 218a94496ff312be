"""Klik's own routing as a policy: the same `decide` that serves the live service."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from matcher.contacts.contact import Contact
from matcher.profiles.facets import Sums
from matcher.profiles.framework import Framework
from matcher.profiles.people import Presence, PresenceState
from matcher.profiles.staff import EmployeeRecord
from matcher.routing.arranged import arranged
from matcher.routing.decide import decide
from matcher.routing.decision import Decision, Why
from matcher.routing.pricing import SecondsOf
from matcher.routing.roster import Roster
from matcher.routing.snapshot import CustomerTable, KnownCustomer, Snapshot
from matcher.rules import CompiledRules
from matcher.simulation.floor_prices import FloorPrices
from matcher.simulation.policies import Choice, Floor

if TYPE_CHECKING:
    from matcher.compatibility.serving import ServedClassifier  # the type alone: most runs have none

THERE = Presence(PresenceState.AVAILABLE)


@dataclass(frozen=True, slots=True)
class Known:
    """What is stored of people beside the scenario: customers by their ids, and employees' value evidence by theirs."""

    customers: Mapping[str, KnownCustomer] = field(default_factory=dict)
    values: Mapping[str, Sums] = field(default_factory=dict)

    def customer(self, contact: Contact) -> KnownCustomer:
        """Who asks: sent along with the contact, or stored, or nobody known."""
        stored = None if contact.customer is not None else self.customers.get(contact.customer_id or "")
        return KnownCustomer(contact.customer) if stored is None else stored


class Klik:
    """Gives out work by `matcher.routing.decide`.

    `bases` counts the rounds by what the fit of people was judged by, `degraded` those cut short. The roster is built
    once per staffing of the floor and given its state at each round. `known` is what is stored of people, if anything.
    Where the rules hold contacts for a better fit, prices are made every five minutes from the hour before; where they
    limit difficult contacts in a row these are counted, and business is the share of slots taken.
    """

    def __init__(
        self,
        framework: Framework,
        rules: CompiledRules,
        *,
        name: str = "klik",
        known: "Known | None" = None,
        classifier: "ServedClassifier | None" = None,
        seconds_of: SecondsOf | None = None,
    ) -> None:
        self.framework, self.rules, self.name = framework, rules, name
        self.known = Known() if known is None else known
        self.classifier = classifier
        self.prices = None if rules.rule_set.hold is None else FloorPrices(seconds_of)
        self.bases: Counter[str] = Counter()
        self.degraded = 0
        self._rosters: dict[tuple[str, ...], Roster] = {}
        self._streaks = Counter[str]() if rules.rule_set.limits.difficult_in_a_row is not None else None

    def choose(self, floor: Floor, rng: np.random.Generator) -> Choice:
        """The pairs that `decide` makes of the floor as it stands."""
        now = floor.scenario.moment(floor.now_s)
        contacts = tuple(replace(arrival.contact, waiting_s=floor.now_s - arrival.at_s) for arrival in floor.waiting)
        snapshot = self._snapshot(contacts, self._roster(floor), floor)
        if self.prices is not None:
            snapshot = replace(snapshot, prices=self.prices.at(floor, snapshot, self._snapshot))
        made = decide(snapshot, now, rng)
        self.bases[str(made.basis)] += 1
        self.degraded += made.degraded
        pairs = [(one.contact_id, one.employee_id) for one in made.decisions if one.employee_id is not None]
        if self._streaks is not None and pairs:
            self._count(pairs, arranged(snapshot, now)[0].contacts, self._streaks)
        return Choice(tuple(pairs), look_again_s=_next_look(made.decisions))

    @staticmethod
    def _count(pairs: Sequence[tuple[str, str]], contacts: Sequence[Contact], streaks: Counter[str]) -> None:
        """Count on with these pairs: who got an easy contact has no difficult ones in a row any more."""
        difficult = {one.id for one in contacts if one.difficult}
        for contact_id, employee_id in pairs:
            streaks[employee_id] = streaks[employee_id] + 1 if contact_id in difficult else 0

    def _snapshot(self, contacts: tuple[Contact, ...], roster: Roster, floor: Floor) -> Snapshot:
        known = [self.known.customer(contact) for contact in contacts]
        return Snapshot(
            contacts=contacts,
            roster=roster,
            customers=CustomerTable.of(known, self.framework, at=floor.scenario.moment(floor.now_s)),
            framework=self.framework,
            rules=self.rules,
            explain="none",
            classifier=self.classifier,
        )

    def _roster(self, floor: Floor) -> Roster:
        """Everyone on duty; who is busy has no free slot."""
        roster = self._rosters.get(floor.staff)
        if roster is None:
            sums = self.known.values
            records = [EmployeeRecord(floor.scenario.employees[who], THERE, sums.get(who)) for who in floor.staff]
            roster = Roster.of(records, self.framework, at=floor.scenario.starts_at)
            self._rosters[floor.staff] = roster
        slots, idle = np.zeros(len(floor.staff), dtype=np.int64), np.zeros(len(floor.staff))
        for employee, since in floor.free:
            column = roster.index_of[employee.id]
            slots[column], idle[column] = floor.room[employee.id], floor.now_s - since
        streaks = None if self._streaks is None else np.array([self._streaks[who] for who in floor.staff])
        return roster.with_state(free_slots=slots, idle_s=idle, difficult_in_a_row=streaks)


def _next_look(decisions: Sequence[Decision]) -> float | None:
    """When contacts that are held, or wait for a rule to relax, are to be looked at again.

    Those who wait for an employee to get free need no clock.
    """
    waiting = [one.unassigned for one in decisions if one.unassigned is not None]
    timed = [one.next_look_s for one in waiting if one.reason is not Why.NO_CAPACITY]
    return min((seconds for seconds in timed if seconds is not None), default=None)
