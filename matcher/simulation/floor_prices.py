"""Prices of employees' time within a run: from what arrived before, never from what is to come."""

from bisect import bisect_right
from collections.abc import Callable, Sequence

import numpy as np

from matcher.contacts.contact import Contact
from matcher.routing.prices import Floats, Prices
from matcher.routing.pricing import LEAST_CONTACTS, MOST_CONTACTS, SecondsOf, prices_of
from matcher.routing.roster import Roster
from matcher.routing.snapshot import Snapshot
from matcher.simulation.policies import Floor
from matcher.simulation.scenario import Arrival

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
        seconds_of = as_seen(looked_at) if self._seconds_of is None else self._seconds_of
        now = floor.scenario.moment(floor.now_s)
        return prices_of(sample, now, window_s=window_s, arrived=len(seen), seconds_of=seconds_of)


def as_seen(arrivals: Sequence[Arrival]) -> SecondsOf:
    """What these took on average, whoever served them: by intent, and on the whole; work after the contact included."""
    by_intent: dict[str | None, list[float]] = {}
    for one in arrivals:
        by_intent.setdefault(one.contact.intent, []).append(one.service_s + one.after_work_s)
    whole = max(float(np.mean([seconds for each in by_intent.values() for seconds in each])), 1.0)
    usual = {intent: max(float(np.mean(each)), 1.0) for intent, each in by_intent.items() if intent is not None}

    def seconds_of(intents: Sequence[str | None], employees: Sequence[str]) -> Floats:
        return np.tile([[usual.get(intent or "", whole)] for intent in intents], (1, len(employees)))

    return seconds_of
