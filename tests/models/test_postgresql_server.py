"""PostgreSQL: nothing waits for ever, and a server that is away is told as such and found again."""

import os
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from matcher.errors import MatcherError, Unavailable
from models import dialects
from models.store import SqlStore, open_store
from tests.api.installation import Installation
from tests.cli.test_serve import running
from tests.contracts.stored_things import NOW, a_customer


def test_every_connection_has_limits(postgresql_store: SqlStore) -> None:
    """One stuck statement must not take all the threads with it."""
    wanted = {"lock_timeout": "2s", "statement_timeout": "10s", "idle_in_transaction_session_timeout": "10s"}
    for block, isolation in (("reading", "repeatable read"), ("writing", "read committed")):
        with getattr(postgresql_store, block)() as records:
            show = {name: records._connection.exec_driver_sql(f"SHOW {name}").scalar() for name in wanted}
            level = records._connection.exec_driver_sql("SHOW transaction_isolation").scalar()

        assert show == wanted
        assert level == isolation


def test_a_lost_connection_is_told_and_the_next_one_works(postgresql_store: SqlStore) -> None:
    """A restart of the database costs its callers a retry, no more."""

    def lose() -> None:
        with postgresql_store.writing() as records:
            records.customers.put(a_customer(), now=NOW)
            with postgresql_store.writing() as other:
                other._connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            records.customers.get("c-1")

    with pytest.raises(Unavailable) as told:
        lose()
    with postgresql_store.writing() as records:
        lost = records.customers.get("c-1")
        records.customers.put(a_customer(), now=NOW)

    assert told.value.retry_after_s >= 1
    assert lost is None


def test_a_mark_read_on_a_lost_connection_is_told_too(postgresql_store: SqlStore) -> None:
    """The quick way past SQLAlchemy raises the driver's own errors."""

    def lose() -> None:
        with postgresql_store.reading() as records:
            with postgresql_store.writing() as other:
                other._connection.exec_driver_sql(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                )
            records.employees.staff_mark()

    def ask() -> tuple[int, int]:
        with postgresql_store.reading() as records:
            return records.employees.staff_mark()

    with pytest.raises(Unavailable):
        lose()
    assert ask() == (0, 0)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda url: url.replace("host=", "host=/nowhere"), "does not answer"),
        (lambda url: url.replace("/klik_", "/no_such_"), "."),
    ],
    ids=["server", "database"],
)
def test_a_server_that_is_not_there_is_told(postgresql_url: str, change: object, sentence: str) -> None:
    """503 and a retry, never a stack trace."""
    store = open_store(change(postgresql_url))  # type: ignore[operator]  # a function of the table above
    with pytest.raises(Unavailable, match=sentence), store.reading():
        pass
    store.close()


def test_a_row_held_too_long_is_told(postgresql_store: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two seconds, then the other thread's caller may retry."""
    monkeypatch.setattr(dialects, "LOCK_TIMEOUT_MS", 50)
    postgresql_store.close()
    with postgresql_store.writing() as records:
        records.customers.put(a_customer(), now=NOW)
    held, finish = threading.Event(), threading.Event()

    def hold() -> None:
        with postgresql_store.writing() as records:
            records.customers.put(a_customer(tier="held"), now=NOW)
            held.set()
            finish.wait(timeout=30)

    holder = threading.Thread(target=hold)
    holder.start()
    held.wait(timeout=30)
    try:
        with pytest.raises(MatcherError) as told, postgresql_store.writing() as records:
            records.customers.put(a_customer(tier="late"), now=NOW)
    finally:
        finish.set()
        holder.join()

    assert isinstance(told.value, Unavailable)
    assert "under way" in told.value.detail


def test_changes_that_cross_each_other_are_told(postgresql_store: SqlStore) -> None:
    """A deadlock ends one of the two; its caller tries again."""
    with postgresql_store.writing() as records:
        records.customers.put(a_customer("c-0"), now=NOW)
        records.customers.put(a_customer("c-1"), now=NOW)
    both_hold_one = threading.Barrier(2)
    errors: list[Exception] = []

    def cross(index: int) -> None:
        try:
            with postgresql_store.writing() as records:
                records.customers.put(a_customer(f"c-{index}", tier=str(index)), now=NOW)
                both_hold_one.wait(timeout=30)
                records.customers.put(a_customer(f"c-{1 - index}", tier=str(index)), now=NOW)
        except Exception as error:  # noqa: BLE001  # the test looks at it
            errors.append(error)

    threads = [threading.Thread(target=cross, args=(index,)) for index in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert [type(error) for error in errors] == [Unavailable]


@contextmanager
def frozen(server: str) -> Iterator[None]:
    """The whole server stands still inside the block, as in a paused container: sockets stay open, nobody answers."""
    folder = parse_qs(urlsplit(server).query)["host"][0]
    postmaster = int((Path(folder) / "postmaster.pid").read_text().split()[0])
    stopped = [postmaster, *(pid for pid, parent in running().items() if parent == postmaster)]
    for pid in stopped:
        os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        for pid in stopped:
            os.kill(pid, signal.SIGCONT)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Half a second stands for the twelve of everyday."""
    monkeypatch.setattr(dialects, "PATIENCE_S", 0.5)


@pytest.mark.usefixtures("impatient")
def test_a_server_that_stands_still_is_given_up_and_found_again(
    postgresql_server: str, postgresql_store: SqlStore
) -> None:
    """Its own time limits stand still with it: without one of ours every thread would hang until somebody looks."""

    def put(tier: str) -> bool:
        with postgresql_store.writing() as records:
            return records.customers.put(a_customer(tier=tier), now=NOW)

    put("before")
    told: list[Unavailable] = []
    with frozen(postgresql_server):
        for ask in (lambda: put("meanwhile"), postgresql_store.staff_mark, lambda: put("meanwhile")):
            with pytest.raises(Unavailable, match="does not answer") as refused:
                ask()
            told.append(refused.value)
    created = put("after")
    with postgresql_store.reading() as records:
        found = records.customers.get("c-1")

    assert len(told) == 3
    assert created is False
    assert found == a_customer(tier="after")


@pytest.mark.usefixtures("impatient")
def test_routes_answer_503_while_the_server_stands_still(postgresql_server: str, postgresql_store: SqlStore) -> None:
    """P7: never 500, whatever the request was doing; the second one finds the connections closed and makes new ones."""
    service = Installation(store=postgresql_store)
    body = {"language": "nl"}

    def ask(method: str, path: str, **options: object) -> int:
        return int(service.call("router", method, path, **options).status_code)

    asked = [("PUT", "/v1/customers/c1", {"json": body}), ("GET", "/v1/customers/c1", {})] * 2
    before = ask("PUT", "/v1/customers/c1", json=body)
    with frozen(postgresql_server):
        meanwhile = [ask(method, path, **options) for method, path, options in asked]
    after = ask("PUT", "/v1/customers/c1", json=body)

    assert before == 201
    assert meanwhile == [503] * len(asked)
    assert after == 200


@pytest.mark.usefixtures("impatient")
def test_a_long_statement_is_allowed_its_time(postgresql_store: SqlStore) -> None:
    """An import of 200,000 rows is silent for longer than a request may be."""
    with postgresql_store.writing() as records:
        dialects.allow_statement_s(records._connection, 60)
        slept = records._connection.exec_driver_sql("SELECT 1 FROM pg_sleep(1)").scalar()
    with pytest.raises(Unavailable), postgresql_store.writing() as records:
        records._connection.exec_driver_sql("SELECT 1 FROM pg_sleep(1)")

    assert slept == 1
