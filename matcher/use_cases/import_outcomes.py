"""Take over a file of outcomes: looked through first, then kept a thousand lines at once, so that others can write."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from matcher.contacts.outcome import DEFAULT_TERMS, ContactOutcome, OutcomeTerms
from matcher.use_cases.line_tally import LineTally
from matcher.use_cases.ports import Records
from matcher.use_cases.record_outcomes import OutcomeReport, Sorted, keep_outcomes, sort_outcomes

CREATE, SKIP, ERROR = OUTCOME_ACTIONS = ("create", "skip", "error")
LINES_AT_ONCE = 1_000
KNOWN = "was told before."

Opening = Callable[[], AbstractContextManager[Records]]


@dataclass(frozen=True, slots=True)
class OutcomeRow:
    """One line of a file of outcomes, read: the outcome, or what is wrong with the line, in one text."""

    line: int
    outcome: ContactOutcome | None
    fault: str | None = None


@dataclass(frozen=True, slots=True)
class OutcomeLine:
    """What happens with a line: create, skip (told before) or error."""

    line: int
    action: str
    detail: str


@dataclass(frozen=True, slots=True)
class OutcomeImport:
    """What a file did, or would do: `counts` by action, lines (errors first), how many lines were left out.

    `outcomes` says what became of those that were kept; of a file that was not applied it counts nothing.
    """

    applied: bool
    counts: Mapping[str, int]
    rows: tuple[OutcomeLine, ...]
    rows_left_out: int
    outcomes: OutcomeReport = field(default_factory=OutcomeReport)


def import_outcomes(
    read: Callable[[], Iterable[OutcomeRow]],
    *,
    reading: Opening,
    writing: Opening,
    now: datetime,
    dry_run: bool = False,
    terms: OutcomeTerms = DEFAULT_TERMS,
    go_on: Callable[[int], None] = lambda _done: None,
) -> OutcomeImport:
    """What a file did. Nothing is kept while a line of it is faulty, nor on a `dry_run`.

    `read` begins to read the file anew each time: it is gone through twice, and memory holds a thousand lines of it.
    Each thousand is kept in a transaction of its own; a file whose import broke off is imported again, and what was
    kept is skipped. Two lines of one event that differ are found where the second is to be kept: that one is an error.
    """
    told = LineTally[OutcomeLine]()
    for rows in _batches(read()):
        with reading() as records:
            told.note(_verdicts(rows, _sorted(records, rows, now)))
        go_on(told.lines)
    if dry_run or told.counts[ERROR] or not told.counts[CREATE]:
        return _report(told, applied=False)
    kept, outcomes = LineTally[OutcomeLine](), OutcomeReport()
    for rows in _batches(read()):
        with writing() as records:
            found = _sorted(records, rows, now)
            outcomes.add(keep_outcomes(records, list(found.new.values()), now=now, terms=terms))
        outcomes.duplicates += len(found.known)
        kept.note(_verdicts(rows, found))
        go_on(told.lines + kept.lines)
    return _report(kept, applied=True, outcomes=outcomes)


def _report(tally: LineTally[OutcomeLine], *, applied: bool, outcomes: OutcomeReport | None = None) -> OutcomeImport:
    rows, counts = tally.told(), {action: tally.counts[action] for action in OUTCOME_ACTIONS}
    return OutcomeImport(applied, counts, rows, tally.lines - len(rows), outcomes or OutcomeReport())


def _sorted(records: Records, rows: Sequence[OutcomeRow], now: datetime) -> Sorted:
    """The lines' outcomes looked at, by the line's place in the batch."""
    places = [place for place, row in enumerate(rows) if row.outcome is not None]
    found = sort_outcomes(records, [row.outcome for row in rows if row.outcome is not None], now=now)
    return Sorted(
        new={places[at]: one for at, one in found.new.items()},
        known=frozenset(places[at] for at in found.known),
        faults={places[at]: fault for at, fault in found.faults.items()},
    )


def _verdicts(rows: Sequence[OutcomeRow], found: Sorted) -> Iterator[OutcomeLine]:
    for place, row in enumerate(rows):
        if place in found.new:
            yield OutcomeLine(row.line, CREATE, "")
        elif place in found.known:
            yield OutcomeLine(row.line, SKIP, KNOWN)
        else:
            fault = found.faults.get(place)
            yield OutcomeLine(row.line, ERROR, row.fault or f"line {row.line}: {'' if fault is None else fault.detail}")


def _batches(rows: Iterable[OutcomeRow]) -> Iterator[list[OutcomeRow]]:
    waiting = iter(rows)
    while batch := list(islice(waiting, LINES_AT_ONCE)):
        yield batch
