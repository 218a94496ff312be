"""What an operator asks of the service itself: is it well, how busy is it, what does it speak."""

from collections.abc import Callable

import marshmallow as ma
from flask import Response, current_app
from marshmallow import fields

from api import guard, metrics
from api.answers import JSON_TYPE, json_answer
from api.blueprint import Blueprint
from api.docs.page import content_policy, page
from api.openapi import Document
from api.reach import klik
from matcher.errors import Unavailable

routes = Blueprint("service", __name__, description="Health, metrics and this document.")


class StatusSchema(ma.Schema):
    """How the service is."""

    status = fields.String(required=True, metadata={"enum": ["ok"]})


class ReadinessSchema(ma.Schema):
    """Whether requests can be served; `degraded` with the reasons, where some of them are served less well."""

    status = fields.String(required=True, metadata={"enum": ["ok", "degraded"]})
    reasons = fields.List(fields.String())


@routes.on("GET", "/healthz", gives={200: StatusSchema})
def get_health() -> Response:
    """Whether this process answers; it asks nothing of anyone."""
    return json_answer({"status": "ok"})


@routes.on("GET", "/readyz", gives={200: ReadinessSchema})
def get_readiness() -> Response:
    """Whether requests can be served: the store answers and its schema is the one of this version.

    A classifier that should serve and cannot be read degrades the service: rules and profiles go on without it.
    """
    with klik().store.reading() as records:
        records.employees.staff_mark()
    if not _schema_is_current():
        raise Unavailable("The database's schema is not the one of this version.", code="schema_not_current")
    unread = klik().served.unread.values()
    if unread:
        reasons = [f"The classifier {one.version} cannot be read; see `klik doctor`." for one in unread]
        return json_answer({"status": "degraded", "reasons": reasons})
    return json_answer({"status": "ok"})


@routes.on("GET", "/metrics", produces="text/plain", gives={200: {"type": "string"}})
def get_metrics() -> Response:
    """Counts and times of requests, for Prometheus."""
    return Response(guard.meters().exposition(), content_type=metrics.CONTENT_TYPE)


@routes.on("GET", "/openapi.json", gives={200: {"type": "object"}})
def get_openapi() -> Response:
    """This document."""
    document: Document = current_app.extensions["klik-openapi"]
    return Response(document.as_json(), content_type=JSON_TYPE)


@routes.on("GET", "/docs", produces="text/html", gives={200: {"type": "string"}})
def get_docs() -> Response:
    """This document for people, without anything from elsewhere."""
    answer = Response(page(), content_type="text/html; charset=utf-8")
    answer.headers["Content-Security-Policy"] = content_policy()
    return answer


def _schema_is_current() -> bool:
    look: Callable[[], bool] | None = getattr(klik().store, "is_current", None)  # a store in memory has no schema
    return look is None or look()
