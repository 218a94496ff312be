"""What the database itself refuses, should the code above it ever err."""

from typing import Any

import pytest
from sqlalchemy import Connection, Table, insert

from matcher.errors import Conflict
from matcher.profiles.evidence import Source
from matcher.profiles.people import PresenceState
from matcher.use_cases.ports import JobState
from models.store import SqlStore
from models.tables import api_key, counter, customer, employee, evidence, import_row, job, presence, profile
from tests.contracts.stored_things import NOW

TIMES = {"created_at": NOW, "updated_at": NOW}
GOOD: dict[Table, dict[str, Any]] = {
    customer: {"id": "c-1", "attributes": {}, **TIMES},
    employee: {
        "id": "e-1",
        "languages": [],
        "skills": {},
        "mandate": 0,
        "capacity": 1,
        "channels": {},
        "active": True,
        "attributes": {},
        "change_no": 0,
        **TIMES,
    },
    presence: {"employee_id": "e-0", "state": "away", "updated_at": NOW},
    evidence: {
        "id": "v-1",
        "who": "customer",
        "subject_id": "c-1",
        "framework": "f",
        "facet": "values",
        "source": "survey",
        "occurred_at": NOW,
        "recorded_at": NOW,
        "share": [1.0],
        "weight": 0.0,
        "actor": "k",
        "detail": {},
    },
    profile: {
        "who": "customer",
        "subject_id": "c-1",
        "framework": "f",
        "facet": "values",
        "sums": {},
        "revision": 1,
        "updated_at": NOW,
    },
    api_key: {"id": "k", "secret_sha256": "0" * 64, "role": "hr", "created_at": NOW, "expires_at": NOW},
    job: {
        "id": "j",
        "kind": "x",
        "arguments": {},
        "created_by": "k",
        "created_at": NOW,
        "state": "queued",
        "done": 0,
        "attempts": 0,
        "cancel_requested": False,
        "result": {},
    },
    import_row: {"import_id": "i", "line": 2, "employee_id": "e-1"},
    counter: {"name": "other", "value": 0},
}
FORBIDDEN = [
    (customer, {"id": ""}),
    (customer, {"id": "x" * 129}),
    (employee, {"id": ""}),
    (employee, {"capacity": 0}),
    (employee, {"capacity": 51}),
    (employee, {"mandate": -1}),
    (employee, {"mandate": 4}),
    (presence, {"state": "asleep"}),
    (presence, {"employee_id": "stranger"}),
    (evidence, {"who": "agent"}),
    (evidence, {"source": "gossip"}),
    (evidence, {"weight": -0.1}),
    (evidence, {"revoked_at": NOW}),
    (profile, {"who": "agent"}),
    (profile, {"revision": 0}),
    (api_key, {"role": "root"}),
    (api_key, {"secret_sha256": "a secret in plain text"}),
    (job, {"state": "lost"}),
    (job, {"state": "running"}),
    (job, {"done": -1}),
    (job, {"total": -1}),
    (job, {"attempts": -1}),
    (import_row, {"line": 0}),
    (import_row, {"employee_id": None}),
    (import_row, {"action": "explode"}),
    (counter, {"value": -1}),
]


def _write(store: SqlStore, table: Table, values: dict[str, Any]) -> None:
    with store.writing() as records:
        connection: Connection = records._connection
        if table is presence:
            connection.execute(insert(employee).values(**{**GOOD[employee], "id": "e-0"}))
        connection.execute(insert(table).values(**values))


@pytest.mark.parametrize("table", GOOD, ids=lambda table: table.name)
def test_good_rows_are_let_in(sql_store: SqlStore, table: Table) -> None:
    """Otherwise the refusals below would prove nothing."""
    _write(sql_store, table, GOOD[table])


@pytest.mark.parametrize(
    ("table", "bad"),
    FORBIDDEN,
    ids=[f"{table.name}-{next(iter(bad))}-{i}" for i, (table, bad) in enumerate(FORBIDDEN)],
)
def test_what_must_not_be_cannot_be_stored(sql_store: SqlStore, table: Table, bad: dict[str, Any]) -> None:
    """An invariant in the schema holds for every version of the code and for people with a console."""
    with pytest.raises(Conflict):
        _write(sql_store, table, {**GOOD[table], **bad})


def test_every_word_of_the_vocabulary_is_let_in(sql_store: SqlStore) -> None:
    """A new state or source needs a migration, and this says so."""
    for source in Source:
        _write(sql_store, evidence, {**GOOD[evidence], "id": source.value, "source": source.value})
    for state in JobState:
        held = {"holder": "w", "lease_until": NOW}
        _write(sql_store, job, {**GOOD[job], "id": state.value, "state": state.value, **held})
    for number, state in enumerate(PresenceState):
        _write(sql_store, employee, {**GOOD[employee], "id": f"p-{number}"})
        with sql_store.writing() as records:
            records._connection.execute(
                insert(presence).values(employee_id=f"p-{number}", state=state.value, updated_at=NOW)
            )
