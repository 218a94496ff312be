"""Rows that no better answer breaks: slots that stay free, and totals."""

from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.assignment.fill_relaxation import Relaxation
from matcher.assignment.fill_rows import is_too_empty, rows_of, served_totals, slots_in_all
from matcher.assignment.fill_search import Search
from matcher.assignment.fills import fills_of
from matcher.assignment.linear_program import worth_of
from matcher.assignment.loaded import Loaded
from matcher.assignment.problem import Pairs


def pairs_of(load, value=None):
    """All pairs of a matrix of loads."""
    load = np.asarray(load, dtype=np.int64)
    contact, employee = np.nonzero(load)
    value = np.ones(load.shape) if value is None else value
    return Pairs(contact, employee, value[contact, employee], load[contact, employee])


def round_of(rng):
    """Five contacts and two employees with a few slots; loads of one to three."""
    capacity = rng.integers(2, 6, 2)
    load = np.minimum(rng.integers(1, 4, 5)[:, None] * np.ones((1, 2), dtype=np.int64), capacity)
    return pairs_of(load, rng.random(load.shape)), capacity


def answers(pairs, capacity):
    """Every assignment there is, as the pairs in it."""
    for chosen in product((-1, 0, 1), repeat=5):
        taken = np.array(chosen)[pairs.contact] == pairs.employee
        if (np.bincount(pairs.employee[taken], weights=pairs.load[taken], minlength=2) <= capacity).all():
            yield taken


def relaxation_of(pairs, capacity, employee_of):
    """What is known with that answer, all pairs looked at."""
    problem = Loaded.of(pairs, 5, capacity, seconds=None, unit_solver=lambda *_: pytest.fail("not asked"))
    worth = worth_of(pairs, employee_of)
    search = Search(problem, fills_of(pairs, capacity), 5, employee_of, worth, np.inf, np.zeros(5), 0.0)
    return Relaxation.of(search, np.ones(pairs.value.size, dtype=bool))


def test_with_two_slots_over_nobody_is_in_chats_without_one() -> None:
    """By hand: two employees of three slots, four chats or a call. Who is in chats takes one, in a call takes it."""
    fills = fills_of(pairs_of([[1, 1]] * 4 + [[3, 3]]), np.array([3, 3]))
    rows = rows_of(fills, 2, (), ())
    idle = np.zeros(rows.matrix.shape[1])
    idle[10 + np.flatnonzero(fills.employee == 0)[:1]] = 1.0
    idle[10 + np.flatnonzero(fills.employee == 1)[:1]] = 1.0

    assert slots_in_all(fills) == 6
    assert (rows.matrix @ idle > rows.limits).sum() == 2  # each is asked for one
    assert (rows_of(fills, 3, (), ()).matrix @ idle <= rows_of(fills, 3, (), ()).limits).all()


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 10_000))
def test_an_answer_keeps_the_rows_of_the_slots_it_leaves_free(seed) -> None:
    """A row that forbids an answer people could get would make the proof a lie. Judged by all answers there are."""
    pairs, capacity = round_of(np.random.default_rng(seed))
    fills = fills_of(pairs, capacity)
    for taken in answers(pairs, capacity):
        free = slots_in_all(fills) - int(pairs.load[taken].sum())
        rows, barred = rows_of(fills, free, (), ()), is_too_empty(fills, free)
        held = np.bincount(fills.group[taken], minlength=fills.group_load.size)
        short = np.zeros(fills.employee.size, dtype=bool)
        for j in range(2):
            mine = np.flatnonzero(fills.group_employee == j)
            for fill in np.flatnonzero(fills.employee == j):
                entry = fills.entry_fill == fill
                room = np.bincount(fills.entry_group[entry], fills.entry_count[entry], minlength=held.size)
                short[fill] = (held > room)[mine].any()
        for chosen in product(*(np.flatnonzero((fills.employee == j) & ~short) for j in range(2))):
            column = np.concatenate((taken, np.isin(np.arange(fills.employee.size), chosen))).astype(float)

            assert not barred[list(chosen)].any()
            assert (rows.matrix @ column <= rows.limits + 1e-9).all()


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10_000))
def test_no_better_answer_has_more_of_a_total_than_told(seed) -> None:
    """What better answers are limited to rests on it: judged by all answers no worse than the one known."""
    rng = np.random.default_rng(seed)
    pairs, capacity = round_of(rng)
    every = list(answers(pairs, capacity))
    known = every[int(rng.integers(len(every)))]
    employee_of = np.full(5, -1)
    employee_of[pairs.contact[known]] = pairs.employee[known]
    relaxation = relaxation_of(pairs, capacity, employee_of)
    for total in served_totals(relaxation.search.problem, relaxation.search.fills):
        for side in (total, -total):
            over = side[: pairs.value.size]
            most = max(over[one].sum() for one in every if pairs.value[one].sum() >= pairs.value[known].sum())

            assert relaxation.most(side) >= most
