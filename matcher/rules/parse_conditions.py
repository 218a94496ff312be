"""Conditions out of a document: nested all, any and not, of tests {field, operator, value}."""

from collections.abc import Mapping

from matcher.errors import pointer_to
from matcher.profiles.framework import Framework
from matcher.profiles.people import Attribute
from matcher.profiles.protected import is_protected_group, is_protected_trait
from matcher.rules.fields import EVERY_OPERATOR, FAMILIES, FIXED, OPERATORS, Field, Kind, Side, field_at, own_name
from matcher.rules.reading import SHOWN, Faults, is_number, shown
from matcher.rules.rule_set import All, AnyOf, Condition, Not, Test

DEEPEST = 8  # levels of all, any and not, the test included
MOST_PARTS = 100  # of one all or any
MOST_OPERANDS = 1000  # of one in or not_in
MOST_TEXT = 200
LISTS = ("in", "not_in")
ORDERED = ("at_least", "at_most")
# Fields whose words say which people are meant; elsewhere a colour is just the colour of a product.
ABOUT_PEOPLE = ("customer.segment", "customer.tier", "customer.attributes.", "employee.team", "employee.attributes.")
VALUE_WORDS = frozenset({"values", "value_system", "value_systems", "value_profile", "waarden", "waardesysteem"})


def value_system_names(framework: Framework | None) -> frozenset[str]:
    """How the framework's value systems are called, in every language and in lower case."""
    if framework is None:
        return frozenset()
    labels = [label for by_language in framework.labels.values() for label in by_language.values()]
    return frozenset(name.strip().casefold() for name in (*framework.values.dims, *labels))


class ConditionReader:
    """Reads the conditions of one side; faults go to `faults`. `value_systems` may not be mentioned."""

    def __init__(self, faults: Faults, *, side: Side, value_systems: frozenset[str]) -> None:
        self._faults = faults
        self._side = side
        self._value_systems = value_systems

    def read(self, value: object, pointer: str, *, depth: int = 1) -> Condition | None:
        """The condition, or `None` where it was refused."""
        if depth > DEEPEST:
            self._faults.note(pointer, "too_deep", f"Conditions may be nested {DEEPEST} levels deep.")
            return None
        form = next((key for key in ("all", "any", "not") if isinstance(value, Mapping) and key in value), None)
        if form is None:
            return self._test(value, pointer)
        document = self._faults.mapping(value, pointer, required=(form,))
        assert document is not None  # it is a mapping, or it had no form
        below = pointer_to(pointer, form)
        if form == "not":
            part = self.read(document[form], below, depth=depth + 1)
            return None if part is None else Not(part)
        parts = self._parts(document[form], below, depth + 1)
        return None if parts is None else (All if form == "all" else AnyOf)(parts)

    def _parts(self, value: object, pointer: str, depth: int) -> tuple[Condition, ...] | None:
        items = self._faults.items(value, pointer, least=1, most=MOST_PARTS)
        if items is None:
            return None
        parts = [self.read(item, pointer_to(pointer, place), depth=depth) for place, item in enumerate(items)]
        kept = tuple(part for part in parts if part is not None)
        return kept if len(kept) == len(parts) else None

    def _test(self, value: object, pointer: str) -> Test | None:
        before = len(self._faults.found)
        document = self._faults.mapping(value, pointer, required=("field", "operator"), optional=("value",))
        if document is None:
            return None
        field = self._field(document["field"], pointer_to(pointer, "field")) if "field" in document else None
        operator = self._operator(document, pointer, field)
        if operator is None:
            return None
        operand = self._operand(document, pointer, field, operator)
        if field is None or operand is None or len(self._faults.found) > before:
            return None
        return Test(field.path, operator, operand)

    def _field(self, path: object, pointer: str) -> Field | None:
        field = field_at(path) if isinstance(path, str) and len(path) <= MOST_TEXT else None
        if field is None:
            known = ", ".join((*FIXED, *(f"{prefix}<name>" for prefix in FAMILIES)))
            self._faults.note(pointer, "unknown_field", f"{shown(path)} is no field; fields are: {known}.")
            return None
        name = own_name(field.path)
        if name is not None and is_protected_trait(name):
            what = f"{field.path[:SHOWN]!r} names a protected trait; no rule may look at it."
            self._faults.note(pointer, "protected_attribute", what)
        elif name is not None and (self._names_values(name) or name.casefold() in VALUE_WORDS):
            self._note_values(pointer, field.path)
        if field.side is not self._side:
            where = "`employees` looks at employee.…, `when` at contact.… and customer.…"
            self._faults.note(pointer, "wrong_side", f"{field.path[:SHOWN]!r} cannot be asked here: {where}.")
        return field

    def _operator(self, document: Mapping[str, object], pointer: str, field: Field | None) -> str | None:
        if "operator" not in document:
            return None
        place = pointer_to(pointer, "operator")
        operator = self._faults.one_of(document["operator"], place, "unknown_operator", EVERY_OPERATOR)
        if operator is not None and field is not None and operator not in OPERATORS[field.kind]:
            fitting = ", ".join(OPERATORS[field.kind])
            what = f"{field.path[:SHOWN]!r} holds {field.kind}; ask one of these of it: {fitting}."
            self._faults.note(place, "operator_does_not_fit", what)
            return None
        return operator

    def _operand(
        self, document: Mapping[str, object], pointer: str, field: Field | None, operator: str
    ) -> Attribute | tuple[Attribute, ...] | None:
        place = pointer_to(pointer, "value")
        if operator == "exists":
            return self._faults.flag(document.get("value", True), place)
        if "value" not in document:
            self._faults.note(place, "missing", "'value' is missing.")
            return None
        kind = Kind.ATTRIBUTE if field is None else field.kind
        if operator not in LISTS:
            return self._scalar(document["value"], place, kind, operator, field)
        items = self._faults.items(document["value"], place, least=1, most=MOST_OPERANDS)
        if items is None:
            return None
        read = [self._scalar(item, pointer_to(place, k), kind, operator, field) for k, item in enumerate(items)]
        return tuple(one for one in read if one is not None)

    def _scalar(self, value: object, pointer: str, kind: Kind, operator: str, field: Field | None) -> Attribute | None:
        if kind is Kind.YES_NO:
            return self._faults.flag(value, pointer)
        if kind is Kind.NUMBER or operator in ORDERED or (kind is Kind.ATTRIBUTE and is_number(value)):
            read = self._faults.number(value, pointer)
            return None if read is None else value if isinstance(value, int) else read
        if kind is Kind.ATTRIBUTE and isinstance(value, bool) and operator != "contains":
            return value
        text = self._faults.text(value, pointer, most=MOST_TEXT)
        if text is not None and field is not None:
            self._check_people(text, pointer, field)
        return text

    def _check_people(self, text: str, pointer: str, field: Field) -> None:
        """Refuse words that pick people by protected ground or by value system."""
        if not field.path.startswith(ABOUT_PEOPLE):
            return
        if is_protected_group(text):
            what = f"{text[:SHOWN]!r} names a group by a protected ground; no rule may look at it."
            self._faults.note(pointer, "protected_attribute", what)
        elif self._names_values(text):
            self._note_values(pointer, text)

    def _names_values(self, text: str) -> bool:
        return text.strip().casefold() in self._value_systems

    def _note_values(self, pointer: str, text: str) -> None:
        what = f"{text[:SHOWN]!r} speaks of value systems: they weigh in the score and never in a rule."
        self._faults.note(pointer, "value_system_in_rule", what)
