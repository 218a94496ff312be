"""The linter: what a rule set would do that nobody can have meant, and the ways in which it chases customers away."""

from collections.abc import Iterable, Sequence

from matcher.profiles.framework import Framework
from matcher.profiles.people import Employee
from matcher.rules.lint.conflicts import conflicts
from matcher.rules.lint.customers import customers_chased_away
from matcher.rules.lint.findings import SEVERITIES, Finding, Severity
from matcher.rules.lint.people import fairness, names_against_staff, requirements_against_staff
from matcher.rules.rule_set import RuleSet

__all__ = ["SEVERITIES", "Finding", "Severity", "lint", "needs_second_person", "refused"]

ORDER = tuple(Severity)


def lint(
    rule_set: RuleSet, *, framework: Framework | None = None, staff: Sequence[Employee] | None = None
) -> tuple[Finding, ...]:
    """Every finding, the gravest first and then by place.

    With the framework, names of its value systems are known; with the staff (empty means that nobody is known yet),
    names that nobody bears, requirements that nobody meets and hours that nobody covers are found too.
    """
    found = [*conflicts(rule_set), *fairness(rule_set, framework), *customers_chased_away(rule_set, staff)]
    if staff:
        found += [*names_against_staff(rule_set, staff), *requirements_against_staff(rule_set, staff)]
    return tuple(sorted(found, key=lambda one: (ORDER.index(one.severity), one.pointer, one.code)))


def refused(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Those that forbid a publication."""
    return tuple(one for one in findings if one.severity is Severity.REFUSED)


def needs_second_person(findings: Iterable[Finding]) -> bool:
    """Whether another person must agree to a publication, whatever the settings say."""
    return any(one.severity is Severity.SECOND_PERSON for one in findings)
