"""The stores against each other: the same random day on each gives the same answers."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from matcher.errors import MatcherError
from matcher.profiles.people import Presence, PresenceState
from matcher.use_cases.ports import ImportRow, JobState, Records, Store, StoredAnswer, StoredProfile
from models.memory import MemoryStore
from models.store import SqlStore
from tests.contracts.stored_things import (
    FRAMEWORK,
    a_calibration,
    a_customer,
    a_job,
    a_key,
    a_prior,
    an_answer,
    an_employee,
    an_overlay,
    later,
    some_evidence,
    some_sums,
)

STEPS = 500
FEW = 4


def _people(draw: random.Random) -> list[Callable[[Records], Any]]:
    employee_id, customer_id, at = f"e-{draw.randrange(FEW)}", f"c-{draw.randrange(FEW)}", later(draw.randrange(99))
    person = an_employee(employee_id, mandate=draw.randrange(3), skills={f"s{draw.randrange(2)}": 1})
    word = Presence(draw.choice(list(PresenceState)), draw.choice([None, ("chat",)]), draw.choice([None, at]))
    mark = draw.choice([None, (draw.randrange(9), 0)])
    return [
        lambda records: records.customers.put(a_customer(customer_id, tier=str(draw.randrange(2))), now=at),
        lambda records: records.customers.get_many([customer_id, "c-0", "stranger"]),
        lambda records: records.customers.delete(customer_id),
        lambda records: records.employees.put(person, now=at),
        lambda records: records.employees.put_presence(employee_id, word, now=at),
        lambda records: records.employees.presence(employee_id),
        lambda records: records.employees.delete(employee_id),
        lambda records: records.employees.page(after=employee_id, limit=2, skill="s1"),
        lambda records: records.employees.staff_mark(),
        lambda records: records.employees.changes_since(mark, framework=FRAMEWORK),
    ]


def _profiles(draw: random.Random) -> list[Callable[[Records], Any]]:
    who, person, piece = draw.choice(["employee", "customer"]), f"e-{draw.randrange(FEW)}", f"v-{draw.randrange(30)}"
    at, revision = later(draw.randrange(99)), draw.randrange(3)
    place = (who, person, FRAMEWORK, "values")
    batch, other = f"b-{draw.randrange(2)}", f"e-{draw.randrange(FEW)}"
    evidence = some_evidence(piece, who=who, subject_id=person, occurred_at=at, batch=batch)
    twin = some_evidence(f"v-{draw.randrange(30)}", who=who, subject_id=other, occurred_at=at, batch=batch)
    many = {each: StoredProfile(some_sums(2.0), draw.randrange(3)) for each in {person, other}}
    return [
        lambda records: records.profiles.put(*place, some_sums(revision), expected_revision=revision, now=at),
        lambda records: records.profiles.get(*place),
        lambda records: records.profiles.append(evidence),
        lambda records: records.profiles.evidence_of(who, person),
        lambda records: records.profiles.revoke(piece, now=at, actor="k"),
        lambda records: records.profiles.erase(who, person),
        lambda records: records.profiles.erase(who, person, facet="values"),
        lambda records: records.profiles.append_many([evidence, twin]),
        lambda records: records.profiles.put_many(who, FRAMEWORK, "values", many, now=at),
        lambda records: records.profiles.get_many(who, [person, other], FRAMEWORK, "values", to_change=True),
        lambda records: records.profiles.evidence_of_many(who, [person, other], FRAMEWORK, "values"),
        lambda records: records.profiles.evidence_of_batch(batch),
        lambda records: records.profiles.revoke_batch(batch, now=at, actor="k", reason="r"),
        lambda records: records.profiles.hide(who, person, draw.random() < 0.6, now=at, actor="k"),
        lambda records: records.profiles.hidden_of(who, [person, other]),
    ]


def _profiling(draw: random.Random) -> list[Callable[[Records], Any]]:
    who, person = draw.choice([("employee", "e"), ("customer", "c")])
    person, at = f"{person}-{draw.randrange(FEW)}", later(draw.randrange(99))
    facet, wave, version = draw.choice(["values", "channel"]), f"w-{draw.randrange(2)}", str(draw.randrange(2))
    told = {"who": who, "subject_id": person, "facet": facet}
    answer = an_answer(f"a-{draw.randrange(30)}", **told, wave=wave, answered_at=at)
    state = an_overlay(draw.choice(["outage", "safety"]), **told, expires_at=at)
    prior = a_prior(draw.choice(["retail", "smb"]), facet=facet, members=50 + draw.randrange(9))
    measure = a_calibration(draw.choice(["hr_tag", "text"]), facet=facet, fitted_at=at)
    digest = draw.choice("ab") * 64
    return [
        lambda records: records.form_answers.add([answer]),
        lambda records: records.form_answers.of_person(who, person, framework=FRAMEWORK),
        lambda records: records.form_answers.point_at(wave, "v-1"),
        lambda records: records.form_answers.erase(who, person),
        lambda records: records.overlays.put(state),
        lambda records: records.overlays.of(who, [person], facet, now=later(50)),
        lambda records: records.overlays.of_person(who, person),
        lambda records: records.overlays.forget_expired(at),
        lambda records: records.segment_priors.replace(FRAMEWORK, facet, [prior]),
        lambda records: records.segment_priors.get_many(FRAMEWORK, facet, ["retail", "smb"]),
        lambda records: records.calibrations.add([measure]),
        lambda records: records.calibrations.current(FRAMEWORK, facet),
        lambda records: records.frameworks.register("f", version, digest, {}, now=at),
        lambda records: records.frameworks.names(),
        lambda records: records.profiles.erase(who, person, facet=facet),
    ]


def _work(draw: random.Random) -> list[Callable[[Records], Any]]:
    job, holder, scope = f"j-{draw.randrange(FEW)}", f"w-{draw.randrange(2)}", f"s-{draw.randrange(FEW)}"
    at, until = later(draw.randrange(99)), later(draw.randrange(99))
    state = draw.choice([JobState.DONE, JobState.FAILED])
    return [
        lambda records: records.jobs.add(a_job(job, created_at=at)),
        lambda records: records.jobs.runnable(now=at),
        lambda records: records.jobs.take(job, holder=holder, now=at, lease_until=until),
        lambda records: records.jobs.report(job, holder=holder, done=1, total=None, lease_until=until),
        lambda records: records.jobs.finish(job, holder=holder, state=state, result={}, error=None, now=at),
        lambda records: records.jobs.cancel(job, now=at),
        lambda records: records.jobs.get(job),
        lambda records: records.answers.claim(scope, "a" * 64, now=at),
        lambda records: records.answers.save(scope, StoredAnswer("b" * 64, 200, {"X": holder}, job.encode())),
        lambda records: records.answers.forget_before(at),
        lambda records: records.keys.add(a_key(f"k-{job}", person_id=f"e-{draw.randrange(FEW)}", created_at=at)),
        lambda records: records.keys.revoke(f"k-{job}", now=at),
        lambda records: records.keys.all(),
    ]


def _imports(draw: random.Random, step: int) -> list[Callable[[Records], Any]]:
    share = (1.0, *[0.0] * 7) if draw.random() < 0.5 else None
    rows = [ImportRow(line, an_employee(f"e-{draw.randrange(FEW)}", mandate=1), share) for line in range(2, 5)]
    import_id = f"i-{step}"

    def whole_file(records: Records) -> Any:
        records.imports.stage(import_id, rows)
        counts = records.imports.classify(import_id, framework=FRAMEWORK)
        changed = records.imports.apply(
            import_id, actor="k", framework=FRAMEWORK, facet="values", tag_weight=2.0, now=later(step)
        )
        lines = records.imports.rows(import_id, limit=9)
        records.imports.discard(import_id)
        return counts, changed, lines

    return [whole_file]


def _said(store: Store, act: Callable[[Records], Any], *, may_write: bool) -> Any:
    """What the act gives, or the kind of its refusal."""
    try:
        with store.writing() if may_write else store.reading() as records:
            return act(records)
    except MatcherError as error:
        return error.code


@pytest.mark.parametrize("seed", range(3))
def test_a_random_day_is_the_same_in_memory_and_in_sql(
    memory_store: MemoryStore, sql_store: SqlStore, seed: int
) -> None:
    """Fast tests run in memory; they prove something only if it behaves as the databases do."""
    for step in range(STEPS):
        said = []
        for store in (memory_store, sql_store):
            draw = random.Random(f"{seed}/{step}")  # both stores meet the same choices
            people, profiles = _people(draw), _profiles(draw)
            acts = draw.choice(
                [people, people, profiles, profiles, _profiling(draw), _work(draw), _imports(draw, step)]
            )
            said.append(_said(store, draw.choice(acts), may_write=True))

        assert said[0] == said[1], f"seed {seed}, step {step}"
    for look in (
        lambda records: records.employees.changes_since(None, framework=FRAMEWORK),
        lambda records: [records.profiles.evidence_of("employee", f"e-{number}") for number in range(FEW)],
        lambda records: [records.jobs.get(f"j-{number}") for number in range(FEW)],
    ):
        assert _said(memory_store, look, may_write=False) == _said(sql_store, look, may_write=False)
