"""Exchanges by chance: chances by hand and by counting, and what an exchange may never break."""

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.profiles.people import ChannelLoad
from matcher.routing.eligibility import eligibility_of
from matcher.routing.exchange import Exchanges, exchanges, room_beside
from tests.matcher.routing.rounds import NOON, contact, employee, snapshot

FLOOR = 0.05


def alike(contacts: int, employees: int, *, floor: float = FLOOR) -> Exchanges:
    """Everyone may take every contact, one each; the first employees have one."""
    employee_of = np.arange(contacts)
    room = np.broadcast_to(np.arange(employees) >= contacts, (contacts, employees))
    pairs, kinds = np.ones((contacts, employees), dtype=bool), np.zeros(contacts, dtype=np.int64)
    return exchanges(employee_of, pairs, room, kinds, np.arange(contacts), floor=floor)


def by_trying_all(one: Exchanges) -> np.ndarray:
    """A second way: every way the coins can fall, with its probability."""
    k = len(one.rows)
    coins = [(i, j) for i in range(k) for j in range(i + 1, len(one.slots)) if one.coins[i, j] > 0]
    chances = np.zeros((k, one.employees))
    for fell in itertools.product((False, True), repeat=len(coins)):
        chance = np.prod([one.coins[e] if f else 1 - one.coins[e] for e, f in zip(coins, fell, strict=True)])
        down = [each for each, falls in zip(coins, fell, strict=True) if falls]
        ends = [end for each in down for end in each]
        after = one.slots.copy()
        for i, j in down:
            if ends.count(i) == ends.count(j) == 1:
                after[i], after[j] = one.slots[j], one.slots[i]
        chances[np.arange(k), after[:k]] += chance
    return chances


def random_exchanges(seed: int, *, floor: float = 0.2) -> Exchanges:
    """Four contacts of two kinds, one of them unserved, five employees; a part of the pairs."""
    rng = np.random.default_rng(seed)
    pairs, employee_of = rng.random((4, 5)) < 0.7, np.array([0, 1, -1, int(rng.integers(3))])
    pairs[[0, 1, 3], employee_of[[0, 1, 3]]] = True
    room, kinds = rng.random((4, 5)) < 0.5, np.array([0, 0, 0, int(rng.integers(2))])
    return exchanges(employee_of, pairs, room, kinds, np.array([0, 1, 3]), floor=floor)


@pytest.mark.parametrize("seed", range(12))
def test_chances_are_those_of_all_ways_the_coins_can_fall(seed: int) -> None:
    """Exact, not counted: what a log is weighed by must be right where it is small too."""
    one = random_exchanges(seed)

    np.testing.assert_allclose(one.chances(), by_trying_all(one), atol=1e-12)


@pytest.mark.parametrize("seed", range(3))
def test_chances_are_how_often_it_happens(seed: int) -> None:
    """The throw and the formula are of the same game: 20,000 throws."""
    one, rng = random_exchanges(seed), np.random.default_rng(seed)
    counted = np.zeros_like(one.chances())
    for _ in range(20_000):
        counted[np.arange(len(one.rows)), one.drawn(rng)[one.rows]] += 1

    np.testing.assert_allclose(counted / 20_000, one.chances(), atol=0.015)


def test_where_all_are_alike_each_is_moved_as_often_as_the_floor_and_evenly() -> None:
    """Twelve contacts, twenty employees: 5 % or a little more, over nineteen others alike."""
    chances = alike(12, 20).chances()
    others = chances[~np.eye(12, 20, dtype=bool)]

    assert (1.0 - chances.diagonal() >= FLOOR).all()
    assert (1.0 - chances.diagonal() <= 1.03 * FLOOR).all()
    assert others == pytest.approx(np.full(12 * 19, FLOOR / 19), rel=0.03)


def test_two_contacts_and_two_employees_by_hand() -> None:
    """One coin only and none beside it, so it decides alone; it falls x of the time, where x·exp(−2x) = .05:
    0.0559·exp(−0.1118) = 0.0500."""
    chances = alike(2, 2).chances()

    np.testing.assert_allclose(chances, [[1 - 0.0559, 0.0559], [0.0559, 1 - 0.0559]], atol=5e-5)


def test_crowds_around_one_free_employee_do_not_keep_each_other_from_moving() -> None:
    """Fifty contacts in pairs of rules of their own, and one employee with room: were every coin to fall often, two
    would nearly always fall at once and nobody would ever move."""
    pairs = np.eye(50, 51, dtype=bool)
    pairs[:, 50] = True
    room = np.zeros((50, 51), dtype=bool)
    room[:, 50] = True
    every = np.arange(50)
    chances = exchanges(every, pairs, room, np.zeros(50, dtype=np.int64), every, floor=0.2).chances()

    assert chances[:, 50].sum() > 0.25
    assert chances.sum(axis=1) == pytest.approx(np.ones(50))


@settings(max_examples=30, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_an_exchange_breaks_no_rule_no_slot_and_no_channel_maximum(seed: int) -> None:
    """Phone takes all of an employee and chat half, chats at most two: after any throw everything still fits."""
    rng = np.random.default_rng(seed)
    loads = {"phone": ChannelLoad(2), "chat": ChannelLoad(1, max=2)}
    staff = [
        employee(f"e{place}", channels=loads, capacity=4, languages=(("nl",), ("nl", "en"))[int(rng.integers(2))])
        for place in range(4)
    ]
    asked = [
        contact(f"c{place}", channel=("phone", "chat")[place % 2], language=("nl", "en")[int(rng.integers(2))])
        for place in range(7)
    ]
    narrowed, eligibility = eligibility_of(snapshot(asked, staff), NOON)
    employee_of = _filled(eligibility.pairs, [2 if one.channel == "phone" else 1 for one in asked], rng)
    room, kinds = room_beside(narrowed.roster, eligibility, employee_of, np.arange(len(narrowed.roster)))
    served = np.flatnonzero(employee_of >= 0)
    after = exchanges(employee_of, eligibility.pairs, room, kinds, served, floor=0.2).drawn(rng)

    assert ((after >= 0) == (employee_of >= 0)).all()
    for column in range(len(narrowed.roster)):
        mine = [asked[row].channel for row in np.flatnonzero(after == column).tolist()]
        assert 2 * mine.count("phone") + mine.count("chat") <= 4
        assert mine.count("chat") <= 2
    assert all(eligibility.pairs[row, after[row]] for row in served.tolist())


def _filled(pairs: np.ndarray, costs: list[int], rng: np.random.Generator) -> np.ndarray:
    """Contacts given in turn to some employee who still can; chats at most two each."""
    employee_of, left, chats = np.full(len(pairs), -1), np.full(pairs.shape[1], 4), np.zeros(pairs.shape[1])
    for row, cost in enumerate(costs):
        able = np.flatnonzero(pairs[row] & (left >= cost) & ((cost > 1) | (chats < 2)))
        if len(able):
            employee_of[row] = rng.choice(able)
            left[employee_of[row]] -= cost
            chats[employee_of[row]] += cost == 1
    return employee_of
