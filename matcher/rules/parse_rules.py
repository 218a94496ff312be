"""Rules out of a document, one by one: conditions, exactly one effect, how it relaxes, and the reason it gives."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from matcher.errors import pointer_to
from matcher.profiles.channels import CHANNELS
from matcher.rules.fields import Side
from matcher.rules.parse_conditions import ConditionReader
from matcher.rules.reading import Faults
from matcher.rules.rule_set import SETTABLE, Changes, Condition, Effect, EffectKind, Rule, Step

RULE_REQUIRED = ("id", "title", "effect", "reason")
RULE_OPTIONAL = ("active", "order", "category", "when", "employees", "relax_after_s", "relax")
LANGUAGES = ("nl", "en")
RELAXING = (EffectKind.REQUIRE, EffectKind.FORBID)

MOST_RULES = 1000
MOST_TITLE = 200
MOST_ID = 64
MOST_REASON = 300
MOST_ORDER = 1_000_000
MOST_BOOST = 10.0  # score units; scores lie within a few units of 0
MOST_STEPS = 10
MOST_STOPPED = 100  # rules that one red card names
LONGEST_WAIT_S = 30 * 86400.0


def read_rules(value: object, faults: Faults, value_systems: frozenset[str]) -> tuple[Rule, ...]:
    """The rules that have no fault of their own."""
    items = faults.items(value, "/rules", most=MOST_RULES) or ()
    reader = _RuleReader(faults, value_systems)
    read = [reader.read(item, pointer_to("/rules", place)) for place, item in enumerate(items)]
    _check_stopped(items, reader.kinds, faults)
    return tuple(rule for rule in read if rule is not None)


class _RuleReader:
    """Reads rules one by one and remembers their ids, so that a doubled one is seen."""

    def __init__(self, faults: Faults, value_systems: frozenset[str]) -> None:
        self._faults = faults
        self._when = ConditionReader(faults, side=Side.CONTACT, value_systems=value_systems)
        self._employees = ConditionReader(faults, side=Side.EMPLOYEE, value_systems=value_systems)
        self.kinds: dict[str, EffectKind | None] = {}

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
        steps = self._steps(document, pointer, effect)
        reason = self._reason(document, pointer)
        if rule_id is not None and effect is not None:
            self.kinds[rule_id] = effect.kind
        if len(faults.found) > before:
            return None
        # Without a fault every part was read; mypy cannot see that the two go together.
        assert rule_id is not None
        assert title is not None
        assert order is not None
        assert category is not None
        assert active is not None
        assert effect is not None
        return Rule(rule_id, title, order, category, active, when, employees, effect, reason, steps)

    def _id(self, document: Mapping[str, object], pointer: str) -> str | None:
        if "id" not in document:
            return None
        place = pointer_to(pointer, "id")
        rule_id = self._faults.text(document["id"], place, most=MOST_ID)
        if rule_id is not None and rule_id in self.kinds:
            self._faults.note(place, "duplicate_id", f"Another rule is called {rule_id!r} too.")
        elif rule_id is not None:
            self.kinds[rule_id] = None
        return rule_id

    @staticmethod
    def _condition(reader: ConditionReader, document: Mapping[str, object], pointer: str, key: str) -> Condition | None:
        return reader.read(document[key], pointer_to(pointer, key)) if key in document else None

    def _effect(self, document: Mapping[str, object], pointer: str) -> Effect | None:
        if "effect" not in document:
            return None
        place, kinds = pointer_to(pointer, "effect"), tuple(EffectKind)
        effect = self._faults.mapping(document["effect"], place, required=(), optional=kinds)
        if effect is None:
            return None
        named = [kind for kind in kinds if kind in effect]
        if len(named) != 1:
            self._faults.note(place, "one_effect", f"A rule has exactly one effect of: {', '.join(kinds)}.")
            return None
        (kind,) = named
        read = self._read_effect(kind, effect[kind], pointer_to(place, kind))
        if read is not None:
            self._check_employees(read, document, pointer)
        return read

    def _check_employees(self, effect: Effect, document: Mapping[str, object], pointer: str) -> None:
        place, kind = pointer_to(pointer, "employees"), effect.kind
        if kind in RELAXING and "employees" not in document:
            self._faults.note(place, "missing", f"{kind} needs 'employees': which employees does it speak of?")
        elif (kind is EffectKind.SET or effect.rules) and "employees" in document:
            what = f"this {kind} is about contacts and names no employees; leave 'employees' out."
            self._faults.note(place, "no_employees_here", what)
        elif kind is EffectKind.STOP and not effect.rules and not {"when", "employees"} & document.keys():
            what = "a stop needs 'when' or 'employees': which contacts or which employees does it stop?"
            self._faults.note(place, "missing", what)

    def _read_effect(self, kind: EffectKind, value: object, pointer: str) -> Effect | None:
        if kind is EffectKind.BOOST:
            amount = self._faults.number(value, pointer, least=-MOST_BOOST, most=MOST_BOOST)
            return None if amount is None else Effect(kind, amount)
        if kind is EffectKind.SET:
            return self._set(value, pointer)
        if kind is EffectKind.STOP and isinstance(value, Mapping):
            return self._stop_of_rules(value, pointer)
        if value is not True:
            self._faults.note(pointer, "wrong_type", f"{kind} can only be true; switch a rule off with 'active'.")
            return None
        return Effect(kind)

    def _set(self, value: object, pointer: str) -> Effect | None:
        before, faults = len(self._faults.found), self._faults
        changes = faults.mapping(value, pointer, required=(), optional=SETTABLE)
        if changes is None:
            return None
        if not any(key in changes for key in SETTABLE):
            faults.note(pointer, "nothing_set", f"Set at least one of: {', '.join(SETTABLE)}.")
        priority = answer = channel = None
        if "priority" in changes:
            priority = faults.whole(changes["priority"], pointer_to(pointer, "priority"), least=0, most=9)
        if "answer_within_s" in changes:
            place = pointer_to(pointer, "answer_within_s")
            answer = faults.number(changes["answer_within_s"], place, least=1.0, most=LONGEST_WAIT_S)
        if "channel" in changes:
            channel = faults.one_of(changes["channel"], pointer_to(pointer, "channel"), "unknown_channel", CHANNELS)
        difficult = self._only_true(changes, pointer, "difficult")
        if len(faults.found) > before:
            return None
        return Effect(EffectKind.SET, changes=Changes(priority, answer, channel, difficult))

    def _only_true(self, document: Mapping[str, object], pointer: str, key: str) -> bool | None:
        if key in document and document[key] is not True:
            self._faults.note(pointer_to(pointer, key), "wrong_type", f"{key} can only be true.")
        return True if key in document else None

    def _stop_of_rules(self, value: Mapping[str, object], pointer: str) -> Effect | None:
        document = self._faults.mapping(value, pointer, required=("rules",)) or {}
        if "rules" not in document:
            return None
        place = pointer_to(pointer, "rules")
        items = self._faults.items(document["rules"], place, least=1, most=MOST_STOPPED)
        names = [self._faults.text(one, pointer_to(place, k), most=MOST_ID) for k, one in enumerate(items or ())]
        kept = tuple(name for name in names if name is not None)
        return Effect(EffectKind.STOP, rules=kept) if kept and len(kept) == len(names) else None

    def _steps(self, document: Mapping[str, object], pointer: str, effect: Effect | None) -> tuple[Step, ...]:
        given = [key for key in ("relax_after_s", "relax") if document.get(key) is not None]
        if not given:
            return ()
        place = pointer_to(pointer, given[0])
        if effect is not None and effect.kind not in RELAXING:
            what = f"A {effect.kind} does not relax: only require and forbid do."
            self._faults.note(place, "nothing_to_relax", what)
        if len(given) == 2:
            what = "Say 'relax_after_s' or 'relax', not both: the last step of 'relax' may be a drop."
            self._faults.note(pointer_to(pointer, "relax"), "relaxed_twice", what)
            return ()
        if given == ["relax"]:
            return self._listed_steps(document["relax"], place)
        after_s = self._faults.number(document["relax_after_s"], place, least=0.0, most=LONGEST_WAIT_S)
        return () if after_s is None else (Step(after_s, None),)

    def _listed_steps(self, value: object, pointer: str) -> tuple[Step, ...]:
        items = self._faults.items(value, pointer, least=1, most=MOST_STEPS) or ()
        steps = [self._step(item, pointer_to(pointer, place)) for place, item in enumerate(items)]
        for place, (one, following) in enumerate(pairwise(steps), start=1):
            if one is None or following is None:
                continue
            if following.after_s <= one.after_s:
                what = "Each step comes later than the one before it."
                self._faults.note(pointer_to(pointer, place, "after_s"), "steps_not_in_order", what)
            elif one.employees is None:
                self._faults.note(pointer_to(pointer, place), "steps_not_in_order", "Nothing follows a drop.")
        return tuple(step for step in steps if step is not None)

    def _step(self, value: object, pointer: str) -> Step | None:
        step = self._faults.mapping(value, pointer, required=("after_s",), optional=("employees", "drop"))
        if step is None:
            return None
        place = pointer_to(pointer, "after_s")
        after_s = self._faults.number(step.get("after_s", 0), place, least=0.0, most=LONGEST_WAIT_S)
        if ("employees" in step) is ("drop" in step):
            what = "A step has either 'employees', who may help from then on too, or 'drop': true."
            self._faults.note(pointer, "one_way_to_relax", what)
            return None
        if "drop" in step and step["drop"] is not True:
            self._only_true(step, pointer, "drop")
            return None
        employees = self._condition(self._employees, step, pointer, "employees")
        refused = "employees" in step and employees is None
        return None if after_s is None or refused else Step(after_s, employees)

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


def _check_stopped(items: Sequence[object], kinds: Mapping[str, EffectKind | None], faults: Faults) -> None:
    """A red card names rules that exist, and no other red card: two that stop each other would stop nothing."""
    for place, item in enumerate(items):
        effect = item.get("effect") if isinstance(item, Mapping) else None
        stop = effect.get("stop") if isinstance(effect, Mapping) else None
        names = stop.get("rules") if isinstance(stop, Mapping) else None
        for k, name in enumerate(names if isinstance(names, list | tuple) else ()):
            at = f"/rules/{place}/effect/stop/rules/{k}"
            if isinstance(name, str) and name not in kinds:
                faults.note(at, "unknown_rule", f"There is no rule {name[:MOST_ID]!r} in this rule set.")
            elif isinstance(name, str) and kinds[name] is EffectKind.STOP:
                faults.note(at, "stop_of_a_stop", f"{name[:MOST_ID]!r} is a stop itself; switch it off with 'active'.")
