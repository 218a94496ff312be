"""What a classifier learns from: outcomes of a window, and the people in them as they are known now."""

from collections import deque
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from itertools import islice

from matcher.compatibility.answers import ANSWERS_COME, Answers, Asked, answer_chances, settled, share_of
from matcher.compatibility.evaluate import Data
from matcher.compatibility.outcomes import outcomes_of
from matcher.compatibility.people_table import PeopleTable, employee_table
from matcher.contacts.outcome import DEFAULT_TERMS, OutcomeTerms
from matcher.profiles.channels import CHANNEL
from matcher.profiles.evidence import Source
from matcher.profiles.facets import Sums, expecting
from matcher.profiles.framework import VALUES, Framework
from matcher.profiles.people import CUSTOMER, Customer
from matcher.routing import CustomerTable, KnownCustomer, Roster
from matcher.routing.judged import customers_as_columns
from matcher.use_cases.ports import Records
from matcher.use_cases.read_meetings import Meeting, read_meetings
from matcher.use_cases.read_unanswered import read_unanswered

MOST_OUTCOMES = 200_000  # the latest ones: of so many the older teach nothing new
PEOPLE_AT_ONCE = 500
TOLD_EVERY = 1_000  # outcomes

Groups = Mapping[str, str | None]  # of each who is there, their segment or team


def training_data(
    records: Records,
    framework: Framework,
    *,
    since: datetime | None,
    until: datetime | None,
    now: datetime,
    terms: OutcomeTerms = DEFAULT_TERMS,
    note: Callable[[int], None] = lambda _read: None,
) -> Data:
    """Outcomes with since ≤ at < until, judged by `terms`, the latest `MOST_OUTCOMES` of them, and everyone in them.

    Where the customer's answer alone told of some, they speak for those who kept silent as well (`answers`). Of a
    customer who keeps a profile to themself only the segment is read. What outcomes taught about a customer's values
    is left out: it would be told what it is to tell. `note` hears how much was read.
    """
    told, silent = _read(records, since, until, terms, note)
    roster = Roster.of(records.employees.changes_since(None, framework=framework.name).records, framework, at=now)
    customers = customers_learnt_from(records, framework, {one.customer_id for one in told}, now)
    staff = employee_table(roster.employees, framework, values=roster.values)
    segments = {**_segments(records, silent), **dict(zip(customers.ids, customers.groups, strict=True))}
    teams = dict(zip(staff.ids, staff.groups, strict=True))
    told, silent = ([one for one in some if _are_there(one, segments, teams)] for some in (told, silent))
    chances, answers = _answers(told, silent, segments, teams, min(until or now, now) - ANSWERS_COME)
    found = [one.outcome(chance) for one, chance in zip(told, chances, strict=True)]
    return Data(customers, staff, outcomes_of(found, customers.ids, staff.ids), framework, answers)


def _read(
    records: Records,
    since: datetime | None,
    until: datetime | None,
    terms: OutcomeTerms,
    note: Callable[[int], None],
) -> tuple[list[Meeting], list[Meeting]]:
    """The latest meetings whose success is known; and the others, where answers can be weighed by them."""
    told, silent = deque[Meeting](maxlen=MOST_OUTCOMES), deque[Meeting](maxlen=MOST_OUTCOMES)
    for number, one in enumerate(read_meetings(records, since, until, terms=terms), start=1):
        (silent if one.success is None else told).append(one)
        if number % TOLD_EVERY == 0:
            note(number)
    note(len(told) + len(silent))
    if not any(one.by_answer for one in told):
        return list(told), []
    begin = told[0].at if len(told) == MOST_OUTCOMES else since  # earlier outcomes were let go
    silent.extend(read_unanswered(records, begin, until, most=MOST_OUTCOMES, note=note))
    return list(told), [one for one in silent if begin is None or one.at >= begin]


def _segments(records: Records, silent: list[Meeting]) -> dict[str, str | None]:
    """The segment of each customer who kept silent and is there: no more of them is read."""
    ids = sorted({one.customer_id for one in silent})
    return {each: one.segment for some in _batches(ids) for each, one in records.customers.get_many(some).items()}


def _are_there(one: Meeting, segments: Groups, teams: Groups) -> bool:
    return one.customer_id in segments and one.employee_id in teams


def _answers(
    told: list[Meeting], silent: list[Meeting], segments: Groups, teams: Groups, until: datetime
) -> tuple[list[float | None], Answers]:
    """For each meeting told of, the chance of the answer that told it, `None` where it is not needed or not known."""

    def asked(one: Meeting) -> Asked:
        words = one.intent, one.channel, segments[one.customer_id], teams[one.employee_id]
        return Asked(one.asked_at, one.success is not None, *words)

    places = [place for place, one in enumerate(told) if one.by_answer]
    everyone = [asked(one) for one in (*(told[place] for place in places), *silent)]
    known = settled(everyone, until=until)
    answers = Answers(len(told) - len(places), len(places), len(silent), share_of(known))
    found: list[float | None] = [None] * len(told)
    chances = answer_chances(everyone, learnt_from=known)
    if chances is None:
        return found, answers
    for place, chance in zip(places, chances.tolist(), strict=False):  # the silent ones' chances come after them
        found[place] = chance
    return found, replace(answers, is_modelled=True)


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
