"""Why nobody: the question that ruled the last employee out, the bottleneck, and the channel that would help."""

from collections.abc import Mapping
from datetime import datetime

import numpy as np

from matcher.assignment import Bottleneck, Problem, bottleneck
from matcher.contacts.contact import Contact
from matcher.routing.attendance import Bools, Ints
from matcher.routing.decision import Decision, ShortOf, Unassigned, Why
from matcher.routing.eligibility import Eligibility, demand_tests, presence_tests, slots_for
from matcher.routing.sentences import sentence
from matcher.routing.snapshot import Snapshot

MOST_SEARCHES = 20  # a search reads the whole round; more than so many different shortages help nobody
NEXT_LOOK_S = 1.0  # a round follows every change, and a tick of a second when both sides wait


def explain_unserved(
    snapshot: Snapshot,
    eligibility: Eligibility,
    employee_of: Ints,
    now: datetime,
    *,
    problem: Problem | None = None,
    ran_out: bool = False,
) -> Mapping[int, Decision]:
    """A decision for each contact row without an employee.

    `problem` is the round in numbers, for bottlenecks; `ran_out`: time ended before the solver did.
    """
    rows = [int(row) for row in np.flatnonzero(np.asarray(employee_of) < 0)]
    willing = [row for row in rows if eligibility.pairs[row].any()]
    shortages = {} if problem is None else _bottlenecks(snapshot, eligibility.pairs, willing, problem)
    unproven = sentence("not_chosen" if ran_out else "outranked", snapshot.language)
    return {
        row: Decision(
            snapshot.contacts[row].id,
            unassigned=_why(snapshot, eligibility, row, now, shortage=shortages.get(row), unproven=unproven),
        )
        for row in rows
    }


def _bottlenecks(snapshot: Snapshot, pairs: Bools, rows: list[int], problem: Problem) -> dict[int, ShortOf]:
    """The bottleneck of each row, as far as a bounded number of searches tells.

    Contacts that could go to the same employees share one search: in the set found for one of them, it may be put in
    the other's place.
    """
    found: dict[bytes, tuple[int, Bottleneck | None]] = {}
    told: dict[int, ShortOf] = {}
    for row in rows:
        key = np.packbits(pairs[row]).tobytes()
        if key not in found and len(found) < MOST_SEARCHES:
            found[key] = row, bottleneck(problem, row)
        first, seen = found.get(key, (row, None))
        if seen is not None:
            told[row] = _shortage(snapshot, seen, first, row)
    return told


def _shortage(snapshot: Snapshot, seen: Bottleneck, first: int, row: int) -> ShortOf:
    """The bottleneck found for the row `first`, with `row` in its place."""
    contacts, employees = snapshot.contacts, snapshot.roster.employees
    rivals = seen.contacts if row in seen.contacts else tuple(row if one == first else one for one in seen.contacts)
    return ShortOf(tuple(contacts[i].id for i in rivals), tuple(employees[j].id for j in seen.employees), seen.short)


def _why(
    snapshot: Snapshot, eligibility: Eligibility, row: int, now: datetime, *, shortage: ShortOf | None, unproven: str
) -> Unassigned:
    contact, language = snapshot.contacts[row], snapshot.language
    if contact.due_from is not None and contact.due_from > now:
        moment = contact.due_from.astimezone(snapshot.timezone).strftime("%H:%M")
        wait_s = (contact.due_from - now).total_seconds()
        return Unassigned(Why.HELD, sentence("held", language, moment=moment), next_look_s=wait_s)
    if eligibility.pairs[row].any():
        told = unproven if shortage is None else _short(shortage, language)
        return Unassigned(Why.NO_CAPACITY, told, shortage, next_look_s=NEXT_LOOK_S)
    code, subject = _last_question(snapshot, eligibility, row, now)
    detail = sentence(f"nobody.{code}", language, subject=subject, reason=subject)
    if code == "slots":
        return Unassigned(Why.NO_CAPACITY, detail, next_look_s=NEXT_LOOK_S)
    channel, count = _other_channel(snapshot, eligibility, row, now)
    if channel is None:
        return Unassigned(Why.NO_ELIGIBLE_EMPLOYEE, detail)
    advice = sentence("suggest_channel", language, detail=detail, channel=channel, count=count)
    return Unassigned(Why.SUGGEST_CHANNEL, advice, suggested_channel=channel)


def _short(shortage: ShortOf, language: str) -> str:
    return sentence(
        "short",
        language,
        contacts=len(shortage.contact_ids),
        employees=len(shortage.employee_ids),
        short=shortage.short,
    )


def _last_question(snapshot: Snapshot, eligibility: Eligibility, row: int, now: datetime) -> tuple[str, str]:
    """The question after which nobody was left, and what it was about."""
    roster = snapshot.roster
    if not len(roster):
        return "roster", ""
    demand = eligibility.demands[int(eligibility.demand_of[row])]
    left = np.ones(len(roster), dtype=bool)
    for question in (*presence_tests(snapshot, now), *demand_tests(roster, demand)):
        left &= question.passes
        if not left.any():
            return question.code, question.subject
    left &= slots_for(roster, demand.channel) > 0
    if not left.any():
        return "slots", ""
    left &= ~_excluded(snapshot, snapshot.contacts[row])
    if not left.any():
        return "exclusion", ""
    for refusal in eligibility.rules.refusals:
        left &= ~(refusal.employees & refusal.contacts[row])
        if not left.any():
            return "rule", refusal.rule.reason[snapshot.language]
    raise AssertionError("a contact with an eligible employee is not without one")


def _excluded(snapshot: Snapshot, contact: Contact) -> Bools:
    excluded = np.zeros(len(snapshot.roster), dtype=bool)
    columns = [snapshot.roster.index_of.get(one) for one in contact.exclude_employees]
    excluded[[column for column in columns if column is not None]] = True
    return excluded


def _other_channel(snapshot: Snapshot, eligibility: Eligibility, row: int, now: datetime) -> tuple[str | None, int]:
    """The channel the customer likes best of those by which someone could help now, and how many could."""
    roster, contact = snapshot.roster, snapshot.contacts[row]
    demand = eligibility.demands[int(eligibility.demand_of[row])]
    fits = ~_excluded(snapshot, contact)
    for question in (*presence_tests(snapshot, now), *demand_tests(roster, demand)):
        if question.code != "channel":
            fits &= question.passes
    for refusal in eligibility.rules.refusals:
        fits &= ~(refusal.employees & refusal.contacts[row])
    liking = snapshot.customers.channel_share(row, snapshot.framework)
    for channel in sorted(liking, key=lambda name: -liking[name]):
        count = int((fits & (slots_for(roster, channel) > 0)).sum())
        if count and channel != contact.channel:
            return channel, count
    return None, 0
