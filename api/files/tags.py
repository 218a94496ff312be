"""Reads files of tags: who is tagged how, and why."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import BinaryIO

from api.files.cells import Cells
from api.files.table import ByteLines, Limits, Table
from api.schemas.text import MAX_NOTE, BadText, clean_note
from matcher.errors import InvalidInput
from matcher.profiles.framework import Facet, Framework
from matcher.profiles.tags import Tag, share_of
from matcher.use_cases.tag_employees import TagRow

TAG_COLUMNS = ("id", "dominant", "secondary", "reason")
VALUE = "value"
FORMULA = "begins with =, as a formula does; write the reason in words."


def tag_rows(stream: ByteLines | BinaryIO, framework: Framework, *, limits: Limits | None = None) -> Iterator[TagRow]:
    """The lines of a CSV file of tags: a dominant value system and perhaps a secondary one, or shares that sum to 1.

    Raises InvalidInput for a broken file or header, TooLarge past the limits; both also while lines are read.
    """
    table = Table(stream, limits=limits)
    values = {name.partition(":")[2]: name for name in table.columns if name.startswith(f"{VALUE}:")}
    table.check_columns(TAG_COLUMNS, prefixes=(VALUE,), required=("id",) if values else ("id", "dominant"))
    facet = framework.values
    unknown = [facet.unknown(name, f"/1/{column}") for name, column in values.items() if name not in facet.dims]
    if unknown:
        raise InvalidInput(unknown)
    what = _What(facet, values)
    return (_row(Cells(line, uses_comma_decimals=table.uses_comma_decimals), what) for line in table.lines())


@dataclass(frozen=True, slots=True)
class _What:
    """What a file's lines speak of: the facet, the columns of shares by category, and the shares of tags met so far."""

    facet: Facet
    values: Mapping[str, str]
    met: dict[tuple[str, str], tuple[float, ...]] = field(default_factory=dict)

    def share(self, dominant: str, secondary: str, shares: Mapping[str, float]) -> tuple[float, ...]:
        """The share a line stands for. Raises InvalidInput."""
        tag = Tag(dominant or None, secondary or None, shares or None)
        if shares:
            return share_of(self.facet, tag)
        named = (dominant, secondary)
        if named not in self.met:
            self.met[named] = share_of(self.facet, tag)
        return self.met[named]


def _row(cells: Cells, what: _What) -> TagRow:
    if cells.faults:
        return TagRow(cells.number, None, fault=cells.faults[0].detail)
    employee_id = cells.identity("id", is_required=True)
    share = _share(cells, what)
    reason = cells.read("reason", _reason) if cells.raw("reason").strip() else None
    fault = " ".join(fault.detail.rstrip(".") + "." for fault in cells.faults) or None
    return TagRow(cells.number, employee_id, None if fault else share, reason, fault)


def _share(cells: Cells, what: _What) -> tuple[float, ...] | None:
    """What the line says of the employee; `None` where it says nothing, or something that is noted as a fault."""
    noted = len(cells.faults)
    dominant, secondary = (cells.raw(column).strip() for column in ("dominant", "secondary"))
    shares = cells.shares(what.values)
    if len(cells.faults) > noted or not (dominant or secondary or shares):
        return None
    try:
        return what.share(dominant, secondary, shares)
    except InvalidInput as error:
        for fault in error.faults:
            cells.note(_column(fault.pointer, what.values), fault.code, fault.detail)
        return None


def _column(pointer: str, values: Mapping[str, str]) -> str:
    """The column that a fault of a tag is about; of shares as a whole the first one, of both forms the tag's."""
    name = pointer.rpartition("/")[2]
    if pointer == "/share":
        return next(iter(values.values()))
    return values.get(name, name or "dominant")


def _reason(text: str) -> str:
    if text.startswith("="):
        raise ValueError(FORMULA)
    try:
        return clean_note(text.strip(), longest=MAX_NOTE)
    except BadText as error:
        raise ValueError(error.sentence) from None
