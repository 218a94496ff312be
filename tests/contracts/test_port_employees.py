"""What whoever remembers employees promises: master data, presence, and a mark that tells of every change."""

from datetime import datetime, timedelta, timezone

import pytest

from matcher.errors import NotFound
from matcher.profiles.people import Employee, Presence, PresenceState
from matcher.use_cases.ports import Records, Store
from tests.contracts.stored_things import FRAMEWORK, NOW, a_key, an_employee, introduce, later, some_sums

AVAILABLE = Presence(PresenceState.AVAILABLE, ("phone", "chat"), later(3600), 0.875, 2)


def _mark_after(store: Store, act: object) -> tuple[int, int]:
    with store.writing() as records:
        act(records)  # type: ignore[operator]  # a function of the test
    with store.reading() as records:
        return records.employees.staff_mark()


def test_an_employee_comes_back_as_put(store: Store) -> None:
    """Routing reads every field; one lost on the way is a wrong match."""
    with store.writing() as records:
        created = records.employees.put(an_employee(), now=NOW)
        records.employees.put(Employee("e-2"), now=NOW)

    with store.reading() as records:
        assert created
        assert records.employees.get("e-1") == an_employee()
        assert records.employees.get("e-2") == Employee("e-2")
        assert records.employees.get("e-3") is None


def test_what_only_a_request_can_say_is_not_stored(store: Store) -> None:
    """Free slots of this moment would be read as those of tomorrow."""
    with store.writing() as records:
        records.employees.put(an_employee(free_slots=1, idle_s=3.0, busy_share=0.5, difficult_in_a_row=2), now=NOW)

    with store.reading() as records:
        assert records.employees.get("e-1") == an_employee()


def test_pages_follow_the_ids_without_gap_or_double(store: Store) -> None:
    """An export that skips someone, or has someone twice, cannot be imported again."""
    ids = ["B", "a", "a-1", "a.b", "a:2", "a@x", "a_1", "b", "e10", "e2"]
    with store.writing() as records:
        for employee_id in reversed(ids):
            records.employees.put(an_employee(employee_id), now=NOW)

    for limit in (1, 3, 10, 11):
        seen: list[str] = []
        after: str | None = None
        with store.reading() as records:
            while True:
                page = records.employees.page(after=after, limit=limit)
                seen += [employee.id for employee in page.items]
                after = page.next_after
                if after is None:
                    break

        assert seen == sorted(ids)


def test_a_page_can_be_of_one_team_and_one_skill(store: Store) -> None:
    """A skill is a whole name in its own letters: `Billing` and `re-billing` are other skills."""
    staff = {
        "e-1": ("north", {"billing": 4, "sales": 1}),
        "e-2": ("south", {"sales": 1, "billing": 4}),
        "e-3": ("north", {"Billing": 4}),
        "e-4": ("north", {"re-billing": 4, 'quoted "billing': 1, "comma,billing": 2}),
        "e-5": ("north", {"één 👍": 3, "billing": 1}),
    }
    with store.writing() as records:
        for employee_id, (team, skills) in staff.items():
            records.employees.put(an_employee(employee_id, team=team, skills=skills), now=NOW)

    def ids(records: Records, team: str | None, skill: str | None) -> list[str]:
        page = records.employees.page(after=None, limit=10, team=team, skill=skill)
        return [employee.id for employee in page.items]

    with store.reading() as records:
        assert ids(records, None, "billing") == ["e-1", "e-2", "e-5"]
        assert ids(records, "north", "billing") == ["e-1", "e-5"]
        assert ids(records, "north", None) == ["e-1", "e-3", "e-4", "e-5"]
        assert ids(records, None, "één 👍") == ["e-5"]
        assert ids(records, None, "%") == []


def test_presence_comes_back_in_utc(store: Store) -> None:
    """`until` may be said in any zone; it is the same moment that counts."""
    brussels_summer = timezone(timedelta(hours=2))
    said = Presence(PresenceState.WRAP_UP, None, datetime(2026, 7, 1, 14, 0, 0, 7, tzinfo=brussels_summer), 0.25, 3)
    with store.writing() as records:
        records.employees.put(an_employee(), now=NOW)
        unsaid = records.employees.presence("e-1")
        records.employees.put_presence("e-1", AVAILABLE, now=NOW)
        records.employees.put_presence("e-1", said, now=NOW)

    with store.reading() as records:
        kept = records.employees.presence("e-1")
        assert unsaid is None
        assert kept == said
        assert kept.until is not None
        assert kept.until.utcoffset() == timedelta(0)


def test_presence_of_a_stranger_is_refused(store: Store) -> None:
    """It would be work given to nobody."""
    with pytest.raises(NotFound), store.writing() as records:
        records.employees.put_presence("stranger", AVAILABLE, now=NOW)


def test_the_mark_moves_with_every_change_and_with_nothing_else(store: Store) -> None:
    """A mark that stands still hides a change from routing; one that moves for nothing costs a rebuild."""
    marks = [_mark_after(store, lambda records: introduce(records, "customer", "c-1"))]
    changes = [
        lambda records: records.employees.put(an_employee(), now=NOW),
        lambda records: records.employees.put(an_employee(mandate=3), now=NOW),
        lambda records: records.employees.put_presence("e-1", AVAILABLE, now=NOW),
        lambda records: records.profiles.put(
            "employee", "e-1", FRAMEWORK, "values", some_sums(), expected_revision=0, now=NOW
        ),
        lambda records: records.profiles.erase("employee", "e-1"),
        lambda records: records.employees.delete("e-1"),
    ]
    for change in changes:
        marks.append(_mark_after(store, change))
    idle = [
        lambda records: records.employees.delete("e-1"),
        lambda records: records.profiles.erase("employee", "e-1"),
        lambda records: records.profiles.put(
            "customer", "c-1", FRAMEWORK, "values", some_sums(), expected_revision=0, now=NOW
        ),
    ]
    still = {_mark_after(store, act) for act in idle}

    assert len(set(marks)) == len(marks)
    assert still == {marks[-1]}


def test_saying_the_same_again_moves_no_mark(store: Store) -> None:
    """Nightly feeds put everyone unchanged; the caches should sleep through it."""

    def say(records: Records) -> None:
        records.employees.put(an_employee(skills={"a": 1, "b": 2}), now=NOW)
        records.employees.put_presence("e-1", AVAILABLE, now=NOW)

    def say_again(records: Records) -> None:
        records.employees.put(an_employee(skills={"b": 2, "a": 1}), now=later(9))
        records.employees.put_presence("e-1", AVAILABLE, now=later(9))

    assert _mark_after(store, say) == _mark_after(store, say_again)


def test_changes_since_a_mark_are_only_what_changed(store: Store) -> None:
    """The cache of 50,000 employees must not reread them all for one coffee break."""
    with store.writing() as records:
        for number in range(5):
            records.employees.put(an_employee(f"e-{number}"), now=NOW)
        mark = records.employees.staff_mark()
    with store.writing() as records:
        records.employees.put_presence("e-3", AVAILABLE, now=NOW)
        records.profiles.put("employee", "e-1", FRAMEWORK, "values", some_sums(), expected_revision=0, now=NOW)

    with store.reading() as records:
        changes = records.employees.changes_since(mark, framework=FRAMEWORK)
        nothing = records.employees.changes_since(changes.mark, framework=FRAMEWORK)

    assert not changes.is_whole
    assert [record.employee.id for record in changes.records] == ["e-1", "e-3"]
    assert changes.records[0].values == some_sums()
    assert changes.records[1].presence == AVAILABLE
    assert (nothing.mark, nothing.is_whole, nothing.records) == (changes.mark, False, ())


def test_the_first_read_and_one_after_a_removal_bring_everyone(store: Store) -> None:
    """Someone who is gone is in no list of changes, so the whole is read anew."""
    with store.writing() as records:
        for number in range(4):
            records.employees.put(an_employee(f"e-{number}"), now=NOW)
    with store.reading() as records:
        first = records.employees.changes_since(None, framework=FRAMEWORK)
    with store.writing() as records:
        records.employees.delete("e-2")
    with store.reading() as records:
        after = records.employees.changes_since(first.mark, framework=FRAMEWORK)

    assert first.is_whole
    assert [record.employee for record in first.records] == [an_employee(f"e-{number}") for number in range(4)]
    assert after.is_whole
    assert [record.employee.id for record in after.records] == ["e-0", "e-1", "e-3"]


def test_a_mark_from_the_future_brings_everyone(store: Store) -> None:
    """After a backup was restored the counters stand lower; a cache that waited for them to catch up would be wrong."""
    with store.writing() as records:
        records.employees.put(an_employee(), now=NOW)

    with store.reading() as records:
        assert records.employees.changes_since((99, 0), framework=FRAMEWORK).is_whole


def test_values_of_another_framework_are_not_mixed_in(store: Store) -> None:
    """Shares of other systems have another order and another length."""
    with store.writing() as records:
        records.employees.put(an_employee(), now=NOW)
        for framework, facet in (("other@1.0.0", "values"), (FRAMEWORK, "channel")):
            records.profiles.put("employee", "e-1", framework, facet, some_sums(), expected_revision=0, now=NOW)

    with store.reading() as records:
        (record,) = records.employees.changes_since(None, framework=FRAMEWORK).records
        assert record.values is None


def test_a_deleted_employee_takes_presence_and_keys_along(store: Store) -> None:
    """A key that outlived its person would still open doors."""
    with store.writing() as records:
        records.employees.put(an_employee(), now=NOW)
        records.employees.put_presence("e-1", AVAILABLE, now=NOW)
        records.keys.add(a_key("k1", role="employee", person_id="e-1"))
        records.keys.add(a_key("k2", role="employee", person_id="e-11"))
        first = records.employees.delete("e-1")
        second = records.employees.delete("e-1")

    with store.reading() as records:
        assert (first, second) == (True, False)
        assert records.employees.presence("e-1") is None
        assert [key.id for key in records.keys.all()] == ["k2"]
