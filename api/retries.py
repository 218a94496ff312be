"""Writes that nobody asked If-Match of: when another one came first, they are done again on what it left."""

from collections.abc import Callable
from functools import wraps
from typing import Any, TypeVar

from flask import Response

from matcher.errors import StaleRevision

F = TypeVar("F", bound=Callable[..., Response])

TIMES = 4  # each time someone else's write succeeded: five of one person's at once are no one's habit


def again_when_overtaken(view: F) -> F:
    """Run the route anew, in a new transaction, where it lost a race for a row; the last time the 412 is told."""

    @wraps(view)
    def until_it_fits(*args: Any, **kwargs: Any) -> Response:
        for _ in range(TIMES - 1):
            try:
                return view(*args, **kwargs)
            except StaleRevision:
                continue
        return view(*args, **kwargs)

    return until_it_fits  # type: ignore[return-value]  # the same signature
