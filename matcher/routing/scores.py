"""What speaks for and against each pair, in one unit: the score.

    score = fit + wanted skills + urgency + continuity + idle − specialist time − cost − load + rule boosts

Each term keeps its parts (per pair, per contact or per employee), so that the sum decides and the parts explain.
"""

from collections.abc import Sequence
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
from matcher.routing.snapshot import Rng, Snapshot
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
    """`total` (n × m) decides; the parts explain.

    `compatibility` is n × m; `wanted`, `specialist` and `cost` are by demand (G × m); the others are by contact (n) or
    by employee (m). `…_reliability` is 0 where too little was declared for values to
    count.
    """

    total: Floats
    compatibility: Floats
    base: float
    customer_reliability: Floats
    employee_reliability: Floats
    weights: Weights
    wanted: Floats
    specialist: Floats
    cost: Floats
    urgency: Floats
    load: Floats
    idle: Floats
    preferred: Ints
    demand_of: Ints


def scores_of(snapshot: Snapshot, eligibility: Eligibility, now: datetime, rng: Rng) -> Scores:
    """The score of every pair, eligible or not."""
    contacts, roster, weights = snapshot.contacts, snapshot.roster, snapshot.rules.rule_set.strategy.weights
    classifier, side = compatibility_of(snapshot)
    compatibility = classifier.probability(snapshot.customers.values, side)
    by_demand = [_demand_terms(roster, demand) for demand in eligibility.demands]
    wanted, specialist, cost = (np.array(part, float).reshape(-1, len(roster)) for part in _columns(by_demand))
    load, idle = kept(roster.of_state, "load and idle", lambda: _load_and_idle(roster))
    scores = Scores(
        total=weights.fit * _limited(compatibility, classifier.base, snapshot.rules.rule_set.values.max_weight),
        compatibility=compatibility,
        base=classifier.base,
        customer_reliability=classifier.reliability(snapshot.customers.values),
        employee_reliability=side.reliability,
        weights=weights,
        wanted=wanted,
        specialist=specialist,
        cost=cost,
        urgency=np.array([_urgency(contact, now) for contact in contacts], dtype=float),
        load=load,
        idle=idle,
        preferred=np.array([roster.index_of.get(c.preferred_employee or "", -1) for c in contacts], dtype=np.int64),
        demand_of=eligibility.demand_of,
    )
    _add_up(scores, eligibility, TIE_BREAK * rng.random(len(roster)))
    return scores


def _add_up(scores: Scores, eligibility: Eligibility, tie_break: Floats) -> None:
    """Add every term but the fit, which is there already, to the total."""
    weights, total = scores.weights, scores.total
    of_demand = weights.fit * scores.wanted - weights.specialist * scores.specialist - weights.cost * scores.cost
    of_demand += scores.idle - weights.load * scores.load + tie_break
    total += of_demand[scores.demand_of]
    total += (weights.wait * scores.urgency)[:, None]
    rows = np.flatnonzero(scores.preferred >= 0)
    total[rows, scores.preferred[rows]] += CONTINUITY
    for boost in eligibility.rules.boosts:
        total[np.ix_(boost.contacts, boost.employees)] += boost.amount


def compatibility_of(snapshot: Snapshot) -> tuple[PriorCompatibility, EmployeeSide]:
    """The judge of who fits whom, with the employees' half of its work kept on the roster."""
    mode, roster = snapshot.rules.rule_set.values.mode, snapshot.roster
    key = ("compatibility", snapshot.framework.name, mode)
    return kept(roster.of_people, key, lambda: _prepared(snapshot.framework, mode, roster.values))


def _prepared(framework: Framework, mode: Mode, values: ShareTable) -> tuple[PriorCompatibility, EmployeeSide]:
    classifier = PriorCompatibility(framework, mode=mode)
    return classifier, classifier.employee_side(values)


def _load_and_idle(roster: Roster) -> tuple[Floats, Floats]:
    """How much busier than the mean each employee is, and the term of the longest idle."""
    load = roster.busy_share - (roster.busy_share.mean() if len(roster) else 0.0)
    return load, IDLE * roster.idle_s / (roster.idle_s + IDLE_HALF_S)


def _limited(compatibility: Floats, base: float, most: float) -> Floats:
    """Compatibility with the part that values add held within ±`most`."""
    return np.clip(compatibility, base - most, base + most)


def _columns(terms: Sequence[tuple[Floats, Floats, Floats]]) -> tuple[list[Floats], list[Floats], list[Floats]]:
    return [t[0] for t in terms], [t[1] for t in terms], [t[2] for t in terms]


def _demand_terms(roster: Roster, demand: Demand) -> tuple[Floats, Floats, Floats]:
    """Wanted skills met (0–WANTED), mandate beyond what is needed (0–1), share of the capacity taken (0–1)."""
    met = np.zeros(len(roster))
    for name, level in demand.wanted_skills:
        met += np.minimum(roster.column(roster.skill_level, name) / level, 1.0) / len(demand.wanted_skills)
    beyond = kept(roster.of_people, ("beyond", demand.mandate), lambda: _mandate_beyond(roster, demand.mandate))
    taken = kept(roster.of_people, ("taken", demand.channel), lambda: _capacity_taken(roster, demand.channel))
    return WANTED * met, beyond, taken


def _mandate_beyond(roster: Roster, needed: int) -> Floats:
    return np.maximum(roster.mandate - needed, 0) / MOST_MANDATE


def _capacity_taken(roster: Roster, channel: str) -> Floats:
    return np.minimum(roster.column(roster.channel_cost, channel) / np.maximum(roster.capacity, 1), 1.0)


def _urgency(contact: Contact, now: datetime) -> float:
    """Priority, age and deadline together: 0 for a fresh contact of priority 0, at most 4."""
    due = 0.0
    if contact.due_to is not None:
        due = min(max(1.0 - (contact.due_to - now).total_seconds() / DUE_RAMP_S, 0.0), 1.0)
    age = min(contact.waiting_s / AGE_FULL_S, 1.0)
    return PRIORITY_SPAN * contact.priority / MOST_PRIORITY + age + due
