"""Files of outcomes are read as they go: what they hold, not how long they are, is what they cost."""

import tracemalloc
from collections.abc import Iterator

from matcher.contacts.outcome import ContactOutcome
from matcher.use_cases.import_outcomes import OutcomeImport, OutcomeRow, import_outcomes
from models.memory import MemoryStore
from tests.contracts.stored_things import NOW, later


def rows(count: int, *, twin: bool = False) -> Iterator[OutcomeRow]:
    """So many lines, made one by one; with `twin` the last one tells of the first one's event, and otherwise."""
    for number in range(count):
        yield OutcomeRow(number + 2, ContactOutcome(event_id=f"o-{number}", occurred_at=NOW, contact_id="k"))
    if twin:
        yield OutcomeRow(count + 2, ContactOutcome(event_id="o-0", occurred_at=NOW, contact_id="k", effort=5))


def run(store: MemoryStore, count: int, *, dry_run: bool = False, twin: bool = False) -> OutcomeImport:
    """What such a file did."""
    return import_outcomes(
        lambda: rows(count, twin=twin), reading=store.reading, writing=store.writing, now=later(600), dry_run=dry_run
    )


def peak_bytes(count: int) -> int:
    """The most memory that looking through so many lines took."""
    store = MemoryStore()
    tracemalloc.start()
    try:
        report = run(store, count, dry_run=True)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert report.counts["create"] == count
    return peak


def test_a_file_ten_times_as_long_takes_no_more_memory() -> None:
    """A year of outcomes is a million lines, and the server has other work."""
    assert peak_bytes(20_000) < 1.5 * peak_bytes(2_000)


def test_two_lines_of_one_event_that_differ_are_found_however_far_apart() -> None:
    """Which is true nobody knows; the first one stands, the second is named, the others are kept."""
    store = MemoryStore()
    report = run(store, 1_500, twin=True)

    assert (report.applied, report.counts) == (True, {"create": 1_500, "skip": 0, "error": 1})
    assert (report.rows[0].line, report.rows[0].action) == (1_502, "error")
    with store.reading() as records:
        assert records.outcomes.get_many(["o-0"])["o-0"].effort is None


def test_a_file_that_broke_off_is_taken_up_again() -> None:
    """What was kept the first time is skipped the second."""
    store = MemoryStore()
    run(store, 1_200)
    report = run(store, 1_500)

    assert report.counts == {"create": 300, "skip": 1_200, "error": 0}
    assert (report.outcomes.recorded, report.outcomes.duplicates) == (300, 1_200)


def test_at_most_a_thousand_lines_are_told_errors_first() -> None:
    """A report is read by people."""
    report = run(MemoryStore(), 1_500, twin=True)

    assert (len(report.rows), report.rows_left_out) == (1_000, 501)
