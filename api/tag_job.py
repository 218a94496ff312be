"""The long way of a file of tags: judged first, while others write, then applied in the job's last transaction."""

import io
from collections.abc import Mapping
from dataclasses import asdict
from typing import TYPE_CHECKING

from api.files.table import Limits, count_rows
from api.files.tags import tag_rows
from matcher.use_cases.ports import Job, Records
from matcher.use_cases.run_job import JobRun, JobStopped
from matcher.use_cases.tag_employees import TagOrder, TagReport, apply_tags, judge_tags

if TYPE_CHECKING:
    from api.wiring import Klik


def work_on_tags(klik: "Klik", run: JobRun) -> None:
    """Read the kept file and tag everyone it names; the batch bears the job's id."""
    limits = Limits(file_bytes=klik.settings.import_limit_bytes, rows=klik.settings.import_rows)
    with klik.store.reading() as records:
        content = records.imports.upload(run.job.id)
    total = count_rows(io.BytesIO(content), limits=limits)
    order = order_of(run.job.arguments)
    subject = (klik.framework, lambda: tag_rows(io.BytesIO(content), klik.framework, limits=limits), order)
    run.go_on(0, total)

    def judged(done: int) -> None:
        """Progress without a transaction: one is open for reading; the lease is kept by its own heartbeat."""
        run.done = done
        if run.on_progress is not None:
            run.on_progress(done, total)
        if run.must_stop():
            raise JobStopped

    with klik.store.reading() as records:
        plan = judge_tags(records, *subject, go_on=judged)
    run.go_on(total, total)
    with run.ending() as ending:
        report = apply_tags(
            ending.records,
            *subject,
            plan,
            batch=run.job.id,
            actor=run.job.created_by,
            now=klik.now(),
            new_id=klik.new_id,
        )
        clear_tags(ending.records, run.job)
        ending.result = report_document(report)


def clear_tags(records: Records, job: Job) -> None:
    """Remove the kept file."""
    records.imports.discard(job.id)


def order_of(arguments: Mapping[str, object]) -> TagOrder:
    """How the file is to be taken, as the job was told."""
    reason = arguments.get("reason")
    return TagOrder(
        reason=None if reason is None else str(reason),
        dry_run=bool(arguments.get("dry_run")),
        skip_faulty=bool(arguments.get("skip_faulty")),
    )


def report_document(report: TagReport) -> dict[str, object]:
    """The report as JSON speaks it."""
    return {
        "applied": report.applied,
        "batch_id": report.batch,
        "counts": report.counts,
        "rows": [asdict(row) for row in report.rows],
        "rows_left_out": report.rows_left_out,
    }
