"""Prices of employees' time within a run: from what arrived before, never from what is to come."""

from bisect import bisect_right
from collections.abc import Callable

from matcher.contacts.contact import Contact
from matcher.routing.prices import Prices
from matcher.routing.pricing import LEAST_CONTACTS, MOST_CONTACTS, SecondsOf, as_measured, prices_of
from matcher.routing.roster import Roster
from matcher.routing.snapshot import Snapshot
from matcher.simulation.policies import Floor

EVERY_S = 300.0  # as the worker
WINDOW_S = 3600.0

SnapshotOf = Callable[[tuple[Contact, ...], Roster, Floor], Snapshot]


class FloorPrices:
    """The prices in force at each moment of a run, made anew every five minutes.

    Contacts take as long as `seconds_of` says; without it, as those of the hour before did, whoever served them.
    """

    def __init__(self, seconds_of: SecondsOf | None = None) -> None:
        self._seconds_of = seconds_of
        self._current: Prices | None = None
        self._made_s = float("-inf")
        self._times: list[float] = []

    def at(self, floor: Floor, snapshot: Snapshot, snapshot_of: SnapshotOf) -> Prices | None:
        """The prices as the floor stands; `None` before enough has arrived to tell."""
        if floor.now_s - self._made_s >= EVERY_S:
            self._made_s = floor.now_s
            self._current = self._make(floor, snapshot, snapshot_of)
        return self._current

    def _make(self, floor: Floor, snapshot: Snapshot, snapshot_of: SnapshotOf) -> Prices | None:
        arrivals = floor.scenario.arrivals
        if len(self._times) != len(arrivals):
            self._times = [arrival.at_s for arrival in arrivals]
        since = bisect_right(self._times, floor.now_s - WINDOW_S)
        seen = arrivals[since : bisect_right(self._times, floor.now_s)]
        if len(seen) < LEAST_CONTACTS:
            return None
        window_s = min(WINDOW_S, floor.now_s - seen[0].at_s) if since == 0 else WINDOW_S
        if window_s <= 0:
            return None
        looked_at = seen[-MOST_CONTACTS:]
        sample = snapshot_of(tuple(one.contact for one in looked_at), snapshot.roster, floor)
        took = [(one.contact.intent, one.service_s + one.after_work_s) for one in looked_at]
        seconds_of = as_measured(took) if self._seconds_of is None else self._seconds_of
        now = floor.scenario.moment(floor.now_s)
        return prices_of(sample, now, window_s=window_s, arrived=len(seen), seconds_of=seconds_of)
