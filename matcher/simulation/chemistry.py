"""Value profiles drawn by a seeded generator, for what-if runs: they are made up and say nothing of real people."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from matcher.compatibility.prior import Mode, PriorCompatibility
from matcher.contacts.contact import Contact
from matcher.profiles.framework import Framework
from matcher.profiles.inline import InlineFacet, InlineProfile
from matcher.profiles.people import Customer
from matcher.routing.shares import shares_of
from matcher.simulation.engine import Run
from matcher.simulation.scenario import Scenario

EMPLOYEE_CONCENTRATION = 0.6  # Dirichlet: most employees lean clearly to one or two systems
CUSTOMER_OWN = 0.7  # the share of a customer's own system; the rest is even over all systems

Floats = NDArray[np.float64]


def with_drawn_profiles(scenario: Scenario, framework: Framework, *, rng: np.random.Generator) -> Scenario:
    """The scenario with value profiles drawn for every employee without one, and for every customer.

    A customer who contacts again keeps the profile. Employees are drawn from Dirichlet(0.6); a customer has 0.7 on one
    system drawn evenly and the rest spread over all.
    """
    dims = framework.values.dims
    employees = {
        who: one if one.profile is not None else replace(one, profile=_profile(dims, _employee_share(len(dims), rng)))
        for who, one in sorted(scenario.employees.items())
    }
    profiles: dict[str, InlineProfile] = {}
    arrivals = []
    for arrival in scenario.arrivals:
        who = arrival.contact.customer_id or f"caller-of-{arrival.contact.id}"
        if who not in profiles:
            profiles[who] = _profile(dims, _customer_share(len(dims), rng))
        customer = Customer(who, profile=profiles[who])
        arrivals.append(replace(arrival, contact=replace(arrival.contact, customer=customer)))
    return replace(scenario, arrivals=tuple(arrivals), employees=employees)


def compatibility_of_pairs(
    runs: Sequence[Run], scenario: Scenario, framework: Framework, *, mode: Mode
) -> Mapping[tuple[str, str], float]:
    """The compatibility, judged in `mode`, of every pair (contact id, employee id) that some run made."""
    employees = sorted(scenario.employees)
    place = {who: column for column, who in enumerate(employees)}
    table = _compatibility(scenario, employees, framework, mode)
    contacts = {arrival.contact.id: row for row, arrival in enumerate(scenario.arrivals)}
    made = {
        (stay.arrival.contact.id, stay.life.employee_id)
        for run in runs
        for stay in run.stays
        if stay.is_answered and stay.life.employee_id is not None
    }
    return {
        (contact, who): float(table[contacts[contact], place[who]]) if who in place else 0.0 for contact, who in made
    }


def _compatibility(scenario: Scenario, employees: Sequence[str], framework: Framework, mode: Mode) -> Floats:
    """Contacts × employees."""
    classifier = PriorCompatibility(framework, mode=mode)
    staff = [_values(scenario.employees[who].profile) for who in employees]
    asking = [_values(_profile_of(arrival.contact)) for arrival in scenario.arrivals]
    customers = shares_of(framework.values, [None] * len(asking), asking, scenario.starts_at)
    side = classifier.employee_side(shares_of(framework.values, [None] * len(staff), staff, scenario.starts_at))
    return np.asarray(classifier.probability(customers, side), dtype=float)


def _profile_of(contact: Contact) -> InlineProfile | None:
    return None if contact.customer is None else contact.customer.profile


def _values(profile: InlineProfile | None) -> InlineFacet | None:
    return None if profile is None else profile.values


def _profile(dims: Sequence[str], share: Floats) -> InlineProfile:
    return InlineProfile(values=InlineFacet(dict(zip(dims, share.tolist(), strict=True))))


def _employee_share(size: int, rng: np.random.Generator) -> Floats:
    return rng.dirichlet(np.full(size, EMPLOYEE_CONCENTRATION))


def _customer_share(size: int, rng: np.random.Generator) -> Floats:
    share = np.full(size, (1 - CUSTOMER_OWN) / size)
    share[rng.integers(size)] += CUSTOMER_OWN
    return share
