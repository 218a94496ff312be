"""Acute states of customers: for some hours a match meets them as they are now."""

from flask import Response

from api.answers import json_answer
from api.blueprint import Blueprint
from api.idempotency import writes
from api.reach import klik
from api.schemas.profiles import HappeningSchema, StateListSchema, shown_state
from matcher.use_cases.ports import Records
from matcher.use_cases.set_state import Happening, set_state

routes = Blueprint("states", __name__, url_prefix="/v1/customers/<id:customer_id>/states")


@routes.on("PUT", "", body=HappeningSchema, gives={200: StateListSchema})
@writes
def put_state(happening: Happening, customer_id: str, *, records: Records) -> Response:
    """Note what happened to a customer; the states in force with what follows from it."""
    states = set_state(records, klik().framework, customer_id, happening, now=klik().now())
    return json_answer({"items": [shown_state(one) for one in states]})
