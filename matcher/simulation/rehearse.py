"""A scenario run under two rule sets, and what differs between the two runs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

import numpy as np

from matcher.compatibility.prior import Mode
from matcher.profiles.framework import Framework
from matcher.profiles.people import Employee
from matcher.rules import RuleSet, compile_rules
from matcher.simulation.chemistry import compatibility_of_pairs
from matcher.simulation.engine import Progress, Run, run
from matcher.simulation.klik import Klik, Known
from matcher.simulation.rehearsal import Rehearsal, Terms, compare_rules
from matcher.simulation.scenario import Arrival, Scenario

# One stream of chance for each thing drawn, so that changing one thing leaves the others as they were.
ROUTING, RESAMPLING = 2, 3
CURRENT, DRAFT = "current", "draft"
NO_TEAM, NO_SEGMENT = "–", "–"
MOST_SKILLS = 3  # in the name of a group of employees without teams


@dataclass(frozen=True, slots=True)
class Case:
    """What is rehearsed on: the scenario, what is stored of its people, and how it is judged (`within_s`: in time)."""

    scenario: Scenario
    framework: Framework
    known: Known = field(default_factory=Known)
    within_s: float = 20.0
    seed: int = 1


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """What came of it, with the two runs and the versions that were compared."""

    rehearsal: Rehearsal
    current: RuleSet
    draft: RuleSet
    runs: tuple[Run, Run]
    group_of: Mapping[str, str]


def rehearse(
    case: Case, current: RuleSet, draft: RuleSet, *, progress: Callable[[int, int | None], None] | None = None
) -> Rehearsed:
    """What the draft would have changed; `progress` is told arrivals so far of both runs, and in all."""
    total = 2 * len(case.scenario.arrivals)
    before = _run(case, current, CURRENT, _from(0, total, progress))
    after = _run(case, draft, DRAFT, _from(total // 2, total, progress))
    groups = groups_of(case.scenario.employees)
    terms = Terms(case.within_s, lambda arrival: segment_of(arrival, case.known), groups)
    chance = np.random.default_rng([case.seed, RESAMPLING])
    fits = _fits(case, (before, after), draft)
    found = compare_rules(before, after, case.scenario, terms, rng=chance, compatibility=fits)
    return Rehearsed(found, current, draft, (before, after), groups)


def groups_of(employees: Mapping[str, Employee]) -> dict[str, str]:
    """Each employee's group: the team; where nobody has one, the skills."""
    if any(one.team for one in employees.values()):
        return {who: one.team or NO_TEAM for who, one in employees.items()}
    return {who: "+".join(sorted(one.skills)[:MOST_SKILLS]) or NO_TEAM for who, one in employees.items()}


def segment_of(arrival: Arrival, known: Known) -> str:
    """The customer's segment; where it is not known, what the contact is about."""
    customer = known.customer(arrival.contact).customer
    segment = None if customer is None else customer.segment
    return segment or arrival.contact.intent or NO_SEGMENT


def _run(case: Case, rule_set: RuleSet, name: str, progress: Progress | None) -> Run:
    policy = Klik(case.framework, compile_rules(rule_set), name=name, known=case.known)
    return run(case.scenario, policy, rng=np.random.default_rng([case.seed, ROUTING]), progress=progress)


def _from(begun: int, total: int, progress: Progress | None) -> Progress | None:
    if progress is None:
        return None
    return lambda done, _total: progress(begun + done, total)


def _fits(case: Case, runs: tuple[Run, Run], draft: RuleSet) -> Mapping[tuple[str, str], float] | None:
    """How well the pairs fit, judged alike for both; `None` where no value profile is known on either side."""
    staff = any(one.profile is not None for one in case.scenario.employees.values())
    customers = any(
        arrival.contact.customer is not None and arrival.contact.customer.profile is not None
        for arrival in case.scenario.arrivals
    )
    if not (staff and customers) or draft.values.mode == "off":
        return None
    mode: Mode = "same" if draft.values.mode == "same" else "prior"
    return compatibility_of_pairs(runs, case.scenario, case.framework, mode=mode)


def with_customers(scenario: Scenario, known: Known) -> Scenario:
    """The scenario with each known customer sent along, so that profiles in files are read once."""
    arrivals = tuple(
        replace(arrival, contact=replace(arrival.contact, customer=known.customer(arrival.contact).customer))
        for arrival in scenario.arrivals
    )
    return replace(scenario, arrivals=arrivals)
