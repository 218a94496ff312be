"""Who may take which contact, and what refused the others.

Contacts that ask the same of an employee are judged once: a round of 1,000 contacts rarely has more than a few dozen
different demands, so the work grows with demands × employees and not with contacts × employees.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from matcher.contacts.contact import Contact
from matcher.profiles.people import Customer
from matcher.routing.arranged import NOTHING, Arranged, arranged
from matcher.routing.attendance import Bools, Floats, Ints, minute_of_week
from matcher.routing.limits import Able, under_limits
from matcher.routing.roster import Roster, kept
from matcher.routing.snapshot import Snapshot
from matcher.rules import CompiledRules, RuleEffects, apply_rules
from matcher.rules.masks import EmployeeMasks
from matcher.rules.pairs import refuse
from matcher.rules.rule_set import NO_LIMITS
from matcher.rules.together import AtWork

NO_EFFECTS = RuleEffects()
WORTH_NARROWING = 0.75  # of the staff: a roster hardly shorter than the whole is not worth making


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
class Demands:
    """What the contacts of a round ask: every different demand once, and which of them each contact has."""

    different: tuple[Demand, ...]
    demand_of: Ints

    @classmethod
    def of(cls, contacts: Sequence[Contact]) -> "Demands":
        """What these contacts ask."""
        index: dict[Demand, int] = {}
        demand_of = [index.setdefault(Demand.of(contact), len(index)) for contact in contacts]
        return cls(tuple(index), np.array(demand_of, dtype=np.int64))


@dataclass(frozen=True, slots=True)
class Eligibility:
    """`pairs[i, j]`: employee j may take contact i. `demand_of[i]` indexes `demands`."""

    pairs: Bools
    demands: tuple[Demand, ...]
    demand_of: Ints
    rules: RuleEffects
    arranged: Arranged = NOTHING


@dataclass(frozen=True, slots=True)
class Question:
    """One question every employee must answer with yes: its code, what it is about, and who passes (m)."""

    code: str
    subject: str
    passes: Bools


def presence_tests(snapshot: Snapshot, now: datetime) -> list[Question]:
    """Whether each employee is at work at all, whatever the contact asks."""
    roster = snapshot.roster
    return [
        Question("inactive", "", roster.active),
        Question("not_available", "", roster.presence.available_at(now, named=snapshot.are_named)),
        Question("off_duty", "", roster.hours.on_duty(minute_of_week(now, snapshot.timezone))),
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


def eligibility_of(snapshot: Snapshot, now: datetime) -> tuple[Snapshot, Eligibility]:
    """Who may take which contact: presence, hours, demand, slots, exclusions and rules.

    It is told over a narrower round: the same one, its contacts as the rules set them, over those employees only who
    are there, fit at least one of its demands and have room. Most of a large staff is off duty or cannot help, and what
    grows with contacts × employees need not see them.
    """
    snapshot, changed = arranged(snapshot, now)
    contacts = snapshot.contacts
    demands = Demands.of(contacts)
    reach = _reach(snapshot, demands.different, now)
    snapshot = snapshot.narrowed(reach.roster)
    pairs = reach.open_to[demands.demand_of] if len(contacts) > 1 else reach.open_to.copy()
    _hold_and_exclude(pairs, contacts, reach.roster, now)
    for row in changed.closed:
        pairs[row] = False
    rules = rule_effects(snapshot, demands, now, seen=changed.seen)
    refuse(pairs, rules.refusals)
    return snapshot, Eligibility(pairs, demands.different, demands.demand_of, rules, changed)


@dataclass(frozen=True, slots=True)
class _Reach:
    """Those employees who could take a contact of one of the demands, and who is open to which (demands × them)."""

    roster: Roster
    open_to: Bools

    @property
    def size(self) -> int:
        """About how many numbers this holds."""
        return self.roster.size + self.open_to.size


def _reach(snapshot: Snapshot, demands: tuple[Demand, ...], now: datetime) -> _Reach:
    roster, minute = snapshot.roster, _minute_that_holds(snapshot, now)

    def work_out() -> _Reach:
        open_to = np.array([_open_to(snapshot, demand, now, minute) for demand in demands], bool)
        open_to = open_to.reshape(len(demands), len(roster))
        columns = np.flatnonzero(open_to.any(axis=0))
        if len(columns) > WORTH_NARROWING * len(roster):
            return _Reach(roster, open_to)
        return _Reach(roster.narrowed(columns), open_to[:, columns])

    if minute is None:
        return work_out()
    return kept(roster.of_state, ("within reach", demands, minute, snapshot.are_named), work_out)


def _minute_that_holds(snapshot: Snapshot, now: datetime) -> int | None:
    """The minute of the week, all through which the same people are there; `None` when a presence may end within it."""
    roster = snapshot.roster
    lasts = kept(roster.of_people, "presence lasts", lambda: roster.presence.lasts)
    return minute_of_week(now, snapshot.timezone) if lasts else None


def open_to(snapshot: Snapshot, demand: Demand, now: datetime) -> Bools:
    """Who is there, fits the demand and has room."""
    return _open_to(snapshot, demand, now, _minute_that_holds(snapshot, now))


def _open_to(snapshot: Snapshot, demand: Demand, now: datetime, minute: int | None) -> Bools:
    roster = snapshot.roster

    def work_out() -> Bools:
        there = _all_pass(presence_tests(snapshot, now), len(roster))
        return there & _fits(roster, demand) & (slots_for(roster, demand.channel) > 0)

    if minute is None:
        return work_out()
    return kept(roster.of_state, ("open", demand, minute, snapshot.are_named), work_out)


def rule_effects(snapshot: Snapshot, demands: Demands, now: datetime, *, seen: Sequence[Contact] | None) -> RuleEffects:
    """What the rule set refuses and favours, by rules and by limits.

    `seen` are the contacts as rules see them, where rules set something of them.
    """
    has_limits = snapshot.rules.rule_set.limits is not NO_LIMITS
    if not (snapshot.rules.rules or has_limits):
        return NO_EFFECTS
    waiting = np.array([contact.waiting_s for contact in snapshot.contacts], dtype=float)
    effects = _effects_of_rules(snapshot, demands, now, seen=seen, waiting_s=waiting)
    if not has_limits:
        return effects

    def able() -> Able:
        # Limits look at whom rules leave before anybody waited, so that they close no door to whoever waits longer.
        whole = snapshot.whole
        at_first = _effects_of_rules(whole, demands, now, seen=seen, waiting_s=np.zeros(len(waiting)))
        return Able(_there_and_fit(whole, demands, now), demands.demand_of, at_first.refusals)

    return under_limits(snapshot, effects, able)


def _effects_of_rules(
    snapshot: Snapshot, demands: Demands, now: datetime, *, seen: Sequence[Contact] | None, waiting_s: Floats
) -> RuleEffects:
    """What rules refuse and favour; the employees' side is worked out once per roster and rule set."""
    roster, rules = snapshot.roster, snapshot.rules
    if not rules.rules:
        return NO_EFFECTS
    customers: Sequence[Customer | None] = snapshot.customers.customers
    everyone = roster if snapshot.everyone is None else snapshot.everyone

    def team_of(employee_id: str) -> str | None:
        column = everyone.index_of.get(employee_id)
        return None if column is None else everyone.employees[column].team

    return apply_rules(
        rules,
        rules.contact_side(snapshot.contacts if seen is None else seen, customers, team_of=team_of),
        _employee_masks(roster, rules),
        waiting_s=waiting_s,
        at_work=_at_work(snapshot, demands, now) if rules.can_relax else None,
    )


def _employee_masks(roster: Roster, rules: CompiledRules) -> EmployeeMasks:
    key = ("rule masks", rules.rule_set.version)
    return kept(roster.of_people, key, lambda: rules.employee_side(roster.employees))


def _at_work(snapshot: Snapshot, demands: Demands, now: datetime) -> AtWork:
    """Of the whole staff, those who are there and fit each demand, whether or not they have room."""
    whole = snapshot.whole
    return AtWork(_there_and_fit(whole, demands, now), demands.demand_of, _employee_masks(whole.roster, snapshot.rules))


def _there_and_fit(snapshot: Snapshot, demands: Demands, now: datetime) -> Bools:
    roster = snapshot.roster
    there = _all_pass(presence_tests(snapshot, now), len(roster))
    fits = np.array([there & _fits(roster, demand) for demand in demands.different], dtype=bool)
    return fits.reshape(len(demands.different), len(roster))


def _fits(roster: Roster, demand: Demand) -> Bools:
    return kept(roster.of_people, ("fits", demand), lambda: _all_pass(demand_tests(roster, demand), len(roster)))


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
