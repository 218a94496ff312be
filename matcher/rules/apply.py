"""Rules met by masks: each side is looked at once, N + M looks for N × M pairs."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from matcher.contacts.contact import Contact
from matcher.profiles.people import Customer, Employee
from matcher.rules.conditions import Bools, Columns, Compiled, compile_condition
from matcher.rules.fields import Asked, Value, field_at
from matcher.rules.rule_set import EffectKind, Rule, RuleSet


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule whose two conditions are ready to run."""

    rule: Rule
    when: Compiled[Asked]
    employees: Compiled[Employee]


@dataclass(frozen=True, slots=True)
class EmployeeMasks:
    """For each rule, who among the employees it speaks of. Stays true while roster and rule set do."""

    by_rule: tuple[Bools, ...]


@dataclass(frozen=True, slots=True)
class ContactMasks:
    """For each rule, the contacts it applies to, waiting left aside."""

    by_rule: tuple[Bools, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Refusal:
    """Contact i may not go to employee j where `contacts[i]` and `employees[j]`."""

    rule: Rule
    contacts: Bools
    employees: Bools


@dataclass(frozen=True, slots=True, eq=False)
class Boost:
    """The pair scores `amount` more where `contacts[i]` and `employees[j]`; below 0 it scores less."""

    rule: Rule
    contacts: Bools
    employees: Bools
    amount: float


@dataclass(frozen=True, slots=True)
class RuleEffects:
    """What the rules do in one round. Rules that touch no pair are left out; the others come by order, then id."""

    refusals: tuple[Refusal, ...] = ()
    boosts: tuple[Boost, ...] = ()


@dataclass(frozen=True, slots=True)
class CompiledRules:
    """A rule set ready to run; `rules` holds the active ones by order, then id."""

    rule_set: RuleSet
    rules: tuple[CompiledRule, ...]

    def employee_side(self, employees: Sequence[Employee]) -> EmployeeMasks:
        """Each rule's employees, in the order given."""
        columns = Columns(employees, _read_employee)
        return EmployeeMasks(tuple(one.employees(columns) for one in self.rules))

    def contact_side(self, contacts: Sequence[Contact], customers: Sequence[Customer | None]) -> ContactMasks:
        """Each rule's contacts, in the order given; `customers` holds the contacts' customers in that order."""
        asked = [Asked(contact, customer) for contact, customer in zip(contacts, customers, strict=True)]
        columns = Columns(asked, _read_asked)
        return ContactMasks(tuple(one.when(columns) for one in self.rules))


def compile_rules(rule_set: RuleSet) -> CompiledRules:
    """The rule set ready to run."""
    active = sorted((rule for rule in rule_set.rules if rule.active), key=lambda rule: (rule.order, rule.id))
    return CompiledRules(
        rule_set,
        tuple(CompiledRule(rule, compile_condition(rule.when), compile_condition(rule.employees)) for rule in active),
    )


def apply_rules(
    compiled: CompiledRules,
    contact_masks: ContactMasks,
    employee_masks: EmployeeMasks,
    *,
    waiting_s: NDArray[np.float64],
) -> RuleEffects:
    """What the rules refuse and favour, for contacts that have waited this long (seconds, one per contact)."""
    refusals, boosts = [], []
    for one, when, employees in zip(compiled.rules, contact_masks.by_rule, employee_masks.by_rule, strict=True):
        rule = one.rule
        contacts = when if rule.relax_after_s is None else when & (waiting_s < rule.relax_after_s)
        touched = ~employees if rule.effect.kind is EffectKind.REQUIRE else employees
        if not (contacts.any() and touched.any()):
            continue
        if rule.effect.kind is EffectKind.BOOST:
            boosts.append(Boost(rule, contacts, touched, rule.effect.amount))
        else:
            refusals.append(Refusal(rule, contacts, touched))
    return RuleEffects(tuple(refusals), tuple(boosts))


def _read_employee(path: str) -> Callable[[Employee], Value]:
    field = field_at(path)
    assert field is not None  # conditions only name fields that exist,
    assert field.of_employee is not None  # each on its own side
    return field.of_employee


def _read_asked(path: str) -> Callable[[Asked], Value]:
    field = field_at(path)
    assert field is not None  # same
    assert field.of_contact is not None
    return field.of_contact
