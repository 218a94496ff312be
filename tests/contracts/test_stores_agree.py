"""The stores against each other: the same random day on each gives the same answers."""

import random
from collections.abc import Callable
from typing import Any

import pytest

from matcher.errors import MatcherError
from matcher.profiles.people import Presence, PresenceState
from matcher.use_cases.ports import ImportRow, JobState, Records, Store, StoredAnswer
from models.memory import MemoryStore
from models.store import SqlStore
from tests.contracts.stored_things import (
    FRAMEWORK,
    a_customer,
    a_job,
    a_key,
    an_employee,
    later,
    some_evidence,
    some_sums,
)

STEPS = 400
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
    evidence = some_evidence(piece, who=who, subject_id=person, occurred_at=at)
    return [
        lambda records: records.profiles.put(*place, some_sums(revision), expected_revision=revision, now=at),
        lambda records: records.profiles.get(*place),
        lambda records: records.profiles.append(evidence),
        lambda records: records.profiles.evidence_of(who, person),
        lambda records: records.profiles.revoke(piece, now=at, actor="k"),
        lambda records: records.profiles.erase(who, person),
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
            acts = draw.choice([_people(draw), _people(draw), _profiles(draw), _work(draw), _imports(draw, step)])
            said.append(_said(store, draw.choice(acts), may_write=True))

        assert said[0] == said[1], f"seed {seed}, step {step}"
    for look in (
        lambda records: records.employees.changes_since(None, framework=FRAMEWORK),
        lambda records: [records.profiles.evidence_of("employee", f"e-{number}") for number in range(FEW)],
        lambda records: [records.jobs.get(f"j-{number}") for number in range(FEW)],
    ):
        assert _said(memory_store, look, may_write=False) == _said(sql_store, look, may_write=False)
