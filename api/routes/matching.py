"""Matching without state, for routers that keep their own queue: nothing is stored, unless decisions are to be kept."""

from datetime import datetime
from functools import cache, partial
from secrets import randbits
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from flask import Response, request

from api.answers import json_answer
from api.blueprint import Blueprint
from api.languages import spoken_language
from api.reach import klik
from api.schemas.matching import MatchInSchema, RankingSchema, RankInSchema, RoundSchema, shown_ranking, shown_round
from matcher.use_cases.log_round import log_round
from matcher.use_cases.match_contacts import MatchRequest, Terms, match_contacts
from matcher.use_cases.rank_employees import RankRequest, rank_employees

if TYPE_CHECKING:
    from api.wiring import Klik  # types only: routes know nothing of what stands behind it

routes = Blueprint("matching", __name__, url_prefix="/v1", description="Matching without state.")
zone = cache(ZoneInfo)
SEED_BITS = 53  # a whole number that every reader of JSON holds exactly


@routes.on("POST", "/matches", body=MatchInSchema, limit="batch_limit_bytes", gives={200: RoundSchema})
def match(asked: dict[str, Any]) -> Response:
    """The best employee for every contact at once, each with reasons; or why there is none."""
    here, seed = klik(), _seed(asked)
    now, rng = here.now(), here.new_rng(seed)
    terms, wanted = _terms(here, now), MatchRequest(**_said(asked))
    keep = partial(log_round, here.store, seed=seed, new_id=here.new_id, shadow=here.served.shadow)
    made = match_contacts(here.store, wanted, terms=terms, now=now, rng=rng, keep=keep)
    return json_answer({**shown_round(made), "seed": seed})


@routes.on("POST", "/rankings", body=RankInSchema, limit="batch_limit_bytes", gives={200: RankingSchema})
def rank(asked: dict[str, Any]) -> Response:
    """The best employees for one contact, best first."""
    here, seed = klik(), _seed(asked)
    now = here.now()
    made = rank_employees(here.store, RankRequest(**_said(asked)), terms=_terms(here, now), now=now, turn=seed)
    return json_answer({**shown_ranking(made), "seed": seed})


def _said(asked: dict[str, Any]) -> dict[str, Any]:
    """What was asked as the fields of a request, with the language of its sentences."""
    asked["language"] = spoken_language(request.environ.get("HTTP_ACCEPT_LANGUAGE"))
    for name in ("contacts", "employees"):
        if name in asked:
            asked[name] = tuple(asked[name])
    return asked


def _seed(asked: dict[str, Any]) -> int:
    """The seed asked for, or one drawn now; the answer tells it."""
    given: int | None = asked.pop("seed", None)
    return randbits(SEED_BITS) if given is None else given


def _terms(here: "Klik", now: datetime) -> Terms:
    """What holds for every round of this installation, its staff and its rules as they are now."""
    staff, rules = here.standing(now)
    return Terms(
        staff=staff,
        framework=here.framework,
        rules=rules,
        rules_named=here.rulebook.named,
        timezone=zone(here.settings.timezone),
        deadline_s=here.settings.decision_budget_ms / 1000,
        classifier=here.served.current,
        prices=here.price_book.current,
    )
