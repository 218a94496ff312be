"""What one rule set does otherwise than another, in sentences for people."""

from collections.abc import Callable, Mapping

from matcher.rules import Difference, Rule, RuleSet, difference

WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "none": "The two do the same.",
        "added": "New: {title} ({id}).",
        "removed": "Gone: {title} ({id}).",
        "changed": "Changed: {title} ({id}).",
        "off": "Switched off: {title} ({id}).",
        "on": "Switched on: {title} ({id}).",
        "title": "The title was {before!r} and is {after!r}.",
        "strategy": "The strategy was {before} and is {after}.",
        "values": "Value profiles: {before} before, {after} now.",
        "other": "Changed: {part}.",
    },
    "nl": {
        "none": "De twee doen hetzelfde.",
        "added": "Nieuw: {title} ({id}).",
        "removed": "Weg: {title} ({id}).",
        "changed": "Gewijzigd: {title} ({id}).",
        "off": "Uitgezet: {title} ({id}).",
        "on": "Aangezet: {title} ({id}).",
        "title": "De titel was {before!r} en is {after!r}.",
        "strategy": "De strategie was {before} en is {after}.",
        "values": "Waardeprofielen: eerst {before}, nu {after}.",
        "other": "Gewijzigd: {part}.",
    },
}


def tell_difference(before: RuleSet, after: RuleSet, *, language: str) -> tuple[Difference, list[str]]:
    """The difference, and a sentence for each part of it, in nl or en."""
    told, words = difference(before, after), WORDS.get(language, WORDS["en"])
    old, new = {rule.id: rule for rule in before.rules}, {rule.id: rule for rule in after.rules}
    said = [words["added"].format(title=new[one].title, id=one) for one in told.added]
    said += [words["removed"].format(title=old[one].title, id=one) for one in told.removed]
    said += [words[_kind(old[one], new[one])].format(title=new[one].title, id=one) for one in told.changed]
    said += [_setting(part, before, after, words) for part in told.settings]
    return told, said or [words["none"]]


def _kind(before: Rule, after: Rule) -> str:
    if before.active is after.active:
        return "changed"
    return "on" if after.active else "off"


def _setting(part: str, before: RuleSet, after: RuleSet, words: Mapping[str, str]) -> str:
    show = SHOWN.get(part)
    if show is None:
        return words["other"].format(part=part)
    return words[part].format(before=show(before), after=show(after))


def _weights(one: RuleSet) -> str:
    weights = one.strategy.weights
    named = {"fit": weights.fit, "wait": weights.wait, "cost": weights.cost, "load": weights.load}
    return "(" + ", ".join(f"{name} {value:g}" for name, value in named.items()) + ")"


SHOWN: Mapping[str, Callable[[RuleSet], str]] = {
    "title": lambda one: one.title,
    "strategy": lambda one: f"{one.strategy.preset} {_weights(one)}",
    "values": lambda one: f"{one.values.mode} ({one.values.max_weight:g})",
}
