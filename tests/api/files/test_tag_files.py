"""Files of tags: read line by line, every fault with its line and column."""

import pytest

from api.files.table import Limits
from api.files.tags import tag_rows
from matcher.errors import InvalidInput, TooLarge
from matcher.profiles.tags import tag_share
from matcher.use_cases.tag_employees import TagRow
from tests.api.files.builders import framework, stream

FACET = framework().values
ALL = ",".join(f"value:{dim}" for dim in FACET.dims)


def rows(text: str | bytes) -> list[TagRow]:
    return list(tag_rows(stream(text), framework()))


def fault(text: str) -> str:
    (row,) = rows(text)
    assert row.share is None
    return row.fault or ""


def test_a_tag_is_read_with_its_reason() -> None:
    """What HR keeps in a spreadsheet, as it saves it: BOM, semicolons, Windows line ends."""
    text = b"\xef\xbb\xbfid;dominant;secondary;reason\r\nm-1;blue;green;Agreed in the talk\r\nm-2; red ;;\r\n"

    assert rows(text) == [
        TagRow(2, "m-1", tag_share(FACET, "blue", "green"), "Agreed in the talk"),
        TagRow(3, "m-2", tag_share(FACET, "red"), None),
    ]


def test_shares_may_stand_in_place_of_a_tag() -> None:
    """A line gives either; a category left out is 0, a sum within one hundredth is scaled, a decimal comma is read."""
    text = "id;dominant;value:red;value:blue\nm-1;;0,5;0,5\nm-2;blue;;\nm-3;;0,2;0,795\n"

    first, second, third = (row.share for row in rows(text))

    assert first == tuple(0.5 if dim in ("red", "blue") else 0.0 for dim in FACET.dims)
    assert second == tag_share(FACET, "blue")
    assert third is not None
    assert sum(third) == pytest.approx(1.0)


def test_an_empty_line_of_a_list_says_nothing() -> None:
    """HR sends the whole list and fills in whom it knows."""
    assert rows("id,dominant,reason\nm-1,,\n") == [TagRow(2, "m-1")]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("m-1,Blue,,,,", "line 2, column dominant: 'Blue' is unknown"),
        ("m-1,blauw,,,,", "line 2, column dominant: 'blauw' is unknown"),
        ("m-1,blue,blue,,,", "line 2, column secondary: the secondary must differ"),
        ("m-1,blue,pink,,,", "line 2, column secondary: 'pink' is unknown"),
        ("m-1,,blue,,,", "line 2, column dominant: give either"),
        ("m-1,blue,,,1,", "line 2, column dominant: give either"),
        ("m-1,,,,0.5,0.4", "line 2, column value:red: shares must sum to 1"),
        ("m-1,,,,0,0", "line 2, column value:red: shares must sum to 1"),
        ("m-1,,,,-0.5,1.5", "line 2, column value:red: '-0.5' must be a number"),
        ("m-1,,,,nan,1", "line 2, column value:red: 'nan' must be a number"),
        ("m-1,,,,1e999,1", "line 2, column value:red: '1e999' must be a number"),
        ("m-1,,,,=1+1,1", "line 2, column value:red: '=1+1' must be a number"),
        ("=m-1,blue,,,,", "line 2, column id: '=m-1' is no id"),
        (",blue,,,,", "line 2, column id: '' is no id"),
        ("m-1,blue,,=HYPERLINK(1),,", "line 2, column reason: begins with ="),
        ("m-1,blue,,a\x1bb,,", "line 2, column reason: "),
        ("m-1,blue", "line 2: has 2 cells where the header has 6"),
    ],
)
def test_every_fault_names_its_line_and_column(line: str, told: str) -> None:
    """Whoever made the file finds the cell without guessing."""
    assert fault(f"id,dominant,secondary,reason,value:red,value:blue\n{line}\n").startswith(told)


def test_all_faults_of_a_line_are_told_at_once() -> None:
    """Each in a sentence of its own."""
    told = fault("id,dominant,secondary,reason\n!,blue,blue,=1\n")

    assert [part.count("column") for part in told.split(". ") if "column" in part] == [1, 1, 1]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("id,dominant,extra\n", "unknown_column"),
        ("id,reason\n", "missing_column"),
        ("dominant,reason\n", "missing_column"),
        ("id,id,dominant\n", "double_column"),
        ("id,value:pink\n", "unknown_value_system"),
        ("", "empty_file"),
        (b"id,dominant\nm-1,ros\xe9\n", "not_utf8"),
        ("id,dominant\nm-1,blue\n".encode("utf-16"), "not_utf8"),
        (b"id,dominant\nm-1,bl\x00ue\n", "nul_byte"),
        (b"PK\x03\x04", "not_csv"),
        ('id,dominant\n"m-1,blue\n', "broken_csv"),
    ],
)
def test_a_file_that_is_no_table_of_tags_is_refused(text: str | bytes, code: str) -> None:
    """With its place, before anything is done with it."""
    with pytest.raises(InvalidInput) as refused:
        rows(text)

    assert refused.value.faults[0].code == code


def test_a_file_of_too_many_rows_is_refused() -> None:
    """However short its lines are."""
    text = "id,dominant\n" + "m,blue\n" * 11

    with pytest.raises(TooLarge):
        list(tag_rows(stream(text), framework(), limits=Limits(rows=10)))


def test_every_value_system_may_have_its_column() -> None:
    """As the export of employees writes them."""
    cells = ",".join(["0.125"] * FACET.size)

    (row,) = rows(f"id,{ALL}\nm-1,{cells}\n")

    assert row.share == pytest.approx((0.125,) * 8)
