"""Holding: a contact waits a little for somebody who fits better, when that costs less than serving it poorly now.

    base = worth of the pair − price of the employee's time        regret = the best base of anyone at work − base

A pair whose regret exceeds what the contact's age allows is left out for now. Whoever keeps their values to themself
is held by prices that know of nobody's, and nobody else's turn is lost by it (decision 0022).
Source: routing.md section 4.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np

from matcher.contacts.contact import Contact
from matcher.contacts.urgency import URGENT_PRIORITY
from matcher.routing.attendance import Bools, Floats, Ints
from matcher.routing.decision import Unassigned, Why
from matcher.routing.eligibility import Eligibility, eligibility_of, slots_for
from matcher.routing.prices import Prices
from matcher.routing.roster import Roster, kept
from matcher.routing.scores import Scores, scores_of, weights_by_row
from matcher.routing.sentences import decimal, sentence, span
from matcher.routing.snapshot import Snapshot
from matcher.rules.pairs import add_boosts
from matcher.rules.terms import Hold

CAP_SHARE = 0.9  # of the answer time: from then on nobody is held, whatever the cap (routing.md section 4)
LOOK_S = 0.05  # a next look comes this much after the allowance has grown, so that it finds it grown


@dataclass(frozen=True, slots=True, eq=False)
class Held:
    """`pairs` that may be made now, of those that may be made at all; and by contact, in seconds: when the next of its
    pairs may be made, and when all may. `short_by` (contacts, score units): what the best one left out falls short."""

    pairs: Bools
    eligible: Bools
    next_s: Floats
    left_s: Floats
    short_by: Floats

    @property
    def narrowed(self) -> Bools:
        """The contacts with a pair left out."""
        narrowed: Bools = (self.pairs != self.eligible).any(axis=1)
        return narrowed

    def told(self, snapshot: Snapshot, employee_of: Ints) -> Mapping[int, Unassigned]:
        """By row: those who wait although somebody free could have served them."""
        found = {}
        served = employee_of[employee_of >= 0]
        taken = np.bincount(served, minlength=len(snapshot.roster))
        for row in np.flatnonzero((employee_of < 0) & self.narrowed).tolist():
            spare = slots_for(snapshot.roster, snapshot.contacts[row].channel) > taken
            dropped = self.eligible[row] & ~self.pairs[row]
            if not self.pairs[row].any() or (dropped & spare).any():
                found[row] = self._told(row, snapshot.language)
        return found

    def _told(self, row: int, language: str) -> Unassigned:
        short = decimal(float(self.short_by[row]), language)
        detail = sentence("held_back", language, span=span(float(self.left_s[row]), language), short=short)
        return Unassigned(Why.HELD, detail, next_look_s=float(self.next_s[row]))


def look_ahead(
    given: Snapshot, snapshot: Snapshot, eligibility: Eligibility, scores: Scores, now: datetime
) -> tuple[Scores, Held | None]:
    """The scores less what each employee's time is worth elsewhere, and what waits; `None` where nothing does.

    `given` is the round as it came, over the whole staff; `snapshot` what is left of it, with its `scores`. Without a
    rule set that holds, or with prices too old to go by, all stays as it is.
    """
    hold, prices = snapshot.rules.rule_set.hold, snapshot.prices
    if hold is None or prices is None or not prices.are_fresh(now):
        return scores, None
    price = _price(snapshot, prices)
    scores = replace(scores, total=scores.total - price, price=price)
    return scores, _held_back(given, snapshot, eligibility, scores, prices, hold, now)


def _held_back(
    given: Snapshot,
    snapshot: Snapshot,
    eligibility: Eligibility,
    scores: Scores,
    prices: Prices,
    hold: Hold,
    now: datetime,
) -> Held | None:
    age, answer_s, ends_s = _times(snapshot.contacts, hold, now)
    allowed = np.where(age >= ends_s, np.inf, hold.h0 + hold.h2 * (age / answer_s) ** 2)
    if not np.isfinite(allowed).any():
        return None
    regret = _regret(given, snapshot, eligibility, scores, prices, now)
    pairs = eligibility.pairs & (regret <= allowed[:, None])
    for row, column in enumerate(scores.preferred):
        if column >= 0:
            pairs[row, column] = eligibility.pairs[row, column]
    dropped = eligibility.pairs & ~pairs
    if not dropped.any():
        return None
    least = np.where(dropped, regret, np.inf).min(axis=1)
    grown = answer_s * np.sqrt(np.maximum(least - hold.h0, 0.0) / hold.h2) if hold.h2 > 0 else ends_s
    next_s = np.maximum(np.minimum(grown, ends_s) - age, 0.0) + LOOK_S
    return Held(pairs, eligibility.pairs, next_s, np.maximum(ends_s - age, 0.0), least)


def _times(contacts: Sequence[Contact], hold: Hold, now: datetime) -> tuple[Floats, Floats, Floats]:
    """By contact in seconds: its age, its answer time, and the age at which nothing holds it any longer.

    The answer time is that of its deadline; without one, the time of which the cap is nine tenths.
    """
    age = np.array([contact.waiting_s for contact in contacts], dtype=float)
    due = [np.inf if one.due_to is None else (one.due_to - now).total_seconds() for one in contacts]
    usual = max(hold.cap_s, LOOK_S) / CAP_SHARE
    answer_s = np.maximum(np.where(np.isfinite(due), age + np.array(due, dtype=float), usual), LOOK_S)
    urgent = np.array([contact.priority >= URGENT_PRIORITY for contact in contacts], dtype=bool)
    ends_s = np.where(urgent, 0.0, np.minimum(hold.cap_s, CAP_SHARE * answer_s))
    return age, answer_s, ends_s


def _regret(
    given: Snapshot, snapshot: Snapshot, eligibility: Eligibility, scores: Scores, prices: Prices, now: datetime
) -> Floats:
    """How much better the best one at work would be than each of those free: contacts × free, −∞ where not known."""
    all_free = replace(given, roster=as_if_free(given.roster), everyone=None)
    floor, could = eligibility_of(all_free, now)
    there = scores_of(floor, could, now, turn=0)
    known = np.zeros((len(given.contacts), 1)) if there.chemistry is None else there.chemistry
    has_values: Bools = (known != 0).any(axis=1)[:, None]
    best = np.where(could.pairs, _base(floor, could, there, prices, has_values), -np.inf)
    best = np.where(np.isfinite(best), best, -np.inf).max(axis=1, initial=-np.inf)
    here = _base(snapshot, eligibility, scores, prices, has_values)
    regret: Floats = best[:, None] - here
    return np.where(np.isfinite(regret), regret, -np.inf)


def as_if_free(roster: Roster) -> Roster:
    """The same people with all of their slots free."""
    return kept(
        roster.of_people, "as if free", lambda: roster.with_state(free_slots=roster.capacity, idle_s=roster.idle_s)
    )


def _base(snapshot: Snapshot, eligibility: Eligibility, scores: Scores, prices: Prices, has_values: Bools) -> Floats:
    """What each pair is worth less the price of the time it takes; not a number for employees without a price."""
    second = np.where(has_values, *(_column(snapshot.roster, prices, name) for name in ("second", "blind_second")))
    base = worth_of(snapshot, scores) - second * _seconds(snapshot, prices)
    add_boosts(base, eligibility.rules.boosts)
    return base


def worth_of(snapshot: Snapshot, scores: Scores) -> Floats:
    """What a good outcome of each pair is expected to be worth, in score units: contacts × employees."""
    fit = np.array([[one.fit] for one in weights_by_row(snapshot)])
    chance = scores.base if scores.judged is None else scores.judged.chance
    worth = np.broadcast_to(fit * chance, scores.total.shape)
    return worth.copy() if scores.chemistry is None else worth + scores.chemistry


def _price(snapshot: Snapshot, prices: Prices) -> Floats:
    """What the time of each pair is worth elsewhere; that of somebody without a price as of the others on average."""
    price = _column(snapshot.roster, prices, "second") * _seconds(snapshot, prices)
    known = price[np.isfinite(price)]
    return np.nan_to_num(price, nan=float(known.mean()) if known.size else 0.0)


def _seconds(snapshot: Snapshot, prices: Prices) -> Floats:
    """How many seconds of the employee's whole time each pair would take: contacts × employees."""
    contacts, roster = snapshot.contacts, snapshot.roster
    table = _column(roster, prices, "seconds")[[prices.row_of(contact.intent) for contact in contacts]]
    taken = {channel: share_taken(roster, channel) for channel in {contact.channel for contact in contacts}}
    share = np.array([taken[contact.channel] for contact in contacts]).reshape(len(contacts), len(roster))
    seconds: Floats = table * share
    return seconds


def share_taken(roster: Roster, channel: str) -> Floats:
    """How much of each employee's capacity a contact of that channel takes, from 0 to 1."""
    share: Floats = np.minimum(roster.column(roster.channel_cost, channel) / np.maximum(roster.capacity, 1), 1.0)
    return share


def _column(roster: Roster, prices: Prices, name: str) -> Floats:
    """That part of the prices in the roster's order; not a number for whoever is not in them."""

    def look_up() -> Floats:
        place = {one: at for at, one in enumerate(prices.employees)}
        values: Floats = getattr(prices, name)
        there = np.append(values, np.full((*values.shape[:-1], 1), np.nan), axis=-1)
        return there[..., [place.get(one.id, -1) for one in roster.employees]]

    return kept(roster.of_people, ("prices", prices.version, name), look_up)
