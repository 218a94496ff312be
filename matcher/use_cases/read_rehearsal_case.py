"""What a rehearsal runs on, out of the store: the staff as it is, and contacts as they came or as they might come."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta, tzinfo

from matcher.contacts.contact import Contact
from matcher.errors import invalid
from matcher.profiles.framework import Framework
from matcher.profiles.people import CUSTOMER, Employee
from matcher.routing import KnownCustomer, Rng
from matcher.simulation.from_contacts import USUAL_SERVICE_S, Seen, scenario_of
from matcher.simulation.klik import Known
from matcher.simulation.rehearse import Case
from matcher.use_cases.ports import Records
from matcher.use_cases.start_rehearsal import MOST_CONTACTS, RehearsalOrder
from matcher.use_cases.stored_contacts import read_stored_contacts


def read_rehearsal_case(
    records: Records, order: RehearsalOrder, *, framework: Framework, timezone: tzinfo, now: datetime, rng: Rng
) -> tuple[Case, dict[str, object]]:
    """The case, and what it was made of. Raises InvalidInput without staff or contacts.

    Stored contacts are those that were given to somebody; whoever gave up before is not among them.
    """
    staff, known = _staff(records, framework)
    stored, told = None, dict[str, object]()
    if order.generated is not None:
        seen: Sequence[Seen] = _generated(order, staff, now, rng)
    else:
        stored = read_stored_contacts(records, order.since, order.until, most=MOST_CONTACTS)
        seen = _sample(stored.seen, order.sample, rng)
        cut = None if stored.read_until is None else stored.read_until.isoformat()
        told = {"left_out": {"not_told_what_was_asked": stored.not_told}, "read_until": cut}
    segments = {} if stored is None else stored.segments
    known = Known(_customers(records, seen, framework, segments), known.values)
    scenario, drawn = scenario_of(seen, staff, timezone=timezone, rng=rng)
    return Case(scenario, framework, known, order.within_s, order.seed), {
        "name": "generated" if stored is None else "stored",
        "contacts": len(seen),
        "employees": len(staff),
        "services_drawn": drawn.services,
        "usual_service_s": USUAL_SERVICE_S if drawn.services == len(seen) else None,
        "patiences_drawn": drawn.patiences,
        "nobody_gives_up": drawn.nobody_gives_up,
        **told,
    }


def _staff(records: Records, framework: Framework) -> tuple[dict[str, Employee], Known]:
    everyone = records.employees.changes_since(None, framework=framework.name).records
    active = [one for one in everyone if one.employee.active and one.employee.channels]
    values = {one.employee.id: one.values for one in active if one.values is not None}
    return {one.employee.id: one.employee for one in active}, Known(values=values)


def _sample(seen: Sequence[Seen], size: int | None, rng: Rng) -> Sequence[Seen]:
    if size is None or size >= len(seen):
        return seen
    return [seen[place] for place in sorted(rng.choice(len(seen), size=size, replace=False))]


def _generated(order: RehearsalOrder, staff: Mapping[str, Employee], now: datetime, rng: Rng) -> list[Seen]:
    """Contacts that arrive evenly at random, each asking for a channel, a skill and a language that somebody has."""
    everyone = [staff[who] for who in sorted(staff)]
    if not everyone:
        raise invalid("/scenario", "no_employees", "There are no active employees with a channel: store them first.")
    number = order.generated or 0
    start = now.replace(minute=0, second=0, microsecond=0)
    moments = sorted(rng.uniform(0.0, order.hours * 3600.0, size=number).tolist())
    takers = rng.integers(len(everyone), size=number)
    return [
        Seen(_contact(place, everyone[takers[place]], rng), start + timedelta(seconds=moments[place]))
        for place in range(number)
    ]


def _contact(place: int, taker: Employee, rng: Rng) -> Contact:
    skill = _drawn(sorted(taker.skills), rng)
    return Contact(
        f"generated-{place}",
        _drawn(sorted(taker.channels), rng) or "phone",
        intent=skill,
        language=_drawn(taker.languages, rng),
        skills={} if skill is None else {skill: 1},
    )


def _drawn(names: Sequence[str], rng: Rng) -> str | None:
    return names[int(rng.integers(len(names)))] if names else None


def _customers(
    records: Records, seen: Sequence[Seen], framework: Framework, segments: Mapping[str, str | None]
) -> dict[str, KnownCustomer]:
    """The customers as they are stored, each in the segment of then where that is told."""
    ids = {one.contact.customer_id for one in seen if one.contact.customer_id is not None}
    if not ids:
        return {}
    stored = records.customers.get_many(ids)
    evidence = {name: records.profiles.get_many(CUSTOMER, ids, framework.name, name) for name in framework.facets}
    return {
        who: KnownCustomer(
            replace(customer, segment=segments.get(who, customer.segment)),
            {name: rows[who].sums for name, rows in evidence.items() if who in rows},
        )
        for who, customer in stored.items()
    }
