"""What a rule may look at, of which type it is, and which questions can be asked of it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Final, TypeAlias

from matcher.contacts.contact import Contact
from matcher.profiles.channels import CHANNELS
from matcher.profiles.people import Attribute, Customer, Employee
from matcher.rules.words import OPERATOR_WORDS, field_in_words

Value: TypeAlias = Attribute | tuple[str, ...] | None


class Side(StrEnum):
    """The two sides a rule looks at, each once; a relation is asked of an employee and depends on the contact."""

    CONTACT = "contact"  # the contact and its customer
    EMPLOYEE = "employee"


class Kind(StrEnum):
    """The type of a field."""

    TEXT = "text"
    NUMBER = "number"
    YES_NO = "true or false"
    TEXTS = "several texts"
    ATTRIBUTE = "an attribute"  # text, number or true/false: the operand tells


OPERATORS: Mapping[Kind, tuple[str, ...]] = MappingProxyType(
    {
        Kind.TEXT: ("is", "is_not", "in", "not_in", "contains", "exists"),
        Kind.NUMBER: ("is", "is_not", "in", "not_in", "at_least", "at_most", "exists"),
        Kind.YES_NO: ("is", "is_not", "exists"),
        Kind.TEXTS: ("contains", "in", "not_in", "exists"),
        Kind.ATTRIBUTE: ("is", "is_not", "in", "not_in", "at_least", "at_most", "contains", "exists"),
    }
)
TYPES: Mapping[Kind, str] = MappingProxyType(
    {
        Kind.TEXT: "text",
        Kind.NUMBER: "number",
        Kind.YES_NO: "boolean",
        Kind.TEXTS: "list of text",
        Kind.ATTRIBUTE: "text, number or boolean",
    }
)
EVERY_OPERATOR = OPERATORS[Kind.ATTRIBUTE]


@dataclass(frozen=True, slots=True)
class Asked:
    """A contact with its customer, where one is known."""

    contact: Contact
    customer: Customer | None


@dataclass(frozen=True, slots=True)
class Field:
    """A field of one side: `of_contact` or `of_employee` reads it, `None` meaning that it is unknown.

    A relation of an employee to a contact is read by neither. `values` are all there can be, where they are few.
    """

    path: str
    kind: Kind
    of_contact: Callable[[Asked], Value] | None = None
    of_employee: Callable[[Employee], Value] | None = None
    values: tuple[Attribute, ...] = ()
    is_always_known: bool = False

    @property
    def is_relation(self) -> bool:
        """Whether it says how an employee and a contact are related."""
        return self.of_contact is None and self.of_employee is None

    @property
    def side(self) -> Side:
        """Which side the field belongs to."""
        return Side.EMPLOYEE if self.of_contact is None else Side.CONTACT


def _contact(name: str, kind: Kind, read: Callable[[Contact], Value], **more: Any) -> Field:
    return Field(f"contact.{name}", kind, of_contact=lambda asked: read(asked.contact), **more)


def _customer(name: str, kind: Kind, read: Callable[[Customer], Value], **more: Any) -> Field:
    def known(asked: Asked) -> Value:
        return None if asked.customer is None else read(asked.customer)

    return Field(f"customer.{name}", kind, of_contact=known, **more)


def _employee(name: str, kind: Kind, read: Callable[[Employee], Value], **more: Any) -> Field:
    return Field(f"employee.{name}", kind, of_employee=read, **more)


def is_promised(contact: Contact) -> bool:
    """Whether someone was promised an answer at or by a moment."""
    return contact.due_from is not None or contact.due_to is not None


SHARES_LANGUAGE, KNOWS_CUSTOMER = "employee.shares_language", "employee.knows_customer"
SAME_TEAM_AS_OWNER = "employee.same_team_as_owner"
YES_OR_NO = (True, False)
PRIORITIES = tuple(range(10))
MANDATES = tuple(range(4))
LEVELS = tuple(range(1, 6))
SURE: Final[dict[str, Any]] = {"is_always_known": True}

FIXED: Mapping[str, Field] = MappingProxyType(
    {
        field.path: field
        for field in (
            _contact("intent", Kind.TEXT, lambda contact: contact.intent),
            _contact("channel", Kind.TEXT, lambda contact: contact.channel, values=CHANNELS, **SURE),
            _contact("language", Kind.TEXT, lambda contact: contact.language),
            _contact("priority", Kind.NUMBER, lambda contact: contact.priority, values=PRIORITIES, **SURE),
            _contact("waiting_s", Kind.NUMBER, lambda contact: contact.waiting_s, **SURE),
            _contact("mandate", Kind.NUMBER, lambda contact: contact.mandate, values=MANDATES, **SURE),
            _contact("promised", Kind.YES_NO, is_promised, values=YES_OR_NO, **SURE),
            _contact("transfers", Kind.NUMBER, lambda contact: contact.transfers, **SURE),
            _contact("difficult", Kind.YES_NO, lambda contact: contact.difficult, values=YES_OR_NO, **SURE),
            _customer("segment", Kind.TEXT, lambda customer: customer.segment),
            _customer("tier", Kind.TEXT, lambda customer: customer.tier),
            _customer("language", Kind.TEXT, lambda customer: customer.language),
            _customer("no_push", Kind.YES_NO, lambda customer: customer.no_push, values=YES_OR_NO),
            _employee("id", Kind.TEXT, lambda employee: employee.id, **SURE),
            _employee("team", Kind.TEXT, lambda employee: employee.team),
            _employee("mandate", Kind.NUMBER, lambda employee: employee.mandate, values=MANDATES, **SURE),
            _employee("language", Kind.TEXTS, lambda employee: employee.languages),
            _employee("channel", Kind.TEXTS, lambda employee: tuple(employee.channels), values=CHANNELS),
            Field(SHARES_LANGUAGE, Kind.YES_NO, values=YES_OR_NO),
            Field(KNOWS_CUSTOMER, Kind.YES_NO, values=YES_OR_NO, is_always_known=True),
            Field(SAME_TEAM_AS_OWNER, Kind.YES_NO, values=YES_OR_NO),
        )
    }
)
# Fields that end in a name of the operator's own.
FAMILIES: Mapping[str, Callable[[str], Field]] = MappingProxyType(
    {
        "contact.attributes.": lambda name: _contact(
            f"attributes.{name}", Kind.ATTRIBUTE, lambda contact: contact.attributes.get(name)
        ),
        "contact.skill.": lambda name: _contact(
            f"skill.{name}", Kind.NUMBER, lambda contact: contact.skills.get(name), values=LEVELS
        ),
        "customer.attributes.": lambda name: _customer(
            f"attributes.{name}", Kind.ATTRIBUTE, lambda customer: customer.attributes.get(name)
        ),
        "employee.attributes.": lambda name: _employee(
            f"attributes.{name}", Kind.ATTRIBUTE, lambda employee: employee.attributes.get(name)
        ),
        "employee.skill.": lambda name: _employee(
            f"skill.{name}", Kind.NUMBER, lambda employee: employee.skills.get(name), values=LEVELS
        ),
    }
)


def field_at(path: str) -> Field | None:
    """The field of that path, or `None` where there is no such field."""
    if path in FIXED:
        return FIXED[path]
    for prefix, field in FAMILIES.items():
        if path.startswith(prefix) and len(path) > len(prefix):
            return field(path[len(prefix) :])
    return None


def listed(language: str) -> list[dict[str, object]]:
    """What rules may ask of which field, for whoever builds a form: a row a field, families ending in `<name>`.

    A row holds field, side, type, operators, label, the labels of operators and, where they are few, the values.
    """
    own = [family("<name>") for family in FAMILIES.values()]
    return [_row(field, language) for field in (*FIXED.values(), *own)]


def _row(field: Field, language: str) -> dict[str, object]:
    row: dict[str, object] = {
        "field": field.path,
        "side": str(field.side),
        "type": TYPES[field.kind],
        "operators": list(OPERATORS[field.kind]),
        "operator_labels": {name: OPERATOR_WORDS[name][language] for name in OPERATORS[field.kind]},
        "label": field_in_words(field.path, language),
        "is_relation": field.is_relation,
    }
    return row | ({"values": list(field.values)} if field.values else {})


def own_name(path: str) -> str | None:
    """The part of a path that the operator named, or `None` for a fixed field."""
    for prefix in FAMILIES:
        if path.startswith(prefix):
            return path[len(prefix) :]
    return None


def holds(operator: str, operand: Attribute | tuple[Attribute, ...], value: Value) -> bool:
    """Whether the question is answered with yes for this value.

    An unknown value is nothing in particular: is_not and not_in hold for it, and so does exists with false; all else
    fails. Text is compared letter by letter. A value of another type than the operand's is simply not equal.
    """
    if operator == "exists":
        return (value is not None and value != ()) is operand
    several = operand if isinstance(operand, tuple) else (operand,)
    if operator in {"is", "in"}:
        return any(_among(one, value) for one in several)
    if operator in {"is_not", "not_in"}:
        return not any(_among(one, value) for one in several)
    if operator == "contains":
        return isinstance(value, str | tuple) and isinstance(operand, str) and operand in value
    if not _is_number(value) or not _is_number(operand):
        return False
    return value >= operand if operator == "at_least" else value <= operand  # type: ignore[operator]  # both are numbers


def _among(operand: Attribute, value: Value) -> bool:
    if isinstance(value, tuple):
        return operand in value
    return value is not None and isinstance(value, bool) is isinstance(operand, bool) and value == operand


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)
