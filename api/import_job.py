"""The long way of an import of employees: staged in short transactions, applied in the job's last one."""

import io
from collections.abc import Collection, Iterator
from dataclasses import asdict
from itertools import islice
from typing import TYPE_CHECKING

from api.files.people import employee_rows, import_rows
from api.files.table import Limits, count_rows
from matcher.profiles.framework import Framework
from matcher.use_cases.import_employees import BATCH_ROWS, ImportReport, completed, settle_import
from matcher.use_cases.ports import ImportRow, Job, Records
from matcher.use_cases.run_job import JobRun

if TYPE_CHECKING:
    from api.wiring import Klik


def work_on_import(klik: "Klik", run: JobRun) -> None:
    """Read the kept file, stage it batch by batch so that others can write in between, then settle it at once.

    Each attempt stages under a name of its own, so a paused former attempt cannot mix its lines in.
    """
    limits = Limits(file_bytes=klik.settings.import_limit_bytes, rows=klik.settings.import_rows)
    with klik.store.reading() as records:
        content = records.imports.upload(run.job.id)
    total = count_rows(io.BytesIO(content), limits=limits)
    rows = employee_rows(io.BytesIO(content), klik.framework, limits=limits)
    _stage(run, import_rows(rows, klik.framework), total, columns=rows.columns, framework=klik.framework)
    with run.ending() as ending:
        report = settle_import(
            ending.records,
            _staged_as(run.job, run.job.attempts),
            columns=rows.columns,
            framework=klik.framework,
            dry_run=bool(run.job.arguments.get("dry_run")),
            actor=run.job.created_by,
            now=klik.now(),
        )
        clear_import(ending.records, run.job)
        ending.result = report_document(report, rows.warnings)


def clear_import(records: Records, job: Job) -> None:
    """Remove the kept file and whatever any attempt staged."""
    for attempt in range(1, job.attempts + 1):
        records.imports.discard(_staged_as(job, attempt))
    records.imports.discard(job.id)


def report_document(report: ImportReport, warnings: tuple[str, ...]) -> dict[str, object]:
    """The report as JSON speaks it."""
    return {
        "applied": report.applied,
        "counts": report.counts,
        "rows": [asdict(row) for row in report.rows],
        "rows_left_out": report.rows_left_out,
        "warnings": list(warnings),
    }


def _stage(
    run: JobRun, rows: Iterator[ImportRow], total: int, *, columns: Collection[str], framework: Framework
) -> None:
    staged_as = _staged_as(run.job, run.job.attempts)
    done = 0
    while batch := list(islice(rows, BATCH_ROWS)):
        run.go_on(done, total)
        with run.store.reading() as records:
            whole = completed(records, batch, columns=columns, framework=framework)
        with run.store.writing() as records:
            records.imports.stage(staged_as, whole)
        done += len(batch)
    run.go_on(done, total)


def _staged_as(job: Job, attempt: int) -> str:
    return f"{job.id}.{attempt}"
