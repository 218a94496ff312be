"""TaskRouter's expressions, read: comparisons of names, constants and lists, joined by AND, OR and NOT.

Source: TaskRouter's own documentation of its expression syntax, as published in 2026.
"""

import re
from dataclasses import dataclass
from typing import NoReturn, TypeAlias

from matcher.errors import invalid

Constant: TypeAlias = str | int | float | bool
LONGEST = 4000
DEEPEST = 20
SHOWN = 40

_TOKEN = re.compile(
    r"""\s*(?:
    (?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')
    |(?P<number>-?\d+(?:\.\d+)?(?![\w.]))
    |(?P<sign>==|!=|<>|<=|>=|&&|\|\||[=<>()\[\],!])
    |(?P<word>[A-Za-z_$][\w$]*(?:\.[\w$]+)*)
    )""",
    re.VERBOSE,
)
_SIGNS = {"=": "==", "<>": "!=", "&&": "AND", "||": "OR", "!": "NOT"}
_WORDS = ("AND", "OR", "NOT", "IN", "HAS", "CONTAINS")
COMPARED = ("==", "!=", "<", "<=", ">", ">=", "IN", "NOT IN", "HAS", "NOT HAS", "CONTAINS", "NOT CONTAINS")


@dataclass(frozen=True, slots=True)
class Name:
    """A value by its path: an attribute of the task, or of a worker."""

    path: str


@dataclass(frozen=True, slots=True)
class Listed:
    """Constants in brackets."""

    values: tuple[Constant, ...]


@dataclass(frozen=True, slots=True)
class Compared:
    """One comparison; `operator` is one of COMPARED."""

    left: "Operand"
    operator: str
    right: "Operand"


@dataclass(frozen=True, slots=True)
class Joined:
    """Parts joined by AND or OR."""

    operator: str
    parts: tuple["Expression", ...]


@dataclass(frozen=True, slots=True)
class Negated:
    """The part does not hold."""

    part: "Expression"


Operand: TypeAlias = Name | Listed | Constant
Expression: TypeAlias = Compared | Joined | Negated


def read_expression(text: str, *, pointer: str = "") -> Expression:
    """What the expression says. Raises InvalidInput (bad_expression) with the place in it and what was expected."""
    if len(text) > LONGEST:
        raise invalid(pointer, "bad_expression", f"An expression has at most {LONGEST} characters.")
    reader = _Reader(text, pointer)
    found = reader.either(0)
    if reader.kind != "end":
        reader.refuse("AND, OR or the end")
    return found


class _Reader:
    """Reads from left to right, one token ahead."""

    def __init__(self, text: str, pointer: str) -> None:
        self._text, self._pointer = text, pointer
        self._at = self._next = 0
        self.kind = self.said = ""
        self.step()

    def step(self) -> str:
        """Go on by one token; the one that was left behind."""
        left = self.said
        rest = self._text[self._next :]
        self._at = self._next + len(rest) - len(rest.lstrip())
        found = _TOKEN.match(self._text, self._next)
        if found is None:
            self.kind, self.said = "end", ""
            if rest.strip():
                self.said = rest.strip()[:1]
                self.refuse("a name, a constant or a bracket")
            return left
        self._next = found.end()
        self.kind, self.said = str(found.lastgroup), found[str(found.lastgroup)]
        if self.kind == "sign":
            self.said = _SIGNS.get(self.said, self.said)
        if self.kind == "word" and self.said.upper() in _WORDS:
            self.kind, self.said = "sign", self.said.upper()
        return left

    def refuse(self, expected: str) -> NoReturn:
        """Say where it cannot be read, and what would do there."""
        met = repr(self.said[:SHOWN]) if self.said else "its end"
        detail = f"The expression cannot be read at character {self._at + 1}, {met}: expected {expected}."
        raise invalid(self._pointer, "bad_expression", detail)

    def either(self, depth: int) -> Expression:
        """Parts joined by OR."""
        return self._joined("OR", depth)

    def _joined(self, operator: str, depth: int) -> Expression:
        parts = [self._part(operator, depth)]
        while self.kind == "sign" and self.said == operator:
            self.step()
            parts.append(self._part(operator, depth))
        return parts[0] if len(parts) == 1 else Joined(operator, tuple(parts))

    def _part(self, operator: str, depth: int) -> Expression:
        return self._joined("AND", depth) if operator == "OR" else self._one(depth)

    def _one(self, depth: int) -> Expression:
        if depth > DEEPEST:
            self.refuse(f"at most {DEEPEST} levels of brackets")
        if self.said == "NOT" and self.kind == "sign":
            self.step()
            return Negated(self._one(depth + 1))
        if self.said == "(" and self.kind == "sign":
            self.step()
            inner = self.either(depth + 1)
            self._close(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Compared:
        left = self._operand()
        if self.kind != "sign" or self.said in ("(", ")", "[", "]", ",", "AND", "OR"):
            self.refuse("a comparison: " + ", ".join(COMPARED))
        operator = self.step()
        if operator == "NOT":
            if self.said not in ("IN", "HAS", "CONTAINS"):
                self.refuse("IN, HAS or CONTAINS")
            operator = f"NOT {self.step()}"
        return Compared(left, operator, self._operand())

    def _operand(self) -> Operand:
        if self.kind == "sign" and self.said == "[":
            return self._list()
        if self.kind == "word" and self.said.lower() not in ("true", "false"):
            return Name(self.step())
        return self._constant()

    def _list(self) -> Listed:
        self.step()
        values: list[Constant] = []
        while not (self.kind == "sign" and self.said == "]"):
            values.append(self._constant())
            if self.kind == "sign" and self.said == ",":
                self.step()
            elif self.said != "]":
                self.refuse("a comma or ]")
        self._close("]")
        return Listed(tuple(values))

    def _constant(self) -> Constant:
        if self.kind == "text":
            return re.sub(r"\\(.)", r"\1", self.step()[1:-1])
        if self.kind == "number":
            said = self.step()
            return float(said) if "." in said else int(said)
        if self.kind != "word" or self.said.lower() not in ("true", "false"):
            self.refuse("a name, a text in quotes, a number, true or false")
        return self.step().lower() == "true"

    def _close(self, bracket: str) -> None:
        if self.kind != "sign" or self.said != bracket:
            self.refuse(bracket)
        self.step()
