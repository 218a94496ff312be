"""SQL expressions that each database spells its own way."""

from typing import Any

from sqlalchemy import ARRAY, Boolean, ColumnElement, Dialect, Text, bindparam
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import TypeDecorator, TypeEngine

from models.columns import json_text


class TextList(TypeDecorator[list[str]]):
    """A list of texts in one parameter, so that a statement is the same for one id and for a thousand."""

    impl = Text
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """An array where there is such a thing, else JSON text."""
        return dialect.type_descriptor(ARRAY(Text()) if dialect.name == "postgresql" else Text())

    def process_bind_param(self, value: list[str] | None, dialect: Dialect) -> Any:
        """The list as the database wants it."""
        return value if dialect.name == "postgresql" else json_text(value)


class one_of(FunctionElement[bool]):  # noqa: N801  # reads as SQL where it is used
    """Whether the column's value is in the list that the parameter `name` will hold."""

    type = Boolean()
    inherit_cache = True

    def __init__(self, column: ColumnElement[Any], name: str) -> None:
        super().__init__(column, bindparam(name, type_=TextList()))

    def self_group(self, against: Any = None) -> Any:  # noqa: ARG002  # the hook's signature
        """Itself: SQLAlchemy would write `… = 1` around it, and SQLite would then use no index."""
        return self


@compiles(one_of, "sqlite")
def _one_of_sqlite(element: one_of, compiler: SQLCompiler, **kw: Any) -> str:
    column, texts = element.clauses
    listed = f"SELECT value FROM json_each({compiler.process(texts, **kw)})"  # noqa: S608  # SQL from the compiler
    return f"{compiler.process(column, **kw)} IN ({listed})"


@compiles(one_of, "postgresql")
def _one_of_postgresql(element: one_of, compiler: SQLCompiler, **kw: Any) -> str:
    column, texts = element.clauses
    return f"{compiler.process(column, **kw)} = ANY ({compiler.process(texts, **kw)})"


class position(FunctionElement[int]):  # noqa: N801  # reads as SQL where it is used
    """Where a text begins in a column of text or bytes, case respected (from 1; 0: nowhere)."""

    inherit_cache = True


@compiles(position, "sqlite")
def _position_sqlite(element: position, compiler: SQLCompiler, **kw: Any) -> str:
    return f"instr({compiler.process(element.clauses, **kw)})"


@compiles(position, "postgresql")
def _position_postgresql(element: position, compiler: SQLCompiler, **kw: Any) -> str:
    column, sought = element.clauses
    return f"position(({compiler.process(sought, **kw)}) IN ({compiler.process(column, **kw)}))"
