"""What a rehearsal runs on, out of the store: the staff as it is, and contacts as they came or as they might come."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta, tzinfo

from matcher.contacts.contact import Contact
from matcher.errors import invalid
from matcher.profiles.framework import Framework
from matcher.profiles.people import CUSTOMER, Employee
from matcher.routing import KnownCustomer, Rng
from matcher.simulation.from_contacts import Seen, scenario_of
from matcher.simulation.klik import Known
from matcher.simulation.rehearse import Case
from matcher.use_cases.ports import Records
from matcher.use_cases.start_rehearsal import MOST_CONTACTS, RehearsalOrder

PAGE = 1000


def read_rehearsal_case(
    records: Records, order: RehearsalOrder, *, framework: Framework, timezone: tzinfo, now: datetime, rng: Rng
) -> tuple[Case, dict[str, object]]:
    """The case, and what it was made of. Raises InvalidInput without staff or contacts.

    Stored decisions tell channel, intent and customer of a contact; what it asked of an employee they do not.
    """
    staff, known = _staff(records, framework)
    if order.generated is not None:
        seen, name = _generated(order, staff, now, rng), "generated"
    else:
        seen, name = _stored(records, order, rng), "stored"
    known = Known(_customers(records, seen, framework), known.values)
    scenario, drawn = scenario_of(seen, staff, timezone=timezone, rng=rng)
    told = {"name": name, "contacts": len(seen), "employees": len(staff), "services_drawn": drawn.services}
    return Case(scenario, framework, known, order.within_s, order.seed), {
        **told, "patiences_drawn": drawn.patiences, "nobody_gives_up": drawn.nobody_gives_up,
    }  # fmt: skip


def _staff(records: Records, framework: Framework) -> tuple[dict[str, Employee], Known]:
    everyone = records.employees.changes_since(None, framework=framework.name).records
    active = [one for one in everyone if one.employee.active and one.employee.channels]
    values = {one.employee.id: one.values for one in active if one.values is not None}
    return {one.employee.id: one.employee for one in active}, Known(values=values)


def _stored(records: Records, order: RehearsalOrder, rng: Rng) -> list[Seen]:
    """The contacts decided in the period, each at its first decision; a sample of them if asked."""
    found: dict[str, Seen] = {}
    after = None
    while len(found) < MOST_CONTACTS:
        page = records.decisions.window(order.since, order.until, after=after, limit=PAGE)
        for one in page:
            contact = Contact(one.contact_id, one.channel, customer_id=one.customer_id, intent=one.intent)
            found.setdefault(one.contact_id, Seen(contact, one.at))
        if len(page) < PAGE:
            break
        after = (page[-1].at, page[-1].id)
    seen = list(found.values())
    if order.sample is None or order.sample >= len(seen):
        return seen
    return [seen[place] for place in sorted(rng.choice(len(seen), size=order.sample, replace=False))]


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


def _customers(records: Records, seen: Sequence[Seen], framework: Framework) -> dict[str, KnownCustomer]:
    ids = {one.contact.customer_id for one in seen if one.contact.customer_id is not None}
    if not ids:
        return {}
    stored = records.customers.get_many(ids)
    evidence = {name: records.profiles.get_many(CUSTOMER, ids, framework.name, name) for name in framework.facets}
    return {
        who: KnownCustomer(customer, {name: rows[who].sums for name, rows in evidence.items() if who in rows})
        for who, customer in stored.items()
    }
