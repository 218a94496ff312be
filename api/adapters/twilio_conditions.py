"""TaskRouter's expressions as conditions of rules: what means the same is carried over, the rest is told."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from api.adapters.twilio_expressions import Compared, Constant, Expression, Listed, Name, Negated

Condition = dict[str, object]

CHANNELS: Mapping[str, str] = {"voice": "phone", "chat": "chat", "sms": "chat", "whatsapp": "chat", "email": "email",
                               "web": "chat", "default": "phone", "video": "chat"}  # fmt: skip
# Names that mean the same on both sides; all others become attributes of the contact or of the employee.
OF_TASK: Mapping[str, str] = {"intent": "contact.intent", "language": "contact.language",
                              "channel": "contact.channel", "channelType": "contact.channel",
                              "channel_type": "contact.channel", "taskchannel": "contact.channel",
                              "age": "contact.waiting_s", "taskage": "contact.waiting_s"}  # fmt: skip
OF_WORKER: Mapping[str, str] = {"languages": "employee.language", "team": "employee.team", "team_name": "employee.team",
                                "sid": "employee.id", "friendly_name": "employee.id"}  # fmt: skip
SKILLS = ("skills", "routing.skills")
LEVELS = ("routing.levels.", "skill_levels.", "levels.")
TURNED = {"<": ">", ">": "<", "<=": ">=", ">=": "<="}
MOST_NAME = 64


@dataclass(frozen=True, slots=True)
class NotCarried:
    """Something of the workflow that the rule set cannot say: where it stood, and why or what to do instead."""

    pointer: str
    what: str


@dataclass(slots=True)
class Translator:
    """Turns expressions into conditions. `side` says what a name without a prefix belongs to."""

    side: str
    pointer: str
    lost: list[NotCarried] = field(default_factory=list)
    named: dict[str, str] = field(default_factory=dict)  # how a name of theirs is called here

    def condition(self, said: Expression) -> Condition | None:
        """The condition; `None` where nothing of it could be carried over, which is noted."""
        if isinstance(said, Compared):
            return self._comparison(said)
        if isinstance(said, Negated):
            before = len(self.lost)
            inner = self.condition(said.part)
            if inner is not None and len(self.lost) > before:
                self._lose("a part of what NOT denies cannot be carried over, so the whole NOT is left out")
                return None
            return None if inner is None else {"not": inner}
        parts = [self.condition(part) for part in said.parts]
        kept = [part for part in parts if part is not None]
        if said.operator == "OR" and len(kept) < len(parts):
            self._lose("one side of an OR cannot be carried over, so the whole OR is left out")
            return None
        if not kept:
            return None
        return kept[0] if len(kept) == 1 else {"all" if said.operator == "AND" else "any": kept}

    def _comparison(self, said: Compared) -> Condition | None:
        left, operator, right = said.left, said.operator, said.right
        if isinstance(left, Name) and isinstance(right, Name):
            return self._relation(left, operator, right)
        if isinstance(right, Name) and not isinstance(left, Name):
            if operator in ("IN", "NOT IN") and not isinstance(left, Listed):
                return self._test(right.path, "HAS" if operator == "IN" else "NOT HAS", left)
            return self._test(right.path, TURNED.get(operator, operator), left)
        if isinstance(left, Name) and not isinstance(right, Name):
            return self._test(left.path, operator, right)
        self._lose("a comparison of two constants says nothing about contacts or employees")
        return None

    def _relation(self, left: Name, operator: str, right: Name) -> Condition | None:
        """A comparison of an employee with a contact: of those only a shared language is known here."""
        places = {self._place(left.path), self._place(right.path)}
        if places == {"employee.language", "contact.language"} and operator in ("HAS", "IN", "CONTAINS", "=="):
            return {"field": "employee.shares_language", "operator": "is", "value": True}
        self._lose(f"{left.path} {operator} {right.path} compares an employee with a contact: give the contact "
                   "preferred_employee, exclude_employees or skills instead")  # fmt: skip
        return None

    def _test(self, name: str, operator: str, value: Constant | Listed) -> Condition | None:
        skill = self._skill(name, operator, value)
        if skill is not None:
            return skill
        place = self._place(name)
        if place is None:
            return None
        if place == "contact.channel":
            value = _channels(value)
        return self._asked(place, operator, value, name)

    def _skill(self, name: str, operator: str, value: Constant | Listed) -> Condition | None:
        """`skills HAS "x"` and `levels.x >= 3` of a worker, as this side calls them."""
        is_worker, path = self._side_of(name)
        if not is_worker:
            return None
        if path in SKILLS and operator in ("HAS", "NOT HAS") and isinstance(value, str):
            self.named[f"worker.{path}"] = "employee.skill.…"
            return {"field": f"employee.skill.{value}", "operator": "exists", "value": operator == "HAS"}
        level = next((path.removeprefix(start) for start in LEVELS if path.startswith(start)), None)
        if level is None or not isinstance(value, int | float) or isinstance(value, bool):
            return None
        self.named[f"worker.{path}"] = f"employee.skill.{level}"
        if not 1 <= value <= 5:
            self._lose(f"levels here go from 1 to 5, and {path} is compared with {value:g}: scale it by hand")
        return self._asked(f"employee.skill.{level}", operator, value, name)

    def _asked(self, place: str, operator: str, value: Constant | Listed, name: str) -> Condition | None:
        several = list(value.values) if isinstance(value, Listed) else value
        plain = {"==": "is", "!=": "is_not", "IN": "in", "NOT IN": "not_in", ">=": "at_least", "<=": "at_most"}
        if isinstance(value, Listed) != (operator in ("IN", "NOT IN")):
            self._lose(f"{name} {operator} needs {'a list' if operator in ('IN', 'NOT IN') else 'one value'}")
            return None
        if operator in ("HAS", "CONTAINS") or (operator.startswith("NOT ") and operator != "NOT IN"):
            if not isinstance(value, str):
                self._lose(f"{name} {operator} is carried over for texts only")
                return None
            return _not_if(operator.startswith("NOT "), {"field": place, "operator": "contains", "value": value})
        if operator in plain:
            return {"field": place, "operator": plain[operator], "value": several}
        # More than is at least and not equal; the document's operators have no strict ones.
        bound = {"field": place, "operator": "at_least" if operator == ">" else "at_most", "value": several}
        return {"all": [bound, {"field": place, "operator": "is_not", "value": several}]}

    def _place(self, name: str) -> str | None:
        is_worker, path = self._side_of(name)
        if path.startswith(("activity_", "channel.")) and is_worker:
            self._lose(f"{name} is about presence: tell it with PUT …/presence, every round looks at it")
            return None
        if name.startswith("workers."):
            self._lose(f"{name} counts workers of a queue, which a rule cannot")
            return None
        known = (OF_WORKER if is_worker else OF_TASK).get(path)
        own = re.sub(r"[^A-Za-z0-9_]", "_", path)[:MOST_NAME]
        place = known or f"{'employee' if is_worker else 'contact'}.attributes.{own}"
        self.named[f"{'worker' if is_worker else 'task'}.{path}"] = place
        return place

    def _side_of(self, name: str) -> tuple[bool, str]:
        prefix, _, rest = name.partition(".")
        if prefix in ("worker", "task") and rest:
            return prefix == "worker", rest
        return self.side == "worker", name

    def _lose(self, why: str) -> None:
        self.lost.append(NotCarried(self.pointer, f"{why[0].upper()}{why[1:]}."))


def _channels(value: Constant | Listed) -> Constant | Listed:
    if isinstance(value, Listed):
        return Listed(tuple(CHANNELS.get(str(one).lower(), str(one)) for one in value.values))
    return CHANNELS.get(str(value).lower(), str(value))


def _not_if(is_negated: bool, condition: Condition) -> Condition:
    return {"not": condition} if is_negated else condition
