"""What the database itself refuses, should the code above it ever err."""

import math
from typing import Any

import pytest
from sqlalchemy import Connection, Table, insert

from matcher.contacts.outcome import LONGEST_NOTE, MOST_CENTS, MOST_MINUTES
from matcher.errors import Conflict
from matcher.profiles.evidence import Source
from matcher.profiles.overlay import MOST_RHO as MOST_RHO_OF_A_STATE
from matcher.profiles.people import PresenceState
from matcher.profiles.questionnaire import Mode
from matcher.profiles.segments import LEAST_MEMBERS as LEAST_MEMBERS_OF_A_SEGMENT
from matcher.routing.decision import Basis
from matcher.use_cases.ports import JobState
from models import learning_tables
from models.learning_tables import BASES, decision_log, outcome, price_list
from models.store import SqlStore
from models.tables import (
    LEAST_MEMBERS,
    MOST_RHO,
    api_key,
    counter,
    customer,
    employee,
    evidence,
    form_answer,
    framework,
    import_row,
    job,
    presence,
    profile,
    profile_hidden,
    segment_prior,
    source_calibration,
    state_overlay,
)
from tests.contracts.stored_things import NOW

SOMEONE = {"who": "customer", "subject_id": "c-1"}
FACET = {"framework": "f", "facet": "values"}
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
    profile_hidden: {**SOMEONE, "hidden_at": NOW, "hidden_by": "k"},
    form_answer: {
        **SOMEONE,
        **FACET,
        "id": "a-1",
        "form": "customer",
        "wave": "w",
        "language": "nl",
        "mode": "best_worst",
        "item": "C1",
        "best": "a",
        "answered_at": NOW,
    },
    state_overlay: {
        **SOMEONE,
        "facet": "values",
        "cause": "outage",
        "share": [1.0],
        "rho": 0.5,
        "expires_at": NOW,
    },
    segment_prior: {**FACET, "segment": "s", "mean": [1.0], "strength": 7.0, "members": 50, "fitted_at": NOW},
    source_calibration: {
        **FACET,
        "source": "text",
        "validity": 0.0,
        "cap": 0.0,
        "members": 0,
        "fitted_at": NOW,
    },
    framework: {"id": "f", "version": "1", "sha256": "0" * 64, "document": {}, "loaded_at": NOW},
    outcome: {"event_id": "o-1", "occurred_at": NOW, "recorded_at": NOW},
    decision_log: {
        "decision_id": "d-1",
        "contact_id": "k-1",
        "employee_id": "e-1",
        "at": NOW,
        "basis": "prior",
        "strategy": "customer_intimacy",
        "versions": {},
        "candidates": [],
        "candidates_left_out": 0,
        "channel": "phone",
    },
    price_list: {"version": "p-1", "made_at": NOW, "document": {}},
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
    (evidence, {"revoked_reason": "not me"}),
    (evidence, {"weight": math.inf}),
    (evidence, {"weight": math.nan}),
    (evidence, {"weight": 1e7}),
    (profile_hidden, {"who": "agent"}),
    (form_answer, {"who": "agent"}),
    (form_answer, {"mode": "guess"}),
    (form_answer, {"best": None}),
    (form_answer, {"worst": "a"}),
    (form_answer, {"points": {"a": 10}}),
    (form_answer, {"rating": 3.0}),
    (form_answer, {"mode": "allocate"}),
    (form_answer, {"mode": "allocate", "best": None}),
    (form_answer, {"mode": "rate", "best": None}),
    (form_answer, {"mode": "rate", "best": None, "rating": math.inf}),
    (form_answer, {"mode": "rate", "best": None, "rating": math.nan}),
    (form_answer, {"latency_ms": -1}),
    (state_overlay, {"who": "agent"}),
    (state_overlay, {"rho": 0.0}),
    (state_overlay, {"rho": 0.51}),
    (state_overlay, {"rho": math.nan}),
    (state_overlay, {"share": []}),
    (segment_prior, {"members": 49}),
    (segment_prior, {"strength": 0.0}),
    (segment_prior, {"strength": math.inf}),
    (segment_prior, {"mean": []}),
    (source_calibration, {"source": "gossip"}),
    (source_calibration, {"validity": 1.0}),
    (source_calibration, {"validity": -1.0}),
    (source_calibration, {"cap": -0.1}),
    (source_calibration, {"cap": math.inf}),
    (source_calibration, {"members": -1}),
    (framework, {"sha256": "short"}),
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
    (outcome, {"event_id": ""}),
    (outcome, {"contact_id": ""}),
    (outcome, {"satisfaction": 0}),
    (outcome, {"satisfaction": 6}),
    (outcome, {"effort": 0}),
    (outcome, {"effort": 6}),
    (outcome, {"minutes": -0.1}),
    (outcome, {"minutes": math.inf}),
    (outcome, {"money_cents": 10**9 + 1}),
    (outcome, {"success": 1.1}),
    (outcome, {"told_success": -0.1}),
    (outcome, {"net_value": math.inf}),
    (outcome, {"propensity": 0.0}),
    (outcome, {"propensity": 1.1}),
    (outcome, {"complaint": True}),
    (outcome, {"complaint": True, "success": 1.0}),
    (outcome, {"broken_promise": True}),
    (outcome, {"broken_promise": True, "success": 0.5}),
    (outcome, {"note": "of nobody"}),
    (outcome, {"note": "x" * 4_001, "customer_id": "c-1"}),
    (price_list, {"version": ""}),
    (decision_log, {"decision_id": ""}),
    (decision_log, {"contact_id": ""}),
    (decision_log, {"basis": "gossip"}),
    (decision_log, {"propensity": 0.0}),
    (decision_log, {"propensity": 1.5}),
    (decision_log, {"propensity": 0.5, "employee_id": None}),
    (decision_log, {"seed": -1}),
    (decision_log, {"candidates_left_out": -1}),
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
        measure = {**GOOD[source_calibration], "source": source.value}
        _write(sql_store, source_calibration, measure)
    for mode in Mode:
        said = {"best": None} | {"allocate": {"points": {"a": 10}}, "rate": {"rating": 1.0}}.get(
            mode.value, {"best": "a"}
        )
        _write(sql_store, form_answer, {**GOOD[form_answer], "id": mode.value, "mode": mode.value, **said})
    for state in JobState:
        held = {"holder": "w", "lease_until": NOW}
        _write(sql_store, job, {**GOOD[job], "id": state.value, "state": state.value, **held})
    for number, state in enumerate(PresenceState):
        _write(sql_store, employee, {**GOOD[employee], "id": f"p-{number}"})
        with sql_store.writing() as records:
            records._connection.execute(
                insert(presence).values(employee_id=f"p-{number}", state=state.value, updated_at=NOW)
            )


def test_the_schema_knows_the_numbers_of_the_core() -> None:
    """They stand in both places: the schema is read before anything heavy is."""
    assert (MOST_RHO, LEAST_MEMBERS) == (MOST_RHO_OF_A_STATE, LEAST_MEMBERS_OF_A_SEGMENT)
    assert tuple(Basis) == BASES
    assert (learning_tables.MOST_MINUTES, learning_tables.MOST_CENTS) == (MOST_MINUTES, MOST_CENTS)
    assert learning_tables.LONGEST_NOTE == LONGEST_NOTE
