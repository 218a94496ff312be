"""Whether classifiers in service still mean what they say: day by day, and as the last weekly look found."""

from datetime import timedelta
from typing import Any

from flask import Response

from api.answers import json_answer
from api.blueprint import Blueprint
from api.reach import klik
from api.schemas.classifier_reports import CalibrationQuerySchema, CalibrationReportSchema, shown_report
from matcher.use_cases.start_watch import WATCH_CLASSIFIERS

routes = Blueprint("classifier_reports", __name__, url_prefix="/v1/reports", description="Figures of groups.")

USUAL = timedelta(days=90)


@routes.on("GET", "/calibration", query=CalibrationQuerySchema, gives={200: CalibrationReportSchema})
def get_calibration(query: dict[str, Any]) -> Response:
    """What was told and what came, and how often the shadow would have chosen alike; without dates the last 90 days."""
    since = query.get("since") or klik().now() - USUAL
    until = query.get("until")
    with klik().store.reading() as records:
        days = records.classifiers.days(since.date(), None if until is None else until.date())
        last = records.jobs.last_done(WATCH_CLASSIFIERS)
    return json_answer(shown_report(days, last))
