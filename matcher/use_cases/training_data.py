"""What a classifier learns from: outcomes of a window, and the people in them as they are known now."""

from collections import deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import replace
from datetime import datetime
from itertools import islice

from matcher.compatibility.evaluate import Data
from matcher.compatibility.outcomes import Outcome, outcomes_of
from matcher.compatibility.people_table import PeopleTable, employee_table
from matcher.profiles.channels import CHANNEL
from matcher.profiles.evidence import Source
from matcher.profiles.facets import Sums, expecting
from matcher.profiles.framework import VALUES, Framework
from matcher.profiles.people import CUSTOMER, Customer
from matcher.routing import CustomerTable, KnownCustomer, Roster
from matcher.routing.judged import customers_as_columns
from matcher.use_cases.ports import Records
from matcher.use_cases.read_outcomes import read_outcomes

MOST_OUTCOMES = 200_000  # the latest ones: of so many the older teach nothing new
PEOPLE_AT_ONCE = 500
TOLD_EVERY = 1_000  # outcomes


def training_data(
    records: Records,
    framework: Framework,
    *,
    since: datetime | None,
    until: datetime | None,
    now: datetime,
    note: Callable[[int], None] = lambda _read: None,
) -> Data:
    """Outcomes with since ≤ at < until, the latest `MOST_OUTCOMES` of them, and everyone in them.

    Of a customer who keeps a profile to themself only the segment is read. What outcomes taught about a customer's
    values is left out: it would be told what it is to tell. `note` hears how many outcomes were read.
    """
    kept: deque[Outcome] = deque(maxlen=MOST_OUTCOMES)
    for number, one in enumerate(read_outcomes(records, since, until), start=1):
        kept.append(one)
        if number % TOLD_EVERY == 0:
            note(number)
    note(len(kept))
    roster = Roster.of(records.employees.changes_since(None, framework=framework.name).records, framework, at=now)
    customers = customers_learnt_from(records, framework, {one.customer_id for one in kept}, now)
    there = set(customers.ids)
    found = [one for one in kept if one.customer_id in there and one.employee_id in roster.index_of]
    staff = employee_table(roster.employees, framework, values=roster.values)
    return Data(customers, staff, outcomes_of(found, customers.ids, staff.ids), framework)


def customers_learnt_from(records: Records, framework: Framework, ids: Collection[str], now: datetime) -> PeopleTable:
    """The customers of these ids who are there, as `training_data` reads them."""
    known = [one for some in _batches(sorted(ids)) for one in _known(records, framework, some)]
    table = CustomerTable.of(known, framework, at=now)
    return customers_as_columns(table, range(len(known)), framework)


def _known(records: Records, framework: Framework, ids: list[str]) -> Iterator[KnownCustomer]:
    stored = records.customers.get_many(ids)
    open_ids = [one.id for one in stored.values() if one.allows_values]
    told = {facet: records.profiles.get_many(CUSTOMER, open_ids, framework.name, facet) for facet in (VALUES, CHANNEL)}
    for customer_id in ids:
        customer = stored.get(customer_id)
        if customer is None:
            continue
        if not customer.allows_values:
            yield KnownCustomer(Customer(customer_id, segment=customer.segment))
            continue
        sums = {facet: _without_outcomes(rows[customer_id].sums) for facet, rows in told.items() if customer_id in rows}
        expected = expecting(sums.get(VALUES), framework.values, customer.segment)
        yield KnownCustomer(customer, sums if expected is None else {**sums, VALUES: expected})


def _without_outcomes(sums: Sums) -> Sums:
    """The sums without what outcomes taught."""
    if Source.OUTCOME not in sums.by_source:
        return sums
    return replace(sums, by_source={name: one for name, one in sums.by_source.items() if name != Source.OUTCOME})


def _batches(ids: list[str]) -> Iterator[list[str]]:
    waiting = iter(ids)
    while some := list(islice(waiting, PEOPLE_AT_ONCE)):
        yield some
