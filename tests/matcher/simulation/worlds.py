"""Builders of small simulated worlds with valid defaults: say only what the test is about."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime

import numpy as np

from matcher.contacts.contact import Contact
from matcher.profiles.people import ChannelLoad, Employee
from matcher.simulation.engine import Run, run
from matcher.simulation.history import Fate, History, Logged
from matcher.simulation.policies import LongestIdle, Policy
from matcher.simulation.scenario import Arrival, Scenario, Spell

MIDNIGHT = datetime(1999, 2, 1, tzinfo=UTC)


def arrival(contact_id: str, at_s: float, service_s: float = 60.0, **changes: object) -> Arrival:
    """A contact of kind PS that waits for ever unless said otherwise."""
    kind = str(changes.pop("kind", "PS"))
    priority = int(str(changes.pop("priority", 0)))
    contact = Contact(contact_id, "phone", intent=kind, skills={kind: 1}, priority=priority)
    return Arrival(contact, at_s, service_s, **({"patience_s": float("inf")} | changes))  # type: ignore[arg-type]  # a test's keywords


def employee(employee_id: str, *kinds: str) -> Employee:
    """An employee who serves these kinds by phone; PS unless said otherwise."""
    return Employee(employee_id, skills=dict.fromkeys(kinds or ("PS",), 3), channels={"phone": ChannelLoad()})


def scenario(
    arrivals: Sequence[Arrival],
    employees: Sequence[Employee] = (),
    *,
    spells: Sequence[tuple[str, float, float]] | None = None,
) -> Scenario:
    """A world of these arrivals; everyone is on duty from second 0 for ever unless spells are given."""
    staff = list(employees) or [employee("emma")]
    when = [(one.id, 0.0, 1e12) for one in staff] if spells is None else spells
    return Scenario(
        tuple(sorted(arrivals, key=lambda one: one.at_s)),
        {one.id: one for one in staff},
        tuple(Spell(*each) for each in when),
        MIDNIGHT,
    )


def ran(world: Scenario, policy: Policy | None = None) -> Run:
    """The world run under a policy; the longest idle first unless said otherwise."""
    return run(world, policy or LongestIdle(), rng=np.random.default_rng(1))


def ends(result: Run) -> dict[str, tuple[str, float, str | None]]:
    """What became of each contact: state, seconds waited, employee."""
    return {one.arrival.contact.id: (str(one.life.state), one.waited_s, one.life.employee_id) for one in result.stays}


def served(line: int, name: str, begun_s: float, service_s: float, **changes: object) -> Logged:
    """A logged contact that `name` began to serve at `begun_s`, without a wait unless said otherwise."""
    given: Mapping[str, object] = {"kind": "PS", "at_s": begun_s, "waited_s": 0.0} | changes
    return Logged(
        line, f"c{line}", 0, Fate.SERVED, begun_s=begun_s, service_s=service_s, employee=name, **given  # type: ignore[arg-type]  # a test's keywords
    )  # fmt: skip


def gave_up(line: int, at_s: float, waited_s: float, kind: str = "PS") -> Logged:
    """A logged contact whose customer hung up."""
    return Logged(line, f"c{line}", 0, Fate.GAVE_UP, kind=kind, at_s=at_s, waited_s=waited_s)


def history(*rows: Logged) -> History:
    """A log of these rows, on one day."""
    return History(rows, date(1999, 2, 1), 1, {}, len(rows))
