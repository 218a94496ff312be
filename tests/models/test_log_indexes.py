"""Years of outcomes and decisions lie in the store: whoever asks for a page of them reads that page and no more."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import event

from matcher.use_cases.ports import Records
from models.store import SqlStore
from tests.contracts.stored_things import NOW

SINCE, UNTIL, PLACE = NOW - timedelta(days=9), NOW, (NOW - timedelta(days=1), "d-5")
ASKED: dict[str, Callable[[Records], object]] = {
    "the next decisions": lambda records: records.decisions.window(SINCE, UNTIL, after=PLACE, limit=9),
    "the latest decisions": lambda records: records.decisions.latest(SINCE, UNTIL, before=PLACE, limit=9),
    "how many decisions": lambda records: records.decisions.count(SINCE, UNTIL),
    "old decisions": lambda records: records.decisions.forget_before(UNTIL, limit=9),
    "old outcomes": lambda records: records.outcomes.forget_before(UNTIL, limit=9),
}


@pytest.mark.parametrize("name", sorted(ASKED))
def test_an_index_by_time_serves_who_reads_the_log(sqlite_store: SqlStore, name: str) -> None:
    """No whole table is walked through, and nothing is sorted: a million rows before the page cost nothing."""
    statements = list[tuple[str, object]]()
    engine = sqlite_store._connections().writer

    def note(_connection: object, _cursor: object, statement: str, parameters: object, *_: object) -> None:
        statements.append((statement, parameters))

    event.listen(engine, "before_cursor_execute", note)
    with sqlite_store.writing() as records:
        ASKED[name](records)
    event.remove(engine, "before_cursor_execute", note)
    (asked,) = [each for each in statements if "FROM decision_log" in each[0] or "FROM outcome" in each[0]]
    with engine.connect() as connection:
        plan = [row[-1] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {asked[0]}", asked[1])]

    assert any("USING" in step and "INDEX ix_" in step and "at_" in step for step in plan), plan
    assert not [step for step in plan if step.startswith("SCAN") or "TEMP B-TREE FOR ORDER" in step]
