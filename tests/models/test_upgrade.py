"""A database of the version before, with people in it: everything is there after the upgrade, and means the same."""

from typing import Any

import pytest
from alembic import command
from sqlalchemy import Connection, text

from matcher.profiles.evidence import Evidence, Source
from matcher.profiles.facets import SourceSum, Sums
from matcher.use_cases.ports import StoredProfile
from models.migrations import configuration
from models.store import SqlStore, open_store
from models.tables import SCHEMA_VERSION
from tests.contracts.stored_things import FRAMEWORK, NOW, an_answer, an_employee, later, some_evidence

MOMENT = "2026-03-02T09:30:15.123456+00:00"
STATEMENTS = (
    "INSERT INTO employee (id, languages, skills, mandate, capacity, channels, active, attributes, change_no, "
    f"created_at, updated_at) VALUES ('e-1', '[]', '{{}}', 0, 1, '{{}}', true, '{{}}', 1, '{MOMENT}', '{MOMENT}')",
    "INSERT INTO evidence (id, who, subject_id, framework, facet, source, occurred_at, recorded_at, share, weight, "
    f"actor, reason, detail, revoked_at, revoked_by) VALUES ('v-1', 'employee', 'e-1', '{FRAMEWORK}', 'values', "
    f"'hr_tag', '{MOMENT}', '{MOMENT}', '[0.5,0.5]', 2.3, 'key-1', 'known well', '{{}}', '{MOMENT}', 'key-2')",
    "INSERT INTO evidence (id, who, subject_id, framework, facet, source, occurred_at, recorded_at, share, weight, "
    f"actor, detail) VALUES ('v-2', 'employee', 'e-1', '{FRAMEWORK}', 'values', 'survey', '{MOMENT}', '{MOMENT}', "
    "'[-0.1,1.1]', 0.25, 'key-1', '{\"wave\":\"w\"}')",
    "INSERT INTO profile (who, framework, facet, subject_id, sums, revision, updated_at) VALUES ('employee', "
    f"'{FRAMEWORK}', 'values', 'e-1', '{{\"survey\":{{\"vec\":[1.5,0.5],\"t\":\"{MOMENT}\"}}}}', 4, '{MOMENT}')",
    "UPDATE counter SET value = 1 WHERE name = 'staff_change'",
)


@pytest.fixture
def upgraded(empty_url: str) -> Any:
    """A store of this version, on a database that the version before filled."""
    store = open_store(empty_url)
    with _migrating(store) as connection:
        command.upgrade(configuration(connection), "0001")
        for statement in STATEMENTS:
            connection.execute(text(statement.replace(":", r"\:")))
    store.migrate()
    yield store
    store.close()


def _migrating(store: SqlStore) -> Any:
    return store._dialect.migrating(store._connections().writer)


def test_what_was_stored_before_is_read_as_it_was(upgraded: SqlStore) -> None:
    """Pieces that came one by one are of no batch, and who took one back gave no reason then."""
    with upgraded.reading() as records:
        pieces = records.profiles.evidence_of("employee", "e-1")
        stored = records.profiles.get("employee", "e-1", FRAMEWORK, "values")
        changes = records.employees.changes_since(None, framework=FRAMEWORK)

    known = {"who": "employee", "subject_id": "e-1", "framework": FRAMEWORK, "facet": "values", "actor": "key-1"}
    times = {"occurred_at": NOW, "recorded_at": NOW}
    tag = {"source": Source.HR_TAG, "share": (0.5, 0.5), "weight": 2.3, "reason": "known well"}
    form = {"source": Source.SURVEY, "share": (-0.1, 1.1), "weight": 0.25, "detail": {"wave": "w"}}
    sums = Sums({"survey": SourceSum((1.5, 0.5), NOW)})
    assert pieces == [
        Evidence("v-1", **known, **times, **tag, revoked_at=NOW, revoked_by="key-2"),
        Evidence("v-2", **known, **times, **form),
    ]
    assert stored == StoredProfile(sums, 4)
    assert [(record.employee.id, record.values) for record in changes.records] == [("e-1", sums)]
    assert changes.mark == (1, 0)


def test_an_upgraded_database_takes_everything_new(upgraded: SqlStore) -> None:
    """Also an employee hides, answers and is erased who was there before."""
    with upgraded.writing() as records:
        records.profiles.append(some_evidence("v-3", batch="b-1"))
        records.profiles.revoke("v-2", now=later(1), actor="e-1", reason="not me")
        records.form_answers.add([an_answer()])
        records.profiles.hide("employee", "e-1", True, now=NOW, actor="e-1")
    with upgraded.reading() as records:
        (record,) = records.employees.changes_since(None, framework=FRAMEWORK).records
        held = [piece.id for piece in records.profiles.evidence_of_batch("b-1")]

    assert record.values is None
    assert held == ["v-3"]


def test_a_release_taken_back_keeps_what_the_former_one_knew(upgraded: SqlStore) -> None:
    """What only the new one could remember is lost; evidence and profiles are not."""
    with upgraded.writing() as records:
        records.profiles.append(some_evidence("v-3", batch="b-1"))
    with _migrating(upgraded) as connection:
        command.downgrade(configuration(connection), "0001")
        kept = _ids(connection)
    upgraded.migrate()

    assert kept == ["v-1", "v-2", "v-3"]
    assert upgraded.schema_version() == SCHEMA_VERSION
    with upgraded.reading() as records:
        assert [piece.batch for piece in records.profiles.evidence_of("employee", "e-1")] == [None] * 3
        assert records.employees.get("e-1") is not None
        assert records.employees.get("e-1") != an_employee("e-1")


def _ids(connection: Connection) -> list[str]:
    return list(connection.execute(text("SELECT id FROM evidence ORDER BY id")).scalars())
