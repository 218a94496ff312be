"""A past made into a scenario: the log's contacts, with what the log could not know drawn by a seeded generator."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from matcher.contacts.contact import Contact
from matcher.contacts.life import arrive
from matcher.profiles.people import ChannelLoad, Employee
from matcher.simulation.engine import Run, Stay
from matcher.simulation.history import ABANDONED, ANSWERED, Fate, History, Logged
from matcher.simulation.patience import PatienceCurve, fit_patience
from matcher.simulation.scenario import Arrival, Scenario
from matcher.simulation.staffing import Staffing, StaffingTerms, infer_staffing

CHANNEL = "phone"
REALITY = "reality"
SKILL_LEVEL = 3  # the log tells who serves what, not how well: everyone's skills get the middle level
LEAST_LEAVERS = 50  # so many customers of a kind must have given up for the kind to have a patience curve of its own


@dataclass(frozen=True, slots=True)
class Drawn:
    """How much was drawn, not read: service times by reason and patiences; and the kinds with a curve of their own."""

    service_of_leavers: int
    service_length_unknown: int
    patience_of_answered: int
    own_curves: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A scenario made from a history, with what really happened in it, and how it was made."""

    scenario: Scenario
    reality: Run
    staffing: Staffing
    patience: PatienceCurve
    drawn: Drawn


def rebuild(
    history: History,
    *,
    rng: np.random.Generator,
    starts_at: datetime,
    terms: StaffingTerms | None = None,
    known: Mapping[str, Employee] | None = None,
) -> Rebuilt:
    """The scenario of a history. `starts_at` is midnight of its first day; `known` employees by name
    add their skills and profiles to what the log shows.

    A served contact keeps its logged service time whoever serves it, and whoever gave up keeps the patience shown.
    """
    contacts = history.contacts
    staffing = infer_staffing(contacts, terms or StaffingTerms())
    curves = _Curves(contacts)
    services = _services_by_kind(contacts)
    arrivals = tuple(_arrival(row, staffing, curves, services, rng) for row in contacts)
    employees = {desk: _employee(desk, staffing, known or {}) for desk in staffing.kinds_of}
    scenario = Scenario(arrivals, employees, staffing.spells, starts_at)
    stays = tuple(_stay(row, arrival, staffing) for row, arrival in zip(contacts, arrivals, strict=True))
    drawn = Drawn(
        service_of_leavers=sum(row.fate in ABANDONED for row in contacts),
        service_length_unknown=sum(row.fate is Fate.SERVED_LENGTH_UNKNOWN for row in contacts),
        patience_of_answered=sum(row.fate in ANSWERED for row in contacts),
        own_curves=tuple(sorted(curves.own)),
    )
    return Rebuilt(scenario, Run(REALITY, stays, 0), staffing, curves.whole, drawn)


class _Curves:
    """The patience curve of each kind with enough leavers, and that of all together."""

    def __init__(self, contacts: Sequence[Logged]) -> None:
        by_kind: dict[str, list[Logged]] = defaultdict(list)
        for row in contacts:
            by_kind[row.kind].append(row)
        self.whole = _fit(contacts)
        self.own = {kind: _fit(rows) for kind, rows in by_kind.items() if _leavers(rows) >= LEAST_LEAVERS}

    def of(self, kind: str) -> PatienceCurve:
        return self.own.get(kind, self.whole)


def _fit(rows: Sequence[Logged]) -> PatienceCurve:
    return fit_patience([row.waited_s for row in rows], [row.fate in ABANDONED for row in rows])


def _leavers(rows: Sequence[Logged]) -> int:
    return sum(row.fate in ABANDONED for row in rows)


def _services_by_kind(contacts: Sequence[Logged]) -> dict[str, list[float]]:
    """The logged service times of each kind; under "" those of all kinds, for a kind never served."""
    times: dict[str, list[float]] = defaultdict(list)
    for row in contacts:
        if row.service_s is not None:
            times[row.kind].append(row.service_s)
            times[""].append(row.service_s)
    return dict(times)


def _arrival(
    row: Logged,
    staffing: Staffing,
    curves: _Curves,
    services: Mapping[str, Sequence[float]],
    rng: np.random.Generator,
) -> Arrival:
    contact = Contact(
        row.id, CHANNEL, customer_id=row.customer_id, intent=row.kind, skills={row.kind: 1}, priority=row.priority
    )
    chance, choice = rng.uniform(), curves.of(row.kind)
    pool = services.get(row.kind) or services.get("") or [0.0]
    service = row.service_s if row.service_s is not None else pool[int(chance * len(pool))]
    is_known = row.fate in ABANDONED
    patience = row.waited_s if is_known else choice.draw_beyond(row.waited_s, rng)
    return Arrival(contact, row.at_s, service, patience, row.period, staffing.after_work_s.get(row.line, 0.0))


def _employee(desk: str, staffing: Staffing, known: Mapping[str, Employee]) -> Employee:
    """The employee at a desk: the skills the log shows, and what the file adds to them or says otherwise."""
    name = desk.split("#")[0]
    skills = dict.fromkeys(sorted(staffing.kinds_of[desk]), SKILL_LEVEL)
    file = known.get(name)
    if file is None:
        return Employee(desk, skills=skills, channels={CHANNEL: ChannelLoad()})
    return Employee(
        desk, name=file.name, team=file.team, languages=file.languages, skills={**skills, **file.skills},
        mandate=file.mandate, channels={CHANNEL: ChannelLoad()}, attributes=file.attributes, profile=file.profile,
    )  # fmt: skip


def _stay(row: Logged, arrival: Arrival, staffing: Staffing) -> Stay:
    """What really became of a contact, told as the engine tells it."""
    life = arrive(row.id, row.at_s)
    ended = row.at_s + row.waited_s
    if row.fate in ABANDONED:
        return Stay(arrival, life.abandon(ended))
    employee = staffing.desk_of.get(row.line, row.employee or "")
    return Stay(arrival, life.offer(employee, ended).accept(ended).complete(ended + arrival.service_s))
