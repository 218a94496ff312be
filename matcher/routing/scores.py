"""What speaks for and against each pair, in one unit: the score.

    score = fit + wanted skills + urgency + continuity + idle − specialist time − cost − load + rule boosts

Each term keeps its parts (per pair, per contact or per employee), so that the sum decides and the parts explain.
"""

from dataclasses import dataclass
from datetime import datetime

import numpy as np

from matcher.compatibility.prior import EmployeeSide, Mode, PriorCompatibility
from matcher.contacts.contact import Contact
from matcher.profiles.facets import ShareTable
from matcher.profiles.framework import Framework
from matcher.routing.attendance import Floats, Ints
from matcher.routing.eligibility import Demand, Eligibility
from matcher.routing.roster import Roster, kept
from matcher.routing.snapshot import Snapshot
from matcher.rules import Weights

# The relative size of the terms before the strategy's weights (our choice, to be tuned on an operator's own log).
PRIORITY_SPAN = 2.0  # from priority 0 to 9
AGE_FULL_S = 600.0  # a wait after which age alone counts 1
DUE_RAMP_S = 3600.0  # a deadline starts to press an hour ahead
MOST_PRIORITY = 9.0
MOST_MANDATE = 3.0
CONTINUITY = 0.3  # a preferred or earlier employee; soft, so a good reason may outweigh it
WANTED = 0.2  # all wanted skills fully met
IDLE = 0.005  # the longest idle of two equals goes first; half a percentage point, so a better fit outweighs it
IDLE_HALF_S = 300.0
TIE_BREAK = 1e-9  # far below every term: only exact ties are broken by chance


@dataclass(frozen=True, slots=True)
class Scores:
    """`total` (contacts × employees) decides; the parts explain.

    `compatibility` is contacts × employees; `urgency` and `preferred` (an employee's column, or −1) go by contact.
    `…_reliability` is 0 where too little was declared for values to count.
    """

    total: Floats
    compatibility: Floats
    base: float
    customer_reliability: Floats
    employee_reliability: Floats
    urgency: Floats
    preferred: Ints


@dataclass(frozen=True, slots=True)
class Standing:
    """What a demand makes of each employee, whoever the customer is (m each): see the terms above."""

    wanted: Floats
    specialist: Floats
    cost: Floats
    load: Floats
    idle: Floats
    total: Floats


def scores_of(snapshot: Snapshot, eligibility: Eligibility, now: datetime, *, turn: int) -> Scores:
    """The score of every pair, eligible or not; `turn`, any whole number, decides who goes first among exact equals."""
    contacts, roster, weights = snapshot.contacts, snapshot.roster, snapshot.rules.rule_set.strategy.weights
    classifier, side = compatibility_of(snapshot)
    compatibility = classifier.probability(snapshot.customers.values, side)
    scores = Scores(
        total=weights.fit * _limited(compatibility, classifier.base, snapshot.rules.rule_set.values.max_weight),
        compatibility=compatibility,
        base=classifier.base,
        customer_reliability=classifier.reliability(snapshot.customers.values),
        employee_reliability=side.reliability,
        urgency=np.array([_urgency(contact, now) for contact in contacts], dtype=float),
        preferred=np.array([roster.index_of.get(c.preferred_employee or "", -1) for c in contacts], dtype=np.int64),
    )
    standing = [standing_of(roster, demand, weights).total for demand in eligibility.demands]
    by_demand = np.array(standing, dtype=float).reshape(len(standing), len(roster)) + _tie_break(roster, turn)
    total = scores.total
    total += by_demand[eligibility.demand_of] if len(by_demand) > 1 else by_demand
    total += (weights.wait * scores.urgency)[:, None]
    rows = np.flatnonzero(scores.preferred >= 0)
    total[rows, scores.preferred[rows]] += CONTINUITY
    for boost in eligibility.rules.boosts:
        total[np.ix_(boost.contacts, boost.employees)] += boost.amount
    return scores


def standing_of(roster: Roster, demand: Demand, weights: Weights) -> Standing:
    """The terms of the score that depend on demand and employee only; worked out once per roster and demand."""
    return kept(roster.of_state, ("standing", demand, weights), lambda: _standing_of(roster, demand, weights))


def _standing_of(roster: Roster, demand: Demand, weights: Weights) -> Standing:
    """Wanted skills met (0–WANTED), mandate beyond the need (0–1), capacity taken (0–1), busier than the mean, idle."""
    wanted = np.zeros(len(roster))
    for name, level in demand.wanted_skills:
        wanted += WANTED * np.minimum(roster.column(roster.skill_level, name) / level, 1.0) / len(demand.wanted_skills)
    specialist = np.maximum(roster.mandate - demand.mandate, 0) / MOST_MANDATE
    cost = np.minimum(roster.column(roster.channel_cost, demand.channel) / np.maximum(roster.capacity, 1), 1.0)
    load = roster.busy_share - (roster.busy_share.mean() if len(roster) else 0.0)
    idle = IDLE * roster.idle_s / (roster.idle_s + IDLE_HALF_S)
    total = weights.fit * wanted - weights.specialist * specialist - weights.cost * cost - weights.load * load + idle
    return Standing(wanted, specialist, cost, load, idle, total)


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
    mode, roster = snapshot.rules.rule_set.values.mode, snapshot.roster
    key = ("compatibility", snapshot.framework.name, mode)
    return kept(roster.of_people, key, lambda: _prepared(snapshot.framework, mode, roster.values))


def _prepared(framework: Framework, mode: Mode, values: ShareTable) -> tuple[PriorCompatibility, EmployeeSide]:
    classifier = PriorCompatibility(framework, mode=mode)
    return classifier, classifier.employee_side(values)


def _limited(compatibility: Floats, base: float, most: float) -> Floats:
    """Compatibility with the part that values add held within ±`most`."""
    return np.clip(compatibility, base - most, base + most)


def _urgency(contact: Contact, now: datetime) -> float:
    """Priority, age and deadline together: 0 for a fresh contact of priority 0, at most 4."""
    due = 0.0
    if contact.due_to is not None:
        due = min(max(1.0 - (contact.due_to - now).total_seconds() / DUE_RAMP_S, 0.0), 1.0)
    age = min(contact.waiting_s / AGE_FULL_S, 1.0)
    return PRIORITY_SPAN * contact.priority / MOST_PRIORITY + age + due
