"""Outcomes: told by routers and other systems, listed for who owns complaints, taken from files."""

import io
from collections.abc import Mapping
from contextlib import nullcontext
from datetime import datetime
from typing import Any, BinaryIO

from flask import Response

from api.answers import json_answer
from api.blueprint import Blueprint, whole_body
from api.csv_body import DOCUMENTED, begun, is_long, limits, read_first
from api.files.outcome_events import outcome_event_rows
from api.idempotency import writes
from api.pages import Cursors
from api.reach import actor, has_part_reach, key, klik
from api.schemas.jobs import JobSchema
from api.schemas.outcomes import (
    OutcomeImportSchema,
    OutcomePageSchema,
    OutcomeQuerySchema,
    OutcomeReportSchema,
    OutcomesInSchema,
    pseudonyms,
    shown_outcome,
    shown_outcome_import,
    shown_outcome_report,
)
from api.schemas.queries import ImportQuerySchema
from api.schemas.strict import shown_moment
from matcher.use_cases.import_outcomes import OutcomeImport, import_outcomes
from matcher.use_cases.learning_ports import Place
from matcher.use_cases.list_outcomes import list_outcomes
from matcher.use_cases.ports import Records
from matcher.use_cases.record_outcomes import record_outcomes
from matcher.use_cases.start_outcome_import import start_outcome_import

routes = Blueprint("outcomes", __name__, url_prefix="/v1/outcomes", description="What came of contacts.")


def _is_readable(stream: BinaryIO) -> object:
    return outcome_event_rows(stream, key=klik().cursor_key, limits=limits())


@routes.on("POST", "", body=OutcomesInSchema, limit="batch_limit_bytes", gives={200: OutcomeReportSchema})
@writes
def tell(told: dict[str, Any], *, records: Records) -> Response:
    """Remember what came of contacts: all of the items, or none where one is faulty. Each event counts once."""
    report = record_outcomes(records, told["items"], now=klik().now(), terms=klik().rule_set.outcome_terms)
    return json_answer(shown_outcome_report(report))


@routes.on("GET", "", query=OutcomeQuerySchema, gives={200: OutcomePageSchema})
def list_them(query: dict[str, Any]) -> Response:
    """What came of contacts, oldest first; `complaint=true`: those that need an owner. Some roles see pseudonyms."""
    cursor, limit = query.pop("cursor", None), query.pop("limit")
    cursors = Cursors("outcomes", _filters(query), key().id, klik().cursor_key)
    after = cursors.read(cursor)
    with klik().store.reading() as records:
        place = None if after is None else _place(after)
        page = list_outcomes(records, **query, after=place, limit=limit, terms=klik().rule_set.outcome_terms)
    pseudonym = pseudonyms(klik().cursor_key) if has_part_reach() else None
    following = None if page.next_after is None else f"{page.next_after[0].isoformat()} {page.next_after[1]}"
    items = [shown_outcome(one, pseudonym) for one in page.items]
    return json_answer({"items": items, "next": cursors.after(following)})


@routes.on(
    "POST",
    "/imports",
    query=ImportQuerySchema,
    limit="import_limit_bytes",
    gives={200: OutcomeImportSchema, 202: JobSchema},
    doc=DOCUMENTED,
)
@read_first(_is_readable)
@writes
def import_file(query: dict[str, bool], *, rows: int, records: Records) -> Response:
    """Take over a CSV file of outcomes, or see what would happen (`dry_run`); a line told before is skipped.

    A file over 1 MiB or 10,000 rows becomes a job.
    """
    content, dry_run = whole_body(), query["dry_run"]
    if is_long(content, rows):
        now, new_id = klik().now(), klik().new_id
        return begun(start_outcome_import(records, content, dry_run=dry_run, actor=actor(), now=now, new_id=new_id))
    return json_answer(shown_outcome_import(_imported(records, content, dry_run=dry_run)))


def _imported(records: Records, content: bytes, *, dry_run: bool) -> OutcomeImport:
    return import_outcomes(
        lambda: outcome_event_rows(io.BytesIO(content), key=klik().cursor_key, limits=limits()),
        reading=lambda: nullcontext(records),
        writing=lambda: nullcontext(records),
        now=klik().now(),
        dry_run=dry_run,
        terms=klik().rule_set.outcome_terms,
    )


def _filters(query: Mapping[str, Any]) -> dict[str, object]:
    return {name: shown_moment(said) if isinstance(said, datetime) else said for name, said in query.items()}


def _place(cursor: str) -> Place:
    """The place a cursor of ours names: it was sealed here, so it is one."""
    moment, event_id = cursor.split(" ")
    return datetime.fromisoformat(moment), event_id
