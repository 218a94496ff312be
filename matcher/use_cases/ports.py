"""What the use cases need of whoever remembers: small Protocols, obeyed by SQL and by the in-memory store alike.

`Records` is one open transaction. Whoever calls a use case opens it (`store.writing()`), so that the effect, the stored
answer of an idempotent request and the change mark commit together or not at all. What concerns profiles stands in
`profile_ports`, what Klik learns from in `learning_ports`; their names may be imported from here.
"""

from collections.abc import Collection, Iterable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Generic, NamedTuple, Protocol, TypeVar

from matcher.profiles.people import Customer, Employee, Presence
from matcher.profiles.staff import EmployeeRecord
from matcher.use_cases.classifier_ports import ClassifierDay, Classifiers, ClassifierState, KnownClassifier, Shelf
from matcher.use_cases.learning_ports import DecisionLog, LoggedDecision, Outcomes, PriceLists
from matcher.use_cases.profile_ports import (
    Calibrations,
    Contests,
    EvidenceLog,
    FormAnswer,
    FormAnswers,
    Frameworks,
    HiddenMarks,
    Overlays,
    ProfileRows,
    Profiles,
    SegmentPrior,
    SegmentPriors,
    SourceCalibration,
    StoredProfile,
    SurveyedPerson,
)
from matcher.use_cases.rule_ports import Approvals, Publications, RuleSets

__all__ = [
    "Answers",
    "ApiKey",
    "ApiKeys",
    "Approvals",
    "Calibrations",
    "ClassifierDay",
    "ClassifierState",
    "Classifiers",
    "Contests",
    "Customers",
    "DecisionLog",
    "Employees",
    "EvidenceLog",
    "FormAnswer",
    "FormAnswers",
    "Frameworks",
    "HiddenMarks",
    "ImportRow",
    "ImportedRow",
    "Imports",
    "Job",
    "JobState",
    "Jobs",
    "KnownClassifier",
    "LoggedDecision",
    "Marks",
    "Outcomes",
    "Overlays",
    "Page",
    "PriceLists",
    "ProfileRows",
    "Profiles",
    "Publications",
    "Records",
    "RuleSets",
    "SegmentPrior",
    "SegmentPriors",
    "Shelf",
    "SourceCalibration",
    "StaffChanges",
    "Store",
    "StoredAnswer",
    "StoredProfile",
    "SurveyedPerson",
]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class StaffChanges:
    """What changed in the staff since a mark. `is_whole`: `records` is everyone (first read, or one removed)."""

    mark: tuple[int, int]
    is_whole: bool
    records: tuple[EmployeeRecord, ...]


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Items in id order, and the id after which to go on (`None`: that was all)."""

    items: tuple[T, ...]
    next_after: str | None


class Customers(Protocol):
    """Customers' master data."""

    def get(self, customer_id: str) -> Customer | None: ...
    def get_many(self, customer_ids: Collection[str]) -> dict[str, Customer]: ...
    def put(self, customer: Customer, *, now: datetime) -> bool:
        """Create or replace; whether it was created."""
        ...

    def delete(self, customer_id: str) -> bool:
        """Remove the customer; whether there was one. Profiles and evidence are removed apart, by their ports."""
        ...


class Employees(Protocol):
    """Employees' master data and presence. Every change of either moves the staff mark."""

    def get(self, employee_id: str) -> Employee | None: ...
    def put(self, employee: Employee, *, now: datetime) -> bool: ...
    def delete(self, employee_id: str) -> bool: ...
    def page(
        self, *, after: str | None, limit: int, team: str | None = None, skill: str | None = None
    ) -> Page[Employee]: ...
    def presence(self, employee_id: str) -> Presence | None: ...
    def put_presence(self, employee_id: str, presence: Presence, *, now: datetime) -> None: ...
    def staff_mark(self) -> tuple[int, int]:
        """(last change, last removal): equal marks mean that nothing changed."""
        ...

    def changes_since(self, mark: tuple[int, int] | None, *, framework: str) -> StaffChanges: ...


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as stored: never its secret, only the SHA-256 of it (hex)."""

    id: str
    secret_sha256: str
    role: str
    person_id: str | None
    created_at: datetime
    expires_at: datetime
    revoked_at: datetime | None = None


class ApiKeys(Protocol):
    """Keys and roles."""

    def get(self, key_id: str) -> ApiKey | None: ...
    def add(self, key: ApiKey) -> None: ...
    def revoke(self, key_id: str, *, now: datetime) -> bool: ...
    def all(self) -> list[ApiKey]: ...


@dataclass(frozen=True, slots=True)
class StoredAnswer:
    """The answer once given under an Idempotency-Key; `status` 0 while the first request is still under way."""

    body_sha256: str
    status: int
    headers: Mapping[str, str]
    body: bytes


class Answers(Protocol):
    """Answers kept for 24 h under (API key, method, path, Idempotency-Key)."""

    def claim(self, scope: str, body_sha256: str, *, now: datetime) -> StoredAnswer | None:
        """Take the key for this transaction (`None`), or what another request stored under it."""
        ...

    def save(self, scope: str, answer: StoredAnswer) -> None: ...
    def forget_before(self, moment: datetime) -> int: ...


class JobState(StrEnum):
    """Where a job stands."""

    QUEUED = "queued"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Job:
    """Long work outside the web processes: who runs it until when, and how often it was begun (`attempts`)."""

    id: str
    kind: str
    arguments: Mapping[str, object]
    created_by: str
    created_at: datetime
    state: JobState = JobState.QUEUED
    done: int = 0
    total: int | None = None
    attempts: int = 0
    holder: str | None = None
    lease_until: datetime | None = None
    cancel_requested: bool = False
    started_at: datetime | None = None
    finished_at: datetime | None = None
    result: Mapping[str, object] = field(default_factory=dict)
    error: str | None = None


class Jobs(Protocol):
    """Job rows: the truth about long work; a queue only rings the bell."""

    def add(self, job: Job) -> None: ...
    def get(self, job_id: str) -> Job | None: ...
    def runnable(self, *, now: datetime) -> list[str]:
        """Ids of queued jobs and of running ones whose lease ran out, oldest first."""
        ...

    def unfinished(self) -> list[Job]:
        """Every job that is queued or running, oldest first."""
        ...

    def take(self, job_id: str, *, holder: str, now: datetime, lease_until: datetime) -> Job | None:
        """Begin or take over the job under compare-and-set; `None` when it is not runnable (any more)."""
        ...

    def report(self, job_id: str, *, holder: str, done: int, total: int | None, lease_until: datetime) -> bool:
        """Note progress and renew the lease; whether to go on (False: cancelled, or another holder took over)."""
        ...

    def finish(
        self,
        job_id: str,
        *,
        holder: str,
        state: JobState,
        result: Mapping[str, object],
        error: str | None,
        now: datetime,
    ) -> bool: ...
    def last_done(self, kind: str) -> Job | None:
        """The job of that kind that was done last."""
        ...

    def cancel(self, job_id: str, *, now: datetime) -> Job | None:
        """Cancel a queued job at once, ask a running one to stop; the job as it then stands."""
        ...


@dataclass(frozen=True, slots=True)
class ImportRow:
    """One line of an employee file, read: an employee with value shares, or the fault that stops it."""

    line: int
    employee: Employee | None
    value_share: tuple[float, ...] | None = None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """What happens with a line: create, update, skip (equal to what is stored) or error."""

    line: int
    employee_id: str | None
    action: str
    detail: str


class Imports(Protocol):
    """Employee files, staged in batches and applied whole by one statement a table, so memory stays flat."""

    def keep_upload(self, import_id: str, content: bytes, *, now: datetime) -> None: ...
    def upload(self, import_id: str) -> bytes: ...
    def stage(self, import_id: str, rows: Iterable[ImportRow]) -> None: ...
    def classify(self, import_id: str, *, framework: str, columns: Collection[str] | None = None) -> dict[str, int]:
        """Decide create, update, skip or error for every staged line; how many of each. Doubled ids are errors.

        Only the fields in `columns` are compared with what is stored (`None`: all of them).
        """
        ...

    def rows(self, import_id: str, *, limit: int, errors_first: bool = True) -> list[ImportedRow]: ...
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
        """Write every create and update, and an hr_tag for each line with value shares; how many employees changed.

        Of an employee who is there, only the fields in `columns` change (`None`: all of them).
        """
        ...

    def discard(self, import_id: str) -> None: ...


class Records(Protocol):
    """One open transaction."""

    @property
    def customers(self) -> Customers: ...
    @property
    def employees(self) -> Employees: ...
    @property
    def profiles(self) -> Profiles: ...
    @property
    def form_answers(self) -> FormAnswers: ...
    @property
    def overlays(self) -> Overlays: ...
    @property
    def segment_priors(self) -> SegmentPriors: ...
    @property
    def calibrations(self) -> Calibrations: ...
    @property
    def frameworks(self) -> Frameworks: ...
    @property
    def keys(self) -> ApiKeys: ...
    @property
    def answers(self) -> Answers: ...
    @property
    def jobs(self) -> Jobs: ...
    @property
    def imports(self) -> Imports: ...
    @property
    def outcomes(self) -> Outcomes: ...
    @property
    def decisions(self) -> DecisionLog: ...
    @property
    def rule_sets(self) -> RuleSets: ...
    @property
    def publications(self) -> Publications: ...
    @property
    def approvals(self) -> Approvals: ...
    @property
    def classifiers(self) -> Classifiers: ...
    @property
    def price_lists(self) -> PriceLists: ...


class Marks(NamedTuple):
    """What tells caches that something changed: staff (last change, last removal), and the last publication of rules.

    `publication` is the `seq` of the publication in force, 0 before the first.
    """

    staff: tuple[int, int]
    publication: int


class Store(Protocol):
    """Where everything lasting is kept."""

    def reading(self) -> AbstractContextManager[Records]:
        """A consistent read."""
        ...

    def writing(self) -> AbstractContextManager[Records]:
        """One transaction: commits at the end of the block, rolls back by default when it raises."""
        ...

    def staff_mark(self) -> tuple[int, int]:
        """(last change, last removal) as last committed: as in `Employees`, without opening a transaction."""
        ...

    def marks(self) -> Marks:
        """The staff mark and the last publication, as last committed: one look, which stands before every match."""
        ...

    def kept_secret(self, name: str, fresh: bytes, *, now: datetime) -> bytes:
        """The installation's secret of that name: `fresh` where there was none yet, else the one kept since."""
        ...
