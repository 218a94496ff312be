"""The store in memory: obeys the same contract suite as SQL, for fast tests and for demonstrations."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from matcher.errors import Unavailable
from matcher.use_cases.ports import Marks
from models.memory.classifiers import MemoryClassifiers
from models.memory.imports import MemoryImports
from models.memory.learning import MemoryDecisionLog, MemoryOutcomes, MemoryPriceLists
from models.memory.people import MemoryCustomers, MemoryEmployees
from models.memory.profiles import MemoryProfiles
from models.memory.profiling import (
    MemoryCalibrations,
    MemoryFormAnswers,
    MemoryFrameworks,
    MemoryOverlays,
    MemorySegmentPriors,
)
from models.memory.rules import MemoryApprovals, MemoryPublications, MemoryRuleSets
from models.memory.tables import Tables, Transaction
from models.memory.work import MemoryAnswers, MemoryApiKeys, MemoryJobs

PATIENCE_S = 10.0

__all__ = ["MemoryRecords", "MemoryStore"]


class MemoryRecords:
    """One open transaction (port `Records`)."""

    def __init__(self, transaction: Transaction) -> None:
        self.customers = MemoryCustomers(transaction)
        self.employees = MemoryEmployees(transaction)
        self.profiles = MemoryProfiles(transaction)
        self.form_answers = MemoryFormAnswers(transaction)
        self.overlays = MemoryOverlays(transaction)
        self.segment_priors = MemorySegmentPriors(transaction)
        self.calibrations = MemoryCalibrations(transaction)
        self.frameworks = MemoryFrameworks(transaction)
        self.keys = MemoryApiKeys(transaction)
        self.answers = MemoryAnswers(transaction)
        self.jobs = MemoryJobs(transaction)
        self.imports = MemoryImports(transaction)
        self.outcomes = MemoryOutcomes(transaction)
        self.decisions = MemoryDecisionLog(transaction)
        self.rule_sets = MemoryRuleSets(transaction)
        self.publications = MemoryPublications(transaction)
        self.approvals = MemoryApprovals(transaction)
        self.classifiers = MemoryClassifiers(transaction)
        self.price_lists = MemoryPriceLists(transaction)


class MemoryStore:
    """Everything, until the process ends (port `Store`). Threads may share it; writers go one at a time."""

    def __init__(self) -> None:
        self._committed = Tables()
        self._writers_turn = threading.Lock()

    @contextmanager
    def reading(self) -> Iterator[MemoryRecords]:
        """A consistent read: what was committed when it began."""
        yield MemoryRecords(Transaction(self._committed, may_write=False))

    @contextmanager
    def writing(self) -> Iterator[MemoryRecords]:
        """One transaction: commits at the end of the block, rolls back when it raises."""
        with self._writing() as transaction:
            yield MemoryRecords(transaction)

    def staff_mark(self) -> tuple[int, int]:
        """(last change, last removal) as last committed."""
        return self.marks().staff

    def marks(self) -> Marks:
        """What last changed, as last committed."""
        tables = self._committed
        return Marks(tables.staff_mark, len(tables.publications))

    def kept_secret(self, name: str, fresh: bytes, *, now: datetime) -> bytes:  # noqa: ARG002  # the port's signature
        """The installation's secret of that name: `fresh` where there was none yet, else the one kept since."""
        with self._writing() as transaction:
            return transaction.changing(transaction.tables.secrets).setdefault(name, fresh)

    def close(self) -> None:
        """Nothing to close."""

    @contextmanager
    def _writing(self) -> Iterator[Transaction]:
        if not self._writers_turn.acquire(timeout=PATIENCE_S):
            raise Unavailable("Another change is taking long; try again shortly.")
        try:
            transaction = Transaction(self._committed, may_write=True)
            yield transaction
            self._committed = transaction.tables
        finally:
            self._writers_turn.release()
