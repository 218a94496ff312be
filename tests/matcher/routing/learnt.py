"""A small classifier learnt from drawn outcomes in which values, a wish and a team matter; made once a run."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from functools import cache

import numpy as np

from matcher.compatibility import PairClassifier
from matcher.compatibility.outcomes import Outcome
from matcher.compatibility.serving import ServedClassifier
from matcher.contacts.contact import Contact
from matcher.profiles.people import Customer, Employee
from tests.matcher.compatibility.pairs import FRAMEWORK, people
from tests.matcher.routing.rounds import contact

CUSTOMERS, EMPLOYEES, OUTCOMES = 40, 12, 1500
START = datetime(2026, 3, 1, tzinfo=UTC)
INTENTS = ("move", "bill", None)


@cache
def everyone() -> tuple[tuple[Customer, ...], tuple[Employee, ...]]:
    """Customers and employees with drawn profiles and traits; every seventh customer keeps theirs to themself."""
    asking, staff = people(CUSTOMERS, EMPLOYEES, seed=11)
    return tuple(asking), tuple(staff)


@cache
def fitted() -> PairClassifier:
    """The classifier as training leaves it."""
    asking, staff = everyone()
    rng = np.random.default_rng(5)
    found = []
    for place in range(OUTCOMES):
        customer, employee = asking[int(rng.integers(CUSTOMERS))], staff[int(rng.integers(EMPLOYEES))]
        logit = 0.4 + (0.9 if employee.team == "t1" else -0.2) + 4.0 * _alike(customer, employee)
        good = float(rng.random() < 1 / (1 + np.exp(-logit)))
        at = START + timedelta(minutes=place)
        found.append(Outcome(customer.id, employee.id, at, good, intent=INTENTS[place % 3], channel="phone"))
    return PairClassifier(FRAMEWORK, seed=1).fit(asking, staff, found)


@cache
def classifier() -> ServedClassifier:
    """The same in service."""
    return ServedClassifier("c-1", fitted().scorer_, OUTCOMES)


def contacts_of(customers: Sequence[Customer], *, intents: Sequence[str | None] = INTENTS) -> list[Contact]:
    """A contact of each, by phone, about the intents in turn."""
    return [
        contact(f"k{place}", customer=one, customer_id=one.id, intent=intents[place % len(intents)])
        for place, one in enumerate(customers)
    ]


def _alike(customer: Customer, employee: Employee) -> float:
    if customer.profile is None or employee.profile is None:
        return 0.0
    shares = [dict(one.profile.values.share) for one in (customer, employee)]  # type: ignore[union-attr]  # as drawn
    alike: float = sum(shares[0].get(dim, 0.0) * shares[1].get(dim, 0.0) for dim in FRAMEWORK.values.dims)
    return alike - 1 / 8
