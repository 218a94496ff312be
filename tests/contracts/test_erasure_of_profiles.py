"""Erased means gone, of everything a profile is made of; and before that all of it is told (profiling.md, T14).

Tables are found in the schema, not in a list: a new one that names people fails here until it is filled and erased.
"""

import re
from dataclasses import fields
from typing import Any

import pytest

from api.schemas.exports import PersonExportSchema, shown_export
from matcher.errors import NotFound
from matcher.profiles.facets import SourceSum, Sums
from matcher.profiles.people import Consent, Presence, PresenceState
from matcher.profiles.questionnaire import Answer, Mode
from matcher.use_cases.erase_person import erase_person
from matcher.use_cases.export_person import export_person
from matcher.use_cases.learning_ports import Candidate
from matcher.use_cases.ports import ImportRow, JobState, Records, Store, StoredAnswer
from matcher.use_cases.save_customer import save_customer
from models.frameworks import load_framework
from models.store import SqlStore
from models.tables import metadata
from tests.contracts.stored_things import (
    FRAMEWORK,
    NOW,
    a_customer,
    a_decision,
    a_job,
    a_key,
    all_at_once,
    an_answer,
    an_employee,
    an_outcome,
    an_overlay,
    everything_in,
    later,
    some_evidence,
)

PERSON = "person-5c1d"
NEIGHBOUR = "person-5c1d9"
NAMES_A_PERSON = ("subject_id", "customer_id", "employee_id", "person_id")
PEOPLE = ("customer", "employee")
FACETS = {"values": (0.125,) * 8, "channel": (0.3, 0.22, 0.16, 0.14, 0.1, 0.08)}


def _remember(records: Records, who: str, person: str) -> None:
    """Everything that can be known of a person, on two facets each."""
    for facet, share in FACETS.items():
        name = f"{who}-{len(person)}-{facet}"
        piece = some_evidence(f"v-{name}", who=who, subject_id=person, facet=facet, share=share, batch="b-1")
        records.profiles.append(piece)
        sums = Sums({"survey": SourceSum(share, NOW)})
        records.profiles.put(who, person, FRAMEWORK, facet, sums, expected_revision=0, now=NOW)
        records.form_answers.add(
            [an_answer(f"a-{name}", who=who, subject_id=person, facet=facet, answer=Answer(f"I-{name}", best="a"))]
        )
        records.overlays.put(an_overlay(f"cause-{name}", who=who, subject_id=person, facet=facet, share=share))
        over = an_overlay(f"over-{name}", who=who, subject_id=person, facet=facet, share=share, expires_at=later(-9))
        records.overlays.put(over)
    records.profiles.revoke(f"v-{who}-{len(person)}-channel", now=NOW, actor="key-1", reason=f"contested by {who}")
    records.profiles.hide(who, person, True, now=NOW, actor="key-1")
    _remember_contacts(records, who, person)


def _remember_contacts(records: Records, who: str, person: str) -> None:
    """What came of a contact of the person's, and the decision on it; another one in which they were a candidate."""
    named = {"customer_id": None, "employee_id": None, f"{who}_id": person}
    note = {"note": "said so"} if who == "customer" else {"note": None}
    records.outcomes.add_many([an_outcome(f"o-{who}-{len(person)}", **named, **note)])
    decision = {**named, "propensity": None, "candidates": (Candidate(person, 1.0),) if who == "employee" else ()}
    records.decisions.add_many([a_decision(f"d-{who}-{len(person)}", **decision)])
    decision["employee_id"] = None
    records.decisions.add_many([a_decision(f"beside-{who}-{len(person)}", **decision)])


def _fill(store: Store, person: str) -> None:
    with store.writing() as records:
        records.customers.put(a_customer(person), now=NOW)
        records.employees.put(an_employee(person), now=NOW)
        records.employees.put_presence(person, Presence(PresenceState.AVAILABLE), now=NOW)
        records.keys.add(a_key(f"key-of-{len(person)}", role="employee", person_id=person))
        records.imports.stage("i-1", [ImportRow(len(person), an_employee(person))])
        records.jobs.add(a_job(f"j-{len(person)}", state=JobState.DONE, result={"rows": [{"employee_id": person}]}))
        scope = f"k1 POST /v1/x {len(person)}"
        records.answers.claim(scope, "a" * 64, now=NOW)
        records.answers.save(scope, StoredAnswer("a" * 64, 200, {}, f'{{"id":"{person}"}}'.encode()))
        for who in PEOPLE:
            _remember(records, who, person)


def _tables_with(store: Store, person: str) -> set[str]:
    """The tables in which the person's id stands anywhere."""
    is_there = re.compile(re.escape(person) + r"(?![0-9a-z])")
    if isinstance(store, SqlStore):
        return {line.split(":")[0] for line in everything_in(store).splitlines() if is_there.search(line)}
    tables: Any = store._committed  # type: ignore[attr-defined]  # the memory store's tables have no other window
    return {each.name for each in fields(tables) if is_there.search(repr(getattr(tables, each.name)))}


def test_the_person_who_is_erased_here_stood_in_every_table_that_names_people(sql_store: SqlStore) -> None:
    """Otherwise the tests below would prove nothing about a table that was added later."""
    _fill(sql_store, PERSON)
    naming = {table.name for table in metadata.tables.values() if set(NAMES_A_PERSON) & set(table.c.keys())}

    assert naming | {"customer", "employee", "job", "answer"} == _tables_with(sql_store, PERSON)


def test_after_erasure_no_table_holds_the_person(store: Store) -> None:
    """One transaction a side of the desk; the second finds as little of the first as the first of the second."""
    _fill(store, NEIGHBOUR)
    before = everything_in(store)
    _fill(store, PERSON)
    held = _tables_with(store, PERSON)
    for who in PEOPLE:
        with store.writing() as records:
            erase_person(records, who, PERSON, now=NOW)

    assert len(held) >= 12
    assert _tables_with(store, PERSON) == set()
    assert _tables_with(store, NEIGHBOUR) == held
    if isinstance(store, SqlStore):
        kept = [line for line in before.splitlines() if NEIGHBOUR in line]
        assert set(kept) - set(everything_in(store).splitlines()) == set()


@pytest.mark.parametrize("who", PEOPLE)
def test_the_export_before_holds_all_of_it(store: Store, who: str) -> None:
    """Every row that erasure would remove is in it, with what it says (GDPR 15 and 20)."""
    _fill(store, PERSON)
    with store.reading() as records:
        framework = load_framework()
        export = export_person(records, framework, who, PERSON, now=NOW)
    document = shown_export(export, framework)
    told = repr(document)

    assert PersonExportSchema().validate(document) == {}
    for facet in FACETS:
        name = f"{who}-{len(PERSON)}-{facet}"
        for piece in (f"v-{name}", f"a-{name}", f"I-{name}", f"cause-{name}", f"over-{name}"):
            assert f"'{piece}'" in told
    for piece in (f"o-{who}-{len(PERSON)}", f"d-{who}-{len(PERSON)}"):
        assert f"'{piece}'" in told
    assert document["profile_hidden"] is True
    assert {one["revoked_reason"] for one in document["evidence"] if "revoked_at" in one} == {f"contested by {who}"}
    assert {one["batch"] for one in document["evidence"]} == {"b-1"}
    assert all(one["detail"] == {"flags": ["speed"]} for one in document["evidence"])


def test_an_export_shows_every_field_of_every_row(sql_store: SqlStore) -> None:
    """A column added to what is known of people must be told to them as well."""
    _fill(sql_store, PERSON)
    ways = {
        "x-1": (Mode.BEST_WORST, Answer("S01", best="a", worst="b", latency_ms=1)),
        "x-2": (Mode.ALLOCATE, Answer("S02", points={"a": 10})),
        "x-3": (Mode.RATE, Answer("S03", rating=2.0)),
    }
    with sql_store.writing() as records:
        for name, (mode, said) in ways.items():
            answer = an_answer(name, subject_id=PERSON, mode=mode, answer=said, evidence_id="v-1")
            records.form_answers.add([answer])
    with sql_store.reading() as records:
        framework = load_framework()
        document = shown_export(export_person(records, framework, "employee", PERSON, now=NOW), framework)
    of_the_person = {"who", "subject_id"}
    shown = {
        "evidence": set().union(*map(set, document["evidence"])),
        "form_answer": set().union(*map(set, document["answers"])),
        "state_overlay": set().union(*map(set, document["overlays"])),
    }

    for table, names in shown.items():
        assert set(metadata.tables[table].c.keys()) - of_the_person == names


def test_a_customer_who_no_longer_agrees_keeps_what_is_no_value(store: Store) -> None:
    """Withdrawal erases value evidence, the answers it was made of and the value profile; preferences stay."""
    with store.writing() as records:
        records.customers.put(a_customer(PERSON), now=NOW)
        _remember(records, "customer", PERSON)
    with store.writing() as records:
        save_customer(records, a_customer(PERSON, consent=Consent(value_profiling=False)), now=NOW)

    with store.reading() as records:
        left = export_person(records, load_framework(), "customer", PERSON, now=NOW)
        assert {piece.facet for piece in left.evidence} == {"channel"}
        assert {answer.facet for answer in left.answers} == {"channel"}
        assert {overlay.facet for overlay in left.overlays} == {"channel"}
        assert left.profile_hidden
        assert records.profiles.get("customer", PERSON, FRAMEWORK, "values") is None
        assert records.profiles.get("customer", PERSON, FRAMEWORK, "channel") is not None


@pytest.mark.parametrize("who", PEOPLE)
@pytest.mark.parametrize("seed", range(4))
def test_what_is_written_beside_an_erasure_does_not_outlive_it(store: Store, who: str, seed: int) -> None:
    """Whoever comes second finds the person gone: no order of the two leaves anything behind."""
    with store.writing() as records:
        if who == "customer":
            records.customers.put(a_customer(PERSON), now=NOW)
        else:
            records.employees.put(an_employee(PERSON), now=NOW)

    def act(index: int) -> None:
        with store.writing() as records:
            if index == 0:
                erase_person(records, who, PERSON, now=NOW)
            elif index % 3 == 0:
                records.form_answers.add([an_answer(f"a-{index}", who=who, subject_id=PERSON)])
            elif index % 3 == 1:
                records.overlays.put(an_overlay(f"cause-{index}", who=who, subject_id=PERSON))
            else:
                records.profiles.hide(who, PERSON, True, now=NOW, actor="key-1")

    results = all_at_once(7, lambda index: act((index + seed) % 7))

    assert all(result is None or isinstance(result, NotFound) for result in results)
    assert PERSON not in everything_in(store)


def test_all_kinds_of_memory_tables_are_looked_at(memory_store: Store) -> None:
    """The search for a person in memory sees the tables that the databases have."""
    _fill(memory_store, PERSON)

    assert {"evidence", "profiles", "hidden", "form_answers", "overlays"} <= _tables_with(memory_store, PERSON)
