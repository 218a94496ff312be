"""A rehearsal of 10,000 contacts with 200 employees: both runs, and the comparison with its intervals."""

import time
from datetime import UTC, datetime, timedelta

import numpy as np

from benchmarks.figures import Figure
from matcher.contacts.contact import Contact
from matcher.profiles.people import ChannelLoad, Employee
from matcher.rules import DEFAULT_RULE_SET, parse_rule_set
from matcher.simulation.from_contacts import Seen, scenario_of
from matcher.simulation.rehearse import Case
from matcher.use_cases.rehearse_rules import rehearse_rules
from models.frameworks import load_framework

CONTACTS, EMPLOYEES = 10_000, 200
DAYS, DAY_S = 5, 36_000.0
LOAD = 0.85  # of the staff's time
TARGET_S = 60.0  # rules.md, on two cores
INTENTS = ("billing", "sales", "support", "complaint")
SEED = 1


def measure() -> list[Figure]:
    """The seconds it takes, on the clock and of one core's time."""
    case = _case()
    draft = parse_rule_set(
        {
            "schema": "rule-set/1",
            "title": "Draft",
            "strategy": {"preset": "customer_intimacy"},
            "rules": [
                {
                    "id": "complaints",
                    "title": "Complaints need a mandate",
                    "when": {"field": "contact.intent", "operator": "is", "value": "complaint"},
                    "employees": {"field": "employee.mandate", "operator": "at_least", "value": 2},
                    "effect": {"require": True},
                    "relax_after_s": 120,
                    "reason": {"en": "Complaints need a mandate.", "nl": "Klachten vragen een mandaat."},
                }
            ],
        }
    )
    begun, used = time.perf_counter(), time.process_time()
    rehearse_rules(case, DEFAULT_RULE_SET, draft)
    took, core = time.perf_counter() - begun, time.process_time() - used
    what = f"rehearsal of {CONTACTS:,} contacts, {EMPLOYEES} employees"
    return [Figure("h", what, took, " s", TARGET_S), Figure("h", "the same, processor time", core, " s")]


def _case() -> Case:
    """Five days at a load of 0.85, four intents, customers who give up after a quarter of an hour on average."""
    draw = np.random.default_rng(SEED)
    per_day = CONTACTS // DAYS
    service_s = EMPLOYEES * LOAD * DAY_S / per_day
    start = datetime(2026, 3, 2, 8, tzinfo=UTC)
    seen = []
    for day in range(DAYS):
        for number, at_s in enumerate(np.sort(draw.uniform(0, DAY_S, size=per_day))):
            intent = INTENTS[draw.integers(len(INTENTS))]
            skills = {} if intent == "complaint" else {intent: 1}
            contact = Contact(f"{day}-{number}", "phone", intent=intent, skills=skills)
            moment = start + timedelta(days=day, seconds=float(at_s))
            seen.append(Seen(contact, moment, service_s * draw.lognormal(0, 0.25), draw.exponential(900.0)))
    staff = {f"e{number}": _employee(number, draw) for number in range(EMPLOYEES)}
    scenario, _ = scenario_of(seen, staff, timezone=UTC, rng=draw)
    return Case(scenario, load_framework(), seed=SEED)


def _employee(number: int, draw: np.random.Generator) -> Employee:
    skills = {str(name): 3 for name in draw.choice(INTENTS[:3], 2, replace=False)}
    channels = {"phone": ChannelLoad()}
    return Employee(
        f"e{number}", team="ABCD"[number % 4], skills=skills, mandate=int(draw.integers(0, 4)), channels=channels
    )


if __name__ == "__main__":
    from benchmarks.figures import show

    show(measure())
