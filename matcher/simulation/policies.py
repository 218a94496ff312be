"""Who takes which contact: what a policy sees of the floor, what it answers, and the two classic policies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

from matcher.contacts.contact import Contact
from matcher.profiles.people import Employee
from matcher.simulation.scenario import Arrival, Scenario


@dataclass(frozen=True, slots=True)
class Floor:
    """The floor at one moment.

    `waiting` is in order of arrival; `free` holds employees with the second since when they are free. `staff` names
    everyone on duty, free or not, in a fixed order; `room` tells by id how many slots those free have left.
    """

    scenario: Scenario
    now_s: float
    waiting: Sequence[Arrival]
    free: Sequence[tuple[Employee, float]]
    staff: tuple[str, ...]
    room: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Choice:
    """Pairs (contact id, employee id): a contact once at most, an employee as often as there is room.

    `look_again_s` asks for a round after so many seconds.
    """

    pairs: tuple[tuple[str, str], ...] = ()
    look_again_s: float | None = None


class Policy(Protocol):
    """A way of giving waiting contacts to free employees."""

    @property
    def name(self) -> str:
        """The name by which reports call the policy."""
        ...

    def choose(self, floor: Floor, rng: np.random.Generator) -> Choice:
        """The pairs to make now; called only when somebody waits and somebody is free."""
        ...


def is_able(employee: Employee, contact: Contact) -> bool:
    """Whether the employee may serve the contact: skills, mandate, language, channel, exclusions."""
    return (
        all(employee.skills.get(skill, 0) >= level for skill, level in contact.skills.items())
        and employee.mandate >= contact.mandate
        and (contact.language is None or not employee.languages or contact.language in employee.languages)
        and (not employee.channels or contact.channel in employee.channels)
        and employee.id not in contact.exclude_employees
    )


def slots_taken(employee: Employee, contact: Contact) -> int:
    """How many slots the contact takes of the employee, who is never too small for a single one."""
    load = employee.channels.get(contact.channel)
    return 1 if load is None else min(load.cost, employee.capacity)


def _in_turn(waiting: Sequence[Arrival]) -> list[Arrival]:
    """Higher priority first, within a priority in order of arrival."""
    return sorted(waiting, key=lambda arrival: (-arrival.contact.priority, arrival.at_s))


def _hand_out(floor: Floor, in_order: Sequence[Employee]) -> Choice:
    """Each contact in turn to the first employee able to serve it; one that nobody can serve blocks no other.

    Whoever got one goes to the end of the line.
    """
    left, room = list(in_order), dict(floor.room)
    pairs = []
    for arrival in _in_turn(floor.waiting):
        contact = arrival.contact
        able = (one for one in left if is_able(one, contact) and slots_taken(one, contact) <= room[one.id])
        taker = next(able, None)
        if taker is None:
            continue
        left.remove(taker)
        pairs.append((contact.id, taker.id))
        room[taker.id] -= slots_taken(taker, contact)
        if room[taker.id] > 0:
            left.append(taker)
        if not left:
            break
    return Choice(tuple(pairs))


@dataclass(frozen=True, slots=True)
class LongestIdle:
    """First come first served within a priority, to the able employee who has been idle longest."""

    name: str = field(default="longest_idle")

    def choose(self, floor: Floor, rng: np.random.Generator) -> Choice:  # noqa: ARG002  # the Protocol's; nothing is random here
        """The contacts in turn, each to the able employee idle longest."""
        idle = sorted(floor.free, key=lambda pair: pair[1])
        return _hand_out(floor, [employee for employee, _ in idle])


@dataclass(frozen=True, slots=True)
class FirstCome:
    """First come first served within a priority, to the first able employee in a fixed order of ids."""

    name: str = field(default="first_come")

    def choose(self, floor: Floor, rng: np.random.Generator) -> Choice:  # noqa: ARG002  # the Protocol's; nothing is random here
        """The contacts in turn, each to the first able employee by id."""
        return _hand_out(floor, sorted((employee for employee, _ in floor.free), key=lambda one: one.id))
