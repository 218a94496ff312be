"""Tag many employees by a file: all of its lines or none, in one batch that can be taken back as a whole."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import islice

from matcher.errors import Conflict
from matcher.profiles.evidence import Evidence
from matcher.profiles.facets import NOTHING, fold
from matcher.profiles.framework import VALUES, Framework
from matcher.profiles.people import EMPLOYEE
from matcher.profiles.tags import hr_tag
from matcher.use_cases.line_tally import LineTally
from matcher.use_cases.ports import ImportedRow, Records, StoredProfile

TAG, SKIP, ERROR = TAG_ACTIONS = ("tag", "skip", "error")
LINES_AT_ONCE = 1_000
FEW_PEOPLE = 100  # are looked up one by one, more by walking through the staff
SAME = 1e-9

SAYS_NOTHING = "the line names no value system."
TAGGED_SO = "is tagged so already."
UNKNOWN = "line {}, column id: there is no employee {!r}; save the employee first."
TWICE = "line {}, column id: {!r} stands on {} lines; keep one."
NO_REASON = "line {}, column reason: say why; the employee reads the reason beside the tag."
CONTESTED = (
    "line {}, column reason: the employee contested the last tag on {:%Y-%m-%d}; say here why there is a new one."
)


@dataclass(frozen=True, slots=True)
class TagRow:
    """One line of a file of tags, read: whom it tags how and why, or the faults that stop it, in one text.

    `share` is in the facet's order; without it, and without a fault, the line says nothing.
    """

    line: int
    employee_id: str | None
    share: tuple[float, ...] | None = None
    reason: str | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class TagReport:
    """What a file of tags did, or would do: `counts` by action, rows (errors first), how many rows were left out.

    `batch` names what was applied, for taking it back; `None` where nothing was.
    """

    applied: bool
    batch: str | None
    counts: dict[str, int]
    rows: tuple[ImportedRow, ...]
    rows_left_out: int


@dataclass(frozen=True, slots=True)
class TagOrder:
    """How a file of tags is to be taken: `reason` stands for lines without one, unless a tag was contested there."""

    reason: str | None = None
    dry_run: bool = False
    skip_faulty: bool = False


def tag_employees(
    records: Records,
    framework: Framework,
    read: Callable[[], Iterable[TagRow]],
    order: TagOrder,
    *,
    batch: str,
    actor: str,
    now: datetime,
    new_id: Callable[[], str],
) -> TagReport:
    """Tag everyone the file names, or nobody where a line is faulty (unless `skip_faulty`), or on a `dry_run`.

    `read` begins to read the file anew each time: it is gone through three times, a thousand lines at once, so that
    memory stays flat.
    """
    plan = judge_tags(records, framework, read, order)
    return apply_tags(records, framework, read, order, plan, batch=batch, actor=actor, now=now, new_id=new_id)


def judge_tags(
    records: Records,
    framework: Framework,
    read: Callable[[], Iterable[TagRow]],
    order: TagOrder,
    *,
    go_on: Callable[[int], None] = lambda _done: None,
) -> "TagPlan":
    """What is to be done with each line, for `apply_tags`; `go_on` is told how many lines were judged so far."""
    times = Counter(row.employee_id for row in read() if row.employee_id is not None)
    judge = _Judge.of(records, framework, order, times)
    told = LineTally[ImportedRow]()
    for rows in _batches(read()):
        told.note(judge.verdicts(rows))
        go_on(told.lines)
    return TagPlan(times, told)


def apply_tags(
    records: Records,
    framework: Framework,
    read: Callable[[], Iterable[TagRow]],
    order: TagOrder,
    plan: "TagPlan",
    *,
    batch: str,
    actor: str,
    now: datetime,
    new_id: Callable[[], str],
) -> TagReport:
    """What the plan came to. Where it was made in an earlier transaction, every line is judged anew.

    Raises Conflict where the staff, or their tags, changed since in a way that changes the plan; then nothing is done.
    """
    told = plan.told
    is_sound = not told.counts[ERROR] or order.skip_faulty
    if order.dry_run or not is_sound or not told.counts[TAG]:
        return _report(told, None)
    judge = _Judge.of(records, framework, order, plan.times)
    done = 0
    for rows in _batches(read()):
        tags = judge.tags(rows)
        _apply(records, framework, tags, batch=batch, actor=actor, now=now, new_id=new_id)
        done += len(tags)
    if done != told.counts[TAG]:
        raise Conflict("Staff or tags changed while the file was read, and nobody was tagged: send the file again.")
    return _report(told, batch)


def _report(tally: LineTally[ImportedRow], batch: str | None) -> TagReport:
    rows, counts = tally.told(), {action: tally.counts[action] for action in TAG_ACTIONS}
    return TagReport(batch is not None, batch, counts, rows, tally.lines - len(rows))


@dataclass(frozen=True, slots=True)
class TagPlan:
    """What is to be done with a file: how often it names each employee, and what is told of its lines."""

    times: Mapping[str, int]
    told: LineTally[ImportedRow]


@dataclass(frozen=True, slots=True)
class _Judge:
    """What is done with each line, given what is stored now."""

    records: Records
    framework: Framework
    order: TagOrder
    times: Mapping[str, int]
    known: Collection[str]

    @classmethod
    def of(cls, records: Records, framework: Framework, order: TagOrder, times: Mapping[str, int]) -> "_Judge":
        """The judge, given who is an employee now."""
        return cls(records, framework, order, times, _known(records, times))

    def verdicts(self, rows: Sequence[TagRow]) -> Iterator[ImportedRow]:
        """What happens with each of the lines."""
        ids = [row.employee_id for row in rows if row.employee_id in self.known]
        people = [each for each in ids if each is not None]
        place = (self.framework.name, VALUES)
        tags = self.records.profiles.tags_of(EMPLOYEE, people, *place)
        contested = self.records.profiles.contested_of(EMPLOYEE, people, *place)
        for row in rows:
            faults = [fault for fault in (row.fault, self._fault(row, contested)) if fault is not None]
            if faults:
                yield ImportedRow(row.line, row.employee_id, ERROR, " ".join(faults))
            elif row.share is None:
                yield ImportedRow(row.line, row.employee_id, SKIP, SAYS_NOTHING)
            elif _is_same(tags.get(row.employee_id or ""), row.share):
                yield ImportedRow(row.line, row.employee_id, SKIP, TAGGED_SO)
            else:
                yield ImportedRow(row.line, row.employee_id, TAG, "")

    def tags(self, rows: Sequence[TagRow]) -> list[TagRow]:
        """Those of the lines that tag someone, each with its reason."""
        verdicts = zip(rows, self.verdicts(rows), strict=True)
        return [
            replace(row, reason=row.reason or self.order.reason) for row, verdict in verdicts if verdict.action == TAG
        ]

    def _fault(self, row: TagRow, contested: dict[str, Evidence]) -> str | None:
        who = row.employee_id
        if who is None:
            return None  # the line's own fault says so
        if self.times[who] > 1:
            return TWICE.format(row.line, who[:64], self.times[who])
        if who not in self.known:
            return UNKNOWN.format(row.line, who[:64])
        if row.share is None or row.reason is not None:
            return None
        if who in contested:
            return CONTESTED.format(row.line, contested[who].revoked_at)
        return None if self.order.reason else NO_REASON.format(row.line)


def _apply(
    records: Records,
    framework: Framework,
    rows: Sequence[TagRow],
    *,
    batch: str,
    actor: str,
    now: datetime,
    new_id: Callable[[], str],
) -> None:
    """Write a tag for each line, into the log and into the profiles folded from it."""
    facet = framework.values
    place = (framework.name, VALUES)
    stored = records.profiles.get_many(EMPLOYEE, [row.employee_id or "" for row in rows], *place, to_change=True)
    pieces = [
        replace(
            hr_tag(
                facet, row.share or (), framework=framework.name, employee_id=row.employee_id or "", actor=actor,
                reason=row.reason or "", now=now, new_id=new_id,
            ),
            batch=batch,
        )
        for row in rows
    ]  # fmt: skip
    changed = {}
    for piece in pieces:
        former = stored.get(piece.subject_id) or StoredProfile(NOTHING, 0)
        changed[piece.subject_id] = StoredProfile(fold(former.sums, piece, facet), former.revision)
    records.profiles.append_many(pieces)
    records.profiles.put_many(EMPLOYEE, *place, changed, now=now)


def _known(records: Records, ids: Collection[str]) -> frozenset[str]:
    """Those of the ids that are employees'."""
    if len(ids) <= FEW_PEOPLE:
        return frozenset(each for each in ids if records.employees.get(each) is not None)
    found: set[str] = set()
    after = None
    while True:
        page = records.employees.page(after=after, limit=LINES_AT_ONCE)
        found.update(employee.id for employee in page.items if employee.id in ids)
        after = page.next_after
        if after is None:
            return frozenset(found)


def _batches(rows: Iterable[TagRow]) -> Iterator[list[TagRow]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, LINES_AT_ONCE)):
        yield batch


def _is_same(former: Sequence[float] | None, share: Sequence[float]) -> bool:
    return former is not None and all(abs(a - b) <= SAME for a, b in zip(former, share, strict=True))
