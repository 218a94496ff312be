"""Fills: what employees can take, what it is worth, and what whole fills cannot do."""

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from matcher.assignment.certificate import worth_when_filled
from matcher.assignment.fill_cuts import broken_cuts
from matcher.assignment.fills import MOST_FILLS_EACH, fills_of, losses, valued
from matcher.assignment.problem import Pairs


def pairs_of(load, value=None):
    """All pairs of a matrix of loads."""
    load = np.asarray(load, dtype=np.int64)
    contact, employee = np.nonzero(load)
    value = np.ones(load.shape) if value is None else np.asarray(value, dtype=np.float64)
    return Pairs(contact, employee, value[contact, employee], load[contact, employee])


def mixed(rng, contacts, employees):
    """Calls that take all slots, mails that take two and chats that take one, of those that fit."""
    capacity = rng.integers(1, 5, employees)
    load = np.stack((np.ones_like(capacity), np.full_like(capacity, 2), capacity))[rng.integers(0, 3, contacts)]
    return pairs_of(np.where(load <= capacity, load, 0), rng.random(load.shape)), capacity


def fillings(pairs, slots, employee):
    """Every set of contacts that fits in these slots, as sets of numbers of pairs."""
    mine = np.flatnonzero(pairs.employee == employee)
    for taken in product((False, True), repeat=mine.size):
        chosen = mine[np.array(taken, dtype=bool)]
        if pairs.load[chosen].sum() <= slots:
            yield frozenset(chosen.tolist())


def test_four_slots_hold_a_call_and_a_chat_or_four_chats() -> None:
    """By hand: a call takes three. Fills that leave room for another contact would only be in the way."""
    fills = fills_of(pairs_of(np.array([[3, 3, 1, 1, 1, 1, 1]]).T), np.array([4]))
    counts = np.zeros((fills.employee.size, 4), dtype=int)
    counts[fills.entry_fill, fills.group_load[fills.entry_group]] = fills.entry_count

    assert sorted(counts[:, [3, 1]].tolist()) == [[0, 4], [1, 1]]


def test_an_employee_with_too_many_fills_is_told_of() -> None:
    """A machine with a hundred slots and jobs of all sizes has millions of fills: another way is needed."""
    load = np.repeat(np.arange(5, 25), 5)[:, None]

    assert fills_of(pairs_of(load), np.array([100])) is None
    assert MOST_FILLS_EACH < 1_000


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_an_employee_gets_what_the_best_filling_is_worth(seed) -> None:
    """The bound rests on it: judged by trying every set of contacts, and the certificate's knapsack agrees."""
    rng = np.random.default_rng(seed)
    pairs, capacity = mixed(rng, int(rng.integers(1, 8)), 2)
    net = pairs.value - 0.4
    worth = valued(fills_of(pairs, capacity), net, capacity.size).of_employee
    best = [max(sum(net[list(one)]) for one in fillings(pairs, capacity[j], j)) for j in range(2)]
    prices = np.full(int(pairs.contact.max(initial=0)) + 1, 0.4)

    assert worth == pytest.approx(best)
    assert worth_when_filled(pairs, capacity, prices) == pytest.approx(sum(best))


@settings(max_examples=60, deadline=None)
@given(st.integers(0, 10_000))
def test_a_pair_loses_no_more_than_told(seed) -> None:
    """Pairs are ruled out by it: too large a loss would rule out the optimum. Judged by all sets with that pair."""
    rng = np.random.default_rng(seed)
    pairs, capacity = mixed(rng, int(rng.integers(1, 8)), 2)
    net = pairs.value - 0.4
    fills = fills_of(pairs, capacity)
    lost = losses(fills, valued(fills, net, 2), net)
    for j in range(2):
        sets = list(fillings(pairs, capacity[j], j))
        best = max(sum(net[list(one)]) for one in sets)
        for pair in np.flatnonzero(pairs.employee == j).tolist():
            with_it = max(sum(net[list(one)]) for one in sets if pair in one)
            assert lost[pair] == pytest.approx(best - with_it)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 10_000))
def test_cuts_spare_every_whole_answer(seed) -> None:
    """A cut that forbids an answer people could get would make the proof a lie. Judged by all answers there are."""
    rng = np.random.default_rng(seed)
    load = np.where(np.arange(5) < rng.integers(1, 3), 3, 1)[:, None] * np.ones((1, 2), dtype=np.int64)
    pairs, capacity = pairs_of(load), rng.integers(3, 5, 2)
    fills = fills_of(pairs, capacity)
    share = rng.random(fills.employee.size)
    share /= np.bincount(fills.employee, weights=share)[fills.employee]
    cuts = broken_cuts(pairs, fills, rng.random(pairs.value.size), share)
    assume(cuts)
    for answer in product((-1, 0, 1), repeat=5):
        x = np.array(answer)[pairs.contact] == pairs.employee
        held = np.bincount(fills.group[x], minlength=fills.group_load.size)
        if (np.bincount(pairs.employee[x], weights=pairs.load[x], minlength=2) > capacity).any():
            continue
        for chosen in product(*(np.flatnonzero(fills.employee == j) for j in range(2))):
            entry = np.isin(fills.entry_fill, chosen)
            room = np.bincount(fills.entry_group[entry], fills.entry_count[entry], minlength=held.size)
            over = [x[cut.pairs].sum() - cut.weights[np.isin(cut.fills, chosen)].sum() - cut.limit for cut in cuts]
            assert (held > room).any() or max(over) <= 1e-9


def test_a_third_of_an_employee_does_not_serve_the_fourth_chat() -> None:
    """By hand: two employees, each one call or three chats. One and a third of them would serve four chats whole."""
    pairs = pairs_of([[1, 1]] * 4 + [[3, 3]])
    fills = fills_of(pairs, np.array([3, 3]))
    is_chats = np.zeros(fills.employee.size, dtype=bool)
    is_chats[fills.entry_fill[fills.entry_count == 3]] = True
    share = np.where(is_chats, np.where(fills.employee == 0, 1.0, 1 / 3), np.where(fills.employee == 0, 0.0, 2 / 3))
    flow = np.where(pairs.employee == 0, 0.75, 0.25) * (pairs.load == 1)
    (cut, *_) = broken_cuts(pairs, fills, flow, share)

    assert flow[cut.pairs].sum() == pytest.approx(4)
    assert cut.limit + (cut.weights * share[cut.fills]).sum() == pytest.approx(2 + 4 / 3)
