"""Exchanges by chance: two contacts change employees, or one moves to somebody with room, each as likely as is told.

Every exchange that breaks no rule and no slot has a coin. It happens where its coin falls and no other coin at either
of its ends does, so that no two meet; the chance of that is a product, exact for any number of contacts at once:

    P(exchange) = c · Π over other coins at one end (1 − c′) · Π over other coins at the other end (1 − c′)

The same contacts are served afterwards, and everyone's slots and channel maxima hold.
Source: independent edges kept where no neighbour is, Luby (1986), doi 10.1137/0215074; decision 0018.
"""

from dataclasses import dataclass

import numpy as np

from matcher.routing.attendance import Bools, Floats, Ints
from matcher.routing.eligibility import Eligibility
from matcher.routing.roster import Roster
from matcher.routing.snapshot import Rng

MOST_COINS = 0.5  # expected to fall at one end; x·exp(−2x), the chance that one falls alone, is greatest there
STEPS = 20  # towards the x with x·exp(−2x) = floor


@dataclass(frozen=True, slots=True, eq=False)
class Exchanges:
    """What may be exchanged in one assignment. `rows` are contacts served (k), `slots` their employees and then those
    with room (k + r); `coins` (k × (k + r)) how likely each coin falls, symmetric among contacts, 0 where none is."""

    employee_of: Ints
    employees: int
    rows: Ints
    slots: Ints
    coins: Floats

    def drawn(self, rng: Rng) -> Ints:
        """The employee of each contact (−1: none) after one throw of all coins."""
        k = len(self.rows)
        fell = rng.random(self.coins.shape) < self.coins
        fell[:, :k] = np.triu(fell[:, :k])
        one, other = np.nonzero(fell)
        falls = np.bincount(np.concatenate([one, other]), minlength=len(self.slots))
        alone = (falls[one] == 1) & (falls[other] == 1)
        after = self.slots.copy()
        after[one[alone]], after[other[alone]] = self.slots[other[alone]], self.slots[one[alone]]
        employee_of = self.employee_of.copy()
        employee_of[self.rows] = after[:k]
        return employee_of

    def chances(self) -> Floats:
        """The chance of each employee for each of `rows` (k × m, rows sum to 1)."""
        k, spared = len(self.rows), np.log1p(-self.coins)
        quiet = np.concatenate([spared.sum(axis=1), spared[:, k:].sum(axis=0)])
        moved = self.coins * np.exp(quiet[:k, None] + quiet - 2.0 * spared)
        cells = np.arange(k)[:, None] * self.employees + self.slots
        flat = np.bincount(cells.ravel(), moved.ravel(), minlength=k * self.employees).astype(float)
        chances: Floats = flat.reshape(k, self.employees)
        chances[np.arange(k), self.slots[:k]] += 1.0 - moved.sum(axis=1)
        return chances


def exchanges(employee_of: Ints, pairs: Bools, room: Bools, kinds: Ints, rows: Ints, *, floor: float) -> Exchanges:
    """The exchanges that `pairs` allow among `rows` (k contacts served), each being moved about as often as `floor`,
    evenly over whom it may be moved to. `room`: who can take the contact besides what they have (n × m); contacts of
    one of the `kinds` (n) take as much of an employee as each other, and only they change places."""
    mine, k = employee_of[rows], len(rows)
    able = pairs[rows]
    fits = able[:, mine] & (mine[:, None] != mine)
    open_to = able & room[rows]
    open_to[np.arange(k), mine] = False
    roomy = np.flatnonzero(open_to.any(axis=0))
    among = fits & fits.T & (kinds[rows][:, None] == kinds[rows])
    able_to = np.hstack([among, open_to[:, roomy]])
    wanted = _coin_mass(floor) / np.maximum(able_to.sum(axis=1), 1)
    coins = np.where(able_to, wanted[:, None], 0.0)
    coins[:, :k] = np.where(among, np.maximum(wanted[:, None], wanted), 0.0)
    load = np.concatenate([coins.sum(axis=1), coins[:, k:].sum(axis=0)]) / MOST_COINS
    coins /= np.maximum(np.maximum(load[:k, None], load), 1.0)
    return Exchanges(employee_of, pairs.shape[1], rows, np.concatenate([mine, roomy]), coins)


def room_beside(roster: Roster, eligibility: Eligibility, employee_of: Ints, columns: Ints) -> tuple[Bools, Ints]:
    """Who of those `columns` has room for one more of each contact's kind beside what they are given (n × m), and the
    kinds: channels."""
    channels = sorted({demand.channel for demand in eligibility.demands})
    kind_of = np.array([channels.index(demand.channel) for demand in eligibility.demands], dtype=np.int64)
    kinds, served = kind_of[eligibility.demand_of], employee_of >= 0
    costs = np.array([roster.column(roster.channel_cost, name) for name in channels])
    taken = np.array(
        [np.bincount(employee_of[served & (kinds == kind)], minlength=len(roster)) for kind in range(len(channels))]
    )
    most = np.array([roster.column(roster.channel_max, name) for name in channels])
    left = roster.free_slots - (taken * costs).sum(axis=0)
    asked = np.zeros(len(roster), dtype=bool)
    asked[columns] = True
    room = asked & (costs > 0) & (left >= costs) & (taken < most)
    return room[kinds], kinds


def _coin_mass(floor: float) -> float:
    """The expected coins at a contact with which one falls alone as often as `floor`, where everyone is alike."""
    mass = floor
    for _ in range(STEPS):
        mass = min(floor * np.exp(2.0 * mass), MOST_COINS)
    return float(mass)
