"""The relaxation over all pairs, solved over a few: those that would do better at its prices join until none does.

Any prices bound every answer (Lagrange), so that a pair or a fill whose employee would lose more by it than the bound
lies above the best answer known is in no better one. Source: Dantzig and Wolfe 1960, doi 10.1287/opre.8.1.101; Dantzig,
Fulkerson and Johnson 1954, doi 10.1287/opre.2.4.393, for ruling out by what is lost.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from matcher.assignment.fill_cuts import Cut
from matcher.assignment.fill_programme import Programme, Relaxed, relaxed
from matcher.assignment.fill_rows import Rows, is_too_empty, rows_of
from matcher.assignment.fill_search import Search
from matcher.assignment.fills import Valued, losses, valued
from matcher.assignment.problem import BoolArray, FloatArray, IntArray

JOINING = 8  # pairs of a contact that join at once
MOST_ROUNDS = 30
FEW_LEFT = 1_000  # pairs: with so few to branch on another round of prices saves nothing
SETTLED = 0.03  # of the gap, or of what pairs differ: prices can lower the bound by no more, answers have to rise
NEARLY = 1e-3  # a total's bound this little below a whole number counts as that number: HiGHS rounds
TIME_SHARE = 0.8  # of what is left, for one relaxation: some is kept to make an answer of it


@dataclass(frozen=True, slots=True, eq=False)
class _Priced:
    """What all pairs and fills come to at some prices: no answer is worth more than the bound."""

    bound: float
    net: FloatArray
    extra: FloatArray  # of each fill
    worth: Valued


@dataclass(slots=True, eq=False)
class Relaxation:
    """What better answers can hold: pairs and fills still open, and rows that all of them keep."""

    search: Search
    kept: BoolArray  # the pairs looked at
    open_pairs: BoolArray
    open_fills: BoolArray
    free: int
    totals: list[tuple[FloatArray, int]] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    bound: float = np.inf
    lost_by_pair: FloatArray = field(default_factory=lambda: np.zeros(1))
    lost_by_fill: FloatArray = field(default_factory=lambda: np.zeros(1))
    share: FloatArray = field(default_factory=lambda: np.zeros(0))  # of pairs and fills in the last relaxation

    @classmethod
    def of(cls, search: Search, kept: BoolArray) -> "Relaxation":
        """Nothing known but what `search` knows."""
        pairs, choices = search.problem.pairs.value.size, search.fills.employee.size
        every_pair, every_fill = np.ones(pairs, dtype=np.bool_), np.ones(choices, dtype=np.bool_)
        return cls(search, kept, every_pair, every_fill, int(search.problem.capacity.sum()))

    @property
    def is_proved(self) -> bool:
        """Whether nothing is left that could be better."""
        return self.bound - self.search.worth <= self.search.tolerance

    def rows(self) -> Rows:
        """All that limits better answers."""
        return rows_of(self.search.fills, self.free, self.totals, self.cuts)

    def made(self, columns: BoolArray, rows: Rows) -> Programme:
        """The programme over these pairs and fills."""
        pairs = self.kept.size
        made = self.search.programme(columns[:pairs], columns[pairs:])
        return made.limited(rows.matrix[:, np.flatnonzero(columns)], rows.limits)

    def rule_out(self) -> None:
        """Close what the bound and the best answer rule out."""
        gap = self.bound - self.search.worth + self.search.tolerance
        self.open_pairs &= self.lost_by_pair <= gap
        self.open_fills &= (self.lost_by_fill <= gap) & ~is_too_empty(self.search.fills, self.free)

    def lower(self) -> bool:
        """Lower the bound as far as prices can, answers on the way; False where time ran out."""
        search, rows = self.search, self.rows()
        worth = np.concatenate((search.problem.pairs.value, np.zeros(self.open_fills.size)))
        for _ in range(MOST_ROUNDS):
            found, share = self._relaxed(worth, rows)
            if found is None:
                return False
            self.share = share
            if not rows.limits.size:
                search.price(found.contact_prices, found.toll)
            search.round(share[self.kept.size :])
            priced = self._priced(worth, rows, found)
            self._note(priced)
            gap = self.bound - search.worth
            if self.is_proved or priced.bound - found.value <= max(search.tolerance, SETTLED * min(gap, search.spread)):
                return True
            if self.open_pairs.sum() <= FEW_LEFT or not self._join(priced, search.tolerance):
                return True
        return True

    def most(self, total: FloatArray) -> float:
        """No answer better than the best known has more of this total; inf where time ran out."""
        search, pairs = self.search, self.search.problem.pairs
        unit = float(pairs.value.max())  # large numbers are beyond HiGHS's tolerance
        worth = np.concatenate((pairs.value, np.zeros(self.open_fills.size))) / unit
        rows, most = self.rows().with_rows(-worth[None], [-search.worth / unit]), np.inf
        for _ in range(MOST_ROUNDS):
            found, _ = self._relaxed(total, rows)
            if found is None:
                break
            priced = self._priced(total, rows, found)
            most = min(most, priced.bound)
            if np.floor(most + NEARLY) <= np.floor(found.value + NEARLY) or not self._join(priced, NEARLY):
                break
        return float(np.floor(most + NEARLY))

    def _relaxed(self, worth: FloatArray, rows: Rows) -> tuple[Relaxed | None, FloatArray]:
        """The relaxation over the pairs looked at, `None` where time ran out, and its shares of pairs and fills."""
        search, pairs = self.search, self.search.problem.pairs
        self.kept |= search.employee_of[pairs.contact] == pairs.employee  # no row forbids the best answer known
        columns = np.concatenate((self.kept & self.open_pairs, self.open_fills))
        made = replace(self.made(columns, rows), worth=worth[columns])
        found = relaxed(made, search.problem.left_s(TIME_SHARE))
        share = np.zeros(columns.size)
        if found is not None:
            share[columns] = np.concatenate((found.pair_share, found.share))
        return found, share

    def _priced(self, worth: FloatArray, rows: Rows, found: Relaxed) -> _Priced:
        search, pairs = self.search, self.search.problem.pairs
        paid = worth - rows.matrix.T @ found.row_prices
        net = paid[: pairs.value.size] - found.toll - found.contact_prices[pairs.contact]
        net = np.where(self.open_pairs, net, -np.inf)
        extra = np.where(self.open_fills, paid[pairs.value.size :], -np.inf)
        of_all = valued(search.fills, net, search.problem.capacity.size, extra)
        sold = float(found.contact_prices.sum()) + search.most * found.toll + float(found.row_prices @ rows.limits)
        return _Priced(sold + float(of_all.of_employee.sum()), net, extra, of_all)

    def _note(self, priced: _Priced) -> None:
        if priced.bound < self.bound:
            fills = self.search.fills
            self.bound = priced.bound
            self.lost_by_pair = losses(fills, priced.worth, priced.net)
            self.lost_by_fill = priced.worth.of_employee[fills.employee] - priced.worth.of_fill
        self.rule_out()

    def _join(self, priced: _Priced, least: float) -> bool:
        """Take in pairs with which an employee does better than with all that are in, of each contact a few."""
        fills, problem = self.search.fills, self.search.problem
        kept = self.kept & self.open_pairs
        of_kept = valued(replace(fills, group=fills.group[kept]), priced.net[kept], problem.capacity.size, priced.extra)
        with_it = priced.worth.of_employee[problem.pairs.employee] - losses(fills, priced.worth, priced.net)
        better = with_it - of_kept.of_employee[problem.pairs.employee]
        at = np.flatnonzero(~kept & (better > least / problem.capacity.size))
        self.kept[at[first_of_each(problem.pairs.contact[at], better[at], JOINING)]] = True
        return at.size > 0


def first_of_each(whose: IntArray, worth: FloatArray, count: int) -> BoolArray:
    """The pairs among the `count` worth most of those with the same owner: a contact, or a group."""
    order = np.lexsort((-worth, whose))
    starts = np.flatnonzero(np.diff(whose[order], prepend=-1))
    rank = np.arange(order.size) - np.repeat(starts, np.diff(starts, append=order.size))
    kept = np.zeros(whose.size, dtype=np.bool_)
    kept[order[rank < count]] = True
    return kept
