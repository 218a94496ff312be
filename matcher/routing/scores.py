"""What speaks for and against each pair, in one unit: the score.

    score = fit + wanted skills + urgency + continuity + advice + idle − specialist time − cost − load + rule boosts

Each term keeps its parts (per pair, per contact or per employee), so that the sum decides and the parts explain.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

import numpy as np

from matcher.compatibility.prior import EmployeeSide, Mode, PriorCompatibility, unlearnt
from matcher.contacts.contact import Contact
from matcher.profiles.effects import Effect
from matcher.profiles.facets import ShareTable
from matcher.profiles.framework import Framework
from matcher.routing.attendance import Floats
from matcher.routing.eligibility import Demand, Eligibility
from matcher.routing.roster import Roster, kept
from matcher.routing.snapshot import Snapshot
from matcher.rules import Weights
from matcher.rules.pairs import add_boosts

if TYPE_CHECKING:
    from matcher.compatibility.serving import Judgement

# The relative size of the terms before the strategy's weights (our choice, to be tuned on an operator's own log).
PRIORITY_SPAN = 2.0  # from priority 0 to 9
AGE_FULL_S = 600.0  # a wait after which age alone counts 1
DUE_RAMP_S = 3600.0  # a deadline starts to press an hour ahead
MOST_PRIORITY = 9.0
MOST_MANDATE = 3.0
CONTINUITY = 0.3  # a preferred or earlier employee; soft, so a good reason may outweigh it
OWNED = 2.0  # times that, for a customer who wants one owner from beginning to end
ADVICE = 0.15  # an employee of the highest mandate, for a customer who wants to be advised
WANTED = 0.2  # all wanted skills fully met
IDLE = 0.005  # the longest idle of two equals goes first; half a percentage point, so a better fit outweighs it
IDLE_HALF_S = 300.0
TIE_BREAK = 1e-9  # far below every term: only exact ties are broken by chance


@dataclass(frozen=True, slots=True)
class Scores:
    """`total` (contacts × employees) decides; the parts explain.

    `chemistry` (contacts × employees) is what customers' values, and with a classifier all that is known of customers,
    add to it, `None` where they weigh nothing anywhere. `compatibility` is contacts × employees, with a classifier that
    of customers of whom nothing is known; `urgency` and `preferred` (an employee's column, or −1) go by contact.
    `…_reliability` is 0 where too little was declared for values to count. `judged`: what a classifier says. `price`
    (contacts × employees) is what the employee's time is worth elsewhere, where the rule set looks ahead.
    """

    total: Floats
    chemistry: Floats | None
    compatibility: Floats
    base: float
    customer_reliability: Floats
    employee_reliability: Floats
    urgency: Floats
    preferred: Sequence[int]
    judged: "Judgement | None" = None
    price: Floats | None = None

    @property
    def blind(self) -> Floats | None:
        """The total as if nobody's values were known; `None` where that is the total."""
        if self.price is None:
            return None if self.chemistry is None else self.total - self.chemistry
        priceless: Floats = self.total + self.price
        return priceless if self.chemistry is None else priceless - self.chemistry

    def chance(self, row: int, column: int) -> float:
        """P(good outcome) of the pair, with all that may be used."""
        if self.judged is not None:
            return self.judged.probability(row, column)
        return float(self.compatibility.item(row, column))


@dataclass(frozen=True, slots=True)
class Terms:
    """What a demand makes of one employee or of all of them, whoever the customer is: numbers, or columns of m.

    Wanted skills met (0–WANTED), mandate beyond the need (0–1), capacity taken (0–1), busier than the mean, idle.
    """

    wanted: Any
    specialist: Any
    cost: Any
    load: Any
    idle: Any


def scores_of(snapshot: Snapshot, eligibility: Eligibility, now: datetime, *, turn: int) -> Scores:
    """The score of every pair, eligible or not; `turn`, any whole number, decides who goes first among exact equals."""
    contacts, roster, rule_set = snapshot.contacts, snapshot.roster, snapshot.rules.rule_set
    weights, most = weights_by_row(snapshot), rule_set.values.max_weight
    fit, wait = _columns(weights)
    classifier, side = compatibility_of(snapshot)
    reliability = classifier.reliability(snapshot.customers.values)
    judged = None if snapshot.classifier is None else _judged(snapshot)
    compatibility = classifier.probability(snapshot.customers.values, side) if judged is None else judged.chance
    urgencies = [_urgency(contact, now) for contact in contacts]
    urgency = np.array(urgencies, dtype=float)
    total = _standing_of_all(roster, eligibility, weights, turn)
    if len(urgencies) == 1:  # a number costs a third of a column
        total += fit * classifier.base + wait * urgencies[0]
    else:
        total += fit * classifier.base + wait * urgency[:, None]
    chemistry = None
    if judged is not None:
        total += fit * (judged.chance - judged.usual[:, None])
        if judged.chemistry is not None:
            chemistry = fit * np.clip(judged.chemistry, -most, most)
            total += chemistry
    elif reliability.any():
        chemistry = fit * np.clip(compatibility - classifier.base, -most, most)
        total += chemistry
    preferred = [roster.index_of.get(contact.preferred_employee or "", -1) for contact in contacts]
    for row, column in enumerate(preferred):
        if column >= 0:
            total[row, column] += continuity_of(snapshot.customers.wishes.get(row, ()))
    for row, wishes in snapshot.customers.wishes.items():
        if Effect.SPECIALIST_FIRST in wishes:
            demand = eligibility.demands[int(eligibility.demand_of[row])]
            total[row] += ADVICE * terms_of(roster, demand, slice(None)).specialist
    add_boosts(total, eligibility.rules.boosts)
    known = reliability, side.reliability
    return Scores(total, chemistry, compatibility, classifier.base, *known, urgency, preferred, judged)


def _judged(snapshot: Snapshot) -> "Judgement | None":
    """What the snapshot's classifier says, where the rule set lets it."""
    from matcher.routing.judged import judgement_of, serving  # here: a service without a classifier needs none of it

    classifier = serving(snapshot)
    return None if classifier is None else judgement_of(snapshot, classifier)


def weights_by_row(snapshot: Snapshot) -> Sequence[Weights]:
    """What the strategy weighs, for each contact by its customer's segment; once where all are weighed alike."""
    strategy = snapshot.rules.rule_set.strategy
    if not strategy.segments:
        return (strategy.weights,)
    customers = snapshot.customers.customers
    return tuple(strategy.weights_for(None if one is None else one.segment) for one in customers)


def _columns(weights: Sequence[Weights]) -> tuple[Any, Any]:
    """The weights of fit and waiting: numbers, or a column each."""
    if len(weights) == 1:
        return weights[0].fit, weights[0].wait
    return np.array([[one.fit] for one in weights]), np.array([[one.wait] for one in weights])


def continuity_of(wishes: Collection[Effect]) -> float:
    """What a preferred employee is worth to a customer with these wishes."""
    return CONTINUITY * (OWNED if Effect.ONE_OWNER in wishes else 1.0)


def _standing_of_all(roster: Roster, eligibility: Eligibility, weights: Sequence[Weights], turn: int) -> Floats:
    """For each contact, what depends on its demand and the employee only, with the tie-break: contacts × employees."""
    tie_break = _tie_break(roster, turn)
    if len(weights) > 1:
        each = [eligibility.demands[index] for index in eligibility.demand_of.tolist()]
        rows = [_standing(roster, demand, own) for demand, own in zip(each, weights, strict=True)]
        return np.array(rows, dtype=float).reshape(len(rows), len(roster)) + tie_break
    if len(eligibility.demands) == 1:
        alike = _standing(roster, eligibility.demands[0], weights[0]) + tie_break
        return np.tile(alike, (len(eligibility.demand_of), 1)) if len(eligibility.demand_of) > 1 else alike[None, :]
    by_demand = [_standing(roster, demand, weights[0]) for demand in eligibility.demands]
    table: Floats = np.array(by_demand, dtype=float).reshape(len(by_demand), len(roster)) + tie_break
    return table[eligibility.demand_of]


def terms_of(roster: Roster, demand: Demand, at: int | slice) -> Terms:
    """The terms of the score that depend on demand and employee only, of the employee at that column, or of a slice."""
    wanted = 0.0 * roster.mandate[at]
    for name, level in demand.wanted_skills:
        has = roster.column(roster.skill_level, name)[at]
        wanted += WANTED * np.minimum(has / level, 1.0) / len(demand.wanted_skills)
    taken = roster.column(roster.channel_cost, demand.channel)[at] / np.maximum(roster.capacity[at], 1)
    return Terms(
        wanted=wanted,
        specialist=np.maximum(roster.mandate[at] - demand.mandate, 0) / MOST_MANDATE,
        cost=np.minimum(taken, 1.0),
        load=roster.busy_share[at] - roster.mean_busy_share,
        idle=IDLE * roster.idle_s[at] / (roster.idle_s[at] + IDLE_HALF_S),
    )


def _standing(roster: Roster, demand: Demand, weights: Weights) -> Floats:
    """All terms that depend on demand and employee only, weighed and added up (m); kept while the roster stands."""

    def work_out() -> Floats:
        terms = terms_of(roster, demand, slice(None))
        against = weights.specialist * terms.specialist + weights.cost * terms.cost + weights.load * terms.load
        standing: Floats = weights.fit * terms.wanted + terms.idle - against
        return standing

    return kept(roster.of_state, ("standing", demand, weights), work_out)


def _tie_break(roster: Roster, turn: int) -> Floats:
    """A tiny advantage for each employee: a fixed shuffle, begun at another place at each turn."""
    shuffled = kept(roster.of_people, "shuffle", lambda: _shuffle(len(roster)))
    start = turn % max(len(roster), 1)
    return shuffled[start : start + len(roster)]


def _shuffle(size: int) -> Floats:
    """Twice round a shuffle of `size` steps from 0 to TIE_BREAK."""
    steps = TIE_BREAK * np.random.default_rng(size).permutation(size) / max(size, 1)
    return np.concatenate([steps, steps])


def compatibility_of(snapshot: Snapshot) -> tuple[PriorCompatibility, EmployeeSide]:
    """The judge of who fits whom, with the employees' half of its work kept on the roster."""
    mode, roster = unlearnt(snapshot.rules.rule_set.values.mode), snapshot.roster
    key = ("compatibility", snapshot.framework.name, mode)
    return kept(roster.of_people, key, lambda: _prepared(snapshot.framework, mode, roster.values))


def _prepared(framework: Framework, mode: Mode, values: ShareTable) -> tuple[PriorCompatibility, EmployeeSide]:
    classifier = PriorCompatibility(framework, mode=mode)
    return classifier, classifier.employee_side(values)


def _urgency(contact: Contact, now: datetime) -> float:
    """Priority, age and deadline together: 0 for a fresh contact of priority 0, at most 4."""
    due = 0.0
    if contact.due_to is not None:
        due = min(max(1.0 - (contact.due_to - now).total_seconds() / DUE_RAMP_S, 0.0), 1.0)
    age = min(contact.waiting_s / AGE_FULL_S, 1.0)
    return PRIORITY_SPAN * contact.priority / MOST_PRIORITY + age + due
