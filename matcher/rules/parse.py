"""A rule set out of its JSON document, or every fault in it at once."""

import json
from collections.abc import Mapping
from dataclasses import fields

from matcher.errors import InvalidInput, pointer_to
from matcher.profiles.framework import Framework
from matcher.rules.fields import Side
from matcher.rules.parse_conditions import ConditionReader, value_system_names
from matcher.rules.reading import Faults
from matcher.rules.rule_set import (
    Condition,
    Effect,
    EffectKind,
    Rule,
    RuleSet,
    ValuesMode,
    ValuesPolicy,
    canonical_json,
    version_of,
)
from matcher.rules.strategy import PRESETS, Strategy, Weights

SCHEMA = "rule-set/1"
REQUIRED = ("schema", "title", "strategy")
OPTIONAL = ("values", "rules")
LATER = ("service", "hold", "limits", "offer", "explore")  # of the schema, but nothing acts upon them yet
EFFECTS_LATER = ("set", "stop")
RULE_REQUIRED = ("id", "title", "effect", "reason")
RULE_OPTIONAL = ("active", "order", "category", "when", "employees", "relax_after_s")
LANGUAGES = ("nl", "en")
MODES: Mapping[str, ValuesMode] = {"off": "off", "same": "same", "prior": "prior"}
DEFAULT_VALUES = ValuesPolicy("prior", 0.5)

MOST_RULES = 1000
MOST_TITLE = 200
MOST_ID = 64
MOST_REASON = 300
MOST_ORDER = 1_000_000
MOST_WEIGHT = 10.0
MOST_BOOST = 10.0  # score units; scores lie within a few units of 0
LONGEST_WAIT_S = 30 * 86400.0


def parse_rule_set(document: Mapping[str, object], *, framework: Framework | None = None) -> RuleSet:
    """The rule set. With the framework given, rules that mention one of its value systems are refused too.

    Raises InvalidInput with every fault, each with a JSON Pointer into the document.
    """
    faults = Faults()
    known = {key: part for key, part in document.items() if key not in LATER} if isinstance(document, Mapping) else {}
    read = faults.mapping(
        known if isinstance(document, Mapping) else document, "", required=REQUIRED, optional=OPTIONAL
    )
    if read is None:
        raise InvalidInput(faults.found)
    for key in LATER:
        if key in document:
            faults.note(f"/{key}", "not_supported_yet", f"{key!r} is not acted upon yet; leave it out.")
    if "schema" in read:
        faults.one_of(read["schema"], "/schema", "unknown_schema", (SCHEMA,))
    title = faults.text(read["title"], "/title", most=MOST_TITLE) if "title" in read else None
    strategy = _strategy(read["strategy"], faults) if "strategy" in read else None
    values = _values(read["values"], faults) if "values" in read else DEFAULT_VALUES
    rules = _rules(read.get("rules", []), faults, value_system_names(framework))
    if faults.found or title is None or strategy is None or values is None:
        raise InvalidInput(faults.found)
    kept = json.loads(canonical_json(document))  # a copy that no one else can change
    return RuleSet(version_of(title, document), title, strategy, values, rules, kept)


def _strategy(value: object, faults: Faults) -> Strategy | None:
    document = faults.mapping(value, "/strategy", required=("preset",), optional=("weights",))
    if document is None or "preset" not in document:
        return None
    preset = faults.one_of(document["preset"], "/strategy/preset", "unknown_strategy", PRESETS)
    names = tuple(field.name for field in fields(Weights))
    own = faults.mapping(document.get("weights", {}), "/strategy/weights", required=(), optional=names) or {}
    weights = {
        name: faults.number(own[name], pointer_to("/strategy/weights", name), least=0.0, most=MOST_WEIGHT)
        for name in names
        if name in own
    }
    if preset is None:
        return None
    ours = PRESETS[preset]
    return Strategy(preset, Weights(**{name: _or(weights.get(name), getattr(ours, name)) for name in names}))


def _or(given: float | None, otherwise: float) -> float:
    return otherwise if given is None else given


def _values(value: object, faults: Faults) -> ValuesPolicy | None:
    document = faults.mapping(value, "/values", required=("mode",), optional=("max_weight",))
    if document is None or "mode" not in document:
        return None
    if document["mode"] == "learned":
        what = "'learned' needs a trained classifier, and there is none yet; use prior, same or off."
        faults.note("/values/mode", "not_supported_yet", what)
        return None
    mode = faults.one_of(document["mode"], "/values/mode", "unknown_mode", MODES)
    most = DEFAULT_VALUES.max_weight
    weight = faults.number(document.get("max_weight", most), "/values/max_weight", least=0.0, most=1.0)
    return None if mode is None or weight is None else ValuesPolicy(MODES[mode], weight)


def _rules(value: object, faults: Faults, value_systems: frozenset[str]) -> tuple[Rule, ...]:
    items = faults.items(value, "/rules", most=MOST_RULES)
    reader = _RuleReader(faults, value_systems)
    read = [reader.read(item, pointer_to("/rules", place)) for place, item in enumerate(items or ())]
    return tuple(rule for rule in read if rule is not None)


class _RuleReader:
    """Reads rules one by one and remembers their ids, so that a doubled one is seen."""

    def __init__(self, faults: Faults, value_systems: frozenset[str]) -> None:
        self._faults = faults
        self._when = ConditionReader(faults, side=Side.CONTACT, value_systems=value_systems)
        self._employees = ConditionReader(faults, side=Side.EMPLOYEE, value_systems=value_systems)
        self._ids: set[str] = set()

    def read(self, value: object, pointer: str) -> Rule | None:
        """The rule, or `None` where it was refused."""
        before = len(self._faults.found)
        document = self._faults.mapping(value, pointer, required=RULE_REQUIRED, optional=RULE_OPTIONAL)
        if document is None:
            return None
        faults = self._faults
        rule_id = self._id(document, pointer)
        title = faults.text(document.get("title", "-"), pointer_to(pointer, "title"), most=MOST_TITLE)
        order = faults.whole(document.get("order", 0), pointer_to(pointer, "order"), least=-MOST_ORDER, most=MOST_ORDER)
        category = faults.text(document.get("category", ""), pointer_to(pointer, "category"), most=MOST_TITLE, least=0)
        active = faults.flag(document.get("active", True), pointer_to(pointer, "active"))
        when = self._condition(self._when, document, pointer, "when")
        employees = self._condition(self._employees, document, pointer, "employees")
        effect = self._effect(document, pointer)
        relax_after_s = self._relaxation(document, pointer, effect)
        reason = self._reason(document, pointer)
        if len(faults.found) > before:
            return None
        # Without a fault every part was read; mypy cannot see that the two go together.
        assert rule_id is not None
        assert title is not None
        assert order is not None
        assert category is not None
        assert active is not None
        assert effect is not None
        return Rule(rule_id, title, order, category, active, when, employees, effect, relax_after_s, reason)

    def _id(self, document: Mapping[str, object], pointer: str) -> str | None:
        if "id" not in document:
            return None
        place = pointer_to(pointer, "id")
        rule_id = self._faults.text(document["id"], place, most=MOST_ID)
        if rule_id is not None and rule_id in self._ids:
            self._faults.note(place, "duplicate_id", f"Another rule is called {rule_id!r} too.")
        elif rule_id is not None:
            self._ids.add(rule_id)
        return rule_id

    @staticmethod
    def _condition(reader: ConditionReader, document: Mapping[str, object], pointer: str, key: str) -> Condition | None:
        return reader.read(document[key], pointer_to(pointer, key)) if key in document else None

    def _effect(self, document: Mapping[str, object], pointer: str) -> Effect | None:
        if "effect" not in document:
            return None
        place, value = pointer_to(pointer, "effect"), document["effect"]
        later = [key for key in EFFECTS_LATER if isinstance(value, Mapping) and key in value]
        for key in later:
            self._faults.note(pointer_to(place, key), "not_supported_yet", f"{key!r} is not acted upon yet.")
        kinds = tuple(EffectKind)
        effect = self._faults.mapping(value, place, required=(), optional=(*kinds, *EFFECTS_LATER))
        if effect is None or later:
            return None
        named = [kind for kind in kinds if kind in effect]
        if len(named) != 1:
            self._faults.note(place, "one_effect", f"A rule has exactly one effect of: {', '.join(kinds)}.")
            return None
        if named[0] is not EffectKind.BOOST and "employees" not in document:
            what = f"{named[0]} needs 'employees': which employees does it speak of?"
            self._faults.note(pointer_to(pointer, "employees"), "missing", what)
        return self._sized(named[0], effect[named[0]], pointer_to(place, named[0]))

    def _sized(self, kind: EffectKind, value: object, pointer: str) -> Effect | None:
        if kind is EffectKind.BOOST:
            amount = self._faults.number(value, pointer, least=-MOST_BOOST, most=MOST_BOOST)
            return None if amount is None else Effect(kind, amount)
        if value is not True:
            self._faults.note(pointer, "wrong_type", f"{kind} can only be true; switch a rule off with 'active'.")
            return None
        return Effect(kind)

    def _relaxation(self, document: Mapping[str, object], pointer: str, effect: Effect | None) -> float | None:
        value = document.get("relax_after_s")
        if value is None:
            return None
        place = pointer_to(pointer, "relax_after_s")
        if effect is not None and effect.kind is EffectKind.BOOST:
            self._faults.note(place, "nothing_to_relax", "A boost refuses no one, so there is nothing to relax.")
        return self._faults.number(value, place, least=0.0, most=LONGEST_WAIT_S)

    def _reason(self, document: Mapping[str, object], pointer: str) -> dict[str, str]:
        if "reason" not in document:
            return {}
        place = pointer_to(pointer, "reason")
        spoken = self._faults.mapping(document["reason"], place, required=LANGUAGES) or {}
        read = {
            language: self._faults.text(spoken[language], pointer_to(place, language), most=MOST_REASON)
            for language in LANGUAGES
            if language in spoken
        }
        return {language: text for language, text in read.items() if text is not None}
