"""Columns that come in families: `value:red`, `channel:chat`, `trait:hobby`, `wants:speed`, `has:speed`."""

import json
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from api.files.cells import LARGEST_NUMBER, NUMBER, WHOLE, Cells, plain_name, plain_text, truth
from api.files.table import Table
from api.schemas.text import MAX_NAME
from matcher.errors import Fault, InvalidInput
from matcher.profiles.framework import Facet, Framework
from matcher.profiles.inline import InlineFacet, InlineProfile
from matcher.profiles.people import Attribute
from matcher.profiles.protected import is_protected_trait
from matcher.profiles.tags import full_share

QUALITIES = ("wants", "has")  # kept among the attributes under the whole name of their column


@dataclass(frozen=True, slots=True)
class Families:
    """The columns of one table by family: name → column. `warnings` tells which were left out."""

    values: Mapping[str, str]
    channel: Mapping[str, str]
    traits: Mapping[str, str]
    qualities: tuple[str, ...]
    warnings: tuple[str, ...]


def families_of(table: Table, framework: Framework) -> Families:
    """The families of a table's columns; traits of protected grounds are left out with a warning.

    Raises InvalidInput with every unknown value system or channel, and every name that is too long.
    """
    by_prefix: dict[str, dict[str, str]] = {}
    for column in table.columns:
        prefix, colon, name = column.partition(":")
        if colon:
            by_prefix.setdefault(prefix, {})[name] = column
    faults = [*_unknown(by_prefix.get("value", {}), framework.values)]
    faults += _unknown(by_prefix.get("channel", {}), framework.facets["channel"])
    open_families = {family: by_prefix.get(family, {}) for family in ("trait", *QUALITIES)}
    faults += [fault for found in open_families.values() for fault in _bad_names(found)]
    if faults:
        raise InvalidInput(faults)
    protected = [
        column for found in open_families.values() for name, column in found.items() if is_protected_trait(name)
    ]
    return Families(
        values=MappingProxyType(by_prefix.get("value", {})),
        channel=MappingProxyType(by_prefix.get("channel", {})),
        traits={name: column for name, column in open_families["trait"].items() if column not in protected},
        qualities=tuple(
            column for family in QUALITIES for column in open_families[family].values() if column not in protected
        ),
        warnings=tuple(f"line 1: column {column!r} names a protected trait and was left out." for column in protected),
    )


def attributes_of(cells: Cells, families: Families) -> dict[str, Attribute]:
    """The traits and qualities of a line, empty cells left out."""
    found: dict[str, Attribute] = {}
    for name, column in families.traits.items():
        if text := cells.raw(column):
            try:
                found[name] = read_attribute(text, cells)
            except ValueError as error:
                cells.note(column, "invalid_cell", str(error))
    for column in families.qualities:
        value = cells.number_of(column, -LARGEST_NUMBER, LARGEST_NUMBER)
        if value is not None:
            found[column] = value
    return found


def profile_of(cells: Cells, families: Families, framework: Framework) -> InlineProfile | None:
    """The value and channel shares of a line, each scaled to sum to 1; `None` when it has neither."""
    values = _facet(cells, families.values, framework.values)
    channel = _facet(cells, families.channel, framework.facets["channel"])
    if values is None and channel is None:
        return None
    return InlineProfile(values=values, channel=channel)


def read_attribute(text: str, cells: Cells) -> Attribute:
    """A whole number, a number, true or false where the text reads as one; else text, which may stand in quotes."""
    if text.startswith('"') and text.endswith('"') and len(text) > 1:
        return _quoted(text)
    if WHOLE.fullmatch(text) and abs(int(text)) <= LARGEST_NUMBER:
        return int(text)
    if text in ("true", "false", "TRUE", "FALSE"):
        return truth(text)
    if NUMBER.fullmatch(text) or (cells.uses_comma_decimals and NUMBER.fullmatch(text.replace(",", ".", 1))):
        return cells.as_number(text, -LARGEST_NUMBER, LARGEST_NUMBER)
    return plain_text(text, MAX_NAME)


def write_attribute(value: Attribute) -> str:
    """The cell that `read_attribute` turns into `value` again; text that would read as something else is quoted."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        assert math.isfinite(value)  # no other number is ever stored
        return repr(value)
    reads_otherwise = (
        not value or value[0] == '"' or NUMBER.fullmatch(value) or value in ("true", "false", "TRUE", "FALSE")
    )
    return json.dumps(value, ensure_ascii=False) if reads_otherwise else value


def _quoted(text: str) -> str:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, str):
        raise ValueError('text that begins and ends with a quote must be written as JSON writes it, as "12".')
    return value and plain_text(value, MAX_NAME)


def _facet(cells: Cells, columns: Mapping[str, str], facet: Facet) -> InlineFacet | None:
    share = cells.shares(columns)
    if not share:
        return None
    try:
        whole = full_share(facet, share, f"/{cells.number}")
    except InvalidInput as error:
        for fault in error.faults:
            cells.note(next(iter(columns.values())), fault.code, fault.detail)
        return None
    return InlineFacet(share=dict(zip(facet.dims, whole, strict=True)))


def _unknown(columns: Mapping[str, str], facet: Facet) -> list[Fault]:
    return [facet.unknown(name, f"/1/{column}") for name, column in columns.items() if name not in facet.dims]


def _bad_names(columns: Mapping[str, str]) -> Iterator[Fault]:
    for name, column in columns.items():
        try:
            plain_name(name)
        except ValueError as error:
            yield Fault(f"/1/{column[:64]}", "unknown_column", f"line 1: column {error}")
