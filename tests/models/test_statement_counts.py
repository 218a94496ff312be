"""How often the database is asked: round trips are what a store costs, and they do not show in a test's time."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

from matcher.use_cases.ports import Records, StoredProfile
from matcher.use_cases.record_outcomes import record_outcomes
from models.store import SqlStore
from tests.contracts.stored_things import (
    FRAMEWORK,
    NOW,
    an_answer,
    an_employee,
    an_outcome,
    an_overlay,
    hire,
    later,
    some_evidence,
    some_sums,
)

PEOPLE = [f"e-{number:05}" for number in range(10_000)]


@contextmanager
def _counted(store: SqlStore) -> Iterator[list[str]]:
    """The statements sent inside the block; what is sent for many rows at once counts once."""
    sent: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        sent.append(statement)

    engine = store._connections().writer
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def _tag_all(records: Records) -> None:
    read = records.profiles.get_many("employee", PEOPLE, FRAMEWORK, "values", to_change=True)
    revisions = {person: stored.revision for person, stored in read.items()}
    batch = f"b-{len(read)}"
    pieces = [some_evidence(f"{batch}-{person}", subject_id=person, batch=batch) for person in PEOPLE]
    records.profiles.append_many(pieces)
    fresh = {person: StoredProfile(some_sums(), revisions.get(person, 0)) for person in PEOPLE}
    records.profiles.put_many("employee", FRAMEWORK, "values", fresh, now=NOW)


def test_ten_thousand_tags_are_one_transaction_of_few_statements(sql_store: SqlStore) -> None:
    """First nobody has a profile, then everybody has: either way a statement a thousand people and kind.

    Beside those: whoever is written about is held, once for each of the two kinds.
    """
    counts = []
    with sql_store.writing() as records:
        hire(records, PEOPLE)
    for _ in range(2):
        with _counted(sql_store) as sent, sql_store.writing() as records:
            _tag_all(records)
        counts.append(len(sent))
    with sql_store.reading() as records:
        stored = records.profiles.get_many("employee", PEOPLE, FRAMEWORK, "values")
        assert {one.revision for one in stored.values()} == {2}
        assert len(stored) == len(PEOPLE)

    assert max(counts) <= 2 * len(PEOPLE) / 1_000 + 13


def test_ten_thousand_tags_are_taken_back_by_few_statements(sql_store: SqlStore) -> None:
    """Whom they are about is read and held, they are marked, the logs to rebuild the profiles from are read."""
    with sql_store.writing() as records:
        hire(records, PEOPLE)
        _tag_all(records)
    with _counted(sql_store) as sent, sql_store.writing() as records:
        revoked = records.profiles.revoke_batch("b-0", now=NOW, actor="hr")
        logs = records.profiles.evidence_of_many("employee", PEOPLE, FRAMEWORK, "values")

    assert revoked == len(logs) == len(PEOPLE)
    assert len(sent) <= 4


READS: dict[str, Callable[[Records], Any]] = {
    "roster": lambda records: records.employees.changes_since(None, framework=FRAMEWORK),
    "hidden": lambda records: records.profiles.hidden_of("employee", PEOPLE[:500]),
    "overlays": lambda records: records.overlays.of("employee", PEOPLE[:500], "values", now=NOW),
    "observed": lambda records: records.profiles.observed("customer", FRAMEWORK, "channel", after=None, limit=500),
    "priors": lambda records: records.segment_priors.get_many(FRAMEWORK, "values", PEOPLE[:500]),
    "calibrations": lambda records: records.calibrations.current(FRAMEWORK, "values"),
    "answers": lambda records: records.form_answers.of_person("employee", PEOPLE[0], framework=FRAMEWORK),
}


@pytest.mark.parametrize("read", READS)
def test_a_read_is_one_statement_for_however_many(sql_store: SqlStore, read: str) -> None:
    """What stands in the way of a match may not grow by a round trip a person; hidden profiles cost the roster none."""
    with sql_store.writing() as records:
        for person in PEOPLE[:20]:
            records.employees.put(an_employee(person), now=NOW)
            records.profiles.hide("employee", person, True, now=NOW, actor="k")
            records.overlays.put(an_overlay(subject_id=person))
            records.form_answers.add([an_answer(f"a-{person}", subject_id=person)])
    with _counted(sql_store) as sent, sql_store.reading() as records:
        READS[read](records)

    assert len(sent) == 1


def test_an_unchanged_staff_is_not_looked_at(sql_store: SqlStore) -> None:
    """The mark alone is read, as before there was anything to hide."""
    with sql_store.writing() as records:
        records.employees.put(an_employee(), now=NOW)
    mark = sql_store.staff_mark()
    with _counted(sql_store) as sent, sql_store.reading() as records:
        changes = records.employees.changes_since(mark, framework=FRAMEWORK)

    assert changes.records == ()
    assert sent == []


def test_a_thousand_outcomes_are_recorded_by_few_statements(sql_store: SqlStore) -> None:
    """Ten or a thousand: known events, decisions, people and complaints are each looked for once."""
    with sql_store.writing() as records:
        hire(records, PEOPLE[:1_000])
    counts = []
    for number, size in enumerate((10, 1_000)):
        told = [
            an_outcome(f"o-{number}-{place}", contact_id=f"k-{place}", customer_id=None, employee_id=PEOPLE[place])
            for place in range(size)
        ]
        with _counted(sql_store) as sent, sql_store.writing() as records:
            record_outcomes(records, told, now=later(600))
        counts.append(len(sent))

    assert counts[1] <= counts[0] + 1_000 * 23 / 30_000 + 1  # a statement holds so many values
    assert counts[0] <= 9
