"""The event-driven engine: a heap of events, a round after every instant at which something changed."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from heapq import heappop, heappush
from itertools import count

import numpy as np

from matcher.contacts.life import ContactLife, ContactState, arrive
from matcher.errors import Conflict
from matcher.simulation.policies import Choice, Floor, Policy, slots_taken
from matcher.simulation.scenario import Arrival, Scenario


class _Event(IntEnum):
    """What happens; the order in which events of one instant are worked off. Patience ends after the round."""

    COMPLETED = 0
    FREED = 1
    OFF_DUTY = 2
    ON_DUTY = 3
    ARRIVED = 4
    LOOK = 5
    GAVE_UP = 6


@dataclass(frozen=True, slots=True)
class Stay:
    """What became of one arrival. `life` is its last state; times are seconds since the scenario's start."""

    arrival: Arrival
    life: ContactLife[float]

    @property
    def waited_s(self) -> float:
        """Seconds from arrival until answered, given up, or (still waiting) the last that was seen of it."""
        until = self.life.answered_at if self.life.answered_at is not None else self.life.since
        return until - self.life.arrived_at

    @property
    def is_answered(self) -> bool:
        """Whether an employee took it."""
        return self.life.answered_at is not None

    @property
    def is_abandoned(self) -> bool:
        """Whether its customer gave up."""
        return self.life.state is ContactState.ABANDONED


@dataclass(frozen=True, slots=True)
class Run:
    """One policy's run: what became of every arrival, in the order of arrival, and how many rounds were held."""

    policy: str
    stays: tuple[Stay, ...]
    rounds: int


PROGRESS_STEP = 100  # arrivals between two words on progress
Progress = Callable[[int, int | None], None]
"""Told (arrivals so far, arrivals in all) as the run goes on."""


ServiceOf = Callable[[Arrival, str], float]
"""How many seconds an arrival takes the employee of that id."""


def as_drawn(arrival: Arrival, _employee_id: str) -> float:
    """As long as the scenario says, whoever serves it."""
    return arrival.service_s


class _Day:
    """The state of one run."""

    def __init__(self, scenario: Scenario, policy: Policy, rng: np.random.Generator, service_of: ServiceOf) -> None:
        self.scenario, self.policy, self.rng, self.service_of = scenario, policy, rng, service_of
        self.arrival_of = {arrival.contact.id: arrival for arrival in scenario.arrivals}
        self.lives: dict[str, ContactLife[float]] = {}
        self.waiting: dict[str, Arrival] = {}
        self.load: Counter[str] = Counter()  # slots that contacts and their after-work take of employees
        self.free_since: dict[str, float] = {}  # on duty with a slot left
        self.on_duty: set[str] = set()
        self.staff: tuple[str, ...] = ()
        self.rounds = 0
        self.heap: list[tuple[float, int, int, str]] = []
        self.number = count()
        for arrival in scenario.arrivals:
            self.plan(arrival.at_s, _Event.ARRIVED, arrival.contact.id)
        for spell in scenario.spells:
            self.plan(spell.start_s, _Event.ON_DUTY, spell.employee_id)
            self.plan(spell.end_s, _Event.OFF_DUTY, spell.employee_id)

    def plan(self, at_s: float, event: _Event, who: str) -> None:
        heappush(self.heap, (at_s, event, next(self.number), who))

    def happen(self, event: _Event, who: str, now_s: float) -> bool:
        """Apply one event; whether it can change who takes which contact."""
        if event is _Event.ARRIVED:
            self.arrive(who, now_s)
        elif event is _Event.COMPLETED:
            self.lives[who] = self.lives[who].complete(now_s)
            return False
        elif event is _Event.FREED:
            self.free(who, now_s)
        elif event is _Event.GAVE_UP:
            self.give_up(who, now_s)
            return False
        elif event is not _Event.LOOK:
            self.change_shift(who, now_s, comes=event is _Event.ON_DUTY)
        return True

    def arrive(self, contact_id: str, now_s: float) -> None:
        arrival = self.arrival_of[contact_id]
        self.lives[contact_id] = arrive(contact_id, now_s)
        self.waiting[contact_id] = arrival
        if arrival.patience_s != float("inf"):
            self.plan(now_s + arrival.patience_s, _Event.GAVE_UP, contact_id)

    def free(self, contact_id: str, now_s: float) -> None:
        employee_id = self.lives[contact_id].employee_id or ""
        self.load[employee_id] -= self.slots_of(employee_id, contact_id)
        if employee_id in self.on_duty:
            self.free_since[employee_id] = now_s

    def slots_of(self, employee_id: str, contact_id: str) -> int:
        return slots_taken(self.scenario.employees[employee_id], self.arrival_of[contact_id].contact)

    def room(self, employee_id: str) -> int:
        return self.scenario.employees[employee_id].capacity - self.load[employee_id]

    def give_up(self, contact_id: str, now_s: float) -> None:
        if self.waiting.pop(contact_id, None) is not None:
            self.lives[contact_id] = self.lives[contact_id].abandon(now_s)

    def change_shift(self, employee_id: str, now_s: float, *, comes: bool) -> None:
        if comes:
            self.on_duty.add(employee_id)
            if self.room(employee_id) > 0:
                self.free_since[employee_id] = now_s
        else:
            self.on_duty.discard(employee_id)
            self.free_since.pop(employee_id, None)
        self.staff = tuple(sorted(self.on_duty))

    def hold_round(self, now_s: float) -> None:
        if not self.waiting or not self.free_since:
            return
        self.rounds += 1
        employees = self.scenario.employees
        free = [(employees[who], since) for who, since in self.free_since.items()]
        room = {who: self.room(who) for who in self.free_since}
        floor = Floor(self.scenario, now_s, tuple(self.waiting.values()), free, self.staff, room)
        choice = self.policy.choose(floor, self.rng)
        self.carry_out(choice, now_s)

    def carry_out(self, choice: Choice, now_s: float) -> None:
        for contact_id, employee_id in choice.pairs:
            if employee_id not in self.free_since or contact_id not in self.waiting:
                raise Conflict(f"{self.policy.name}: {contact_id} does not wait or {employee_id} is not free.")
            arrival = self.waiting.pop(contact_id)
            self.take(employee_id, contact_id, now_s)
            self.lives[contact_id] = self.lives[contact_id].offer(employee_id, now_s).accept(now_s)
            done_s = now_s + self.service_of(arrival, employee_id)
            self.plan(done_s, _Event.COMPLETED, contact_id)
            self.plan(done_s + arrival.after_work_s, _Event.FREED, contact_id)
        if choice.look_again_s is not None and self.waiting and self.free_since:
            self.plan(now_s + max(choice.look_again_s, 1.0), _Event.LOOK, "")

    def take(self, employee_id: str, contact_id: str, now_s: float) -> None:
        self.load[employee_id] += self.slots_of(employee_id, contact_id)
        if self.room(employee_id) < 0:
            raise Conflict(f"{self.policy.name}: {employee_id} has no room for {contact_id}.")
        del self.free_since[employee_id]
        if self.room(employee_id) > 0:
            self.free_since[employee_id] = now_s

    def stays(self) -> tuple[Stay, ...]:
        return tuple(Stay(arrival, self.lives[arrival.contact.id]) for arrival in self.scenario.arrivals)


def run(
    scenario: Scenario,
    policy: Policy,
    *,
    rng: np.random.Generator,
    progress: Progress | None = None,
    service_of: ServiceOf = as_drawn,
) -> Run:
    """What becomes of every arrival when `policy` gives out the work.

    A round follows every instant at which a contact arrives, an employee gets free or a shift changes; it is left out
    when nobody waits or nobody is free. An employee serves as many contacts at a time as their slots allow, each in its
    own time (a channel's `max` is kept within a round only), accepts what is offered, and finishes a contact that runs
    past the end of a spell. An arrival without patience is lost only when not given out at once.
    """
    day = _Day(scenario, policy, rng, service_of)
    total, arrived, is_due = len(scenario.arrivals), 0, False
    while day.heap:
        now_s, kind, _, who = heappop(day.heap)
        event = _Event(kind)
        is_due = day.happen(event, who, now_s) or is_due
        if event is _Event.ARRIVED:
            arrived += 1
            if progress is not None and (arrived % PROGRESS_STEP == 0 or arrived == total):
                progress(arrived, total)
        if is_due and _is_last_of_instant(day, now_s):
            day.hold_round(now_s)
            is_due = False
    return Run(policy.name, day.stays(), day.rounds)


def _is_last_of_instant(day: _Day, now_s: float) -> bool:
    """Whether nothing else that a round should know of happens at this same instant."""
    return not day.heap or day.heap[0][0] > now_s or day.heap[0][1] == _Event.GAVE_UP
