"""Matching without state, for routers that keep their own queue: nothing is stored."""

from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

from flask import Response, request

from api.answers import json_answer
from api.blueprint import Blueprint
from api.languages import spoken_language
from api.reach import klik
from api.schemas.matching import MatchInSchema, RankingSchema, RankInSchema, RoundSchema, shown_ranking, shown_round
from matcher.use_cases.match_contacts import MatchRequest, Terms, match_contacts
from matcher.use_cases.ports import Records
from matcher.use_cases.rank_employees import RankRequest, rank_employees

routes = Blueprint("matching", __name__, url_prefix="/v1", description="Matching without state.")
zone = cache(ZoneInfo)


@routes.on("POST", "/matches", body=MatchInSchema, limit="batch_limit_bytes", gives={200: RoundSchema})
def match(asked: dict[str, Any]) -> Response:
    """The best employee for every contact at once, each with reasons; or why there is none."""
    rng = klik().new_rng(asked.pop("seed", None))
    with klik().store.reading() as records:
        made = match_contacts(records, MatchRequest(**_said(asked)), terms=_terms(records), now=klik().now(), rng=rng)
    return json_answer(shown_round(made))


@routes.on("POST", "/rankings", body=RankInSchema, limit="batch_limit_bytes", gives={200: RankingSchema})
def rank(asked: dict[str, Any]) -> Response:
    """The best employees for one contact, best first."""
    rng = klik().new_rng(asked.pop("seed", None))
    with klik().store.reading() as records:
        made = rank_employees(records, RankRequest(**_said(asked)), terms=_terms(records), now=klik().now(), rng=rng)
    return json_answer(shown_ranking(made))


def _said(asked: dict[str, Any]) -> dict[str, Any]:
    """What was asked as the fields of a request, with the language of its sentences."""
    asked["language"] = spoken_language(request.environ.get("HTTP_ACCEPT_LANGUAGE"))
    for name in ("contacts", "employees"):
        if name in asked:
            asked[name] = tuple(asked[name])
    return asked


def _terms(records: Records) -> Terms:
    """What holds for every round of this installation, its staff as it is now."""
    settings = klik().settings
    return Terms(
        staff=klik().staff.current(records, klik().now()),
        framework=klik().framework,
        rules=klik().rules,
        timezone=zone(settings.timezone),
        deadline_s=settings.decision_budget_ms / 1000,
    )
