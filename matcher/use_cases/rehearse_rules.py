"""Rehearse a rule set: the same contacts under the one in force and under the draft, before anybody feels it."""

from collections.abc import Callable

from matcher.rules import RuleSet
from matcher.simulation.rehearse import Case, Rehearsed, rehearse


def rehearse_rules(
    case: Case, current: RuleSet, draft: RuleSet, *, progress: Callable[[int, int | None], None] | None = None
) -> Rehearsed:
    """What the draft would have changed; `progress` is told arrivals so far of both runs, and in all."""
    return rehearse(case, current, draft, progress=progress)
