"""Whom a rule speaks of: masks over the employees of a roster and the contacts of a round.

A relation (an employee who knows the customer) depends on both sides; it is looked at once per employee and distinct
thing the contacts bring along: a language, a team, a set of employees who know the customer.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

import numpy as np

from matcher.profiles.people import Employee
from matcher.rules.conditions import Bools, Columns, Compiled
from matcher.rules.fields import Asked, Met, Value, field_at
from matcher.rules.rule_set import EffectKind, Rule, Test

OWNER = "owner"  # the attribute of a customer that holds the id of the employee who looks after it


@dataclass(frozen=True, slots=True)
class Stage:
    """What a rule asks from `after_s` of waiting on: who is spoken of, or `None` once it has dropped."""

    after_s: float
    employees: Compiled[Employee] | None


@dataclass(frozen=True, slots=True)
class CompiledRule:
    """A rule whose conditions are ready to run; `stages` begin with the rule itself, and relax from there."""

    rule: Rule
    when: Compiled[Asked]
    stages: tuple[Stage, ...]
    relations: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class EmployeeMasks:
    """For each rule and stage, the employees it refuses or favours; what relations say is worked out when first met."""

    by_rule: tuple[tuple[Bools | None, ...], ...]
    employees: Sequence[Employee] = ()
    met: dict[object, Bools] = field(default_factory=dict)

    @property
    def size(self) -> int:
        """About how many numbers this holds."""
        return sum(len(stages) for stages in self.by_rule) * len(self.employees)


@dataclass(frozen=True, slots=True)
class ContactMasks:
    """For each rule, the contacts it applies to, waiting left aside; and whom they bring along, where a rule asks."""

    by_rule: tuple[Bools, ...]
    met: tuple[Met, ...] = ()


def stage_masks(one: CompiledRule, columns: Columns[Employee]) -> tuple[Bools | None, ...]:
    """Whom the rule touches at each stage; `None` where that depends on the contact."""
    if one.relations:
        return (None,) * len(one.stages)
    return tuple(_touched(one, stage, columns) for stage in one.stages)


def _touched(one: CompiledRule, stage: Stage, columns: Columns[Employee]) -> Bools:
    if stage.employees is None:
        return np.zeros(columns.size, dtype=np.bool_)
    spoken_of = stage.employees(columns)
    return ~spoken_of if one.rule.effect.kind is EffectKind.REQUIRE else spoken_of


class _InPerson(Columns[Employee]):
    """Employees as one contact meets them: relations have an answer; the rest is read once for all contacts."""

    def __init__(self, alone: Columns[Employee], employees: Sequence[Employee], met: Met) -> None:
        super().__init__(employees, partial(_read_in_person, met))
        self._alone = alone

    def ask(self, test: Test) -> Bools:
        """For each employee, whether the test holds."""
        return super().ask(test) if is_relation(test.field) else self._alone.ask(test)


def masks_at(
    place: int,
    one: CompiledRule,
    contact_masks: ContactMasks,
    employee_masks: EmployeeMasks,
    step: int,
    rows: Bools,
) -> Iterator[tuple[Bools, Bools]]:
    """Whom the rule touches at that stage, for those of the contacts whom it meets alike: (contacts, employees)."""
    alike = employee_masks.by_rule[place][step]
    if alike is not None:
        if rows.any():
            yield rows, alike
        return
    groups: dict[object, list[int]] = {}
    brought: dict[object, Met] = {}
    for row in np.flatnonzero(np.asarray(rows)).tolist():
        key = _relevant(contact_masks.met[row], one.relations)
        groups.setdefault(key, []).append(row)
        brought.setdefault(key, contact_masks.met[row])
    columns = Columns(employee_masks.employees, read_employee)
    for key, members in groups.items():
        mask = np.zeros(len(rows), dtype=np.bool_)
        mask[members] = True
        known = employee_masks.met.get((place, step, key))
        if known is None:
            in_person = _InPerson(columns, employee_masks.employees, brought[key])
            known = employee_masks.met.setdefault((place, step, key), _touched(one, one.stages[step], in_person))
        yield mask, known


def _relevant(met: Met, relations: Sequence[str]) -> object:
    """That part of what a contact brings along which these relations look at."""
    parts = {
        "employee.shares_language": met.language,
        "employee.knows_customer": met.known_to,
        "employee.same_team_as_owner": met.team,
    }
    return tuple(parts[path] for path in relations)


def met_by(asked: Asked, team_of: Callable[[str], str | None]) -> Met:
    """What relations need of a contact; a customer's owner is named in its attribute `owner`."""
    contact, customer = asked.contact, asked.customer
    named = None if customer is None else customer.attributes.get(OWNER)
    owner = named if isinstance(named, str) else contact.preferred_employee
    known_to = frozenset(one for one in (owner, contact.preferred_employee) if one is not None)
    spoken = contact.language or (None if customer is None else customer.language)
    return Met(spoken, known_to, None if owner is None else team_of(owner))


def is_relation(path: str) -> bool:
    """Whether a field says how an employee and a contact are related."""
    found = field_at(path)
    return found is not None and found.of_pair is not None


def _read_in_person(met: Met, path: str) -> Callable[[Employee], Value]:
    field_ = field_at(path)
    assert field_ is not None  # conditions only name fields that exist
    read = field_.of_pair
    assert read is not None  # and only relations are read so
    return lambda employee: read(employee, met)


def read_employee(path: str) -> Callable[[Employee], Value]:
    """How a field of an employee is read."""
    field_ = field_at(path)
    assert field_ is not None  # conditions only name fields that exist,
    assert field_.of_employee is not None  # each on its own side
    return field_.of_employee


def read_asked(path: str) -> Callable[[Asked], Value]:
    """How a field of a contact or its customer is read."""
    field_ = field_at(path)
    assert field_ is not None  # same
    assert field_.of_contact is not None
    return field_.of_contact
