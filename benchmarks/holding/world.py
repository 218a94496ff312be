"""World B1: 60 employees, 8 value systems × 4 skills, and a known chance of a good outcome for every pair.

Source: routing.md section 4, "World B1 for the frontier".
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime

import numpy as np
from numpy.typing import NDArray

from matcher.contacts.contact import Contact
from matcher.profiles.framework import Framework
from matcher.profiles.inline import InlineFacet, InlineProfile
from matcher.profiles.people import ChannelLoad, Customer, Employee
from matcher.simulation.scenario import Arrival, Scenario, Spell

EMPLOYEES, SKILLS = 60, ("billing", "moving", "outage", "solar")
HOLDERS = 3  # of each skill, at least
SHARE_OF_SKILLS = (0.25, 0.40, 0.25, 0.10)  # with 1, 2, 3 and 4 of them
PATIENCE_S, DAY_S, WARM_S = 180.0, 5 * 3600.0, 3600.0
OWN = 0.7  # of a customer's profile on the own system, the rest even
STARTS = datetime(2026, 3, 2, 8, tzinfo=UTC)

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class World:
    """`chance` and `seconds` are systems × skills × employees, `blind` (skills × employees) the mean chance over the
    customers; `mix` (systems × skills) is what share of the contacts each kind has."""

    framework: Framework
    staff: tuple[Employee, ...]
    has_skill: NDArray[np.bool_]
    mix: Floats
    chance: Floats
    seconds: Floats

    @property
    def blind(self) -> Floats:
        """The chance of a customer of whom nothing is known."""
        per_skill = self.mix / self.mix.sum(axis=0)
        return np.asarray(np.einsum("ks,ksa->sa", per_skill, self.chance), dtype=float)

    @property
    def able(self) -> NDArray[np.bool_]:
        """Who may serve each kind: systems × skills × employees."""
        return np.broadcast_to(self.has_skill, self.chance.shape)


def draw_world(framework: Framework, rng: np.random.Generator, *, affinity: float = 1.0, people: float = 1.0) -> World:
    """The world of that generator; with `affinity` 0 nobody's values matter, with `people` 0 nobody does better by
    skill or by themself, and all else is as drawn."""
    dims = framework.values.dims
    systems, skills = len(dims), len(SKILLS)
    mix = rng.dirichlet(np.full(systems * skills, 2.0)).reshape(systems, skills)
    has_skill = _skills(rng)
    profiles = rng.dirichlet(np.full(systems, 0.6), EMPLOYEES)
    customers = OWN * np.eye(systems) + (1 - OWN) / systems
    fit = customers @ framework.affinity @ profiles.T
    fit = affinity * (fit - fit.mean()) / fit.std()
    by_skill, by_employee = rng.normal(0, 0.4, (skills, EMPLOYEES)), rng.normal(0, 0.35, EMPLOYEES)
    logit = -0.2 + 0.72 * fit[:, None, :] + people * (by_skill[None] + by_employee)
    speed, practice = rng.lognormal(0, 0.2, EMPLOYEES), rng.lognormal(0, 0.25, (skills, EMPLOYEES))
    seconds = 240.0 * speed * practice[None] * np.exp(-0.08 * fit)[:, None, :]
    staff = tuple(_employee(at, has_skill[:, at], profiles[at], dims) for at in range(EMPLOYEES))
    return World(framework, staff, has_skill, mix, 1 / (1 + np.exp(-logit)), seconds)


def _skills(rng: np.random.Generator) -> NDArray[np.bool_]:
    """Who has which skill (skills × employees), drawn again until each is held by three."""
    while True:
        has = np.zeros((len(SKILLS), EMPLOYEES), dtype=bool)
        for at in range(EMPLOYEES):
            count = rng.choice([1, 2, 3, 4], p=SHARE_OF_SKILLS)
            has[rng.choice(len(SKILLS), count, replace=False), at] = True
        if (has.sum(axis=1) >= HOLDERS).all():
            return has


def _employee(at: int, has: NDArray[np.bool_], shares: Floats, dims: tuple[str, ...]) -> Employee:
    return Employee(
        f"e{at:02d}",
        skills={name: 3 for name, there in zip(SKILLS, has, strict=True) if there},
        channels={"phone": ChannelLoad()},
        profile=InlineProfile(values=InlineFacet(dict(zip(dims, shares.tolist(), strict=True)), 50.0)),
    )


def utilisation(world: World) -> float:
    """How busy the busiest would be at the least, with one contact a second: the min-max-utilisation programme."""
    from scipy.optimize import linprog
    from scipy.sparse import csr_array

    mix, seconds = world.mix.ravel(), world.seconds.reshape(-1, EMPLOYEES)
    rows, columns = np.nonzero(world.able.reshape(-1, EMPLOYEES))
    count = np.arange(len(rows))
    all_served = csr_array((np.ones(len(rows)), (rows, count)), shape=(len(mix), len(rows) + 1))
    entries = np.concatenate([seconds[rows, columns], -np.ones(EMPLOYEES)])
    where = np.concatenate([columns, np.arange(EMPLOYEES)]), np.concatenate([count, np.full(EMPLOYEES, len(rows))])
    busy = csr_array((entries, where), shape=(EMPLOYEES, len(rows) + 1))
    cost = np.append(np.zeros(len(rows)), 1.0)
    found = linprog(cost, A_ub=busy, b_ub=np.zeros(EMPLOYEES), A_eq=all_served, b_eq=mix, method="highs")
    return float(found.fun)


def draw_day(world: World, load: float, rng: np.random.Generator) -> Scenario:
    """Five hours of contacts at that load, each of a customer who agreed to a value profile."""
    rate = load / utilisation(world)
    count = int(rng.poisson(rate * DAY_S))
    times = np.sort(rng.uniform(0, DAY_S, count))
    kinds = rng.choice(world.mix.size, count, p=world.mix.ravel())
    patience = rng.exponential(PATIENCE_S, count)
    customers = [_customer(system, world.framework) for system in range(len(world.framework.values.dims))]
    arrivals = tuple(
        Arrival(
            Contact(
                f"k{at}",
                "phone",
                intent=SKILLS[kind % len(SKILLS)],
                skills={SKILLS[kind % len(SKILLS)]: 1},
                customer=replace(customers[kind // len(SKILLS)], id=f"c{kind // len(SKILLS)}"),
            ),
            float(times[at]),
            240.0,
            float(patience[at]),
        )
        for at, kind in enumerate(kinds.tolist())
    )
    spells = tuple(Spell(one.id, 0.0, DAY_S + 3600.0) for one in world.staff)
    return Scenario(arrivals, {one.id: one for one in world.staff}, spells, STARTS)


def _customer(system: int, framework: Framework) -> Customer:
    dims = framework.values.dims
    shares = {name: (1 - OWN) / len(dims) + OWN * (at == system) for at, name in enumerate(dims)}
    return Customer("", profile=InlineProfile(values=InlineFacet(shares, 50.0)))


def place_of(arrival: Arrival) -> tuple[int, int]:
    """The system and the skill of an arrival, as places in the world's tables."""
    customer = arrival.contact.customer
    assert customer is not None
    return int(customer.id[1:]), SKILLS.index(arrival.contact.intent or "")
