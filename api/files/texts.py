"""Labelled texts as a CSV file: what a scorer of texts is trained on."""

from collections.abc import Iterator
from typing import BinaryIO

from api.files.cells import Cells
from api.files.table import Limits, Table
from matcher.errors import Fault, InvalidInput
from matcher.profiles.framework import Facet
from matcher.profiles.text import LONGEST
from matcher.profiles.text_training import LabelledText

TEXT_COLUMNS = ("text", "dim", "language", "person", "written_at")
NEEDED = ("text", "dim", "language", "person")
MOST_FAULTS = 50


def labelled_texts(stream: BinaryIO, facet: Facet, *, limits: Limits) -> list[LabelledText]:
    """The texts of the file. Raises InvalidInput with every fault (at most fifty), each with line and column.

    A fault never quotes the text. `written_at` may be empty.
    """
    table = Table(stream, limits=limits)
    table.check_columns(TEXT_COLUMNS, required=NEEDED)
    faults: list[Fault] = []
    told = []
    for text, found in _rows(table, facet):
        faults += found
        if text is not None:
            told.append(text)
        if len(faults) >= MOST_FAULTS:
            break
    if faults:
        raise InvalidInput(faults[:MOST_FAULTS])
    return told


def _rows(table: Table, facet: Facet) -> Iterator[tuple[LabelledText | None, list[Fault]]]:
    for line in table.lines():
        cells = Cells(line, uses_comma_decimals=table.uses_comma_decimals)
        if line.fault is not None:
            yield None, cells.faults
            continue
        dim, language, person = cells.raw("dim"), cells.raw("language"), cells.identity("person", is_required=True)
        written_at = cells.moment("written_at")
        if dim not in facet.dims:
            cells.note("dim", "unknown_value_system", f"this is none of {', '.join(facet.dims)}.")
        if not 2 <= len(language) <= 3 or not language.isalpha():
            cells.note("language", "invalid_language", "a language is two or three letters, as nl.")
        if not cells.raw("text").strip() or len(cells.raw("text")) > LONGEST:
            cells.note("text", "out_of_range", f"a text has 1 to {LONGEST:,} characters.")
        if cells.faults:
            yield None, cells.faults
        else:
            yield LabelledText(cells.raw("text"), dim, language.lower(), person, written_at), []
