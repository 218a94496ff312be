"""Check a rule set against the staff as it is: what it would do that nobody can have meant."""

from matcher.profiles.framework import Framework
from matcher.profiles.people import Employee
from matcher.rules import parse_rule_set
from matcher.rules.lint import Finding, lint
from matcher.use_cases.ports import Records
from matcher.use_cases.rule_ports import StoredRuleSet


def check_rule_set(records: Records, found: StoredRuleSet, *, framework: Framework) -> tuple[Finding, ...]:
    """What the linter finds, the gravest first. Without any stored employee nothing is held against the staff."""
    return lint(parse_rule_set(found.document), framework=framework, staff=stored_staff(records, framework))


def stored_staff(records: Records, framework: Framework) -> list[Employee]:
    """The active employees."""
    everyone = records.employees.changes_since(None, framework=framework.name).records
    return [one.employee for one in everyone if one.employee.active]
