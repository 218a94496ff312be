"""Prices of employees' time within a run: from what arrived before, never from what is to come."""

from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from matcher.contacts.contact import Contact
from matcher.routing.prices import USUAL_S, Prices
from matcher.routing.pricing import LEAST_CONTACTS, MOST_CONTACTS, Pace, prices_of
from matcher.routing.roster import Roster
from matcher.routing.snapshot import Snapshot
from matcher.simulation.policies import Floor
from matcher.simulation.scenario import Arrival

EVERY_S = 300.0  # as the worker
WINDOW_S = 3600.0

SnapshotOf = Callable[[tuple[Contact, ...], Roster, Floor], Snapshot]


class FloorPrices:
    """The prices in force at each moment of a run, made anew every five minutes.

    `pace` is how long contacts take; without it, what those of the hour before took, whoever served them.
    """

    def __init__(self, pace: Pace | None = None) -> None:
        self._pace = pace
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
        pace = pace_of(looked_at) if self._pace is None else self._pace
        now = floor.scenario.moment(floor.now_s)
        return prices_of(sample, now, window_s=window_s, arrived=len(seen), pace=pace)


def pace_of(arrivals: Sequence[Arrival]) -> Pace:
    """What these took on average, on the whole and by intent, work after the contact included."""
    by_intent: dict[str, list[float]] = {}
    for one in arrivals:
        by_intent.setdefault(one.contact.intent or "", []).append(one.service_s + one.after_work_s)
    everything = [seconds for each in by_intent.values() for seconds in each]
    usual_of = {intent: max(float(np.mean(each)), 1.0) for intent, each in by_intent.items() if intent}
    return replace(Pace(), usual_s=max(float(np.mean(everything)), 1.0) if everything else USUAL_S, usual_of=usual_of)
