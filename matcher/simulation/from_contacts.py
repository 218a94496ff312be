"""A scenario out of a list of contacts and a staff: what the list does not tell is drawn by a seeded generator."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta, tzinfo

import numpy as np

from matcher.contacts.contact import Contact
from matcher.errors import invalid
from matcher.profiles.people import Employee
from matcher.simulation.patience import fit_patience
from matcher.simulation.scenario import Arrival, Scenario, Spell

USUAL_SERVICE_S = 240.0  # where no contact of the list tells its own; routing.md's world B1
SPREAD = 0.25  # of the logarithm of such a service time, same source
AFTER_S = 12 * 3600.0  # staff without hours stay so long after the last arrival
WEEK = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Seen:
    """A contact that came: when, and how long serving it took and its customer would wait, where that is known (s)."""

    contact: Contact
    at: datetime
    service_s: float | None = None
    patience_s: float | None = None


@dataclass(frozen=True, slots=True)
class Drawn:
    """How many service times and patiences were drawn; without any known patience nobody gives up."""

    services: int
    patiences: int
    nobody_gives_up: bool


def scenario_of(
    seen: Sequence[Seen], staff: Mapping[str, Employee], *, timezone: tzinfo, rng: np.random.Generator
) -> tuple[Scenario, Drawn]:
    """The scenario, and how much of it was drawn: services like those known, patiences from those known.

    Employees are on duty in their hours, those without hours all the time. A period is a day in `timezone`. Raises
    InvalidInput without contacts or without staff.
    """
    if not seen:
        raise invalid("/contacts", "no_contacts", "There are no contacts to replay.")
    if not staff:
        raise invalid("/employees", "no_employees", "There are no employees to give them to.")
    ordered = sorted(seen, key=lambda one: (one.at, one.contact.id))
    first = datetime.combine(ordered[0].at.astimezone(timezone).date(), time.min, tzinfo=timezone)
    services, patiences = _services(ordered, rng), _patiences(ordered, rng)
    arrivals = tuple(
        Arrival(
            contact=replace(one.contact, waiting_s=0.0),
            at_s=(one.at - first).total_seconds(),
            service_s=float(services[place]),
            patience_s=float(patiences[place]),
            period=(one.at.astimezone(timezone).date() - first.date()).days,
        )
        for place, one in enumerate(ordered)
    )
    until = ordered[-1].at + timedelta(seconds=AFTER_S)
    spells = tuple(spell for one in staff.values() for spell in _spells(one, first, until, timezone))
    employees = {who: replace(one, hours=None) for who, one in staff.items()}
    known = sum(one.patience_s is not None for one in ordered)
    drawn = Drawn(
        services=sum(one.service_s is None for one in ordered),
        patiences=len(ordered) - known if known else 0,
        nobody_gives_up=not known,
    )
    return Scenario(arrivals, employees, spells, first), drawn


def _services(seen: Sequence[Seen], rng: np.random.Generator) -> np.ndarray:
    """Known service times; the others drawn among those of the same intent, of all, or about the usual one."""
    by_intent: dict[str | None, list[float]] = {}
    for one in seen:
        if one.service_s is not None:
            by_intent.setdefault(one.contact.intent, []).append(one.service_s)
    everyone = [service for services in by_intent.values() for service in services]
    chance, noise = rng.uniform(size=len(seen)), rng.lognormal(0.0, SPREAD, size=len(seen))
    drawn = []
    for place, one in enumerate(seen):
        pool = by_intent.get(one.contact.intent) or everyone
        usual = pool[int(chance[place] * len(pool))] if pool else USUAL_SERVICE_S * noise[place]
        drawn.append(usual if one.service_s is None else one.service_s)
    return np.array(drawn, dtype=float)


def _patiences(seen: Sequence[Seen], rng: np.random.Generator) -> np.ndarray:
    """Known patiences; the others drawn from their curve, and endless where none is known."""
    known = [one.patience_s for one in seen if one.patience_s is not None]
    if not known:
        return np.full(len(seen), np.inf)
    curve = fit_patience(known, [True] * len(known))
    drawn = [curve.draw_beyond(0.0, rng) for _ in seen]
    pairs = zip(seen, drawn, strict=True)
    return np.array([chance if one.patience_s is None else one.patience_s for one, chance in pairs], dtype=float)


def _spells(employee: Employee, first: datetime, until: datetime, timezone: tzinfo) -> Iterator[Spell]:
    """The employee's hours from the first day until then, as seconds since its midnight."""
    whole = (until - first).total_seconds()
    if employee.hours is None:
        yield Spell(employee.id, 0.0, whole)
        return
    monday = datetime.combine(first.date() - timedelta(days=first.weekday()), time.min, tzinfo=timezone)
    end_s = 0.0
    while monday < until:
        for part in sorted(employee.hours, key=lambda part: part.start):
            begin = (_at(monday, part.start) - first).total_seconds()
            start_s = max(begin, end_s)
            stop_s = min((_at(monday, part.end) - first).total_seconds(), whole)
            if stop_s > start_s:
                yield Spell(employee.id, start_s, stop_s)
                end_s = stop_s
        monday = monday + WEEK


def _at(monday: datetime, minute: int) -> datetime:
    """The minute of the week on the wall's clock."""
    day = monday.date() + timedelta(days=minute // 1440)
    return datetime.combine(day, time(minute % 1440 // 60, minute % 60), tzinfo=monday.tzinfo)
