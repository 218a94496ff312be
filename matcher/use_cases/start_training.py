"""Ask for a classifier to be learnt: by hand, or once a night when enough came since the last one."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

from matcher.errors import invalid
from matcher.use_cases.ports import Job, Records
from matcher.use_cases.start_job import start_job

TRAIN_CLASSIFIER = "train_classifier"
SCHEDULE = "schedule"  # who asked for it, where nobody did
USUAL_WINDOW = timedelta(days=365)
LEAST_NEW = 200  # outcomes since those learnt from last: fewer change little (design)


def start_training(
    records: Records,
    *,
    since: datetime | None = None,
    until: datetime | None = None,
    seed: int = 0,
    actor: str,
    now: datetime,
    new_id: Callable[[], str],
) -> Job:
    """The queued job; without a window the last 365 days. Raises InvalidInput where one ends before it begins."""
    until = until or now
    since = since or until - USUAL_WINDOW
    if since >= until:
        raise invalid("/window", "window_order", "The window ends before it begins: turn them round.")
    arguments = {"since": since.isoformat(), "until": until.isoformat(), "seed": seed}
    return start_job(records, TRAIN_CLASSIFIER, arguments, actor=actor, now=now, new_id=new_id)


def plan_training(records: Records, day: date, *, now: datetime) -> Job | None:
    """The job of that day, queued; `None` where it was planned already, or too little came since the last classifier.

    As with nights the job's id is made of the day, so that two workers cannot plan it twice.
    """
    job_id = f"{TRAIN_CLASSIFIER}.{day.isoformat()}"
    if records.jobs.get(job_id) is not None:
        return None
    last = next(iter(records.classifiers.newest(limit=1)), None)
    if records.outcomes.count(None if last is None else last.last_outcome_at, now) < LEAST_NEW:
        return None
    return start_training(records, actor=SCHEDULE, now=now, new_id=lambda: job_id)
