"""Publishing and rolling back leaves no trace in decisions: the same requests get the same answers as before."""

from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from matcher.contacts.contact import Contact
from matcher.profiles.people import ChannelLoad, Employee, Presence, PresenceState
from matcher.routing import Round
from matcher.rules import DEFAULT_RULE_SET
from matcher.use_cases.draft_rule_set import draft_rule_set
from matcher.use_cases.install_rule_set import install_rule_set
from matcher.use_cases.match_contacts import MatchRequest, Terms, match_contacts
from matcher.use_cases.ports import Store
from matcher.use_cases.publish_rule_set import Order, publish_rule_set
from matcher.use_cases.roll_back_rules import roll_back_rules
from models.frameworks import load_framework
from models.memory import MemoryStore
from models.roster_cache import RosterCache
from models.rule_book import RuleBook

NOW = datetime(2026, 3, 2, 10, tzinfo=UTC)
FRAMEWORK = load_framework()
REASON = {"en": "So it is.", "nl": "Zo is het."}
INTENTS = ("billing", "moving", "complaint")


def _condition(field: str, operator: str, value: object) -> dict[str, object]:
    return {"field": field, "operator": operator, "value": value}


def _rule(number: int, intent: str, least: int, effect: dict[str, Any], relaxes: bool) -> dict[str, object]:
    rule = {"id": f"r{number}", "title": f"Rule {number}", "reason": REASON, "effect": effect}
    rule |= {"when": _condition("contact.intent", "is", intent)}
    rule |= {"employees": _condition("employee.mandate", "at_least", least)}
    return rule | ({"relax_after_s": 60} if relaxes and "boost" not in effect else {})


EFFECTS = st.sampled_from([{"require": True}, {"forbid": True}, {"boost": 2.0}, {"boost": -1.5}])
RULES = st.lists(st.tuples(st.sampled_from(INTENTS), st.integers(1, 3), EFFECTS, st.booleans()), min_size=1, max_size=5)
CONTACTS = st.lists(st.tuples(st.sampled_from(INTENTS), st.floats(0, 600), st.integers(0, 9)), min_size=1, max_size=8)


class _Service:
    """A store with six employees, and what a process keeps of it."""

    def __init__(self, store: Store) -> None:
        self.store, self.count = store, 0
        with store.writing() as records:
            install_rule_set(records, DEFAULT_RULE_SET, now=NOW)
            for number in range(6):
                employee = Employee(f"e{number}", mandate=number % 4, channels={"phone": ChannelLoad()})
                records.employees.put(employee, now=NOW)
                records.employees.put_presence(employee.id, Presence(PresenceState.AVAILABLE), now=NOW)
        self.staff, self.book = RosterCache(store, FRAMEWORK), RuleBook(store, DEFAULT_RULE_SET)

    def decide(self, contacts: list[tuple[str, float, int]]) -> Round:
        made = tuple(
            Contact(f"c{n}", "phone", intent=intent, waiting_s=waited, priority=priority)
            for n, (intent, waited, priority) in enumerate(contacts)
        )
        rules = self.book.current(self.store.marks().publication)
        terms = Terms(self.staff.current(NOW), FRAMEWORK, rules, UTC)
        return match_contacts(self.store, MatchRequest(made), terms=terms, now=NOW, rng=np.random.default_rng(3))

    def publish(self, rules: list[tuple[str, int, dict[str, Any], bool]]) -> str:
        self.count += 1
        listed = [_rule(number, *one) for number, one in enumerate(rules)]
        document = {"schema": "rule-set/1", "title": f"Draft {self.count}",
                    "strategy": {"preset": "cost_leadership"}, "rules": listed}  # fmt: skip
        with self.store.writing() as records:
            told: dict[str, Any] = {"framework": FRAMEWORK, "actor": "key:ann", "now": NOW}
            draft = draft_rule_set(records, document, new_id=lambda: str(self.count), **told)
            order = Order(actor="key:ann", person="ann", revision=1)
            publish_rule_set(records, draft.version, order, now=NOW, new_id=lambda: "x")
        return draft.content


def _said(made: Round) -> list[tuple[object, ...]]:
    """All of a round but the time it took."""
    decisions = [(one.contact_id, one.employee_id, one.score, one.reasons, one.unassigned) for one in made.decisions]
    return [*decisions, (made.objective, made.versions)]


@given(rules=RULES, contacts=CONTACTS)
@settings(max_examples=40, deadline=None)
def test_rolled_back_is_as_if_never_published(rules: Any, contacts: Any) -> None:
    """Whoever regrets a morning's rules gets the night before back, whole."""
    service = _Service(MemoryStore())
    before = _said(service.decide(contacts))
    published = service.publish(rules)
    between = service.decide(contacts)
    with service.store.writing() as records:
        roll_back_rules(records, actor="key:ann", now=NOW)

    assert between.versions["rule_set"] == published
    assert _said(service.decide(contacts)) == before


@pytest.mark.parametrize("depth", [1, 3])
def test_every_step_back_is_the_step_before(store: Store, depth: int) -> None:
    """Three publications back is where it began, on every store and through one process's cache."""
    service = _Service(store)
    contacts = [("complaint", 0.0, 0), ("billing", 30.0, 1), ("moving", 90.0, 2)]
    seen = [_said(service.decide(contacts))]
    for step in range(depth):
        service.publish([("complaint", step + 1, {"require": True}, False)])
        seen.append(_said(service.decide(contacts)))
    for earlier in reversed(seen[:-1]):
        with store.writing() as records:
            roll_back_rules(records, actor="key:ann", now=NOW)

        assert _said(service.decide(contacts)) == earlier
