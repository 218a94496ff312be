"""Why this employee: what spoke for and against, in the units of the score and in sentences."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import numpy as np

from matcher.profiles.effects import Effect
from matcher.profiles.framework import Cue
from matcher.routing.decision import Reason
from matcher.routing.eligibility import Eligibility, demand_tests, open_to, presence_tests, slots_for
from matcher.routing.limits import TRANSFERS, Limit
from matcher.routing.scores import ADVICE, Scores, Terms, continuity_of, terms_of
from matcher.routing.sentences import channel_name, decimal, percent, sentence, span
from matcher.routing.snapshot import Snapshot
from matcher.rules import Weights

if TYPE_CHECKING:
    from matcher.compatibility.serving import Judgement

TOLD = ("inactive", "not_available", "off_duty", "channel", "language", "skill", "mandate", "slots", "other")
PASSED_ON = f"limit:{TRANSFERS}"
SHORT = 3  # reasons in a short explanation
STANDS_OUT = 2.0  # times an even share: less than that is no reason to speak to someone in a certain way
SMALLEST_TOLD = 0.0005  # effects below this round to nothing in a sentence


@dataclass(frozen=True, slots=True)
class Pair:
    """The pair being explained and everything its sentences draw on."""

    snapshot: Snapshot
    eligibility: Eligibility
    scores: Scores
    row: int
    column: int
    now: datetime

    @property
    def language(self) -> str:
        """The language of the sentences."""
        return self.snapshot.language

    @property
    def weights(self) -> Weights:
        """The weights of the strategy in force for this customer."""
        customer = self.snapshot.customers.known[self.row].customer
        return self.snapshot.rules.rule_set.strategy.weights_for(None if customer is None else customer.segment)

    @property
    def terms(self) -> Terms:
        """What the contact's demand makes of the employee."""
        demand = self.eligibility.demands[int(self.eligibility.demand_of[self.row])]
        return terms_of(self.snapshot.roster, demand, self.column)

    @property
    def wishes(self) -> tuple[Effect, ...]:
        """What the customer's preferences ask."""
        return self.snapshot.customers.wishes.get(self.row, ())

    def name(self, column: int) -> str:
        """What people call the employee of that column."""
        employee = self.snapshot.roster.employees[column]
        return employee.name or employee.id

    def say(self, code: str, **facts: object) -> str:
        """The sentence of that code in the pair's language."""
        return sentence(code, self.language, **facts)


def reasons_for(
    snapshot: Snapshot, eligibility: Eligibility, scores: Scores, at: tuple[int, int], now: datetime, *, joint: bool
) -> tuple[Reason, ...]:
    """The reasons for a served pair, strongest first: none, the few strongest, or all with the alternatives."""
    if snapshot.explain == "none":
        return ()
    pair = Pair(snapshot, eligibility, scores, *at, now)
    terms = sorted(_terms(pair), key=lambda reason: -abs(reason.effect))
    told = [reason for reason in terms if abs(reason.effect) >= SMALLEST_TOLD or reason.code.startswith("values_")]
    if snapshot.explain == "short":
        return (*told[:SHORT], *_ordered(pair), *_manner(pair))
    return (*told, *_ordered(pair), *_manner(pair), *_alternatives(pair, joint=joint), _selection(pair))


def _terms(pair: Pair) -> Iterator[Reason]:
    """Every part of the score; their effects add up to it (but for the part that only breaks ties)."""
    yield from _fit(pair)
    yield from _demand_parts(pair)
    yield _urgency(pair)
    yield _load(pair)
    if pair.scores.price is not None:
        yield Reason("price", -float(pair.scores.price[pair.row, pair.column]), pair.say("price"))
    roster, column = pair.snapshot.roster, pair.column
    idle = span(float(roster.idle_s[column]), pair.language)
    yield Reason("longest_idle", float(pair.terms.idle), pair.say("longest_idle", idle=idle))
    if pair.scores.preferred[pair.row] == column:
        yield Reason("preferred_employee", continuity_of(pair.wishes), pair.say("preferred_employee"))
    if Effect.SPECIALIST_FIRST in pair.wishes:
        yield Reason("advice", ADVICE * float(pair.terms.specialist), pair.say("wish.specialist_first"))
    for boost in pair.eligibility.rules.boosts:
        if boost.contacts[pair.row] and boost.employees[column]:
            text = pair.say("rule", title=boost.rule.title, reason=boost.rule.reason[pair.language])
            yield Reason(f"rule:{boost.rule.id}", boost.amount, text)


def _ordered(pair: Pair) -> Iterator[Reason]:
    """What rules and limits made of the contact, and which had to give way for this employee to help."""
    row, language = pair.row, pair.language
    for rule, changes in pair.eligibility.arranged.set_by.get(row, ()):
        done = [pair.say("set.priority", priority=changes.priority)] if changes.priority is not None else []
        if changes.answer_within_s is not None:
            done.append(pair.say("set.answer", span=span(changes.answer_within_s, language)))
        if changes.channel is not None:
            done.append(pair.say("set.channel", channel=channel_name(changes.channel, language)))
        if changes.difficult is not None:
            done.append(pair.say("set.difficult"))
        text = pair.say("set", title=rule.title, reason=rule.reason[language], done="; ".join(done))
        yield Reason(f"rule:{rule.id}", 0.0, text)
    waited = span(pair.snapshot.contacts[row].waiting_s, language)
    for refusal in pair.eligibility.rules.refusals:
        if isinstance(refusal.rule, Limit) and refusal.contacts[row] and refusal.rule.id == PASSED_ON:
            text = pair.say("rule", title=refusal.rule.title, reason=refusal.rule.reason[language])
            yield Reason(PASSED_ON, 0.0, text)
    for one in pair.eligibility.rules.relaxations:
        if one.contacts[row] and one.employees[pair.column]:
            how = "relaxed.at_once" if one.at_once[row] else "relaxed.waited"
            how = "relaxed.together" if one.together is not None and one.together[row] else how
            how = "relaxed.limit" if isinstance(one.rule, Limit) else how
            text = pair.say(how, title=one.rule.title, waited=waited, reason=one.rule.reason[language])
            yield Reason(f"relaxed:{one.rule.id}", 0.0, text)


def _manner(pair: Pair) -> Iterator[Reason]:
    """How to meet this customer: what they wish, how they are today, and what suits their values."""
    for wish in pair.wishes:
        if wish is not Effect.SPECIALIST_FIRST:
            yield Reason(f"wish:{wish}", 0.0, pair.say(f"wish.{wish}"))
    liked = pair.snapshot.customers.preferred_channel(pair.row, pair.snapshot.framework)
    if liked is not None:
        channel, share = liked
        fits = "channel_liked" if channel == pair.snapshot.contacts[pair.row].channel else "channel_other"
        yield Reason(
            "channel_fit", 0.0, pair.say(fits, channel=channel_name(channel, pair.language), share=percent(share))
        )
    for cause in pair.snapshot.customers.causes.get(pair.row, ()):
        yield Reason("state", 0.0, pair.say("state", cause=cause))
    cue = _cue(pair)
    if cue is not None:
        yield Reason("cue", 0.0, pair.say("cue", do=cue.do[pair.language], dont=cue.dont[pair.language]))


def _cue(pair: Pair) -> Cue | None:
    """The framework's advice for the value system that stands out, where one does and enough is known."""
    if pair.scores.customer_reliability[pair.row] == 0:
        return None
    share = pair.snapshot.customers.values.share[pair.row]
    leading = int(share.argmax())
    cue = pair.snapshot.framework.cues.get(pair.snapshot.framework.values.dims[leading])
    stands_out = share[leading] >= STANDS_OUT / len(share)
    return cue if cue is not None and stands_out and pair.language in cue.do else None


def _fit(pair: Pair) -> Iterator[Reason]:
    return _assumed_fit(pair) if pair.scores.judged is None else _learnt_fit(pair, pair.scores.judged)


def _learnt_fit(pair: Pair, judged: "Judgement") -> Iterator[Reason]:
    """What was learnt from outcomes: how the employee suits such contacts, and what this customer changes in that.

    How an employee did, team and skills stand in one reason: nobody's performance is to be read from an answer.
    """
    chance, row, column = judged.probability(pair.row, pair.column), pair.row, pair.column
    told = pair.say("learnt", percent=percent(chance))
    yield Reason("compatibility", pair.weights.fit * pair.scores.base, told)
    apart = float(judged.chance[row, column] - judged.usual[row])
    text = pair.say("experience", points=_points(pair, apart), name=pair.name(column))
    yield Reason("experience", pair.weights.fit * apart, text)
    parts = judged.shares_of_chemistry(row, column)
    most, whole = pair.snapshot.rules.rule_set.values.max_weight, sum(parts.values())
    held = most / abs(whole) if abs(whole) > most else 1.0
    unused = _why_values_unused(pair)
    if unused is not None:
        yield unused
    for name, points in parts.items():
        if name != "values" or unused is None:
            code = f"{name}_fit"
            yield Reason(code, pair.weights.fit * held * points, pair.say(code, points=_points(pair, points)))


def _points(pair: Pair, chance: float) -> str:
    return decimal(100 * chance, pair.language, digits=1, signed=True)


def _assumed_fit(pair: Pair) -> Iterator[Reason]:
    scores, base = pair.scores, pair.scores.base
    p = float(scores.compatibility[pair.row, pair.column])
    most = pair.snapshot.rules.rule_set.values.max_weight
    yield Reason("compatibility", pair.weights.fit * base, pair.say("compatibility", percent=percent(p)))
    unused = _why_values_unused(pair)
    if unused is not None:
        yield unused
        return
    points = _points(pair, p - base)
    effect = pair.weights.fit * float(np.clip(p - base, -most, most))
    yield Reason("values_fit", effect, pair.say("values_fit", points=points))


def _why_values_unused(pair: Pair) -> Reason | None:
    """Why values weighed nothing for this pair, or `None` where they did weigh."""
    scores = pair.scores
    if pair.snapshot.rules.rule_set.values.mode == "off":
        return Reason("values_off", 0.0, pair.say("values_off"))
    if pair.snapshot.customers.withheld[pair.row]:
        return Reason("values_no_consent", 0.0, pair.say("values_no_consent"))
    sides = (scores.customer_reliability[pair.row], "customer"), (scores.employee_reliability[pair.column], "employee")
    for reliability, who in sides:
        if reliability == 0:
            return Reason("values_unknown", 0.0, pair.say("values_unknown", who=pair.say(f"the_{who}")))
    return None


def _demand_parts(pair: Pair) -> Iterator[Reason]:
    roster, column, weights, terms = pair.snapshot.roster, pair.column, pair.weights, pair.terms
    contact = pair.snapshot.contacts[pair.row]
    text = pair.say("wanted_skills", skills=", ".join(contact.wanted_skills))
    yield Reason("wanted_skills", weights.fit * float(terms.wanted), text)
    text = pair.say("specialist_time", has=int(roster.mandate[column]), needs=contact.mandate)
    yield Reason("specialist_time", -weights.specialist * float(terms.specialist), text)
    cost = int(roster.column(roster.channel_cost, contact.channel)[column])
    text = pair.say("cost", cost=cost, capacity=int(roster.capacity[column]))
    yield Reason("cost", -weights.cost * float(terms.cost), text)


def _urgency(pair: Pair) -> Reason:
    contact, due = pair.snapshot.contacts[pair.row], ""
    if contact.due_to is not None:
        left = (contact.due_to - pair.now).total_seconds()
        due = pair.say("due_in" if left >= 0 else "overdue", span=span(abs(left), pair.language))
    waited = span(contact.waiting_s, pair.language)
    text = pair.say("urgency", priority=contact.priority, waited=waited, due=due)
    return Reason("urgency", pair.weights.wait * float(pair.scores.urgency[pair.row]), text)


def _load(pair: Pair) -> Reason:
    load = float(pair.terms.load)
    compared = pair.say("more" if load > 0 else "less")
    text = pair.say("load", share=percent(float(pair.snapshot.roster.busy_share[pair.column])), compared=compared)
    return Reason("load", -pair.weights.load * load, text)


def _alternatives(pair: Pair, *, joint: bool) -> Iterator[Reason]:
    """Who would have scored higher here but serves better elsewhere, and who comes next."""
    total, eligible = pair.scores.total[pair.row], pair.eligibility.pairs[pair.row].copy()
    mine = total[pair.column]
    eligible[pair.column] = False
    better = np.flatnonzero(eligible & (total > mine + SMALLEST_TOLD))
    lower = np.flatnonzero(eligible & (total <= mine + SMALLEST_TOLD))
    if joint and better.size:
        yield _compared(pair, "joint_assignment", int(better[np.argmax(total[better])]))
    if lower.size:
        yield _compared(pair, "runner_up", int(lower[np.argmax(total[lower])]))


def _compared(pair: Pair, code: str, other: int) -> Reason:
    total = pair.scores.total[pair.row]
    difference = decimal(abs(float(total[other] - total[pair.column])), pair.language)
    return Reason(code, 0.0, pair.say(code, name=pair.name(other), difference=difference))


def _selection(pair: Pair) -> Reason:
    """How many could take the contact, and what the others lacked: each is counted at the first question failed."""
    eligible = pair.eligibility.pairs[pair.row]
    counts = refused_by(pair)
    parts = [f"{pair.say(f'refused.{what}') if what in TOLD else what} {count}" for what, count in counts.items()]
    others = pair.say("refused", parts=", ".join(parts)) if parts else ""
    text = pair.say("eligible", eligible=int(eligible.sum()), all=len(pair.snapshot.whole.roster), others=others)
    return Reason("eligible", 0.0, text)


def refused_by(pair: Pair) -> dict[str, int]:
    """How many failed each question first, or were refused by a rule (its title and reason); `other`: excluded."""
    snapshot, whole = pair.snapshot, pair.snapshot.whole
    demand = pair.eligibility.demands[int(pair.eligibility.demand_of[pair.row])]
    left, counts = np.ones(len(whole.roster), dtype=bool), dict[str, int]()
    for question in (*presence_tests(whole, pair.now), *demand_tests(whole.roster, demand)):
        counts[question.code] = counts.get(question.code, 0) + int((left & ~question.passes).sum())
        left &= question.passes
    counts["slots"] = int((left & (slots_for(whole.roster, demand.channel) == 0)).sum())
    left = open_to(snapshot, demand, pair.now).copy()
    for refusal in pair.eligibility.rules.refusals if left.any() else ():
        if refusal.contacts[pair.row]:
            reason = f"{refusal.rule.title}: {refusal.rule.reason[pair.language]}"
            counts[reason] = counts.get(reason, 0) + int((left & refusal.employees).sum())
            left &= ~refusal.employees
    counts["other"] = int((left & ~pair.eligibility.pairs[pair.row]).sum())
    return {what: count for what, count in counts.items() if count}
