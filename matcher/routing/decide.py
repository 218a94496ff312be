"""The one place where contacts meet employees: HTTP, rounds, replay, rehearsal and simulation call `decide`."""

from dataclasses import dataclass, replace
from datetime import datetime
from time import perf_counter
from typing import TYPE_CHECKING

import numpy as np

from matcher.assignment import Assignment, Problem, solve
from matcher.routing.attendance import Bools, Floats, Ints
from matcher.routing.candidates import with_candidates
from matcher.routing.decision import Basis, Decision, Round
from matcher.routing.eligibility import Eligibility, eligibility_of, slots_for
from matcher.routing.explain import reasons_for
from matcher.routing.holding import Held, look_ahead
from matcher.routing.scores import Scores, scores_of
from matcher.routing.snapshot import Rng, Snapshot
from matcher.routing.unserved import explain_unserved

if TYPE_CHECKING:
    from matcher.routing.explore import Explored  # the type alone: most rounds leave nothing to chance

MOST_TURNS = 2**31


@dataclass(frozen=True, slots=True)
class Chosen:
    """The employee of each contact (−1: none), with the objective in score units and the bound that proves it."""

    employee_of: Ints
    objective: float
    bound: float
    assignment: Assignment
    problem: Problem


class Stopwatch:
    """How long each stage of a round took, in seconds."""

    def __init__(self) -> None:
        self.spent_s: dict[str, float] = {}
        self._last = perf_counter()

    def note(self, stage: str) -> None:
        """Book the time since the last note under `stage`."""
        now = perf_counter()
        self.spent_s[stage] = self.spent_s.get(stage, 0.0) + now - self._last
        self._last = now


def decide(snapshot: Snapshot, now: datetime, rng: Rng) -> Round:
    """Who takes which contact, with reasons and a proof that no assignment serving these contacts scores higher.

    Serving one more contact outweighs every difference in score; among assignments that serve the most contacts the
    best total score wins. Who is served is settled without anyone's values, who serves whom with them. Where the rule
    set explores, a little of who serves whom is left to chance, and the decisions tell with which propensity; else
    that is `None`. Where it holds, a contact may wait for somebody who fits better; nobody else's turn is lost by
    that, and the proof is of the pairs that may be made now. The same snapshot, `now` and state of `rng` give the same
    round.
    """
    watch, given = Stopwatch(), snapshot
    snapshot, eligibility = eligibility_of(snapshot, now)
    watch.note("rules")
    scores = scores_of(snapshot, eligibility, now, turn=int(rng.integers(MOST_TURNS)))
    scores, held = look_ahead(given, snapshot, eligibility, scores, now)
    watch.note("scores")
    chosen, held = _holding(snapshot, eligibility, scores, held)
    explore, explored = snapshot.rules.rule_set.explore, None
    if explore is not None and explore.floor > 0:
        chosen, explored = _explored(snapshot, _open_now(eligibility, held), scores, chosen, explore.floor, rng)
    watch.note("solve")
    decisions = _decisions(snapshot, eligibility, scores, chosen, now, held=held)
    if explored is not None:
        decisions = explored.told(decisions, snapshot, scores)
    watch.note("reasons")
    solved = chosen.assignment
    return Round(
        decisions=decisions,
        objective=chosen.objective,
        bound=chosen.bound,
        gap=max(chosen.bound - chosen.objective, 0.0) / max(abs(chosen.bound), 1.0),
        solver=solved.solver,
        solve_s=solved.solve_s,
        degraded=solved.status != "optimal",
        basis=basis_of(scores, chosen.employee_of),
        versions=versions_of(snapshot, priced=scores.price is not None),
        stages_s=watch.spent_s,
    )


def choose(snapshot: Snapshot, eligibility: Eligibility, scores: Scores) -> Chosen:
    """Solve the round. Values decide who serves whom, never who is served: where not everyone can be, those are served
    who would be if nobody's values were known, so that keeping them to oneself costs nobody a turn."""
    chosen = _solved(snapshot, eligibility, scores.total, eligibility.pairs)
    is_waiting = (chosen.employee_of < 0) & eligibility.pairs.any(axis=1)
    unknowing = scores.blind if is_waiting.any() else None
    if unknowing is None:
        return chosen
    blind = _solved(snapshot, eligibility, unknowing, eligibility.pairs)
    is_served = blind.employee_of >= 0
    if not (is_served ^ (chosen.employee_of >= 0)).any():
        return chosen
    among = _solved(snapshot, eligibility, scores.total, eligibility.pairs & is_served[:, None])
    if ((among.employee_of >= 0) == is_served).all():
        return replace(among, problem=chosen.problem)
    return _scored(blind, scores.total)  # a channel's maximum kept someone out: everyone's turn comes before the fit


def _solved(snapshot: Snapshot, eligibility: Eligibility, total: Floats, pairs: Bools) -> Chosen:
    """The best assignment. Where an employee got more of a channel than its maximum, that employee keeps the best of
    them and the rest is solved again; the bound stays that of the first solve, so the gap shows what the repair may
    cost."""
    problem, shift = _problem(snapshot, eligibility, total, pairs)
    solved = solve(problem, deadline_s=snapshot.deadline_s)
    bound = solved.bound
    while (over := _over_channel_maximum(snapshot, eligibility, total, pairs, solved.employee_of)).any():
        pairs = pairs & ~over
        problem = _problem(snapshot, eligibility, total, pairs)[0]
        solved = solve(problem, deadline_s=snapshot.deadline_s)
    employee_of = np.asarray(solved.employee_of, dtype=np.int64)
    served = np.flatnonzero(employee_of >= 0)
    objective = float(total[served, employee_of[served]].sum())
    return Chosen(employee_of, objective, bound - shift * len(served), solved, problem)


def _explored(
    snapshot: Snapshot, eligibility: Eligibility, scores: Scores, chosen: Chosen, floor: float, rng: Rng
) -> tuple[Chosen, "Explored"]:
    """Those served served by whom chance says, a little of the time; the bound stays that of the best round."""
    from matcher.routing.explore import explore  # here: most rule sets leave nothing to chance

    def resolve(total: Floats, pairs: Bools) -> Ints:
        return _solved(snapshot, eligibility, total, pairs).employee_of

    found = explore(snapshot, eligibility, scores, chosen.employee_of, floor=floor, rng=rng, resolve=resolve)
    return _scored(replace(chosen, employee_of=found.employee_of), scores.total), found


def _holding(
    snapshot: Snapshot, eligibility: Eligibility, scores: Scores, held: Held | None
) -> tuple[Chosen, Held | None]:
    """The round with some pairs left out for now. Whoever is served without that, and of whose pairs none is left out,
    is served all the same: nobody waits because another does. Where that cannot be, nobody is held this time."""
    chosen = choose(snapshot, eligibility, scores)
    if held is None:
        return chosen, None
    firm = (chosen.employee_of >= 0) & ~held.narrowed
    lift = (float(np.ptp(scores.total[eligibility.pairs])) + 1.0) * (len(firm) + 1) * firm
    lifted = replace(scores, total=scores.total + lift[:, None])
    found = choose(snapshot, _open_now(eligibility, held), lifted)
    if (found.employee_of[firm] < 0).any():
        return chosen, None
    most = float(lift[found.employee_of >= 0].sum())
    return replace(found, objective=found.objective - most, bound=found.bound - most), held


def _open_now(eligibility: Eligibility, held: Held | None) -> Eligibility:
    return eligibility if held is None else replace(eligibility, pairs=held.pairs)


def _scored(blind: Chosen, total: Floats) -> Chosen:
    """The assignment made otherwise than by all of the score, its score told with all of it."""
    served = np.flatnonzero(blind.employee_of >= 0)
    objective = float(total[served, blind.employee_of[served]].sum())
    return replace(blind, objective=objective, bound=max(blind.bound, objective))


def basis_of(scores: Scores, employee_of: Ints) -> Basis:
    """`classifier` where one judged, `prior` where values weighed in at least one chosen pair, else `rules`."""
    if scores.judged is not None:
        return Basis.CLASSIFIER
    if not scores.customer_reliability.any():
        return Basis.RULES
    served = np.flatnonzero(employee_of >= 0)
    weighed = scores.customer_reliability[served] * scores.employee_reliability[employee_of[served]] > 0
    return Basis.PRIOR if weighed.any() else Basis.RULES


def versions_of(snapshot: Snapshot, *, priced: bool = False) -> dict[str, str | None]:
    """What the round was decided under."""
    return {
        "rule_set": snapshot.rules.rule_set.version,
        "classifier": None if snapshot.classifier is None else classifier_version(snapshot),
        "framework": snapshot.framework.name,
        "prices": snapshot.prices.version if priced and snapshot.prices is not None else None,
    }


def classifier_version(snapshot: Snapshot) -> str | None:
    """The version of the classifier that judged, where one did."""
    from matcher.routing.judged import serving  # here: as in `scores`

    classifier = serving(snapshot)
    return None if classifier is None else classifier.version


def _problem(snapshot: Snapshot, eligibility: Eligibility, total: Floats, pairs: Bools) -> tuple[Problem, float]:
    """The round in numbers, with scores shifted so that serving more contacts comes first; and the shift."""
    roster = snapshot.roster
    cost = np.array([roster.column(roster.channel_cost, d.channel) for d in eligibility.demands], dtype=np.int64)
    cost = cost.reshape(len(eligibility.demands), len(roster))
    capacity, load = _capacity_and_load(snapshot, eligibility, cost)
    shift = _shift(total, pairs, int(np.minimum(capacity, len(snapshot.contacts)).sum()))
    return Problem(total + shift, eligible=pairs, capacity=capacity, load=load), shift


def _capacity_and_load(snapshot: Snapshot, eligibility: Eligibility, cost: Ints) -> tuple[Ints, Ints | None]:
    """Slots and their use; counted in whole contacts where every channel costs an employee the same."""
    roster = snapshot.roster
    if not len(cost) or not len(roster):
        return np.zeros(len(roster), dtype=np.int64), None
    most = cost.max(axis=0)
    least = np.where(cost > 0, cost, most).min(axis=0)
    if (least == most).all():
        channels = {demand.channel for demand in eligibility.demands}
        if len(channels) == 1:
            return slots_for(roster, next(iter(channels))), None
        return roster.free_slots // np.maximum(most, 1), None
    return roster.free_slots, np.maximum(cost, 1)[eligibility.demand_of]


def _shift(total: Floats, pairs: Bools, most_served: int) -> float:
    """What is added to every score so that serving one contact more beats any gain from choosing others.

    With scores in [low, high] and k served, (k + 1)(shift + low) > k(shift + high) iff shift + low > k(high − low).
    """
    eligible = total[pairs]
    if not eligible.size:
        return 0.0
    low, high = float(eligible.min()), float(eligible.max())
    return 1.0 - low + (high - low) * min(len(total), most_served)


def _over_channel_maximum(
    snapshot: Snapshot, eligibility: Eligibility, total: Floats, pairs: Bools, employee_of: Ints
) -> Bools:
    """Pairs to bar: those of an employee and a channel with too many contacts, but for the best that fit."""
    over = np.zeros(total.shape, dtype=bool)
    channels = sorted({demand.channel for demand in eligibility.demands})
    if len(channels) < 2:
        return over
    channel_of = np.array([eligibility.demands[index].channel for index in eligibility.demand_of])
    for channel in channels:
        most = snapshot.roster.channel_max.get(channel)
        rows = np.flatnonzero((channel_of == channel) & (employee_of >= 0))
        if most is None or not rows.size:
            continue
        taken = np.bincount(employee_of[rows], minlength=len(most))
        for column in np.flatnonzero(taken > most):
            mine = rows[employee_of[rows] == column]
            best = mine[np.argsort(-total[mine, column], kind="stable")][: most[column]]
            over[channel_of == channel, column] = pairs[channel_of == channel, column]
            over[best, column] = False
    return over


def _decisions(
    snapshot: Snapshot, eligibility: Eligibility, scores: Scores, chosen: Chosen, now: datetime, *, held: Held | None
) -> tuple[Decision, ...]:
    ran_out = chosen.assignment.status != "optimal"
    waits = {} if held is None else held.told(snapshot, chosen.employee_of)
    unserved = explain_unserved(
        snapshot, eligibility, chosen.employee_of, now, problem=chosen.problem, ran_out=ran_out, held=waits
    )
    rows = np.flatnonzero(chosen.employee_of >= 0)
    served = decisions_on(snapshot, eligibility, scores, rows, chosen.employee_of[rows], now, joint=True)
    by_row = dict(zip(rows.tolist(), served, strict=True)) | dict(unserved)
    return tuple(by_row[row] for row in range(len(snapshot.contacts)))


def decisions_on(
    snapshot: Snapshot,
    eligibility: Eligibility,
    scores: Scores,
    rows: Ints,
    columns: Ints,
    now: datetime,
    *,
    joint: bool,
) -> list[Decision]:
    """The decisions for served pairs: contact rows and their employee columns, side by side."""
    customer_reliability, employee_reliability = scores.customer_reliability, scores.employee_reliability
    offer = snapshot.rules.rule_set.offer
    made = [
        Decision(
            contact_id=snapshot.contacts[row].id,
            employee_id=snapshot.roster.employees[column].id,
            score=scores.total.item(row, column),
            compatibility=scores.compatibility.item(row, column)
            if scores.judged is None
            else scores.chance(row, column),
            confidence=customer_reliability.item(row) * employee_reliability.item(column),
            reasons=reasons_for(snapshot, eligibility, scores, (row, column), now, joint=joint),
            wishes=snapshot.customers.wishes.get(row, ()),
            offer_expires_s=offer.stands_s(snapshot.contacts[row].channel),
        )
        for row, column in zip(rows.tolist(), columns.tolist(), strict=True)
    ]
    return with_candidates(made, snapshot, eligibility, scores, rows) if snapshot.candidates else made
