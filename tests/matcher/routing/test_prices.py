"""Prices of employees' time: the programme by hand and by its own duality, and what goes into it."""

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest

from matcher.profiles.people import Employee
from matcher.routing.prices import Floats, Prices, fluid_flow
from matcher.routing.pricing import LEAST_CONTACTS, prices_of
from matcher.routing.snapshot import Snapshot
from tests.matcher.routing.rounds import NOON, contact, customer, employee, snapshot, valued

SECONDS_100 = np.full((2, 2), 100.0)
ALL = np.ones((2, 2), bool)


def test_a_programme_small_enough_to_be_done_by_hand() -> None:
    """One contact in a hundred seconds of each kind; the good employee is worth .8 to the first and .7 to the second,
    the other .5 and .1. Best: the good one serves the second, the other the first."""
    worth = np.array([[0.8, 0.5], [0.7, 0.1]])
    flow = fluid_flow(worth, SECONDS_100, ALL, arrivals=np.array([0.01, 0.01]), available=np.ones(2))

    assert flow.served == pytest.approx(np.array([[0.0, 0.01], [0.01, 0.0]]))
    assert (flow.served * worth).sum() == pytest.approx(0.012)


def test_the_price_of_a_second_is_what_the_next_best_contact_would_gain() -> None:
    """Twice as many contacts as one employee can serve: those worth .8 are, a second more would serve one worth .2."""
    worth = np.array([[0.8], [0.2]])
    flow = fluid_flow(
        worth, SECONDS_100[:, :1], ALL[:, :1], arrivals=np.array([0.006, 0.02]), available=np.array([1.0])
    )

    assert flow.second == pytest.approx([0.002])
    assert flow.value == pytest.approx([0.6, 0.0])


@pytest.mark.parametrize("seed", range(5))
def test_the_duals_prove_the_programme_optimal(seed: int) -> None:
    """No pair earns more than its contact's value and its employee's price; and both sums are the optimum's worth."""
    rng = np.random.default_rng(seed)
    worth, seconds = rng.uniform(0, 1, (6, 5)), rng.uniform(50, 400, (6, 5))
    able, arrivals, available = rng.random((6, 5)) < 0.7, rng.uniform(0, 0.01, 6), rng.uniform(0.5, 1, 5)
    flow = fluid_flow(worth, seconds, able, arrivals=arrivals, available=available)

    assert (flow.value[:, None] + flow.second * seconds >= worth - 1e-9)[able].all()
    assert flow.value @ arrivals + flow.second @ available == pytest.approx((flow.served * worth).sum())
    assert (flow.served[~able] == 0).all()


def test_where_nobody_may_serve_anything_nothing_has_a_price() -> None:
    """An empty programme is an answer."""
    flow = fluid_flow(np.ones((2, 2)), SECONDS_100, ~ALL, arrivals=np.ones(2), available=np.ones(2))

    assert not flow.second.any()
    assert not flow.value.any()


RED, BLUE = {"red": 1.0}, {"blue": 1.0}
STAFF = (employee("red", profile=valued(RED), free_slots=0), employee("blue", profile=valued(BLUE)))


def an_hour_of(reds: int, blues: int, staff: tuple[Employee, ...] = STAFF) -> Snapshot:
    shares = [RED] * reds + [BLUE] * blues
    return snapshot([contact(f"k{at}", customer=customer(one)) for at, one in enumerate(shares)], staff)


def priced(sample: Snapshot, each_s: float = 240.0) -> Prices:
    def seconds_of(intents: Sequence[str | None], employees: Sequence[str]) -> Floats:
        return np.full((len(intents), len(employees)), each_s)

    made = prices_of(sample, NOON, window_s=3600.0, arrived=len(sample.contacts), seconds_of=seconds_of)
    assert made is not None
    return made


def test_the_time_of_those_whom_many_want_is_worth_more() -> None:
    """Nearly every customer fits the one whose values they share; who is busy now is at work all the same."""
    made = priced(an_hour_of(28, 4), 200.0)
    price = dict(zip(made.employees, made.second.tolist(), strict=True))

    assert price["red"] > price["blue"]


def test_as_if_nobodys_values_were_known_both_are_worth_the_same() -> None:
    """Else who keeps their values to themself would wait for what others' values made dear (decision 0022)."""
    made = priced(an_hour_of(28, 4), 200.0)

    assert made.blind_second[0] == pytest.approx(made.blind_second[1])


def test_time_is_worth_nothing_where_there_is_plenty_of_it() -> None:
    """Thirty contacts of ten seconds fill nobody's hour."""
    assert priced(an_hour_of(15, 15), 10.0).second == pytest.approx([0.0, 0.0])


def test_of_a_handful_of_contacts_no_prices_are_made() -> None:
    """What is not known holds nobody."""
    sample = an_hour_of(LEAST_CONTACTS - 1, 0)

    assert prices_of(sample, NOON, window_s=3600.0, arrived=LEAST_CONTACTS - 1) is None


def test_a_large_staff_has_a_price_for_everyone() -> None:
    """Employees alike share one, so that the programme stays small."""
    staff = tuple(replace(STAFF[at % 2], id=f"e{at}") for at in range(900))
    made = priced(an_hour_of(20, 20, staff), 200.0 * 900)

    assert len(made.second) == 900
    assert len(np.unique(made.second)) <= 2


def test_the_kinds_are_told_without_value_systems() -> None:
    """Operations see what is asked and how often, not who."""
    made = priced(an_hour_of(28, 4))

    assert [(one.asks, one.per_hour) for one in made.kinds] == [("phone", pytest.approx(32.0))]
