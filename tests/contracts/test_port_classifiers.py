"""What whoever remembers classifiers promises: one serves, its past is kept, and no two can serve at once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from matcher.errors import Conflict
from matcher.use_cases.classifier_ports import ClassifierDay, ClassifierState, KnownClassifier
from matcher.use_cases.ports import Store
from models.store import SqlStore, open_store
from tests.contracts.stored_things import FRAMEWORK, NOW, all_at_once, later

CANDIDATE, SHADOW, CURRENT, RETIRED = (
    ClassifierState.CANDIDATE, ClassifierState.SHADOW, ClassifierState.CURRENT, ClassifierState.RETIRED,
)  # fmt: skip
PROMOTED = {"promoted_by": "key-1", "promoted_at": NOW}


def a_classifier(version: str = "c-1", **changes: object) -> KnownClassifier:
    """A candidate that passed its gate."""
    given: dict[str, object] = {
        "version": version,
        "digest": "a" * 64,
        "framework": FRAMEWORK,
        "made_at": NOW,
        "made_by": "schedule",
        "state": CANDIDATE,
        "seed": 2**53 - 1,
        "outcomes": 1234,
        "first_outcome_at": NOW - timedelta(days=30),
        "last_outcome_at": NOW - timedelta(hours=1),
        "card": {"é": [0.25, None], "a": {"b": 1}},
        "gate": {"passed": True, "lines": []},
    }
    return KnownClassifier(**(given | changes))  # type: ignore[arg-type]  # keyword arguments of a test


def put(store: Store, *classifiers: KnownClassifier) -> None:
    with store.writing() as records:
        for one in classifiers:
            records.classifiers.add(one)


def test_what_is_kept_comes_back(store: Store) -> None:
    """The card is what people read years later."""
    one = a_classifier(state=CURRENT, **PROMOTED, alarms=("it drifts",), person_erased=True)
    put(store, one)

    with store.reading() as records:
        assert records.classifiers.get("c-1") == one
        assert records.classifiers.get("c-1").passed_gate  # type: ignore[union-attr]  # it is there
        assert records.classifiers.get("c-2") is None
        assert records.classifiers.in_state(CURRENT) == one
        assert records.classifiers.in_state(SHADOW) is None


def test_a_version_is_kept_once(store: Store) -> None:
    """A card is never rewritten."""
    put(store, a_classifier())
    with pytest.raises(Conflict):
        put(store, a_classifier(outcomes=9))

    with store.reading() as records:
        assert records.classifiers.get("c-1") == a_classifier()


@pytest.mark.parametrize("state", [CURRENT, SHADOW])
def test_no_two_can_be_in_service(store: Store, state: ClassifierState) -> None:
    """Whatever a program does: the store itself refuses the second."""
    put(store, a_classifier("c-1", state=state, **PROMOTED), a_classifier("c-2"))

    def second() -> None:
        with store.writing() as records:
            records.classifiers.move("c-2", state, by="key-1", at=NOW)

    with pytest.raises(Conflict):
        second()

    with store.reading() as records:
        assert records.classifiers.get("c-2").state is CANDIDATE  # type: ignore[union-attr]  # it is there


def test_nobody_serves_unpromoted(store: Store) -> None:
    """Every score can be traced to someone who let it be used."""
    with pytest.raises(Conflict):
        put(store, a_classifier(state=CURRENT))


def test_one_takes_the_place_of_another_and_gives_it_back(store: Store) -> None:
    """A rollback finds the one that served last, not the one made last."""
    put(store, a_classifier("c-1", state=CURRENT, **PROMOTED), a_classifier("c-2"), a_classifier("c-3"))
    with store.writing() as records:
        assert records.classifiers.move("c-1", RETIRED)
        assert records.classifiers.move("c-2", CURRENT, by="key-2", at=later(5))
        assert records.classifiers.move("c-3", RETIRED)
        assert not records.classifiers.move("c-9", RETIRED)

    with store.reading() as records:
        now = records.classifiers.in_state(CURRENT)
        assert now == a_classifier("c-2", state=CURRENT, promoted_by="key-2", promoted_at=later(5))
        assert records.classifiers.in_state(RETIRED) == a_classifier("c-1", state=RETIRED, **PROMOTED)


def test_they_are_listed_newest_first_in_pages(store: Store) -> None:
    """Made at the same moment they stand by version."""
    made = [a_classifier("a"), a_classifier("b"), a_classifier("c", made_at=later(60)), a_classifier("d")]
    put(store, *made)

    with store.reading() as records:
        first = records.classifiers.newest(limit=2)
        rest = records.classifiers.newest(limit=9, before=(first[-1].made_at, first[-1].version))
        assert [one.version for one in first] == ["c", "d"]
        assert [one.version for one in rest] == ["b", "a"]


def test_who_is_erased_marks_what_was_learnt_from_them(store: Store) -> None:
    """Learnt weights keep a trace of everyone they were learnt from."""
    old = a_classifier("old", first_outcome_at=NOW - timedelta(days=90), last_outcome_at=NOW - timedelta(days=60))
    put(store, a_classifier("new"), old)
    with store.writing() as records:
        assert records.classifiers.note_erasure([]) == 0
        assert records.classifiers.note_erasure([NOW, NOW - timedelta(days=60)]) == 1

    with store.reading() as records:
        assert records.classifiers.get("old").person_erased  # type: ignore[union-attr]  # it is there
        assert not records.classifiers.get("new").person_erased  # type: ignore[union-attr]  # as above


def test_alarms_are_those_of_the_last_look(store: Store) -> None:
    """What passed is over."""
    put(store, a_classifier())
    with store.writing() as records:
        records.classifiers.note_alarms("c-1", ["it drifts"])
        records.classifiers.note_alarms("c-1", ["a", "b"])
        records.classifiers.note_alarms("c-9", ["nobody"])

    with store.reading() as records:
        assert records.classifiers.get("c-1") == a_classifier(alarms=("a", "b"))


def test_days_add_up(store: Store) -> None:
    """Several processes count the same day."""
    put(store, a_classifier(), a_classifier("c-2"))
    monday, tuesday = date(2026, 11, 23), date(2026, 11, 24)
    counted = ClassifierDay(version="c-1", day=monday, decisions=5, agreed=3, outcomes=2, told=1.5, came=1.0, loss=0.7)
    with store.writing() as records:
        records.classifiers.count_day(counted)
        records.classifiers.count_day(replace(counted, decisions=1, agreed=0))
        records.classifiers.count_day(ClassifierDay(version="c-2", day=monday, decisions=1))
        records.classifiers.count_day(replace(counted, day=tuesday))

    with store.reading() as records:
        added = ClassifierDay(
            version="c-1", day=monday, decisions=6, agreed=3, outcomes=4, told=3.0, came=2.0, loss=1.4
        )
        assert records.classifiers.days(until=tuesday) == [added, ClassifierDay(version="c-2", day=monday, decisions=1)]
        assert records.classifiers.days(since=tuesday) == [replace(counted, day=tuesday)]
        assert len(records.classifiers.days()) == 3


def test_of_many_that_promote_at_once_one_wins(sql_store: SqlStore) -> None:
    """Two people press the button in the same second."""
    put(sql_store, *(a_classifier(f"c-{place}") for place in range(6)))
    url = sql_store._connections().writer.url.render_as_string(hide_password=False)
    stores = [open_store(url) for _ in range(6)]

    def promote(place: int) -> None:
        with stores[place].writing() as records:
            records.classifiers.move(f"c-{place}", CURRENT, by="key-1", at=NOW)

    results = all_at_once(6, promote)
    for one in stores:
        one.close()

    with sql_store.reading() as records:
        states = [one.state for one in records.classifiers.newest(limit=9)]
    assert sum(result is None for result in results) == 1
    assert states.count(CURRENT) == 1


def test_those_whose_files_are_gone_are_passed_over(store: Store) -> None:
    """A rollback would put in service what cannot be read; the card is still there."""
    put(store, *(a_classifier(f"c-{number}", state=RETIRED, made_at=later(number)) for number in range(4)))
    put(store, a_classifier("c-8", made_at=later(8)), a_classifier("c-9", made_at=later(9)))
    with store.writing() as records:
        superfluous = records.classifiers.superfluous(keep=1)
        for version in ("c-3", "c-1"):
            records.classifiers.note_removal(version, at=NOW)
        last = records.classifiers.in_state(RETIRED)
        still = records.classifiers.superfluous(keep=1)
        removed = records.classifiers.get("c-3")

    assert superfluous == ["c-2", "c-1", "c-0", "c-8"]
    assert (last and last.version, still) == ("c-2", ["c-0", "c-8"])
    assert removed == a_classifier("c-3", state=RETIRED, made_at=later(3), removed_at=NOW)
