"""Shortages of a round: which contacts compete for whom, and the smallest change that would serve one more."""

from collections.abc import Sequence
from datetime import datetime

import numpy as np

from matcher.assignment import Problem, cheapest_fix
from matcher.assignment.bottleneck import Fix, Opening
from matcher.routing.attendance import Bools, Ints
from matcher.routing.decision import Help, ShortOf
from matcher.routing.eligibility import (
    Demands,
    Eligibility,
    demand_tests,
    presence_tests,
    rule_effects,
    slots_for,
)
from matcher.routing.snapshot import Snapshot

MOST_SEARCHES = 20  # a search reads the whole round; more than so many different shortages help nobody
MOST_NAMED = 10  # employees told of, of those who would do
SLOTS = "slots"
RULE = "rule"


def shortages_of(
    snapshot: Snapshot, eligibility: Eligibility, rows: Sequence[int], problem: Problem, now: datetime
) -> dict[int, ShortOf]:
    """The bottleneck of each row, as far as a bounded number of searches tells.

    Contacts that could go to the same employees share one search: in the set found for one of them, it may be put in
    the other's place.
    """
    if not rows:
        return {}
    masks, row_of = _obstacles(snapshot, eligibility)
    found: dict[bytes, tuple[int, Fix | None]] = {}
    told: dict[int, ShortOf] = {}
    for row in rows:
        key = np.packbits(eligibility.pairs[row]).tobytes()
        if key not in found and len(found) < MOST_SEARCHES:
            found[key] = row, cheapest_fix(problem, row, masks=masks, demand_of=row_of)
        first, seen = found.get(key, (row, None))
        if seen is not None:
            idle = _idle_who_would_do(snapshot, eligibility, row, now)
            told[row] = _shortage(snapshot, seen, first, row, idle=idle)
    return told


def _idle_who_would_do(snapshot: Snapshot, eligibility: Eligibility, row: int, now: datetime) -> Help | None:
    """Those who are there with room but fit none of the round's contacts, and lack one thing only for this one.

    They are outside the round, so that no search meets them; and as nobody asks for them, any one of them is enough.
    """
    whole, roster = snapshot.whole, snapshot.whole.roster
    if whole is snapshot:
        return None
    contact, demand = snapshot.contacts[row], eligibility.demands[int(eligibility.demand_of[row])]
    demands = Demands(eligibility.demands, eligibility.demand_of)
    there = slots_for(roster, demand.channel) > 0
    for question in presence_tests(whole, now):
        there &= question.passes
    there[[roster.index_of[one] for one in contact.exclude_employees if one in roster.index_of]] = False
    for refusal in rule_effects(whole, demands, now, seen=eligibility.arranged.seen).refusals:
        there &= ~(refusal.employees & refusal.contacts[row])
    questions = list(demand_tests(roster, demand))
    lacking = np.sum([~question.passes for question in questions], axis=0)
    groups = [(question, np.flatnonzero(there & (lacking == 1) & ~question.passes)) for question in questions]
    question, columns = max(groups, key=lambda one: len(one[1]))
    if not len(columns):
        return None
    ids = tuple(roster.employees[column].id for column in columns[:MOST_NAMED])
    return Help(question.code, question.subject, ids, contact_id=contact.id)


def _obstacles(snapshot: Snapshot, eligibility: Eligibility) -> tuple[dict[str, Bools], Ints]:
    """What alone keeps pairs apart, by its name: kinds of contact × employees, and the kind of each contact."""
    refusals = eligibility.rules.refusals
    asked = np.stack([eligibility.demand_of, *(refusal.contacts for refusal in refusals)], axis=1)
    kinds, row_of = np.unique(asked, axis=0, return_inverse=True)
    masks: dict[str, Bools] = {}

    def note(name: str, kind: int, forbidden: Bools) -> None:
        if forbidden.any():
            mask = masks.setdefault(name, np.zeros((len(kinds), len(snapshot.roster)), dtype=bool))
            mask[kind] |= forbidden

    for kind, (demand, *refused) in enumerate(kinds.tolist()):
        for question in demand_tests(snapshot.roster, eligibility.demands[demand]):
            note(f"{question.code} {question.subject}", kind, ~question.passes)
        for refusal, applies in zip(refusals, refused, strict=True):
            if applies:
                note(f"{RULE} {refusal.rule.reason[snapshot.language]}", kind, refusal.employees)
    return masks, np.asarray(row_of, dtype=np.int64).reshape(len(asked))


def _shortage(snapshot: Snapshot, seen: Fix, first: int, row: int, *, idle: Help | None) -> ShortOf:
    """The bottleneck found for the row `first`, with `row` in its place."""
    names, short = _Names(snapshot, first, row), seen.bottleneck
    rivals = short.contacts if row in short.contacts else tuple(row if one == first else one for one in short.contacts)
    return ShortOf(names.contacts(rivals), names.employees(short.employees), short.short, idle or names.help(seen))


class _Names:
    """Ids in place of columns and rows; what was found for the row `first` is told of `row`."""

    def __init__(self, snapshot: Snapshot, first: int, row: int) -> None:
        self._snapshot, self._put_for = snapshot, {first: row}

    def contacts(self, rows: Sequence[int]) -> tuple[str, ...]:
        """Their ids."""
        return tuple(self._snapshot.contacts[row].id for row in rows)

    def employees(self, columns: Sequence[int]) -> tuple[str, ...]:
        """Their ids."""
        return tuple(self._snapshot.roster.employees[column].id for column in columns)

    def help(self, seen: Fix) -> Help | None:
        """The cheapest change, if a single one helps."""
        change = seen.cheapest
        if change is None:
            return None
        someone = self.employees(change.employees[:MOST_NAMED])
        if isinstance(change, Opening):
            if change.mask is None:
                return None
            code, _, subject = change.mask.partition(" ")
            return Help(code, subject, someone, contact_id=self.contacts([self._told_of(change.contact)])[0])
        return Help(SLOTS, "", someone, slots=change.slots)

    def _told_of(self, row: int) -> int:
        return self._put_for.get(row, row)
