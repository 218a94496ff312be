"""JSON is read as strictly as RFC 8259 allows."""

import json

import orjson
import pytest
from hypothesis import given, strategies

from api.json_reader import NotJson, is_deeper_than, may_repeat_names, read_json
from matcher.errors import TooLarge

NAMES = strategies.sampled_from(["a", "b", "", '"', '":', '" :', 'a":"', "\\", ' " : ', "é", "\t", "a b"])
TEXTS = strategies.text(
    strategies.sampled_from(['"', ":", " ", "\\", "a", "é", "\t", "\n", "{", "}", ",", "\u2028"]), max_size=6
)
VALUES = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers(-5, 5) | TEXTS,
    lambda inner: strategies.lists(inner, max_size=3) | strategies.lists(strategies.tuples(NAMES, inner), max_size=4),
    max_leaves=12,
)


class Writer:
    """Writes objects as lists of members, names repeated where the list repeats them, spaced and escaped as told."""

    def __init__(self, spaces: list[str], *, escapes: bool) -> None:
        self.spaces, self.escapes, self.count = spaces, escapes, 0

    def space(self) -> str:
        self.count += 1
        return self.spaces[self.count % len(self.spaces)]

    def text(self, text: str) -> str:
        if self.escapes:
            return '"' + "".join(f"\\u{ord(character):04x}" for character in text) + '"'
        return json.dumps(text, ensure_ascii=False)

    def write(self, value: object) -> str:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, list) and value and all(isinstance(one, tuple) for one in value):
            members = [f"{self.text(name)}{self.space()}:{self.space()}{self.write(one)}" for name, one in value]
            return "{" + ",".join(members) + "}"
        if isinstance(value, list):
            return "[" + ",".join(self.write(one) for one in value) + "]"
        return json.dumps(value)


def repeats(value: object) -> bool:
    """Whether an object of the value names a member twice, by looking at every one."""
    if not isinstance(value, list):
        return False
    if value and all(isinstance(one, tuple) for one in value):
        names = [name for name, _ in value]
        return len(set(names)) != len(names) or any(repeats(one) for _, one in value)
    return any(repeats(one) for one in value)


@given(
    VALUES,
    strategies.lists(strategies.sampled_from(["", " ", "\n", "\t ", "  "]), min_size=1, max_size=3),
    strategies.booleans(),
)
def test_a_name_given_twice_is_always_found_and_nothing_else_is(
    value: object, spaces: list[str], escapes: bool
) -> None:
    """Two readers of the same body must not act on different values; the fast proof may never miss one."""
    raw = Writer(spaces, escapes=escapes).write(value).encode()

    if repeats(value):
        assert may_repeat_names(raw, orjson.loads(raw))
        with pytest.raises(NotJson):
            read_json(raw)
    else:
        assert read_json(raw) == json.loads(raw)


@given(VALUES)
def test_the_fast_proof_needs_no_second_reading_of_ordinary_bodies(value: object) -> None:
    """Without escapes the counts agree exactly when no name is repeated: honest bodies never take the slow pass."""
    raw = Writer([""], escapes=False).write(value).encode()

    assert may_repeat_names(raw, orjson.loads(raw)) == repeats(value)


@pytest.mark.parametrize("escape", [b"\\u003a", b"\\u003A"])
def test_an_escaped_colon_takes_the_exact_pass(escape: bytes) -> None:
    """It counts on one side only, and could make up for a member that was lost."""
    raw = b'{"a": 1, "b": "' + escape + b'"}'

    assert may_repeat_names(raw, orjson.loads(raw))
    assert read_json(raw) == json.loads(raw)


@pytest.mark.parametrize(
    "raw",
    [
        b"NaN", b"-Infinity", b'{"a": NaN}', b"1e999", b"-1e999", b"9" * 5000, b"9" * 4000, b"-" + b"9" * 4000,
        b'{"a":1,"a":2}', b'{"a":1,"\\u0061":2}', b'{"x":{"a":1,"a":1}}', b"[" * 33 + b"]" * 33, b"[" * 100_000,
        b'{"a":' * 900 + b"1" + b"}" * 900, b'"\\ud800"', b'"\\udc00\\ud800"', b"\xef\xbb\xbf{}", "{}".encode("utf-16"),
        b'"\xff"', b'"\xed\xa0\x80"', b"", b" ", b"{}x", b"{} {}", b"// a\n{}", b"{/**/}", b"{'a': 1}", b"{a: 1}",
        b"[1,]", b"01", b"+1", b"1.", b".5", b'"\x01"', b"{}\x00", b"tru",
    ],
)  # fmt: skip
def test_what_is_not_json_is_refused(raw: bytes) -> None:
    """A lax reader guesses, and guesses differ between programs."""
    with pytest.raises(NotJson):
        read_json(raw)


@pytest.mark.parametrize(("word", "column"), [("NaN", 7), ("-Infinity", 8), ("1e999", 7)])
def test_a_number_that_is_none_is_told_with_its_place(word: str, column: int) -> None:
    """Bad input 1 to 3: in a body of a megabyte nobody finds it otherwise."""
    with pytest.raises(NotJson, match=rf"line 2, column {column}\)"):
        read_json(f'{{"a": 1,\n "b": {word}}}'.encode())


def test_depth_is_counted_in_containers() -> None:
    """Thirty-two objects and arrays in each other are enough for anyone, and one more is not allowed."""
    assert not is_deeper_than(orjson.loads(b"[" * 32 + b"]" * 32), 32)
    assert is_deeper_than(orjson.loads(b"[" * 33 + b"]" * 33), 32)
    assert is_deeper_than(orjson.loads(b'{"a":[' * 17 + b"]}" * 17), 32)
    assert not is_deeper_than(5, 32)


@pytest.mark.parametrize("raw", [b"[" + b"[]," * 500_000 + b"[]]", b"[" + b"1," * 2_500_001 + b"1]"])
def test_a_short_text_for_a_huge_tree_is_refused_unread(raw: bytes) -> None:
    """Empty lists take sixteen times their text in memory: a body within the size limit must not cost 300 MB."""
    with pytest.raises(TooLarge):
        read_json(raw)
