"""A night's work on what is older than it is kept."""

from datetime import timedelta
from typing import TYPE_CHECKING

from api import events
from matcher.use_cases.forget_old import Terms, forget_old
from matcher.use_cases.run_job import JobRun

if TYPE_CHECKING:
    from api.wiring import Klik


def work_on_retention(klik: "Klik", run: JobRun) -> None:
    """Let go of what is too old, batch by batch. Another attempt goes on where this one stopped."""
    settings = klik.settings
    terms = Terms(
        outcomes=_span(settings.keep_outcomes_days),
        decisions=_span(settings.keep_decisions_days),
        classifiers=settings.keep_classifiers,
    )
    gone = forget_old(run.store, klik.shelf, terms, now=run.now(), note=run.go_on)
    moments = {"outcomes_before": gone.outcomes_before, "decisions_before": gone.decisions_before}
    told: dict[str, object] = {
        "outcomes": gone.outcomes,
        "decisions": gone.decisions,
        **{name: None if moment is None else moment.isoformat() for name, moment in moments.items()},
        "classifiers": list(gone.classifiers),
        "held_by": list(gone.held_by),
    }
    events.old_forgotten(**told)
    with run.ending() as ending:
        ending.result = told


def _span(days: int | None) -> timedelta | None:
    return None if days is None else timedelta(days=days)
