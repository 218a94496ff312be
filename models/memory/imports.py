"""Employee files, in memory."""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from matcher.errors import Conflict, NotFound
from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import NOTHING, SourceSum
from matcher.profiles.people import EMPLOYEE, Employee
from matcher.use_cases.ports import ImportedRow, ImportRow, StoredProfile
from models.imports import DOUBLED, REASON, TAG_FACET, spoken_of
from models.memory.people import as_stored, is_same
from models.memory.profiles import MemoryProfiles
from models.memory.tables import Line, Transaction
from models.tables import IMPORT_ACTIONS


class MemoryImports:
    """Employee files in memory (port `Imports`)."""

    def __init__(self, transaction: Transaction) -> None:
        self._transaction = transaction

    def keep_upload(self, import_id: str, content: bytes, *, now: datetime) -> None:  # noqa: ARG002  # the port's
        """Keep the file as it came."""
        self._transaction.changing(self._transaction.tables.uploads)[import_id] = content

    def upload(self, import_id: str) -> bytes:
        """The file as it came. Raises NotFound when it is no longer kept."""
        content = self._transaction.tables.uploads.get(import_id)
        if content is None:
            raise NotFound(f"The file of import {import_id} is not kept any more.")
        return content

    def stage(self, import_id: str, rows: Iterable[ImportRow]) -> None:
        """Put lines beside the employees, for `classify` and `apply`."""
        lines = self._transaction.changing(self._transaction.tables.lines)
        for row in rows:
            if (import_id, row.line) in lines:
                raise Conflict(f"Line {row.line} of import {import_id} is staged already.")
            lines[import_id, row.line] = Line(row)

    def classify(self, import_id: str, *, framework: str, columns: Collection[str] | None = None) -> dict[str, int]:
        """Decide create, update, skip or error for every staged line; how many of each."""
        lines = self._transaction.changing(self._transaction.tables.lines)
        staged = self._lines(import_id)
        times = Counter(line.row.employee.id for line in staged if line.row.employee is not None)
        doubled = {employee_id for employee_id, number in times.items() if number > 1}
        for line in staged:
            action, detail = self._decision(line.row, doubled, framework, spoken_of(columns))
            lines[import_id, line.row.line] = replace(line, action=action, detail=detail)
        counted = Counter(line.action for line in self._lines(import_id))
        return {action: counted[action] for action in IMPORT_ACTIONS}

    def rows(self, import_id: str, *, limit: int, errors_first: bool = True) -> list[ImportedRow]:
        """The first `limit` lines with what happens to them, errors first or simply in the file's order."""
        decided = [
            ImportedRow(
                line.row.line, None if line.row.employee is None else line.row.employee.id, line.action, line.detail
            )
            for line in self._lines(import_id)
            if line.action is not None
        ]
        return sorted(decided, key=lambda row: (errors_first and row.action != "error", row.line))[:limit]

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
        employees = self._transaction.changing(self._transaction.tables.employees)
        applied: list[str] = []
        for line in self._lines(import_id):
            person = line.row.employee
            if person is None or line.action not in ("create", "update"):
                continue
            employees[person.id] = _merged(person, employees.get(person.id), spoken_of(columns))
            applied.append(person.id)
            if line.row.value_share is not None:
                tag = _tag(import_id, line.row, framework=framework, facet=facet, actor=actor, now=now)
                self._write_tag(replace(tag, weight=tag_weight))
        if applied:
            self._transaction.stamp(*applied)
        return len(applied)

    def discard(self, import_id: str) -> None:
        """Forget the file and its staged lines."""
        lines = self._transaction.changing(self._transaction.tables.lines)
        for line in self._lines(import_id):
            del lines[import_id, line.row.line]
        self._transaction.changing(self._transaction.tables.uploads).pop(import_id, None)

    def _lines(self, import_id: str) -> list[Line]:
        found = [line for place, line in self._transaction.tables.lines.items() if place[0] == import_id]
        return sorted(found, key=lambda line: line.row.line)

    def _decision(self, row: ImportRow, doubled: set[str], framework: str, spoken: Collection[str]) -> tuple[str, str]:
        person = row.employee
        if row.fault is not None or person is None:
            return "error", row.fault or ""
        if person.id in doubled:
            return "error", DOUBLED
        former = self._transaction.tables.employees.get(person.id)
        if former is None:
            return "create", ""
        same_tag = row.value_share is None or row.value_share == self._standing_tag(person.id, framework)
        return ("skip" if same_tag and is_same(former, person, columns=spoken) else "update"), ""

    def _standing_tag(self, employee_id: str, framework: str) -> tuple[float, ...] | None:
        log = MemoryProfiles(self._transaction).evidence_of(EMPLOYEE, employee_id, facet=TAG_FACET)
        tags = [each for each in log if each.source is Source.HR_TAG and each.framework == framework]
        standing = [tag.share for tag in tags if tag.revoked_at is None]
        return standing[-1] if standing else None

    def _write_tag(self, tag: Evidence) -> None:
        MemoryProfiles(self._transaction).append(tag)
        place = (tag.who, tag.subject_id, tag.framework, tag.facet)
        profiles = self._transaction.changing(self._transaction.tables.profiles)
        former = profiles.get(place, StoredProfile(NOTHING, 0))
        said = SourceSum(tuple(tag.weight * part for part in tag.share), tag.occurred_at)
        by_source = {**former.sums.by_source, tag.source.value: said}
        profiles[place] = StoredProfile(replace(former.sums, by_source=by_source), former.revision + 1)


def _merged(person: Employee, former: Employee | None, spoken: Collection[str]) -> Employee:
    if former is None:
        return as_stored(person)
    return replace(former, **{name: getattr(person, name) for name in spoken})


def _tag(import_id: str, row: ImportRow, *, framework: str, facet: str, actor: str, now: datetime) -> Evidence:
    assert row.employee is not None
    assert row.value_share is not None
    return Evidence(
        id=f"{import_id}:{row.line}",
        who=EMPLOYEE,
        subject_id=row.employee.id,
        framework=framework,
        facet=facet,
        source=Source.HR_TAG,
        occurred_at=now,
        recorded_at=now,
        share=row.value_share,
        weight=0.0,
        actor=actor,
        reason=REASON,
        batch=import_id,
    )
