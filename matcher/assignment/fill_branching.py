"""From the relaxation of fills to the optimum: rows that close all but a little of the gap, then HiGHS's branching.

Source: Land and Doig 1960, doi 10.2307/1910129; cuts as in Padberg and Rinaldi 1991, doi 10.1137/1033004.
"""

import numpy as np

from matcher.assignment.fill_cuts import broken_cuts
from matcher.assignment.fill_programme import branched
from matcher.assignment.fill_relaxation import Relaxation
from matcher.assignment.fill_rows import served_totals, slots_in_all
from matcher.assignment.problem import BoolArray

FEWEST_S = 0.01  # with less time left HiGHS finds nothing
BRANCHED_AT_ONCE = 300  # pairs, where the best answer so far serves too few
BRANCHED_FIRST = 600  # pairs, most promising first: their best answer rules out most of the others
WIDER = 4  # times as many pairs the next time
CUT_ROUNDS = 3
LEAST_OFF = 0.02  # a total this near to a whole number is left as it is
LEAST_FALL = 0.05  # of the gap: where cuts lower the bound by less, they end


def branch(relaxation: Relaxation) -> bool:
    """Find the best answer among all that are open; whether it is proved."""
    search, most = relaxation.search, BRANCHED_FIRST
    if relaxation.bound - search.worth > search.spread:
        _branched(relaxation, _most_promising(relaxation, BRANCHED_AT_ONCE))
    if _is_tight(relaxation):
        return True
    while search.problem.lasts(FEWEST_S):
        relaxation.rule_out()
        chosen = _most_promising(relaxation, most)
        is_best = _branched(relaxation, chosen)
        relaxation.rule_out()
        if not is_best or not (relaxation.open_pairs & ~chosen).any():
            return is_best
        most *= WIDER
    return relaxation.is_proved


def _most_promising(relaxation: Relaxation, count: int) -> BoolArray:
    """So many of the open pairs: those that lose least."""
    near = np.flatnonzero(relaxation.open_pairs)
    chosen = np.zeros(relaxation.open_pairs.size, dtype=np.bool_)
    chosen[near[np.argsort(relaxation.lost_by_pair[near], kind="stable")[:count]]] = True
    return chosen


def _is_tight(relaxation: Relaxation) -> bool:
    """Add rows that better answers keep; whether that proves the best answer already."""
    _leave_fewer_free(relaxation)
    relaxation.lower()
    if not relaxation.is_proved and _is_limited(relaxation):
        _leave_fewer_free(relaxation)
        relaxation.lower()
    for _ in range(CUT_ROUNDS):
        if relaxation.is_proved:
            return True
        before, pairs = relaxation.bound, relaxation.open_pairs.size
        search, share = relaxation.search, relaxation.share
        new = broken_cuts(search.problem.pairs, search.fills, share[:pairs], share[pairs:])
        relaxation.cuts += new
        if not new or not relaxation.lower() or before - relaxation.bound < LEAST_FALL * (before - search.worth):
            break
    return relaxation.is_proved


def _leave_fewer_free(relaxation: Relaxation) -> None:
    """At most as many slots stay free as in any answer that is better."""
    search = relaxation.search
    taken = np.concatenate((search.problem.load.astype(np.float64), np.zeros(search.fills.employee.size)))
    free = slots_in_all(search.fills) + relaxation.most(-taken)
    if free < relaxation.free:
        relaxation.free = int(free)
        relaxation.rule_out()


def _is_limited(relaxation: Relaxation) -> bool:
    """Totals that are not whole in the relaxation get their limits in any better answer; whether that is new."""
    before, share = len(relaxation.totals), relaxation.share
    for total in served_totals(relaxation.search.problem, relaxation.search.fills):
        if abs(total @ share - np.rint(total @ share)) > LEAST_OFF:
            for side in (total, -total):
                if (most := relaxation.most(side)) < side @ share:
                    relaxation.totals.append((side, int(most)))
    return len(relaxation.totals) > before


def _branched(relaxation: Relaxation, chosen: BoolArray) -> bool:
    """HiGHS over these pairs; whether it ended in time."""
    search, fills = relaxation.search, relaxation.open_fills
    made = relaxation.made(np.concatenate((chosen, fills)), relaxation.rows())
    share, is_best = branched(made, search.problem.left_s())
    if share is not None:
        of_fills = np.zeros(fills.size)
        of_fills[fills] = share
        search.round(of_fills)
    return is_best
