"""The benchmarks' service with a clock at the border of each stage of a match, told in the Server-Timing header."""

import sys
import time
from collections.abc import Callable
from typing import Any

from flask import Response, g

import api.blueprint
from api.schemas.matching import MatchInSchema
from benchmarks.hello_app import app

DECIDING = ("rules", "scores", "solve", "reasons")


def timed(stage: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """The function, its seconds noted under `stage` for the request under way."""

    def clocked(*args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        result = function(*args, **kwargs)
        _note(stage, time.perf_counter() - start)
        return result

    return clocked


def timed_match(function: Callable[..., Any]) -> Callable[..., Any]:
    """`match_contacts` with the stages that the round itself tells; what is left is reading what is stored."""

    def clocked(*args: Any, **kwargs: Any) -> Any:
        start = time.perf_counter()
        made = function(*args, **kwargs)
        whole = time.perf_counter() - start
        for stage, seconds in made.stages_s.items():
            _note(stage, seconds)
        _note("snapshot", whole - sum(made.stages_s.values()))
        return made

    return clocked


def tell(answer: Response) -> Response:
    """Add the header."""
    spent = g.get("spent", {})
    answer.headers["Server-Timing"] = ", ".join(f"{stage};dur={1e3 * seconds:.4f}" for stage, seconds in spent.items())
    return answer


def _note(stage: str, seconds: float) -> None:
    spent = g.setdefault("spent", {})
    spent[stage] = spent.get(stage, 0.0) + seconds


api.blueprint.read_json = timed("parse", api.blueprint.read_json)
matching = sys.modules["api.routes.matching"]  # its package shows a blueprint under that name
matching.match_contacts = timed_match(matching.match_contacts)
matching.shown_round = timed("dump", matching.shown_round)
matching.json_answer = timed("dump", matching.json_answer)
MatchInSchema.load = timed("validate", MatchInSchema.load)  # type: ignore[method-assign]  # the stopwatch goes round it
app.after_request(tell)
