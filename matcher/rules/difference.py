"""What changed between two versions of a rule set, by name and in sentences."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from matcher.rules.rule_set import Rule, RuleSet
from matcher.rules.words import rule_in_words, value_in_words

SETTINGS = ("title", "strategy", "values", "service", "hold", "limits", "offer", "explore", "outcome")

SENTENCES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "none": "The two do the same.",
        "added": "New: {title}. {told}",
        "off": "Switched off: {title}.",
        "on": "Switched on: {title}. {told}",
        "removed": "Gone: {title}. {told}",
        "title": "“{before}” is now called “{after}”.",
        "order": "{title}: order {before} before, {after} now.",
        "does": "{title} said: {before} It says now: {after}",
        "reason": "{title}: the reason given is now “{after}”.",
        "category": "{title} is now filed under “{after}”.",
        "setting": "{part}: {before} before, {after} now.",
        "new setting": "{part}: {after} (new).",
        "gone setting": "{part}: no longer {before}.",
    },
    "nl": {
        "none": "De twee doen hetzelfde.",
        "added": "Nieuw: {title}. {told}",
        "off": "Uitgezet: {title}.",
        "on": "Aangezet: {title}. {told}",
        "removed": "Weg: {title}. {told}",
        "title": "“{before}” heet nu “{after}”.",
        "order": "{title}: eerst volgorde {before}, nu {after}.",
        "does": "{title} zei: {before} Nu: {after}",
        "reason": "{title}: de reden die wordt gegeven is nu “{after}”.",
        "category": "{title} valt nu onder “{after}”.",
        "setting": "{part}: eerst {before}, nu {after}.",
        "new setting": "{part}: {after} (nieuw).",
        "gone setting": "{part}: niet meer {before}.",
    },
}
# Dutch for the words of a rule set's keys; in English they speak for themselves.
DUTCH: Mapping[str, str] = {
    "strategy": "strategie", "preset": "voorkeuze", "weights": "gewichten", "segments": "segmenten", "fit": "passen",
    "wait": "wachten", "cost": "kosten", "specialist": "specialist", "load": "drukte", "values": "waardeprofielen",
    "mode": "stand", "max_weight": "hoogste gewicht", "service": "dienstverlening", "channels": "kanalen",
    "tier": "niveau", "floor": "ondergrens",
    "answer_within_s": "antwoord binnen (s)", "promises_kept": "beloften houden",
    "style": "stijl", "paid_slot": "betaald tijdvak", "price_cents": "prijs (cent)", "width_s": "breedte (s)",
    "hold": "vasthouden", "cap_s": "hoogstens (s)", "limits": "grenzen", "transfers": "keren doorverbinden",
    "difficult_in_a_row": "moeilijke achtereen", "busy_share": "deel bezet", "offer": "aanbod",
    "expires_s": "verloopt na (s)", "explore": "verkennen", "outcome": "uitkomst", "default": "allen",
    "by_segment": "per segment", "resolved_cents": "opgelost (cent)", "effort_cents": "moeite (cent)",
    "minute_cents": "minuut (cent)", "others": "overige klanten", "title": "titel",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """Ids of rules, each in order of id, and names of the other parts that differ (title, strategy, values, …)."""

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
        settings=tuple(part for part in SETTINGS if _setting(before, part) != _setting(after, part)),
    )


def difference_in_words(before: RuleSet, after: RuleSet, language: str) -> list[str]:
    """A sentence for each thing that `after` does differently, in nl or en; one that says so where there is none."""
    changed, words = difference(before, after), SENTENCES[language]
    old, new = {rule.id: rule for rule in before.rules}, {rule.id: rule for rule in after.rules}
    told = [words["title"].format(before=before.title, after=after.title)] if "title" in changed.settings else []
    told += [_rule_told("added", new[one], language) for one in changed.added]
    told += [_rule_told("removed", old[one], language) for one in changed.removed]
    for one in changed.changed:
        told += _changes(old[one], new[one], language)
    for part in changed.settings:
        if part != "title":
            told += _settings_told(part, before, after, language)
    return told or [words["none"]]


def _rule_told(what: str, rule: Rule, language: str) -> str:
    return SENTENCES[language][what].format(title=rule.title, told=rule_in_words(rule, language))


def _changes(before: Rule, after: Rule, language: str) -> Iterator[str]:
    words, title = SENTENCES[language], after.title
    if before.title != after.title:
        yield words["title"].format(before=before.title, after=after.title)
    if before.active != after.active:
        yield _rule_told("on" if after.active else "off", after, language)
    if before.order != after.order:
        yield words["order"].format(title=title, before=before.order, after=after.order)
    if _does(before) != _does(after):
        was, now = (rule_in_words(rule, language) for rule in (before, after))
        yield words["does"].format(title=title, before=was, after=now)
    if before.reason != after.reason:
        yield words["reason"].format(title=title, after=after.reason[language])
    if before.category != after.category:
        yield words["category"].format(title=title, after=after.category)


def _does(rule: Rule) -> tuple[object, ...]:
    return rule.when, rule.employees, rule.effect, rule.steps


def _settings_told(part: str, before: RuleSet, after: RuleSet, language: str) -> Iterator[str]:
    was, now = (dict(_leaves(_setting(one, part), (part,))) for one in (before, after))
    words = SENTENCES[language]
    for path in dict.fromkeys((*was, *now)):
        if was.get(path) == now.get(path):
            continue
        what = "setting" if path in was and path in now else "new setting" if path in now else "gone setting"
        shown = [value_in_words(leaves.get(path), language) for leaves in (was, now)]
        yield words[what].format(part=_path_in_words(path, language), before=shown[0], after=shown[1])


def _setting(rule_set: RuleSet, part: str) -> Any:
    """The part in plain dictionaries; service by segment."""
    value = getattr(rule_set, part)
    if part == "title" or value is None:
        return value
    if part == "service":
        return {one.segment or "others": {k: v for k, v in asdict(one).items() if k != "segment"} for one in value}
    return asdict(value)


def _leaves(value: object, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], object]]:
    if isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves(part, (*path, str(key)))
    elif value is not None:
        yield path, value


def _path_in_words(path: tuple[str, ...], language: str) -> str:
    named = [DUTCH.get(key, key) for key in path] if language == "nl" else [key.replace("_", " ") for key in path]
    return f"{named[0][:1].upper()}{named[0][1:]}" + "".join(f", {one}" for one in named[1:])
