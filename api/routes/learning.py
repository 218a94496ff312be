"""What nights teach about profiles: ask for one by hand, and read what the last one found."""

from flask import Response

from api.answers import json_answer
from api.blueprint import Blueprint
from api.csv_body import begun
from api.idempotency import writes
from api.reach import actor, klik
from api.schemas.jobs import JobSchema
from api.schemas.learning import NightReportSchema, shown_night
from matcher.errors import NotFound
from matcher.use_cases.ports import Records
from matcher.use_cases.refit_profiles import PROFILES_NIGHTLY, start_refit

routes = Blueprint("learning", __name__, url_prefix="/v1/profiles", description="What profiles learnt from surveys.")


@routes.on("POST", "/refit", gives={202: JobSchema})
@writes
def refit(*, records: Records) -> Response:
    """Do the night's work now, as a job: priors of segments count at once, caps of sources the next night."""
    job = start_refit(records, actor=actor(), now=klik().now(), new_id=klik().new_id)
    return begun(job)


@routes.on("GET", "/calibration", gives={200: NightReportSchema})
def get_calibration() -> Response:
    """What the last night found: how far each source is to be believed, and what is expected of each segment."""
    with klik().store.reading() as records:
        job = records.jobs.last_done(PROFILES_NIGHTLY)
    if job is None:
        raise NotFound("No night has been through yet: POST /v1/profiles/refit asks for one.")
    return json_answer(shown_night(job))
