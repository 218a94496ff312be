"""A table is read in any usual form, and whatever breaks it is told with its place."""

import gc
import subprocess
import sys
import weakref
from contextlib import suppress

import pytest

from api.files.table import LONGEST_CELL, LONGEST_LINE, Limits, Table
from matcher.errors import InvalidInput, TooLarge
from tests.api.files.builders import stream


def rows_of(content: str | bytes, limits: Limits | None = None) -> list[dict[str, str]]:
    return [line.cells for line in Table(stream(content), limits=limits).lines()]


@pytest.mark.parametrize(
    "content",
    [
        "id,name\ne1,Jan\n",
        "id;name\ne1;Jan\n",
        "\ufeffid,name\r\ne1,Jan\r\n",
        'id,name\n"e1","Jan"',
        " id , name \ne1,Jan\n",
    ],
    ids=["comma", "semicolon", "byte-order mark and CRLF", "quotes and no last line end", "spaces in the header"],
)
def test_every_usual_way_of_writing_a_table_is_read_the_same(content: str) -> None:
    """People save from Excel, LibreOffice and scripts, and none of them wrote the file to please us."""
    assert rows_of(content) == [{"id": "e1", "name": "Jan"}]


def test_empty_lines_and_lines_of_separators_are_no_rows() -> None:
    """Spreadsheets leave them at the end of a file."""
    assert rows_of("id,name\n\ne1,Jan\n,\n\n") == [{"id": "e1", "name": "Jan"}]


def test_a_quoted_cell_may_hold_separators_quotes_and_line_ends() -> None:
    """That is what quotes are for, and lines counted after it stay those an editor shows."""
    lines = list(Table(stream('id,note\ne1,"a, ""b""\nc"\ne2,d\n')).lines())

    assert [(line.number, line.cells["note"]) for line in lines] == [(2, 'a, "b"\nc'), (4, "d")]


BROKEN = {
    "Windows-1252": ("id,name\ne1,Ren\xe9\n".encode("cp1252"), "/2", "not_utf8", "position 7"),
    "UTF-16": ("id,name\n".encode("utf-16"), "/1", "not_utf8", "UTF-16"),
    "open quote": ('id,name\ne1,Jan\ne2,"Piet\n', "/3", "broken_csv", "never closes"),
    "text after a quote": ('id,name\ne1,"Jan"x\n', "/2", "broken_csv", "closing quote"),
    "NUL": ("id,name\ne1,J\x00n\n", "/2", "nul_byte", "position 5"),
    "cell too long": ("id,name\ne1," + "x" * (LONGEST_CELL + 1) + "\n", "/2", "broken_csv", "131,072"),
    "line too long": ("id\n" + "x" * (LONGEST_LINE + 1) + "\n", "/2", "too_long", "end each row"),
    "10,000 columns": (",".join(f"c{n}" for n in range(10_000)) + "\n", "/1", "too_many_columns", "10,000"),
    "nothing": ("", "/1", "empty_file", "header"),
    "a blank first line": ("\n\n", "/1", "empty_file", "header"),
    "a lone carriage return": ("id,name\re1,Jan\r", "/1", "broken_csv", "carriage return"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_a_broken_file_is_refused_with_its_line_and_what_to_do(name: str) -> None:
    """Bad input 97: whoever sent the file can open it at that line and mend it."""
    content, pointer, code, words = BROKEN[name]

    with pytest.raises(InvalidInput) as refused:
        rows_of(content)

    (fault,) = refused.value.faults
    assert (fault.pointer, fault.code) == (pointer, code)
    assert fault.detail.startswith(f"line {pointer[1:]}")
    assert words in fault.detail


def test_a_ragged_row_is_one_bad_line_and_the_others_are_read() -> None:
    """Bad input 97: a missing separator on one line says nothing about the next."""
    lines = list(Table(stream("id,name\ne1\ne2,Piet\ne3,Jan,x\n")).lines())

    assert [line.fault and line.fault.code for line in lines] == ["ragged_row", None, "ragged_row"]
    assert lines[0].fault is not None
    assert "1 cells where the header has 2" in lines[0].fault.detail


def test_every_fault_of_a_header_is_told_at_once() -> None:
    """Nobody wants to mend a header one column a time."""
    table = Table(stream("id,naam,team,team,value:red,\n"))

    with pytest.raises(InvalidInput) as refused:
        table.check_columns(("id", "name", "team", "skills"), prefixes=("trait",), required=("id", "skills"))

    told = {(fault.pointer, fault.code) for fault in refused.value.faults}
    assert told == {
        ("/1/naam", "unknown_column"),
        ("/1/value:red", "unknown_column"),
        ("/1", "unknown_column"),
        ("/1/team", "double_column"),
        ("/1/skills", "missing_column"),
    }
    assert any("did you mean name" in fault.detail for fault in refused.value.faults)


def test_a_file_of_one_unknown_column_is_refused() -> None:
    """Bad input 97: most such files are text, or separated by tabs."""
    with pytest.raises(InvalidInput, match="unknown"):
        Table(stream("id\tname\ne1\tJan\n")).check_columns(("id", "name"), required=("id",))


def test_a_file_of_one_column_is_refused() -> None:
    """Bad input 97: a list of ids says nothing of anyone; its other columns were lost on the way."""
    with pytest.raises(InvalidInput, match="line 1: there is one column") as refused:
        Table(stream("id\ne1\n")).check_columns(("id", "name"), required=("id",))

    assert [(fault.pointer, fault.code) for fault in refused.value.faults] == [("/1", "missing_column")]


def test_a_file_larger_than_allowed_is_refused_while_it_is_read() -> None:
    """Bad input: 32 MiB is the most an import may be."""
    with pytest.raises(TooLarge, match="MiB"):
        rows_of("id\n" + "e1\n" * 1000, Limits(file_bytes=1000))


REFUSE_ENDLESS_ROWS = """
import itertools, resource
from api.files.table import MIB, Limits, count_rows
from matcher.errors import TooLarge

class EndlessRows:
    def __init__(self):
        self.numbers = itertools.count()
    def readline(self, size=-1):
        number = next(self.numbers)
        return b"e%d,Somebody\\n" % number if number else b"id,name\\n"

before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    count_rows(EndlessRows(), limits=Limits(file_bytes=1024 * MIB))
except TooLarge as refused:
    print(refused.detail)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)
"""


def test_two_hundred_thousand_rows_are_the_most_and_refusing_more_takes_little_memory() -> None:
    """P17: whatever is sent, refusing it costs less than 50 MB."""
    run = subprocess.run([sys.executable, "-c", REFUSE_ENDLESS_ROWS], capture_output=True, text=True, check=True)
    told, grown_kib = run.stdout.splitlines()

    assert told == "line 200002: the file has more than 200,000 rows; split it."
    assert int(grown_kib) < 10 * 1024


@pytest.mark.parametrize("start", [b"PK\x03\x04\x14\x00", b"\xd0\xcf\x11\xe0\xa1", b"\x1f\x8b\x08\x00"])
def test_a_workbook_is_told_from_a_broken_text(start: bytes) -> None:
    """Whoever sends Excel's own file must read what to do, not about bytes."""
    with pytest.raises(InvalidInput) as refusal:
        Table(stream(start + b"\x00" * 20))

    assert [fault.code for fault in refusal.value.faults] == ["not_csv"]


@pytest.mark.parametrize("content", ["id,name\ne1,Jan\ne2,Piet\n", 'id,name\ne1,"open\n', "id,naam\ne1,Jan\n", ""])
def test_a_table_let_go_keeps_nothing_of_its_file(content: str) -> None:
    """A file may be 32 MiB; it goes with the last use of its table, refused or not, and waits for no collection."""
    source = stream(content)
    left = weakref.ref(source)
    gc.disable()
    try:
        with suppress(InvalidInput):
            table = Table(source)
            table.check_columns(("id", "name"), required=("id", "name"))
            next(table.lines())
        table = source = None  # type: ignore[assignment]  # let go

        assert (table, source, left()) == (None, None, None)
    finally:
        gc.enable()
