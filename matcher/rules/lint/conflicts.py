"""Rules against themselves and each other: unreachable, redundant, overlapping, contradicting, outvoting."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from matcher.rules.conditions import fields_of
from matcher.rules.lint.findings import Finding, finding
from matcher.rules.lint.space import can_hold, implies, size_of, without
from matcher.rules.rule_set import SETTABLE, All, Changes, Condition, EffectKind, Not, Rule, RuleSet, Test
from matcher.rules.strategy import Weights

MOST_WORK = 100_000  # a pair of simple rules counts 2; so many take about a second
PRIORITY = "contact.priority"
# What can differ between two employees for one contact, in units of the score beside the strategy's weights: whoever
# was asked for by a customer who wants one owner (.6), advice (.15), idle time; and wanted skills, of the fit (.2).
BESIDE_WEIGHTS, WANTED = 0.76, 0.2


@dataclass(frozen=True, slots=True)
class Placed:
    """An active rule and where it stands."""

    rule: Rule
    pointer: str

    @property
    def kind(self) -> EffectKind:
        """What it does."""
        return self.rule.effect.kind


def placed(rule_set: RuleSet) -> list[Placed]:
    """The active rules with their places."""
    return [Placed(rule, f"/rules/{place}") for place, rule in enumerate(rule_set.rules) if rule.active]


def conflicts(rule_set: RuleSet) -> Iterator[Finding]:
    """What is wrong with rules as such, whoever works here."""
    rules = placed(rule_set)
    reachable = []
    for one in rules:
        found = list(_alone(one))
        yield from found
        if not found:
            reachable.append(one)
        yield from _outvotes_scores(one, rule_set)
        yield from _useless_steps(one)
    yield from _stopped(reachable)
    yield from _compared(reachable)
    yield from _priority_cycles(reachable)


def _compared(rules: Sequence[Placed]) -> Iterator[Finding]:
    """What pairs of rules do to each other, as far as a bounded amount of work tells."""
    work = 0
    size = {one.rule.id: size_of(one.rule.when) * size_of(one.rule.employees) for one in rules}
    for number, (one, other) in enumerate(combinations(rules, 2)):
        work += 1 + size[one.rule.id] * size[other.rule.id]
        if work > MOST_WORK:
            yield finding("too_many_to_compare", "/rules", pairs=number)
            return
        if can_hold(one.rule.when, other.rule.when):
            yield from _between(one, other)


def is_hard(rule: Rule) -> bool:
    """Whether the rule refuses people however long a contact waits."""
    return rule.effect.kind in {EffectKind.REQUIRE, EffectKind.FORBID, EffectKind.STOP} and not rule.steps


def _told(code: str, one: Placed, other: Placed | None = None, **facts: object) -> Finding:
    named = (one.rule.id,) if other is None else (one.rule.id, other.rule.id)
    beside = {} if other is None else {"other": other.rule.title}
    return finding(code, one.pointer, rules=named, rule=one.rule.title, **beside, **facts)


def _alone(one: Placed) -> Iterator[Finding]:
    if not can_hold(one.rule.when):
        yield _told("unreachable_rule", one)
    elif not can_hold(one.rule.employees):
        yield _told("impossible_requirement" if one.kind is EffectKind.REQUIRE else "unreachable_rule", one)


def _useless_steps(one: Placed) -> Iterator[Finding]:
    before: list[Condition | None] = [one.rule.employees]
    for number, step in enumerate(one.rule.steps, start=1):
        if step.employees is None:
            return
        if one.kind is EffectKind.REQUIRE and any(implies(step.employees, known) for known in before):
            yield _told("step_changes_nothing", one, step=number)
        if one.kind is EffectKind.FORBID and any(implies(known, step.employees) for known in before):
            yield _told("step_changes_nothing", one, step=number)
        before.append(step.employees)


def _outvotes_scores(one: Placed, rule_set: RuleSet) -> Iterator[Finding]:
    strategy = rule_set.strategy
    most = max(_reach(each.weights) for each in (strategy, *strategy.segments.values()))
    if abs(one.rule.effect.amount) > most:
        yield _told("boost_outvotes_scores", one, amount=f"{one.rule.effect.amount:g}", most=f"{most:.2g}")


def _reach(weights: Weights) -> float:
    """The most by which two employees can differ for one contact."""
    return weights.fit * (1.0 + WANTED) + weights.specialist + weights.cost + weights.load + BESIDE_WEIGHTS


def _stopped(rules: Sequence[Placed]) -> Iterator[Finding]:
    by_id = {one.rule.id: one for one in rules}
    for card in rules:
        for name in card.rule.effect.rules:
            if name in by_id and implies(by_id[name].rule.when, card.rule.when):
                yield _told("stopped_rule", by_id[name], card)


def _between(one: Placed, other: Placed) -> Iterator[Finding]:
    """What two rules that meet in some contact do to each other."""
    if one.rule.effect.rules or other.rule.effect.rules:
        return
    kinds = {one.kind, other.kind}
    if kinds == {EffectKind.SET}:
        yield from _setting(*sorted((one, other), key=lambda each: (each.rule.order, each.rule.id)))
    elif kinds == {EffectKind.BOOST}:
        if _same_words(one, other):
            yield _told("redundant_rule", other, one)
        elif one.rule.effect.amount * other.rule.effect.amount < 0 and can_hold(
            one.rule.employees, other.rule.employees
        ):
            yield _told("opposed_boosts", one, other)
    elif EffectKind.BOOST in kinds and EffectKind.SET not in kinds:
        boost, refusing = (one, other) if one.kind is EffectKind.BOOST else (other, one)
        yield from _boost_against(boost, refusing)
    elif EffectKind.SET not in kinds:
        yield from _refusing(one, other)


def _setting(first: Placed, second: Placed) -> Iterator[Finding]:
    ours, theirs = first.rule.effect.changes or Changes(), second.rule.effect.changes or Changes()
    both = [name for name in SETTABLE if getattr(ours, name) is not None and getattr(theirs, name) is not None]
    if not both:
        return
    is_outranked = first.rule.order < second.rule.order and implies(second.rule.when, first.rule.when)
    if is_outranked and all(getattr(theirs, name) is None for name in SETTABLE if name not in both):
        yield _told("unreachable_rule", second, first)
    elif first.rule.order == second.rule.order and any(getattr(ours, name) != getattr(theirs, name) for name in both):
        yield _told("overlapping_rules", first, second)


def _boost_against(boost: Placed, refusing: Placed) -> Iterator[Finding]:
    if not implies(boost.rule.when, refusing.rule.when) or not _refuses_all(refusing.rule, boost.rule.employees):
        return
    if is_hard(refusing.rule):
        yield _told("boost_without_effect", boost, refusing)
    elif boost.rule.effect.amount > 0:
        yield _told("boost_outvotes_requirement", boost, refusing)


def _refuses_all(rule: Rule, employees: Condition | None) -> bool:
    if rule.effect.kind is EffectKind.REQUIRE:
        return not can_hold(rule.employees, employees)
    return implies(employees, rule.employees)


def _refusing(one: Placed, other: Placed) -> Iterator[Finding]:
    if _leave_nobody(one.rule, other.rule):
        code = "contradicting_rules" if is_hard(one.rule) and is_hard(other.rule) else "contradicting_until_relaxed"
        yield _told(code, one, other)
        return
    for idle, working in ((other, one), (one, other)):
        if _adds_nothing(idle.rule, working.rule):
            yield _told("redundant_rule", idle, working)
            return


def _leave_nobody(one: Rule, other: Rule) -> bool:
    """Whether nobody is left by both: two requirements apart, or a requirement for those whom the other bars."""
    requirements = [rule for rule in (one, other) if rule.effect.kind is EffectKind.REQUIRE]
    if len(requirements) == 2:
        return not can_hold(one.employees, other.employees)
    if len(requirements) == 1:
        barring = other if requirements[0] is one else one
        return barring.employees is not None and implies(requirements[0].employees, barring.employees)
    if one.employees is None or other.employees is None:
        return False  # a closed route is meant to leave nobody
    return not can_hold(Not(one.employees), Not(other.employees))


def _adds_nothing(idle: Rule, working: Rule) -> bool:
    if idle.effect.kind is not working.effect.kind or working.steps not in ((), idle.steps):
        return False
    if not implies(idle.when, working.when):
        return False
    if idle.effect.kind is EffectKind.REQUIRE:
        return implies(working.employees, idle.employees)
    return implies(idle.employees, working.employees)


def _same_words(one: Placed, other: Placed) -> bool:
    ours, theirs = one.rule, other.rule
    return (ours.when, ours.employees, ours.effect) == (theirs.when, theirs.employees, theirs.effect)


def _priority_cycles(rules: Iterable[Placed]) -> Iterator[Finding]:
    """Circles in which each rule, by the priority it sets, makes the next one apply; told at the first of each."""
    setting = [one for one in rules if one.rule.effect.changes and one.rule.effect.changes.priority is not None]
    asking = [one for one in setting if PRIORITY in fields_of(one.rule.when)]
    follows = {
        one.rule.id: [other for other in asking if other is not one and _leads_to(one.rule, other.rule)]
        for one in asking
    }
    told: set[frozenset[str]] = set()
    for start in asking:
        circle = _circle(start, follows)
        if circle and frozenset(circle) not in told:
            told.add(frozenset(circle))
            yield finding("priority_cycle", start.pointer, rules=tuple(circle), names=", ".join(circle))


def _leads_to(one: Rule, other: Rule) -> bool:
    """Whether a contact that met `one` would, with the priority it set, meet the other, which sets another."""
    made, then = one.effect.changes, other.effect.changes
    if made is None or then is None or made.priority is None or made.priority == then.priority:
        return False
    now_has = Test(PRIORITY, "is", made.priority)
    return can_hold(without(one.when, PRIORITY), All((now_has,)), other.when)


def _circle(start: Placed, follows: dict[str, list[Placed]]) -> list[str]:
    """The ids on a way from the rule back to itself, or none."""
    ways: list[list[Placed]] = [[start]]
    seen: set[str] = set()
    while ways:
        way = ways.pop(0)
        for following in follows[way[-1].rule.id]:
            if following.rule.id == start.rule.id:
                return [one.rule.id for one in way]
            if following.rule.id not in seen:
                seen.add(following.rule.id)
                ways.append([*way, following])
    return []
