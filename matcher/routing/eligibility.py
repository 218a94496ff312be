"""Who may take which contact, and what refused the others.

Contacts that ask the same of an employee are judged once: a round of 1,000 contacts rarely has more than a few dozen
different demands, so the work grows with demands × employees and not with contacts × employees.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from matcher.contacts.contact import Contact
from matcher.profiles.people import Customer
from matcher.routing.attendance import Bools, Ints, minute_of_week
from matcher.routing.roster import Roster, kept
from matcher.routing.snapshot import Snapshot
from matcher.rules import RuleEffects, apply_rules
from matcher.rules.apply import EmployeeMasks


@dataclass(frozen=True, slots=True)
class Demand:
    """What contacts ask of an employee; equal demands are judged together."""

    channel: str
    language: str | None
    skills: tuple[tuple[str, int], ...]
    wanted_skills: tuple[tuple[str, int], ...]
    mandate: int

    @classmethod
    def of(cls, contact: Contact) -> "Demand":
        """The demand of this contact."""
        return cls(
            contact.channel,
            contact.language,
            tuple(sorted(contact.skills.items())),
            tuple(sorted(contact.wanted_skills.items())),
            contact.mandate,
        )


@dataclass(frozen=True, slots=True)
class Eligibility:
    """`pairs[i, j]`: employee j may take contact i. `demand_of[i]` indexes `demands`."""

    pairs: Bools
    demands: tuple[Demand, ...]
    demand_of: Ints
    rules: RuleEffects


@dataclass(frozen=True, slots=True)
class Question:
    """One question every employee must answer with yes: its code, what it is about, and who passes (m)."""

    code: str
    subject: str
    passes: Bools


def presence_tests(snapshot: Snapshot, now: datetime) -> list[Question]:
    """Whether each employee is at work at all, whatever the contact asks."""
    roster = snapshot.roster
    local = now.astimezone(snapshot.timezone)
    return [
        Question("inactive", "", roster.active),
        Question("not_available", "", roster.presence.available_at(now, named=snapshot.are_named)),
        Question("off_duty", "", roster.hours.on_duty(minute_of_week(local))),
    ]


def demand_tests(roster: Roster, demand: Demand) -> Iterator[Question]:
    """The questions a demand asks of every employee, slots last so that a full employee is told from an unfit one."""
    cost = roster.column(roster.channel_cost, demand.channel)
    yield Question("channel", demand.channel, cost > 0)
    if demand.language is not None:
        speaks = roster.speaks.get(demand.language)
        yield Question("language", demand.language, np.zeros(len(roster), bool) if speaks is None else speaks)
    for name, level in demand.skills:
        yield Question("skill", f"{name} {level}", roster.column(roster.skill_level, name) >= level)
    if demand.mandate > 0:
        yield Question("mandate", str(demand.mandate), roster.mandate >= demand.mandate)


def slots_for(roster: Roster, channel: str) -> Ints:
    """How many contacts of that channel each employee can take now."""
    return kept(roster.of_state, ("slots", channel), lambda: _slots_for(roster, channel))


def _slots_for(roster: Roster, channel: str) -> Ints:
    cost = roster.column(roster.channel_cost, channel)
    most = roster.column(roster.channel_max, channel)
    return np.minimum(roster.free_slots // np.maximum(cost, 1), most) * (cost > 0)


def eligibility_of(snapshot: Snapshot, now: datetime) -> Eligibility:
    """Who may take which contact: presence, hours, demand, slots, exclusions and rules."""
    contacts, roster = snapshot.contacts, snapshot.roster
    demands, demand_of = _grouped(contacts)
    lasts = kept(roster.of_people, "presence lasts", lambda: roster.presence.lasts)
    minute = minute_of_week(now.astimezone(snapshot.timezone)) if lasts else None
    open_to = [_open_to(snapshot, demand, now, minute) for demand in demands]
    pairs = np.array(open_to, bool).reshape(len(demands), len(roster))[demand_of]
    _hold_and_exclude(pairs, contacts, roster, now)
    rules = rule_effects(snapshot)
    for refusal in rules.refusals:
        pairs[np.ix_(refusal.contacts, refusal.employees)] = False
    return Eligibility(pairs, demands, demand_of, rules)


def _open_to(snapshot: Snapshot, demand: Demand, now: datetime, minute: int | None) -> Bools:
    """Who is there, fits the demand and has room; that holds for a `minute`, unless someone's presence ends in it."""
    roster = snapshot.roster

    def work_out() -> Bools:
        there = _all_pass(presence_tests(snapshot, now), len(roster))
        fits = kept(roster.of_people, ("fits", demand), lambda: _all_pass(demand_tests(roster, demand), len(roster)))
        return there & fits & (slots_for(roster, demand.channel) > 0)

    if minute is None:
        return work_out()
    return kept(roster.of_state, ("open", demand, minute, snapshot.are_named), work_out)


def rule_effects(snapshot: Snapshot) -> RuleEffects:
    """What the rule set refuses and favours; the employees' side is worked out once per roster and rule set."""
    roster, rules = snapshot.roster, snapshot.rules
    key = ("rule masks", rules.rule_set.version)
    masks: EmployeeMasks = kept(roster.of_people, key, lambda: rules.employee_side(roster.employees))
    customers: Sequence[Customer | None] = snapshot.customers.customers
    waiting: NDArray[np.float64] = np.array([contact.waiting_s for contact in snapshot.contacts], dtype=float)
    return apply_rules(rules, rules.contact_side(snapshot.contacts, customers), masks, waiting_s=waiting)


def _grouped(contacts: Sequence[Contact]) -> tuple[tuple[Demand, ...], Ints]:
    index: dict[Demand, int] = {}
    demand_of = np.array([index.setdefault(Demand.of(contact), len(index)) for contact in contacts], dtype=np.int64)
    return tuple(index), demand_of


def _all_pass(questions: Iterator[Question] | list[Question], size: int) -> Bools:
    passed = np.ones(size, dtype=bool)
    for question in questions:
        passed &= question.passes
        if not passed.any():
            break
    return passed


def _hold_and_exclude(pairs: Bools, contacts: Sequence[Contact], roster: Roster, now: datetime) -> None:
    for row, contact in enumerate(contacts):
        if contact.due_from is not None and contact.due_from > now:
            pairs[row] = False
        for employee_id in contact.exclude_employees:
            column = roster.index_of.get(employee_id)
            if column is not None:
                pairs[row, column] = False
