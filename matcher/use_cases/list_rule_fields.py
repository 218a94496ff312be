"""What a rule may look at: for who writes one, and for the editor that helps them."""

from collections.abc import Iterator
from dataclasses import dataclass

from matcher.profiles.people import Attribute
from matcher.rules.fields import FAMILIES, FIXED, OPERATORS, Field

ANY_NAME = "<name>"


@dataclass(frozen=True, slots=True)
class ListedField:
    """A field by its path (`<name>` stands for a name of the operator's own), its side, type, operators and values."""

    path: str
    side: str
    kind: str
    operators: tuple[str, ...]
    values: tuple[Attribute, ...]
    is_relation: bool


def list_rule_fields() -> list[ListedField]:
    """Every field, in the order of their paths."""
    return sorted(_each(), key=lambda one: one.path)


def _each() -> Iterator[ListedField]:
    for path, field in FIXED.items():
        yield _listed(path, field)
    for prefix, family in FAMILIES.items():
        yield _listed(prefix + ANY_NAME, family(ANY_NAME))


def _listed(path: str, field: Field) -> ListedField:
    is_relation = field.of_pair is not None
    return ListedField(path, str(field.side), str(field.kind), OPERATORS[field.kind], field.values, is_relation)
