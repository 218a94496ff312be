"""The schema's history: it leads to the schema, whoever runs it, however many at once."""

import re

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect

from matcher.errors import Unavailable
from models.migrations import configuration
from models.store import SqlStore, open_store
from models.tables import SCHEMA_VERSION, metadata
from tests.contracts.stored_things import NOW, all_at_once, an_employee


def _schema(connection: Connection) -> dict[str, object]:
    """What the database knows of its tables, in a form to compare."""
    found: dict[str, object] = {}
    look = inspect(connection)
    for table in set(look.get_table_names()) - {"alembic_version"}:
        found[table] = {
            "columns": {
                column["name"]: (
                    repr(column["type"]),
                    getattr(column["type"], "collation", None),
                    column["nullable"],
                    column["default"],
                )
                for column in look.get_columns(table)
            },
            "checks": {
                check["name"]: re.sub(r"\s+", " ", check["sqltext"]) for check in look.get_check_constraints(table)
            },
            "keys": look.get_pk_constraint(table),
            "references": look.get_foreign_keys(table),
            "indexes": {index["name"]: (index["column_names"], index["unique"]) for index in look.get_indexes(table)},
        }
    return found


def test_the_migrations_lead_to_the_schema(sql_store: SqlStore) -> None:
    """Tables that tests and code agree on, and an installation does not have, are found here."""
    with sql_store._connections().writer.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})

        assert compare_metadata(context, metadata) == []


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_migrated_and_freshly_made_tables_are_the_same(request: pytest.FixtureRequest, kind: str) -> None:
    """Down to each constraint, which the comparison of the migration tool overlooks."""
    fresh = open_store(request.getfixturevalue(f"empty_{kind}_url"))
    with fresh._connections().writer.begin() as connection:
        metadata.create_all(connection)
        made = _schema(connection)
    fresh.close()
    with request.getfixturevalue(f"{kind}_store")._connections().reader.connect() as connection:
        migrated = _schema(connection)

    assert len(migrated) == len(metadata.tables)
    assert migrated == made


def test_an_empty_database_says_so(empty_url: str) -> None:
    """Readiness asks this before the first request."""
    store = open_store(empty_url)
    before = store.schema_version(), store.is_current()
    store.migrate()
    after = store.schema_version(), store.is_current()
    store.close()

    assert before == (None, False)
    assert after == (SCHEMA_VERSION, True)


def test_the_version_in_the_code_is_the_newest_migration() -> None:
    """Otherwise a current database would be called stale, or a stale one current."""
    assert ScriptDirectory.from_config(configuration()).get_heads() == [SCHEMA_VERSION]


def test_two_processes_may_migrate_at_once(empty_url: str) -> None:
    """A restart of four workers starts four migrations."""
    stores = [open_store(empty_url) for _ in range(4)]
    results = all_at_once(4, lambda index: stores[index].migrate())
    versions = [store.schema_version() for store in stores]
    for store in stores:
        store.close()

    assert results == [None] * 4
    assert versions == [SCHEMA_VERSION] * 4


def test_migrating_again_keeps_what_is_stored(sql_store: SqlStore) -> None:
    """Every start of the embedded database migrates."""
    with sql_store.writing() as records:
        records.employees.put(an_employee(), now=NOW)
    sql_store.migrate()

    with sql_store.reading() as records:
        assert records.employees.get("e-1") == an_employee()
        assert records.employees.staff_mark() == (1, 0)


def test_every_step_can_be_undone_and_redone(sql_store: SqlStore) -> None:
    """A failed release is taken back the way it came."""
    with sql_store._dialect.migrating(sql_store._connections().writer) as connection:
        command.downgrade(configuration(connection), "base")
        left = set(inspect(connection).get_table_names())
    sql_store.migrate()

    assert left == {"alembic_version"}
    assert sql_store.is_current()


def test_a_store_without_tables_is_no_unknown_error(empty_url: str) -> None:
    """Whoever forgot to migrate is told so instead of a stack trace."""
    store = open_store(empty_url)
    with pytest.raises(Unavailable, match="klik db upgrade"), store.reading() as records:
        records.employees.get("e-1")
    with pytest.raises(Unavailable, match="klik db upgrade"), store.reading() as records:
        records.employees.staff_mark()
    store.close()
