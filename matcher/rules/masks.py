"""Whom a rule speaks of: masks over the employees of a roster and the contacts of a round.

A relation (an employee who knows the customer) depends on both sides; it is looked at once per employee and distinct
thing the contacts bring along: a language, a team, a set of employees who know the customer.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from matcher.profiles.people import Employee
from matcher.rules.conditions import Bools, Columns, Compiled
from matcher.rules.fields import KNOWS_CUSTOMER, SAME_TEAM_AS_OWNER, SHARES_LANGUAGE, Asked, Value, field_at, holds
from matcher.rules.rule_set import EffectKind, Rule, Test

MOST_KEPT_CELLS = 4_000_000  # of what relations said: 4 MB
OWNER = "owner"  # the attribute of a customer that holds the id of the employee who looks after it


@dataclass(frozen=True, slots=True)
class Met:
    """What relations need of a contact: its language, who knows its customer, and the team of the customer's owner."""

    language: str | None
    known_to: frozenset[str]
    team: str | None


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


class Relations:
    """Employees by language, id and team, so that what a contact brings along finds its employees at once."""

    def __init__(self, employees: Sequence[Employee]) -> None:
        self._size = len(employees)
        self._speakers: dict[str, list[int]] = {}
        self._team: dict[str, list[int]] = {}
        self._place = {employee.id: place for place, employee in enumerate(employees)}
        for place, employee in enumerate(employees):
            for language in employee.languages:
                self._speakers.setdefault(language, []).append(place)
            if employee.team is not None:
                self._team.setdefault(employee.team, []).append(place)

    def hold(self, path: str, met: Met) -> Bools | None:
        """For each employee, whether the relation holds; `None` where that is unknown of all of them."""
        if path == SHARES_LANGUAGE:
            places = None if met.language is None else self._speakers.get(met.language, [])
        elif path == SAME_TEAM_AS_OWNER:
            places = None if met.team is None else self._team.get(met.team, [])
        else:
            places = [self._place[one] for one in met.known_to if one in self._place]
        if places is None:
            return None
        mask = np.zeros(self._size, dtype=np.bool_)
        mask[places] = True
        return mask


class _InPerson(Columns[Employee]):
    """Employees as one contact meets them: relations have an answer; the rest is read once for all contacts."""

    def __init__(self, alone: Columns[Employee], related: Relations, met: Met) -> None:
        super().__init__((), read_employee)
        self.size = alone.size
        self._alone, self._related, self._met = alone, related, met

    def ask(self, test: Test) -> Bools:
        """For each employee, whether the test holds."""
        if not is_relation(test.field):
            return self._alone.ask(test)
        found = self._related.hold(test.field, self._met)
        if found is None:
            return np.full(self.size, holds(test.operator, test.operand, None))
        return np.where(found, *(holds(test.operator, test.operand, answer) for answer in (True, False)))


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
        key = relevant(contact_masks.met[row], one.relations)
        groups.setdefault(key, []).append(row)
        brought.setdefault(key, contact_masks.met[row])
    if len(employee_masks.met) * len(employee_masks.employees) > MOST_KEPT_CELLS:
        employee_masks.met.clear()
    columns, related = Columns(employee_masks.employees, read_employee), None
    for key, members in groups.items():
        mask = np.zeros(len(rows), dtype=np.bool_)
        mask[members] = True
        known = employee_masks.met.get((place, step, key))
        if known is None:
            related = related or Relations(employee_masks.employees)
            in_person = _InPerson(columns, related, brought[key])
            known = employee_masks.met.setdefault((place, step, key), _touched(one, one.stages[step], in_person))
        yield mask, known


def relevant(met: Met, relations: Sequence[str]) -> object:
    """That part of what a contact brings along which these relations look at."""
    parts = {
        SHARES_LANGUAGE: met.language,
        KNOWS_CUSTOMER: met.known_to,
        SAME_TEAM_AS_OWNER: met.team,
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
    return found is not None and found.is_relation


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
