"""What columns may hold, as constraints that the database keeps itself."""

from collections.abc import Iterable

from sqlalchemy import CheckConstraint


def is_one_of(column: str, words: Iterable[str], name: str) -> CheckConstraint:
    """The column holds one of the words."""
    listed = ", ".join(f"'{word}'" for word in words)
    return CheckConstraint(f"{column} IN ({listed})", name=name)


def is_within(column: str, low: float, high: float) -> CheckConstraint:
    """The column holds a number in [low, high]; infinity and not-a-number lie outside."""
    return CheckConstraint(f"{column} BETWEEN {low} AND {high}", name=f"{column}_in_range")


def is_not_empty(column: str) -> CheckConstraint:
    """The column holds 1–128 characters, as every id does."""
    return CheckConstraint(f"length({column}) BETWEEN 1 AND 128", name=f"{column}_has_length")
