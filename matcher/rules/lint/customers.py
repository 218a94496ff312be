"""The ways in which a rule set can chase customers away: nobody to reach, dead ends, broken promises, pushed sales.

Source: the catalogue of the articles that Klik began with (docs/why); each way has a code of its own.
"""

import re
from collections.abc import Iterator, Sequence

from matcher.profiles.people import Employee
from matcher.rules.fields import own_name
from matcher.rules.lint.conflicts import Placed, is_hard, placed
from matcher.rules.lint.findings import Finding, finding
from matcher.rules.lint.people import all_tests, on_duty
from matcher.rules.lint.space import can_hold, implies
from matcher.rules.rule_set import EffectKind, RuleSet, Test
from matcher.rules.strategy import Weights
from matcher.rules.terms import Service

WITH_PEOPLE = ("phone", "chat", "email", "desk")
PROMISED = Test("contact.promised", "is", True)
NO_PUSH = Test("customer.no_push", "is", True)
MOST_TRANSFERS = 2  # beyond it a customer is sent from pillar to post
LONG_HOLD_S = 60.0
LOW_PRIORITY = 2
# Above these a strategy excels in that discipline (our choice, beside the presets).
HIGH_FIT, HIGH_COST, LOW_SPECIALIST, HIGH_WAIT = 0.8, 0.5, 0.05, 0.4
TARGETS = re.compile(
    r"(per_?hour|per_?uur|handle_?time|handling_?time|\baht\b|afhandeltijd|closed_?count|tickets?)", re.I
)
SALES = re.compile(r"(\bsales?\b|up_?sell|cross_?sell|verkoop|verkopen|bijverkoop)", re.I)


def customers_chased_away(rule_set: RuleSet, staff: Sequence[Employee] | None) -> Iterator[Finding]:
    """Every way in which this rule set would chase customers away."""
    rules = placed(rule_set)
    yield from _unreachable(rule_set, rules)
    for one in rules:
        yield from _of_rule(one, rules)
    yield from _limits(rule_set)
    yield from _strategy(rule_set)
    if staff:
        yield from _closed_doors(rule_set, rules, staff)


def _unreachable(rule_set: RuleSet, rules: Sequence[Placed]) -> Iterator[Finding]:
    for place, service in enumerate(rule_set.service):
        if not set(service.channels) & set(WITH_PEOPLE):
            who = f"Segment {service.segment}" if service.segment else "–"
            yield finding("no_reachable_person", f"/service/{place}/channels", who=who)
    for one in rules:
        if _closes_route(one) and implies(None, one.rule.when):
            yield finding("no_reachable_person", one.pointer, rules=(one.rule.id,), who=f"“{one.rule.title}”:")


def _closes_route(one: Placed) -> bool:
    """Whether the contacts of the rule go to nobody."""
    return one.kind is EffectKind.STOP and not one.rule.effect.rules and one.rule.employees is None


def _of_rule(one: Placed, rules: Sequence[Placed]) -> Iterator[Finding]:
    rule, told = one.rule, {"rules": (one.rule.id,)}
    if _closes_route(one) and not any(_shows_the_way(other, one) for other in rules):
        yield finding("dead_end", one.pointer, rule=rule.title, **told)
    if one.kind is EffectKind.REQUIRE and is_hard(rule):
        yield finding("requirement_never_relaxes", one.pointer, rule=rule.title, **told)
    if _breaks_promises(one):
        yield finding("unkept_call_back", one.pointer, what=f"“{rule.title}”", **told)
    for name in dict.fromkeys(_measured_by(one)):
        yield finding("contacts_per_hour_target", one.pointer, rule=rule.title, name=repr(name), **told)
    if _pushes_sales(one):
        yield finding("pushing_sales", one.pointer, rule=rule.title, **told)


def _shows_the_way(other: Placed, closed: Placed) -> bool:
    changes = other.rule.effect.changes
    return changes is not None and changes.channel is not None and implies(closed.rule.when, other.rule.when)


def _breaks_promises(one: Placed) -> bool:
    """Whether contacts that were promised an answer, and they alone, are stopped or put behind."""
    if one.rule.when is None or not implies(one.rule.when, PROMISED):
        return False
    changes = one.rule.effect.changes
    is_put_behind = changes is not None and changes.priority is not None and changes.priority <= LOW_PRIORITY
    return _closes_route(one) or is_put_behind


def _measured_by(one: Placed) -> Iterator[str]:
    for test in all_tests(one):
        name = own_name(test.field)
        if name is not None and test.field.startswith("employee.") and TARGETS.search(name):
            yield name


def _pushes_sales(one: Placed) -> bool:
    favours = one.kind is EffectKind.REQUIRE or one.rule.effect.amount > 0
    if not favours or not can_hold(one.rule.when, NO_PUSH):
        return False
    to_sales = [
        test
        for test in all_tests(one)
        if test.field.startswith("employee.") and SALES.search(f"{test.field} {test.operand}".replace("_", " "))
    ]
    asked_for_it = any(
        test.field == "contact.intent" and SALES.search(str(test.operand).replace("_", " ")) for test in all_tests(one)
    )
    return bool(to_sales) and not asked_for_it


def _limits(rule_set: RuleSet) -> Iterator[Finding]:
    transfers, hold = rule_set.limits.transfers, rule_set.hold
    if transfers == 0:
        yield finding("no_transfer", "/limits/transfers")
    elif transfers is not None and transfers > MOST_TRANSFERS:
        yield finding("repeated_story", "/limits/transfers", transfers=transfers)
    if hold is not None and hold.cap_s > LONG_HOLD_S and not _tells_times(rule_set):
        yield finding("wait_without_estimate", "/hold/cap_s", seconds=f"{hold.cap_s:g}")
    for place, service in enumerate(rule_set.service):
        if service.floor is not None and not service.floor.promises_kept:
            yield finding("unkept_call_back", f"/service/{place}/floor/promises", what="best_effort")


def _tells_times(rule_set: RuleSet) -> bool:
    set_by_rule = [one.rule.effect.changes for one in placed(rule_set)]
    return any(one is not None and one.answer_within_s is not None for one in set_by_rule) or any(
        service.floor is not None for service in rule_set.service
    )


def _strategy(rule_set: RuleSet) -> Iterator[Finding]:
    strategy = rule_set.strategy
    presets = {strategy.preset, *(own.preset for own in strategy.segments.values())}
    excels = any(_wants_everything(one.weights) for one in (strategy, *strategy.segments.values()))
    if len(presets) == len(("customer_intimacy", "cost_leadership", "product_leadership")) or excels:
        yield finding("all_three_strategies", "/strategy")


def _wants_everything(weights: Weights) -> bool:
    intimacy = weights.fit >= HIGH_FIT and weights.wait >= HIGH_WAIT
    return intimacy and weights.cost >= HIGH_COST and weights.specialist <= LOW_SPECIALIST


def _closed_doors(rule_set: RuleSet, rules: Sequence[Placed], staff: Sequence[Employee]) -> Iterator[Finding]:
    """Channels by which nobody is there part of the week, and for which no answer is promised."""
    closed = []
    for channel in WITH_PEOPLE:
        serving = [one for one in staff if one.active and channel in one.channels]
        if serving and not on_duty(serving).all() and not _answered_later(rule_set.service, rules, channel):
            closed.append(channel)
    if closed:
        yield finding("closed_door_after_hours", "", channels=", ".join(closed))


def _answered_later(services: Sequence[Service], rules: Sequence[Placed], channel: str) -> bool:
    by_channel = Test("contact.channel", "is", channel)
    for one in rules:
        changes = one.rule.effect.changes
        if changes is not None and changes.answer_within_s is not None and can_hold(one.rule.when, by_channel):
            return True
    return any(one.segment is None and one.floor is not None for one in services)
