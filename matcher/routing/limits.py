"""What is too much for a customer or an employee: the limits of a rule set, met as refusals of their own.

Who was passed on often enough goes to the highest mandate at work that fits, so that there is always somebody. The
limits of difficult contacts in a row and of business give way, business first, where everyone at work who could help
is beyond them: tired employees are better than a customer nobody helps.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from matcher.contacts.contact import Contact
from matcher.routing.attendance import Bools, Ints
from matcher.routing.roster import Roster
from matcher.routing.sentences import LANGUAGES, percent, sentence
from matcher.routing.snapshot import Snapshot
from matcher.rules import Refusal, Rule, RuleEffects
from matcher.rules.apply import Relaxation
from matcher.rules.rule_set import Effect, EffectKind

TRANSFERS, DIFFICULT, BUSY = "transfers", "difficult_in_a_row", "busy_share"


class Limit(Rule):
    """A limit in the shape of a rule, so that whatever tells of rules tells of it too; its id begins with `limit:`."""

    __slots__ = ()


@dataclass(frozen=True, slots=True, eq=False)
class Able:
    """Who of the whole staff could help but for limits: at work and fit for each demand (demands × m), slots left
    aside; each contact's demand; and what rules refuse."""

    fits: Bools
    demand_of: Ints
    refusals: Sequence[Refusal]

    def ask_alike(self, contacts: Sequence[Contact], rows: Bools, *more: Bools) -> Iterable[list[int]]:
        """Those rows in groups of whom the same could help, by demand, exclusions and rules; and in which the masks in
        `more` say the same."""
        words = np.array([*(refusal.contacts for refusal in self.refusals), *more], dtype=bool)
        bits = np.packbits(words, axis=0)
        alike: dict[object, list[int]] = {}
        for row in np.flatnonzero(rows).tolist():
            key = (int(self.demand_of[row]), contacts[row].exclude_employees, bits[:, row].tobytes())
            alike.setdefault(key, []).append(row)
        return alike.values()

    def of(self, contacts: Sequence[Contact], row: int, staff: Roster) -> Bools:
        """Who could help with the contact of that row."""
        able = self.fits[self.demand_of[row]].copy()
        able[[staff.index_of[one] for one in contacts[row].exclude_employees if one in staff.index_of]] = False
        for refusal in self.refusals:
            if refusal.contacts[row]:
                able &= ~refusal.employees
        return np.asarray(able)


@dataclass(frozen=True, slots=True, eq=False)
class _Beyond:
    """Contacts and employees beyond each limit: rows passed on often enough, difficult rows, and of the whole staff
    those with enough difficult contacts behind them and those who are busy enough."""

    passed_on: Bools
    difficult: Bools
    strained: Bools
    busy: Bools

    @classmethod
    def in_round(cls, snapshot: Snapshot, staff: Roster) -> "_Beyond":
        """Where a limit is not set nobody is beyond it."""
        limits, contacts = snapshot.rules.rule_set.limits, snapshot.contacts
        nobody, none = np.zeros(len(staff), dtype=bool), np.zeros(len(contacts), dtype=bool)
        most, in_a_row, share = limits.transfers, limits.difficult_in_a_row, limits.busy_share
        return cls(
            none if most is None else np.array([one.transfers >= most for one in contacts], dtype=bool),
            none if in_a_row is None else np.array([one.difficult for one in contacts], dtype=bool),
            nobody if in_a_row is None else staff.difficult_in_a_row >= in_a_row,
            nobody if share is None else staff.busy_share >= share,
        )

    @property
    def rows(self) -> Bools:
        """The contacts that some limit may keep from someone."""
        if self.busy.any():
            return np.ones(len(self.passed_on), dtype=bool)
        return self.passed_on | self.difficult if self.strained.any() else self.passed_on


@dataclass(slots=True, eq=False)
class _Met:
    """What came of the limits, by row: the least mandate, and for each of the others which rows hold or gave way."""

    mandate: Ints
    holds: dict[str, Bools]
    gave_way: dict[str, Bools]


def under_limits(snapshot: Snapshot, effects: RuleEffects, able: Callable[[], Able]) -> RuleEffects:
    """The effects of rules with those of limits; `able` is only asked where somebody is beyond a limit."""
    staff = snapshot.roster if snapshot.everyone is None else snapshot.everyone
    beyond = _Beyond.in_round(snapshot, staff)
    rows = beyond.rows
    if not rows.any():
        return effects
    met = _met(snapshot, staff, beyond, rows, able())
    refusals, relaxations = list(effects.refusals), list(effects.relaxations)
    for level in np.unique(met.mandate[met.mandate >= 0]).tolist():
        refusals.append(Refusal(_limit(TRANSFERS, snapshot), met.mandate == level, snapshot.roster.mandate < level))
    for name, holds in met.holds.items():
        if holds.any():
            refusals.append(Refusal(_limit(name, snapshot), holds, _over(name, snapshot)))
    for name, gave_way in met.gave_way.items():
        if gave_way.any():
            relaxations.append(Relaxation(_limit(name, snapshot), gave_way, _over(name, snapshot), gave_way))
    return replace(effects, refusals=tuple(refusals), relaxations=tuple(relaxations))


def _met(snapshot: Snapshot, staff: Roster, beyond: _Beyond, rows: Bools, able: Able) -> _Met:
    """Limits met one after the other, what matters most first: each looks at those whom the former ones left."""
    size, contacts = len(snapshot.contacts), snapshot.contacts
    met = _Met(
        np.full(size, -1, dtype=np.int64),
        {name: np.zeros(size, dtype=bool) for name in (DIFFICULT, BUSY)},
        {name: np.zeros(size, dtype=bool) for name in (DIFFICULT, BUSY)},
    )
    for members in able.ask_alike(contacts, rows, beyond.passed_on, beyond.difficult):
        first = members[0]
        left = able.of(contacts, first, staff)
        if not left.any():
            continue
        if beyond.passed_on[first]:
            met.mandate[members] = staff.mandate[left].max()
            left &= staff.mandate >= met.mandate[first]
        for name, over in ((DIFFICULT, beyond.strained & beyond.difficult[first]), (BUSY, beyond.busy)):
            if not (left & over).any():
                continue
            holds = bool((left & ~over).any())
            (met.holds if holds else met.gave_way)[name][members] = True
            left = left & ~over if holds else left
    return met


def _over(name: str, snapshot: Snapshot) -> Bools:
    limits, roster = snapshot.rules.rule_set.limits, snapshot.roster
    return np.asarray(getattr(roster, name) >= getattr(limits, name))


def _limit(name: str, snapshot: Snapshot) -> Limit:
    most = getattr(snapshot.rules.rule_set.limits, name)
    told = percent(most) if name == BUSY else most
    return Limit(
        id=f"limit:{name}",
        title=sentence(f"limit.{name}", snapshot.language),
        order=0,
        category="limits",
        active=True,
        when=None,
        employees=None,
        effect=Effect(EffectKind.FORBID),
        reason={language: sentence(f"limit.{name}.why", language, most=told) for language in LANGUAGES},
    )
