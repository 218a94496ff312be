"""Account employees for customers: who may look after whom, and how well, chunk by chunk and by any worker."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from matcher.assignment.shortlist import Choices, Shortlist
from matcher.assignment.transport import AskNear, Near
from matcher.compatibility.prior import EmployeeSide, PriorCompatibility
from matcher.profiles.facets import ShareTable
from matcher.profiles.framework import Framework
from matcher.profiles.people import Customer, Employee
from matcher.profiles.staff import EmployeeRecord
from matcher.routing.attendance import Bools, Floats, Ints
from matcher.routing.eligibility import Demand as Needs
from matcher.routing.eligibility import demand_tests
from matcher.routing.roster import Roster
from matcher.routing.snapshot import CustomerTable, KnownCustomer

T = TypeVar("T")
R = TypeVar("R")
RunEach = Callable[[Callable[[T], R], Sequence[T]], Iterable[R]]  # a function on each item; answers in their order


@dataclass(frozen=True, slots=True, eq=False)
class CustomerChunk:
    """Customers in numbers: shares (n × K), certainty (n), and the index of each one's language."""

    number: int
    share: Floats
    n_eff: Floats
    language: NDArray[np.int32]

    def only(self, rows: "slice | Ints") -> "CustomerChunk":
        """Some of them."""
        return CustomerChunk(self.number, self.share[rows], self.n_eff[rows], self.language[rows])


@dataclass(frozen=True, slots=True, eq=False)
class Bench:
    """The employees' half of every pair, small enough to be sent to every worker. `open_to`: languages × employees."""

    classifier: PriorCompatibility
    side: EmployeeSide
    open_to: Bools

    @property
    def widest(self) -> int:
        """The most employees that customers of one language may have."""
        return int(self.open_to.sum(axis=1).max(initial=0))

    def values(self, chunk: CustomerChunk) -> Floats:
        """P(good outcome) of every pair, -inf where the employee may not: customers × employees."""
        shares = ShareTable(chunk.share, chunk.n_eff, chunk.n_eff)
        value = self.classifier.probability(shares, self.side)
        return np.where(self.open_to[chunk.language], value, -np.inf)

    def near(self, chunk: CustomerChunk, question: AskNear) -> Near:
        """The pairs that may matter; only those are worked out that a language allows."""
        size = (chunk.language.size, question.keep)
        employee, value, net = np.zeros(size, np.int32), np.full(size, -np.inf), 0.0
        for language in np.unique(chunk.language).tolist():
            rows, columns = np.flatnonzero(chunk.language == language), self._columns(language)
            if columns.size:
                part = chunk.only(rows)
                shares = ShareTable(part.share, part.n_eff, part.n_eff)
                found = question.answer(self.classifier.probability(shares, self._side_of(columns)), columns[None])
                employee[rows], value[rows] = found.pairs.employee, found.pairs.value
                net += found.net
        return Near(Shortlist(employee, value), net)

    def _columns(self, language: int) -> Choices:
        return np.flatnonzero(self.open_to[language]).astype(np.int32)

    def _side_of(self, columns: Choices) -> EmployeeSide:
        return EmployeeSide(self.side.logits[:, columns], self.side.reliability[columns])


@dataclass(frozen=True, slots=True, eq=False)
class AskChunk:
    """A question on its way to a worker."""

    bench: Bench
    question: AskNear

    def __call__(self, chunk: CustomerChunk) -> Near:
        """The chunk's answer."""
        return self.bench.near(chunk.only(slice(None, None, self.question.stride)), self.question)


@dataclass(frozen=True, slots=True, eq=False)
class AccountChunks:
    """Customers as the solver asks for them. `run_each` spreads the work; the chunks may lie on a disk."""

    bench: Bench
    chunks: Sequence[CustomerChunk]
    sizes: Sequence[int]
    run_each: RunEach[Any, Any]

    @property
    def customers(self) -> int:
        """How many there are in all."""
        return sum(self.sizes)

    @property
    def widest(self) -> int:
        """The most employees that a customer may have."""
        return self.bench.widest

    @property
    def largest(self) -> float:
        """No pair is worth more: values are probabilities."""
        return 1.0

    def near(self, question: AskNear) -> Iterable[Near]:
        """The answers, in the order of chunks."""
        return self.run_each(AskChunk(self.bench, question), self.chunks)

    def values_of(self, customers: Ints) -> Floats:
        """Values of these customers, in their order."""
        value = np.empty((customers.size, self.bench.open_to.shape[1]))
        ends = np.cumsum(self.sizes)
        chunk_of = np.searchsorted(ends, customers, side="right")
        for number in np.unique(chunk_of).tolist():
            here = np.flatnonzero(chunk_of == number)
            first = int(ends[number]) - self.sizes[number]
            value[here] = self.bench.values(self.chunks[number].only(customers[here] - first))
        return value


def bench_of(
    employees: Sequence[Employee],
    framework: Framework,
    *,
    languages: Sequence[str | None],
    skills: dict[str, int],
    mandate: int,
    mode: Any,
    at: datetime,
) -> Bench:
    """The employees as customers of these languages meet them, by the same tests as in matching, channel apart.

    Every account employee must have the skills and the mandate; `None` among the languages asks for none.
    Raises InvalidInput for shares that are no distribution.
    """
    roster = Roster.of([EmployeeRecord(one) for one in employees], framework, at=at)
    classifier = PriorCompatibility(framework, mode=mode)
    needs = [Needs("", language, tuple(sorted(skills.items())), (), mandate) for language in languages]
    open_to = np.array([_open_to(roster, each) for each in needs], bool).reshape(len(needs), len(roster))
    return Bench(classifier, classifier.employee_side(roster.values), open_to)


def chunk_of(
    number: int,
    customers: Sequence[Customer],
    framework: Framework,
    *,
    language_index: dict[str | None, int],
    at: datetime,
) -> CustomerChunk:
    """These customers in numbers; languages not seen yet get the next index in `language_index`."""
    table = CustomerTable.of([KnownCustomer(one) for one in customers], framework, at=at).values
    language = [language_index.setdefault(one.language, len(language_index)) for one in customers]
    return CustomerChunk(number, table.share, table.n_eff, np.array(language, np.int32))


def _open_to(roster: Roster, needs: Needs) -> Bools:
    passed = roster.active.copy()
    for question in demand_tests(roster, needs):
        if question.code != "channel":
            passed &= question.passes
    return passed
