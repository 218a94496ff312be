"""The long way of a file of outcomes: looked through and kept a thousand lines at once, others served in between."""

import io
from typing import TYPE_CHECKING

from api.files.outcome_events import outcome_event_rows
from api.files.table import Limits, count_rows
from api.schemas.outcomes import shown_outcome_import
from matcher.use_cases.import_outcomes import import_outcomes
from matcher.use_cases.ports import Job, Records
from matcher.use_cases.run_job import JobRun

if TYPE_CHECKING:
    from api.wiring import Klik


def work_on_outcomes(klik: "Klik", run: JobRun) -> None:
    """Take over the kept file. An attempt that broke off is begun anew: what it kept is skipped then."""
    limits = Limits(file_bytes=klik.settings.import_limit_bytes, rows=klik.settings.import_rows)
    with klik.store.reading() as records:
        content = records.imports.upload(run.job.id)
    dry_run = bool(run.job.arguments.get("dry_run"))
    total = count_rows(io.BytesIO(content), limits=limits) * (1 if dry_run else 2)
    report = import_outcomes(
        lambda: outcome_event_rows(io.BytesIO(content), key=klik.cursor_key, limits=limits),
        reading=klik.store.reading,
        writing=klik.store.writing,
        now=klik.now(),
        dry_run=dry_run,
        terms=klik.rule_set.outcome_terms,
        go_on=lambda done: run.go_on(done, total),
    )
    with run.ending() as ending:
        clear_outcomes(ending.records, run.job)
        ending.result = shown_outcome_import(report)


def clear_outcomes(records: Records, job: Job) -> None:
    """Remove the kept file."""
    records.imports.discard(job.id)
