"""Rules met by masks: each side is looked at once, N + M looks for N × M pairs."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np
from numpy.typing import NDArray

from matcher.contacts.contact import Contact
from matcher.profiles.people import Customer, Employee
from matcher.rules.conditions import Bools, Columns, Compiled, compile_condition, fields_of
from matcher.rules.fields import Asked
from matcher.rules.masks import (
    CompiledRule,
    ContactMasks,
    EmployeeMasks,
    Stage,
    is_relation,
    masks_at,
    met_by,
    read_asked,
    read_employee,
    stage_masks,
)
from matcher.rules.rule_set import AnyOf, Condition, EffectKind, Rule, RuleSet
from matcher.rules.together import AtWork, Ints, stages_together

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Refusal:
    """Contact i may not go to employee j where `contacts[i]` and `employees[j]`; `step` is how far it has relaxed."""

    rule: Rule
    contacts: Bools
    employees: Bools
    step: int = 0


@dataclass(frozen=True, slots=True, eq=False)
class Boost:
    """The pair scores `amount` more where `contacts[i]` and `employees[j]`; below 0 it scores less."""

    rule: Rule
    contacts: Bools
    employees: Bools
    amount: float


@dataclass(frozen=True, slots=True, eq=False)
class Relaxation:
    """Contact i may go to employee j only because the rule relaxed; `at_once` where nobody at work met it before.

    `together` where somebody did, but nobody who met the more important rules as well.
    """

    rule: Rule
    contacts: Bools
    employees: Bools
    at_once: Bools
    together: Bools | None = None


@dataclass(frozen=True, slots=True)
class RuleEffects:
    """What the rules do in one round. Rules that touch no pair are left out; the others come as compiled."""

    refusals: tuple[Refusal, ...] = ()
    boosts: tuple[Boost, ...] = ()
    relaxations: tuple[Relaxation, ...] = ()


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """A rule set ready to run; `rules` holds the active ones that refuse or favour: red cards, then by order and id.

    `setting` are those that change contacts. `stopping` names, by the id of a rule, the red cards that stop it.
    """

    rule_set: RuleSet
    rules: tuple[CompiledRule, ...]
    setting: tuple[CompiledRule, ...] = ()
    stopping: Mapping[str, tuple[Compiled[Asked], ...]] = field(default_factory=dict)

    @property
    def changes_contacts(self) -> bool:
        """Whether contacts are to be looked at before they are matched: rules set something, or segments differ."""
        return bool(self.setting or self.rule_set.service)

    @property
    def can_relax(self) -> bool:
        """Whether some rule relaxes."""
        return any(len(one.stages) > 1 for one in self.rules)

    @property
    def has_relations(self) -> bool:
        """Whether some rule asks how an employee and a contact are related."""
        return any(one.relations for one in self.rules)

    def employee_side(self, employees: Sequence[Employee]) -> EmployeeMasks:
        """Each rule's employees, in the order given."""
        columns = Columns(employees, read_employee)
        return EmployeeMasks(tuple(stage_masks(one, columns) for one in self.rules), employees)

    def contact_side(
        self,
        contacts: Sequence[Contact],
        customers: Sequence[Customer | None],
        *,
        team_of: Callable[[str], str | None] = lambda _: None,
    ) -> ContactMasks:
        """Each rule's contacts, in the order given; `customers` holds the contacts' customers in that order.

        `team_of` tells the team of an employee by id, for relations to the team of a customer's owner.
        """
        asked = [Asked(contact, customer) for contact, customer in zip(contacts, customers, strict=True)]
        masks = self._applies_to(self.rules, asked)
        met = tuple(met_by(one, team_of) for one in asked) if self.has_relations else ()
        return ContactMasks(masks, met)

    def set_for(
        self, contacts: Sequence[Contact], customers: Sequence[Customer | None]
    ) -> Iterator[tuple[Rule, Bools]]:
        """The rules that set something, by order, then id, each with the contacts it is for."""
        asked = [Asked(contact, customer) for contact, customer in zip(contacts, customers, strict=True)]
        for one, mask in zip(self.setting, self._applies_to(self.setting, asked), strict=True):
            if mask.any():
                yield one.rule, mask

    def _applies_to(self, rules: Sequence[CompiledRule], asked: Sequence[Asked]) -> tuple[Bools, ...]:
        columns = Columns(asked, read_asked)
        masks = [one.when(columns) for one in rules]
        if self.stopping:
            for place, one in enumerate(rules):
                for red_card in self.stopping.get(one.rule.id, ()):
                    masks[place] = masks[place] & ~red_card(columns)
        return tuple(masks)


def compile_rules(rule_set: RuleSet) -> CompiledRules:
    """The rule set ready to run."""
    active = sorted((rule for rule in rule_set.rules if rule.active), key=lambda rule: (rule.order, rule.id))
    stopping: dict[str, tuple[Compiled[Asked], ...]] = {}
    for rule in active:
        for stopped in rule.effect.rules:
            stopping[stopped] = (*stopping.get(stopped, ()), compile_condition(rule.when))
    active.sort(key=lambda rule: rule.effect.kind is not EffectKind.STOP)  # a red card comes before every other reason
    working = [rule for rule in active if rule.effect.kind is not EffectKind.SET and not rule.effect.rules]
    setting = [rule for rule in active if rule.effect.kind is EffectKind.SET]
    return CompiledRules(rule_set, tuple(map(_compiled, working)), tuple(map(_compiled, setting)), stopping)


def apply_rules(
    compiled: CompiledRules,
    contact_masks: ContactMasks,
    employee_masks: EmployeeMasks,
    *,
    waiting_s: NDArray[np.float64],
    at_work: AtWork | None = None,
) -> RuleEffects:
    """What the rules refuse and favour, for contacts that have waited this long (seconds, one per contact).

    With `at_work`, a requirement or prohibition that leaves a contact nobody of those at work relaxes to its next
    step at once, where it has one: waiting would bring nobody either. Where several leave nobody together, the least
    important ones give way at once, those of the highest order first, as far as is needed.
    """
    refusals: list[Refusal] = []
    boosts: list[Boost] = []
    relaxations: list[Relaxation] = []
    stages = _stages(compiled.rules, contact_masks, waiting_s, at_work)
    for place, (one, contacts) in enumerate(zip(compiled.rules, contact_masks.by_rule, strict=True)):
        if not contacts.any():
            continue
        masks_of = partial(masks_at, place, one, contact_masks, employee_masks)
        stage = stages[place].now
        for step in np.unique(stage[contacts]).tolist():
            for rows, touched in masks_of(step, contacts & (stage == step)):
                if one.rule.effect.kind is EffectKind.BOOST and touched.any():
                    boosts.append(Boost(one.rule, rows, touched, one.rule.effect.amount))
                elif touched.any():
                    refusals.append(Refusal(one.rule, rows, touched, step))
            if step:
                relaxations += _relaxed(one.rule, masks_of, step, contacts & (stage == step), stages[place])
    return RuleEffects(tuple(refusals), tuple(boosts), tuple(relaxations))


def _compiled(rule: Rule) -> CompiledRule:
    """The rule with its stages. A step of a requirement lets further people in, so that relaxing never shuts a door.

    A step of a prohibition bars only those whom the rule barred before and the step speaks of as well.
    """
    conditions: list[Condition | None] = [rule.employees]
    stages = [Stage(0.0, compile_condition(rule.employees))]
    for step in rule.steps:
        if step.employees is None:
            stages.append(Stage(step.after_s, None))
            continue
        conditions.append(step.employees)
        together = AnyOf(tuple(one for one in conditions if one is not None))
        stages.append(Stage(step.after_s, compile_condition(together)))
    if rule.effect.kind is EffectKind.FORBID:
        stages = _narrowing(rule, stages)
    asked = frozenset().union(*(fields_of(one) for one in conditions))
    relations = tuple(sorted(path for path in asked if is_relation(path)))
    return CompiledRule(rule, compile_condition(rule.when), tuple(stages), relations)


def _narrowing(rule: Rule, stages: list[Stage]) -> list[Stage]:
    """The stages of a prohibition: each bars those whom all conditions so far speak of."""
    parts: list[Compiled[Employee]] = [compile_condition(rule.employees)]
    narrowed = stages[:1]
    for stage, step in zip(stages[1:], rule.steps, strict=True):
        parts.append(compile_condition(step.employees))
        narrowed.append(Stage(stage.after_s, None if step.employees is None else _all_of(tuple(parts))))
    return narrowed


def _all_of(parts: tuple[Compiled[Employee], ...]) -> Compiled[Employee]:
    return lambda columns: np.logical_and.reduce([part(columns) for part in parts])


@dataclass(frozen=True, slots=True, eq=False)
class _Stages:
    """How far a rule has relaxed for each contact: now, by waiting alone, and by that or for want of anyone."""

    now: Ints
    by_waiting: Ints
    alone: Ints


def _stages(
    rules: Sequence[CompiledRule], contact_masks: ContactMasks, waiting_s: Floats, at_work: AtWork | None
) -> list[_Stages]:
    waited = [_by_waiting(one, waiting_s) for one in rules]
    if at_work is None or not at_work.masks.employees:
        return [_Stages(stage, stage, stage) for stage in waited]
    alone = [_at_once(place, one, contact_masks, at_work) for place, one in enumerate(rules)]
    together = stages_together(rules, contact_masks, at_work, alone)
    return [
        _Stages(np.maximum(by_waiting, at_once), by_waiting, np.maximum(by_waiting, for_itself))
        for by_waiting, at_once, for_itself in zip(waited, together, alone, strict=True)
    ]


def _by_waiting(one: CompiledRule, waiting_s: Floats) -> Ints:
    if len(one.stages) == 1:
        return np.zeros(len(waiting_s), dtype=np.int64)
    begins = np.array([stage.after_s for stage in one.stages[1:]])
    return np.searchsorted(begins, waiting_s, side="right").astype(np.int64)


def _at_once(place: int, one: CompiledRule, contact_masks: ContactMasks, at_work: AtWork) -> Ints:
    """How far the rule relaxes because nobody at work meets it."""
    contacts = contact_masks.by_rule[place]
    stage = np.zeros(len(contacts), dtype=np.int64)
    for step in range(len(one.stages) - 1):
        for rows, touched in masks_at(place, one, contact_masks, at_work.masks, step, contacts & (stage == step)):
            has_someone: Bools = np.logical_or.reduce(at_work.fits & ~touched, axis=1)
            stage[rows & ~has_someone[at_work.demand_of]] += 1
    return stage


def _relaxed(
    rule: Rule, masks_of: Callable[[int, Bools], Iterator[tuple[Bools, Bools]]], step: int, rows: Bools, stages: _Stages
) -> Iterator[Relaxation]:
    """Who may help now and might not have at first."""
    at_once, together = stages.now > stages.by_waiting, stages.now > stages.alone
    for first_rows, refused in masks_of(0, rows):
        for now_rows, still in masks_of(step, first_rows):
            let_in = refused & ~still
            if let_in.any():
                yield Relaxation(rule, now_rows, let_in, at_once, together)
