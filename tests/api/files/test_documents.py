"""JSON documents are read strictly, and a fault says where."""

from pathlib import Path

import pytest

from api.files.documents import LARGEST_DOCUMENT, parse_document, read_document
from matcher.errors import InvalidInput

BAD = {
    "a comma too many": (b'{"a": 1,\n "b": [1,]}', "not_json", "line 2, column"),
    "a doubled name": (b'{"a": 1, "\\u0061": 2}', "not_json", "twice"),
    "NaN": (b'{"a": 1,\n "b": NaN}', "not_json", "line 2, column 7: NaN"),
    "Infinity": (b'{"a": -Infinity}', "not_json", "Infinity"),
    "a number beyond a double": (b'{"a": 1,\n\n"b": 1e999}', "not_json", "line 3, column 6: 1e999"),
    "a number of 5,000 digits": (b'{"a": ' + b"1" * 5000 + b"}", "not_json", "too large"),
    "too deep": (b'{"a":' * 40 + b"1" + b"}" * 40, "too_deep", "32"),
    "far too deep": (b"[" * 100_000 + b"]" * 100_000, "too_deep", "32"),
    "Windows-1252": ('{"a": 1,\n"b": "é"}'.encode("cp1252"), "not_utf8", "line 2"),
    "a list": (b"[1]", "not_an_object", "object"),
    "nothing": (b"", "not_json", "line 1"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_good_json_is_refused_with_its_place(name: str) -> None:
    """Rule sets and frameworks are written by hand: the editor must be able to go there."""
    content, code, words = BAD[name]

    with pytest.raises(InvalidInput) as refused:
        parse_document(content, name="rules.json")

    (fault,) = refused.value.faults
    assert fault.code == code
    assert fault.detail.startswith("rules.json")
    assert words in fault.detail


def test_a_good_document_is_read_with_or_without_a_byte_order_mark(tmp_path: Path) -> None:
    """Windows editors write one."""
    path = tmp_path / "rules.json"
    path.write_bytes(b'\xef\xbb\xbf{"a": {"b": [1, 2.5, "x", null, true]}}')

    assert read_document(path) == {"a": {"b": [1, 2.5, "x", None, True]}}


def test_a_file_that_is_not_there_or_too_large_is_refused_with_its_path(tmp_path: Path) -> None:
    """The path is the first thing to check."""
    large = tmp_path / "large.json"
    large.write_bytes(b" " * (LARGEST_DOCUMENT + 1))

    for path in (tmp_path / "none.json", large, tmp_path):
        with pytest.raises(InvalidInput, match=path.name):
            read_document(path)
