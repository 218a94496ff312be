"""Plan the week's look at the classifiers in service."""

from datetime import UTC, date, datetime, timedelta

from matcher.use_cases.ports import ClassifierState, Job, KnownClassifier, Records
from matcher.use_cases.start_job import start_job
from matcher.use_cases.start_training import SCHEDULE

WATCH_CLASSIFIERS = "watch_classifiers"
WEEK = timedelta(days=7)


def plan_watch(records: Records, day: date, *, now: datetime) -> Job | None:
    """The job of that day's week, queued; `None` where it was planned already, or no classifier is in service."""
    year, week, _ = day.isocalendar()
    job_id = f"{WATCH_CLASSIFIERS}.{year}-W{week:02}"
    if records.jobs.get(job_id) is not None or not in_service(records):
        return None
    until = datetime.combine(day, datetime.min.time(), UTC)
    arguments = {"since": (until - WEEK).isoformat(), "until": until.isoformat()}
    return start_job(records, WATCH_CLASSIFIERS, arguments, actor=SCHEDULE, now=now, new_id=lambda: job_id)


def in_service(records: Records) -> list[KnownClassifier]:
    """The current classifier and the shadow, as far as there are such."""
    found = (records.classifiers.in_state(state) for state in (ClassifierState.CURRENT, ClassifierState.SHADOW))
    return [one for one in found if one is not None]
