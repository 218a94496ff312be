"""What changed between two versions of a rule set."""

from dataclasses import dataclass

from matcher.rules.rule_set import RuleSet


@dataclass(frozen=True, slots=True)
class Difference:
    """Ids of rules, each in order of id, and names of the other parts that differ: title, strategy, values."""

    added: tuple[str, ...]
    removed: tuple[str, ...]
    changed: tuple[str, ...]
    settings: tuple[str, ...]


def difference(before: RuleSet, after: RuleSet) -> Difference:
    """What `after` has, lacks and does differently. Where a rule stands in its list does not matter; its order does."""
    old = {rule.id: rule for rule in before.rules}
    new = {rule.id: rule for rule in after.rules}
    return Difference(
        added=tuple(sorted(new.keys() - old.keys())),
        removed=tuple(sorted(old.keys() - new.keys())),
        changed=tuple(sorted(one for one in new.keys() & old.keys() if new[one] != old[one])),
        settings=tuple(
            part for part in ("title", "strategy", "values") if getattr(before, part) != getattr(after, part)
        ),
    )
