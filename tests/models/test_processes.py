"""Stores across processes: gunicorn forks its workers, and a fork must not share its parent's connections."""

import os
from collections.abc import Callable
from itertools import pairwise

from models.store import SqlStore
from tests.contracts.stored_things import NOW, a_customer, an_employee


def _in_a_child(act: Callable[[], bool]) -> bool:
    """Whether `act` gave True in a forked child."""
    child = os.fork()
    if child == 0:
        done = False
        try:
            done = act()
        finally:
            os._exit(0 if done else 1)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status) == 0


def test_a_forked_child_connects_anew_and_parent_goes_on(sql_store: SqlStore) -> None:
    """Two processes on one connection would read each other's answers."""
    with sql_store.writing() as records:
        records.customers.put(a_customer("c-parent"), now=NOW)
    engine = sql_store._connections().writer

    def work() -> bool:
        with sql_store.writing() as records:
            records.customers.put(a_customer("c-child"), now=NOW)
        with sql_store.reading() as records:
            found = records.customers.get_many(["c-parent", "c-child"])
        return len(found) == 2 and sql_store._connections().writer is not engine

    worked = _in_a_child(work)
    with sql_store.writing() as records:
        records.customers.put(a_customer("c-after"), now=NOW)

    assert worked
    assert sql_store._connections().writer is engine
    with sql_store.reading() as records:
        assert len(records.customers.get_many(["c-parent", "c-child", "c-after"])) == 3


def test_a_child_forked_while_the_parent_writes_is_not_stuck(sql_store: SqlStore) -> None:
    """The parent's turn is the parent's; the child reads what is committed."""
    with sql_store.writing() as records:
        records.customers.put(a_customer("c-1"), now=NOW)

        def read() -> bool:
            with sql_store.reading() as child_records:
                return child_records.customers.get("c-1") is None

        worked = _in_a_child(read)

    assert worked
    with sql_store.reading() as records:
        assert records.customers.get("c-1") is not None


def test_a_closed_store_opens_again_when_used(sql_store: SqlStore) -> None:
    """Closing twice, or too early, does no harm."""
    sql_store.close()
    sql_store.close()
    with sql_store.writing() as records:
        records.customers.put(a_customer(), now=NOW)

    with sql_store.reading() as records:
        assert records.customers.get("c-1") == a_customer()


def test_the_mark_tells_of_every_change_committed_by_anyone(sql_store: SqlStore) -> None:
    """Rows are read again only after a commit, so a commit that went unseen would leave the staff stale for good."""

    def hire(number: int) -> bool:
        with sql_store.writing() as records:
            return records.employees.put(an_employee(f"e-{number}"), now=NOW)

    marks = [sql_store.staff_mark()]
    for number in range(6):
        assert hire(number) if number % 2 else _in_a_child(lambda: hire(number))  # noqa: B023  # called at once
        marks.append(sql_store.staff_mark())

    assert all(later > former for former, later in pairwise(marks))
    assert sql_store.staff_mark() == marks[-1]
