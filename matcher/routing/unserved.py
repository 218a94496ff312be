"""Why nobody: the question that ruled the last employee out, the bottleneck, and the channel that would help."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any, TypeVar

import numpy as np

from matcher.assignment import Problem
from matcher.contacts.contact import Contact
from matcher.contacts.urgency import is_urgent
from matcher.profiles.effects import Effect
from matcher.profiles.situations import Situation
from matcher.routing.attendance import Bools, Ints, minute_of_week
from matcher.routing.decision import Decision, PaidTime, ShortOf, Unassigned, Why
from matcher.routing.eligibility import (
    Demand,
    Demands,
    Eligibility,
    demand_tests,
    presence_tests,
    rule_effects,
    slots_for,
)
from matcher.routing.limits import Limit
from matcher.routing.paid_slots import first_slot, in_words
from matcher.routing.roster import kept
from matcher.routing.sentences import WEEKDAYS, channel_name, sentence, span
from matcher.routing.shortages import shortages_of
from matcher.routing.snapshot import Snapshot
from matcher.rules import Refusal
from matcher.rules.rule_set import EffectKind
from matcher.rules.terms import Service

T = TypeVar("T")
Window = tuple[datetime, datetime]

ELSEWHEN = ("not_available", "off_duty")  # what ruled everyone out passes with the hours
TAKES_NOBODY = ("web_info", "self_service")  # channels that help without an employee
NOBODY_HELD: Mapping[int, Unassigned] = MappingProxyType({})
NEXT_LOOK_S = 1.0  # a round follows every change, and a tick of a second when both sides wait


def explain_unserved(
    snapshot: Snapshot,
    eligibility: Eligibility,
    employee_of: Ints,
    now: datetime,
    *,
    problem: Problem | None = None,
    ran_out: bool = False,
    held: Mapping[int, Unassigned] = NOBODY_HELD,
) -> Mapping[int, Decision]:
    """A decision for each contact row without an employee.

    `problem` is the round in numbers, for bottlenecks; `ran_out`: time ended before the solver did; `held` are those
    that wait for somebody who fits better.
    """
    rows = [int(row) for row in np.flatnonzero(np.asarray(employee_of) < 0) if int(row) not in held]
    willing = [row for row in rows if eligibility.pairs[row].any()]
    shortages = {} if problem is None else shortages_of(snapshot, eligibility, willing, problem, now)
    unproven = sentence("not_chosen" if ran_out else "outranked", snapshot.language)
    inquiry = _Inquiry(snapshot, eligibility, now)
    why = {row: _why(inquiry, row, shortage=shortages.get(row), unproven=unproven) for row in rows}
    return {row: Decision(snapshot.contacts[row].id, unassigned=one) for row, one in (why | dict(held)).items()}


class _Inquiry:
    """Asks of the whole staff why a contact got nobody; contacts that ask the same get one answer."""

    def __init__(self, snapshot: Snapshot, eligibility: Eligibility, now: datetime) -> None:
        self.snapshot, self.eligibility, self.now = snapshot, eligibility, now
        self._whole = snapshot.whole
        demands = Demands(eligibility.demands, eligibility.demand_of)
        self._refusals = rule_effects(self._whole, demands, now, seen=eligibility.arranged.seen).refusals
        self._lasting = [one for one in self._refusals if not isinstance(one.rule, Limit)]  # who is tired now rests
        self._answers: dict[object, Any] = {}

    def last_question(self, row: int) -> tuple[str, Any]:
        """The question after which nobody was left, and what it was about: a word, or the rule's refusal."""
        return self._once("last", row, lambda: self._last_question(row))

    def helpers_by_channel(self, row: int) -> Mapping[str, int]:
        """How many employees could take the contact now by each channel they serve, whichever the contact chose."""
        return self._once("channels", row, lambda: self._helpers_by_channel(row))

    def window(self, row: int) -> Window | None:
        """When someone who fits the contact next works, on the operator's clocks; `None` where no hours are stated."""
        return self._once("window", row, lambda: (self._window(row),))[0]

    def paid_slot(self, row: int) -> PaidTime | None:
        """The first time that customers of this segment may buy; `None` where they may not, or nobody's hours allow it.

        The service is that of the segment: no value system ever chooses it.
        """
        customer = self.snapshot.customers.customers[row]
        service = self.snapshot.rules.rule_set.service_for(None if customer is None else customer.segment)
        sold = None if service is None else service.paid_slot
        if sold is None:
            return None
        hours, zone = self._whole.roster.hours, self._whole.timezone

        def first() -> PaidTime | None:
            return first_slot(sold, hours, self._who_fits(row), self.now, zone)

        return self._once(f"paid {sold}", row, lambda: (first(),))[0]

    def would_rather_wait(self, row: int) -> bool:
        """Whether the customer prefers a specialist later, or an agreed time, to anyone now."""
        wishes = self.snapshot.customers.wishes.get(row, ())
        return Effect.SPECIALIST_HOURS in wishes or Effect.CALL_BACK_WINDOW in wishes

    def demand(self, row: int) -> Demand:
        """What the contact asks."""
        return self.eligibility.demands[int(self.eligibility.demand_of[row])]

    def _once(self, what: str, row: int, work_out: Callable[[], T]) -> T:
        refused_by = tuple(bool(refusal.contacts[row]) for refusal in self._refusals)
        barred = self.snapshot.contacts[row].exclude_employees
        return kept(self._answers, (what, self.demand(row), barred, refused_by), work_out)

    def _last_question(self, row: int) -> tuple[str, Any]:
        whole, roster = self._whole, self._whole.roster
        if not len(roster):
            return "roster", ""
        demand = self.demand(row)
        left = np.ones(len(roster), dtype=bool)
        for question in (*presence_tests(whole, self.now), *demand_tests(roster, demand)):
            left &= question.passes
            if not left.any():
                return question.code, question.subject
        left &= slots_for(roster, demand.channel) > 0
        if not left.any():
            return "slots", ""
        left &= ~_excluded(whole, whole.contacts[row])
        if not left.any():
            return "exclusion", ""
        for refusal in self._refusals:
            left &= ~(refusal.employees & refusal.contacts[row])
            if not left.any():
                return "rule", refusal
        raise AssertionError("a contact with an eligible employee is not without one")

    def _who_fits(self, row: int) -> Bools:
        """Who could help with the contact at some hour."""
        whole, roster = self._whole, self._whole.roster
        fits = roster.active & ~_excluded(whole, whole.contacts[row])
        for question in demand_tests(roster, self.demand(row)):
            fits &= question.passes
        for refusal in self._lasting:
            fits &= ~(refusal.employees & refusal.contacts[row])
        return fits

    def _window(self, row: int) -> Window | None:
        roster, zone = self._whole.roster, self._whole.timezone
        found = roster.hours.next_among(self._who_fits(row), minute_of_week(self.now, zone))
        if found is None:
            return None
        here = self.now.astimezone(zone).replace(tzinfo=None)  # clock time: a shift begins at nine whatever the season
        start, end = (here.replace(second=0, microsecond=0) + timedelta(minutes=minutes) for minutes in found)
        return max(start, here).replace(tzinfo=zone), end.replace(tzinfo=zone)

    def _helpers_by_channel(self, row: int) -> dict[str, int]:
        whole, roster = self._whole, self._whole.roster
        fits = ~_excluded(whole, whole.contacts[row])
        for question in (*presence_tests(whole, self.now), *demand_tests(roster, self.demand(row))):
            if question.code != "channel":
                fits &= question.passes
        for refusal in self._refusals:
            fits &= ~(refusal.employees & refusal.contacts[row])
        return {channel: int((fits & (slots_for(roster, channel) > 0)).sum()) for channel in roster.channel_cost}


def _why(inquiry: _Inquiry, row: int, *, shortage: ShortOf | None, unproven: str) -> Unassigned:
    snapshot, now = inquiry.snapshot, inquiry.now
    contact, language = snapshot.contacts[row], snapshot.language
    if contact.due_from is not None and contact.due_from > now:
        moment = contact.due_from.astimezone(snapshot.timezone).strftime("%H:%M")
        wait_s = (contact.due_from - now).total_seconds()
        return Unassigned(Why.HELD, sentence("held", language, moment=moment), next_look_s=wait_s)
    if row in inquiry.eligibility.arranged.closed:
        return _not_offered(inquiry, row, inquiry.eligibility.arranged.closed[row])
    if inquiry.eligibility.pairs[row].any():
        told = unproven if shortage is None else _short(snapshot, shortage)
        return Unassigned(Why.NO_CAPACITY, told, shortage, next_look_s=NEXT_LOOK_S)
    code, subject = inquiry.last_question(row)
    gives_way_s, why = None, Why.NO_ELIGIBLE_EMPLOYEE
    if code == "rule" and isinstance(subject.rule, Limit):
        title, reason = subject.rule.title, subject.rule.reason[language]
        detail = sentence("nobody.limit", language, title=title, reason=reason)
        return Unassigned(Why.NO_CAPACITY, detail, next_look_s=NEXT_LOOK_S)
    if code == "rule":
        detail, gives_way_s = _by_rule(subject, contact, language)
        why = Why.NO_SERVICE if subject.rule.effect.kind is EffectKind.STOP else why
    else:
        detail = sentence(f"nobody.{code}", language, subject=_named(code, subject, language))
    if code == "slots":
        return Unassigned(Why.NO_CAPACITY, detail, next_look_s=NEXT_LOOK_S)
    window = inquiry.window(row) if code in ELSEWHEN or inquiry.would_rather_wait(row) else None
    paid = None if window is None else inquiry.paid_slot(row)
    if window is not None:
        detail = _with_window(detail, window, language)
    if paid is not None:
        detail = in_words(paid, detail, language)
    channel, count = (
        (None, 0) if window is not None and inquiry.would_rather_wait(row) else _other_channel(inquiry, row)
    )
    if channel is None:
        return Unassigned(why, detail, suggested_window=window, next_look_s=gives_way_s, paid_slot=paid)
    elsewhere = _elsewhere(detail, channel, count, language)
    return replace(elsewhere, suggested_window=window, next_look_s=gives_way_s, paid_slot=paid)


def _named(code: str, subject: Any, language: str) -> Any:
    """What was asked for, as people call it."""
    return channel_name(subject, language) if code == "channel" else subject


def _by_rule(refusal: Refusal, contact: Contact, language: str) -> tuple[str, float | None]:
    """Which rule refuses everyone left and what would change that, in a sentence; and when it gives way by itself."""
    rule, change, wait_s = refusal.rule, "change.rule", None
    steps = rule.steps[refusal.step :]
    if rule.effect.kind is EffectKind.STOP:
        change = "change.stop"
    elif steps:
        change, wait_s = "change.wait", steps[0].after_s - contact.waiting_s
    told = sentence(change, language, span=span(wait_s or 0.0, language))
    return sentence("nobody.rule", language, title=rule.title, reason=rule.reason[language], change=told), wait_s


def _not_offered(inquiry: _Inquiry, row: int, service: Service) -> Unassigned:
    """The channel is not among those of the customer's segment: which one is, best one at which someone can help."""
    language, channels = inquiry.snapshot.language, service.channels
    detail = sentence(
        "not_offered",
        language,
        channel=channel_name(inquiry.snapshot.contacts[row].channel, language),
        segment=service.segment or "–",
        channels=", ".join(channel_name(one, language) for one in channels),
    )
    channel, count = _other_channel(inquiry, row, among=channels)
    if channel is not None:
        return _elsewhere(detail, channel, count, language)
    return Unassigned(Why.SUGGEST_CHANNEL, detail, suggested_channel=channels[0])


def _elsewhere(detail: str, channel: str, count: int, language: str) -> Unassigned:
    how, name = "suggest_channel" if count else "suggest_alone", channel_name(channel, language)
    advice = sentence(how, language, detail=detail, channel=name, count=count)
    return Unassigned(Why.SUGGEST_CHANNEL, advice, suggested_channel=channel)


def _with_window(detail: str, window: Window, language: str) -> str:
    start, end = window
    day = WEEKDAYS[language][start.weekday()]
    return sentence("suggest_window", language, detail=detail, day=day, start=f"{start:%H:%M}", end=f"{end:%H:%M}")


def _short(snapshot: Snapshot, shortage: ShortOf) -> str:
    language = snapshot.language
    told = sentence(
        "short",
        language,
        contacts=len(shortage.contact_ids),
        employees=len(shortage.employee_ids),
        short=shortage.short,
    )
    helped = shortage.help
    if helped is None:
        return told
    everyone = snapshot.whole.roster
    employee = everyone.employees[everyone.index_of[helped.employee_ids[0]]]
    others = len(helped.employee_ids) - 1
    name = employee.name or employee.id
    someone = sentence("or_others", language, name=name, others=others) if others else name
    facts = {
        "someone": someone,
        "subject": _named(helped.code, helped.subject, language),
        "contact": helped.contact_id,
        "slots": helped.slots,
    }
    return f"{told} {sentence(f'help.{helped.code}', language, **facts)}"


def _excluded(snapshot: Snapshot, contact: Contact) -> Bools:
    excluded = np.zeros(len(snapshot.roster), dtype=bool)
    columns = [snapshot.roster.index_of.get(one) for one in contact.exclude_employees]
    excluded[[column for column in columns if column is not None]] = True
    return excluded


def _other_channel(inquiry: _Inquiry, row: int, *, among: Sequence[str] | None = None) -> tuple[str | None, int]:
    """The channel that a rule advises, or else that the customer likes best for what this is about, of those by which
    someone could help or that take nobody; and how many could help."""
    snapshot, helpers = inquiry.snapshot, inquiry.helpers_by_channel(row)
    contact = snapshot.contacts[row]
    advised = inquiry.eligibility.arranged.advised.get(row)
    if advised is not None and advised != contact.channel and (helpers.get(advised) or advised in TAKES_NOBODY):
        return advised, helpers.get(advised, 0)
    helpful = [name for name, count in helpers.items() if count and name != contact.channel]
    if among is not None:
        helpful = [name for name in among if name in helpful or name in TAKES_NOBODY]
    if not helpful:
        return None, 0
    situation = None if contact.intent is None else Situation(contact.intent, is_urgent(contact, inquiry.now))
    liking = snapshot.customers.channel_share(row, snapshot.framework, situation=situation)
    liked = sorted((name for name in liking if name in helpful), key=lambda name: -liking[name])
    return (liked[0], helpers.get(liked[0], 0)) if liked else (None, 0)
