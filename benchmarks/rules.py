"""(r) What rules cost: compiling them, and 50 of them met by 1,000 contacts and 1,000 employees."""

import time
from collections.abc import Callable

import numpy as np

from benchmarks.figures import Figure, show
from benchmarks.processor_time import spread
from matcher.contacts.contact import Contact
from matcher.profiles.people import Customer, Employee
from matcher.rules import apply_rules, compile_rules, parse_rule_set
from matcher.rules.pairs import add_boosts, refuse

SIZE = 1_000
RULES = 50
MANY = 500
ROUNDS = 15
REASON = {"nl": "Daarom.", "en": "Because."}


def measure() -> list[Figure]:
    """Milliseconds of processor time, beside a single pass over the pairs: no code that changes all could beat it."""
    compiled, many = compile_rules(parse_rule_set(document(RULES))), parse_rule_set(document(MANY))
    contacts, customers, staff = people()
    of_staff = compiled.employee_side(staff)
    waiting = np.array([contact.waiting_s for contact in contacts])
    pairs, total = np.ones((SIZE, SIZE), dtype=bool), np.zeros((SIZE, SIZE))

    def masks() -> None:
        of_contacts = compiled.contact_side(contacts, customers)
        effects = apply_rules(compiled, of_contacts, of_staff, waiting_s=waiting)
        refuse(pairs, effects.refusals)
        add_boosts(total, effects.boosts)

    def one_pass() -> None:
        np.logical_and(pairs, pairs, out=pairs)
        np.add(total, 1.0, out=total)

    least = np.median(_timed(one_pass))
    what = f"rules laid over {SIZE:,} × {SIZE:,} pairs: {RULES} rules"
    return [
        _figure(what, _timed(masks), 20.0, float(least), "one pass over the pairs"),
        _figure(f"the employees' side of {RULES} rules, once a roster", _timed(lambda: compiled.employee_side(staff))),
        _figure(f"compiling {MANY} rules", _timed(lambda: compile_rules(many)), 200.0),
        _figure(f"reading {MANY} rules from their document", _timed(lambda: parse_rule_set(many.document))),
    ]


def document(rules: int) -> dict[str, object]:
    """A rule set of so many rules: requirements, bans and boosts, a fifth of them relaxing."""
    made = [_rule(k) for k in range(rules)]
    return {"schema": "rule-set/1", "title": "Many", "strategy": {"preset": "customer_intimacy"}, "rules": made}


def people() -> tuple[list[Contact], list[Customer], list[Employee]]:
    """Contacts of twenty intents and waits of their own, customers of ten segments, employees of twelve teams."""
    rng = np.random.default_rng(7)
    contacts = [
        Contact(f"c{k}", "phone", intent=f"i{rng.integers(20)}", waiting_s=float(rng.random() * 900), priority=k % 10)
        for k in range(SIZE)
    ]
    customers = [Customer(f"k{k}", segment=f"s{rng.integers(10)}") for k in range(SIZE)]
    staff = [
        Employee(f"e{k}", team=f"t{rng.integers(12)}", mandate=k % 4, skills={"billing": 1 + k % 5})
        for k in range(SIZE)
    ]
    return contacts, customers, staff


def _rule(k: int) -> dict[str, object]:
    effects: list[dict[str, object]] = [{"require": True}, {"forbid": True}, {"boost": 0.1}, {"boost": -0.1}]
    effect = effects[k % 4]
    when = [
        {"field": "contact.intent", "operator": "in", "value": [f"i{k % 20}", f"i{(k + 7) % 20}", f"i{(k + 9) % 20}"]},
        {"field": "customer.segment", "operator": "not_in", "value": [f"s{k % 10}"]},
        {"field": "contact.waiting_s", "operator": "at_most", "value": 100 + 10 * k},
    ]
    who = {"any": [
        {"field": "employee.team", "operator": "is", "value": f"t{k % 12}"},
        {"field": "employee.skill.billing", "operator": "at_least", "value": 1 + k % 5},
    ]}  # fmt: skip
    rule = {"id": f"r{k}", "title": f"Rule {k}", "order": k, "when": {"all": when}, "employees": who}
    relaxing = {"relax_after_s": 300} if k % 5 == 0 and "boost" not in effect else {}
    return {**rule, **relaxing, "effect": effect, "reason": REASON}


def _timed(work: Callable[[], object]) -> list[float]:
    work()
    taken = []
    for _ in range(ROUNDS):
        start = time.process_time()
        work()
        taken.append((time.process_time() - start) * 1e3)
    return taken


def _figure(
    what: str, taken: list[float], target: float | None = None, limit: float | None = None, limit_is: str = ""
) -> Figure:
    return Figure("r", what, float(np.median(taken)), " ms", target, limit, limit_is, spread(taken))


if __name__ == "__main__":
    show(measure())
