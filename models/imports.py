"""The statements about employee files: staged in batches, then decided and applied by one statement a table.

A file speaks of some fields of an employee; of someone who is there the others stay as they are when it is applied.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Text,
    Update,
    and_,
    bindparam,
    case,
    cast,
    delete,
    func,
    insert,
    literal,
    or_,
    select,
    type_coerce,
    update,
)

from matcher.errors import NotFound
from matcher.profiles.evidence import Source
from matcher.profiles.people import EMPLOYEE
from matcher.use_cases.ports import ImportedRow, ImportRow
from models import staff_mark
from models.columns import Json, UtcTime
from models.dialects import allow_statement_s, insert_into
from models.employees import employee_values
from models.tables import IMPORT_ACTIONS, employee, evidence, import_row, import_upload, profile

BATCH_ROWS = 1_000
LONG_STATEMENT_S = 120
REASON = "employee file"
DOUBLED = "The employee stands on several lines of this file: keep one of them."

FILE_COLUMNS = (
    "name", "team", "languages", "skills", "mandate", "capacity", "channels", "hours", "active", "attributes",
)  # fmt: skip
TAG_FACET = "values"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Tag:
    """What every tag of a file has in common."""

    framework: str
    facet: str
    weight: float
    actor: str
    now: datetime

    @property
    def moment(self) -> str:
        """The time of the tags, as profiles keep it."""
        return self.now.astimezone(UTC).isoformat()

    def sum_of(self, share: list[float]) -> dict[str, Any]:
        """The tag as profiles keep it, by its source."""
        return {Source.HR_TAG.value: {"vec": share, "w": self.weight, "t": self.moment}}


class SqlImports:
    """Employee files in SQL (port `Imports`)."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    def keep_upload(self, import_id: str, content: bytes, *, now: datetime) -> None:
        """Keep the file as it came."""
        self._connection.execute(insert(import_upload).values(id=import_id, content=content, created_at=now))

    def upload(self, import_id: str) -> bytes:
        """The file as it came. Raises NotFound when it is no longer kept."""
        content = self._connection.execute(
            select(import_upload.c.content).where(import_upload.c.id == import_id)
        ).scalar()
        if content is None:
            raise NotFound(f"The file of import {import_id} is not kept any more.")
        return bytes(content)

    def stage(self, import_id: str, rows: Iterable[ImportRow]) -> None:
        """Put lines beside the employees, for `classify` and `apply`."""
        unread = iter(rows)
        while batch := [_row_values(import_id, row) for row in islice(unread, BATCH_ROWS)]:
            self._connection.execute(insert(import_row), batch)

    def classify(self, import_id: str, *, framework: str, columns: Collection[str] | None = None) -> dict[str, int]:
        """Decide create, update, skip or error for every staged line; how many of each."""
        allow_statement_s(self._connection, LONG_STATEMENT_S)
        for decision in _decisions(import_id, framework, spoken_of(columns)):
            self._connection.execute(decision)
        query = (
            select(import_row.c.action, func.count().label("lines"))
            .where(import_row.c.import_id == import_id)
            .group_by(import_row.c.action)
        )
        counted = {row.action: row.lines for row in self._connection.execute(query)}
        return {action: counted.get(action, 0) for action in IMPORT_ACTIONS}

    def rows(self, import_id: str, *, limit: int, errors_first: bool = True) -> list[ImportedRow]:
        """The first `limit` lines with what happens to them, errors first or simply in the file's order."""
        columns = import_row.c
        query = select(columns.line, columns.employee_id, columns.action, columns.detail)
        order = [case((columns.action == "error", 0), else_=1)] if errors_first else []
        found = query.where(columns.import_id == import_id, columns.action.is_not(None))
        rows = self._connection.execute(found.order_by(*order, columns.line).limit(limit))
        return [ImportedRow(line, employee_id, action, detail) for line, employee_id, action, detail in rows]

    def apply(
        self,
        import_id: str,
        *,
        actor: str,
        framework: str,
        facet: str,
        tag_weight: float,
        now: datetime,
        columns: Collection[str] | None = None,
    ) -> int:
        """Write every create and update, and an hr_tag for each line with value shares; how many employees changed."""
        staff_mark.lock(self._connection)
        allow_statement_s(self._connection, LONG_STATEMENT_S)
        here = and_(import_row.c.import_id == import_id, import_row.c.action.in_(("create", "update")))
        tagged = and_(here, import_row.c.share.is_not(None))
        changed = self._write_employees(here, spoken_of(columns), now=now)
        if changed:
            tag = _Tag(framework=framework, facet=facet, weight=tag_weight, actor=actor, now=now)
            self._write_evidence(tagged, tag)
            self._replace_tags(tagged, tag)
            self._write_profiles(tagged, tag)
        return changed

    def discard(self, import_id: str) -> None:
        """Forget the file and its staged lines."""
        self._connection.execute(delete(import_row).where(import_row.c.import_id == import_id))
        self._connection.execute(delete(import_upload).where(import_upload.c.id == import_id))

    def _write_employees(self, here: ColumnElement[bool], spoken: Collection[str], *, now: datetime) -> int:
        count = self._connection.execute(select(func.count()).select_from(import_row).where(here)).scalar_one()
        if not count:
            return 0
        stamps = {"change_no": staff_mark.advance(self._connection), "created_at": now, "updated_at": now}
        source = select(
            import_row.c.employee_id,
            *(import_row.c[name] for name in FILE_COLUMNS),
            *(literal(value, employee.c[name].type) for name, value in stamps.items()),
        ).where(here)
        statement = insert_into(self._connection, employee).from_select(["id", *FILE_COLUMNS, *stamps], source)
        replaced = {name: statement.excluded[name] for name in (*spoken, "change_no", "updated_at")}
        self._connection.execute(statement.on_conflict_do_update(index_elements=["id"], set_=replaced))
        return int(count)

    def _write_evidence(self, tagged: ColumnElement[bool], tag: _Tag) -> None:
        values = {
            "id": _evidence_id(),
            "who": literal(EMPLOYEE),
            "subject_id": import_row.c.employee_id,
            "framework": literal(tag.framework),
            "facet": literal(tag.facet),
            "source": literal(Source.HR_TAG.value),
            "occurred_at": literal(tag.now, UtcTime),
            "recorded_at": literal(tag.now, UtcTime),
            "share": import_row.c.share,
            "weight": literal(tag.weight, evidence.c.weight.type),
            "actor": literal(tag.actor),
            "reason": literal(REASON),
            "detail": literal({}, Json),
            "batch": import_row.c.import_id,
        }
        source = select(*values.values()).where(tagged)
        self._connection.execute(insert(evidence).from_select(list(values), source))

    def _replace_tags(self, tagged: ColumnElement[bool], tag: _Tag) -> None:
        """Put the tag into the profiles that exist already, beside their other sources, a batch at a time."""
        place = and_(profile.c.who == EMPLOYEE, profile.c.framework == tag.framework, profile.c.facet == tag.facet)
        staged = import_row.join(profile, and_(profile.c.subject_id == import_row.c.employee_id, place))
        query = select(import_row.c.employee_id, profile.c.sums, import_row.c.share).select_from(staged).where(tagged)
        change = update(profile).where(place, profile.c.subject_id == bindparam("person"))
        change = change.values(sums=bindparam("said"), updated_at=tag.now, revision=profile.c.revision + 1)
        after = ""
        while rows := self._connection.execute(
            query.where(import_row.c.employee_id > after).order_by(import_row.c.employee_id).limit(BATCH_ROWS)
        ).all():
            said = [{"person": person, "said": {**sums, **tag.sum_of(share)}} for person, sums, share in rows]
            self._connection.execute(change, said)
            after = rows[-1][0]

    def _write_profiles(self, tagged: ColumnElement[bool], tag: _Tag) -> None:
        """Start the profiles that do not exist yet, with the tag as their only source."""
        values = {
            "who": literal(EMPLOYEE),
            "subject_id": import_row.c.employee_id,
            "framework": literal(tag.framework),
            "facet": literal(tag.facet),
            "sums": _tag_sums(tag),
            "revision": literal(1),
            "updated_at": literal(tag.now, UtcTime),
        }
        source = select(*values.values()).where(tagged)
        statement = insert_into(self._connection, profile).from_select(list(values), source)
        self._connection.execute(statement.on_conflict_do_nothing())


def spoken_of(columns: Collection[str] | None) -> tuple[str, ...]:
    """The employee's columns that a file changes, given the fields it speaks of (`None`: all of them)."""
    return tuple(name for name in FILE_COLUMNS if columns is None or name in columns)


def _row_values(import_id: str, row: ImportRow) -> dict[str, Any]:
    if row.employee is None:
        person = dict.fromkeys((*FILE_COLUMNS, "employee_id"))
    else:
        person = employee_values(row.employee)
        person["employee_id"] = person.pop("id")
    share = None if row.value_share is None else list(row.value_share)
    return {**person, "import_id": import_id, "line": row.line, "share": share, "fault": row.fault}


def _decisions(import_id: str, framework: str, spoken: Collection[str]) -> Iterable[Update]:
    """Statements that decide the lines of a file, each refining what those before it said."""
    columns = import_row.c
    lines = update(import_row).where(columns.import_id == import_id)
    refused = columns.fault.is_not(None)
    first = case((refused, "error"), else_="create")
    yield lines.values(action=first, detail=func.coalesce(columns.fault, ""))
    twin = import_row.alias("twin")
    doubled = (
        select(twin.c.employee_id)
        .where(twin.c.import_id == import_id, twin.c.employee_id.is_not(None))
        .group_by(twin.c.employee_id)
        .having(func.count() > 1)
    )
    yield lines.where(columns.employee_id.in_(doubled), ~refused).values(action="error", detail=DOUBLED)
    known = select(employee.c.id).where(employee.c.id == columns.employee_id)
    yield lines.where(columns.action == "create", known.exists()).values(action="update")
    same = [employee.c[name].is_not_distinct_from(columns[name]) for name in spoken]
    same_tag = or_(columns.share.is_(None), columns.share == _standing_tag(framework))
    yield lines.where(columns.action == "update", known.where(*same).exists(), same_tag).values(action="skip")


def _standing_tag(framework: str) -> Any:
    """The share of the employee's newest tag that still counts."""
    return (
        select(evidence.c.share)
        .where(
            evidence.c.who == EMPLOYEE,
            evidence.c.subject_id == import_row.c.employee_id,
            evidence.c.framework == framework,
            evidence.c.facet == TAG_FACET,
            evidence.c.source == Source.HR_TAG.value,
            evidence.c.revoked_at.is_(None),
        )
        .order_by(evidence.c.occurred_at.desc(), evidence.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


def _evidence_id() -> ColumnElement[str]:
    """A new id for the tag of a line: an import is applied once, so import and line name it."""
    return import_row.c.import_id.concat(":").concat(cast(import_row.c.line, Text))


def _tag_sums(tag: _Tag) -> ColumnElement[Any]:
    """The sums of a lone tag as JSON text, its weight and share apart (see `models.profiles.sums_of`)."""
    head = f'{{"{Source.HR_TAG.value}":{{"t":"{tag.moment}","vec":'
    tail = f',"w":{tag.weight!r}}}}}'
    text = literal(head, Text).concat(type_coerce(import_row.c.share, Text)).concat(literal(tail, Text))
    return type_coerce(text, Json)
